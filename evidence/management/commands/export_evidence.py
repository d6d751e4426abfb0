"""manage.py export_evidence --format csv|xlsx [--lio NAME] [--from D] [--to D] -o FILE"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence.exports import HEADER, LOT, export_rows, sheet
from evidence.management.period import add_period, period_of
from evidence.models import Evidence
from groups.models import LIO
from toolkit_portal.core.spreadsheets import (
    match_label,
    unknown_value_message,
    write_query_csv,
    write_xlsx,
)


class Command(BaseCommand):
    help = (
        "Writes reviewed records of unmet need, one a row, with quotes where consent allows it. Keep the file safe. "
        "Example: manage.py export_evidence --format xlsx -o evidence.xlsx"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--format", required=True, choices=["csv", "xlsx"])
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")
        parser.add_argument("--lio", default="", help="only records of this LIO")
        add_period(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        start, end = period_of(options)
        records = Evidence.objects.within(start, end).reviewed()
        if options["lio"].strip():
            known = list(LIO.objects.values_list("name", flat=True))
            name = match_label(options["lio"], known)
            if name is None:
                raise CommandError(unknown_value_message("LIO", options["lio"], known))
            records = records.filter(lio__name=name)
        target: Path = options["output"]
        try:
            if options["format"] == "csv":
                write_query_csv(target, HEADER, export_rows(records), bom=False)
            else:
                write_xlsx(target, [sheet(export_rows(records).iterator(chunk_size=LOT))])
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        count = records.count()
        self.stdout.write(f"Wrote {count} reviewed record{'' if count == 1 else 's'} to {target}.")
