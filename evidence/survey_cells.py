"""Cells of a survey's answers read: several answers cut apart, ticks, numbers."""

import re
from collections.abc import Iterable, Mapping

from evidence.models import SurveyQuestion

Kind = SurveyQuestion.Kind
# Google's, Microsoft's and what people type by hand.
SEPARATORS = {";": "a semicolon", ", ": "a comma and a space", "|": "an upright stroke", " ": "a space"}
_TICKED = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?")


def whole_choices(cells: Iterable[str], separator: str) -> list[str]:
    """Choices that seem to hold the separator themselves: parts that never come but together, the later in lower case.

    "Cost, or fear of it" is one choice; "Cost, Distance" are two.
    """
    if separator != ", ":
        return []
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {}
    capital = small = 0
    for cell in cells:
        parts = [part.strip() for part in _outside_brackets(cell, separator)]
        for here, following in zip(["", *parts], [*parts, ""], strict=True):
            after.setdefault(here, set()).add(following)
            before.setdefault(following, set()).add(here)
        capital += sum(part[:1].isupper() for part in parts)
        small += sum(part[:1].islower() for part in parts)
    if small > capital:
        return []
    found: list[str] = []
    for part in after:
        if not part or part[:1].islower():
            continue
        words, here = part, part
        while len(nexts := after.get(here, set())) == 1:
            (following,) = nexts
            if not following[:1].islower() or before[following] != {here}:
                break
            words, here = f"{words}{separator}{following}", following
        if here != part:
            found.append(words)
    return sorted(found)


def _outside_brackets(cell: str, separator: str) -> list[str]:
    """The parts between separators, those within brackets passed over."""
    parts, depth, start, place = [], 0, 0, 0
    if "(" not in cell or cell.count("(") != cell.count(")"):
        return cell.split(separator)
    while place < len(cell):
        depth += {"(": 1, ")": -1}.get(cell[place], 0)
        if depth == 0 and cell.startswith(separator, place):
            parts.append(cell[start:place])
            place = start = place + len(separator)
        else:
            place += 1
    return [*parts, cell[start:]]


def split(cell: str, separator: str, whole: Iterable[str] = ()) -> list[str]:
    """The answers in a cell, each once, in their order. whole: choices that hold the separator themselves."""
    kept: dict[str, str] = {}
    text = cell
    for number, choice in enumerate(sorted(whole, key=len, reverse=True)):
        if choice not in text:
            continue
        # A sign that no cell holds stands in for the choice while the cell is cut up.
        sign = f"\x00{number}\x00"
        edges = rf"(?:^|(?<={re.escape(separator)}))" if separator else "^"
        text, times = re.subn(rf"{edges}{re.escape(choice)}(?=$|{re.escape(separator.rstrip())})", sign, text)
        if times:
            kept[sign] = choice
    parts = _outside_brackets(text, separator) if separator else [text]
    found: dict[str, None] = {}
    for part in parts:
        if words := kept.get(part.strip(), part.strip()):
            found.setdefault(words)
    return list(found)


def may_be_tick(cell: str) -> bool:
    """Whether a cell is what a choice's own column may hold: 1, 0, true, false, yes, no or nothing."""
    return cell.casefold() in _TICKED


def is_ticked(cell: str) -> bool:
    """Whether a choice's own column says that it was chosen."""
    return _TICKED.get(cell.casefold(), False)


Answer = str | int | float | list[str]


def answer_of(question: SurveyQuestion, cells: Mapping[str, str]) -> Answer | None:
    """What a row answers to a question, None for nothing. cells: by normalised heading.

    A number that can't be read stays as its words, so that nothing is lost.
    """
    if question.kind == Kind.LEFT_OUT:
        return None
    if question.kind == Kind.MANY and any(heading in cells for heading in question.choice_headings):
        return [
            words for heading, words in question.choice_headings.items() if is_ticked(cells.get(heading, ""))
        ] or None
    cell = next((cells[heading] for heading in question.headings if cells.get(heading)), "")
    if not cell:
        return None
    if question.kind == Kind.MANY:
        # Microsoft Forms ends each with a semicolon, also where another service's files came first.
        separator = ";" if cell.endswith(";") else question.separator
        return split(cell, separator, question.whole_choices) or None
    if question.kind == Kind.NUMBER and NUMBER.fullmatch(cell):
        number = float(cell.replace(",", ""))
        return int(number) if number.is_integer() else number
    return cell
