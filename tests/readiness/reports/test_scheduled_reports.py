"""Reports by mail: when each is due, queued once, told of once, and only to who may have it at that moment."""

import threading
import uuid
from datetime import date, datetime
from io import StringIO
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.jobs import daily
from groups.leaving import registry
from groups.models import Job, User
from readiness.models import ReportRun, SavedView, ScheduledReport
from readiness.reports import schedules, sending
from readiness.reports.files import FORMATS
from readiness.reports.periods import ended_before, first_after, first_day
from readiness.reports.schedules import (
    ScheduleRefused,
    pause_schedule,
    put_to_rest,
    resume_schedule,
    schedule_report,
    stop_schedule,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.jobs import run_queued

database = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The time, which the test sets: noon on 20 March 2026 at first."""
    clock = SimpleNamespace(now=datetime.fromisoformat("2026-03-20T12:00:00+00:00"))
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def cast(clock) -> Cast:
    return make_cast()


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


# Months and quarters


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


def test_every_format_of_the_report_can_be_sent():
    assert set(ScheduledReport.Format.values) == set(FORMATS)


# Asking for it


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


# Its day


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


# Telling


@committing
def test_one_mail_says_that_it_is_ready_and_nothing_of_what_is_in_it(clock):
    cast = make_cast()
    scheduled(cast, view_of(cast.manager, "Sunrise and the Roma", f"lio={cast.peak.pk}"))
    day = at(clock, "2026-04-01T06:00:00+00:00")
    sending.send_due(day)
    assert mail.outbox == []
    run_queued()
    sending.send_due(day)
    assert sending.send_daily(day)
    (letter,) = mail.outbox
    job = Job.objects.get()
    assert (letter.to, letter.subject) == (["manager@county.example"], "Your county report is ready")
    assert f"http://127.0.0.1:8000{reverse('job', args=[job.pk])}\n" in letter.body
    assert "every month" in letter.body
    assert "kept for 7 days, until the end of 7 April 2026" in letter.body
    for word in ("Sunrise", "Roma", "Peak", "31 March", "Derby", "&#"):
        assert word not in letter.body + letter.subject
    run = ReportRun.objects.get()
    assert run.made_at == job.ended_at and run.told_at == clock.now
    # Who isn't signed in is asked to, and who is somebody else finds nothing.
    page = reverse("job", args=[job.pk])
    assert "/login/" in cast.client("anonymous").get(page)["Location"]
    assert cast.client("administrator").get(page).status_code == 404


@committing
def test_a_report_that_they_made_themselves_sends_no_mail(clock):
    cast = make_cast()
    client = cast.client("manager")
    client.post(
        reverse("county_report_make"), {"format": "json", "query": "", "client_id": str(uuid.uuid4())}
    )
    run_queued()
    assert Job.objects.get().state == Job.State.DONE and mail.outbox == []


@committing
def test_one_that_was_stopped_while_it_was_made_sends_no_mail(clock):
    cast = make_cast()
    schedule = scheduled(cast)
    sending.send_due(at(clock, "2026-04-01T06:00:00+00:00"))
    stop_schedule(schedule=schedule, by=cast.manager)
    run_queued()
    assert Job.objects.get().state == Job.State.DONE and mail.outbox == []


@pytest.mark.parametrize("lose", [demote, disable])
@committing
def test_who_loses_the_right_before_it_is_made_gets_nothing(clock, lose):
    cast = make_cast()
    schedule = scheduled(cast)
    day = at(clock, "2026-04-01T06:00:00+00:00")
    sending.send_due(day)
    lose(cast.manager)
    run_queued()
    job = Job.objects.get()
    assert (job.state, job.has_file, mail.outbox) == (Job.State.FAILED, False, [])
    sending.send_due(day)
    assert now(schedule).paused_why == "rights"


@committing
def test_who_loses_the_right_after_it_is_made_hears_nothing_and_cannot_download(clock, monkeypatch):
    cast = make_cast()
    schedule = scheduled(cast)
    day = at(clock, "2026-04-01T06:00:00+00:00")
    sending.send_due(day)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "send_mail", broken)
        run_queued()
    client = cast.client("manager")
    demote(cast.manager)
    run = ReportRun.objects.get()
    assert not sending.tell(run)
    assert mail.outbox == [] and now(schedule).paused_why == "rights"
    assert client.get(reverse("job_file", args=[run.job_id])).status_code == 403


def broken(*args, **kwargs) -> None:
    raise OSError("no mail server")


@committing
def test_a_mail_that_cannot_go_is_sent_by_the_next_run(clock, monkeypatch, caplog):
    cast = make_cast()
    scheduled(cast)
    day = at(clock, "2026-04-01T06:00:00+00:00")
    sending.send_due(day)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "send_mail", broken)
        run_queued()
        assert "went wrong" in caplog.text and Job.objects.get().state == Job.State.DONE
        assert sending.send_due(day).untold == 1 and not sending.send_daily(day)
    assert ReportRun.objects.get().told_at is None
    assert sending.send_due(day).told == 1
    assert not sending.tell(ReportRun.objects.get())
    assert len(mail.outbox) == 1


@committing
def test_one_that_fails_is_not_told_of_and_is_when_it_is_tried_again(clock, monkeypatch):
    cast = make_cast()
    scheduled(cast, view_of(cast.manager, query="kind=network"))
    sending.send_due(at(clock, "2026-04-01T06:00:00+00:00"))
    job = Job.objects.get()
    Job.objects.update(params=job.params | {"kind": "club"})
    run_queued()
    assert Job.objects.get().state == Job.State.FAILED and mail.outbox == []
    client = cast.client("manager")
    assert "isn’t there any more" in client.get(reverse("saved_views")).content.decode()
    Job.objects.update(params=job.params)
    client.post(reverse("job_retry", args=[job.pk]))
    run_queued()
    assert len(mail.outbox) == 1


# The nightly command, and the worker


@committing
def test_the_command_says_what_it_would_do_and_does_it_once(clock, monkeypatch):
    cast = make_cast()
    scheduled(cast)
    at(clock, "2026-04-01T06:00:00+00:00")
    said = StringIO()
    call_command("send_reports", "--dry-run", stdout=said)
    assert said.getvalue() == "Would queue 1 reports, pause 0 and send 0 mails.\n"
    assert not Job.objects.exists()
    call_command("send_reports", stdout=StringIO())
    monkeypatch.setattr(sending, "send_mail", broken)
    run_queued()
    with pytest.raises(CommandError, match="1 mails could not be sent"):
        call_command("send_reports", stdout=StringIO())
    monkeypatch.undo()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    said = StringIO()
    call_command("send_reports", stdout=said)
    assert said.getvalue() == (
        "Queued 0 reports, paused 0 and sent 1 mails. 0 wait until their owner has fewer unfinished files.\n"
    )
    demote(cast.manager)
    said = StringIO()
    call_command("send_reports", "--dry-run", stdout=said)
    assert said.getvalue() == "Would queue 0 reports, pause 1 and send 0 mails.\n"
    assert ScheduledReport.objects.get().paused_at is None


def test_workers_do_it_once_a_day():
    assert daily._acts["scheduled-reports"] is sending.send_daily


# Pages


@database
def test_asking_for_one_on_its_page(cast):
    client, view = cast.client("manager"), view_of(cast.manager)
    where = reverse("scheduled_report_new", args=[view.pk])
    assert f'href="{where}"' in client.get(reverse("saved_views")).content.decode()
    page = client.get(where)
    text = page.content.decode()
    assert "first on 1 April 2026, as at 31 March 2026, compared with 28 February 2026" in text
    assert "compared with 31 December 2025" in text
    form = page.context["form"]
    sent = {"every": "quarter", "format": "pdf", "client_id": form["client_id"].value()}
    assert client.post(where, sent)["Location"] == reverse("saved_views")
    text = client.get(reverse("saved_views")).content.decode()
    assert "“Networks of Derby” comes every quarter. The next one is made on 1 April 2026." in text
    assert "Every quarter: PDF report" in text and "None yet" in text
    assert client.post(where, sent | {"client_id": uuid.uuid4()}).status_code == 422
    assert client.post(where, sent | {"format": "ods"}).status_code == 422
    assert ScheduledReport.objects.count() == 1


@database
def test_a_view_that_keeps_its_days_says_so(cast):
    view = view_of(cast.manager, query="as_at=2025-06-30&compare=2024-06-30")
    text = cast.client("manager").get(reverse("scheduled_report_new", args=[view.pk])).content.decode()
    assert "with the days that this view keeps" in text


@database
def test_pausing_resuming_and_stopping_on_the_page(cast):
    client, schedule = cast.client("manager"), scheduled(cast)

    def press(name: str) -> str:
        response = client.post(reverse(name, args=[schedule.pk]))
        assert response["Location"] == reverse("saved_views")
        return client.get(reverse("saved_views")).content.decode()

    text = press("scheduled_report_pause")
    assert "“Networks of Derby” is paused." in text and "You paused it." in text
    SavedView.objects.update(query="district=999999")
    assert "don’t fit any more" in press("scheduled_report_resume")
    SavedView.objects.update(query="")
    assert "comes again. The next one is made on 1 April 2026." in press("scheduled_report_resume")
    where = reverse("scheduled_report_stop", args=[schedule.pk])
    assert "Stop sending “Networks of Derby”?" in client.get(where).content.decode()
    assert ScheduledReport.objects.exists()
    assert "is sent no more" in press("scheduled_report_stop")
    assert not ScheduledReport.objects.exists() and SavedView.objects.exists()


@database
def test_a_schedule_that_lost_its_right_says_why(cast):
    schedule = scheduled(cast)
    put_to_rest(schedule, ScheduledReport.Why.RIGHTS)
    text = cast.client("manager").get(reverse("saved_views")).content.decode()
    assert "You could not have this report when it was due." in text


@database
def test_the_last_result_leads_to_its_job_and_stays_when_that_is_gone(cast, clock):
    schedule = scheduled(cast)
    sending.send_due(at(clock, "2026-04-01T06:00:00+00:00"))
    client, run = cast.client("manager"), ReportRun.objects.get()
    text = client.get(reverse("saved_views")).content.decode()
    assert f'<a href="{reverse("job", args=[run.job_id])}">County report as at 31 March 2026' in text
    assert "Your reports by mail" in client.get(reverse("job", args=[run.job_id])).content.decode()
    ReportRun.objects.create(schedule=schedule, period_end=date(2026, 2, 28))
    Job.objects.all().delete()
    text = client.get(reverse("saved_views")).content.decode()
    assert "Nothing was sent for the time until 31 March 2026" in text
    ReportRun.objects.update(made_at=clock.now)
    assert "Made on 1 April 2026, no longer kept" in client.get(reverse("saved_views")).content.decode()


@database
def test_only_its_owner_sees_it(cast):
    other = factories.make_manager()
    schedule = scheduled(cast, view_of(other, "Another’s"), by=other)
    client = cast.client("manager")
    assert "Another’s" not in client.get(reverse("saved_views")).content.decode()
    for name in ("scheduled_report_pause", "scheduled_report_resume", "scheduled_report_stop"):
        assert client.post(reverse(name, args=[schedule.pk])).status_code == 404


@database
def test_the_account_leads_to_them_once_there_are_some(cast):
    client = cast.client("manager")
    assert "by mail" not in client.get(reverse("account")).content.decode()
    scheduled(cast)
    text = client.get(reverse("account")).content.decode()
    assert "1 report of the county comes to you by mail" in text
    scheduled(cast, view_of(cast.manager, "Another"))
    assert "2 reports of the county come to you" in client.get(reverse("account")).content.decode()
    demote(cast.manager)
    assert "by mail" not in client.get(reverse("account")).content.decode()


@database
def test_queries_of_the_page_do_not_grow(cast, clock):
    client = cast.client("manager")
    scheduled(cast)
    sending.send_due(at(clock, "2026-04-01T06:00:00+00:00"))
    client.get(reverse("saved_views"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("saved_views"))
    for name in ("B", "C"):
        scheduled(cast, view_of(cast.manager, name))
    sending.send_due(at(clock, "2026-05-01T06:00:00+00:00"))
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("saved_views"))
    assert len(one) == len(three) <= 20
