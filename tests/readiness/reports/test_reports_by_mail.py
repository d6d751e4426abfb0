"""One mail for each report that is ready, to who may have it at that moment; the nightly command and the worker."""

import uuid
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from groups.jobs import daily
from groups.models import Job
from readiness.models import ReportRun, ScheduledReport
from readiness.reports import sending
from readiness.reports.schedules import stop_schedule
from tests.cast import Cast, make_cast
from tests.jobs import run_queued
from tests.readiness.reports.schedule_acts import a_clock, at, demote, disable, now, scheduled, view_of

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    return a_clock(monkeypatch)


@pytest.fixture
def cast(clock) -> Cast:
    return make_cast()


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
