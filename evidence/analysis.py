"""Unmet need added up: tables by service, place, community, barrier, provider, method and time.

The work is done in the database, in a number of queries that doesn't grow with the records. What may be shown of a
table is decided by toolkit_portal.core.disclosure and by nothing else. Only reviewed records count.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import BooleanField, Case, Count, Model, Sum, Value, When

from evidence.models import Barrier, Evidence
from evidence.models.needs import EvidenceQuerySet
from groups.models import Community, District, Organisation, ServiceArea
from toolkit_portal.core.disclosure import SMALLEST_SHOWN, TOTAL, Key, Protected, Table, protect
from toolkit_portal.core.disclosure import Count as Shown

MEASURES = {"people": "People affected", "records": "Records"}
NOT_RECORDED = "Not recorded"


# The whole list behind a dimension, by its name, where it has been read already.
Lists = Mapping[str, Iterable[Model]]
NO_LISTS: Lists = MappingProxyType({})


@dataclass(frozen=True)
class Dimension:
    """One way to split records: the field, the list its labels come from, and words for one and for several."""

    name: str
    field: str
    model: type[Model]
    title: str
    several: bool  # a record may name several

    def labels(self, used: set[Any], lists: Lists) -> dict[Hashable, str]:
        """Label by id: what is offered today and what the records use, in the list's own order."""
        rows: Iterable[Any] = lists.get(self.name) or self.model._default_manager.all()
        found: dict[Hashable, str] = {row.pk: str(row) for row in rows if row.is_current or row.pk in used}
        if None in used:
            found[None] = NOT_RECORDED
        return found


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("service_area", "service_area", ServiceArea, "Service area", several=False),
        Dimension("district", "districts", District, "District", several=True),
        Dimension("community", "communities", Community, "Community", several=True),
        Dimension("barrier", "barriers", Barrier, "Barrier", several=True),
    )
}


@dataclass(frozen=True)
class CrossTable:
    """Rows by columns, or rows alone, as they may be shown."""

    title: str
    row_title: str
    rows: Mapping[Hashable, str]
    columns: Mapping[Hashable, str]
    measure: str
    protected: Protected
    # A record that names several of a row's or column's values counts in each and once in the total.
    counts_several: bool = False
    # Only the totals of rows are looked at.
    is_chart: bool = False

    @property
    def lines(self) -> list[tuple[str, list[Shown]]]:
        """Label and counts of each row, the row's total last; the last line is the total."""
        keys = [*self.rows, TOTAL]
        return [(str(self.rows.get(key, "Total")), self.protected.row(key)) for key in keys]

    @property
    def bars(self) -> list[tuple[str, Shown, int]]:
        """Label, count and length from 0 to 100 of each row's total, for a chart; a hidden count has no length."""
        totals = [(label, self._total(key)) for key, label in self.rows.items()]
        longest = max((count.value or 0 for _, count in totals), default=0)
        return [
            (label, count, round(100 * (count.value or 0) / longest) if longest else 0)
            for label, count in totals
        ]

    @property
    def as_bars(self) -> "CrossTable":
        """The same for a chart of the row totals, under the rows' own title."""
        return replace(self, title=f"By {self.row_title.lower()}", is_chart=True)

    def _total(self, key: Hashable) -> Shown:
        return self.protected[(key, TOTAL) if self.columns else (key,)]

    @property
    def total(self) -> Shown:
        """The count of everything."""
        return self.protected[(TOTAL, TOTAL) if self.columns else (TOTAL,)]

    @property
    def note(self) -> str:
        """What is hidden and why, and how several values of one record count."""
        several = (
            "A record that names several counts in each of their rows and once in the total."
            if self.counts_several
            else ""
        )
        hides = not self.is_chart or any(self._total(key).value is None for key in (*self.rows, TOTAL))
        return " ".join(words for words in (self.protected.note if hides else "", several) if words)


@dataclass
class _Sums:
    """Counts within the filter and in all records, by place in a table."""

    inside: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    whole: dict[tuple[Hashable, ...], int] = field(default_factory=dict)

    def add(self, key: tuple[Hashable, ...], count: int, is_inside: bool) -> None:
        self.whole[key] = self.whole.get(key, 0) + count
        if is_inside:
            self.inside[key] = self.inside.get(key, 0) + count


def within(scope: EvidenceQuerySet, chosen: EvidenceQuerySet | None) -> EvidenceQuerySet:
    """The scope with a mark on each record: whether it is within what was chosen. None: all are."""
    if chosen is None:
        return scope.annotate(inside=Value(True, output_field=BooleanField()))
    return scope.annotate(
        inside=Case(
            When(pk__in=chosen.order_by().values("pk"), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )


def sums_by(
    marked: EvidenceQuerySet, measure: str, *fields: str
) -> Iterator[tuple[bool, tuple[Any, ...], int]]:
    """Whether inside, the fields' values, and the count: one query. marked: what within() gives."""
    rows = (
        marked.order_by()
        .values("inside", *fields)
        .annotate(count=Count("pk") if measure == "records" else Sum("people_affected", default=0))
        .values_list("inside", *fields, "count")
    )
    for inside, *values, count in rows.iterator(chunk_size=5000):
        yield bool(inside), tuple(values), count


def cross_table(
    scope: EvidenceQuerySet, chosen: EvidenceQuerySet | None, rows: str, columns: str, measure: str
) -> CrossTable:
    """Rows by columns over reviewed records.

    scope: all that the person may see; chosen: those that fit the filter, None without one. rows, columns: two keys of
    DIMENSIONS. At most six queries. Raises ValueError where rows and columns are the same.
    """
    if rows == columns:
        raise ValueError("Choose two different things for rows and columns.")
    marked = within(scope.reviewed(), chosen)
    return table_of(marked, DIMENSIONS[rows], DIMENSIONS[columns], measure)


def table_of(
    marked: EvidenceQuerySet,
    down: Dimension,
    across: Dimension | None,
    measure: str,
    *,
    keep: Mapping[str, set[int]] | None = None,
    totals: Mapping[bool, int] | None = None,
    row_totals: Mapping[tuple[bool, Any], int] | None = None,
    lists: Lists = NO_LISTS,
) -> CrossTable:
    """One table of what within() has marked: rows by columns in four queries at most, or rows alone in two.

    totals: the count of everything inside and outside what was chosen, row_totals: by that and the row, where they are
    known: one query less for each.
    keep: ids of the rows and columns that are asked for, by dimension; a record that fits may name others too, which
    are left out. Nothing for a dimension: all of them.
    """
    places: list[tuple[tuple[str, ...], Callable[[tuple[Any, ...]], tuple[Hashable, ...]]]]
    if across is None:
        places = [((down.field,), lambda values: values), ((), lambda values: (TOTAL,))]
    else:
        places = [
            ((down.field, across.field), lambda values: values),
            ((down.field,), lambda values: (values[0], TOTAL)),
            ((across.field,), lambda values: (TOTAL, values[0])),
            ((), lambda values: (TOTAL, TOTAL)),
        ]
    wanted = [(keep or {}).get(dimension.name) for dimension in (down, across) if dimension]
    sums = _Sums()
    everything = (TOTAL,) * len(wanted)
    for inside, count in (totals or {}).items():
        sums.add(everything, count, inside)
    by_column: Counter[tuple[bool, Any]] = Counter()
    for fields, place in places:
        counts: Iterable[tuple[bool, tuple[Any, ...], int]]
        if not fields and totals is not None:
            continue
        if across is not None and fields == (down.field,) and row_totals is not None:
            counts = [(inside, (label,), count) for (inside, label), count in row_totals.items()]
        elif across is not None and fields == (across.field,) and not down.several:
            # Each record is in one row, so that the rows add up.
            counts = [(inside, (label,), count) for (inside, label), count in by_column.items()]
        else:
            counts = sums_by(marked, measure, *fields)
        for inside, values, count in counts:
            if len(values) == 2:
                by_column[inside, values[1]] += count
            key = place(values)
            if all(not ids or label is TOTAL or label in ids for label, ids in zip(key, wanted, strict=True)):
                sums.add(key, count, inside)
    if across is not None:
        return _as_table(sums, down, across, measure, lists)
    labels = down.labels({key[0] for key in sums.whole if key[0] is not TOTAL}, lists)
    return _one_axis(f"By {down.title.lower()}", down.title, labels, sums, measure, several=down.several)


def _as_table(sums: _Sums, down: Dimension, across: Dimension, measure: str, lists: Lists) -> CrossTable:
    row_labels = down.labels({key[0] for key in sums.whole if key[0] is not TOTAL}, lists)
    column_labels = across.labels({key[1] for key in sums.whole if key[1] is not TOTAL}, lists)
    order = list(DIMENSIONS)
    return CrossTable(
        title=f"{down.title} by {across.title.lower()}",
        row_title=down.title,
        rows=row_labels,
        columns=column_labels,
        measure=measure,
        # One way round only: asked for in both, a table must hide the same numbers, or each would show the other's.
        protected=_protected(
            (tuple(row_labels), tuple(column_labels)),
            sums,
            several=frozenset(place for place, one in enumerate((down, across)) if one.several),
            turned=order.index(down.name) > order.index(across.name),
        ),
        counts_several=down.several or across.several,
    )


def _protected(
    axes: tuple[tuple[Hashable, ...], ...],
    sums: _Sums,
    *,
    several: frozenset[int] = frozenset(),
    turned: bool = False,
) -> Protected:
    inside, whole = Table(axes, sums.inside, several), Table(axes, sums.whole, several)
    if turned:
        return protect(inside.turned, whole.turned).turned
    return protect(inside, whole)


@dataclass(frozen=True)
class Analysis:
    """What the analysis page shows, all of one measure."""

    measure: str
    total: Shown
    by_service: CrossTable
    by_community: CrossTable
    by_barrier: CrossTable
    by_provider: CrossTable
    over_time: CrossTable
    by_method: CrossTable
    by_strength: CrossTable

    @property
    def tables(self) -> list[CrossTable]:
        return [
            self.by_service, self.by_community, self.by_barrier, self.by_provider, self.over_time,
            self.by_method, self.by_strength,
        ]  # fmt: skip


PROVIDERS_SHOWN = 20


def analyse(
    scope: EvidenceQuerySet, chosen: EvidenceQuerySet | None, measure: str, lists: Lists = NO_LISTS
) -> Analysis:
    """Everything the page shows, in eight queries and one for each list that isn't given.

    scope and chosen as for cross_table.
    """
    marked = within(scope.reviewed(), chosen)
    service, district = DIMENSIONS["service_area"], DIMENSIONS["district"]
    cells, single = _Sums(), {name: _Sums() for name in ("method", "strength", "quarter")}
    for inside, values, count in sums_by(marked, measure, "service_area", "method", "strength"):
        # Each record has one of these, so that the sums may be added up here.
        cells.add((values[0], TOTAL), count, inside)
        cells.add((TOTAL, TOTAL), count, inside)
        for name, value in (("method", values[1]), ("strength", values[2])):
            single[name].add((value,), count, inside)
            single[name].add((TOTAL,), count, inside)
    # By day, a few hundred a year: SQLite has no quarters, and asking Python for each record's takes a second.
    for inside, (day,), count in sums_by(marked, measure, "happened_on"):
        single["quarter"].add((date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),), count, inside)
        single["quarter"].add((TOTAL,), count, inside)
    for inside, values, count in sums_by(marked, measure, "districts"):
        cells.add((TOTAL, values[0]), count, inside)
    for inside, values, count in sums_by(marked, measure, "service_area", "districts"):
        cells.add(values, count, inside)
    by_service = _as_table(cells, service, district, measure, lists)
    everything = _Sums(
        {(TOTAL,): cells.inside.get((TOTAL, TOTAL), 0)}, {(TOTAL,): cells.whole.get((TOTAL, TOTAL), 0)}
    )
    listed = {
        name: _one_list(marked, DIMENSIONS[name], measure, everything, lists)
        for name in ("community", "barrier")
    }
    return Analysis(
        measure=measure,
        total=by_service.total,
        by_service=by_service,
        by_community=listed["community"],
        by_barrier=listed["barrier"],
        by_provider=_by_provider(marked, measure, everything),
        over_time=_one_axis("Over time", "Quarter", _quarters(single["quarter"]), single["quarter"], measure),
        by_method=_one_axis(
            "How it was heard", "Method", dict(Evidence.Method.choices), single["method"], measure
        ),
        by_strength=_one_axis(
            "How strong it is", "Strength", dict(Evidence.Strength.choices), single["strength"], measure
        ),
    )


def _one_axis(
    title: str,
    row_title: str,
    labels: Mapping[Hashable, str],
    sums: _Sums,
    measure: str,
    *,
    several: bool = False,
) -> CrossTable:
    return CrossTable(
        title=title,
        row_title=row_title,
        rows=labels,
        columns={},
        measure=measure,
        protected=_protected((tuple(labels),), sums, several=frozenset({0} if several else ())),
        counts_several=several,
    )


def _one_list(
    marked: EvidenceQuerySet, dimension: Dimension, measure: str, everything: _Sums, lists: Lists
) -> CrossTable:
    sums = _Sums(dict(everything.inside), dict(everything.whole))
    for inside, values, count in sums_by(marked, measure, dimension.field):
        sums.add(values, count, inside)
    labels = dimension.labels({key[0] for key in sums.whole if key[0] is not TOTAL}, lists)
    return _one_axis(f"By {dimension.title.lower()}", dimension.title, labels, sums, measure, several=True)


def _by_provider(marked: EvidenceQuerySet, measure: str, everything: _Sums) -> CrossTable:
    """Providers that are named most, and all others in one row: a long tail of small counts would show nothing.

    In the order of their names, since a place by size would tell hidden counts apart. Where some don't find room, none
    with a small count takes any: that it came before the others could give it away.
    """
    found = _Sums(dict(everything.inside), dict(everything.whole))
    for inside, values, count in sums_by(marked, measure, "provider"):
        found.add(values, count, inside)
    named = sorted(
        (key for key in found.whole if key[0] not in (TOTAL, None)),
        key=lambda key: (-found.whole[key], key[0]),
    )
    top = set(named)
    if len(named) > PROVIDERS_SHOWN:
        top = {key for key in named[:PROVIDERS_SHOWN] if found.whole[key] >= SMALLEST_SHOWN}
    rest = set(named) - top
    names = Organisation.objects.filter(pk__in=[key[0] for key in top])
    labels: dict[Hashable, str] = {organisation.pk: str(organisation) for organisation in names}
    sums = _Sums()
    for counts, kept in ((found.inside, sums.inside), (found.whole, sums.whole)):
        for key, count in counts.items():
            place = ("others",) if key in rest else key
            kept[place] = kept.get(place, 0) + count
    if rest:
        labels["others"] = f"{len(rest)} {'other' if len(rest) == 1 else 'others'}"
    if (None,) in found.whole:
        labels[None] = NOT_RECORDED
    return _one_axis("By provider", "Provider", labels, sums, measure)


def _quarters(sums: _Sums) -> dict[Hashable, str]:
    """Every quarter from the first to the last that has a record, those without one between them too."""
    days = [key[0] for key in sums.whole if isinstance(key[0], date)]
    if not days:
        return {}
    labels: dict[Hashable, str] = {}
    year, quarter, last = min(days).year, (min(days).month - 1) // 3, max(days)
    while date(year, 3 * quarter + 1, 1) <= last:
        first = date(year, 3 * quarter + 1, 1)
        labels[first] = f"{first:%b} to {date(year, 3 * quarter + 3, 1):%b %Y}"
        year, quarter = (year + 1, 0) if quarter == 3 else (year, quarter + 1)
    return labels


def csv_rows(table: CrossTable) -> tuple[list[str], list[list[str | int]]]:
    """Header and rows for a CSV: the row's label, a column a value, and Total last, down and across."""
    header = [table.row_title, *table.columns.values(), "Total"]
    return header, [
        [label, *(str(count) if count.value is None else count.value for count in counts)]
        for label, counts in table.lines
    ]


__all__ = ["DIMENSIONS", "MEASURES", "Analysis", "CrossTable", "Key", "analyse", "cross_table", "csv_rows"]
