"""manage.py sweep_files [--dry-run]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.leaving.files import sweep


class Command(BaseCommand):
    help = (
        "Removes private files that no record names and that are older than a day, and drafts of plans older than "
        "30 days. Look with --dry-run first. Example: manage.py sweep_files --dry-run"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="name the files, remove nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        swept = sweep(dry_run=dry)
        for name in swept.gone:
            self.stdout.write(name)
        count = len(swept.gone)
        self.stdout.write(f"{'Would remove' if dry else 'Removed'} {count} file{'' if count == 1 else 's'}.")
        if swept.left:
            raise CommandError(
                "These couldn't be removed: " + "; ".join(f"{name} ({why})" for name, why in swept.left)
            )
