"""--from and --to of the commands of evidence."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError

from toolkit_portal.core.dates import DateError, parse_day


def add_period(parser: Any) -> None:
    """Adds --from and --to to a command's arguments."""
    parser.add_argument("--from", dest="start", default="", help="first day, such as 2026-01-31")
    parser.add_argument("--to", dest="end", default="", help="last day, such as 2026-12-31")


def period_of(options: dict[str, Any]) -> tuple[date | None, date | None]:
    """The days given, None where one is open. Raises CommandError for no day, and for a period that runs backwards."""
    days: list[date | None] = []
    for name, words in (("--from", options["start"]), ("--to", options["end"])):
        try:
            days.append(parse_day(words, allow_future=True) if words.strip() else None)
        except DateError as fault:
            raise CommandError(f"{name}: {fault}") from fault
    start, end = days
    if start and end and end < start:
        raise CommandError("--to lies before --from. Turn them round.")
    return start, end
