"""Scores over time: one line overall and one for each theme."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.formats import date_format

from readiness.charts.signs import GREEN, HEATHER, INK, OCHRE, Number, Tick, sign_path
from readiness.scoring import shown


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One completed assessment: its day and its scores from 0 to 100, None where there is none."""

    on: date
    theme_scores: Mapping[str, Number | None]
    overall: Number | None


@dataclass(frozen=True, slots=True)
class GridLine:
    """A level line: its y and score, and the band that begins there with the y of its word."""

    y: int
    label: str
    word: str
    word_y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A score in the drawing: its place and the SVG path of its shape."""

    x: int
    y: int
    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its pieces between gaps as SVG point lists, its marks, and the number after the last mark."""

    title: str
    colour: str
    dashes: str
    width: int
    pieces: tuple[str, ...]
    marks: tuple[Mark, ...]
    end_label: str
    end_x: int
    end_y: int


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """How a series looks: an SVG path around (12, 8), its colour and dashes, and what it stands for."""

    title: str
    colour: str
    dashes: str
    path: str


@dataclass(frozen=True, slots=True)
class TrendDrawing:
    """The trend at one size, in units of the SVG's view box."""

    kind: str
    width: int
    height: int
    left: int
    right: int
    bottom: int
    grid: tuple[GridLine, ...]
    ticks: tuple[Tick, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Scores over time: a sentence, a legend, two drawings, and the numbers as a table (oldest first)."""

    description: str
    legend: tuple[LegendEntry, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[date, tuple[str, ...]], ...]
    drawings: tuple[TrendDrawing, ...]


@dataclass(frozen=True, slots=True)
class _Style:
    colour: str
    shape: str
    dashes: str
    width: int


OVERALL_STYLE = _Style(INK, "circle", "", 3)
THEME_STYLES = (
    _Style(GREEN, "square", "7 4", 2),
    _Style(HEATHER, "triangle", "2 4", 2),
    _Style(OCHRE, "diamond", "10 3 2 3", 2),
)


def trend_chart(
    points: Sequence[TrendPoint], themes: Mapping[str, str], bands: Sequence[tuple[int, str]] = ()
) -> TrendChart:
    """The scores of all assessments over time, overall and for each theme.

    `themes` gives title by theme code in the order to show; `bands` (least score, word) draws its lines where
    the bands begin, otherwise they stand at every 25. Points may come in any order. Without points there are
    no rows and no drawings.
    """
    ordered = sorted(points, key=lambda point: point.on)
    names = ["Overall", *(f"{code} {title}" for code, title in themes.items())]
    columns: list[list[Number | None]] = [[point.overall for point in ordered]]
    columns += [[point.theme_scores.get(code) for point in ordered] for code in themes]
    styles = [OVERALL_STYLE, *(THEME_STYLES[place % len(THEME_STYLES)] for place in range(len(themes)))]
    legend = tuple(
        LegendEntry(name, style.colour, style.dashes, sign_path(style.shape, 16, 8))
        for name, style in zip(names, styles, strict=True)
    )
    rows = tuple(
        (point.on, tuple(_score_text(column[place]) for column in columns))
        for place, point in enumerate(ordered)
    )
    days = [point.on for point in ordered]
    drawings = tuple(
        _trend_drawing(kind, days, list(zip(names, styles, columns, strict=True)), bands)
        for kind in ("wide", "narrow")
        if days
    )
    return TrendChart(_trend_words(ordered), legend, tuple(names), rows, drawings)


def _trend_words(ordered: Sequence[TrendPoint]) -> str:
    scored = [(point.on, point.overall) for point in ordered if point.overall is not None]
    if not scored:
        return "No overall score yet."
    said = [f"{shown(Fraction(score))} in {_month(on)}" for on, score in scored]
    if len(said) == 1:
        return f"Overall score: {said[0]}."
    return f"Overall score: from {said[0]} to {said[-1]}."


def _trend_drawing(
    kind: str,
    days: Sequence[date],
    lines: Sequence[tuple[str, _Style, Sequence[Number | None]]],
    bands: Sequence[tuple[int, str]],
) -> TrendDrawing:
    wide = kind == "wide"
    width, height, left, right = (720, 300, 36, 572) if wide else (340, 250, 32, 300)
    top, bottom = 14, height - 30
    span = (days[-1] - days[0]).days

    def x(on: date) -> int:
        if span == 0:
            return (left + right) // 2
        return left + 14 + round((right - left - 28) * (on - days[0]).days / span)

    def y(score: Number) -> int:
        return bottom - round((bottom - top) * float(score) / 100)

    steps = sorted(bands) or [(score, "") for score in (0, 25, 50, 75)]
    ends = [least for least, _ in steps[1:]] + [100]
    grid = [
        GridLine(y(least), str(least), word if wide else "", y((least + end) / 2))
        for (least, word), end in zip(steps, ends, strict=True)
    ]
    grid.append(GridLine(y(100), "100", "", 0))

    series = []
    for title, style, scores in lines:
        placed = [
            None if score is None else (x(on), y(score), score)
            for on, score in zip(days, scores, strict=True)
        ]
        marks = tuple(
            Mark(
                place[0], place[1], sign_path(style.shape, place[0], place[1]), str(shown(Fraction(place[2])))
            )
            for place in placed
            if place is not None
        )
        pieces = tuple(" ".join(f"{px},{py}" for px, py, _ in piece) for piece in _pieces(placed))
        last = marks[-1] if marks else None
        series.append(
            Series(
                title,
                style.colour,
                style.dashes,
                style.width,
                pieces,
                marks,
                end_label=last.label if last else "",
                end_x=last.x + 12 if last else 0,
                end_y=last.y if last else 0,
            )
        )
    return TrendDrawing(
        kind, width, height, left, right, bottom, tuple(grid), _ticks(days, x), _spread(series, top, bottom)
    )


def _pieces(placed: Sequence[tuple[int, int, Number] | None]) -> list[list[tuple[int, int, Number]]]:
    """Neighbours that have a score, at least two together: a missing score breaks the line."""
    pieces: list[list[tuple[int, int, Number]]] = [[]]
    for place in placed:
        if place is None:
            pieces.append([])
        else:
            pieces[-1].append(place)
    return [piece for piece in pieces if len(piece) > 1]


def _ticks(days: Sequence[date], x: Callable[[date], int], least_gap: int = 66) -> tuple[Tick, ...]:
    last = Tick(x(days[-1]), _month(days[-1]))
    ticks: list[Tick] = []
    for on in days[:-1]:
        here = x(on)
        if last.x - here >= least_gap and (not ticks or here - ticks[-1].x >= least_gap):
            ticks.append(Tick(here, _month(on)))
    return (*ticks, last)


def _spread(series: Sequence[Series], top: int, bottom: int, least_gap: int = 16) -> tuple[Series, ...]:
    """Moves the numbers at the lines' ends apart, so that equal scores don't print over each other."""
    order = sorted(
        (place for place in range(len(series)) if series[place].marks), key=lambda place: series[place].end_y
    )
    heights: dict[int, int] = {}
    lowest = top - least_gap
    for place in order:
        lowest = max(series[place].end_y, lowest + least_gap)
        heights[place] = lowest
    overshoot = max(0, lowest - bottom)
    return tuple(
        replace(line, end_y=heights[place] - overshoot) if place in heights else line
        for place, line in enumerate(series)
    )


def _score_text(score: Number | None) -> str:
    return "No score" if score is None else str(shown(Fraction(score)))


def _month(on: date) -> str:
    return date_format(on, "M Y")
