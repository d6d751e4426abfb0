"""Reviewed records one by one, for authorised staff: the columns of the import, so that a file can come back."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, TextField, Value, When

from evidence.import_rows import COLUMNS
from evidence.models import Evidence, Quote
from evidence.models.needs import EvidenceQuerySet
from toolkit_portal.core.spreadsheets import Sheet

HEADER = list(COLUMNS)
# Of a spreadsheet's columns, in characters: words need more than their headings do.
WIDTHS = {
    **dict.fromkeys(("group", "lio", "provider", "commissioner", "barriers"), 30),
    **dict.fromkeys(("method", "districts", "communities", "service_area"), 26),
    **dict.fromkeys(("summary", "needed_instead", "quote"), 60),
    "date": 19,
}
# Rows in memory at a time, where a file isn't written by the database.
LOT = 1000


def sheet(rows: Iterable[tuple[Any, ...]]) -> Sheet:
    """The sheet of a workbook for such rows, which are read once."""
    widths = [WIDTHS.get(name, max(10, len(name) + 3)) for name in HEADER]
    return Sheet("Evidence", HEADER, rows, widths=widths, numbers=[HEADER.index("people_affected")])


class _Joined(Subquery):
    """The texts of a query whose one column is named ``text``, in its order, as one text; null if it finds none."""

    template = "(SELECT %(function)s(listed.text, '%(separator)s') FROM (%(subquery)s) AS listed)"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, function="group_concat")

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, function="string_agg")


def export_rows(records: EvidenceQuerySet) -> QuerySet[Evidence, tuple[Any, ...]]:
    """A row a reviewed record, oldest first, in one query. Quotes only where consent names reports and exports."""
    allowed = Quote.objects.filter(record=OuterRef("pk"), for_reports=True).order_by("pk")
    return (
        records.reviewed()
        .order_by("happened_on", "pk")
        .values_list(
            "happened_on",
            "method",
            _names("groups", "communitygroup__name"),
            "lio__name",
            _names("districts", "district__name"),
            _names("communities", "community__label"),
            "service_area__label",
            "provider__name",
            "commissioner__name",
            _names("barriers", "barrier__label"),
            "people_affected",
            "summary",
            "needed_instead",
            _Joined(allowed.values("text"), separator="\n"),
            Case(When(Exists(allowed), then=Value("yes")), default=Value("")),
            "strength",
            Value("yes"),
        )
    )


def _names(links: str, name: str) -> _Joined:
    """What a record's links lead to, by name and in the order of its own lists."""
    target = name.partition("__")[0]
    linked = getattr(Evidence, links).through.objects.filter(evidence=OuterRef("pk"))
    return _Joined(linked.order_by(target).values(text=F(name)), separator="; ")
