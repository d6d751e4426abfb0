"""manage.py import_census FILE [--year YEAR] [--dry-run]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from groups.census_tables import confirm, keep, missing, read_file, unmatched
from toolkit_portal.core.spreadsheets import TableError


class Command(BaseCommand):
    help = (
        "Loads a census table of ethnic group or main language by council area, as the Office for National "
        "Statistics publishes it (long or wide, CSV, XLSX or ODS): all of it or nothing. "
        "Example: manage.py import_census TS021-2021-2.csv --dry-run"
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, help="of the census, where the file doesn't say")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")

    def handle(self, *args, **options) -> None:
        file: Path = options["file"]
        dry = options["dry_run"]
        try:
            census, digest = read_file(file, filename=file.name, year=options["year"])
            with transaction.atomic():
                table = keep(census=census, sha256=digest, by=None)
                was_there = table.is_confirmed
                if not was_there:
                    table = confirm(table=table, by=None)
                lines = [
                    f"{table}: {census.areas} areas, {len(census.codes)} of them known here; "
                    f"{len(census.categories)} categories; "
                    f"{sum(figure.people for figure in census.figures):,} people.",
                    *census.notes,
                ]
                for category, near in unmatched(table):
                    hint = f" The nearest is “{near}”." if near else ""
                    lines.append(
                        f"“{category}” is no community here; its figures stand under that name.{hint}"
                    )
                if names := missing(table):
                    lines.append(f"It has no figures for {', '.join(names)}.")
                if was_there:
                    lines.append("This file is loaded already. Nothing has changed.")
                elif dry:
                    lines.append("Nothing has been written.")
                else:
                    lines.append(
                        "Loaded. Reports use it from now on."
                        if table.is_current
                        else "Loaded. Reports as at today use a newer one."
                    )
                if dry:
                    transaction.set_rollback(True)
        except TableError as fault:
            raise CommandError(f"{fault}\nNothing was written.") from fault
        for line in lines:
            self.stdout.write(line)
