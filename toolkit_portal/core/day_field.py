"""A day as people write it: the day first."""

from datetime import date
from typing import Any

from django import forms

from toolkit_portal.core.dates import DateError, parse_day

LONGEST = 40


class DayField(forms.Field):
    """A date typed in words or numbers, such as 14/09/2026 or 14 Sept 2026; None when it is left empty."""

    def __init__(self, **options: Any) -> None:
        attrs = {"data-date": True, "autocomplete": "off", "maxlength": LONGEST}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **options})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        try:
            return parse_day(text[: LONGEST + 1], allow_future=True)
        except DateError as fault:
            raise forms.ValidationError(str(fault)) from fault
