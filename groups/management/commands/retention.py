"""manage.py retention [--dry-run]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.jobs.sweeping import sweep
from groups.leaving.retention import due_today, run


class Command(BaseCommand):
    help = (
        "Deletes what has been kept long enough, by the rules in docs/privacy.md. A worker does the same once a day; "
        "see with --dry-run what would go. Example: manage.py retention --dry-run"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        done = None if options["dry_run"] else run()
        for line in due_today() if done is None else done.lines:
            self.stdout.write(f"{line.rule.title} ({line.days} days): {line.number}")
        if done is not None:
            sweep()
        if done is not None and done.files_left:
            raise CommandError(
                f"{len(done.files_left)} files couldn't be removed. manage.py sweep_files tries them again: "
                + ", ".join(done.files_left)
            )
