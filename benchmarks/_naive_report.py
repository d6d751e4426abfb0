"""The county report's figures as a loop over the groups would get them, the way that is written first.

It counts what the report counts of groups, without lists behind the numbers and without unmet need.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from groups.models import CommunityGroup
from readiness.models import Action
from readiness.reports.papers import WARNED_DAYS
from toolkit_portal.core.dates import end_of


def by_loop(groups: list[CommunityGroup], day: date, before: date) -> Counter[tuple[object, ...]]:
    """Counts by LIO, district, band, route, level, paper and late action: some ten queries a group."""
    found: Counter[tuple[object, ...]] = Counter()
    for group in groups:
        if group.status != CommunityGroup.Status.ACTIVE:
            continue
        districts = [district.name for district in group.districts.all()]
        communities = [community.label for community in group.communities.all()]
        latest, earlier = _latest(group, day), _latest(group, before)
        route = getattr(group, "route", None)
        for place in ("all", group.lio.name, *districts):
            found["groups", place] += 1
            found["route", place, route.route if route else ""] += 1
            found["band", place, latest.band if latest else ""] += 1
            found["before", place, earlier.band if earlier else ""] += 1
        for community in communities:
            found["community", community] += 1
        for answer in latest.answers.select_related("criterion") if latest else ():
            if answer.level is not None:
                for place in ("all", *districts):
                    found["level", place, answer.criterion.code] += answer.level
        for paper in group.credentials.select_related("kind"):
            left = (paper.expires_on - day).days if paper.expires_on else None
            ends = "" if left is None or left > WARNED_DAYS[0] else "soon" if left > 0 else "expired"
            found["paper", paper.kind.key, paper.state, ends] += 1
        visit = group.visits.filter(happened_on__lte=day).order_by("-happened_on").first()
        found["visited", visit is not None and visit.happened_on >= before] += 1
        plan = getattr(group, "plan", None)
        issue = plan.issues.order_by("-number").first() if plan else None
        found["issued", issue is not None and issue.issued_at < end_of(day)] += 1
        for action in plan.actions.all() if plan else ():
            is_open = action.state in {Action.State.TO_DO, Action.State.DOING}
            found["late", is_open and action.due_on is not None and action.due_on < day] += 1
    return found


def _latest(group: CommunityGroup, day: date):
    return group.assessments.standing().filter(assessed_on__lte=day).order_by("-assessed_on", "-pk").first()
