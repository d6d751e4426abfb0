"""Reads the dated files of rules and figures beside this module, and says all that is wrong with one."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from readiness.edition_table import TITLE_LENGTH, EditionTable, label, repeated, short

FOLDER = Path(__file__).resolve().parent
THRESHOLDS = ("services", "central", "light-touch", "notice")
OUTCOMES = (
    "above", "below", "either", "no-figure", "provider-selection", "older-rules", "sub-contract", "private",
)  # fmt: skip
# What a note may go with besides an outcome.
FACETS = ("public", "under-notice", "from-notice", "maybe-health", "care-board")
KINDS = ("means", "ask", "ready", "check")
BEGINNINGS = ("procurement-act", "provider-selection")

_WEB_ADDRESS = re.compile(r"https://\S+")
_MOST_POUNDS = 1_000_000_000


class FiguresError(ValueError):
    """An unusable file. `problems` has a line for each fault: file, table, field and what is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was found, and when somebody last looked it up."""

    key: str
    name: str
    url: str
    checked: date


@dataclass(frozen=True, slots=True)
class Threshold:
    """A sum from which stricter rules hold, for the days from `begins` to `ends`, both included."""

    key: str
    title: str
    pounds: int
    includes_vat: bool
    begins: date
    ends: date
    sources: tuple[str, ...]

    def covers(self, day: date) -> bool:
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contract can come to, in words."""

    key: str
    title: str
    summary: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know, to ask, to get ready or to check, and the outcomes and facets that it goes with."""

    kind: str
    when: tuple[str, ...]
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole, valid file. Its figures are for the days from `begins` to `ends`."""

    name: str
    title: str
    begins: date
    ends: date
    vat_percent: int
    beginnings: dict[str, date]
    """The first day of each set of rules: "procurement-act" and "provider-selection"."""
    sources: dict[str, Source]
    thresholds: tuple[Threshold, ...]
    outcomes: dict[str, Outcome]
    notes: tuple[Note, ...]

    @property
    def checked(self) -> date:
        """The day on which the source that was looked up longest ago was."""
        return min(source.checked for source in self.sources.values())

    def threshold(self, key: str, day: date) -> Threshold | None:
        """The threshold of that day, or None where the file has none for it."""
        return next((item for item in self.thresholds if item.key == key and item.covers(day)), None)


def read_figures(folder: Path = FOLDER) -> tuple[Figures, ...]:
    """The files of a folder, the earliest first. Raises FiguresError with the faults of all of them."""
    found: list[Figures] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(parse_figures(path.read_text(encoding="utf-8-sig"), name=path.name))
        except FiguresError as fault:
            problems += fault.problems
        except (OSError, UnicodeDecodeError) as fault:
            problems.append(f"{path.name}: can't be read: {fault}")
    if not found and not problems:
        problems.append(f"{folder.name}: there is no file of figures")
    for day in repeated(str(figures.begins) for figures in found):
        problems.append(f"{folder.name}: two files have figures from {day}")
    if problems:
        raise FiguresError(problems)
    return tuple(sorted(found, key=lambda figures: figures.begins))


def figures_for(day: date, files: Sequence[Figures]) -> Figures:
    """The file that has the figures of a day, files being earliest first.

    A later file takes over on its first day. A day before the first file gets that one, and one after the last gets
    the last: neither has a threshold for it, but both know from when rules hold.
    """
    return next((figures for figures in reversed(files) if figures.begins <= day), files[0])


def parse_figures(text: str, *, name: str) -> Figures:
    """Reads and checks the text of one file, which messages call `name`. Raises FiguresError."""
    try:
        fields = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise FiguresError([f"{name}: is not valid TOML: {error}"]) from error
    problems: list[str] = []
    table = EditionTable(fields, name, problems)
    title = table.text("title", most=TITLE_LENGTH)
    begins, ends = _days(table)
    vat = table.whole("vat_percent", 0, 100)
    beginnings = _beginnings(table)
    sources = {item.key: item for item in _each(table, "sources", _source)}
    thresholds = tuple(_each(table, "thresholds", _threshold))
    outcomes = {item.key: item for item in _each(table, "outcomes", _outcome)}
    notes = tuple(_each(table, "notes", _note))
    table.done()
    for field in ("sources", "outcomes"):
        given = [str(item.get("key")) for item in fields.get(field) or () if isinstance(item, dict)]
        for key in repeated(given):
            table.fault(field, f"key {short(key)} is there twice")
    for key in OUTCOMES:
        if key not in outcomes:
            table.fault("outcomes", f"{key} is missing")
    _check_thresholds(table, thresholds, begins, ends)
    for item in (*thresholds, *outcomes.values(), *notes):
        for key in item.sources:
            if key not in sources:
                table.fault("sources", f"{short(key)} is used and not there")
    if problems:
        raise FiguresError(problems)
    return Figures(name, title, begins, ends, vat, beginnings, sources, thresholds, outcomes, notes)


def _days(table: EditionTable) -> tuple[date, date]:
    begins, ends = table.day("from"), table.day("to")
    if ends < begins:
        table.fault("to", "is before from")
    return begins, ends


def _beginnings(table: EditionTable) -> dict[str, date]:
    fields = table.take("begins")
    if not isinstance(fields, dict):
        if fields is not None:
            table.fault("begins", "should be written as a [begins] table")
        return {}
    inner = table.inner(fields, "begins")
    found = {key: inner.day(key) for key in BEGINNINGS}
    inner.done()
    return found


def _each(table: EditionTable, field: str, read: Any) -> list[Any]:
    found = []
    for place, fields in enumerate(table.tables(field), 1):
        inner = table.inner(fields, f"{field} {label(fields, 'key', str(place))}")
        found.append(read(inner))
        inner.done()
    return found


def _source(table: EditionTable) -> Source:
    source = Source(
        table.text("key", most=TITLE_LENGTH),
        table.text("name"),
        table.text("url", required=False),
        table.day("checked"),
    )
    if source.url and not _WEB_ADDRESS.fullmatch(source.url):
        table.fault("url", "should begin with https://")
    return source


def _threshold(table: EditionTable) -> Threshold:
    key, title = table.choice("key", THRESHOLDS), table.text("title", most=TITLE_LENGTH)
    includes_vat = table.take("includes_vat")
    if includes_vat is not None and not isinstance(includes_vat, bool):
        table.fault("includes_vat", "should be true or false")
    begins, ends = _days(table)
    return Threshold(
        key, title, table.whole("pounds", 1, _MOST_POUNDS), includes_vat is True, begins, ends, table.texts("sources")
    )  # fmt: skip


def _outcome(table: EditionTable) -> Outcome:
    return Outcome(
        table.choice("key", OUTCOMES),
        table.text("title", most=TITLE_LENGTH),
        table.text("summary"),
        table.texts("sources"),
    )


def _note(table: EditionTable) -> Note:
    when = table.texts("when")
    for word in when:
        if word and word not in OUTCOMES + FACETS:
            table.fault("when", f"{short(word)} is no outcome")
    # Advice of our own, such as a question to ask, has an empty list of sources.
    sources = table.texts("sources") if table.take("sources") != [] else ()
    return Note(table.choice("kind", KINDS), when, table.text("text"), sources)


def _check_thresholds(table: EditionTable, thresholds: Sequence[Threshold], begins: date, ends: date) -> None:
    """Each kind covers every day of the file, and none twice."""
    for key in THRESHOLDS:
        spans = sorted((item.begins, item.ends) for item in thresholds if item.key == key)
        if not spans or spans[0][0] > begins or spans[-1][1] < ends:
            table.fault("thresholds", f"{key}: should cover every day from {begins} to {ends}")
        for (_, end), (start, _) in pairwise(spans):
            if (start - end).days != 1:
                table.fault("thresholds", f"{key}: {start} should be the day after {end}")
