"""Writing XLSX in which every cell has its type and no text ever becomes a formula or a link."""

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copyfileobj
from textwrap import wrap
from typing import IO, Any, BinaryIO

import xlsxwriter

from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.cell_values import printable
from toolkit_portal.core.tables import TableError
from toolkit_portal.core.xlsx_parts import Chart, Look, Scale, Styled, add_chart, add_scale
from toolkit_portal.core.xlsx_rows import MOST_COLUMNS, RowWorksheet, cell_text

MOST_XLSX_ROWS = 1_048_575
LINE_POINTS = 15
A4 = 9


@dataclass(frozen=True)
class Sheet:
    """One sheet to write. ``rows`` may be an iterator, read once; ``widths`` are in characters.

    ``formats`` are number formats by column ("0.00"), empty for as usual; a cell may also be a ``Styled`` value.
    ``numbers`` are the places, from 0, of other columns of numbers: words above numbers stand to the right, as they do.
    ``filtered`` is how many rows the filters cover, None for all: totals and notes below stay out of them.
    ``wraps`` says that there is wrapped text among the rows, so that each gets the height it needs.
    """

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float] | None = None
    formats: Sequence[str] = ()
    numbers: Collection[int] = ()
    frozen_columns: int = 0
    filtered: int | None = None
    charts: Sequence[Chart] = ()
    scales: Sequence[Scale] = ()
    wraps: bool = False


def write_xlsx(
    target: BinaryIO | IO[bytes] | str | os.PathLike[str],
    sheets: Sequence[Sheet],
    *,
    title: str = "Derbyshire contract readiness",
) -> None:
    """Writes a workbook to a path (whole or not at all) or to an open binary file, in little memory.

    Text is written as text, so nothing in it becomes a formula or a link; numbers are numbers; dates are
    dates, shown as "14 March 2026". The header row is bold, stays in sight and has filters. Text beyond the
    32,767 characters of a cell is cut and says so. Raises TableError beyond 1,048,575 rows a sheet.
    """
    if isinstance(target, (str, os.PathLike)):
        with atomic_output(target) as path, path.open("wb") as file:
            write_xlsx(file, sheets, title=title)
        return
    # The library leaves temporary files behind when it fails, so it gets a folder that goes in any case.
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        built = Path(folder) / "workbook.xlsx"
        _build(built, folder, sheets, title)
        with built.open("rb") as source:
            copyfileobj(source, target)


def _build(path: Path, folder: str, sheets: Sequence[Sheet], title: str) -> None:
    workbook = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    try:
        workbook.set_properties({"title": title, "author": "Derbyshire contract-readiness portal"})
        workbook.set_custom_property("Language", "en-GB")
        names = _sheet_names([sheet.name for sheet in sheets])
        style = cache(lambda look: workbook.add_format(look.facts)._get_xf_index())
        for name, sheet in zip(names, sheets, strict=True):
            _write_sheet(workbook, name, sheet, style)
    finally:
        workbook.close()


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at an end, each once."""
    names: list[str] = []
    for text in wanted:
        base = re.sub(r"[\[\]:*?/\\]", " ", printable(text)).strip(" '")[:31].strip(" '") or "Sheet"
        name, count = base, 1
        while name.casefold() in (other.casefold() for other in names) or name.casefold() == "history":
            count += 1
            name = f"{base[: 31 - len(str(count)) - 1]} {count}"
        names.append(name)
    return names


def _write_sheet(workbook: Any, name: str, sheet: Sheet, style: Callable[[Look], int]) -> None:
    worksheet = workbook.add_worksheet(name, RowWorksheet)
    looks = {"bold": True, "text_wrap": True, "valign": "top"}
    heading, above_numbers = workbook.add_format(looks), workbook.add_format(looks | {"align": "right"})
    of_numbers = {*sheet.numbers, *(place for place, number in enumerate(sheet.formats) if number)}
    worksheet.set_date_formats(
        day=workbook.add_format({"num_format": "d mmmm yyyy", "align": "left"}),
        moment=workbook.add_format({"num_format": "d mmmm yyyy hh:mm", "align": "left"}),
        clock=workbook.add_format({"num_format": "hh:mm", "align": "left"}),
    )
    worksheet.set_looks(style, [Look(number) if number else None for number in sheet.formats])
    if len(sheet.headers) > MOST_COLUMNS:
        raise TableError("An XLSX sheet can't hold more than 16,384 columns. Choose CSV instead.")
    widths = [_width(sheet, position) for position in range(len(sheet.headers))]
    height = _height((str(header), width) for header, width in zip(sheet.headers, widths, strict=True))
    # The button of a filter stands in the lower right corner: a line of its own keeps it off words on that side.
    worksheet.set_row(0, height + LINE_POINTS if of_numbers and sheet.filtered != 0 else height)
    for position, (header, width) in enumerate(zip(sheet.headers, widths, strict=True)):
        worksheet.set_column(position, position, width)
        look = above_numbers if position in of_numbers else heading
        worksheet.write_string(0, position, cell_text(str(header)), look)
    worksheet.freeze_panes(1, sheet.frozen_columns)
    _set_up_print(worksheet)
    number = 0
    for number, row in enumerate(sheet.rows, 1):
        if number > MOST_XLSX_ROWS:
            raise TableError("An XLSX sheet can't hold more than 1,048,575 rows. Choose CSV instead.")
        worksheet.write_values(number, row, _height(_wrapped(row, widths)) if sheet.wraps else None)
    covered = number if sheet.filtered is None else sheet.filtered
    if sheet.headers and (covered or sheet.filtered is None):
        worksheet.autofilter(0, 0, covered, len(sheet.headers) - 1)
    for chart in sheet.charts:
        add_chart(workbook, worksheet, chart)
    for scale in sheet.scales:
        add_scale(worksheet, scale)


def _width(sheet: Sheet, position: int) -> float:
    given = sheet.widths[position] if sheet.widths and position < len(sheet.widths) else None
    return given or min(40, max(10, len(str(sheet.headers[position])) + 3))


def _wrapped(row: Sequence[Any], widths: Sequence[float]) -> Iterator[tuple[str, float]]:
    for cell, width in zip(row, widths, strict=False):
        if isinstance(cell, Styled) and cell.look.wrap:
            yield str(cell.value), width


def _height(texts: Iterable[tuple[str, float]]) -> float:
    """Points that a row needs for texts wrapped in columns of these widths.

    Excel finds that out by itself; LibreOffice takes one line where a file doesn't say. Two characters are kept free
    for the button of the filter.
    """
    lines = [
        sum(len(wrap(part, max(1, int(width) - 2))) or 1 for part in text.split("\n"))
        for text, width in texts
    ]
    return LINE_POINTS * max(lines, default=1)


def _set_up_print(worksheet: Any) -> None:
    """A4 on its side, as wide as the sheet, the header on each page and the page's number below."""
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_footer("&L&A&RPage &P of &N")
