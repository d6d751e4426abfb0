"""The clock of a request to a public body (toolkit section 2.12), in working days of England. Pure but for its file.

A working day is none of Saturday, Sunday and the bank holidays of requests.toml, which names source and day checked.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format

FILE = Path(__file__).resolve().parent / "requests.toml"
SOON_DAYS = 5
"""So many working days before the answer is due, or fewer, the clock warns."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How a request stands. days: working days that are left, negative when late, None when it is answered."""

    words: str
    tone: str
    days: int | None
    next_step: str = ""

    @property
    def is_late(self) -> bool:
        return self.days is not None and self.days < 0


@cache
def rules() -> dict[str, Any]:
    """The file: notice, source, checked, steps, and numbers of days."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def bank_holidays() -> frozenset[date]:
    """The bank holidays of England that are known."""
    return frozenset(rules()["bank_holidays"]["days"])


def knows(day: date) -> bool:
    """Whether the bank holidays of that year are known; elsewhere only weekends are left out."""
    known: dict[str, int] = rules()["bank_holidays"]
    return known["from_year"] <= day.year <= known["until_year"]


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays()


def working_day_after(day: date, number: int) -> date:
    """The number-th working day after a day, which itself doesn't count. Raises ValueError for fewer than one."""
    if number < 1:
        raise ValueError("Count at least one working day.")
    while number:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after start, up to end and with it; negative where end is before start."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))


def due_on(asked_on: date, *, more_time: bool = False) -> date:
    """The last day for an answer; more_time: the body weighs the public interest."""
    file = rules()
    return working_day_after(asked_on, file["working_days"] + (file["more_working_days"] if more_time else 0))


def clock(
    *, asked_on: date, due: date, today: date, answered_on: date | None = None, given_up: bool = False
) -> Clock:
    """How a request stands on a day, in words. given_up: it was noted that no answer came."""
    if answered_on is not None:
        late = working_days_between(due, answered_on)
        took = working_days_between(asked_on, answered_on)
        words = f"Answered on {_day(answered_on)}, {_days(took)} after asking"
        return Clock(words + (f", {_days(late)} late" if late > 0 else ""), "quiet", None)
    if given_up:
        return Clock(f"No answer came. It was due by {_day(due)}", "late", None, _step(1))
    left = working_days_between(today, due)
    if today > due:
        # A weekend after the last day is late too, though no working day has gone by.
        late = max(1, -left)
        return Clock(f"Answer was due by {_day(due)}, {_days(late)} ago", "late", -late, _step(1))
    if left == 0:
        return Clock("Answer due today", "warn", 0)
    tone = "warn" if left <= SOON_DAYS else "quiet"
    return Clock(f"Answer due by {_day(due)}, {_days(left)} left", tone, left)


def _step(number: int) -> str:
    return str(rules()["steps"][number]["title"])


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"
