"""Takes snapshots of plans as they stand now: of one, or of many in as many queries as of one."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from readiness import scoring
from readiness.assessing import bands_of
from readiness.medians import CountyMedians, county_medians
from readiness.models import Action, Answer, Assessment, Criterion, Edition, Plan, Target
from readiness.plan_snapshot import Snapshot
from readiness.route_keeping import RouteInShort, routes_of

FORMAT = 1


def take_snapshot(plan: Plan) -> Snapshot:
    """The plan as it stands now, in ten queries at most, however many actions it has.

    plan should come with group, lio and caseworker; nothing private to officers goes in.
    """
    return take_snapshots([plan])[0]


def take_snapshots(plans: Sequence[Plan]) -> list[Snapshot]:
    """The same of several plans, in their order. Two queries more for each further edition."""
    groups = [plan.group for plan in plans]
    standing: dict[int, list[Assessment]] = {group.pk: [] for group in groups}
    for assessment in (
        Assessment.objects.standing()
        .filter(group__in=groups)
        .select_related("edition")
        .order_by("-assessed_on", "-completed_at", "-pk")
    ):
        standing[assessment.group_id].append(assessment)
    current = None
    if not all(standing.values()):
        current = Edition.objects.filter(is_current=True).first()
    editions = {group: found[0].edition if found else current for group, found in standing.items()}
    criteria: dict[int, list[Criterion]] = {edition.pk: [] for edition in editions.values() if edition}
    for criterion in (
        Criterion.objects.filter(edition__in=list(criteria)).select_related("theme") if criteria else ()
    ):
        criteria[criterion.edition_id].append(criterion)
    read = _Read(standing, criteria)
    actions: dict[int, list[Action]] = {}
    for action in Action.objects.filter(plan__in=[plan.pk for plan in plans if plan.pk]):
        actions.setdefault(action.plan_id, []).append(action)
    routes = routes_of(groups)
    return [
        _snapshot(plan, editions[plan.group.pk], read, actions.get(plan.pk or 0, []), routes[plan.group.pk])
        for plan in plans
    ]


class _Read:
    """What the assessments of some groups are told by: their answers and targets, and the county's middle."""

    def __init__(
        self, standing: Mapping[int, list[Assessment]], criteria: Mapping[int, list[Criterion]]
    ) -> None:
        self.standing = standing
        self.criteria = criteria
        latest = [found[0] for found in standing.values() if found]
        self.medians = {
            edition.pk: county_medians(edition)
            for edition in {assessment.edition_id: assessment.edition for assessment in latest}.values()
        }
        self.answers: dict[int, dict[int, Answer]] = {}
        self.targets: dict[int, dict[str, Target]] = {}
        if not latest:
            return
        for answer in Answer.objects.filter(assessment__in=latest):
            self.answers.setdefault(answer.assessment_id, {})[answer.criterion_id] = answer
        for target in Target.objects.filter(group__in=[assessment.group_id for assessment in latest]):
            self.targets.setdefault(target.group_id, {})[target.criterion_code] = target


def _snapshot(
    plan: Plan, edition: Edition | None, read: _Read, actions: Iterable[Action], route: RouteInShort | None
) -> Snapshot:
    group = plan.group
    criteria = read.criteria[edition.pk] if edition else []
    titles = {criterion.code: criterion.title for criterion in criteria}
    caseworker = group.caseworker
    return {
        "format": FORMAT,
        "group": group.name,
        "lio": {
            "name": group.lio.name,
            "phone": group.lio.phone,
            "email": group.lio.email,
            "web": group.lio.website,
        },
        "contacts": [
            {
                "name": str(caseworker),
                "role": "your caseworker",
                "phone": caseworker.phone,
                "email": caseworker.email,
            }
        ]
        if caseworker
        else [],
        "edition": edition.title if edition else "",
        "standing": _standing(group.pk, criteria, read) if read.standing[group.pk] else None,
        "route": {"title": route.title, "next": route.next_title} if route else None,
        "actions": [_action(action, titles) for action in actions],
    }


def _standing(group: int, criteria: list[Criterion], read: _Read) -> dict[str, Any]:
    """Where the group is by its latest assessment, beside the one before, its targets and the county's middle."""
    latest, *earlier = read.standing[group]
    before = earlier[0] if earlier else None
    medians = read.medians[latest.edition_id]
    bands = bands_of(latest.edition)
    answers = read.answers.get(latest.pk, {})
    targets = read.targets.get(group, {})
    themes = {criterion.theme.code: criterion.theme for criterion in criteria}
    levels: dict[str, scoring.Answered | None] = {
        criterion.code: answers[criterion.pk].level for criterion in criteria if criterion.pk in answers
    }
    weights = [scoring.CriterionWeight(criterion.code, criterion.theme.code) for criterion in criteria]
    return {
        "assessment": latest.pk,
        "assessed_on": latest.assessed_on.isoformat(),
        "previous_on": before.assessed_on.isoformat() if before else None,
        "overall": _shown(latest.overall_exact),
        "overall_previous": _shown(before.overall_exact) if before else None,
        "overall_median": None if medians.overall is None else scoring.shown(medians.overall),
        "band": latest.band,
        "themes": [
            _theme(theme.code, theme.title, latest, before, medians, bands) for theme in themes.values()
        ],
        "criteria": [
            {
                "code": criterion.code,
                "title": criterion.title,
                "level": levels.get(criterion.code),
                "na": criterion.pk in answers and answers[criterion.pk].not_applicable,
                "target": targets[criterion.code].level if criterion.code in targets else None,
                "target_by": targets[criterion.code].by_date.isoformat()
                if criterion.code in targets
                else None,
            }
            for criterion in criteria
        ],
        "strengths": scoring.strengths(weights, levels),
    }


def _theme(
    code: str,
    title: str,
    latest: Assessment,
    before: Assessment | None,
    medians: CountyMedians,
    bands: list[tuple[int, str]],
) -> dict[str, Any]:
    exact = latest.theme_scores.get(code, "")
    median: Fraction | None = medians.themes.get(code)
    return {
        "code": code,
        "title": title,
        "score": _shown(exact),
        "band": scoring.band(scoring.from_text(exact), bands) if exact else "",
        "previous": _shown(before.theme_scores.get(code, "")) if before else None,
        "median": None if median is None else scoring.shown(median),
    }


def _action(action: Action, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": action.pk,
        "what": action.what,
        "why": action.why,
        "first_step": action.first_step,
        "who": action.who,
        "person": action.person,
        "due_on": action.due_on.isoformat() if action.due_on else None,
        "support": action.support,
        "code": action.criterion_code,
        "title": titles.get(action.criterion_code, ""),
        "state": action.state,
        "done_on": action.done_on.isoformat() if action.done_on else None,
        "dropped_reason": action.dropped_reason,
    }


def _shown(exact: str) -> int | None:
    return scoring.shown(scoring.from_text(exact)) if exact else None
