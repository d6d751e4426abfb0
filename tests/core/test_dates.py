"""Dates and times as people write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_portal.core.dates import DateError, parse_clock, parse_day

TODAY = dt.date(2026, 11, 23)
SEPTEMBER_14 = dt.date(2026, 9, 14)


@pytest.mark.parametrize(
    "text",
    [
        "14/09/2026", "14-09-2026", "14.09.2026", "14.9.26", "14/9/26", "14 9 2026", " 14 / 09 / 2026 ",
        "14 Sept 2026", "14 Sep 2026", "14 September 2026", "14 SEPTEMBER 2026", "14 sept. 2026", "14-Sep-26",
        "14Sep2026", "14th September 2026", "14th of September, 2026", "September 14, 2026", "Sept 14 2026",
        "Monday 14 Sep 2026", "Mon 14/09/2026", "Monday, 14 September 2026", "Monday the 14th of September 2026",
        "2026-09-14", "2026/9/14", "2026-09-14T10:30:00Z", "2026-09-14 00:00:00", "2026-09-14T10:30:00.123+01:00",
        "14/09/2026 00:00", "14/09/2026 2:30 pm", "14/09/2026, 14:30:05", "14–09–2026", "１４/０９/２０２６",
        "14\u00a0September\u00a02026",
    ],
)  # fmt: skip
def test_each_way_to_write_a_day_means_that_day(text):
    assert parse_day(text, today=TODAY) == SEPTEMBER_14


@pytest.mark.parametrize(
    ("text", "year"), [("26", 2026), ("36", 2036), ("37", 1937), ("99", 1999), ("00", 2000), ("1899", 1899)]
)
def test_a_year_of_two_digits_is_within_the_last_ninety_years_or_the_next_ten(text, year):
    assert parse_day(f"1/2/{text}", today=TODAY, allow_future=True) == dt.date(year, 2, 1)


def test_the_day_comes_first_where_both_could_be_meant():
    assert parse_day("03/04/2026", today=TODAY) == dt.date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Give a date, such as 14/09/2026"),
        ("09/14/2026", "there is no month 14. Write the day first, as in 14/09/2026."),
        ("14/14/2026", "there is no month 14."),
        ("31/09/2026", "September 2026 has no day 31"),
        ("29 Feb 2025", "February 2025 has no day 29"),
        ("0/9/2026", "has no day 0"),
        ("2026-13-01", "there is no month 13"),
        ("Tuesday 14 September 2026", "14 September 2026 is a Monday"),
        ("24/11/2026", "is in the future. Today is 23 November 2026"),
        ("14/09/1066", "has the year 1066"),
        ("14 September", "has no year"),
        ("14/09", "has no year"),
        ("46279", "spreadsheet's own count of days"),
        ("September 2026", "isn't a date the portal can read"),
        ("14 Smarch 2026", "isn't a date the portal can read"),
        ("last week", "isn't a date the portal can read"),
        ("14/09/20266", "isn't a date the portal can read"),
        ("x" * 500, "isn't a date the portal can read"),
    ],
)
def test_what_is_no_day_is_refused_with_a_way_to_put_it_right(text, message):
    with pytest.raises(DateError) as refused:
        parse_day(text, today=TODAY)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 200


def test_today_is_not_the_future_and_days_ahead_may_be_allowed():
    assert parse_day("23/11/2026", today=TODAY) == TODAY
    assert parse_day("1 Jan 2027", today=TODAY, allow_future=True) == dt.date(2027, 1, 1)


@given(st.dates(dt.date(1930, 1, 1), dt.date(2026, 11, 23)))
def test_every_day_reads_back_from_every_form(day):
    for form in ("%d/%m/%Y", "%d.%m.%y", "%d %B %Y", "%a %d %b %Y", "%Y-%m-%d", "%A, %d %B %Y", "%d-%b-%y"):
        if "%y" not in form or day.year >= 1937:
            assert parse_day(day.strftime(form), today=TODAY) == day


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-zA-Z /.:-]{1,20}", fullmatch=True))
def test_no_text_raises_anything_but_a_date_error(text):
    for parse in (lambda: parse_day(text, today=TODAY), lambda: parse_clock(text)):
        try:
            assert isinstance(parse(), (dt.date, dt.time))
        except DateError as fault:
            assert str(fault)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("14:00", (14, 0)), ("14.00", (14, 0)), ("1400", (14, 0)), ("2pm", (14, 0)), ("2 PM", (14, 0)),
        ("2.30pm", (14, 30)), ("2:30 p.m.", (14, 30)), ("9am", (9, 0)), ("9:05", (9, 5)), ("12am", (0, 0)),
        ("12pm", (12, 0)), ("12.15 am", (0, 15)), ("noon", (12, 0)), ("Midnight", (0, 0)), ("14:00:00", (14, 0)),
        ("13:30pm", (13, 30)),
    ],
)  # fmt: skip
def test_each_way_to_write_a_time_means_that_time(text, time):
    assert parse_clock(text) == dt.time(*time)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Give a time"), ("2", "could be morning or afternoon"), ("25:00", "isn't a time of day"),
        ("14:60", "isn't a time of day"), ("13am", "isn't a time of day"), ("after lunch", "can read"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_in_words(text, message):
    with pytest.raises(DateError, match=message):
        parse_clock(text)
