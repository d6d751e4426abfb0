"""manage.py check_backup FILE.tar.gz"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from toolkit_portal.core.backups import BackupError, check_backup


class Command(BaseCommand):
    help = (
        "Reads a whole backup and says whether it could be restored: every hash, the database's own checks, the "
        "rows of each table. Changes nothing. Example: manage.py check_backup monday.tar.gz"
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a backup that manage.py backup has made")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = check_backup(options["file"])
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't read {options['file']}: {fault.strerror or fault}") from fault
        for name in found.gone:
            self.stderr.write(f"Gone when the backup was made: {name}")
        self.stdout.write(
            f"The backup is sound: {len(found.tables)} tables with {found.rows:,} rows, {found.files:,} private files, "
            f"as at {found.made_at}, of {found.vendor} {found.database_version}, portal {found.product}."
        )
