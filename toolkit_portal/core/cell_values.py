"""Values of any type as what a spreadsheet's cell can hold. Shared by CSV and XLSX."""

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone

# No program shows these; XML forbids most and UTF-8 the surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


def printable(text: str) -> str:
    """Text without the characters that no file format or program takes."""
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


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
