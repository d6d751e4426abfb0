"""Values of any type as what a spreadsheet's cell can hold. Shared by CSV and XLSX."""

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone

_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_MARKS = "\ufeff\ufffe\uffff"
# No program shows these; XML forbids most. Besides them UTF-8 has no surrogates.
UNPRINTABLE = _CONTROLS.decode() + _MARKS
_UNPRINTABLE = re.compile(f"[{UNPRINTABLE}\ud800-\udfff]")


def printable(text: str) -> str:
    """Text without the characters that no file format or program takes."""
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def printable_utf8(text: bytes) -> bytes:
    """The same for a long text in UTF-8, many times as fast."""
    text = text.translate(None, _CONTROLS)
    if b"\xef" in text:  # the first byte of each mark, and seldom of anything else
        for mark in _MARKS:
            text = text.replace(mark.encode(), b"")
    return text


def plain_value(value: Any) -> str | int | float | Decimal:
    """A value as text or number. Not-a-number and infinity, which no spreadsheet knows, are empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    if isinstance(value, Decimal):
        return value if value.is_finite() else ""
    if isinstance(value, dt.datetime):
        return local_clock(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def local_clock(value: dt.datetime) -> dt.datetime:
    """The clock time in Derbyshire, without a zone, which spreadsheets don't know."""
    return timezone.make_naive(value) if timezone.is_aware(value) else value
