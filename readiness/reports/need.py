"""Unmet need in the report: reviewed records of the time between the two days, as known on the later one.

What may be shown of a count of people is decided by toolkit_portal.core.disclosure, as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import BooleanField, Case, ExpressionWrapper, Q, Sum, Value, When
from django.db.models import Count as Number
from django.utils import timezone

from evidence.analysis import DIMENSIONS, CrossTable, Lists, table_of
from evidence.models import Evidence
from evidence.models.needs import EvidenceQuerySet
from groups.models import User
from readiness.reports.choice import ReportChoice
from readiness.reports.values import Cell, Column, Draw, Kind, ReportTable, Row
from toolkit_portal.core.dates import end_of
from toolkit_portal.core.disclosure import TOTAL, Count, Table, protect

ABOUT = "People affected, as told in reviewed records up to the day."
# What the filter by kind or route doesn't do here must be said where it is set.
WHOSE = "Records of all groups are counted, of whatever kind and whatever they are ready for."
BY = (("need_by_district", "service_area", "district"), ("need_by_community", "service_area", "community"))


def reviewed(user: User | None) -> EvidenceQuerySet:
    """The reviewed records this person may see; all for None, whoever runs the machine."""
    every = Evidence.objects.all()
    return (every if user is None else every.visible_to(user)).reviewed()


def chosen(choice: ReportChoice) -> Q | None:
    """What records of the report fit: known to be reviewed by the end of the day, and of a day until then. None: all.

    Whatever leaves records out must be told to the protection of small counts, since the rest can be worked out too.
    A condition on the record itself: asked for by a list of its like, each would be looked up among 200,000.
    """
    conditions = []
    if choice.as_at < timezone.localdate():
        # A spreadsheet doesn't say when somebody reviewed a record.
        known = Q(reviewed_at__lt=end_of(choice.as_at)) | Q(imported=True)
        conditions.append(known & Q(last_day__lte=choice.as_at))
    if choice.lio is not None:
        conditions.append(Q(lio=choice.lio))
    if choice.district is not None:
        conditions.append(Q(pk__in=choice.district.evidence.order_by().values("pk")))
    if choice.community is not None:
        conditions.append(Q(pk__in=choice.community.evidence.order_by().values("pk")))
    return reduce(and_, conditions) if conditions else None


def need(choice: ReportChoice, user: User | None, lists: Lists) -> list[ReportTable]:
    """People affected by service area and district, by service area and community; records by method.

    At most five queries.
    """
    condition = chosen(choice)
    inside_or_not: Any = Value(True) if condition is None else Case(When(condition, then=True), default=False)
    marked = reviewed(user).annotate(inside=ExpressionWrapper(inside_or_not, output_field=BooleanField()))
    totals = {True: 0, False: 0}
    services: Counter[tuple[bool, Any]] = Counter()
    methods: dict[bool, Counter[tuple[Hashable, ...]]] = {True: Counter(), False: Counter()}
    # Each record has one method and one service, so that sums by both give those by each.
    for inside, method, service, people, number in (
        marked.order_by()
        .values("inside", "method", "service_area")
        .annotate(people=Sum("people_affected", default=0), number=Number("pk"))
        .values_list("inside", "method", "service_area", "people", "number")
    ):
        totals[bool(inside)] += people
        services[bool(inside), service] += people
        methods[bool(inside)][(method,)] += number
    about = ABOUT + (f" {WHOSE}" if choice.kind or choice.route else "")
    return [
        *(
            as_table(
                key,
                about,
                table_of(
                    marked,
                    DIMENSIONS[rows],
                    DIMENSIONS[columns],
                    "people",
                    totals=totals,
                    row_totals=services,
                    lists=lists,
                ),
            )
            for key, rows, columns in BY
        ),
        _by_method(methods, WHOSE if choice.kind or choice.route else ""),
    ]


def _by_method(found: Mapping[bool, Mapping[tuple[Hashable, ...], int]], about: str) -> ReportTable:
    """Records by method. A record is mostly one person's account, so small counts of them are hidden too."""
    labels = dict(Evidence.Method.choices)
    inside = _with_total(found[True])
    whole = _with_total(
        {key: found[True].get(key, 0) + found[False].get(key, 0) for key in [*found[True], *found[False]]}
    )
    axes = (tuple(labels),)
    protected = protect(Table(axes, inside), Table(axes, whole))
    return ReportTable(
        key="need_by_method",
        title="Unmet need: how it was heard",
        corner="Method",
        columns=(Column("records", "Reviewed records", Kind.PEOPLE),),
        rows=(
            *(Row(key, str(label), (_cell(protected[(key,)]),)) for key, label in labels.items()),
            Row("total", "Total", (_cell(protected[(TOTAL,)]),), is_total=True),
        ),
        about=about,
        note=protected.note,
        draw=Draw.BARS,
    )


def _with_total(counts: Mapping[tuple[Hashable, ...], int]) -> dict[tuple[Hashable, ...], int]:
    return {**counts, (TOTAL,): sum(counts.values())}


def as_table(key: str, about: str, found: CrossTable) -> ReportTable:
    """A protected table as one of the report, totals last."""
    columns = [*((str(place), title) for place, title in _keyed(found.columns)), ("total", "Total")]
    keys = [*(str(place) for place, _ in _keyed(found.rows)), "total"]
    return ReportTable(
        key=key,
        title=f"Unmet need: {found.title[:1].lower()}{found.title[1:]}",
        corner=found.row_title,
        columns=tuple(Column(key, title, Kind.PEOPLE) for key, title in columns),
        rows=tuple(
            Row(row, label, tuple(_cell(count) for count in counts), is_total=row == "total")
            for row, (label, counts) in zip(keys, found.lines, strict=True)
        ),
        about=about,
        note=found.note,
    )


def _keyed(labels: Any) -> list[tuple[Hashable, str]]:
    return [("none" if place is None else place, label) for place, label in labels.items()]


def _cell(count: Count) -> Cell:
    return Cell(count.value) if count.value is not None else Cell(None, str(count))
