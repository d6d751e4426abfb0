"""Answers of a survey as form services export them: what each column is, guessed, and its cells read.

Google Forms puts ", " between several answers, and a choice may hold a comma of its own; Microsoft Forms a ";" after
each; KoboToolbox writes one column with spaces and beside it one for each choice, "Question/Choice" with 1 or 0.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evidence.anonymity import find_identifying
from evidence.models import SurveyQuestion
from toolkit_portal.core.spreadsheets import Table, TableError, normalise_header

Kind = SurveyQuestion.Kind
# Google's, Microsoft's and what people type by hand.
SEPARATORS = {";": "a semicolon", ", ": "a comma and a space", "|": "an upright stroke", " ": "a space"}
SAMPLES = 3
_TICKED = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?")
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
    data = sum(bool(_NUMBER.fullmatch(header) or _TIME.fullmatch(header)) for header in table.headers)
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
            ", ".join(
                words for heading, words in choices.items() if _TICKED[cells[heading][place].casefold()]
            )
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
        if any(cell.casefold() not in _TICKED for cell in cells[header]):
            continue
        # A choice may hold a stroke too: the column of the question itself tells where it begins.
        whole = [other for other in headers if header.startswith(f"{other}/") and other != header]
        question = max(whole, key=len) if whole else header.rsplit("/", 1)[0]
        found.setdefault(question, []).append(header)
    return {question: headings for question, headings in found.items() if len(headings) > 1}


def guess(header: str, cells: Iterable[str]) -> Column:
    """What one column seems to be, by its heading and its cells."""
    given = [cell for cell in cells if cell]
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
    if all(_NUMBER.fullmatch(cell) for cell in given):
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
    if cell.count("(") != cell.count(")"):
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
        # A sign that no cell holds stands in for the choice while the cell is cut up.
        sign = f"\x00{number}\x00"
        edges = rf"(?:^|(?<={re.escape(separator)}))"
        text, times = re.subn(rf"{edges}{re.escape(choice)}(?=$|{re.escape(separator.rstrip())})", sign, text)
        if times:
            kept[sign] = choice
    parts = _outside_brackets(text, separator) if separator else [text]
    found: dict[str, None] = {}
    for part in parts:
        if words := kept.get(part.strip(), part.strip()):
            found.setdefault(words)
    return list(found)


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
    if question.kind == Kind.NUMBER and _NUMBER.fullmatch(cell):
        number = float(cell.replace(",", ""))
        return int(number) if number.is_integer() else number
    return cell
