"""Asking for reports by mail: whose they are, when the first is due, pausing, and what the trail tells of it."""

import uuid
from datetime import date
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from groups.leaving import registry
from groups.models import Job
from readiness.models import ReportRun, ScheduledReport
from readiness.reports import schedules, sending
from readiness.reports.files import FORMATS
from readiness.reports.schedules import ScheduleRefused, pause_schedule, resume_schedule, stop_schedule
from tests import factories
from tests.cast import Cast, make_cast
from tests.readiness.reports.schedule_acts import a_clock, at, now, scheduled, view_of

database = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    return a_clock(monkeypatch)


@pytest.fixture
def cast(clock) -> Cast:
    return make_cast()


def test_every_format_of_the_report_can_be_sent():
    assert set(ScheduledReport.Format.values) == set(FORMATS)


@database
def test_the_first_comes_after_the_month_or_quarter_has_ended(cast):
    assert scheduled(cast).next_on == date(2026, 4, 1)
    assert scheduled(cast, view_of(cast.manager, "B"), "quarter").next_on == date(2026, 4, 1)


@database
def test_the_first_goes_by_the_day_in_derbyshire(cast, clock):
    at(clock, "2026-06-30T23:30:00+00:00")  # 1 July there
    assert scheduled(cast).next_on == date(2026, 8, 1)


@database
def test_one_form_makes_one_and_the_same_again_is_refused(cast):
    client_id, view = uuid.uuid4(), view_of(cast.manager)
    first = scheduled(cast, view, client_id=client_id)
    assert scheduled(cast, view, client_id=client_id) == first
    with pytest.raises(ScheduleRefused, match="You get this one already"):
        scheduled(cast, view)
    with pytest.raises(ScheduleRefused, match="something else"):
        scheduled(cast, view_of(cast.manager, "Another"), client_id=client_id)
    assert ScheduledReport.objects.count() == 1
    assert scheduled(cast, view, format="pdf") != first


@database
def test_only_managers_have_their_own_views_sent(cast):
    with pytest.raises(PermissionDenied):
        scheduled(cast, view_of(cast.officer), by=cast.officer)
    with pytest.raises(PermissionDenied):
        scheduled(cast, view_of(cast.manager), by=factories.make_manager())


@database
def test_there_is_an_end_to_them(cast, monkeypatch):
    monkeypatch.setattr(schedules, "MOST", 1)
    scheduled(cast)
    with pytest.raises(ScheduleRefused, match="Stop one"):
        scheduled(cast, view_of(cast.manager, "Another"))


@database
def test_a_view_whose_filters_do_not_fit_is_not_sent(cast):
    with pytest.raises(ScheduleRefused, match="don’t fit any more"):
        scheduled(cast, view_of(cast.manager, query="district=999999"))


@database
def test_nobody_pauses_resumes_or_stops_anothers(cast):
    schedule, other = scheduled(cast), factories.make_manager()
    for act in (pause_schedule, resume_schedule, stop_schedule):
        with pytest.raises(PermissionDenied):
            act(schedule=schedule, by=other)
    assert now(schedule).paused_at is None


@database
def test_paused_and_resumed_goes_on_with_the_next_one(cast, clock):
    schedule = scheduled(cast)
    pause_schedule(schedule=schedule, by=cast.manager)
    pause_schedule(schedule=schedule, by=cast.manager)
    assert now(schedule).paused_why == "asked"
    assert sending.send_due(at(clock, "2026-05-09T09:00:00+00:00")) == sending.Sent()
    resume_schedule(schedule=schedule, by=cast.manager)
    assert (now(schedule).paused_at, schedule.next_on) == (None, date(2026, 6, 1))
    at(clock, "2026-08-01T09:00:00+00:00")
    resume_schedule(schedule=schedule, by=cast.manager)
    assert now(schedule).next_on == date(2026, 6, 1)
    assert not Job.objects.exists()


@database
def test_a_pause_has_its_reason_and_a_period_its_one_run(cast):
    schedule = scheduled(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledReport.objects.update(paused_at=timezone.now())
    ReportRun.objects.create(schedule=schedule, period_end=date(2026, 3, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportRun.objects.create(schedule=schedule, period_end=date(2026, 3, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportRun.objects.update(told_at=timezone.now())


@database
def test_the_trail_tells_of_it_and_names_no_view(cast):
    schedule = scheduled(cast)
    pause_schedule(schedule=schedule, by=cast.manager)
    entries = LogEntry.objects.get_for_object(schedule)
    assert entries.count() == 2
    assert str(schedule) == f"Scheduled report {schedule.pk}"
    assert not any("Derby" in f"{entry.changes}{entry.object_repr}" for entry in entries)
    assert str(ReportRun(pk=3)) == "Report 3"


@database
def test_it_is_among_what_is_held_of_a_person(cast):
    scheduled(cast)
    kind = next(kind for kind in registry.person_kinds if kind.model is ScheduledReport)
    assert kind.held(registry.Person(cast.manager.email, cast.manager)).count() == 1
    assert kind.held(registry.Person(cast.officer.email, cast.officer)).count() == 0
    assert kind.held(registry.Person("nobody@example.org", None)).count() == 0
