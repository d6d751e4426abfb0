"""What is noted of a paper, in words: names of the facts, their values, and what changed from one note to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from groups.credentials import FACTS, State
from groups.models import CredentialChange

WORDS = {
    "state": "How it stands",
    "why_not_needed": "Why it isn’t needed yet",
    "issued_on": "Issued or adopted on",
    "expires_on": "Expires on",
    "review_on": "Look at it again on",
    "pounds": "Sum",
    "checked_by": "Checked by",
    "checked_on": "Checked on",
    "note": "Note",
}


@dataclass(frozen=True)
class Difference:
    """One fact before and after, in words; empty where nothing was noted."""

    fact: str
    before: str
    after: str


@dataclass(frozen=True)
class NotedChange:
    """One entry of a paper's history with what it changed. No differences: the first, or noted again as it was."""

    change: CredentialChange
    differences: list[Difference]


def shown(name: str, value: Any) -> str:
    """A fact's value in words."""
    if value is None or value == "":
        return ""
    if name == "state":
        return str(State(value).label)
    if name == "pounds":
        return f"£{value:,}"
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else str(value)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Facts of `after` that are otherwise in `before`, in the order of the form."""
    return [
        Difference(words, shown(name, before.get(name)), shown(name, after[name]))
        for name, words in WORDS.items()
        if name in after and (before.get(name) or None) != (after[name] or None)
    ]


def facts_of(noted: Any) -> dict[str, Any]:
    """The facts of a paper or of a change of one; those of a paper that isn't there yet for None."""
    if noted is None:
        return {"state": State.MISSING}
    return {name: getattr(noted, name) for name in FACTS}


def history(changes: Sequence[CredentialChange], older: CredentialChange | None) -> list[NotedChange]:
    """Changes, newest first, each compared with the one before it. older: what stood before the last of them."""
    before = [*changes[1:], older]
    return [
        NotedChange(change, differences(facts_of(before[place]), facts_of(change)))
        for place, change in enumerate(changes)
    ]
