"""How the report's values are written on pages. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from readiness.reports.sentences import in_words
from readiness.reports.values import Cell, Kind

NONE = "–"
MINUS = "−"
# What a hidden value is called aloud.
ALOUD = {"<5": "fewer than 5", "*": "hidden"}


def words(cell: Cell, kind: Kind) -> str:
    """The cell as it stands on a page: "1,204", "2.50", "+3", "12.5%", "14 March 2026", "<5", "–"."""
    value = cell.value
    if value is None:
        return cell.sign or NONE
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, str):
        return value
    text = f"{abs(value):,}"
    if value < 0:
        return MINUS + text
    if kind is Kind.CHANGE and value:
        return f"+{text}"
    return f"{text}%" if kind is Kind.SHARE else text


def number_of(cell: Cell) -> Decimal | None:
    """The cell's value where it is a number, for drawing."""
    return Decimal(cell.value) if isinstance(cell.value, int | Decimal) else None


__all__ = ["ALOUD", "MINUS", "NONE", "number_of", "words"]
