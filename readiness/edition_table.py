"""One table of an edition's file, read field by field, with every fault noted where it is."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

TITLE_LENGTH = 200
CODE_LENGTH = 10
KEY_LENGTH = 80
TEXT_LENGTH = 4_000
"""Lengths in characters. The first three are those of the tables that keep an edition."""
LEAST_WEIGHT, MOST_WEIGHT = Decimal("0.001"), Decimal("99999.999")
"""Weights have at most three decimals, as the tables keep them."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_IN_WORDS = "lower-case letters, figures and single hyphens"


class EditionTable:
    """Reads fields by name. A fault goes into `problems` with its place; reading goes on with a stand-in."""

    def __init__(self, fields: dict[str, Any], where: str, problems: list[str]) -> None:
        self.fields = fields
        self.where = where
        self.problems = problems
        self.asked: list[str] = []

    def fault(self, field: str, what: str) -> None:
        """Notes a fault of a field of this table."""
        self.problems.append(f"{self.where}: {field}: {what}")

    def take(self, field: str, *, required: bool = True) -> Any:
        """The raw value, or None where there is none (noted if the field is required)."""
        self.asked.append(field)
        if field not in self.fields and required:
            self.fault(field, "missing")
        return self.fields.get(field)

    def text(self, field: str, *, required: bool = True, most: int = TEXT_LENGTH) -> str:
        """Text without spaces around it, of `most` characters; empty only where it isn't required."""
        value = self.take(field, required=required)
        return "" if value is None else self.checked_text(field, value, most=most, may_be_empty=not required)

    def checked_text(
        self, field: str, value: object, *, most: int = TEXT_LENGTH, may_be_empty: bool = False
    ) -> str:
        """A value that should be text, as `text` returns it."""
        if not isinstance(value, str):
            self.fault(field, f"should be text, not {kind(value)}")
            return ""
        value = value.strip()
        if not value and not may_be_empty:
            self.fault(field, "is empty")
        if len(value) > most:
            self.fault(field, f"is {len(value)} characters long, {most} at most")
        if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in value):
            self.fault(field, "holds a control character")
        return value

    def matching(self, field: str, pattern: re.Pattern[str], what: str, *, most: int) -> str:
        """Text of one shape; `what` names the shape in the message."""
        value = self.text(field, most=most)
        if value and not pattern.fullmatch(value):
            self.fault(field, f"{short(value)} should be {what}")
        return value

    def texts(self, field: str, *, exactly: int | None = None, required: bool = True) -> tuple[str, ...]:
        """A list of one or more texts, or of exactly so many."""
        value = self.take(field, required=required)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.fault(field, f"should be a list of texts, not {kind(value)}")
            return ()
        if exactly is not None and len(value) != exactly:
            self.fault(field, f"{len(value)} given, {exactly} needed")
        elif not value:
            self.fault(field, "0 given, at least 1 needed")
        return tuple(self.checked_text(f"{field} {place}", item) for place, item in enumerate(value))

    def whole(self, field: str, least: int, most: int, *, required: bool = True) -> int:
        """A whole number from `least` to `most`, both included; `least` stands in where there is none."""
        value = self.take(field, required=required)
        return least if value is None else self.checked_whole(field, value, least, most)

    def checked_whole(self, field: str, value: object, least: int, most: int) -> int:
        """A value that should be a whole number, as `whole` returns it."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(field, f"should be a whole number, not {kind(value)}")
            return least
        if not least <= value <= most:
            self.fault(field, f"should be from {least} to {most}")
            return least
        return value

    def weight(self) -> Decimal:
        """The field `weight`: above nought, with three decimals at most."""
        value = self.take("weight")
        if value is None:
            return Decimal(1)
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self.fault("weight", f"should be a number, not {kind(value)}")
            return Decimal(1)
        # Compared before converting: a whole number of a thousand digits is no trouble to compare.
        if (isinstance(value, Decimal) and value.is_nan()) or not LEAST_WEIGHT <= value <= MOST_WEIGHT:
            self.fault("weight", f"should be above 0 and at most {MOST_WEIGHT}")
            return Decimal(1)
        weight = Decimal(value)
        if weight != round(weight, 3):
            self.fault("weight", "should have three decimals at most")
            return Decimal(1)
        return weight

    def day(self, field: str) -> date:
        """A date without a time; the first day of the calendar stands in where there is none."""
        value = self.take(field)
        if value is None:
            return date.min
        if isinstance(value, datetime) or not isinstance(value, date):
            self.fault(field, f"should be a date such as 2026-11-01, without quotes, not {kind(value)}")
            return date.min
        return value

    def choice(self, field: str, choices: tuple[str, ...], *, required: bool = True) -> str:
        """One of the listed words."""
        value = self.text(field, required=required)
        if value and value not in choices:
            self.fault(field, f"{short(value)} should be one of {', '.join(choices) or 'none'}")
        return value

    def tables(self, field: str, *, least: int = 1) -> list[dict[str, Any]]:
        """The tables written as [[field]], in the order of the file."""
        value = self.take(field, required=least > 0)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(field, f"should be written as [[{field}]] tables")
            return []
        if len(value) < least:
            self.fault(field, f"{len(value)} given, at least {least} needed")
        return value

    def inner(self, fields: dict[str, Any], called: str) -> "EditionTable":
        """A table inside this one, which messages call `called`."""
        return EditionTable(fields, f"{self.where}: {called}", self.problems)

    def done(self) -> None:
        """Notes every field that nobody asked for: most often a spelling mistake."""
        for field in self.fields:
            if field not in self.asked:
                near = difflib.get_close_matches(field, self.asked, n=1)
                self.fault(short(field), f"unknown field{f', did you mean {near[0]}?' if near else ''}")


def label(fields: dict[str, Any], field: str, otherwise: str) -> str:
    """What a message calls a table: its code or key, or its place where it has none."""
    value = fields.get(field)
    return short(value.strip()) if isinstance(value, str) and value.strip() else otherwise


def repeated(values: Iterable[str]) -> list[str]:
    """The values that come more than once, each once, in order."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for value in values:
        if value and value in seen:
            twice[value] = None
        seen.add(value)
    return list(twice)


def short(text: str) -> str:
    """A value as a message shows it: one line, and not a page of it."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def kind(value: object) -> str:
    """What a message calls a value of the wrong type."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, Decimal)):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return "a date or time"
