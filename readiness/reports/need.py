"""Unmet need in the report: reviewed records of the time between the two days, as known on the later one.

What may be shown of a count of people is decided by toolkit_portal.core.disclosure, as everywhere.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.db.models import Count as Number
from django.db.models import Q, Sum
from django.utils import timezone

from evidence.analysis import DIMENSIONS, CrossTable, Lists, table_of, within
from evidence.models import Evidence
from evidence.models.needs import EvidenceQuerySet
from groups.models import User
from groups.states import end_of
from readiness.reports.choice import ReportChoice
from readiness.reports.values import Cell, Column, Draw, Kind, ReportTable, Row
from toolkit_portal.core.disclosure import TOTAL, Count, Table, protect

BY = (("need_by_district", "service_area", "district"), ("need_by_community", "service_area", "community"))


def reviewed(user: User | None) -> EvidenceQuerySet:
    """The reviewed records this person may see; all for None, whoever runs the machine."""
    every = Evidence.objects.all()
    return (every if user is None else every.visible_to(user)).reviewed()


def records(choice: ReportChoice, user: User | None) -> EvidenceQuerySet | None:
    """Those of the report: reviewed by the end of the day, and of a day until then. None: all, nothing is left out.

    Whatever leaves records out must be told to the protection of small counts, since the rest can be worked out too.
    """
    every = reviewed(user)
    found = every
    if choice.as_at < timezone.localdate():
        # A spreadsheet doesn't say when somebody reviewed a record.
        known = Q(reviewed_at__lt=end_of(choice.as_at)) | Q(imported=True)
        found = found.filter(known, last_day__lte=choice.as_at)
    if choice.lio is not None:
        found = found.filter(lio=choice.lio)
    if choice.district is not None:
        found = found.filter(pk__in=choice.district.evidence.values("pk"))
    if choice.community is not None:
        found = found.filter(pk__in=choice.community.evidence.values("pk"))
    return None if found is every else found


def need(choice: ReportChoice, user: User | None, lists: Lists) -> list[ReportTable]:
    """People affected by service area and district, by service area and community; records by method.

    Five queries and one for each list that isn't given.
    """
    marked = within(reviewed(user), records(choice, user))
    totals = {True: 0, False: 0}
    services: dict[bool, dict[Hashable, int]] = {True: {}, False: {}}
    methods: dict[bool, dict[tuple[Hashable, ...], int]] = {True: {}, False: {}}
    # Each record has one method and one service area, so that these sums may be added up here.
    for inside, method, service, people, number in (
        marked.order_by()
        .values("inside", "method", "service_area")
        .annotate(people=Sum("people_affected", default=0), number=Number("pk"))
        .values_list("inside", "method", "service_area", "people", "number")
    ):
        part = bool(inside)
        totals[part] += people
        services[part][service] = services[part].get(service, 0) + people
        methods[part][(method,)] = methods[part].get((method,), 0) + number
    return [
        *(
            as_table(
                key,
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
        _by_method(methods),
    ]


def _by_method(found: dict[bool, dict[tuple[Hashable, ...], int]]) -> ReportTable:
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
        note=protected.note,
        draw=Draw.BARS,
    )


def _with_total(counts: dict[tuple[Hashable, ...], int]) -> dict[tuple[Hashable, ...], int]:
    return {**counts, (TOTAL,): sum(counts.values())}


def as_table(key: str, found: CrossTable) -> ReportTable:
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
        about="People affected, as told in reviewed records up to the day.",
        note=found.note,
    )


def _keyed(labels: Any) -> list[tuple[Hashable, str]]:
    return [("none" if place is None else place, label) for place, label in labels.items()]


def _cell(count: Count) -> Cell:
    return Cell(count.value) if count.value is not None else Cell(None, str(count))
