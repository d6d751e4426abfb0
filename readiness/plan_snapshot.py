"""A group's plan at one moment as plain values: what an issued version keeps and what its document is made of.

A snapshot is a dictionary that JSON can hold (days as "2026-03-14"); snapshot_taking takes it. The
document and the list of what changed (plan_changes) are made from snapshots alone, so that a version explains
itself for good.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format

from readiness.models import Action
from readiness.plan_document import (
    LEVEL_WORDS,
    ContactLine,
    CriterionLine,
    LioContact,
    PlanDocument,
    Step,
    ThemeLine,
)

OPEN_STATES = (Action.State.TO_DO.value, Action.State.DOING.value)
WHO_WORDS = {Action.Who.GROUP: "Your group", Action.Who.LIO: "Your LIO", Action.Who.BOTH: "Both together"}
MOST_STRENGTHS = 5
LONGEST_IN_A_LINE = 140

Snapshot = dict[str, Any]


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


def day_in_words(iso: str | None) -> str:
    """A day of a snapshot as people read it, "14 March 2026"; empty for none."""
    return date_format(date.fromisoformat(iso), "j F Y") if iso else ""


def shortened(text: str, most: int = LONGEST_IN_A_LINE) -> str:
    """The text in one line without its full stop, cut to `most` letters."""
    words = " ".join(text.split()).removesuffix(".")
    return words if len(words) <= most else f"{words[: most - 1]}…"
