"""Cells of XLSX and ODS as the text a person sees. Runs inside the process that ``workbooks`` starts."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\bt=[\"']e[\"']")


def first_sheet(content: bytes, *, rows: int, columns: int) -> dict[str, Any]:
    """``sheet``, ``rows`` (pairs of row number and texts) and ``notes``; or ``fault``, a sentence.

    The first sheet that is visible and has content. It ends where it has more than ``rows`` and a header, or
    a row more than ``columns``: the reader then sees that there are too many.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return _first_of(workbook, content, rows, columns)
    except PasswordError:
        return {"fault": "The workbook is locked with a password. Save it without one and try again."}
    except CalamineError:
        return {
            "fault": "The workbook is damaged and can't be read. Open it in your spreadsheet program, "
            "save it again as XLSX, and choose that file."
        }


def _first_of(workbook: CalamineWorkbook, content: bytes, most_rows: int, columns: int) -> dict[str, Any]:
    read: list[tuple[int, list[str]]] | None = None
    name = ""
    unread: list[str] = []
    for metadata in workbook.sheets_metadata:
        if metadata.visible != SheetVisibleEnum.Visible or metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        if read is not None:
            if sheet.height and sheet.width:
                unread.append(metadata.name)
            continue
        found = _rows(sheet, most_rows, columns)
        if found:
            read, name = found, metadata.name
    if read is None:
        return {"fault": "The workbook is empty: no visible sheet has anything in it."}
    notes = []
    if unread:
        names = ", ".join(f"“{other}”" for other in unread[:5]) + (" and others" if len(unread) > 5 else "")
        notes.append(f"Only the first sheet, “{name}”, was read. The workbook also has {names}.")
    if errors := _error_cells(content):
        notes.append(
            f"{errors} {'cell shows' if errors == 1 else 'cells show'} a formula error such as #N/A "
            "and counted as empty."
        )
    return {"sheet": name, "rows": read, "notes": notes}


def _rows(sheet: CalamineSheet, most_rows: int, columns: int) -> list[tuple[int, list[str]]]:
    if sheet.start is None:
        return []
    first_column = sheet.start[1]
    # The library's rows begin at row 1 of the sheet, its cells at the first column that holds anything.
    margin = [""] * first_column
    found: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [cell_text(cell) for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            found.append((number, margin + texts))
            if len(found) > most_rows + 1 or len(margin) + len(texts) > columns:
                break
    return found


def _error_cells(content: bytes) -> int:
    """How many cells of an XLSX hold an error. The reading library gives them as empty cells."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [entry for entry in archive.namelist() if entry.startswith("xl/worksheets/")]
        return sum(len(_ERROR_CELL.findall(archive.read(entry))) for entry in sheets)


def cell_text(value: Any) -> str:
    """A cell's value as text: 3.0 is "3", a day "2026-09-14", a time "14:30", true "yes"."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    return "" if value is None else str(value)


def _number_text(value: int | float) -> str:
    """As Excel shows it with enough room: fifteen digits, no ".0", no exponent for whole numbers."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    return f"{value:.15g}"


__all__: Sequence[str] = ["cell_text", "first_sheet"]
