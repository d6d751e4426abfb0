"""The tile map: a tile a district, placed roughly as on the map of Derbyshire. Pure.

Districts whose place isn't known, such as councils that are made anew, stand in rows of their own below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

COLUMNS = 3
SIZE, GAP = 104, 6
STEP = SIZE + GAP
LETTERS = 12
"""So many of them fit beside each other in a tile."""
# Column and row by GSS code.
PLACES = {
    "E07000037": (0, 0),  # High Peak
    "E07000038": (1, 0),  # North East Derbyshire
    "E07000033": (2, 0),  # Bolsover
    "E07000035": (0, 1),  # Derbyshire Dales
    "E07000034": (1, 1),  # Chesterfield
    "E07000032": (1, 2),  # Amber Valley
    "E07000036": (2, 2),  # Erewash
    "E07000039": (0, 3),  # South Derbyshire
    "E06000015": (1, 3),  # Derby
}
# Fill and ink of each tone, light to dark: the levels' own ramp.
TONES = (
    ("#ffffff", "#1d2a26"),
    ("#d3e4d8", "#1d2a26"),
    ("#a3c9b1", "#1d2a26"),
    ("#3f7d60", "#ffffff"),
    ("#174536", "#ffffff"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A district with what its tile says."""

    code: str
    """Its GSS code; empty for "no district"."""
    name: str
    value: Decimal | None
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a tile's name, with the place of its foot."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as it is drawn."""

    x: int
    y: int
    middle: int
    """The x of its middle, where its words stand."""
    number_y: int
    name: str
    words: str
    url: str
    lines: tuple[Line, ...]
    fill: str
    ink: str
    dashes: str
    """Those of its edge; empty for a whole one. A tile without a value has a broken edge."""


@dataclass(frozen=True, slots=True)
class TileMap:
    """The drawing: its size and its tiles from the north-west on."""

    width: int
    height: int
    size: int
    tiles: tuple[Tile, ...]


def tone(value: Decimal | None, most: Decimal) -> int:
    """0 for nothing, else 1 to 4 by the quarter of the most that the value lies in."""
    if value is None or value <= 0 or most <= 0:
        return 0
    return min(4, int((4 * value / most).to_integral_value(rounding=ROUND_CEILING)))


def tile_map(places: Iterable[Place], most: Decimal | None = None) -> TileMap:
    """The drawing of these districts. most: what the darkest tone stands for; the highest value if left out."""
    places = list(places)
    highest = most or max((place.value for place in places if place.value is not None), default=Decimal(0))
    known = [place for place in places if place.code in PLACES]
    others = [place for place in places if place.code not in PLACES]
    below = 1 + max((PLACES[place.code][1] for place in known), default=-1)
    found = [(place, *PLACES[place.code]) for place in known]
    found += [(place, number % COLUMNS, below + number // COLUMNS) for number, place in enumerate(others)]
    found.sort(key=lambda one: (one[2], one[1]))
    rows = 1 + max((row for _, _, row in found), default=-1)
    return TileMap(
        width=COLUMNS * STEP - GAP + 4,
        height=rows * STEP - GAP + 4,
        size=SIZE,
        tiles=tuple(_tile(place, column, row, highest) for place, column, row in found),
    )


def _tile(place: Place, column: int, row: int, most: Decimal) -> Tile:
    x, y = 2 + column * STEP, 2 + row * STEP
    fill, ink = TONES[tone(place.value, most)]
    return Tile(
        x=x,
        y=y,
        middle=x + SIZE // 2,
        number_y=y + SIZE - 14,
        name=place.name,
        words=place.words,
        url=place.url,
        lines=tuple(Line(y + 22 + 17 * number, text) for number, text in enumerate(name_lines(place.name))),
        fill=fill,
        ink=ink,
        dashes="5 4" if not place.value else "",
    )


def name_lines(name: str) -> list[str]:
    """The name in at most three lines of about LETTERS letters; what doesn't fit is cut with three dots."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    shown = [line if len(line) <= LETTERS + 2 else f"{line[:LETTERS]}…" for line in lines[:3]]
    if len(lines) > len(shown):
        shown[-1] = f"{shown[-1][:LETTERS]}…"
    return shown
