"""The report's tables as the page shows them: words, links, tones and drawings, made before the template.

A template that formats each cell takes four times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict

from django.utils.html import format_html
from django.utils.safestring import SafeString

from readiness.charts import bars, tiles
from readiness.reports.parts import breakable, part_words, parts_of
from readiness.reports.shown import ALOUD, number_of, words
from readiness.reports.values import Cell, Column, CountyReport, Draw, Kind, ReportTable, Row
from readiness.reports.words import kind_in

WIDE = 5
"""A table of more columns scrolls in a box of its own, with its first column held."""
LONG = 25
"""A table of more rows is shown through a window of its own, the words of its columns held."""
SUMMARY = "summary"
NEED = "need_"
"""How the keys of tables of unmet need begin."""
# Tables that come first, in this order; the others follow as the report has them.
ORDER = ("districts", "bands", "routes", "levels", "movement", "lios", "papers", "kinds")

# Those that say something where no group fits a filter.
NOT_OF_GROUPS = (
    "need_by_method",
    "need_by_district",
    "need_by_community",
    "communities",
    "gaps",
    "languages",
)


class ShownCell(TypedDict):
    """What stands in a cell: ready HTML, its class, and the label that a stacked row shows before it."""

    inner: str
    css: str
    label: str


class ShownRow(TypedDict):
    """A line: its label as HTML, its cells, whether it is a total, and its bars."""

    label: str
    cells: list[ShownCell]
    is_total: bool
    bars: bars.Bars | None


class ShownColumn(TypedDict):
    """A heading, its class, and fill and edge of its part of a split bar."""

    title: str
    css: str
    swatch: tuple[str, str] | None


class ShownPart(TypedDict):
    """Columns that stand together, and the rows with their cells of these; words above them, if there are several."""

    words: str
    columns: list[ShownColumn]
    rows: list[ShownRow]


class ShownTable(TypedDict):
    """A table ready for the template."""

    key: str
    title: str
    about: str
    note: str
    corner: str
    draw: str
    columns: list[ShownColumn]
    rows: list[ShownRow]
    parts: list[ShownPart]
    """The same for paper: as many parts as it takes for words to stay whole; mostly one."""
    is_wide: bool
    is_long: bool
    """Whether it is shown through a window of its own, so that what follows can be found."""
    has_bars: bool
    two_days: bool
    is_of_need: bool
    """Whether it counts records of need or the people in them, who have no list of groups behind them."""
    map: tiles.TileMap | None


class Figure(TypedDict):
    """A key figure: its words, and its number as HTML."""

    words: str
    number: str


def figures(table: ReportTable, base: str) -> list[Figure]:
    """The rows of the table of key figures. base: address of the list of groups."""

    column = table.columns[0]
    return [
        Figure(
            words=row.label,
            number=inner(row.cells[0], replace(column, kind=kind_in(row, column)), base, f"{row.label}: "),
        )
        for row in table.rows
    ]


def shown_tables(report: CountyReport, base: str, codes: Mapping[str, str], tone_by: str) -> list[ShownTable]:
    """All tables but that of the key figures, in order.

    codes: GSS code by the key of a district's row. tone_by: key of the column that tones the map.
    """
    places = {key: place for place, key in enumerate(ORDER)}
    tables = sorted(report.tables, key=lambda table: places.get(table.key, len(places)))
    return [shown_table(table, base, codes, tone_by) for table in tables if table.key != SUMMARY]


def shown_table(
    table: ReportTable, base: str, codes: Mapping[str, str] | None = None, tone_by: str = ""
) -> ShownTable:
    """One table."""
    two = table.draw is Draw.BARS and [column.key for column in table.columns[:2]] == ["now", "before"]
    most = max(
        (number_of(row.cells[0]) or Decimal(0) for row in table.rows if not row.is_total), default=Decimal(0)
    )
    if two:
        most = max(most, *(number_of(row.cells[1]) or Decimal(0) for row in table.rows), Decimal(0))
    columns = [
        ShownColumn(
            title=column.title,
            css="" if column.kind is Kind.TEXT else "numeric",
            swatch=bars.PARTS[place % len(bars.PARTS)] if table.draw is Draw.SHARES else None,
        )
        for place, column in enumerate(table.columns)
    ]
    rows = [_row(table, row, base, most, two=two) for row in table.rows]
    return ShownTable(
        key=table.key,
        title=table.title,
        about=table.about,
        note=table.note,
        corner=table.corner,
        draw=table.draw.value,
        columns=columns,
        rows=rows,
        parts=_parts(table, columns, rows),
        is_wide=len(table.columns) > WIDE,
        is_long=len(table.rows) > LONG,
        has_bars=table.draw in (Draw.BARS, Draw.SHARES),
        two_days=two,
        is_of_need=table.key.startswith(NEED),
        map=_map(table, base, codes or {}, tone_by) if table.draw is Draw.MAP else None,
    )


def _parts(table: ReportTable, columns: list[ShownColumn], rows: list[ShownRow]) -> list[ShownPart]:
    parts = parts_of(table)
    return [
        ShownPart(
            words=part_words(number, len(parts)),
            columns=[
                {**column, "title": breakable(column["title"])} for column in columns[part.start : part.stop]
            ],
            rows=[{**row, "cells": row["cells"][part.start : part.stop]} for row in rows],
        )
        for number, part in enumerate(parts, 1)
    ]


def _row(table: ReportTable, row: Row, base: str, most: Decimal, *, two: bool) -> ShownRow:
    drawn = None
    if table.draw is Draw.BARS and not row.is_total:
        before = number_of(row.cells[1]) if two else None
        drawn = bars.day_bars(number_of(row.cells[0]), before, most, two=two)
    elif table.draw is Draw.SHARES:
        drawn = bars.split_bar([number_of(cell) for cell in row.cells])
    return ShownRow(
        label=_linked(row.label, f"{base}?{row.groups}") if row.groups else row.label,
        cells=[
            ShownCell(
                inner=inner(cell, column, base, f"{row.label}, {column.title}: "),
                css=_css(cell, column, table.draw),
                label=column.title,
            )
            for column, cell in zip(table.columns, row.cells, strict=True)
        ],
        is_total=row.is_total,
        bars=drawn,
    )


def inner(cell: Cell, column: Column, base: str, about: str) -> SafeString | str:
    """The cell's words; a number that has counted groups is a link to them, named whole for those who hear it."""
    text = words(cell, column.kind)
    if cell.sign:
        return format_html(
            '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
            text,
            ALOUD.get(cell.sign, cell.sign),
        )
    if cell.groups and cell.value:
        return format_html(
            '<a href="{}?{}"><span class="visually-hidden">{}</span>{}</a>', base, cell.groups, about, text
        )
    return text


def _linked(text: str, url: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def _css(cell: Cell, column: Column, draw: Draw) -> str:
    """Numbers to the right; a mean level in its tone."""
    number = number_of(cell)
    if draw is Draw.HEAT and column.kind is Kind.LEVEL and number is not None:
        return f"numeric level-cell-{number.quantize(Decimal(1), rounding=ROUND_HALF_UP)}"
    return "" if column.kind is Kind.TEXT else "numeric"


def tones(table: ReportTable) -> list[Column]:
    """The columns that can tone the map: those of numbers."""
    return [
        column for column in table.columns if column.kind in (Kind.COUNT, Kind.PEOPLE, Kind.SCORE, Kind.LEVEL)
    ]


def toned_by(table: ReportTable, key: str) -> Column:
    """The column of that key, or the first one."""
    return next((column for column in tones(table) if column.key == key), table.columns[0])


def _map(table: ReportTable, base: str, codes: Mapping[str, str], tone_by: str) -> tiles.TileMap:
    column = toned_by(table, tone_by)
    place = table.columns.index(column)
    # A score's darkest tone is the highest there can be, so that the same score is as dark on every day.
    most = {Kind.SCORE: Decimal(100), Kind.LEVEL: Decimal(4)}.get(column.kind)
    found = []
    for row in table.rows:
        if row.is_total:
            continue
        cell = row.cells[place]
        # A mean has no list of its own: its tile leads to the groups of the district.
        groups = cell.groups or row.groups or next((other.groups for other in row.cells if other.groups), "")
        found.append(
            tiles.Place(
                code=codes.get(row.key, ""),
                name=row.label,
                value=number_of(cell),
                words=words(cell, column.kind),
                url=f"{base}?{groups}" if groups else "",
            )
        )
    return tiles.tile_map(found, most)
