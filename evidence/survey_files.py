"""Answers of a survey as form services export them: what each column seems to be.

Google Forms puts ", " between several answers, and a choice may hold a comma of its own; Microsoft Forms a ";" after
each; KoboToolbox writes one column with spaces and beside it one for each choice, "Question/Choice" with 1 or 0.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from evidence.anonymity import find_identifying
from evidence.survey_cells import NUMBER, Kind, is_ticked, may_be_tick, split, whole_choices
from toolkit_portal.core.spreadsheets import Table, TableError, normalise_header

SAMPLES = 3
# As many answers of a column tell what it is.
LOOKED_AT = 500
_TIME = re.compile(
    r"(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})"
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?)?(?:\s*(?:Z|(?:GMT|UTC)?[+-]?\d{0,2}:?\d{0,2}))?",
    re.IGNORECASE,
)
_STAMPS = {
    normalise_header(heading)
    for heading in (
        "Timestamp", "start", "end", "today", "Start time", "Completion time", "Last modified time", "ID",
        "Response ID", "deviceid", "formhub/uuid", "meta/instanceID", "meta/instanceName", "Total points",
        "Quiz feedback", "Score", "Language", "Zeitstempel",
    )
}  # fmt: skip
_PERSONAL = {
    normalise_header(heading): reason
    for reason, headings in {
        "It looks like names of people.": (
            "Name", "Full name", "Your name", "First name", "Last name", "Surname", "Username", "subscriberid",
            "Respondent", "Signature", "What is your name?",
        ),
        "It looks like e-mail addresses.": (
            "Email", "Email address", "Your email", "E-mail address", "Username (email)", "What is your email?",
            "What is your email address?",
        ),
        "It looks like phone numbers.": (
            "Phone", "Phone number", "Telephone", "Telephone number", "Mobile", "Mobile number", "simserial",
            "phonenumber", "What is your phone number?", "Contact number", "Contact details",
        ),
        "It could tell who answered.": (
            "Address", "Home address", "Postcode", "Your postcode", "What is your postcode?", "Date of birth",
            "DOB", "NHS number", "National Insurance number", "IP address",
        ),
    }.items()
    for heading in headings
}  # fmt: skip
# What a shorter heading asks for, where hardly two answers are alike.
_ASKS_FOR = {
    re.compile(r"\be-?mail\b", re.IGNORECASE): "It looks like e-mail addresses.",
    re.compile(r"\b(?:tele)?phone\b|\bmobile\b", re.IGNORECASE): "It looks like phone numbers.",
    re.compile(r"\bpost ?code\b|\baddress\b|\bdate of birth\b", re.IGNORECASE): "It could tell who answered.",
    re.compile(r"\bnames?\W*$", re.IGNORECASE): "It looks like names of people.",
}
_LOOKS_LIKE = {
    "an e-mail address": "It holds e-mail addresses.",
    "a postcode": "It holds postcodes.",
    "a phone number": "It holds phone numbers.",
    "a number that belongs to somebody": "It holds numbers that belong to somebody.",
}


@dataclass(frozen=True)
class Column:
    """A question as a file has it: one column, or the columns of one question's choices together.

    headings         as the file writes them; cells are read from the first unless there are choices
    kind, separator  guessed; reason: why it is to be left out, in a sentence, "" where it isn't
    choices          for a column a choice: heading -> the choice's words
    whole_choices    choices that hold the separator themselves
    samples          up to three different cells
    """

    text: str
    headings: tuple[str, ...]
    kind: str
    samples: tuple[str, ...] = ()
    reason: str = ""
    separator: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    whole_choices: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The headings as a survey remembers them."""
        return [normalise_header(heading) for heading in (*self.headings, *self.choices)]


def check_table(table: Table) -> None:
    """Raises TableError where a table can't be the answers of a survey; the message says what to do."""
    if len(table.headers) == 1:
        raise TableError(
            "The file has only one column. The answers need one column a question, as the form service exports "
            "them. Choose the file it made, unchanged."
        )
    data = sum(bool(NUMBER.fullmatch(header) or _TIME.fullmatch(header)) for header in table.headers)
    if data * 2 >= len(table.headers):
        raise TableError(
            f"The first row holds answers, not questions (“{table.headers[0]}”). Put the texts of the questions into "
            "the first row, one a column, and choose the file again."
        )
    if not table.rows:
        raise TableError("The file has headings and no answers below them. Choose a file with answers.")


def columns_of(table: Table) -> list[Column]:
    """The questions of a file in the order of its columns, with what they seem to be."""
    cells = {header: [row.cells[header] for row in table.rows] for header in table.headers}
    grouped = _choice_columns(table.headers, cells)
    within = {heading for headings in grouped.values() for heading in headings}
    found: list[Column] = []
    for header in table.headers:
        if header in grouped:
            continue
        if header not in within:
            found.append(guess(header, cells[header]))
            continue
        question = next(name for name, headings in grouped.items() if header in headings)
        if any(column.text == question for column in found):
            continue
        choices = {heading: heading[len(question) + 1 :].strip() for heading in grouped[question]}
        ticked = [
            ", ".join(words for heading, words in choices.items() if is_ticked(cells[heading][place]))
            for place in range(len(table.rows))
        ]
        found.append(
            Column(
                text=question,
                headings=(question,) if question in cells else (),
                kind=Kind.MANY,
                samples=_samples(ticked),
                choices=choices,
            )
        )
    return found


def _choice_columns(headers: Sequence[str], cells: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Question -> headings "Question/Choice" whose cells are all ticks, at least two of them."""
    found: dict[str, list[str]] = {}
    for header in headers:
        if "/" not in header or header.startswith("_") or normalise_header(header) in _STAMPS:
            continue
        if any(not may_be_tick(cell) for cell in cells[header]):
            continue
        # A choice may hold a stroke too: the column of the question itself tells where it begins.
        whole = [other for other in headers if header.startswith(f"{other}/") and other != header]
        question = max(whole, key=len) if whole else header.rsplit("/", 1)[0]
        found.setdefault(question, []).append(header)
    return {question: headings for question, headings in found.items() if len(headings) > 1}


def guess(header: str, cells: Iterable[str]) -> Column:
    """What one column seems to be, by its heading and the first of its cells that hold something."""
    given = list(islice((cell for cell in cells if cell), LOOKED_AT))
    key, samples = normalise_header(header), _samples(given)

    def column(kind: str, reason: str = "", **more) -> Column:
        return Column(text=header, headings=(header,), kind=kind, samples=samples, reason=reason, **more)

    if key in _PERSONAL:
        return column(Kind.LEFT_OUT, _PERSONAL[key])
    if header.startswith(("_", "Points - ", "Feedback - ")) or key in _STAMPS:
        return column(Kind.LEFT_OUT, "The form service adds it: a time or a number, not an answer.")
    if not given:
        return column(Kind.ONE)
    different = len({cell.casefold() for cell in given})
    if len(header.split()) <= 7 and different * 2 > len(given):
        for asked, why in _ASKS_FOR.items():
            if asked.search(header):
                return column(Kind.LEFT_OUT, why)
    if all(_TIME.fullmatch(cell) for cell in given):
        return column(Kind.LEFT_OUT, "It holds dates or times.")
    if reason := _personal(given):
        return column(Kind.LEFT_OUT, reason)
    if all(NUMBER.fullmatch(cell) for cell in given):
        return column(Kind.NUMBER)
    for separator in (";", ", "):
        whole = whole_choices(given, separator)
        if _are_several(given, separator, whole):
            return column(Kind.MANY, separator=separator, whole_choices=tuple(whole))
    letters = sum(map(len, given)) / len(given)
    is_varied = different * 2 > len(given) and (different > 12 or letters > 15)
    if is_varied or letters > 40 or max(map(len, given)) > 80:
        return column(Kind.WORDS)
    return column(Kind.ONE)


def _samples(cells: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for cell in cells:
        if cell:
            found.setdefault(cell)
        if len(found) == SAMPLES:
            break
    return tuple(found)


def _personal(cells: Sequence[str]) -> str:
    """Why a column tells who answered: most of its first cells are such things and little else. "" if it doesn't."""
    looked_at = cells[:50]
    for what, reason in _LOOKS_LIKE.items():
        hits = sum(
            any(found.what == what and len(found.words) * 2 > len(cell) for found in find_identifying(cell))
            for cell in looked_at
        )
        if hits * 2 > len(looked_at):
            return reason
    return ""


def _are_several(cells: Sequence[str], separator: str, whole: Iterable[str]) -> bool:
    """Whether cells look like several choices each: the parts come back, and aren't sentences."""
    joined = [cell for cell in cells if separator in cell]
    if separator == ";" and joined and all(cell.endswith(";") for cell in cells):
        return True
    if len(joined) < 2:
        return False
    times: Counter[str] = Counter()
    split_at_all = False
    for cell in cells:
        parts = split(cell, separator, whole)
        split_at_all = split_at_all or len(parts) > 1
        times.update(parts)
    again = sum(number for number in times.values() if number > 1)
    few = len(times) <= max(12, len(cells) // 2)
    return split_at_all and few and again >= 0.6 * sum(times.values())
