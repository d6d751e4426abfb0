"""Every group of a report, one at a time, with where it stood on both days: the one pass behind figures and lists.

Rows of several queries come in the order of the groups and are laid side by side, so that memory doesn't grow with the
number of groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Max, OuterRef, QuerySet, Subquery

from groups.models import CommunityGroup, Visit
from readiness.models import IssuedPlan
from readiness.reports.choice import ReportChoice
from readiness.reports.standing import assessments_at, route_at
from toolkit_portal.core.dates import end_of, months_after

# Rows in memory at a time, of each of five queries.
CHUNK = 200
RECENT_MONTHS = 12


def recent_from(day: date) -> date:
    """The first day of the twelve months up to a day."""
    return months_after(day, -RECENT_MONTHS)


class Move(StrEnum):
    """What became of a group's band between the two days."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    NEW = "new"
    """Assessed by the later day, not by the earlier one."""
    WAITING = "waiting"
    """Not assessed again since the earlier day."""
    NEVER = "never"
    """Not assessed at all."""


class Stood(NamedTuple):
    """An assessment as a group's latest on a day."""

    pk: int
    band: str
    overall: str
    """The exact score as text, as it is stored; empty without one."""
    on: date


class SpineRow(NamedTuple):
    """One group on the two days. A tuple, since there are ten thousand and a dataclass takes three times as long."""

    pk: int
    lio: int
    kind: str
    status: str
    route: str
    route_before: str
    last_visit: date | None
    issued: int
    """How many versions of its plan had been issued by the later day."""
    districts: tuple[int, ...]
    communities: tuple[int, ...]
    now: Stood | None
    before: Stood | None
    is_recent: bool
    """Whether its latest assessment is of the twelve months up to the later day."""
    move: Move

    @property
    def is_active(self) -> bool:
        return self.status == CommunityGroup.Status.ACTIVE


class Bands:
    """The bands' names, lowest first, and the place of each."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self._places = {name: place for place, name in enumerate(self.names)}

    def place(self, name: str) -> int:
        """Its place from the lowest, -1 for a name of another edition."""
        return self._places.get(name, -1)

    def move(self, now: Stood | None, before: Stood | None) -> Move:
        """What became of the band. Assessments are the same one where nobody has assessed again."""
        if now is None:
            return Move.NEVER
        if before is None:
            return Move.NEW
        if now.pk == before.pk:
            return Move.WAITING
        places = self.place(now.band), self.place(before.band)
        return Move.SAME if places[0] == places[1] else Move.UP if places[0] > places[1] else Move.DOWN


def spine(
    choice: ReportChoice, groups: QuerySet[CommunityGroup], bands: Bands, recent: date
) -> Iterator[SpineRow]:
    """Each of the groups, by its id. Five queries, however many.

    groups  what choice.scope() gave
    recent  the first day on which an assessment counts as of the last twelve months
    """
    end = end_of(choice.as_at)
    rows = (
        groups.annotate(
            route_then=route_at(choice.compare),
            last_visit=Subquery(
                Visit.objects.filter(group=OuterRef("pk"), happened_on__lte=choice.as_at)
                .order_by()
                .values("group")
                .annotate(on=Max("happened_on"))
                .values("on")
            ),
            issued=Subquery(
                IssuedPlan.objects.filter(plan__group=OuterRef("pk"), issued_at__lt=end)
                .order_by()
                .values("plan__group")
                .annotate(most=Max("number"))
                .values("most")
            ),
        )
        .order_by("pk")
        .values_list("pk", "lio_id", "kind", "status_at", "route_at", "route_then", "last_visit", "issued")
        .iterator(chunk_size=CHUNK)
    )
    # Not narrowed to the groups: rows of others are passed over, which is quicker than asking for each.
    now, before = (
        Beside(
            assessments_at(day)
            .order_by("group_id")
            .values_list("group_id", "pk", "band", "overall_exact", "assessed_on")
            .iterator(chunk_size=CHUNK)
        )
        for day in (choice.as_at, choice.compare)
    )
    districts, communities = (Beside(_links(name)) for name in ("districts", "communities"))
    for pk, lio, kind, status, route, route_before, last_visit, issued in rows:
        latest, earlier = _stood(now.of(pk)), _stood(before.of(pk))
        yield SpineRow(
            pk=pk,
            lio=lio,
            kind=kind,
            status=status,
            route=route,
            route_before=route_before,
            last_visit=last_visit,
            issued=issued or 0,
            districts=tuple([district for _, district in districts.of(pk)]),
            communities=tuple([community for _, community in communities.of(pk)]),
            now=latest,
            before=earlier,
            is_recent=latest is not None and latest.on >= recent,
            move=bands.move(latest, earlier),
        )


def _stood(rows: list[tuple[Any, ...]]) -> Stood | None:
    return Stood(*rows[0][1:]) if rows else None


def _links(name: str) -> Iterator[tuple[int, int]]:
    through: Any = getattr(CommunityGroup, name).through
    other = {"districts": "district_id", "communities": "community_id"}[name]
    rows: Iterator[tuple[int, int]] = (
        through.objects.order_by("communitygroup_id", other)
        .values_list("communitygroup_id", other)
        .iterator(chunk_size=CHUNK)
    )
    return rows


class Beside:
    """Rows (group, …) in the order of the groups, to be asked for groups in that same order."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def of(self, group: int) -> list[tuple[Any, ...]]:
        """The rows of a group; empty where it has none. Rows of the groups before it are passed over."""
        row, rows = self._next, self._rows
        while row is not None and row[0] < group:
            row = next(rows, None)
        found = []
        while row is not None and row[0] == group:
            found.append(row)
            row = next(rows, None)
        self._next = row
        return found
