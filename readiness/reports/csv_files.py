"""The report as CSV: one table by itself, or a ZIP with a file a table, what was asked, and a row a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from readiness.reports.about import TITLE, about
from readiness.reports.values import Cell, CountyReport, Kind, ReportTable
from readiness.reports.words import heading, number_of
from toolkit_portal.core.spreadsheets import csv_lines


def table_csv(table: ReportTable, *, bom: bool = True) -> Iterator[str]:
    """One table as lines of CSV: the labels, then the columns. Numbers are plain, hidden ones "<5" or "*"."""
    rows = (
        [
            row.label,
            *(_cell(cell, column.kind) for column, cell in zip(table.columns, row.cells, strict=True)),
        ]
        for row in table.rows
    )
    return csv_lines(header_of(table), rows, bom=bom)


def header_of(table: ReportTable) -> list[str]:
    """What the rows are, then the columns' titles."""
    return [table.corner, *(heading(column) for column in table.columns)]


def _cell(cell: Cell, kind: Kind) -> int | Decimal | str | date | None:
    if cell.sign:
        return cell.sign
    number = number_of(cell, kind)
    return cell.value if number is None else number


def about_csv(report: CountyReport, *, bom: bool = True) -> Iterator[str]:
    """What was asked, the findings, what is hidden, the tables and the definitions: part, what, text."""
    rows = ([part.heading, label, text] for part in about(report) for label, text in part.lines)
    return csv_lines([TITLE, "What", "Text"], rows, bom=bom)


def write_csv_zip(
    target: IO[bytes],
    report: CountyReport,
    groups: tuple[Sequence[str], Iterable[Sequence[object]]],
    *,
    bom: bool = True,
) -> None:
    """Writes the ZIP: about.csv, a file a table by its key, and groups.csv. groups: the header and the rows."""
    header, rows = groups
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        _write(archive, "about", about_csv(report, bom=bom))
        for table in report.tables:
            _write(archive, table.key, table_csv(table, bom=bom))
        _write(archive, "groups", csv_lines(header, rows, bom=bom))


def _write(archive: ZipFile, name: str, pieces: Iterable[str]) -> None:
    # A size beyond 2 GiB must be announced, and isn't known before all rows are written.
    with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
        file.writelines(piece.encode("utf-8") for piece in pieces)
