"""Levels against targets and the county's median: one line for each criterion."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from readiness.charts.signs import INK, SOFT, Number, Tick, sign_path
from readiness.scoring import LEVELS, TOP_LEVEL


@dataclass(frozen=True, slots=True)
class GapRow:
    """One criterion: its level, the agreed target and the county's median, each from 0 to 4 or None.

    `note` is said in place of a missing level, such as "Not applicable".
    """

    code: str
    title: str
    level: int | None
    target: int | None = None
    median: Number | None = None
    note: str = "Not answered"


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line of a criterion's name, or why it has no level."""

    y: int
    text: str
    colour: str = INK


@dataclass(frozen=True, slots=True)
class GapLine:
    """One criterion in the drawing: the y of its line, and the x of what stands on it (None: not there)."""

    y: int
    labels: tuple[LabelLine, ...]
    level: int | None
    level_x: int | None
    target_path: str
    """An SVG path, a diamond; empty without a target."""
    to_target_x: int | None
    """Where the gap ends: the target's x, when it lies above the level."""
    median_x: int | None


@dataclass(frozen=True, slots=True)
class GapDrawing:
    """Levels, targets and medians at one size, in units of the SVG's view box."""

    kind: str
    width: int
    height: int
    left: int
    right: int
    top: int
    columns: tuple[Tick, ...]
    words: bool
    lines: tuple[GapLine, ...]


@dataclass(frozen=True, slots=True)
class GapChart:
    """A line for each criterion: a sentence, which marks occur, two drawings; the rows make the table."""

    description: str
    rows: tuple[GapRow, ...]
    has_targets: bool
    has_medians: bool
    drawings: tuple[GapDrawing, ...]


def gap_chart(rows: Sequence[GapRow]) -> GapChart:
    """Each criterion's level on a line from 0 to 4, with its target and the county's median if there are any.

    Raises ValueError for a level, target or median outside 0 to 4.
    """
    for row in rows:
        for value in (row.level, row.target, row.median):
            if value is not None and not LEVELS[0] <= value <= TOP_LEVEL:
                raise ValueError(f"{row.code}: {value} is not between 0 and {TOP_LEVEL}.")
    below = [
        row for row in rows if row.level is not None and row.target is not None and row.level < row.target
    ]
    with_target = [row for row in rows if row.target is not None]
    description = f"Levels of {_count(len(rows), 'criterion', 'criteria')} on a line from 0 to {TOP_LEVEL}."
    if with_target:
        description += f" {_count(len(with_target), 'has', 'have')} a target;"
        description += f" {_count(len(below), 'is', 'are')} still below it."
    return GapChart(
        description=description,
        rows=tuple(rows),
        has_targets=bool(with_target),
        has_medians=any(row.median is not None for row in rows),
        drawings=tuple(_gap_drawing(kind, rows) for kind in ("wide", "narrow")),
    )


def _gap_drawing(kind: str, rows: Sequence[GapRow]) -> GapDrawing:
    wide = kind == "wide"
    width, left, right, letters = (720, 334, 674, 42) if wide else (340, 16, 324, 44)
    top = 44 if wide else 26

    def x(value: Number) -> int:
        return left + round((right - left) * float(value) / TOP_LEVEL)

    lines: list[GapLine] = []
    y = top
    for row in rows:
        words = textwrap.wrap(f"{row.code} {row.title}", letters, max_lines=2, placeholder=" …")
        named = len(words)
        if row.level is None:
            words.append(row.note)
        if wide:
            height = 18 * max(2, len(words)) + 10
            middle = y + height // 2
            first = middle + 5 - 9 * (len(words) - 1)
            y += height
        else:
            first = y + 22
            middle = first + 18 * (len(words) - 1) + 22
            y = middle + 18
        labels = tuple(
            LabelLine(first + 18 * place, text, INK if place < named else SOFT)
            for place, text in enumerate(words)
        )
        gap_open = row.level is not None and row.target is not None and row.target > row.level
        lines.append(
            GapLine(
                y=middle,
                labels=labels,
                level=row.level,
                level_x=None if row.level is None else x(row.level),
                target_path="" if row.target is None else sign_path("diamond", x(row.target), middle, 15),
                to_target_x=x(row.target) if gap_open and row.target is not None else None,
                median_x=None if row.median is None else x(row.median),
            )
        )
    columns = tuple(Tick(x(level), str(level)) for level in LEVELS)
    return GapDrawing(kind, width, y + 8, left, right, top, columns, wide, tuple(lines))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
