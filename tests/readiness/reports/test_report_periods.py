"""Months and quarters: which one had ended when a day began, and when the next one begins."""

from datetime import date

import pytest

from readiness.reports.periods import ended_before, first_after, first_day


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        ("2026-01-01", "2026-02-01", "2026-04-01"),
        ("2026-01-31", "2026-02-01", "2026-04-01"),
        ("2028-02-29", "2028-03-01", "2028-04-01"),
        ("2026-03-31", "2026-04-01", "2026-04-01"),
        ("2026-04-01", "2026-05-01", "2026-07-01"),
        ("2026-12-31", "2027-01-01", "2027-01-01"),
    ],
)
def test_the_next_month_or_quarter_begins(day, month, quarter):
    found = [first_after(date.fromisoformat(day), every).isoformat() for every in ("month", "quarter")]
    assert found == [month, quarter]


@pytest.mark.parametrize(
    ("day", "every", "ended", "before"),
    [
        ("2028-03-01", "month", "2028-02-29", "2028-01-31"),
        ("2027-03-01", "month", "2027-02-28", "2027-01-31"),
        ("2028-04-01", "month", "2028-03-31", "2028-02-29"),
        ("2027-01-01", "month", "2026-12-31", "2026-11-30"),
        ("2026-04-01", "quarter", "2026-03-31", "2025-12-31"),
        ("2026-06-30", "quarter", "2026-03-31", "2025-12-31"),
        ("2027-01-09", "quarter", "2026-12-31", "2026-09-30"),
    ],
)
def test_what_had_ended_when_a_day_began(day, every, ended, before):
    assert ended_before(date.fromisoformat(day), every) == (
        date.fromisoformat(ended),
        date.fromisoformat(before),
    )


def test_each_day_of_eight_years_is_between_its_first_and_the_next():
    day = date(2024, 1, 1)
    for number in range(8 * 366):
        one = date.fromordinal(day.toordinal() + number)
        for every in ("month", "quarter"):
            assert first_day(one, every) <= one < first_after(one, every)
            assert first_day(first_after(one, every), every) == first_after(one, every)
