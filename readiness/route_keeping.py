"""Keeps the route of each group up to date, and a history of what moved it.

Whatever changes what a group has in hand says so, and its route is judged again in the same transaction. Time moves
routes too: a paper runs out, a record grows too old. For that each kept route names the first day it may change on.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.models import GroupRoute, RouteChange
from readiness.route_facts import Ladder, current_ladder, facts_of
from readiness.routes import Facts, months_before, reached

TIME = "Time passed"
AT_ONCE = 2000
# What route_of needs of a group, for select_related().
WITH_ROUTE = "route__edition"


def settle(groups: QuerySet[CommunityGroup], cause: str, *, day: date | None = None) -> int:
    """Judges the routes of these groups again, keeps them, and notes each change with its cause.

    cause is at most 250 letters; an empty one takes what had lapsed. Returns how many moved. Reads fourteen
    queries for AT_ONCE groups or fewer.
    """
    ladder = current_ladder()
    if ladder is None:
        return 0
    today = day or timezone.localdate()
    moved = 0
    ids = list(groups.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            moved += _settle_some(ids[start : start + AT_ONCE], ladder, cause, today)
    return moved


def _settle_some(ids: list[int], ladder: Ladder, cause: str, day: date) -> int:
    wanted = CommunityGroup.objects.filter(pk__in=ids)
    facts = facts_of(wanted, ladder, day, short=True)
    # Locked in the order of their ids, so that two at once don't wait for each other.
    kept = {
        route.group_id: route
        for route in GroupRoute.objects.select_for_update(of=("self",))
        .filter(group__in=ids)
        .order_by("group")
    }
    places = {key: place for place, key in enumerate(ladder.titles)}
    now = timezone.now()
    new: list[GroupRoute] = []
    old: list[GroupRoute] = []
    changes: list[RouteChange] = []
    for pk in ids:
        key = reached(ladder.routes, ladder.asks, facts[pk])
        until, why = holds_until(ladder, facts[pk])
        route = kept.get(pk) or GroupRoute(group_id=pk, route="", rung=0)
        before, lapsed = route.route, route.lapses
        by_time = not cause and (route.holds_until or date.max) <= day
        if before and before != key:
            changes.append(
                RouteChange(
                    group_id=pk,
                    edition=ladder.edition,
                    before=before,
                    route=key,
                    went_up=places[key] > places.get(before, -1),
                    cause=(cause or lapsed or TIME)[:250],
                    # Time moved it on its own day, though nobody looked until now; never before it was judged last.
                    changed_at=max(_start_of(route.holds_until), route.judged_at)
                    if by_time and route.holds_until
                    else now,
                )
            )
        route.edition, route.route, route.rung = ladder.edition, key, places[key]
        route.holds_until, route.lapses, route.judged_at = until, why[:250], now
        (old if route.pk else new).append(route)
    GroupRoute.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["group"],
        update_fields=["edition", "route", "rung", "holds_until", "lapses", "judged_at"],
    )
    GroupRoute.objects.bulk_update(
        old, ["edition", "route", "rung", "holds_until", "lapses", "judged_at"], batch_size=500
    )
    RouteChange.objects.bulk_create(changes)
    return len(changes)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def due(groups: QuerySet[CommunityGroup], day: date) -> QuerySet[CommunityGroup]:
    """Those among the groups whose route was never judged, or may have changed by the passing of time."""
    return groups.filter(Q(route__isnull=True) | Q(route__holds_until__lte=day))


def settle_due(groups: QuerySet[CommunityGroup]) -> int:
    """Judges those that are due, if any are: one query where none is. Returns how many moved."""
    today = timezone.localdate()
    ids = list(
        due(CommunityGroup.objects.filter(pk__in=groups.order_by().values("pk")), today).values_list(
            "pk", flat=True
        )
    )
    return settle(CommunityGroup.objects.filter(pk__in=ids), "") if ids else 0


def settle_daily(day: date) -> bool:
    """Judges all groups that are due, as a worker's daily act; nothing is ever left for later."""
    settle(due(CommunityGroup.objects.all(), day), "", day=day)
    return True


@dataclass(frozen=True)
class RouteInShort:
    """A group's route in titles, for pages that only mention it."""

    title: str
    next_title: str
    """Empty at the top of the ladder."""


def route_of(group: CommunityGroup) -> RouteInShort | None:
    """The kept route of a group, or what it is now where it is due to be judged again; None without routes.

    Writes nothing. No query where the group was fetched with select_related(WITH_ROUTE) and nothing is due.
    """
    return _now([group], {group.pk: getattr(group, "route", None)})[group.pk]


def routes_of(groups: Sequence[CommunityGroup]) -> dict[int, RouteInShort | None]:
    """The same for several groups, by id. One query where none is due."""
    kept = GroupRoute.objects.filter(group__in=groups).select_related("edition")
    return _now(groups, {route.group_id: route for route in kept})


def _now(
    groups: Sequence[CommunityGroup], kept: Mapping[int, GroupRoute | None]
) -> dict[int, RouteInShort | None]:
    today = timezone.localdate()
    found: dict[int, RouteInShort | None] = {}
    for pk, route in kept.items():
        if route is not None and (route.holds_until is None or route.holds_until > today):
            found[pk] = _in_short(route.edition.route_titles, route.route)
    left = [group.pk for group in groups if group.pk not in found]
    ladder = current_ladder() if left else None
    if ladder is None:
        return found | dict.fromkeys(left)
    facts = facts_of(CommunityGroup.objects.filter(pk__in=left), ladder, today, short=True)
    for pk in left:
        found[pk] = _in_short(ladder.titles, reached(ladder.routes, ladder.asks, facts[pk]))
    return found


def _in_short(titles: Mapping[str, str], key: str) -> RouteInShort:
    keys = list(titles)
    above = keys[keys.index(key) + 1 :] if key in titles else []
    return RouteInShort(titles.get(key, key), titles[above[0]] if above else "")


def holds_until(ladder: Ladder, facts: Facts) -> tuple[date | None, str]:
    """The first day after the facts' own on which time alone may move the route, and what lapses then, in words."""
    day = facts.as_at
    ends: list[tuple[date, str]] = [
        (paper.expires_on, f"{ladder.names.get(kind, kind)} expired")
        for kind, paper in facts.papers.items()
        if paper.holds(day) and paper.expires_on is not None
    ]
    for route in ladder.routes:
        for days, months, words in (
            (facts.evidence_days, route.get("evidence_months"), "A record of need grew too old"),
            (
                facts.track_record_ends,
                12 * route.get("track_record_years", 0),
                "A piece of work is too long ago",
            ),
        ):
            if months:
                ends += [(lapse, words) for last in days if (lapse := lapses(last, months)) > day]
    return min(ends, default=(None, ""))


def lapses(last: date, months: int) -> date:
    """The first day on which something that happened then is older than so many months."""
    year, month = divmod(last.year * 12 + last.month - 1 + months, 12)
    day = date(year, month + 1, min(last.day, calendar.monthrange(year, month + 1)[1]))
    while months_before(day, months) <= last:
        day += timedelta(days=1)
    return day


def follow(sender: Any, groups: Iterable[int], cause: str, **kwargs: Any) -> None:
    """Receives groups.credentials.readiness_changed."""
    settle(CommunityGroup.objects.filter(pk__in=list(groups)), cause)
