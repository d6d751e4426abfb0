"""Letters to many groups: the texts that come with the portal, and filling in what differs from group to group.

A text is paragraphs with places such as {group}. What goes in is never looked at for places again. A place that
nothing is known for takes its paragraph with it; the check page says so, row by row.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "letters"

PLACES: dict[str, str] = {
    "group": "name of the group",
    "lio": "name of your organisation",
    "officer": "your name",
    "caseworker": "name of the group’s caseworker, or yours",
    "version": "number of the newest issued plan",
    "issued_on": "day on which it was issued",
    "next_visit": "day of the next visit",
    "papers": "papers that run out within 60 days",
    "today": "today’s date",
}
# Those that every group has something for: the only ones that a title may have.
ALWAYS_KNOWN = frozenset({"group", "lio", "officer", "caseworker", "today"})
_PLACE = re.compile(r"\{([A-Za-z_ ]{1,40})\}")


@dataclass(frozen=True)
class LetterText:
    """A letter before it is filled in. needs: the places without which it makes no sense for a group."""

    title: str
    body: str
    key: str = ""
    about: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilledLetter:
    """A letter to one group. left_out: places for whose want a paragraph was left out."""

    title: str
    greeting: str
    paragraphs: tuple[str, ...]
    left_out: tuple[str, ...]


@cache
def bundled_letters() -> dict[str, LetterText]:
    """The texts of readiness/letters by key, in the order of their titles."""
    read = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    letters = [LetterText(**{**facts, "needs": tuple(facts.get("needs", ()))}) for facts in read]
    return {letter.key: letter for letter in sorted(letters, key=lambda letter: letter.title)}


def unknown_places(text: str, known: Iterable[str] = PLACES) -> list[str]:
    """Places in a text that aren't among the known ones."""
    return [name for name in _PLACE.findall(text) if name not in known]


def fill(letter: LetterText, facts: Mapping[str, str]) -> FilledLetter:
    """The letter with the facts of one group in its places, and the greeting by "contact", the main contact's name."""
    left_out: list[str] = []
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", letter.body.replace("\r\n", "\n").strip()):
        if missing := [name for name in _PLACE.findall(paragraph) if name in PLACES and not facts.get(name)]:
            left_out += missing
        else:
            paragraphs.append(_filled(paragraph, facts))
    return FilledLetter(
        title=_filled(letter.title, facts),
        greeting=f"Dear {facts.get('contact') or 'friends'},",
        paragraphs=tuple(paragraphs),
        left_out=tuple(dict.fromkeys(left_out)),
    )


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: facts.get(place[1]) or place[0], text)
