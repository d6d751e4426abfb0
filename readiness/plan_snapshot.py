"""A group's plan at one moment as plain values: what an issued version keeps and what its document is made of.

A snapshot is a dictionary that JSON can hold (days as "2026-03-14"), taken in a bounded number of queries. The
document and the list of what changed (plan_changes) are made from snapshots alone, so that a version explains
itself for good.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format

from groups.models import CommunityGroup
from readiness import scoring
from readiness.assessing import bands_of
from readiness.medians import CountyMedians, county_medians
from readiness.models import Action, Assessment, Criterion, Edition, Plan, Target
from readiness.plan_document import (
    LEVEL_WORDS,
    ContactLine,
    CriterionLine,
    LioContact,
    PlanDocument,
    Step,
    ThemeLine,
)
from readiness.route_keeping import route_of

FORMAT = 1
OPEN_STATES = (Action.State.TO_DO.value, Action.State.DOING.value)
WHO_WORDS = {Action.Who.GROUP: "Your group", Action.Who.LIO: "Your LIO", Action.Who.BOTH: "Both together"}
MOST_STRENGTHS = 5
LONGEST_IN_A_LINE = 140

Snapshot = dict[str, Any]


def take_snapshot(plan: Plan) -> Snapshot:
    """The plan as it stands now, in ten queries at most, however many actions it has.

    plan should come with group, lio and caseworker; nothing private to officers goes in.
    """
    group = plan.group
    standing = list(
        Assessment.objects.standing()
        .filter(group=group)
        .select_related("edition")
        .order_by("-assessed_on", "-completed_at", "-pk")[:2]
    )
    edition = standing[0].edition if standing else Edition.objects.filter(is_current=True).first()
    criteria = list(edition.criteria.select_related("theme")) if edition else []
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
        "standing": _standing(standing, criteria, group.pk) if standing else None,
        "route": _route(group),
        "actions": [_action(action, titles) for action in Action.objects.filter(plan_id=plan.pk)],
    }


def _route(group: CommunityGroup) -> dict[str, str] | None:
    route = route_of(group)
    return {"title": route.title, "next": route.next_title} if route else None


def _standing(standing: list[Assessment], criteria: list[Criterion], group_id: int) -> dict[str, Any]:
    """Where the group is by its latest assessment, beside the one before, its targets and the county's middle."""
    latest, before = standing[0], standing[1] if len(standing) > 1 else None
    medians = county_medians(latest.edition)
    bands = bands_of(latest.edition)
    answers = {answer.criterion_id: answer for answer in latest.answers.all()}
    targets = {target.criterion_code: target for target in Target.objects.filter(group=group_id)}
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


def fingerprint(*parts: object) -> str:
    """32 hexadecimal digits that differ where any of the parts (snapshots, texts, numbers) differs."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def own_fingerprint(snapshot: Snapshot, number: int) -> str:
    """The fingerprint of what this group's people decide. The county's middle moves by what others do."""
    standing = snapshot["standing"]
    if standing:
        themes = [{**theme, "median": None} for theme in standing["themes"]]
        standing = {**standing, "overall_median": None, "themes": themes}
    # Time moves a route too.
    return fingerprint({**snapshot, "standing": standing, "route": None}, number)


def document_of(
    snapshot: Snapshot,
    *,
    version: int | None,
    issued_on: date,
    issued_by: str = "",
    changes: Iterable[str] = (),
    lio_logo: str = "",
) -> PlanDocument:
    """The document of a snapshot. version is None for a draft; changes come from changes_between."""
    standing = snapshot["standing"]
    actions = snapshot["actions"]
    open_actions = sorted(
        (action for action in actions if action["state"] in OPEN_STATES),
        key=lambda action: action["due_on"] or "9999",
    )
    scores: dict[str, Any] = {}
    if standing:
        scores = {
            "themes": tuple(
                ThemeLine(
                    code=theme["code"],
                    title=theme["title"],
                    score_shown=theme["score"],
                    band=theme["band"],
                    previous_shown=theme["previous"],
                    median_shown=theme["median"],
                )
                for theme in standing["themes"]
            ),
            "overall_shown": standing["overall"],
            "overall_previous_shown": standing["overall_previous"],
            "overall_median_shown": standing["overall_median"],
            "band": standing["band"],
            "assessed_on": date.fromisoformat(standing["assessed_on"]),
            "criteria": tuple(
                CriterionLine(
                    code=line["code"],
                    title=line["title"],
                    level=line["level"],
                    na=line["na"],
                    target=line["target"],
                    target_by=date.fromisoformat(line["target_by"]) if line["target_by"] else None,
                )
                for line in standing["criteria"]
            ),
            "strengths": tuple(strengths_in_words(standing)),
        }
    return PlanDocument(
        group_name=snapshot["group"],
        lio_name=snapshot["lio"]["name"],
        lio_contact=LioContact(
            phone=snapshot["lio"]["phone"], email=snapshot["lio"]["email"], web=snapshot["lio"]["web"]
        ),
        lio_logo=lio_logo,
        version=version,
        issued_on=issued_on,
        issued_by=issued_by,
        edition_title=snapshot["edition"],
        where_you_are=where_you_are(standing),
        ready_for=ready_for(snapshot.get("route")),
        steps=tuple(_step(action) for action in open_actions),
        lio_help=tuple(
            f"{action['support']} (For: {shortened(action['what'], 110)})"
            for action in open_actions
            if action["support"]
        ),
        changes=tuple(changes),
        done=tuple(_step(action) for action in actions if action["state"] == Action.State.DONE),
        contacts=tuple(ContactLine(**contact) for contact in snapshot["contacts"]),
        **scores,
    )


def _step(action: Mapping[str, Any]) -> Step:
    # What the LIO gives stands in a list of its own, so not with the step once more.
    return Step(
        what=action["what"],
        why=action["why"],
        first_step=action["first_step"],
        who_words=WHO_WORDS[Action.Who(action["who"])],
        person=action["person"],
        due_on=date.fromisoformat(action["due_on"]) if action["due_on"] else None,
        criterion_code=action["code"],
        criterion_title=action["title"],
        state_words=Action.State(action["state"]).label,
    )


def ready_for(route: Mapping[str, str] | None) -> str:
    """What the group is ready for on the way to contracts, and what comes next; empty where nobody knows.

    Snapshots taken before routes were kept have none.
    """
    if not route:
        return ""
    words = f"On the way to contracts you are ready to: {_small(route['title'])}."
    if route["next"]:
        words += f" Next comes: {_small(route['next'])}."
    return words


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]


def where_you_are(standing: Mapping[str, Any] | None) -> str:
    """A paragraph for the group: its score in words, what moved, and that a low score is a place to start."""
    if not standing:
        return (
            "You and your local infrastructure organisation (LIO) have not gone through the toolkit’s sections "
            "together yet. This plan holds what you agreed so far."
        )
    day = day_in_words(standing["assessed_on"])
    overall, previous = standing["overall"], standing["overall_previous"]
    if overall is None:
        return f"On {day} you looked at the toolkit’s sections together, and none of them applies to you for now."
    sentences = [f"On {day} your readiness for public contracts was {overall} of 100: {standing['band']}."]
    if previous is not None:
        earlier = date_format(date.fromisoformat(standing["previous_on"]), "F Y")
        if overall > previous:
            sentences.append(f"That is {overall - previous} more than in {earlier}.")
        elif overall == previous:
            sentences.append(f"It is where it was in {earlier}.")
        else:
            sentences.append(f"In {earlier} it was {previous}; the steps below are there to gain that back.")
    strong = len(standing["strengths"])
    if strong:
        sentences.append(
            f"{strong} section{' is' if strong == 1 else 's are'} already in place or established. "
            "The others are places to start."
        )
    else:
        sentences.append("This is a place to start: every step below takes you further.")
    return " ".join(sentences)


def strengths_in_words(standing: Mapping[str, Any]) -> list[str]:
    """What the group is good at, best first, five at most: the section's title and its level in words."""
    lines = {line["code"]: line for line in standing["criteria"]}
    return [
        f"{lines[code]['title']}: {LEVEL_WORDS[lines[code]['level']]}"
        for code in standing["strengths"][:MOST_STRENGTHS]
    ]


def _shown(exact: str) -> int | None:
    return scoring.shown(scoring.from_text(exact)) if exact else None


def day_in_words(iso: str | None) -> str:
    """A day of a snapshot as people read it, "14 March 2026"; empty for none."""
    return date_format(date.fromisoformat(iso), "j F Y") if iso else ""


def shortened(text: str, most: int = LONGEST_IN_A_LINE) -> str:
    """The text in one line without its full stop, cut to `most` letters."""
    words = " ".join(text.split()).removesuffix(".")
    return words if len(words) <= most else f"{words[: most - 1]}…"
