"""How a value of the report is written for people, and the one number that every output tells. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from readiness.reports.sentences import in_words
from readiness.reports.values import Cell, Column, Kind, Row

NONE = "–"
MINUS = "−"
# Decimals of a kind's numbers. Whole numbers are written without, whatever column they stand in.
PLACES = {Kind.LEVEL: 2, Kind.SCORE: 2, Kind.SHARE: 1}
SIGNS = {"<5": "fewer than 5", "*": "hidden"}


def kind_in(row: Row, column: Column) -> Kind:
    """What stands in this row of the column: among key figures a row may hold the change of another."""
    return Kind.CHANGE if row.key.endswith("_change") else column.kind


def number_of(cell: Cell, kind: Kind) -> int | Decimal | None:
    """The number as it is shown, with its decimals; None where the cell holds none."""
    value = cell.value
    if cell.sign or value is None or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, int):
        return value
    own = value.as_tuple().exponent
    places = PLACES.get(kind, max(0, -own) if isinstance(own, int) else 0)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    # There is no such thing as nothing with a minus.
    return rounded if rounded else abs(rounded)


def written(cell: Cell, kind: Kind) -> str:
    """The cell as people read it: "1,234", "+3", "−2", "2.25", "38.9", "14 March 2026", "–" for none, "<5" or "*"."""
    if cell.sign:
        return cell.sign
    if cell.value is None:
        return NONE
    if isinstance(cell.value, date):
        return in_words(cell.value)
    number = number_of(cell, kind)
    if number is None:
        return str(cell.value)
    before = MINUS if number < 0 else "+" if number > 0 and kind is Kind.CHANGE else ""
    return f"{before}{abs(number):,}"


def aloud(cell: Cell, kind: Kind) -> str:
    """The same for reading aloud, where a sign says too little."""
    if cell.sign:
        return SIGNS.get(cell.sign, "hidden")
    return "none" if cell.value is None else written(cell, kind)


def heading(column: Column) -> str:
    """What stands above a column; shares say what they are shares of."""
    return f"{column.title} (%)" if column.kind is Kind.SHARE and "%" not in column.title else column.title


def moment(at: datetime) -> str:
    """A moment of Derbyshire's clock as "14 March 2026, 9:05"."""
    return f"{in_words(at.date())}, {at.hour}:{at:%M}"
