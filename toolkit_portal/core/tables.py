"""A table as read from a spreadsheet: what it holds, how large it may be, how its text is tidied."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolkit_portal.core.archives import ArchiveLimits


class TableError(ValueError):
    """The table can't be read or written. The message says why and what to do, fit to show as it is."""


@dataclass(frozen=True, kw_only=True)
class TableLimits:
    """How large a table may be. Rows are those with content below the header; sizes are in bytes."""

    file_bytes: int = 10 * 1024 * 1024
    rows: int = 20_000
    columns: int = 200
    # What one cell of Excel can hold.
    cell_characters: int = 32_767
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)


@dataclass(frozen=True)
class Row:
    """One row with content. ``number`` is the one a spreadsheet program shows beside it."""

    number: int
    cells: dict[str, str]

    def under(self, headings: Mapping[str, str]) -> dict[str, str]:
        """The cells under these headings, by the name that each goes by here; "" where there is no such heading."""
        return {name: self.cells.get(heading, "") for name, heading in headings.items()}


@dataclass(frozen=True)
class Table:
    """Headers as written and rows keyed by them; every row has every header, empty cells are "".

    ``sheet`` is the sheet read (empty for a text file); ``encoding`` and ``delimiter`` are those of a text
    file (empty for a workbook). ``notes`` are sentences the person should see, such as other sheets unread.
    """

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = ()


# Marks that word processors and address books leave around text and nobody sees.
_UNSEEN = "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_EDGES = re.compile(rf"^[\s{_UNSEEN}]+|[\s{_UNSEEN}]+$")
# What \s stands for, all of Unicode's blank space.
BLANKS = "".join(mark for mark in map(chr, range(0x3001)) if mark.isspace())
# Characters that make a spreadsheet program take a text for a formula when a CSV file is opened: = + - @
# and their full-width forms, at the start or behind blank space; tab, carriage return and line feed at the start.
FORMULA_SIGNS = "=+@＝＋－＠-"
FORMULA_START = re.compile(rf"'*(?:\s*[{FORMULA_SIGNS}]|[\t\r\n])")
_MADE_INERT = re.compile("'" + FORMULA_START.pattern)


def column_letter(position: int) -> str:
    """The letter of a column as a spreadsheet shows it, counted from 0: A … Z, AA …"""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def tidy_cell(text: str) -> str:
    """A cell's text without blank space and unseen marks around it, in Unicode's composed form.

    No-break spaces become spaces, line ends "\\n". The apostrophe that our CSV files put before text that
    looks like a formula is taken off again.
    """
    if text.isascii():
        text = text.strip()
    else:
        text = unicodedata.normalize("NFC", _EDGES.sub("", text)).replace("\xa0", " ").replace("\u202f", " ")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("'") and _MADE_INERT.match(text):
        text = text[1:].strip()
    return text
