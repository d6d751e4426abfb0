"""One state noted for several groups at once: first what would happen to each, then what happened to each.

What isn't said stays as each group has it. A paper that was changed since it was shown, or whose file waits to be
looked at, is left alone. Sending the same again changes nothing, since every paper's version is checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from groups import trail
from groups.credentials import State, check_facts, set_paper
from groups.models import CommunityGroup, Credential, CredentialKind, User
from groups.paper_words import Difference, differences, facts_of
from groups.papers_matrix import waiting_in
from toolkit_portal.core.dates import months_after

# What becomes of a group's paper.
WILL, DONE, SAME, WAITS, CHANGED, CANNOT, GONE = (
    "will", "done", "same", "waits", "changed", "cannot", "gone",
)  # fmt: skip
WORDS = {
    DONE: "Noted.",
    SAME: "It stands like this already.",
    WAITS: "Left as it is: a file of the group’s lead waits to be looked at.",
    CHANGED: "Left as it is: somebody has changed it in the meantime.",
    GONE: "Left as it is: the group is no longer yours to change.",
}


@dataclass(frozen=True)
class Wish:
    """What is to be noted for all. None and empty: as each group has it."""

    state: str
    why_not_needed: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    review_on: date | None = None
    seen: bool = False


@dataclass(frozen=True)
class Outcome:
    """What would become, or has become, of one group's paper."""

    group: CommunityGroup
    version: int
    """Of the paper as it was read; 0 where there was none."""
    fate: str
    words: str = ""
    differences: Sequence[Difference] = ()


def facts_for(
    kind: CredentialKind, paper: Credential | None, wish: Wish, by: User, day: date
) -> dict[str, Any]:
    """The facts of one paper once the wish is noted. Raises ValueError where they would contradict each other."""
    facts = {"note": "", "pounds": None, "checked_by": "", "checked_on": None} | facts_of(paper)
    facts["state"] = wish.state
    facts["why_not_needed"] = wish.why_not_needed if wish.state == State.NOT_NEEDED else ""
    for name in ("issued_on", "expires_on", "review_on"):
        facts[name] = getattr(wish, name) or facts.get(name)
    if wish.issued_on and not wish.review_on and kind.review_months:
        facts["review_on"] = months_after(wish.issued_on, kind.review_months)
    elif (
        wish.seen
        and not wish.review_on
        and kind.review_months
        and facts["review_on"]
        and facts["review_on"] <= day
    ):
        # It was due to be looked at again, and that has just been done.
        facts["review_on"] = months_after(day, kind.review_months)
    if wish.seen:
        facts |= {"checked_by": str(by)[:150], "checked_on": day}
    check_facts(facts)
    if wish.state == State.IN_PLACE and facts["expires_on"] and facts["expires_on"] <= day:
        ran_out = facts["expires_on"]
        raise ValueError(f"It ran out on {ran_out.day} {ran_out:%B %Y}: give the day the new one runs out.")
    return facts


def _outcome(
    group: CommunityGroup,
    kind: CredentialKind,
    paper: Credential | None,
    wish: Wish,
    by: User,
    day: date,
    *,
    waits: bool,
) -> tuple[Outcome, dict[str, Any]]:
    version = paper.version if paper else 0
    if waits:
        return Outcome(group, version, WAITS, WORDS[WAITS]), {}
    try:
        facts = facts_for(kind, paper, wish, by, day)
    except ValueError as fault:
        return Outcome(group, version, CANNOT, f"Left as it is. {fault}"), {}
    changed = differences(facts_of(paper), facts)
    if not changed:
        return Outcome(group, version, SAME, WORDS[SAME]), {}
    return Outcome(group, version, WILL, "", changed), facts


def looked_at(
    groups: Sequence[CommunityGroup], kind: CredentialKind, wish: Wish, *, by: User, day: date
) -> list[Outcome]:
    """What would become of each group's paper; nothing is written. Two queries."""
    papers = {paper.group_id: paper for paper in Credential.objects.filter(group__in=groups, kind=kind)}
    waiting = waiting_in(groups, [kind])
    return [
        _outcome(group, kind, papers.get(group.pk), wish, by, day, waits=(group.pk, kind.pk) in waiting)[0]
        for group in groups
    ]


def note_together(
    groups: Sequence[CommunityGroup],
    kind: CredentialKind,
    wish: Wish,
    *,
    versions: Mapping[int, int],
    by: User,
    day: date,
) -> list[Outcome]:
    """Notes the wish for each group, one by one, by set_paper. versions: what was shown, by group.

    A group of another LIO, or one whose version isn't among them, is left alone.
    """
    outcomes = [_note(group, kind, wish, versions.get(group.pk, -1), by, day) for group in groups]
    noted = sum(outcome.fate == DONE for outcome in outcomes)
    if noted:
        trail.record("papers noted for several groups", kind, by=by, groups=noted, state=wish.state)
    return outcomes


def _note(
    group: CommunityGroup, kind: CredentialKind, wish: Wish, version: int, by: User, day: date
) -> Outcome:
    with transaction.atomic():
        # Whose group it is counts now, and nobody changes the paper or sends a file for it until this is done.
        locked = CommunityGroup.objects.editable_by(by).select_for_update().filter(pk=group.pk).first()
        if locked is None:
            return Outcome(group, version, GONE, WORDS[GONE])
        paper = Credential.objects.filter(group=group, kind=kind).first()
        waits = (group.pk, kind.pk) in waiting_in([group], [kind])
        outcome, facts = _outcome(group, kind, paper, wish, by, day, waits=waits)
        if outcome.fate != WILL:
            return outcome
        if outcome.version != version:
            return Outcome(group, outcome.version, CHANGED, WORDS[CHANGED])
        noted = set_paper(group=group, kind=kind, by=by, version=version, **facts)
        return Outcome(group, noted.version, DONE, WORDS[DONE], outcome.differences)
