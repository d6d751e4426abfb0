"""Reads an edition of the toolkit from its TOML file into plain values, and says all that is wrong with it.

Pure: no database. docs/edition-format.md describes the file; readiness/loading.py fills the tables.
"""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from readiness.edition_routes import read_routes
from readiness.edition_table import (
    CODE_LENGTH,
    KEY_LENGTH,
    SLUG,
    SLUG_IN_WORDS,
    TITLE_LENGTH,
    EditionTable,
    label,
    repeated,
    short,
)

EDITIONS_FOLDER = Path(__file__).resolve().parent / "editions"
LEVELS_PER_CRITERION = 5
"""0 not started, 1 exploring, 2 under way, 3 in place, 4 established."""
LEVELS_WITH_ACTIONS = range(4)
"""Every level below the top one has something to try next."""
LEAST_ACTIONS_PER_LEVEL = 2
WHO = ("group", "lio", "both")

_CODE = re.compile(r"[0-9]+(\.[0-9]+)*[a-z]?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_WEB_ADDRESS = re.compile(r"https://\S+")
_LINE_OF_SYNTAX_ERROR = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL
)

EDITION_CODE_LENGTH = 60
MOST_WEEKS = 104


class EditionError(ValueError):
    """An unusable edition. `problems` has a line for each fault: file, code, field and what is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class BandData:
    """A word for a range of scores: from `least` (a whole number, 0 to 100) up to the next band."""

    least: int
    name: str


@dataclass(frozen=True, slots=True)
class ThemeData:
    """A part of the toolkit with a score of its own, such as 2.1. `weight` counts in the overall score."""

    code: str
    title: str
    intro: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class LawNoteData:
    """What the toolkit said about the law (`then`, empty where it said nothing) and what holds now."""

    then: str
    now: str
    source: str
    checked: date
    url: str = ""


@dataclass(frozen=True, slots=True)
class SuggestedActionData:
    """Something that a group at `level` (0 to 3) could try next. `who` is group, lio or both."""

    level: int
    key: str
    what: str
    first_step: str
    support: str
    who: str
    weeks: int


@dataclass(frozen=True, slots=True)
class CriterionData:
    """One scored section. `levels` holds five descriptions, from 0 (not started) to 4 (established)."""

    code: str
    theme: str
    title: str
    statement: str
    why: str
    weight: Decimal
    levels: tuple[str, ...]
    evidence: tuple[str, ...]
    actions: tuple[SuggestedActionData, ...]
    law: tuple[LawNoteData, ...]


@dataclass(frozen=True, slots=True)
class EditionData:
    """A whole, valid edition, in the order of its file.

    `routes` holds tables as in the file, lowest step first, of texts, whole numbers, lists and tables only,
    so that it can be kept as JSON. `checksum` is the SHA-256 (hexadecimal) of the content: comments, spacing
    and the order of fields don't change it.
    """

    code: str
    title: str
    published: date
    language: str
    intro: str
    law_notice: str
    letters_note: str
    level_names: tuple[str, ...]
    bands: tuple[BandData, ...]
    routes: tuple[dict[str, Any], ...]
    themes: tuple[ThemeData, ...]
    criteria: tuple[CriterionData, ...]
    checksum: str


def bundled_editions() -> list[Path]:
    """The edition files that come with the portal, by name."""
    return sorted(EDITIONS_FOLDER.glob("*.toml"))


def parse_edition(path_or_text: os.PathLike[str] | str, *, name: str = "edition") -> EditionData:
    """Reads and checks an edition: a Path is read as a file, a str is taken as the TOML text itself.

    `name` stands for the file in messages about text. Raises EditionError with every problem found.
    """
    if isinstance(path_or_text, str):
        text = path_or_text
    else:
        path = Path(path_or_text)
        name = path.name
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise EditionError([f"{name}: can't be read: {error.strerror or error}"]) from error
        except UnicodeDecodeError as error:
            raise EditionError([f"{name}: is not UTF-8 text (byte {error.start + 1})"]) from error
    problems: list[str] = []
    edition = _edition(EditionTable(_read_toml(text, name), name, problems))
    if problems:
        raise EditionError(problems)
    return edition


def _read_toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = _LINE_OF_SYNTAX_ERROR.fullmatch(str(error))
        if found is None:
            raise EditionError([f"{name}: is not valid TOML: {error}"]) from error
        line = found["line"] or str(text.count("\n") + 1)
        raise EditionError([f"{name}: line {line}: is not valid TOML: {found['what']}"]) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        # A number of thousands of digits, an impossible exponent, or lists nested thousands deep.
        raise EditionError([f"{name}: holds a number or a nesting too large to read"]) from error


def _edition(table: EditionTable) -> EditionData:
    code = table.matching("code", SLUG, SLUG_IN_WORDS, most=EDITION_CODE_LENGTH)
    title = table.text("title", most=TITLE_LENGTH)
    published = table.day("published")
    language = table.matching("language", _LANGUAGE, "a language code such as en-GB", most=35)
    intro = table.text("intro")
    law_notice = table.text("law_notice")
    letters_note = table.text("letters_note", required=False)
    level_names = table.texts("level_names", exactly=LEVELS_PER_CRITERION)
    bands = _bands(table)
    themes = tuple(_theme(table, fields, place) for place, fields in enumerate(table.tables("themes"), 1))
    criteria = tuple(
        _criterion(table, fields, place) for place, fields in enumerate(table.tables("criteria"), 1)
    )
    _check_codes(table, themes, criteria)
    routes = read_routes(
        table,
        theme_codes=[theme.code for theme in themes],
        criterion_codes=[criterion.code for criterion in criteria],
    )
    table.done()
    content = {
        "code": code,
        "title": title,
        "published": published,
        "language": language,
        "intro": intro,
        "law_notice": law_notice,
        "letters_note": letters_note,
        "level_names": level_names,
        "bands": bands,
        "routes": routes,
        "themes": themes,
        "criteria": criteria,
    }
    return EditionData(**content, checksum="" if table.problems else _checksum(content))  # type: ignore[arg-type]


def _checksum(content: dict[str, object]) -> str:
    def plain(value: object) -> object:
        if isinstance(value, Decimal):
            return format(value.normalize(), "f")  # 1, 1.0 and 1.000 are one weight
        if isinstance(value, date):
            return value.isoformat()
        return asdict(value)  # type: ignore[call-overload]

    text = json.dumps(content, default=plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _bands(table: EditionTable) -> tuple[BandData, ...]:
    bands = []
    for place, fields in enumerate(table.tables("bands"), 1):
        inner = table.inner(fields, f"band {place}")
        bands.append(BandData(least=inner.whole("least", 0, 100), name=inner.text("name", most=TITLE_LENGTH)))
        inner.done()
    starts = [band.least for band in bands]
    if starts and starts[0] != 0:
        table.fault("bands", "the first one should start at 0, so that every score from 0 to 100 has a band")
    if starts != sorted(set(starts)):
        table.fault("bands", "each one should start above the one before")
    for name in repeated(band.name.casefold() for band in bands):
        table.fault("bands", f"{short(name)} is there twice")
    return tuple(bands)


def _theme(edition: EditionTable, fields: dict[str, Any], place: int) -> ThemeData:
    table = edition.inner(fields, label(fields, "code", f"theme {place}"))
    theme = ThemeData(
        code=table.matching("code", _CODE, "a number such as 2.1", most=CODE_LENGTH),
        title=table.text("title", most=TITLE_LENGTH),
        intro=table.text("intro"),
        weight=table.weight(),
    )
    table.done()
    return theme


def _criterion(edition: EditionTable, fields: dict[str, Any], place: int) -> CriterionData:
    table = edition.inner(fields, label(fields, "code", f"criterion {place}"))
    criterion = CriterionData(
        code=table.matching("code", _CODE, "a number such as 2.15, or 2.15a", most=CODE_LENGTH),
        theme=table.text("theme", most=CODE_LENGTH),
        title=table.text("title", most=TITLE_LENGTH),
        statement=table.text("statement"),
        why=table.text("why"),
        weight=table.weight(),
        levels=table.texts("levels", exactly=LEVELS_PER_CRITERION),
        evidence=table.texts("evidence"),
        actions=_actions(table),
        law=_law(table),
    )
    if repeated(criterion.levels):
        table.fault("levels", "two of them say the same")
    table.done()
    return criterion


def _actions(criterion: EditionTable) -> tuple[SuggestedActionData, ...]:
    actions = []
    for place, fields in enumerate(criterion.tables("actions"), 1):
        table = criterion.inner(fields, f"actions: {label(fields, 'key', f'action {place}')}")
        actions.append(
            SuggestedActionData(
                level=table.whole("level", LEVELS_WITH_ACTIONS[0], LEVELS_WITH_ACTIONS[-1]),
                key=table.matching("key", SLUG, SLUG_IN_WORDS, most=KEY_LENGTH),
                what=table.text("what"),
                first_step=table.text("first_step"),
                support=table.text("support"),
                who=table.choice("who", WHO),
                weeks=table.whole("weeks", 1, MOST_WEEKS),
            )
        )
        table.done()
    if actions:
        for level in LEVELS_WITH_ACTIONS:
            given = sum(action.level == level for action in actions)
            if given < LEAST_ACTIONS_PER_LEVEL:
                criterion.fault(
                    "actions", f"level {level}: {given} given, at least {LEAST_ACTIONS_PER_LEVEL} needed"
                )
    return tuple(actions)


def _law(criterion: EditionTable) -> tuple[LawNoteData, ...]:
    notes = []
    for place, fields in enumerate(criterion.tables("law", least=0), 1):
        table = criterion.inner(fields, f"law {place}")
        note = LawNoteData(
            then=table.text("then", required=False),
            now=table.text("now"),
            source=table.text("source"),
            checked=table.day("checked"),
            url=table.text("url", required=False, most=TITLE_LENGTH),
        )
        if note.url and not _WEB_ADDRESS.fullmatch(note.url):
            table.fault("url", "should be a web address that begins with https://")
        table.done()
        notes.append(note)
    return tuple(notes)


def _check_codes(
    table: EditionTable, themes: tuple[ThemeData, ...], criteria: tuple[CriterionData, ...]
) -> None:
    # A theme's code may be a criterion's as well (2.1 is both), so each kind is looked at by itself.
    for code in repeated(theme.code for theme in themes):
        table.fault(code, "code: two themes have it")
    for code in repeated(criterion.code for criterion in criteria):
        table.fault(code, "code: two criteria have it")
    for key in repeated(action.key for criterion in criteria for action in criterion.actions):
        codes = [item.code for item in criteria for action in item.actions if action.key == key]
        table.fault(" and ".join(dict.fromkeys(codes)), f"actions: key {short(key)} is there twice")
    known = [theme.code for theme in themes]
    for criterion in criteria:
        if criterion.theme and criterion.theme not in known:
            table.fault(
                short(criterion.code), f"theme: {short(criterion.theme)} is not a theme of this edition"
            )
    for code in known:
        if code and all(criterion.theme != code for criterion in criteria):
            table.fault(short(code), "theme: no criterion belongs to it")
