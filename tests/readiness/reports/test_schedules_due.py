"""Reports by mail on their day: queued once, as at the end of the period, and only for who may have them."""

import threading
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connections

from groups.models import Job
from readiness.models import ReportRun, SavedView, ScheduledReport
from readiness.reports import sending
from readiness.reports.schedules import (
    ScheduleRefused,
    pause_schedule,
    put_to_rest,
    resume_schedule,
    stop_schedule,
)
from tests.cast import Cast, make_cast
from tests.jobs import run_queued
from tests.readiness.reports.schedule_acts import a_clock, at, demote, disable, now, scheduled, view_of

database = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    return a_clock(monkeypatch)


@pytest.fixture
def cast(clock) -> Cast:
    return make_cast()


@database
def test_on_its_day_and_not_before_it_is_queued_as_at_the_end_of_the_month(cast, clock):
    schedule = scheduled(cast, format="pdf")
    assert sending.send_due(at(clock, "2026-03-31T22:59:00+00:00")).queued == 0  # 23:59 in Derbyshire
    assert sending.send_due(at(clock, "2026-03-31T23:00:00+00:00")).queued == 1  # midnight there
    job = Job.objects.get()
    assert (job.owner, job.kind) == (cast.manager, "county-report")
    assert job.title == "County report as at 31 March 2026: PDF"
    asked = {name: job.params[name] for name in ("as_at", "compare", "kind", "format", "schedule")}
    assert asked == {
        "as_at": "2026-03-31",
        "compare": "2026-02-28",
        "kind": "network",
        "format": "pdf",
        "schedule": schedule.pk,
    }
    assert now(schedule).next_on == date(2026, 5, 1)
    assert sending.send_due(at(clock, "2026-04-01T12:00:00+00:00")).queued == 0


@database
def test_a_quarter_is_compared_with_the_one_before(cast, clock):
    scheduled(cast, every="quarter")
    sending.send_due(at(clock, "2026-04-02T06:00:00+00:00"))
    job = Job.objects.get()
    assert (job.params["as_at"], job.params["compare"]) == ("2026-03-31", "2025-12-31")


@database
def test_a_view_that_keeps_its_days_is_sent_with_them(cast, clock):
    scheduled(cast, view_of(cast.manager, query="as_at=2025-06-30&compare=2024-06-30"))
    sending.send_due(at(clock, "2026-04-02T06:00:00+00:00"))
    job = Job.objects.get()
    assert (job.params["as_at"], job.params["compare"]) == ("2025-06-30", "2024-06-30")


@database
def test_missed_nights_are_made_up_for_once(cast, clock):
    schedule = scheduled(cast)
    day = at(clock, "2026-07-09T06:00:00+00:00")
    assert [sending.send_due(day).queued for _ in range(3)] == [1, 0, 0]
    assert Job.objects.get().params["as_at"] == "2026-06-30"
    assert now(schedule).next_on == date(2026, 8, 1)


@database
def test_a_period_that_was_sent_is_not_sent_again_whatever_its_next_day_says(cast, clock):
    schedule = scheduled(cast)
    day = at(clock, "2026-04-02T06:00:00+00:00")
    sending.send_due(day)
    ScheduledReport.objects.update(next_on=date(2026, 4, 1))
    assert sending.send_due(day).queued == 0
    assert Job.objects.count() == 1 and now(schedule).next_on == date(2026, 5, 1)


@database
def test_one_that_is_paused_or_stopped_meanwhile_is_not_queued(cast, clock):
    schedule = scheduled(cast)
    day = at(clock, "2026-04-02T06:00:00+00:00")
    pause_schedule(schedule=schedule, by=cast.manager)
    assert not sending.queue_period(schedule.pk, day)
    stop_schedule(schedule=schedule, by=cast.manager)
    assert not sending.queue_period(schedule.pk or 0, day)
    assert not Job.objects.exists()


@database
def test_one_whose_filters_stop_fitting_meanwhile_is_not_queued(cast, clock):
    schedule = scheduled(cast)
    SavedView.objects.update(query="district=999999")
    assert not sending.queue_period(schedule.pk, at(clock, "2026-04-02T06:00:00+00:00"))
    assert now(schedule).next_on == date(2026, 4, 1)


@database
def test_who_has_too_many_unfinished_files_gets_it_at_a_later_run(cast, clock):
    for number in range(6):
        scheduled(cast, view_of(cast.manager, f"View {number}"))
    day = at(clock, "2026-04-02T06:00:00+00:00")
    assert sending.send_due(day) == sending.Sent(queued=5, waiting=1)
    assert not sending.send_daily(day)
    assert ReportRun.objects.count() == 5
    run_queued()
    assert sending.send_due(day).queued == 1


@pytest.mark.parametrize("lose", [demote, disable])
@database
def test_who_may_not_have_it_gets_nothing_and_it_is_paused(cast, clock, lose):
    schedule = scheduled(cast, view_of(cast.manager, query=f"lio={cast.peak.pk}"))
    lose(cast.manager)
    assert sending.send_due(at(clock, "2026-03-25T06:00:00+00:00")).paused == 1
    assert now(schedule).paused_why == "rights" and not Job.objects.exists()
    assert sending.send_due(at(clock, "2026-04-02T06:00:00+00:00")) == sending.Sent()


@database
def test_filters_that_do_not_fit_any_more_pause_it_with_that_reason(cast, clock):
    schedule = scheduled(cast)
    SavedView.objects.update(query="district=999999")
    sending.send_due(at(clock, "2026-04-02T06:00:00+00:00"))
    assert now(schedule).paused_why == "filters"
    with pytest.raises(ScheduleRefused):
        resume_schedule(schedule=schedule, by=cast.manager)
    assert not put_to_rest(schedule, ScheduledReport.Why.RIGHTS)
    assert now(schedule).paused_why == "filters"


@committing
def test_two_runners_at_once_queue_one():
    cast = make_cast()
    schedule = scheduled(cast)
    day = schedule.next_on
    start, outcomes = threading.Barrier(4), []

    def run() -> None:
        try:
            start.wait()
            outcomes.append(sending.send_due(day).queued)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 0, 0, 1]
    assert Job.objects.count() == ReportRun.objects.count() == 1
