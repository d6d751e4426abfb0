"""A page of the list of groups, each line in words: formatting in Python costs a third of filters in a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypedDict

from django.urls import reverse

from groups.models import CommunityGroup
from readiness import county, scoring
from readiness.reports.choice import ReportChoice
from readiness.reports.sentences import in_words
from readiness.reports.standing import assessments_at

STATUSES = {str(key): str(label) for key, label in CommunityGroup.Status.choices}


class ShownLine(TypedDict):
    """A group and where it stood, in words; empty for what there is not."""

    url: str
    group: str
    lio: str
    districts: str
    kind: str
    status: str
    is_quiet: bool
    themes: tuple[tuple[str, str], ...]
    overall: str
    band: str
    before: str
    """The overall score on the earlier day."""
    assessed_on: str
    last_visit: str
    plan: str
    route: str


def group_lines(
    groups: Any,
    choice: ReportChoice,
    themes: Sequence[tuple[str, str]],
    routes: Mapping[str, str],
) -> list[ShownLine]:
    """Lines of these groups in their order, with five queries. groups: a page of what GroupsForm.ordered() gave."""
    here = {
        pk: rest
        for pk, *rest in groups.values_list(
            "pk", "status_at", "route_at", "last_visit", "actions", "open_actions", "issued"
        )
    }
    before = dict(
        assessments_at(choice.compare)
        .filter(group__in=list(here))
        .order_by()
        .values_list("group_id", "overall_exact")
    )
    found = {
        line.pk: line
        for line in county.lines(
            CommunityGroup.objects.filter(pk__in=list(here)), as_at=choice.as_at, with_levels=False
        )
    }
    # Whoever was erased this moment is passed over.
    return [
        line_shown(found[pk], here[pk], before.get(pk) or "", themes, routes)
        for pk in filter(found.__contains__, here)
    ]


def line_shown(
    line: county.CountyLine,
    state: Sequence[Any],
    before: str,
    themes: Sequence[tuple[str, str]],
    routes: Mapping[str, str],
) -> ShownLine:
    """A line in words.

    state: status and route on the day, last visit, number of actions, of open ones, newest issued version. before: the
    exact score of the earlier day as it is stored, empty without one.
    """
    status, route, last_visit, actions, open_actions, issued = state
    return ShownLine(
        url=reverse("case", args=[line.pk]),
        group=line.group,
        lio=line.lio,
        districts=", ".join(line.districts),
        kind=line.kind,
        status=STATUSES[status],
        is_quiet=status != CommunityGroup.Status.ACTIVE,
        themes=tuple((code, _whole(line.theme_scores.get(code))) for code, _ in themes),
        overall=_whole(line.overall),
        band=line.band,
        before=_whole(scoring.from_text(before)) if before else "",
        assessed_on=_day(line.assessed_on),
        last_visit=_day(last_visit),
        plan=plan_in_words(issued, actions, open_actions),
        route=routes.get(route or "", ""),
    )


def plan_in_words(issued: int | None, actions: int | None, open_actions: int | None) -> str:
    """ "version 2, 3 open", "not issued, all done", "none"."""
    return ", ".join(
        words
        for words in (
            f"version {issued}" if issued else "not issued" if actions else "none",
            f"{open_actions} open" if open_actions else "all done" if actions else "",
        )
        if words
    )


def _day(day: date | None) -> str:
    return in_words(day) if day else ""


def _whole(score: Fraction | None) -> str:
    return "" if score is None else str(scoring.shown(score))
