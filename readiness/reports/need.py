"""Unmet need in the report: reviewed records of the time between the two days, as known on the later one.

What may be shown of a count of people is decided by toolkit_portal.core.disclosure, as everywhere.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Number
from django.db.models import Q, Sum

from evidence.analysis import DIMENSIONS, CrossTable, Lists, table_of, within
from evidence.models import Evidence
from evidence.models.needs import EvidenceQuerySet
from groups.models import User
from groups.states import end_of
from readiness.reports.choice import ReportChoice
from readiness.reports.values import Cell, Column, Kind, ReportTable, Row
from toolkit_portal.core.disclosure import Count

BY = (("need_by_district", "service_area", "district"), ("need_by_community", "service_area", "community"))


def records(choice: ReportChoice, user: User) -> EvidenceQuerySet:
    """Those of the report: reviewed by the end of the day, and of the time after the earlier one."""
    # A spreadsheet doesn't say when somebody reviewed a record.
    known = Q(reviewed_at__lt=end_of(choice.as_at)) | Q(imported=True)
    found = (
        Evidence.objects.visible_to(user)
        .reviewed()
        .filter(known, last_day__lte=choice.as_at, last_day__gt=choice.compare)
    )
    if choice.lio is not None:
        found = found.filter(lio=choice.lio)
    if choice.district is not None:
        found = found.filter(pk__in=choice.district.evidence.values("pk"))
    if choice.community is not None:
        found = found.filter(pk__in=choice.community.evidence.values("pk"))
    return found


@dataclass(frozen=True)
class Need:
    """What the report says of unmet need: two tables of people, and how many records by method."""

    tables: tuple[ReportTable, ...]
    methods: dict[str, tuple[int, int]]
    """By method: how many records, and how many of them are systematic."""

    @property
    def records(self) -> int:
        return sum(number for number, _ in self.methods.values())


def need(choice: ReportChoice, user: User, lists: Lists) -> Need:
    """People affected by service area and district, and by service area and community. Seven queries."""
    marked = within(Evidence.objects.visible_to(user).reviewed(), records(choice, user))
    totals = {True: 0, False: 0}
    methods: dict[str, tuple[int, int]] = {}
    for inside, method, people, number, systematic in (
        marked.order_by()
        .values("inside", "method")
        .annotate(
            people=Sum("people_affected", default=0),
            number=Number("pk"),
            systematic=Number("pk", filter=Q(strength=Evidence.Strength.SYSTEMATIC)),
        )
        .values_list("inside", "method", "people", "number", "systematic")
    ):
        totals[bool(inside)] += people
        if inside:
            methods[method] = number, systematic
    return Need(
        tuple(
            as_table(
                key,
                table_of(marked, DIMENSIONS[rows], DIMENSIONS[columns], "people", totals=totals, lists=lists),
            )
            for key, rows, columns in BY
        ),
        methods,
    )


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
        about="People affected, as told in reviewed records of the time between the two days.",
        note=found.note,
    )


def _keyed(labels: Any) -> list[tuple[Hashable, str]]:
    return [("none" if place is None else place, label) for place, label in labels.items()]


def _cell(count: Count) -> Cell:
    return Cell(count.value) if count.value is not None else Cell(None, str(count))
