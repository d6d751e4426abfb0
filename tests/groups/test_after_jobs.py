"""What a kind of job does once a job is done, and the pages that a job's page leads to."""

import pytest
from django.db import transaction
from django.urls import reverse

from groups.jobs import JobContext, JobFault, Result, running
from groups.models import Job
from tests import jobs
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_it_comes_after_the_commit_with_the_finished_job(cast, django_capture_on_commit_callbacks):
    seen: list[tuple[str, str]] = []
    with jobs.kind(done=lambda job: seen.append((job.state, job.filename))):
        job = jobs.queue(cast.officer)
        with django_capture_on_commit_callbacks(execute=True):
            running.do(job.pk)
            assert seen == []
    assert seen == [("done", "names.txt")]


@pytest.mark.django_db(transaction=True)
def test_it_comes_once_and_not_for_what_fails_or_is_taken_back():
    cast, seen = make_cast(), []

    def fail(context: JobContext) -> Result:
        raise JobFault("It can’t be made.")

    with jobs.kind(fail, done=lambda job: seen.append(job.pk)):
        jobs.queue(cast.officer)
        jobs.run_queued()
    assert seen == []
    with jobs.kind(done=lambda job: seen.append(job.pk)):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
        running.do(job.pk)  # a task that comes twice
    assert seen == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_it_is_logged_and_the_job_stays_done(caplog):
    cast = make_cast()

    def fail(job: Job) -> None:
        raise OSError("no mail server")

    with jobs.kind(done=fail):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    job.refresh_from_db()
    assert job.state == Job.State.DONE and job.has_file and job.attempts == 1
    assert f"What follows job {job.pk} ({jobs.KEY}) went wrong" in caplog.text


def test_a_job_that_is_gone_by_then_is_passed_over(cast, django_capture_on_commit_callbacks):
    seen: list[int] = []
    with jobs.kind(done=lambda job: seen.append(job.pk)):
        job = jobs.queue(cast.officer)
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            running.do(job.pk)
            Job.objects.all().delete()
    assert seen == []


def test_a_jobs_page_leads_to_where_its_kind_says(cast):
    with jobs.kind(ways=lambda params: [(reverse("toolkit"), "The toolkit of this list")]):
        job = jobs.queue(cast.officer)
        text = cast.client("officer").get(reverse("job", args=[job.pk])).content.decode()
    assert f'<a href="{reverse("toolkit")}">The toolkit of this list</a>' in text
    assert "The toolkit of this list" not in (
        cast.client("officer").get(reverse("job", args=[job.pk])).content.decode()
    )
