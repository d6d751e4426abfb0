"""manage.py restore FILE.tar.gz"""

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from groups.leaving import trail
from groups.models import User
from toolkit_portal.core.backups import BackupError, restore_backup


class Command(BaseCommand):
    help = (
        "Restores a backup into a database without tables and a place without private files, after checking all of it. "
        "It overwrites nothing. Stop the portal first. Example: manage.py restore monday.tar.gz"
    )
    # They may look into the database, and its tables aren't there yet.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a backup that manage.py backup has made")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore_backup(options["file"], connection=connection, storage=default_storage)
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(
                f"Can't restore: {fault.strerror or fault} ({fault.filename or options['file']})"
            ) from fault
        made = done.manifest
        for name in made.gone:
            self.stderr.write(f"Gone when the backup was made, so its record has no file: {name}")
        self.stdout.write(
            f"Restored {len(made.tables)} tables with {made.rows:,} rows and {made.files:,} private files, as they "
            f"were at {made.made_at}."
        )
        if done.missing_migrations:
            self.stdout.write(
                f"The backup is of an older version ({made.product}). Run manage.py migrate before you start it."
            )
        else:
            trail.note("backup restored", about=User, pk=None, by=None, made_at=made.made_at)
        self.stdout.write(
            "Whoever was erased after that moment is back: erase them again, see docs/running.md, Backups."
        )
