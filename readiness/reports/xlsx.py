"""The report as a workbook: what was asked, a sheet a table with charts of the spreadsheet's own, a row a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from textwrap import wrap
from typing import IO, Any

from readiness.reports.about import TITLE, about, table_words
from readiness.reports.csv_files import header_of
from readiness.reports.values import Cell, CountyReport, Draw, Kind, ReportTable
from readiness.reports.words import heading, kind_in, number_of
from toolkit_portal.core.spreadsheets import Chart, Look, Scale, Series, Sheet, Styled, write_xlsx

GROUPS = "Groups"
# Sheets are called as programs call the tables; where that reads badly, so.
NAMES = {"summary": "In figures", "lios": "LIOs"}
DAY = "d mmmm yyyy"
# Shades of one hue, light to dark, for the parts of a bar.
SHADES = ("#174536", "#3F7D60", "#A3C9B1", "#D3E4D8", "#B9A3B8", "#6B3F69")
# Beside a table of no more columns there is room for its chart; else it stands below.
NARROW = 4
# Characters to a line of the first column and of the others.
FIRST_WIDTH, WIDTH = 38, 14
MOST_WIDTH = 60


def sheet_name(table: ReportTable) -> str:
    """What the table's sheet is called."""
    return NAMES.get(table.key, table.key.replace("_", " ").capitalize())


def write_workbook(
    target: IO[bytes] | Path,
    report: CountyReport,
    groups: tuple[Sequence[str], Iterable[Sequence[Any]]],
    *,
    looks: Mapping[str, Any] | None = None,
) -> None:
    """Writes the workbook. groups: header and rows of the sheet Groups, read once; looks: of its columns."""
    header, rows = groups
    write_xlsx(
        target,
        [
            about_sheet(report),
            *(table_sheet(table) for table in report.tables),
            Sheet(GROUPS, header, rows, **(looks or {})),
        ],
        title=TITLE,
    )


def about_sheet(report: CountyReport) -> Sheet:
    """What was asked, the findings, what is hidden and why, where each table is, and what the words mean."""
    names = {table.title: sheet_name(table) for table in report.tables}
    wrapped = Look(wrap=True)

    def rows() -> Iterator[list[Any]]:
        for part in about(report):
            yield [Styled(part.heading, Look(bold=True, size=13))]
            for label, text in part.lines:
                shown = f"{label} (sheet “{names[label]}”)" if part.heading == "Tables" else label
                yield [Styled(shown, Look(bold=True, wrap=True)), Styled(text, wrapped)]
            yield []

    return Sheet("About", [TITLE, ""], rows(), widths=(38, 100), filtered=0, wraps=True)


def table_sheet(table: ReportTable) -> Sheet:
    """One table. Its words stand below it, its chart beside or below."""
    rows = [row for row in table.rows if not row.is_total]
    columns = [1 + place for place, column in enumerate(table.columns) if column.kind is Kind.LEVEL]
    scales = (
        [Scale(min(columns), max(columns), len(table.rows), 0, 4)]
        if table.draw is Draw.HEAT and columns and table.rows
        else []
    )
    return Sheet(
        sheet_name(table),
        header_of(table),
        _lines(table),
        widths=_widths(table),
        numbers=[place for place, column in enumerate(table.columns, 1) if column.kind is not Kind.TEXT],
        frozen_columns=1,
        filtered=len(rows),
        charts=_charts(table),
        scales=scales,
    )


def _lines(table: ReportTable) -> Iterator[list[Any]]:
    for row in table.rows:
        yield [
            Styled(row.label, Look(bold=row.is_total)),
            *(
                _cell(cell, kind_in(row, column), bold=row.is_total)
                for column, cell in zip(table.columns, row.cells, strict=True)
            ),
        ]
    yield []
    for line in _notes(table):
        yield [line]


def _notes(table: ReportTable) -> list[str]:
    """The table's words, line by line: one long line would run far beyond the table, on paper too."""
    return wrap(table_words(table), FIRST_WIDTH + WIDTH * len(table.columns))


def _widths(table: ReportTable) -> list[float]:
    """Of each column in characters: room for its words, up to MOST_WIDTH."""
    texts: list[list[Any]] = [
        [row.label for row in table.rows],
        *(
            [row.cells[place].value for row in table.rows if isinstance(row.cells[place].value, str)]
            for place in range(len(table.columns))
        ),
    ]
    least = [FIRST_WIDTH, *(WIDTH for _ in table.columns)]
    return [
        min(MOST_WIDTH, max([width, *(len(str(text)) + 2 for text in column)]))
        for width, column in zip(least, texts, strict=True)
    ]


def _cell(cell: Cell, kind: Kind, *, bold: bool) -> Styled:
    """The value with its look. A hidden one is text, none is an empty cell."""
    if cell.sign:
        return Styled(cell.sign, Look(bold=bold, right=True))
    number = number_of(cell, kind)
    if number is None:
        return Styled(cell.value, Look(number="" if isinstance(cell.value, str) else DAY, bold=bold))
    return Styled(number, Look(number=number_format(number, kind), bold=bold))


def number_format(number: int | Decimal, kind: Kind) -> str:
    """How spreadsheet programs write the number, as words.written does: 1,234, +3, −2, 2.25."""
    places = -int(number.as_tuple().exponent) if isinstance(number, Decimal) else 0
    plain = f"#,##0.{'0' * places}" if places else "#,##0"
    return f'{"+" if kind is Kind.CHANGE else ""}{plain};"−"{plain};{plain}'


def _charts(table: ReportTable) -> list[Chart]:
    rows = [row for row in table.rows if not row.is_total]
    if table.draw not in {Draw.BARS, Draw.SHARES, Draw.MAP} or not rows:
        return []
    shown = (
        list(enumerate(table.columns)) if table.draw is Draw.SHARES else list(enumerate(table.columns))[:1]
    )
    series = [
        Series(
            1 + place,
            heading(column),
            [_plain(number_of(row.cells[place], column.kind)) for row in rows],
            SHADES[place % len(SHADES)] if table.draw is Draw.SHARES else SHADES[1],
        )
        for place, column in shown
    ]
    title = table.title if len(series) > 1 else f"{table.title}: {table.columns[0].title.lower()}"
    beside = len(table.columns) <= NARROW
    return [
        Chart(
            title=title,
            labels=[row.label for row in rows],
            series=series,
            at=(1, len(table.columns) + 2) if beside else (len(table.rows) + 3 + len(_notes(table)), 0),
            alt=f"{title}. A bar for each row of the table on this sheet.",
        )
    ]


def _plain(number: int | Decimal | None) -> float | None:
    return float(number) if isinstance(number, Decimal) else number
