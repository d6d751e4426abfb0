"""The pages of one's own jobs: list, one that can be watched, file, cancelling, trying again, deleting."""

import re
import uuid
from datetime import timedelta

import pytest
from allauth.core.context import request_context
from auditlog.models import LogEntry
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.jobs import cancel_job, presence
from groups.models import Job, JobWorker, Membership
from groups.views.jobs import start_job
from tests import factories, jobs
from tests.cast import ACTORS, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at(job: Job, name: str = "job") -> str:
    return reverse(name, args=[job.pk])


def said(response) -> str:
    return response.content.decode()


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def signed_in_long_ago(cast: Cast, actor: str = "officer") -> Client:
    client = cast.client(actor)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    return client


def test_the_list_shows_ones_own_newest_first_with_state_size_and_last_day(cast):
    with jobs.kind():
        done = jobs.make_done(cast.officer)
        failed = jobs.make_failed(cast.officer)
        waiting = jobs.queue(cast.officer)
        jobs.queue(cast.manager, title="Somebody else’s")
    Job.objects.filter(pk=done.pk).update(title="First one")
    Job.objects.filter(pk=failed.pk).update(title="Second one")
    Job.objects.filter(pk=waiting.pk).update(title="Third one")
    text = said(cast.client("officer").get(reverse("jobs")))
    assert text.index("Third one") < text.index("Second one") < text.index("First one")
    for words in ("Waiting", "Not made", "Ready", "16\xa0bytes", f"{done.last_day:%-d %B %Y}", "3 files"):
        assert words in text, words
    assert "Somebody else" not in text


def test_an_empty_list_says_what_comes_here(cast):
    assert "No files yet" in said(cast.client("lead").get(reverse("jobs")))


def test_the_list_has_pages_and_a_bounded_number_of_queries(cast):
    client = cast.client("officer")
    client.get(reverse("jobs"))  # the first request of a session writes when it was
    counts = []
    with jobs.kind():
        for number in (1, 3, 25):
            while Job.objects.count() < number:
                jobs.make_done(cast.officer, groups=[cast.sunrise.pk])
            with CaptureQueriesContext(
                connection,
            ) as caught:
                text = said(client.get(reverse("jobs")))
            counts.append(len(caught))
    assert counts[0] == counts[1] == counts[2] <= 20
    assert "Page 1 of 2" in text


def test_a_jobs_page_has_a_bounded_number_of_queries(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        client = cast.client("officer")
        client.get(at(job))
        with CaptureQueriesContext(connection) as caught:
            client.get(at(job))
    assert len(caught) <= 10


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor not in {"officer", "anonymous"}])
def test_nobody_but_the_owner_sees_a_job(cast, actor):
    with jobs.kind():
        job = jobs.make_done(cast.officer)
        client = cast.client(actor)
        for name in ("job", "job_file", "job_delete"):
            assert client.get(at(job, name)).status_code == 404
        for name in ("job_cancel", "job_retry", "job_delete"):
            assert client.post(at(job, name)).status_code == 404
    assert Job.objects.filter(pk=job.pk, state="done").exists()


def test_the_page_of_an_unfinished_job_asks_again_by_itself_with_and_without_scripts(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        client = cast.client("officer")
        text = said(client.get(at(job)))
        watch = f"/jobs/{job.pk}/?watch=1"
        assert f'<noscript><meta http-equiv="refresh" content="5; url={watch}"></noscript>' in text
        assert f'hx-get="{watch}" hx-trigger="every 2s"' in text
        part = said(client.get(watch, headers={"HX-Request": "true"}))
        assert "<html" not in part and 'hx-trigger="every 2s"' in part
        jobs.run_queued()
        part = said(client.get(watch, headers={"HX-Request": "true"}))
        assert "hx-trigger" not in part and "Download" in part
        assert "refresh" not in said(client.get(at(job)))


def test_a_page_that_watches_does_not_keep_a_session_alive(cast):
    """Somebody who left their desk is signed out all the same."""
    with jobs.kind():
        job = jobs.queue(cast.officer)
    client = cast.client("officer")
    client.get(at(job))
    session = client.session
    session["portal_seen"] -= 600
    session.save()
    seen = session["portal_seen"]
    client.get(at(job) + "?watch=1")
    assert client.session["portal_seen"] == seen
    client.get(at(job))
    assert client.session["portal_seen"] > seen


def test_progress_is_shown_in_words_and_as_a_bar(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
    Job.objects.update(
        state="running", token=uuid.uuid4(), progress_done=3, progress_total=12, progress_words="groups read"
    )
    for address in (at(job), reverse("jobs")):
        text = said(cast.client("officer").get(address))
        assert '<progress value="3" max="12"' in text and "3 of 12 groups read" in text
    Job.objects.update(is_cancel_asked=True)
    assert "Being cancelled" in said(cast.client("officer").get(at(job)))


def test_without_a_worker_the_page_of_what_waits_says_so(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        words = "Nothing is being made at the moment"
        for address in (at(job), reverse("jobs")):
            assert words in said(cast.client("officer").get(address))
        presence.here("a-worker")
        for address in (at(job), reverse("jobs")):
            assert words not in said(cast.client("officer").get(address))
        JobWorker.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
        assert words in said(cast.client("officer").get(at(job)))
        jobs.run_queued()
        assert words not in said(cast.client("officer").get(at(job)))
    presence.gone()


def test_health_names_a_missing_worker_once_work_waits_for_it_and_stays_up(cast, client):
    def parts():
        answer = client.get(reverse("health") + "?format=json")
        return answer.status_code, answer.json()["parts"]["worker"]

    assert parts() == (200, {"ok": True, "detail": "none seen lately, and nothing waits for one"})
    with jobs.kind():
        jobs.queue(cast.officer)
    assert parts()[1]["ok"] is True
    Job.objects.update(queued_at=timezone.now() - timedelta(seconds=61))
    status, worker = parts()
    assert status == 200 and worker["ok"] is False and "manage.py worker" in worker["detail"]
    JobWorker.objects.create(key="a-worker")
    assert parts() == (200, {"ok": True, "detail": "there"})


def test_the_file_is_an_attachment_in_which_nothing_runs_and_leaves_a_trace(cast):
    with jobs.kind():
        job = jobs.make_done(cast.officer)
        answer = cast.client("officer").get(at(job, "job_file"))
        assert content(answer) == b"Harbour\nSunrise\n"
    assert answer["Content-Disposition"] == 'attachment; filename="names.txt"'
    assert answer["Content-Length"] == "16"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"] and "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.get(additional_data__act="job downloaded")
    assert (entry.actor_email, entry.additional_data["kind"]) == ("officer@peak.example", jobs.KEY)


def test_a_file_that_was_changed_on_disk_is_not_given_out(cast):
    with jobs.kind():
        job = jobs.make_done(cast.officer)
        default_storage.delete(job.file.name)
        default_storage.save(job.file.name, ContentFile(b"Harbour\nSunsets\n"))
        answer = cast.client("officer").get(at(job, "job_file"))
    assert answer.status_code == 500 and "can’t be given out" in said(answer)
    assert not LogEntry.objects.filter(additional_data__act="job downloaded").exists()


def test_demoted_between_run_and_download_one_gets_403_and_the_page_says_why(cast):
    with jobs.kind():
        job = jobs.make_done(cast.officer)
        client = cast.client("officer")
        cast.officer.memberships.update(ended_at=timezone.now())
        assert client.get(at(job, "job_file")).status_code == 403
        text = said(client.get(at(job)))
    assert "You may no longer have this file" in text and "Download" not in text and "Groups</dt>" not in text


def test_a_disabled_owner_is_out_at_once(cast):
    with jobs.kind():
        job = jobs.make_done(cast.officer)
        client = cast.client("officer")
        type(cast.officer).objects.filter(pk=cast.officer.pk).update(is_active=False)
        assert client.get(at(job, "job_file")).status_code == 302


def test_a_job_about_a_group_that_is_no_longer_ones_own_is_gone_title_and_all(cast):
    with jobs.kind():
        job = jobs.make_done(cast.officer, title="Case file of Sunrise", groups=[cast.sunrise.pk])
        other = jobs.make_done(cast.officer)
        client = cast.client("officer")
        assert "Case file of Sunrise" in said(client.get(reverse("jobs")))
        cast.officer.memberships.update(ended_at=timezone.now())
        Membership.objects.create(user=cast.officer, role="officer", lio=cast.vale)
        assert "Case file of Sunrise" not in said(client.get(reverse("jobs")))
        assert [client.get(at(job, name)).status_code for name in ("job", "job_file")] == [404, 404]
        assert client.get(at(other)).status_code == 200


def test_a_lead_keeps_the_job_about_the_group_they_lead(cast):
    with jobs.kind(may=lambda user, params: user.roles.is_lead):
        job = jobs.make_done(cast.lead, groups=[cast.sunrise.pk])
        assert cast.client("lead").get(at(job, "job_file")).status_code == 200


def test_an_expired_file_is_gone_before_anybody_sweeps(cast):
    with jobs.kind():
        job = jobs.make_done(cast.officer)
        Job.objects.update(expires_at=timezone.now())
        assert cast.client("officer").get(at(job, "job_file")).status_code == 404


def test_looking_at_the_list_takes_up_ones_own_stuck_jobs(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        Job.objects.update(state="running", token=uuid.uuid4(), attempts=1)
        jobs.let_lease_run_out(job)
        cast.client("manager").get(reverse("jobs"))
        job.refresh_from_db()
        assert job.state == "running"
        cast.client("officer").get(reverse("jobs"))
        job.refresh_from_db()
        assert job.state == "queued"


def test_cancelling_trying_again_and_deleting(cast):
    client = cast.client("officer")
    with jobs.kind():
        job = jobs.queue(cast.officer)
        assert client.get(at(job, "job_delete")).status_code == 302  # not while it waits
        assert "Cancelled." in said(client.post(at(job, "job_cancel"), follow=True))
        assert "It was finished already" in said(client.post(at(job, "job_cancel"), follow=True))
        assert "Try again" in said(client.get(at(job)))
        assert "It waits for its turn" in said(client.post(at(job, "job_retry"), follow=True))
        cancel_job(job=job, by=cast.officer)
        assert "Delete “Names of groups”?" in said(client.get(at(job, "job_delete")))
        assert "Deleted." in said(client.post(at(job, "job_delete"), follow=True))
    assert not Job.objects.exists()


def test_trying_again_is_refused_with_words_when_too_many_wait(cast):
    with jobs.kind():
        job = jobs.make_failed(cast.officer)
        for _ in range(5):
            jobs.queue(cast.officer)
        text = said(cast.client("officer").post(at(job, "job_retry"), follow=True))
    assert "5 files that aren’t finished" in text


def test_a_kind_that_needs_a_proof_asks_before_the_download_and_before_another_try(cast):
    with jobs.kind(needs_proof=True):
        done, failed = jobs.make_done(cast.officer), jobs.make_failed(cast.officer)
        client = signed_in_long_ago(cast)
        for answer in (client.get(at(done, "job_file")), client.post(at(failed, "job_retry"))):
            assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
        assert cast.client("officer").get(at(done, "job_file")).status_code == 200
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_starting_a_job_asks_for_the_proof_leads_to_its_page_and_says_refusals(cast, rf):
    def start(client: Client, user):
        request = rf.get("/")
        request.user, request.session = user, client.session
        request._messages = FallbackStorage(request)
        with request_context(request):  # as allauth's middleware does it
            answer = start_job(
                request, kind=jobs.KEY, params={}, title="Names", client_id=uuid.uuid4(), back=reverse("home")
            )
        return answer["Location"], [str(message) for message in request._messages]

    with jobs.kind(needs_proof=True):
        assert "reauthenticate" in start(signed_in_long_ago(cast), cast.officer)[0]
        assert not Job.objects.exists()
        where, words = start(cast.client("officer"), cast.officer)
        assert (where, words) == (at(Job.objects.get()), [])
        where, words = start(cast.client("lead"), cast.lead)
    assert where == reverse("home") and "You may not have this" in words[0]


def test_account_and_my_work_lead_to_the_files_once_there_are_some(cast):
    client = cast.client("officer")
    assert reverse("jobs") not in said(client.get(reverse("account"))) + said(client.get(reverse("home")))
    with jobs.kind():
        jobs.make_done(cast.officer)
        factories.make_visit(group=cast.sunrise, officer=cast.officer)
        assert reverse("jobs") in said(client.get(reverse("account")))
        text = said(client.get(reverse("home")))
    assert "Files made for you" in text and re.search(r"Names of groups</a>.*Ready", text, re.S)
