"""manage.py backup -o FILE.tar.gz"""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, models

from groups.leaving import trail
from groups.models import User
from toolkit_portal.core.backups import BackupError, left_behind, make_backup


class Command(BaseCommand):
    help = (
        "Saves the database and the private files to one file that only you can read, while people go on working. "
        "It holds special-category data: keep it on an encrypted disk. Example: manage.py backup -o monday.tar.gz"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write, a new one")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        for left in left_behind(target):
            self.stderr.write(
                f"{left} is of a backup or another file that is just being written, or was cut off. If nothing is "
                "running, delete it: it holds people's data."
            )
        try:
            made = make_backup(
                target, connection=connection, storage=default_storage, file_columns=_file_columns()
            )
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(
                f"The backup couldn't be made: {fault.strerror or fault} ({fault.filename or target})"
            ) from fault
        for name in made.gone:
            self.stderr.write(f"Gone from the private files, so not in the backup: {name}")
        # Where the backup itself goes to standard output, words don't.
        out = self.stdout if target.is_file() else self.stderr
        out.write(
            f"Wrote {target}: {len(made.tables)} tables with {made.rows:,} rows, {made.files:,} private files, "
            f"as at {made.made_at}."
        )
        try:
            # A copy of everything leaves the portal's care, so the trail says so, as for a copy of one person.
            trail.note("backup made", about=User, pk=None, by=None, files=made.files, rows=made.rows)
        except DatabaseError as fault:
            raise CommandError(f"The backup is made, but the trail couldn't be written: {fault}") from fault


def _file_columns() -> list[tuple[str, str]]:
    """The tables and columns of all models that name private files."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.FileField)
    ]
