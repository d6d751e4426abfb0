"""What a group is ready for: the ladder of contracting routes, each rule met or not, and what would meet it. Pure.

Sub-contracting to a prime before tendering alone is the toolkit's advice (section 2.2); the thresholds are the
edition's. Facts are those of one day: a paper counts until the day before it expires, and scores count exactly, so that
39.6 is below 40 though people read it as 40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readiness.route_rules import Judge
from readiness.route_values import (
    IN_PLACE,
    Alternatives,
    Facts,
    Paper,
    RouteRules,
    Rule,
    Scale,
    Standing,
    Step,
    at_least,
    held,
    months_before,
    number_since,
    reaches,
)

__all__ = [
    "IN_PLACE",
    "Alternatives",
    "Facts",
    "Paper",
    "RouteRules",
    "Rule",
    "Scale",
    "Standing",
    "Step",
    "months_before",
    "reached",
    "standing",
]


def standing(
    routes: Sequence[Mapping[str, Any]],
    scale: Scale,
    asks: Mapping[str, Alternatives],
    facts: Facts,
    names: Mapping[str, str] | None = None,
) -> Standing:
    """Judges a group by an edition's routes.

    routes  as readiness.edition_routes reads them, lowest rung first
    asks    what each name under "credentials" comes to, as alternatives of kinds of paper
    names   the label of each kind of paper, for the words

    Raises ValueError without routes, for a name that asks doesn't know, and for a route after one that isn't there.
    """
    if not routes:
        raise ValueError("This edition has no routes.")
    judge = Judge(scale, asks, facts, names or {})
    ladder: list[RouteRules] = []
    for route in routes:
        below: tuple[Rule, ...] = ()
        builds_on = ""
        if after := route.get("after"):
            found = [rung for rung in ladder if rung.key == after]
            if not found:
                raise ValueError(f"Route {route['key']} comes after {after}, which isn't below it.")
            below, builds_on = found[0].rules, found[0].title
        rules = (*below, *judge.rules(route, below))
        ladder.append(RouteRules(route["key"], route["title"], route.get("summary", ""), rules, builds_on))
    reached = max((place for place, rung in enumerate(ladder) if rung.met), default=0)
    above = ladder[reached + 1] if reached + 1 < len(ladder) else None
    return Standing(ladder[reached], above, tuple(ladder))


def reached(routes: Sequence[Mapping[str, Any]], asks: Mapping[str, Alternatives], facts: Facts) -> str:
    """The key of the highest route whose rules are all met, as standing() finds it, without words or steps.

    For many groups at once; facts must hold the stored scores. An unknown name of a paper is never met.
    """
    met: dict[str, bool] = {}
    highest = ""
    for route in routes:
        key = route["key"]
        met[key] = met.get(route.get("after", ""), True) and _is_met(route, asks, facts)
        if met[key] or not highest:
            highest = key
    return highest


def _is_met(route: Mapping[str, Any], asks: Mapping[str, Alternatives], facts: Facts) -> bool:
    # Plain loops: this runs for every group of a county at once.
    for code, least in route.get("levels", {}).items():
        if not reaches(facts.answers.get(code), least):
            return False
    themes = facts.themes or {}
    for code, least in route.get("theme_scores", {}).items():
        if not at_least(themes.get(code), least):
            return False
    if "overall" in route and not at_least(facts.overall, route["overall"]):
        return False
    for name in route.get("credentials", ()):
        if not _has_a_way(asks.get(name, ()), facts):
            return False
    day = facts.as_at
    if "evidence_records" in route:
        since = months_before(day, route["evidence_months"])
        if number_since(facts.evidence_days, since, day) < route["evidence_records"]:
            return False
    if "track_records" in route:
        since = months_before(day, 12 * route["track_record_years"])
        if number_since(facts.track_record_ends, since, day) < route["track_records"]:
            return False
    return True


def _has_a_way(ways: Alternatives, facts: Facts) -> bool:
    for way in ways:
        for kind in way:
            if not held(facts, kind):
                break
        else:
            return True
    return False
