"""The report as a file of any of its formats, written to a path: what the job and the command share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from groups.models import User
from readiness import county
from readiness.reports import group_rows
from readiness.reports.choice import ReportChoice
from readiness.reports.collect import collect
from readiness.reports.csv_files import write_csv_zip
from readiness.reports.json_file import json_pieces
from readiness.reports.pdf import render_report_pdf
from readiness.reports.values import CountyReport
from readiness.reports.xlsx import write_workbook
from toolkit_portal.core.spreadsheets import write_csv

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to have the report: words for people, what a button says, the file's ending, its content type."""

    words: str
    offer: str
    ending: str
    content_type: str


FORMATS = {
    "xlsx": Format(
        "Excel workbook (XLSX)",
        "Excel workbook: all tables, charts and every group",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "pdf": Format("PDF", "PDF report", "pdf", "application/pdf"),
    "groups": Format(
        "CSV file with a row for each group", "CSV: every group", "csv", "text/csv; charset=utf-8"
    ),
    "csv": Format("CSV files of all tables (ZIP)", "CSV: all tables as ZIP", "zip", "application/zip"),
    "json": Format("JSON for programs", "JSON", "json", "application/json"),
}


def no_progress(done: int, total: int, words: str) -> None:
    """Tells nobody."""


def write_report(
    path: Path,
    kind: str,
    choice: ReportChoice,
    *,
    by: User | None,
    progress: Progress = no_progress,
    bom: bool = True,
) -> tuple[int, CountyReport | None]:
    """Writes the file, and gives the number of groups of the choice and the report, None for a row a group alone.

    kind: a key of FORMATS. by: None is whoever runs the machine. bom: whether CSV has the mark that Excel needs.
    Raises PdfTooLarge of toolkit_portal.core.pdf, TableError of toolkit_portal.core.spreadsheets, and OSError.
    """
    groups = choice.groups(by)
    number = groups.count()
    rows = _rows(choice, by, number, progress)
    if kind == "groups":
        write_csv(path, *rows, bom=bom)
        return number, None
    progress(0, 0, "Adding up the figures")
    report = collect(choice, by=by)
    progress(0, 0, "Writing the tables")
    if kind == "pdf":
        path.write_bytes(render_report_pdf(report))
    elif kind == "json":
        with path.open("w", encoding="utf-8") as text:
            text.writelines(json_pieces(report))
    elif kind == "csv":
        with path.open("wb") as file:
            write_csv_zip(file, report, rows, bom=bom)
    else:
        with path.open("wb") as file:
            write_workbook(file, report, rows, looks=group_rows.looks(county.criterion_codes()))
    return number, report


def _rows(
    choice: ReportChoice, by: User | None, number: int, progress: Progress
) -> tuple[Sequence[str], Iterator[Sequence[object]]]:
    """Header and rows of the groups, which are read when they are asked for."""
    codes = county.criterion_codes()
    rows = group_rows.rows(
        choice.groups(by).order_by(*group_rows.ORDER),
        choice.as_at,
        codes,
        progress=lambda done: progress(done, number, "groups"),
    )
    return group_rows.header(codes), rows
