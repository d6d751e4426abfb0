"""How the value of a field reads where what was typed stands beside what is stored."""

from datetime import date
from typing import Any


def value_words(value: Any) -> str:
    """A day as 14 March 2026, a list with commas between, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)
