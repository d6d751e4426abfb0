"""manage.py render_plan --group "NAME or id" -o FILE.pdf [--large-print]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.finding import GroupNotFound, find_group
from readiness.issuing import DamagedFile, draft_pdf, newest_version, stored_pdf
from readiness.planning import plan_to_read
from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.pdf import PdfTooLarge


class Command(BaseCommand):
    help = (
        "Writes a group's action plan as a PDF: the newest issued version as it was issued, or the living plan "
        'marked draft if none is issued. Example: manage.py render_plan --group "Chesterfield Women" -o plan.pdf'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", required=True, help="the group's name or its number (id)")
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")
        parser.add_argument("--large-print", action="store_true", help="in 18 point type")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            group = find_group(options["group"])
        except GroupNotFound as fault:
            raise CommandError(str(fault)) from fault
        target: Path = options["output"]
        plan = plan_to_read(group)
        large = options["large_print"]
        issue = newest_version(plan)
        try:
            content = stored_pdf(issue, large_print=large) if issue else draft_pdf(plan, large_print=large)
            with atomic_output(target) as path:
                path.write_bytes(content)
        except DamagedFile as fault:
            raise CommandError(
                f"The stored file of version {issue.number if issue else ''} is missing or damaged. "
                "Restore it from a backup."
            ) from fault
        except PdfTooLarge as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        what = f"version {issue.number}" if issue else "the living plan, a draft,"
        self.stdout.write(f"Wrote {what} of {group} to {target}.")
