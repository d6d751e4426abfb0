"""Rows of an XLSX sheet, written a row at a time: a third of the time that cell by cell takes.

XlsxWriter looks at every cell on its own: its address, format, neighbours, and whether it might be a formula.
Here a row of plain values becomes its XML in one go, and XlsxWriter makes everything else of the workbook.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.worksheet import Worksheet

from toolkit_portal.core.cell_values import local_clock, plain_value, printable
from toolkit_portal.core.tables import TableError, column_letter
from toolkit_portal.core.xlsx_parts import Look, Styled

MOST_COLUMNS = 16_384
MOST_CELL_CHARACTERS = 32_767
_CUT = " … [cut]"
# A spreadsheet keeps fifteen digits of a number; a longer one is written as text.
_EXACT_TO = 10**15
# Spreadsheets count days from here, rightly from March 1900 on; earlier days are written as text.
_DAY_ZERO = dt.date(1899, 12, 30)
_FIRST_YEAR = 1901
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class RowWorksheet(Worksheet):
    """A worksheet of a ``constant_memory`` workbook that also takes whole rows of plain values."""

    def set_date_formats(self, *, day: Any, moment: Any, clock: Any) -> None:
        """The workbook's formats for days, days with times, and times."""
        self._day, self._moment, self._clock = (
            f' s="{format._get_xf_index()}"' for format in (day, moment, clock)
        )
        self._letters: list[str] = []
        self._usual: list[str] = []

    def set_looks(self, style: Callable[[Look], int], columns: Sequence[Look | None]) -> None:
        """style: the number of a look in the workbook; columns: the usual look of each column, None for none."""
        self._style_of = style
        self._columns = [f' s="{style(look)}"' if look is not None else "" for look in columns]

    def write_values(self, number: int, values: Sequence[Any], height: float | None = None) -> None:
        """Writes row ``number``, counted from 0, which must be below all rows written before.

        Text is text, numbers are numbers, days and times have the formats that were set; None is no cell. height is in
        points, None for as usual.
        """
        while len(self._letters) < len(values):
            place = len(self._letters)
            self._letters.append(column_letter(place))
            self._usual.append(self._columns[place] if place < len(self._columns) else "")
        if len(values) > MOST_COLUMNS:
            raise TableError("An XLSX sheet can't hold more than 16,384 columns. Choose CSV instead.")
        shown = number + 1
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        parts = [f'<row r="{shown}"{tall}>']
        for letter, style, value in zip(self._letters, self._usual, values, strict=False):
            kind = type(value)
            if kind is not str:
                if value is None:
                    continue
                if (kind is int and -_EXACT_TO < value < _EXACT_TO) or (
                    kind is float and math.isfinite(value)
                ):
                    parts.append(f'<c r="{letter}{shown}"{style}><v>{value!r}</v></c>')
                    continue
                if kind is Styled:
                    style, value = f' s="{self._style_of(value.look)}"', value.value
                    if value is None:
                        continue
                own, value = self._typed(value)
                style = style or own
                if not isinstance(value, str):
                    parts.append(f'<c r="{letter}{shown}"{style}><v>{value}</v></c>')
                    continue
            if value:
                parts.append(
                    f'<c r="{letter}{shown}"{style} t="inlineStr"><is>{_text_element(value)}</is></c>'
                )
        if len(parts) == 1:
            return
        parts.append("</row>")
        # Ends the row before, and keeps the sheet's size, as writing cell by cell would.
        self._check_dimensions(number, 0)
        self._check_dimensions(number, len(values) - 1)
        self._write_single_row(number)
        self.fh.write("".join(parts))

    def _typed(self, value: Any) -> tuple[str, str | int | float | Decimal]:
        """The style attribute and the number or text of a value that is not plainly one of these."""
        if isinstance(value, dt.datetime) and value.year >= _FIRST_YEAR:
            value = local_clock(value)
            return self._moment, (value.date() - _DAY_ZERO).days + _part_of_day(value.time())
        if isinstance(value, dt.date) and value.year >= _FIRST_YEAR:
            return self._day, (value - _DAY_ZERO).days
        if isinstance(value, dt.time):
            return self._clock, _part_of_day(value)
        plain = plain_value(value)
        if isinstance(plain, int) and not -_EXACT_TO < plain < _EXACT_TO:
            return "", str(plain)
        return "", plain


def _part_of_day(time: dt.time) -> float:
    return round((time.hour * 3600 + time.minute * 60 + time.second) / 86400, 10)


def _text_element(text: str) -> str:
    text = cell_text(text)
    if "_x" in text:
        # Excel would read these seven characters as one; see ECMA-376, part 1, 22.4.2.4.
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if text[:1].isspace() or text[-1:].isspace():
        return f'<t xml:space="preserve">{text}</t>'
    return f"<t>{text}</t>"


def cell_text(text: str) -> str:
    """Text as a cell can hold it: printable, lines ended by "\\n", cut after 32,767 characters."""
    if not text.isprintable():
        text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    # Excel counts in UTF-16, where an emoji is two.
    if len(text) > MOST_CELL_CHARACTERS // 2:
        encoded = text.encode("utf-16-le")
        if len(encoded) > 2 * MOST_CELL_CHARACTERS:
            kept = encoded[: 2 * (MOST_CELL_CHARACTERS - len(_CUT))]
            text = kept.decode("utf-16-le", "ignore") + _CUT
    return text
