"""manage.py export_county --format csv|xlsx|pdf|json [--tables] [--as-at D] [--compare D] [filters] -o FILE"""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from groups.models import LIO, CommunityGroup, District
from readiness.reports.choice import ReportChoice, year_before
from readiness.reports.files import write_report
from readiness.reports.sentences import in_words, number
from readiness.route_keeping import settle_due
from toolkit_portal.core.dates import DateError, parse_day
from toolkit_portal.core.pdf import PdfTooLarge
from toolkit_portal.core.spreadsheets import (
    TableError,
    atomic_output,
    match_label,
    unknown_value_message,
)

FORMATS = ("csv", "xlsx", "pdf", "json")


class Command(BaseCommand):
    help = (
        "Writes the county as at a day: csv is one row a group (with --tables a ZIP of all tables), xlsx is all tables "
        "and the groups, pdf and json are all tables. Example: manage.py export_county --format csv -o county.csv "
        "--as-at 2026-03-31"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--format", required=True, metavar="|".join(FORMATS))
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")
        parser.add_argument(
            "--tables", action="store_true", help="with csv: a ZIP of all tables, a row a group among them"
        )
        parser.add_argument("--as-at", default="", help="a day, such as 2026-03-31; today if left out")
        parser.add_argument(
            "--compare", default="", help="an earlier day to compare with; a year before if left out"
        )
        parser.add_argument("--lio", default="", help="only groups of this LIO")
        parser.add_argument("--district", default="", help="only groups that work in this district")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted, target = str(options["format"]).lower(), options["output"]
        if wanted not in FORMATS:
            raise CommandError(f"--format: choose {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
        if options["tables"] and wanted != "csv":
            raise CommandError(f"--tables goes with --format csv alone; {wanted} holds all tables anyway.")
        kind = "groups" if wanted == "csv" and not options["tables"] else wanted
        choice = _choice(options, future=kind in {"groups", "xlsx"})
        if choice.as_at >= timezone.localdate():
            settle_due(CommunityGroup.objects.all())
        try:
            with atomic_output(target) as path:
                groups, _ = write_report(path, kind, choice, by=None, bom=False)
        except (PdfTooLarge, TableError) as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        words = number(groups, "group", "groups") if groups else "0 groups"
        self.stdout.write(f"Wrote {words} as at {in_words(choice.as_at)} to {target}.")


def _choice(options: dict[str, Any], *, future: bool) -> ReportChoice:
    """What is asked. Raises CommandError for days and names that can't be."""
    today = timezone.localdate()
    as_at = _day(options, "as_at") or today
    if as_at > today and not future:
        raise CommandError("--as-at: that day is still to come. Choose today or a day before.")
    compare = _day(options, "compare") or year_before(as_at)
    if compare >= as_at:
        raise CommandError(f"--compare: choose a day before {in_words(as_at)}, which the report is as at.")
    return ReportChoice(
        as_at=as_at,
        compare=compare,
        lio=_named(LIO, options["lio"], "LIO"),
        district=_named(District, options["district"], "district"),
    )


def _day(options: dict[str, Any], name: str) -> date | None:
    try:
        return parse_day(options[name], allow_future=True) if options[name] else None
    except DateError as fault:
        raise CommandError(f"--{name.replace('_', '-')}: {fault}") from fault


def _named(model: Any, words: str, noun: str) -> Any:
    """The record of that name, without regard to case; None without words."""
    if not words.strip():
        return None
    known = list(model.objects.values_list("name", flat=True))
    name = match_label(words, known)
    if name is None:
        raise CommandError(unknown_value_message(noun, words, known))
    return model.objects.filter(name=name).order_by("pk").first()
