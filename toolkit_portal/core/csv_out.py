"""Writing CSV that spreadsheet programs open, in which no text ever becomes a formula."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.cell_values import plain_value, printable
from toolkit_portal.core.tables import BLANKS, FORMULA_SIGNS, FORMULA_START

_BYTE_ORDER_MARK = "\ufeff"
_LINES_AT_ONCE = 200
# Where a text must begin for FORMULA_START to fit.
_RISKY_START = frozenset(f"'{BLANKS}{FORMULA_SIGNS}")


class _Lines:
    """What csv.writer writes to: keeps the lines until they are taken."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.write = self.kept.append

    def take(self) -> str:
        text = "".join(self.kept)
        self.kept.clear()
        return text


def csv_lines(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = True) -> Iterator[str]:
    """CSV as pieces of whole lines ending in CRLF, for a stream: the header first, then 200 rows a piece.

    Text that a spreadsheet program would take for a formula gets an apostrophe before it; numbers stay
    numbers, negative ones too. Dates are ISO text, True and False yes and no, None empty. With ``bom`` the
    first piece starts with a byte order mark: Excel then knows the file for Unicode.
    """
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow([_csv_cell(header) for header in headers])
    yield (_BYTE_ORDER_MARK if bom else "") + lines.take()
    waiting = 0
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        waiting += 1
        if waiting == _LINES_AT_ONCE:
            yield lines.take()
            waiting = 0
    if waiting:
        yield lines.take()


def write_csv(
    target: IO[Any] | str | os.PathLike[str],
    headers: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    bom: bool = True,
) -> None:
    """Writes a UTF-8 CSV file (see csv_lines) to a path, whole or not at all, or to an open file.

    A text file must have been opened with ``newline=""``; a binary one gets UTF-8.
    """
    if isinstance(target, (str, os.PathLike)):
        with atomic_output(target) as path, path.open("wb") as file:
            write_csv(file, headers, rows, bom=bom)
        return
    pieces = csv_lines(headers, rows, bom=bom)
    if hasattr(target, "encoding"):
        target.writelines(pieces)
    else:
        target.writelines(piece.encode("utf-8") for piece in pieces)


def inert(text: str) -> str:
    """Text without unprintable characters, and with an apostrophe before what would be taken for a formula."""
    text = printable(text)
    return "'" + text if text[:1] in _RISKY_START and FORMULA_START.match(text) else text


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    kind = type(value)
    if kind is int:
        return value
    if kind is not str:
        value = plain_value(value)
        if not isinstance(value, str):
            return value
    return inert(value) if value else value
