"""Sums of money as people in England write them: £12,500, 12500, 12.5k, £5m."""

import re
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms

LONGEST = 30
_PENNY = Decimal("0.01")
_SUM = re.compile(
    r"(?:£|gbp)?\s*(\d{1,3}(?:[ ,]\d{3})+|\d+)(\.\d+)?\s*(k|thousand|m|mn|million)?\s*(?:pounds|gbp)?",
    re.IGNORECASE,
)
_TIMES = {"": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000}


class PoundsError(ValueError):
    """The text is no sum of money that can be meant. The message says how to write one."""


def parse_pounds(text: str) -> int:
    """The sum in whole pounds, 50p and more rounded up. Raises PoundsError."""
    return int(_parse(text).quantize(Decimal(1), ROUND_HALF_UP))


def parse_pounds_and_pence(text: str) -> Decimal:
    """The sum with its pence, never rounded. Raises PoundsError, also for parts of a penny."""
    exact = _parse(text)
    if exact != exact.quantize(_PENNY, ROUND_HALF_UP):
        raise PoundsError("Write pence with two figures, as in 12,500.50.")
    return exact.quantize(_PENNY)


def _parse(text: str) -> Decimal:
    written = " ".join(unicodedata.normalize("NFKC", text).split())
    match = _SUM.fullmatch(written)
    if match is None or len(written) > LONGEST:
        shown = written if len(written) <= LONGEST else written[: LONGEST - 1] + "…"
        raise PoundsError(f"“{shown}” isn't a sum the portal can read. Write it as 12,500 or £12,500.")
    whole, fraction, unit = match.groups(default="")
    return Decimal(re.sub("[ ,]", "", whole) + fraction) * _TIMES[unit.casefold()]


class PoundsField(forms.Field):
    """A sum typed with or without £, commas, k and m; whole pounds, None when it is left empty."""

    parse: Callable[[str], int | Decimal] = staticmethod(parse_pounds)

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        attrs = {"data-short": True, "autocomplete": "off", "maxlength": LONGEST}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **options})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | Decimal | None:
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        try:
            pounds = self.parse(text)
        except PoundsError as fault:
            raise forms.ValidationError(str(fault)) from fault
        if pounds > self.most:
            raise forms.ValidationError(f"Check the sum: the most the portal takes is £{self.most:,}.")
        return pounds


class PoundsAndPenceField(PoundsField):
    """A sum that has to be exact, because it is compared with another; a Decimal, None when it is left empty."""

    parse = staticmethod(parse_pounds_and_pence)
