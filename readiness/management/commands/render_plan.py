"""manage.py render_plan --group "NAME or id" -o FILE.pdf [--large-print]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.models import CommunityGroup
from groups.models.community_groups import name_key
from readiness.issuing import DamagedFile, draft_pdf, newest_version, stored_pdf
from readiness.planning import plan_to_read
from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.labels import nearest
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
        group = find_group(options["group"])
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


def find_group(wanted: str) -> CommunityGroup:
    """The group of that name (also another of its names), without regard to case, or with that id.

    Raises CommandError where there is none, with near names, or several, with the LIO and id of each.
    """
    groups = CommunityGroup.objects.select_related("lio", "caseworker")
    key = name_key(wanted)
    found = list(groups.filter(name_key=key[:220]).order_by("lio__name", "pk")) if key else []
    if not found and wanted.strip().isascii() and wanted.strip().isdecimal() and len(wanted.strip()) < 19:
        found = list(groups.filter(pk=int(wanted)))
    if not found and key:
        # search_text holds every name of a group in this same form, one after another.
        found = [
            group
            for group in groups.filter(search_text__contains=key).order_by("lio__name", "pk")
            if key in {name_key(other) for other in group.other_names_list}
        ]
    if len(found) == 1:
        return found[0]
    if found:
        several = "; ".join(f"{group.name} of {group.lio}, id {group.pk}" for group in found)
        raise CommandError(f"Several groups are called “{wanted}”: {several}. Give the id.")
    near = nearest(wanted, CommunityGroup.objects.values_list("name", flat=True))
    hint = f" Did you mean {' or '.join(f'“{name}”' for name in near)}?" if near else ""
    raise CommandError(f"There is no group called “{wanted}”.{hint}")
