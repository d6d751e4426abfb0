"""The report as a tagged PDF (PDF/UA-1, A4 landscape): words first, then each table with its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from readiness.reports.about import (
    NOTHING_HIDDEN,
    TITLE,
    WHY_HIDDEN,
    asked_lines,
    hidden_words,
    table_words,
)
from readiness.reports.parts import breakable, part_words, parts_of
from readiness.reports.sentences import in_words
from readiness.reports.tiles import tiles
from readiness.reports.values import Cell, Column, CountyReport, Draw, Kind, ReportTable, Row
from readiness.reports.words import heading, kind_in, number_of, written
from toolkit_portal.core.pdf import render_pdf

TEMPLATE = "pdf/county.html"
CARDS = "summary"
CARDS_IN_A_ROW = 6
# A table of no more rows stays on one page.
SHORT = 20
# Rows with words in them may take several lines.
SHORT_OF_WORDS = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell in words, the class that tones it, and whether it is words and no number."""

    text: str
    tone: str = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of one part of a table: its cells, and the lengths of its bar's pieces in per cent."""

    label: str
    cells: tuple[Shown, ...]
    bar: tuple[tuple[int, int], ...] = ()
    """Number of the shade and length, for each piece."""
    is_total: bool = False


def render_report_pdf(report: CountyReport) -> bytes:
    """The PDF. Raises toolkit_portal.core.pdf.PdfTooLarge."""
    return render_pdf(TEMPLATE, layout(report), title=title_of(report))


def title_of(report: CountyReport) -> str:
    """The title of the file's properties."""
    return f"{TITLE} as at {in_words(report.asked.as_at)}"


def layout(report: CountyReport) -> dict[str, Any]:
    """All that the template shows, in words."""
    asked = report.asked
    filters = " · ".join(value for _, value in asked.filters)
    return {
        "heading": TITLE,
        "as_at": f"As at {in_words(asked.as_at)}, compared with {in_words(asked.compare)}",
        "filters": filters,
        "running_left": title_of(report),
        "lead": report.sentences[0].text if report.sentences else "",
        "sentences": [sentence.text for sentence in report.sentences[1:]],
        "cards": [_cards(table) for table in report.tables if table.key == CARDS],
        "tables": [_table(table) for table in report.tables if table.key != CARDS],
        "asked": asked_lines(report),
        "why_hidden": WHY_HIDDEN if report.hidden else NOTHING_HIDDEN,
        "hidden": [(table.title, hidden_words(table)) for table in report.tables if table.hidden],
        "definitions": report.definitions,
    }


def _cards(table: ReportTable) -> dict[str, Any]:
    """A table of one column as large numbers, six in a row."""
    column = table.columns[0]
    figures = [(row.label, written(row.cells[0], kind_in(row, column))) for row in table.rows]
    return {
        "title": table.title,
        "about": table_words(table),
        "rows": [figures[start : start + CARDS_IN_A_ROW] for start in range(0, len(figures), CARDS_IN_A_ROW)],
    }


def _table(table: ReportTable) -> dict[str, Any]:
    parts = parts_of(table)
    has_bar = table.draw in {Draw.BARS, Draw.SHARES} and len(parts) == 1 and bool(table.rows)
    shares = table.draw is Draw.SHARES
    most = max(
        (_plain(row.cells[0], table.columns[0].kind) for row in table.rows if not row.is_total), default=0
    )
    return {
        "title": table.title,
        "corner": table.corner,
        "about": table.about,
        "note": table.note,
        "hidden": hidden_words(table) if table.hidden else "",
        "is_whole": len(table.rows) <= (SHORT_OF_WORDS if _has_words(table) else SHORT),
        "is_empty": not table.rows,
        "has_bar": has_bar,
        "shares": shares and has_bar,
        "heat": table.draw is Draw.HEAT,
        "map": tiles(table) if table.draw is Draw.MAP and table.columns else (),
        "map_of": table.columns[0].title if table.columns else "",
        "parts": [
            {
                "words": part_words(number, len(parts)),
                "heads": [_head(table.columns[place], place) for place in part],
                "size": "many" if len(part) > 8 else "several" if len(part) > 4 else "few",
                "lines": [_line(table, row, part, most if has_bar else None) for row in table.rows],
            }
            for number, part in enumerate(parts, 1)
            if table.rows
        ],
    }


def _has_words(table: ReportTable) -> bool:
    return any(column.kind is Kind.TEXT for column in table.columns)


def _head(column: Column, place: int) -> dict[str, Any]:
    return {"words": breakable(heading(column)), "shade": place % 6, "is_text": column.kind is Kind.TEXT}


def _line(table: ReportTable, row: Row, part: range, most: float | None) -> Line:
    bar: tuple[tuple[int, int], ...] = ()
    if most is not None and not row.is_total:
        numbers = [_plain(cell, column.kind) for cell, column in zip(row.cells, table.columns, strict=True)]
        if table.draw is Draw.SHARES:
            bar = pieces(numbers)
        elif numbers[0] > 0:
            # A bar that stands for something is never too short to be seen.
            bar = ((3, max(1, round(100 * numbers[0] / most))),)
    return Line(
        label=row.label,
        cells=tuple(
            Shown(
                written(row.cells[place], table.columns[place].kind),
                _tone(table, row.cells[place], table.columns[place].kind),
                is_text=table.columns[place].kind is Kind.TEXT,
            )
            for place in part
        ),
        bar=bar,
        is_total=row.is_total,
    )


def pieces(numbers: Sequence[float]) -> tuple[tuple[int, int], ...]:
    """Shade and length in per cent of each part of a bar; the lengths come to 100, unless there is nothing."""
    whole = sum(max(0.0, number) for number in numbers)
    if not whole:
        return ()
    found, done, before = [], 0.0, 0
    for place, number in enumerate(numbers):
        done += max(0.0, number)
        end = round(100 * done / whole)
        if end > before:
            found.append((place % 6, end - before))
        before = end
    return tuple(found)


def _tone(table: ReportTable, cell: Cell, kind: Kind) -> str:
    """The class of a cell of a heat table; every other cell has none."""
    level = number_of(cell, kind)
    if table.draw is not Draw.HEAT or kind is not Kind.LEVEL or level is None:
        return ""
    nearest = int(Decimal(level).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return f"t-{min(4, max(0, nearest))}"


def _plain(cell: Cell, kind: Kind) -> float:
    return float(number_of(cell, kind) or 0)
