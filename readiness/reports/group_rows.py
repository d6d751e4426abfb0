"""A row a group as at a day, for files that others script against: where it stands and what is to be done.

Groups are read in lots, with as many queries for each lot however large it is, so that memory stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery

from groups.models import CommunityGroup, CredentialKind, Visit
from readiness import county, scoring
from readiness.models import Action, Edition, IssuedPlan
from readiness.reports.actions import late_at
from readiness.reports.papers import papers_at
from readiness.reports.standing import route_at
from toolkit_portal.core.dates import end_of

FIRST_COLUMNS = (
    *("group", "lio", "districts", "kind", "status", "assessed_on"),
    *("score_2_1", "score_2_2", "overall", "band"),
)
LAST_COLUMNS = ("route", "last_visit", "plan_state", "actions_overdue", "papers_missing")
# Of a spreadsheet's columns, in characters: names, routes and days need more than their headings do.
WIDTHS = {
    **dict.fromkeys(("group", "lio", "districts"), 36),
    **dict.fromkeys(("kind", "route"), 28),
    **dict.fromkeys(("band", "assessed_on", "last_visit", "plan_state"), 19),
}
# How a paper stands that nobody need look for.
SETTLED = ("in_place", "soon", "not_needed")
ORDER = ("name_key", "lio__name", "pk")


@dataclass(frozen=True)
class State:
    """What a group has and has to do on a day."""

    route: str
    last_visit: date | None
    plan: str
    overdue: int
    missing: int


def header(codes: Sequence[str]) -> list[str]:
    """The columns: those of FIRST_COLUMNS, level_<code> for each criterion, those of LAST_COLUMNS."""
    return [*FIRST_COLUMNS, *(f"level_{code}" for code in codes), *LAST_COLUMNS]


def looks(codes: Sequence[str]) -> dict[str, Any]:
    """How a spreadsheet shows the columns, as toolkit_portal.core.spreadsheets.Sheet takes it."""
    names = header(codes)
    whole = ("level_", "actions_overdue", "papers_missing")
    return {
        "formats": ["0.00" if name.startswith(("score_", "overall")) else "" for name in names],
        "numbers": [place for place, name in enumerate(names) if name.startswith(whole)],
        "widths": [WIDTHS.get(name, 13) for name in names],
        "frozen_columns": 1,
    }


def rows(
    groups: QuerySet[CommunityGroup],
    day: date,
    codes: Sequence[str],
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> Iterator[list[object]]:
    """Rows for header(), in the order of the groups: text, days, whole levels, scores with two decimals, half up.

    progress is told how many groups are written, once a lot.
    """
    edition = Edition.objects.filter(is_current=True).first()
    titles = edition.route_titles if edition else {}
    usual = list(CredentialKind.objects.current().filter(is_usual=True).values_list("pk", flat=True))
    done = 0
    for lot in county.lots(groups, as_at=day):
        states = states_of([line.pk for line in lot], day, usual)
        for line in lot:
            state = states[line.pk]
            yield [
                line.group,
                line.lio,
                "; ".join(line.districts),
                line.kind,
                line.status,
                line.assessed_on,
                _two(line.theme_scores.get("2.1")),
                _two(line.theme_scores.get("2.2")),
                _two(line.overall),
                line.band,
                *(line.levels.get(code) for code in codes),
                titles.get(state.route, state.route),
                state.last_visit,
                state.plan,
                state.overdue,
                state.missing,
            ]
        done += len(lot)
        progress(done)


def states_of(groups: Sequence[int], day: date, usual: Sequence[int]) -> dict[int, State]:
    """The state of each of these groups at the end of the day, by id. Three queries. usual: ids of kinds of paper."""
    late = _counted(late_at(day).filter(plan__group__in=groups), "plan__group")
    settled = _counted(
        papers_at(day, groups).filter(of_kind__in=usual, stands__in=SETTLED),
        "of_group",
    )
    end = end_of(day)
    actions = Action.objects.filter(plan__group=OuterRef("pk"), created_at__lt=end)
    visits = Visit.objects.filter(group=OuterRef("pk"), happened_on__lte=day)
    issued = IssuedPlan.objects.filter(plan__group=OuterRef("pk"), issued_at__lt=end)
    found = CommunityGroup.objects.filter(pk__in=groups).annotate(
        route_on=route_at(day),
        seen=Subquery(visits.order_by().values("group").annotate(on=Max("happened_on")).values("on")),
        newest_plan=Subquery(
            issued.order_by().values("plan__group").annotate(newest=Max("number")).values("newest")
        ),
        planned=Exists(actions),
    )
    return {
        pk: State(
            route=route,
            last_visit=seen,
            plan=f"version {version} issued" if version else "not issued" if planned else "none",
            overdue=late.get(pk, 0),
            missing=len(usual) - settled.get(pk, 0),
        )
        for pk, route, seen, version, planned in found.values_list(
            "pk", "route_on", "seen", "newest_plan", "planned"
        )
    }


def _counted(records: QuerySet, group: str) -> dict[int, int]:
    return dict(records.order_by().values(group).annotate(number=Count("pk")).values_list(group, "number"))


def _two(score: Fraction | None) -> Decimal | None:
    return None if score is None else scoring.two_decimals(score)
