"""The pages of reports by mail: asking, pausing, stopping, the last result, and only one's own."""

import uuid
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Job
from readiness.models import ReportRun, SavedView, ScheduledReport
from readiness.reports import sending
from readiness.reports.schedules import put_to_rest
from tests import factories
from tests.cast import Cast, make_cast
from tests.readiness.reports.schedule_acts import a_clock, at, demote, scheduled, view_of

database = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    return a_clock(monkeypatch)


@pytest.fixture
def cast(clock) -> Cast:
    return make_cast()


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
