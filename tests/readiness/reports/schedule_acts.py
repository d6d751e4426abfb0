"""What the tests of reports by mail share: a clock that is set, views, schedules, and people who lose their right."""

import uuid
from datetime import date, datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone

from groups.models import User
from readiness.models import SavedView, ScheduledReport
from readiness.reports.schedules import schedule_report
from tests.cast import Cast


def a_clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time, which the test sets: noon on 20 March 2026 at first."""
    clock = SimpleNamespace(now=datetime.fromisoformat("2026-03-20T12:00:00+00:00"))
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def at(clock: SimpleNamespace, moment: str) -> date:
    """Sets the clock, and gives the day in Derbyshire."""
    clock.now = datetime.fromisoformat(moment)
    return timezone.localdate()


def view_of(owner: User, name: str = "Networks of Derby", query: str = "kind=network") -> SavedView:
    return SavedView.objects.create(owner=owner, name=name, query=query)


def scheduled(cast: Cast, view: SavedView | None = None, every: str = "month", **facts) -> ScheduledReport:
    given = {"format": "json", "client_id": uuid.uuid4(), "by": cast.manager} | facts
    return schedule_report(view=view or view_of(cast.manager), every=every, **given)


def now(schedule: ScheduledReport) -> ScheduledReport:
    schedule.refresh_from_db()
    return schedule


def demote(user: User) -> None:
    user.memberships.update(ended_at=timezone.now())


def disable(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
