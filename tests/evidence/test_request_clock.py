"""The clock of a request: working days of England, the day an answer is due, and what it says on any day."""

from datetime import date, timedelta

import pytest

from evidence import request_clock
from evidence.request_clock import (
    clock,
    due_on,
    is_working_day,
    knows,
    working_day_after,
    working_days_between,
)


@pytest.mark.parametrize(
    ("asked", "more_time", "due"),
    [
        (date(2026, 2, 12), False, date(2026, 3, 12)),  # no bank holiday between
        (date(2026, 3, 20), False, date(2026, 4, 21)),  # Good Friday and Easter Monday
        (date(2026, 12, 10), False, date(2027, 1, 12)),  # Christmas, the substitute for Boxing Day, New Year
        (
            date(2027, 12, 20),
            False,
            date(2028, 1, 20),
        ),  # both days of Christmas in lieu, and New Year in lieu
        (date(2026, 2, 14), False, date(2026, 3, 13)),  # asked on a Saturday: counting begins on Monday
        (date(2026, 2, 12), True, date(2026, 4, 13)),  # 40 days, Easter among them
        (date(2023, 4, 20), False, date(2023, 5, 22)),  # the coronation
    ],
)
def test_an_answer_is_due_after_twenty_working_days(asked, more_time, due):
    assert due_on(asked, more_time=more_time) == due


def test_every_bank_holiday_is_a_weekday_of_a_known_year_and_each_year_has_eight():
    days = request_clock.bank_holidays()
    assert all(day.weekday() < 5 and knows(day) and not is_working_day(day) for day in days)
    years = range(2023, 2029)
    assert [sum(day.year == year for day in days) for year in years] == [9, 8, 8, 8, 8, 8]
    assert not knows(date(2022, 12, 31)) and not knows(date(2029, 1, 1))


def test_bank_holidays_are_where_the_law_puts_them():
    """Easter by its own reckoning; the Mondays of May and August; Christmas, Boxing and New Year's Day or in lieu."""
    days = request_clock.bank_holidays()
    for year in range(2023, 2029):
        a, b, c = year % 19, year // 100, year % 100
        d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
        e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
        f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
        easter = date(year, f // 31, f % 31 + 1)
        first_may, last_may, last_august = date(year, 5, 1), date(year, 5, 31), date(year, 8, 31)
        expected = {
            easter - timedelta(days=2),
            easter + timedelta(days=1),
            first_may + timedelta(days=-first_may.weekday() % 7),
            last_may - timedelta(days=last_may.weekday()),
            last_august - timedelta(days=last_august.weekday()),
        }
        taken: set[date] = set()
        for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
            while day.weekday() > 4 or day in taken:
                day += timedelta(days=1)
            taken.add(day)
        # What is put off from a Saturday comes after a Boxing Day that is itself a working day.
        assert expected | taken <= days, year


def test_the_day_itself_does_not_count():
    friday = date(2026, 2, 13)
    assert working_day_after(friday, 1) == date(2026, 2, 16)
    assert working_days_between(friday, friday) == 0
    assert working_days_between(friday, date(2026, 2, 16)) == 1
    assert working_days_between(date(2026, 2, 16), friday) == -1
    with pytest.raises(ValueError, match="at least one"):
        working_day_after(friday, 0)


ASKED, DUE = date(2026, 2, 12), date(2026, 3, 12)  # both Thursdays


@pytest.mark.parametrize(
    ("today", "words", "tone", "days"),
    [
        (date(2026, 3, 4), "Answer due by 12 March 2026, 6 working days left", "quiet", 6),
        (date(2026, 3, 5), "Answer due by 12 March 2026, 5 working days left", "warn", 5),
        (date(2026, 3, 11), "Answer due by 12 March 2026, 1 working day left", "warn", 1),
        (date(2026, 3, 12), "Answer due today", "warn", 0),
        (date(2026, 3, 13), "Answer was due by 12 March 2026, 1 working day ago", "late", -1),
        (date(2026, 3, 16), "Answer was due by 12 March 2026, 2 working days ago", "late", -2),
    ],
)
def test_the_clock_says_how_many_working_days_are_left(today, words, tone, days):
    shown = clock(asked_on=ASKED, due=DUE, today=today)
    assert (shown.words, shown.tone, shown.days, shown.is_late) == (words, tone, days, days < 0)
    assert shown.next_step == ("Ask for an internal review" if days < 0 else "")


def test_a_weekend_after_the_last_day_is_late_too():
    friday, saturday = date(2026, 3, 13), date(2026, 3, 14)
    shown = clock(asked_on=ASKED, due=friday, today=saturday)
    assert shown.is_late and "1 working day ago" in shown.words


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (date(2026, 2, 18), "Answered on 18 February 2026, 4 working days after asking"),
        (DUE, "Answered on 12 March 2026, 20 working days after asking"),
        (date(2026, 3, 13), "Answered on 13 March 2026, 21 working days after asking, 1 working day late"),
    ],
)
def test_an_answer_stops_the_clock(answered, words):
    shown = clock(asked_on=ASKED, due=DUE, today=date(2026, 6, 1), answered_on=answered)
    assert (shown.words, shown.days, shown.is_late) == (words, None, False)


def test_given_up_says_that_none_came_and_what_comes_next():
    shown = clock(asked_on=ASKED, due=DUE, today=date(2026, 6, 1), given_up=True)
    assert (shown.words, shown.next_step) == (
        "No answer came. It was due by 12 March 2026",
        "Ask for an internal review",
    )


def test_the_rules_name_source_day_and_that_they_are_no_advice():
    file = request_clock.rules()
    assert "not legal advice" in file["notice"] and file["source"] and file["bank_holidays"]["source"]
    assert file["checked"] >= date(2026, 11, 1)
    assert [step["title"] for step in file["steps"]][1:] == [
        "Ask for an internal review",
        "Turn to the regulator",
    ]
