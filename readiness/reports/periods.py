"""Months and quarters of reports that come by themselves. A quarter begins in January, April, July and October."""

from __future__ import annotations

from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3}


def first_day(day: date, every: str) -> date:
    """The first day of the month or quarter that a day is in. every: a key of MONTHS."""
    months = MONTHS[every]
    return date(day.year, day.month - (day.month - 1) % months, 1)


def first_after(day: date, every: str) -> date:
    """The first day of the next one."""
    # Far enough to be in the next one, and never in the one after.
    return first_day(first_day(day, every) + timedelta(days=31 * MONTHS[every]), every)


def ended_before(day: date, every: str) -> tuple[date, date]:
    """The last day of the one that had ended when this day began, and the last day of the one before it."""
    as_at = first_day(day, every) - timedelta(days=1)
    return as_at, first_day(as_at, every) - timedelta(days=1)
