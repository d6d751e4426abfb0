"""Dates and times as people in England write them: the day before the month, always."""

import calendar
import datetime as dt
import re
import unicodedata

from django.utils import timezone


class DateError(ValueError):
    """The text is no date or time that can be meant. The message says why and how to write it."""


_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EARLIEST_YEAR, _LATEST_YEAR = 1800, 2199
_EXAMPLE = "14/09/2026 or 14 September 2026"

# A time of day behind a date, as exports write it; only the day counts.
_TIME_AFTER = (
    r"(?:[T\s,]\s*\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME_AFTER}", re.IGNORECASE)
_NUMBERS = re.compile(
    rf"(\d{{1,2}})\s*[-/.\s]\s*(\d{{1,2}})\s*[-/.\s]\s*(\d{{4}}|\d{{2}}){_TIME_AFTER}", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s\-/.,]*([a-z]{{3,9}})\.?(?:[\s\-/.,]*(\d{{4}}|\d{{2}}){_TIME_AFTER})?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"([a-z]{{3,9}})\.?[\s\-/.]*(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]+(\d{{4}}){_TIME_AFTER}", re.IGNORECASE
)
_WEEKDAY = re.compile(r"([a-z]{3,9})\.?,?\s+(?:the\s+)?(?=\S)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})(?::(\d{2}))?)?\s*(?:(a|p)\.?\s?m\.?)?", re.IGNORECASE)
_CLOCK_WORDS = {"noon": dt.time(12), "midday": dt.time(12), "midnight": dt.time(0)}


def parse_day(text: str, *, today: dt.date | None = None, allow_future: bool = False) -> dt.date:
    """The day that ``text`` means: 14/09/2026, 14.9.26, 14 Sept 2026, Monday 14 September 2026, 2026-09-14.

    Numbers are day, month, year, never month first; an ISO date has the year first. A year of two digits is
    the one within the last ninety years or the next ten. A time behind the date is passed over. ``today``
    (the day in Derbyshire when left out) bounds it unless ``allow_future``. Raises DateError.
    """
    today = today or timezone.localdate()
    written = " ".join(unicodedata.normalize("NFKC", text).split())
    written = re.sub("[\u2010-\u2015\u2212]", "-", written)
    shown = f"“{written if len(written) <= 40 else written[:39] + '…'}”"
    if not written:
        raise DateError(f"Give a date, such as {_EXAMPLE}.")
    weekday, rest = _weekday(written)
    year, month, day = _parts(rest, shown, today)
    if not 1 <= month <= 12:
        swapped = 1 <= day <= 12 and month <= 31
        hint = f" Write the day first, as in {month:02}/{day:02}/{year}." if swapped else ""
        raise DateError(f"{shown} isn't a date: there is no month {month}.{hint}")
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise DateError(f"{shown} has the year {year}, which can't be right.")
    try:
        found = dt.date(year, month, day)
    except ValueError:
        month_name = _MONTHS[month - 1].capitalize()
        raise DateError(f"{shown} isn't a date: {month_name} {year} has no day {day}.") from None
    if weekday is not None and found.weekday() != weekday:
        raise DateError(
            f"{shown} can't be right: {_words(found)} is a {_DAYS[found.weekday()].capitalize()}. "
            "Check the day and the date."
        )
    if found > today and not allow_future:
        raise DateError(f"{shown} is in the future. Today is {_words(today)}.")
    return found


def _weekday(written: str) -> tuple[int | None, str]:
    """The weekday that the text starts with (Monday is 0), if it does, and what follows it."""
    start = _WEEKDAY.match(written)
    if start:
        name = start[1].casefold()
        for number, day in enumerate(_DAYS):
            if day.startswith(name) or (name in ("tues", "wednes", "thur", "thurs") and day.startswith(name)):
                return number, written[start.end() :]
    return None, written


def _parts(text: str, shown: str, today: dt.date) -> tuple[int, int, int]:
    """Year, month and day as written; whether such a day exists is not checked here."""
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMBERS.fullmatch(text):
        return _year(match[3], today), int(match[2]), int(match[1])
    if match := _DAY_MONTH.fullmatch(text):
        month = _month(match[2])
        if month and match[3] is None:
            raise DateError(f"{shown} has no year. Write it as {_EXAMPLE}.")
        if month:
            return _year(match[3], today), month, int(match[1])
    if (match := _MONTH_DAY.fullmatch(text)) and (month := _month(match[1])):
        return int(match[3]), month, int(match[2])
    if re.fullmatch(r"\d{1,2}\s*[-/.]\s*\d{1,2}", text):
        raise DateError(f"{shown} has no year. Write it as {_EXAMPLE}.")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        raise DateError(
            f"{shown} looks like a spreadsheet's own count of days. Format the column as dates, "
            "or write the day as 14/09/2026."
        )
    raise DateError(f"{shown} isn't a date the portal can read. Write it as {_EXAMPLE}.")


def _month(name: str) -> int | None:
    name = name.casefold()
    if name == "sept":
        return 9
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)), None)


def _year(digits: str, today: dt.date) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    latest = today.year + 10
    return latest - (latest - year) % 100


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which a day in Derbyshire is over."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))


def _words(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def parse_clock(text: str) -> dt.time:
    """The time of day that ``text`` means: 14:00, 14.00, 1400, 2pm, 2.30 p.m., noon. Raises DateError."""
    written = " ".join(unicodedata.normalize("NFKC", text).split())
    shown = f"“{written[:40]}”"
    if not written:
        raise DateError("Give a time, such as 14:00 or 2pm.")
    if written.casefold() in _CLOCK_WORDS:
        return _CLOCK_WORDS[written.casefold()]
    if re.fullmatch(r"\d{4}", written):
        written = f"{written[:2]}:{written[2:]}"
    match = _CLOCK.fullmatch(written)
    if not match:
        raise DateError(f"{shown} isn't a time the portal can read. Write it as 14:00 or 2pm.")
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[4] or "").casefold()
    if not half and match[2] is None:
        raise DateError(f"{shown} could be morning or afternoon. Write it as 14:00 or 2pm.")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif half == "a":
        hour = 24
    if hour > 23 or minute > 59:
        raise DateError(f"{shown} isn't a time of day. Write it as 14:00 or 2pm.")
    return dt.time(hour, minute)
