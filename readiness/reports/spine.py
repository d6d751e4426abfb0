"""Every group of a report, one at a time, with where it stood on both days: the one pass behind figures and lists.

Rows of several queries come in the order of the groups and are laid side by side, so that memory doesn't grow with the
number of groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from groups.models import CommunityGroup, Visit
from groups.states import end_of
from readiness.models import IssuedPlan
from readiness.reports.choice import ReportChoice
from readiness.reports.standing import assessments_at, route_at
from toolkit_portal.core.dates import months_after

CHUNK = 2000
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


@dataclass(frozen=True, slots=True)
class Stood:
    """An assessment as a group's latest on a day."""

    pk: int
    band: str
    overall: str
    """The exact score as text, as it is stored; empty without one."""
    on: date


@dataclass(frozen=True, slots=True)
class SpineRow:
    """One group on the two days."""

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
            (group, Stood(pk, band, overall, on))
            for group, pk, band, overall, on in assessments_at(day)
            .order_by("group_id")
            .values_list("group_id", "pk", "band", "overall_exact", "assessed_on")
            .iterator(chunk_size=CHUNK)
        )
        for day in (choice.as_at, choice.compare)
    )
    districts, communities = (Beside(_links(name)) for name in ("districts", "communities"))
    for pk, lio, kind, status, route, route_before, last_visit, issued in rows:
        latest, earlier = next(iter(now.of(pk)), None), next(iter(before.of(pk)), None)
        yield SpineRow(
            pk=pk,
            lio=lio,
            kind=kind,
            status=status,
            route=route,
            route_before=route_before,
            last_visit=last_visit,
            issued=issued or 0,
            districts=tuple(districts.of(pk)),
            communities=tuple(communities.of(pk)),
            now=latest,
            before=earlier,
            is_recent=latest is not None and latest.on >= recent,
            move=bands.move(latest, earlier),
        )


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
    """Rows (group, value) in the order of the groups, to be asked for groups in that same order."""

    def __init__(self, rows: Iterable[tuple[int, Any]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, group: int) -> list[Any]:
        """The values of a group; empty where it has none. Rows of the groups before it are passed over."""
        while self._next is not None and self._next[0] < group:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != group:
            return []
        found = [value for _, value in self._next[1]]
        self._next = next(self._groups, None)
        return found
