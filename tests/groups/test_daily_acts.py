"""Acts that workers do once a day: added by apps, begun at midnight in Derbyshire, tried again where they failed."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.utils import timezone

from groups.jobs import daily, register_daily, working
from groups.jobs.context import stop
from groups.jobs.daily import Daily, forget_daily


class Clock:
    """A day and a clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime.fromisoformat("2026-07-01T12:00:00+00:00")
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    monkeypatch.setattr(daily.time, "monotonic", clock.monotonic)
    return clock


@pytest.fixture
def acts(monkeypatch) -> Iterator[None]:
    """None but those of the test."""
    monkeypatch.setattr(daily, "_acts", {})
    yield


def test_two_acts_of_one_key_are_a_mistake(acts):
    def act(day: date) -> bool:
        return True

    register_daily("one", act)
    register_daily("one", act)
    with pytest.raises(ValueError, match="two daily acts"):
        register_daily("one", lambda day: True)
    forget_daily("one")
    register_daily("one", lambda day: True)


def test_an_act_is_done_once_a_day_which_begins_at_midnight_in_derbyshire(acts, clock):
    days: list[date] = []
    register_daily("note", lambda day: days.append(day) or True)
    worker = Daily()
    for moment in (
        "2026-06-30T22:59:00+00:00",  # 23:59 in Derbyshire
        "2026-06-30T22:59:30+00:00",
        "2026-06-30T23:00:00+00:00",  # midnight there, while it is the day before in UTC
        "2026-07-01T08:00:00+00:00",
    ):
        clock.now = datetime.fromisoformat(moment)
        clock.seconds += 3600
        worker.do_due()
    assert days == [date(2026, 6, 30), date(2026, 7, 1)]


def test_one_that_fails_or_has_something_left_is_done_again_later_and_stops_no_other(acts, clock, caplog):
    called: list[str] = []

    def fail(day: date) -> bool:
        called.append("fail")
        raise RuntimeError("no mail server")

    def wait(day: date) -> bool:
        called.append("wait")
        return called.count("wait") == 2

    register_daily("fail", fail)
    register_daily("wait", wait)
    register_daily("last", lambda day: called.append("last") or True)
    worker = Daily()
    worker.do_due()
    assert called == ["fail", "wait", "last"]
    assert "The daily act fail went wrong" in caplog.text
    clock.seconds += daily.AGAIN_SECONDS - 1
    worker.do_due()
    assert len(called) == 3
    clock.seconds += 1
    worker.do_due()
    clock.seconds += daily.AGAIN_SECONDS
    worker.do_due()
    assert called[3:] == ["fail", "wait", "fail"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_them(acts, monkeypatch):
    days: list[date] = []

    def act(day: date) -> bool:
        days.append(day)
        stop.asked = True
        return True

    register_daily("note", act)
    monkeypatch.setattr(working.signal, "signal", lambda *args: None)
    try:
        working.work()
    finally:
        stop.asked = False
    assert days == [timezone.localdate()]
