"""Reading a table that somebody else made: CSV in its varieties, XLSX and ODS. Never trusts the file's name."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from toolkit_portal.core.file_kinds import BYTE_ORDER_MARKS, NAMES, ArchiveError, file_kind
from toolkit_portal.core.tables import Row, Table, TableError, TableLimits, column_letter, tidy_cell
from toolkit_portal.core.workbooks import read_workbook

_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|:])\r?\n?$", re.IGNORECASE)
_HEADER_CLUTTER = re.compile(r"[\s_\-\u2010-\u2015]+|[:*?]+$")
_WHOLE_AS_DECIMAL = re.compile(r"-?\d{1,15}\.0")
_WHAT_TO_HAND_IN = "Save it as CSV, XLSX or ODS and choose that file."


def normalise_header(text: str) -> str:
    """What two ways to write a header share: no case, spaces, underscores, hyphens, nor ":" or "*" at the end.

    Dots stay, since criterion codes have them: "2.15 A" is "2.15a", and never "2.1".
    """
    return _HEADER_CLUTTER.sub("", unicodedata.normalize("NFKC", tidy_cell(text)).casefold())


def read_table(file: BinaryIO | Path, *, filename: str = "", limits: TableLimits | None = None) -> Table:
    """The table in a CSV, XLSX or ODS file. The first row with content is the header row.

    ``file`` is a path or a binary file that can seek; ``filename`` appears in messages only. Empty rows and
    empty columns are left out. Cells are text: whole numbers without ".0", dates as 2026-09-14, times as
    14:30, yes and no for true and false. Raises TableError, and nothing else, for any content.
    """
    limits = limits or TableLimits()
    if isinstance(file, Path):
        try:
            with file.open("rb") as opened:
                return read_table(opened, filename=filename, limits=limits)
        except OSError as fault:
            raise TableError(f"Can't open {filename or file}: {fault.strerror or fault}.") from fault
    _check_size(file, limits)
    try:
        kind = file_kind(file, limits=limits.archive)
    except ArchiveError as fault:
        raise TableError(f"{fault} {_WHAT_TO_HAND_IN}") from None
    if kind == "text":
        return _read_text(file.read(limits.file_bytes), limits)
    if kind in ("xlsx", "ods"):
        sheet = read_workbook(file.read(limits.file_bytes), kind=kind, limits=limits)
        headers, rows = _headed(sheet.rows, limits)
        return Table(headers, rows, sheet=sheet.name, notes=sheet.notes)
    raise TableError(_refusal(kind))


def _check_size(file: BinaryIO, limits: TableLimits) -> None:
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size > limits.file_bytes:
        raise TableError(
            f"The file has {_megabytes(size)} MB; the most is {_megabytes(limits.file_bytes)} MB. "
            "Take out pictures and unused sheets, or split it into several files."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0")


def _refusal(kind: str) -> str:
    if kind == "empty":
        return "The file is empty."
    if kind == "ole":
        return (
            "This is an older Excel file (.xls), or one locked with a password. Open it, save it as "
            "“Excel Workbook (.xlsx)” without a password, and choose that file."
        )
    return f"The file is {NAMES[kind]}, not a table. {_WHAT_TO_HAND_IN}"


def _read_text(content: bytes, limits: TableLimits) -> Table:
    text, encoding = _decoded(content)
    lines = list(io.StringIO(text, newline=""))
    notes: list[str] = []
    if encoding == "windows-1252":
        notes.append(
            "The file isn't Unicode text, so it was read as Windows-1252. "
            "Check names with accents; if any look wrong, save the file as “CSV UTF-8”."
        )
    delimiter = ""
    if lines and (stated := _SEPARATOR_LINE.match(lines[0])):
        # Excel's own way to state the delimiter; it doesn't show this line as a row.
        delimiter = stated[1]
        lines = lines[1:]
    delimiter = delimiter or _likely_delimiter(lines)
    headers, rows = _headed(_records(lines, delimiter), limits)
    return Table(headers, rows, encoding=encoding, delimiter=delimiter, notes=tuple(notes))


def _decoded(content: bytes) -> tuple[str, str]:
    """The text and the encoding's name: what a byte order mark says, else UTF-8, else Windows-1252."""
    encodings = [name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)]
    for encoding in encodings or ["utf-8", "windows-1252"]:
        try:
            # Programs of the DOS age end their files with Ctrl-Z.
            text = content.decode(encoding).rstrip("\x1a")
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text, encoding.removesuffix("-sig")
    raise TableError(
        "Some of the file's characters can't be read. Open it in your spreadsheet program, save it as "
        "“CSV UTF-8” or XLSX, and choose that file."
    )


def _likely_delimiter(lines: list[str]) -> str:
    """The delimiter that gives the first row with words the most columns; a comma if none gives two."""

    def columns(delimiter: str) -> int:
        try:
            for _, cells in _records(lines, delimiter):
                if "".join(cells).strip("".join(_DELIMITERS) + " "):
                    return len(cells)
            return 0
        except TableError:
            return 0

    return max(_DELIMITERS, key=columns)


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of tidied cells. Raises TableError where a quotation mark is never closed."""
    if not lines:
        return
    # A line of our own at the end comes out alone, unless an open quotation mark swallows it. Text that was
    # decoded has no NUL, so nothing else can look like it.
    ending = "\x00end"
    between = "" if lines[-1].endswith(("\n", "\r")) else "\n"
    reader = csv.reader([*lines[:-1], lines[-1] + between, ending], delimiter=delimiter)
    number = 0
    try:
        for cells in reader:
            if cells == [ending]:
                return
            number += 1
            if cells and cells[-1].endswith(ending):
                raise TableError(_broken_row(number))
            yield number, [tidy_cell(cell) for cell in cells]
    except csv.Error as fault:
        raise TableError(_broken_row(number + 1)) from fault


def _broken_row(number: int) -> str:
    return (
        f'Row {number} opens a quotation mark (") that is never closed, or holds a very long cell. '
        "Mend that row, or save the file as XLSX."
    )


def _headed(
    numbered: Iterable[tuple[int, list[str]]], limits: TableLimits
) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Headers and rows of a table given as numbered rows of tidied cells."""
    headers: list[str] = []
    rows: list[Row] = []
    for number, cells in numbered:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        _check_row(number, cells, limits)
        if not headers:
            headers = cells
            _check_headers(headers, number)
            named = [(position, header) for position, header in enumerate(headers) if header]
            blank = [position for position, header in enumerate(headers) if not header]
            continue
        if len(rows) == limits.rows:
            raise TableError(f"The table has more than {limits.rows:,} rows. Split it into several files.")
        stray = next((p for p in blank if p < len(cells) and cells[p]), None)
        if stray is None and len(cells) > len(headers):
            stray = next(p for p in range(len(headers), len(cells)) if cells[p])
        if stray is not None:
            raise TableError(
                f"Column {column_letter(stray)} has something in row {number} but no heading. Give it a "
                "heading in the first row, or clear the column. The first row that isn't empty must hold "
                "the headings, with no title above it."
            )
        width = len(cells)
        rows.append(Row(number, {header: _plain(cells[p]) if p < width else "" for p, header in named}))
    if not headers:
        raise TableError("The table is empty: there is no row with headings.")
    return tuple(header for header in headers if header), tuple(rows)


def _plain(cell: str) -> str:
    """Programs write whole numbers as 3.0; people mean 3."""
    return cell[:-2] if cell.endswith(".0") and _WHOLE_AS_DECIMAL.fullmatch(cell) else cell


def _check_row(number: int, cells: list[str], limits: TableLimits) -> None:
    if len(cells) > limits.columns:
        raise TableError(
            f"Row {number} has {len(cells):,} columns; the most is {limits.columns}. "
            "Delete the columns that aren't needed."
        )
    for position, cell in enumerate(cells):
        if len(cell) > limits.cell_characters:
            raise TableError(
                f"Cell {column_letter(position)}{number} has {len(cell):,} characters; "
                f"the most is {limits.cell_characters:,}."
            )


def _check_headers(headers: list[str], number: int) -> None:
    seen: dict[str, int] = {}
    for position, header in enumerate(headers):
        if not header:
            continue
        key = normalise_header(header) or header
        if key in seen:
            first = seen[key]
            raise TableError(
                f"Columns {column_letter(first)} and {column_letter(position)} have the same heading "
                f"(“{headers[first]}” and “{header}” in row {number}). Rename or delete one of them."
            )
        seen[key] = position
