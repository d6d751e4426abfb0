"""Bars beside a table's rows: of one or two days, or one split into parts. Pure.

A drawing is 100 wide, so that widths are per cent. What is told stands in the table's cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

GREEN, PALE, EDGE = "#1f5c46", "#ffffff", "#6b3f69"
# Fill and edge of each part of a split bar, in the order of its columns.
PARTS = (
    ("#1f5c46", "#1f5c46"),
    ("#6ba585", "#1f5c46"),
    ("#d3e4d8", "#3f7d60"),
    ("#ffffff", "#3f7d60"),
    ("#8a5a00", "#8a5a00"),
    ("#e3ddcd", "#7b786c"),
)
HEIGHT, TWO = 12, 10
"""Height of one bar, and of each of two."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a drawing 100 wide."""

    x: str
    y: int
    width: str
    height: int
    fill: str
    edge: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The drawing beside one row."""

    height: int
    bars: tuple[Bar, ...]


def _per_cent(part: Decimal, whole: Decimal) -> str:
    # Written with a point whatever the language, and short.
    return f"{100 * part / whole:.2f}".rstrip("0").rstrip(".")


def day_bars(now: Decimal | None, before: Decimal | None, most: Decimal, *, two: bool) -> Bars:
    """A bar for the day and, where two, a pale one below for the earlier day. None draws none."""
    kept = []
    for place, value, fill in ((0, now, GREEN), (1, before if two else None, PALE)):
        if value is not None and value > 0 and most > 0:
            kept.append(
                Bar(
                    "0",
                    1 + place * (TWO + 2),
                    _per_cent(min(value, most), most),
                    TWO if two else HEIGHT,
                    fill,
                    EDGE if place else GREEN,
                )
            )
    return Bars(2 * TWO + 4 if two else HEIGHT + 2, tuple(kept))


def split_bar(values: Sequence[Decimal | None]) -> Bars:
    """One bar in as many parts as there are values, together always 100 wide; none of nothing."""
    numbers = [value or Decimal(0) for value in values]
    whole = sum(numbers, Decimal(0))
    bars, x = [], Decimal(0)
    for place, value in enumerate(numbers):
        if value > 0:
            fill, edge = PARTS[place % len(PARTS)]
            bars.append(Bar(_per_cent(x, whole), 1, _per_cent(value, whole), HEIGHT, fill, edge))
            x += value
    return Bars(HEIGHT + 2, tuple(bars))
