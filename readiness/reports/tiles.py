"""The tile map: a tile a district, laid out about as they lie on the map, toned by a number. Pure.

Districts are data and will change; one that has no place here stands in a row below the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.reports.values import ReportTable
from readiness.reports.words import number_of, written

TONES = 5
# Row and column of each district of today, north at the top.
PLACES = {
    "high peak": (0, 0),
    "north east derbyshire": (0, 1),
    "derbyshire dales": (1, 0),
    "chesterfield": (1, 1),
    "bolsover": (1, 2),
    "amber valley": (2, 1),
    "erewash": (2, 2),
    "derby": (3, 1),
    "south derbyshire": (4, 1),
}
COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """One district: its name, its number in words, and a tone from 0 (none) to 4 (most)."""

    label: str
    text: str
    tone: int
    groups: str = ""
    """The query of the groups behind the number."""


def tiles(table: ReportTable) -> tuple[tuple[Tile | None, ...], ...]:
    """Rows of the map, each with COLUMNS places; None is an empty place. The number is that of the first column."""
    kind = table.columns[0].kind
    numbers = {
        row.key: float(number_of(row.cells[0], kind) or 0)
        for row in table.rows
        if not row.is_total and row.key != "0"
    }
    most = max(numbers.values(), default=0)
    placed: dict[tuple[int, int], Tile] = {}
    others: list[Tile] = []
    for row in table.rows:
        if row.key not in numbers:
            continue
        tile = Tile(row.label, written(row.cells[0], kind), tone(numbers[row.key], most), row.cells[0].groups)
        place = PLACES.get(" ".join(row.label.casefold().split()))
        if place is None or place in placed:
            others.append(tile)
        else:
            placed[place] = tile
    found = [
        tuple(placed.get((line, column)) for column in range(COLUMNS))
        for line in range(1 + max((line for line, _ in placed), default=-1))
    ]
    return (*filter(any, found), *_rows_of(others))


def tone(number: float, most: float) -> int:
    """0 for none, else 1 to 4 by its part of the most."""
    if number <= 0 or most <= 0:
        return 0
    return min(TONES - 1, max(1, -int(-(TONES - 1) * number // most)))


def _rows_of(others: Sequence[Tile]) -> list[tuple[Tile | None, ...]]:
    padded: list[Tile | None] = [*others, *[None] * (-len(others) % COLUMNS)]
    return [tuple(padded[start : start + COLUMNS]) for start in range(0, len(padded), COLUMNS)]
