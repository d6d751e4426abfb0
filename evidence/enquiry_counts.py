"""A month of enquiries counted: service area by outcome, by day, by week or by LIO, with totals."""

from calendar import monthrange
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from django.db.models import Count, QuerySet

from evidence.models import Enquiry
from groups.models import LIO, ServiceArea
from toolkit_portal.core.disclosure import TOTAL, Key, Protected, Table, protect
from toolkit_portal.core.disclosure import Count as Number

# What a month may be split by, and the words of the link. Days are for exact counts only: with small ones hidden,
# nothing of a day would be left.
EXACT_SPLITS = {"outcome": "By outcome", "day": "By day"}
OTHER_SPLITS = {"outcome": "By outcome", "week": "By week", "lio": "By LIO"}


@dataclass(frozen=True)
class Month:
    """A calendar month."""

    first: date

    @classmethod
    def of(cls, words: str, today: date) -> "Month":
        """The month written as 2026-11; this month for anything else, and for a month that is still to come."""
        try:
            first = date.fromisoformat(f"{words}-01")
        except ValueError:
            first = today
        return cls(min(first, today).replace(day=1))

    @property
    def last(self) -> date:
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def key(self) -> str:
        """As the address has it: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> "Month":
        return Month(self.last + timedelta(days=1))

    def columns(self, by: str) -> dict[Hashable, str]:
        """The columns of a month's table, each with its heading."""
        if by == "outcome":
            return dict(Enquiry.Outcome.choices)
        if by == "day":
            return {day: str(day) for day in range(1, self.last.day + 1)}
        return {
            week: f"{7 * week + 1}–{min(7 * week + 7, self.last.day)}"
            for week in range((self.last.day + 6) // 7)
        }

    def column_of(self, day: date, outcome: str, by: str) -> Hashable:
        """The column that an enquiry counts in."""
        if by == "outcome":
            return outcome
        return day.day if by == "day" else (day.day - 1) // 7


@dataclass(frozen=True)
class Line:
    """A service area in a month's table: its counts by column, then its total.

    bar is the total as a share of the largest one, in per cent; 0 where it is hidden.
    """

    service_area: ServiceArea | None
    cells: tuple[Number, ...]
    total: Number
    bar: int


@dataclass(frozen=True)
class Counted:
    """A month as it may be shown. lines: service areas that anybody asked about; total: all of them."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line
    note: str


def count_month(enquiries: QuerySet[Enquiry], month: Month, by: str, *, exact: bool) -> Counted:
    """Counts a month of enquiries that are already scoped to the reader, in two queries, or three by LIO.

    exact: for officers of their LIOs, who typed each of them in. Everybody else gets small counts hidden, and always
    of all LIOs together: LIO by LIO, each with a table of its own, one could be worked out from the others.
    """
    split = "lio_id" if by == "lio" else "outcome"
    rows = (
        enquiries.filter(asked_on__range=(month.first, month.last))
        .order_by()
        .values_list("service_area_id", "asked_on", split)
        .annotate(Count("pk"))
    )
    counts: dict[Key, int] = {}
    seen: set[Hashable] = set()
    for service, day, other, number in rows:
        column = other if by == "lio" else month.column_of(day, other, by)
        seen.add(column)
        for key in product((service, TOTAL), (column, TOTAL)):
            counts[key] = counts.get(key, 0) + number
    areas = list(ServiceArea.objects.filter(pk__in={row for row, _ in counts if row is not TOTAL}))
    columns: dict[Hashable, str] = (
        {lio.pk: str(lio) for lio in LIO.objects.filter(pk__in=[pk for pk in seen if isinstance(pk, int)])}
        if by == "lio"
        else month.columns(by)
    )
    table = Table((tuple(area.pk for area in areas), tuple(columns)), counts)
    shown = Protected(table) if exact else protect(table)
    totals = [shown[area.pk, TOTAL].value or 0 for area in areas]
    most = max(totals, default=0) or 1

    def line(area: ServiceArea | None, bar: int) -> Line:
        row: Hashable = TOTAL if area is None else area.pk
        return Line(area, tuple(shown[row, name] for name in columns), shown[row, TOTAL], bar)

    return Counted(
        headings=tuple(columns.values()),
        lines=tuple(line(area, round(100 * total / most)) for area, total in zip(areas, totals, strict=True)),
        total=line(None, 0),
        note=shown.note,
    )
