"""manage.py export_county --format csv|xlsx -o FILE [--as-at YYYY-MM-DD] [--lio NAME]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from groups.models import LIO, CommunityGroup
from readiness.county_files import csv_stream, write_sheet
from toolkit_portal.core.dates import DateError, parse_day
from toolkit_portal.core.spreadsheets import atomic_output, match_label, unknown_value_message


class Command(BaseCommand):
    help = (
        "Writes one row a group with its latest scores and levels. "
        "Example: manage.py export_county --format csv -o county.csv --as-at 2026-03-31"
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--format", required=True, choices=["csv", "xlsx"])
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")
        parser.add_argument("--as-at", default="", help="a day, such as 2026-03-31; today if left out")
        parser.add_argument("--lio", default="", help="only groups of this LIO")

    def handle(self, *args, **options) -> None:
        as_at = None
        if options["as_at"]:
            try:
                as_at = parse_day(options["as_at"], allow_future=True)
            except DateError as fault:
                raise CommandError(f"--as-at: {fault}") from fault
        groups = CommunityGroup.objects.order_by("name_key", "lio__name", "pk")
        if options["lio"].strip():
            known = list(LIO.objects.values_list("name", flat=True))
            name = match_label(options["lio"], known)
            if name is None:
                raise CommandError(unknown_value_message("LIO", options["lio"], known))
            groups = groups.filter(lio__name=name)
        target: Path = options["output"]
        try:
            with atomic_output(target) as path:
                if options["format"] == "csv":
                    with open(path, "w", encoding="utf-8", newline="") as file:
                        file.writelines(csv_stream(groups, as_at=as_at, bom=False))
                else:
                    write_sheet(path, groups, as_at=as_at)
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        day = as_at or timezone.localdate()
        self.stdout.write(f"Wrote {groups.count()} groups as at {day:%-d %B %Y} to {target}.")
