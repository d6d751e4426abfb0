"""manage.py evidence_table --rows R --columns C --measure M [--from D] [--to D] -o FILE.csv"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence.analysis import DIMENSIONS, MEASURES, cross_table, csv_rows
from evidence.management.period import add_period, period_of
from evidence.models import Evidence
from toolkit_portal.core.spreadsheets import write_csv


class Command(BaseCommand):
    help = (
        "Writes unmet need as a table, of reviewed records only: <5 for 1 to 4, * for what is hidden to protect that. "
        "Example: manage.py evidence_table --rows service_area --columns district --measure people -o need.csv"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--rows", required=True, choices=list(DIMENSIONS))
        parser.add_argument("--columns", required=True, choices=list(DIMENSIONS))
        parser.add_argument("--measure", required=True, choices=list(MEASURES))
        add_period(parser)
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        start, end = period_of(options)
        scope = Evidence.objects.all()
        try:
            table = cross_table(
                scope,
                scope.within(start, end) if start or end else None,
                options["rows"],
                options["columns"],
                options["measure"],
            )
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        target: Path = options["output"]
        try:
            write_csv(target, *csv_rows(table), bom=False)
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        self.stdout.write(f"Wrote {table.title.lower()} to {target}. {table.note}".rstrip())
