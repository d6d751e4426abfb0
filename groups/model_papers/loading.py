"""The words of the model papers, read from TOML and checked.

A file has title, about, version, dated, sections (heading and text), talk_about (questions) and law.
The text of a section is written in blocks with an empty line between them:

    A paragraph with {name} from the profile and [a hint] where something is left to fill in.
    **Bold words** and what follows them.
    > A note in small type.
    - an item of a list
    |! 30 70 | What the table is about
    | Head | Another |
    | Cell | Cell |

A paragraph, item or row may begin with {if staff} or {unless staff}; a section that has nothing left is left out.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from groups.model_papers.values import FACTS, FIELDS

FOLDER = Path(__file__).resolve().parent
_PARTS = re.compile(r"\{(?P<field>[^{}]*)\}|\[(?P<blank>[^\[\]]*)\]|\*\*(?P<bold>[^*{}\[\]]+)\*\*")
_CONDITION = re.compile(r"\{(if|unless) ([^{}]*)\}\s*")
_KEYS = {"title", "about", "version", "dated", "unincorporated_only", "sections", "talk_about", "law"}
_OPTIONAL = {"unincorporated_only"}


class ModelPaperFault(ValueError):
    """A file of a model paper can't be used; the message names the file, the place and what is wrong there."""


@dataclass(frozen=True)
class Condition:
    """Whether words are meant for a group: a fact, or a field that the profile has."""

    fact: str
    wanted: bool


@dataclass(frozen=True)
class Words:
    """A line of text with what is filled in: parts are ("text" | "bold" | "field" | "blank", value)."""

    parts: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Block:
    """A paragraph or note (one line of words), a list (its items), or a table (its rows, cells as lines)."""

    kind: str
    lines: tuple[Words, ...] = ()
    caption: str = ""
    widths: tuple[int, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Words, ...], ...] = ()


@dataclass(frozen=True)
class SectionText:
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class LawText:
    """What the law says, where that stands, and the day it was checked; None where it is still to be checked."""

    title: str
    text: str
    source: str
    checked: date | None

    @property
    def source_words(self) -> str:
        """Where it stands and when that was checked, in words."""
        if self.checked is None:
            return f"Still to be checked: {self.source} Ask before you rely on it."
        return f"Source: {self.source} Checked on {self.checked:%-d %B %Y}."


@dataclass(frozen=True)
class ModelText:
    """A model paper before anything is filled in."""

    key: str
    title: str
    about: str
    version: int
    dated: date
    unincorporated_only: bool
    sections: tuple[SectionText, ...]
    talk_about: tuple[Words, ...]
    law: tuple[LawText, ...]


@cache
def model_keys() -> tuple[str, ...]:
    """The keys of all model papers, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def has_model(key: str) -> bool:
    """Whether there is a model paper with this key."""
    return bool(key) and key in model_keys()


@cache
def model_text(key: str) -> ModelText:
    """The words of one model paper. Raises KeyError for an unknown key, ModelPaperFault for a file that is wrong."""
    if not has_model(key):
        raise KeyError(key)
    return read_model(key, (FOLDER / f"{key}.toml").read_text(encoding="utf-8"))


def read_model(key: str, written: str) -> ModelText:
    """The words of one model paper from its file's text. Raises ModelPaperFault."""
    place = f"{key}.toml"
    try:
        data = tomllib.loads(written)
    except tomllib.TOMLDecodeError as fault:
        raise ModelPaperFault(f"{place}: it isn't TOML: {fault}") from fault
    _check_keys(place, data, _KEYS, _OPTIONAL)
    if not isinstance(data["version"], int) or data["version"] < 1:
        raise ModelPaperFault(f"{place}: version must be a number from 1 up.")
    return ModelText(
        key=key,
        title=_text(place, data, "title"),
        about=_text(place, data, "about"),
        version=data["version"],
        dated=_day(place, data, "dated"),
        unincorporated_only=data.get("unincorporated_only", False) is True,
        sections=tuple(_section(place, section) for section in _list(place, data, "sections")),
        talk_about=tuple(
            _words(f"{place}, talk_about", str(line)) for line in _list(place, data, "talk_about")
        ),
        law=tuple(_law(place, point) for point in _list(place, data, "law")),
    )


def _check_keys(place: str, data: dict[str, Any], known: set[str], optional: set[str]) -> None:
    if missing := known - optional - data.keys():
        raise ModelPaperFault(f"{place}: {', '.join(sorted(missing))} missing.")
    if unknown := data.keys() - known:
        raise ModelPaperFault(f"{place}: unknown {', '.join(sorted(unknown))}.")


def _text(place: str, data: dict[str, Any], name: str) -> str:
    value = data[name]
    if not isinstance(value, str) or not value.strip():
        raise ModelPaperFault(f"{place}: {name} must be words.")
    return value.strip()


def _list(place: str, data: dict[str, Any], name: str) -> list[Any]:
    value = data[name]
    if not isinstance(value, list) or not value:
        raise ModelPaperFault(f"{place}: {name} must be a list with something in it.")
    return value


def _day(place: str, data: dict[str, Any], name: str) -> date:
    if type(data[name]) is not date:
        raise ModelPaperFault(f"{place}: {name} must be a day, such as 2026-11-28.")
    return data[name]


def _law(place: str, data: dict[str, Any]) -> LawText:
    title = data.get("title", "?")
    place = f"{place}, law “{title}”"
    _check_keys(place, data, {"title", "text", "source", "checked"}, {"checked"})
    checked = _day(place, data, "checked") if "checked" in data else None
    return LawText(
        _text(place, data, "title"), _text(place, data, "text"), _text(place, data, "source"), checked
    )


def _section(place: str, data: dict[str, Any]) -> SectionText:
    place = f"{place}, section “{data.get('heading', '?')}”"
    _check_keys(place, data, {"heading", "text"}, set())
    blocks = [
        _block(place, [line.strip() for line in block.splitlines()])
        for block in re.split(r"\n\s*\n", _text(place, data, "text"))
    ]
    return SectionText(_text(place, data, "heading"), tuple(blocks))


def _block(place: str, lines: list[str]) -> Block:
    if lines[0].startswith("|!"):
        return _table(place, lines)
    if lines[0].startswith("- "):
        return Block("list", tuple(_words(place, item) for item in _items(lines)))
    if lines[0].startswith("|"):
        raise ModelPaperFault(f"{place}: a table begins with a line such as “|! 30 70 | What it is about”.")
    if lines[0].startswith("> "):
        return Block("note", (_words(place, " ".join(lines)[2:]),))
    return Block("paragraph", (_words(place, " ".join(lines)),))


def _items(lines: list[str]) -> list[str]:
    """The items of a list; a line that begins no item goes on with the one before."""
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line}"
    return items


def _table(place: str, lines: list[str]) -> Block:
    widths, _, caption = lines[0][2:].partition("|")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    columns = [int(width) if width.isdigit() else 0 for width in widths.split()]
    if not caption.strip() or sum(columns) != 100 or 0 in columns:
        raise ModelPaperFault(f"{place}: a table has widths that add up to 100, and says what it is about.")
    if len(rows) < 2 or any(len(row) != len(columns) for row in rows):
        raise ModelPaperFault(
            f"{place}: the table “{caption.strip()}” needs a head, a row, and {len(columns)} cells in each."
        )
    cells = [[_words(place, cell) for cell in row] for row in rows[1:]]
    if any(cell.conditions for row in cells for cell in row[1:]):
        raise ModelPaperFault(f"{place}: a condition stands in the first cell of a row.")
    return Block(
        "table",
        caption=caption.strip(),
        widths=tuple(columns),
        head=tuple(rows[0]),
        rows=tuple(map(tuple, cells)),
    )


def _words(place: str, written: str) -> Words:
    conditions = []
    while match := _CONDITION.match(written):
        if match[2] not in FACTS and match[2] not in FIELDS:
            raise ModelPaperFault(f"{place}: unknown condition “{match[2]}”.")
        conditions.append(Condition(match[2], match[1] == "if"))
        written = written[match.end() :]
    parts: list[tuple[str, str]] = []
    end = 0
    for match in _PARTS.finditer(written):
        if match.start() > end:
            parts.append(("text", written[end : match.start()]))
        kind = str(match.lastgroup)
        value = match[kind].strip()
        if kind == "field" and value not in FIELDS:
            raise ModelPaperFault(f"{place}: unknown field “{value}”.")
        if not value:
            raise ModelPaperFault(f"{place}: a blank needs a hint, such as [number].")
        parts.append((kind, value))
        end = match.end()
    if end < len(written):
        parts.append(("text", written[end:]))
    for kind, value in parts:
        if kind == "text" and re.search(r"[{}\[\]]|\*\*", value):
            raise ModelPaperFault(f"{place}: a bracket or ** without its other half in “{value[:60]}”.")
    return Words(tuple(parts), tuple(conditions))
