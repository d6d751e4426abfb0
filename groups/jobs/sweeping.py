"""Jobs that got stuck are taken up again, and what has been kept long enough goes."""

import logging
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from groups.jobs.running import MOST_ATTEMPTS, clear_unless_kept, end, fail
from groups.jobs.tasks import TRUSTED, back_to_the_queue, enqueue_on_commit, is_waiting
from groups.models import Job, JobWorker, User

log = logging.getLogger(__name__)

AT_ONCE = 100
# Tasks are only errands: the job is what is kept.
TASKS_KEPT = timedelta(days=1)

BROKEN_OFF = "It was broken off three times before it was ready, so we stopped trying. Ask for less at once."


def sweep(*, now: datetime | None = None) -> None:
    """Looks after all jobs. Workers call it every half minute, and so does the command `retention`."""
    now = now or timezone.now()
    _sweep_jobs(Job.objects.all(), now)
    JobWorker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - TASKS_KEPT).delete()
    # The worker of such a task was killed.
    DBTaskResult.objects.running().filter(started_at__lt=now - TASKS_KEPT).delete()


def sweep_of(owner: User) -> None:
    """Looks after the jobs of one person: for their pages, should no worker be there to do it."""
    _sweep_jobs(Job.objects.filter(owner=owner), timezone.now())


def _sweep_jobs(jobs: QuerySet[Job], now: datetime) -> None:
    over = jobs.filter(lease_until__lt=now, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    for job in over.order_by("lease_until")[:AT_ONCE]:
        if job.state == Job.State.RUNNING:
            _take_back(job, now)
        else:
            _hand_over_again(job, now)
    for job in jobs.filter(expires_at__lte=now)[:AT_ONCE]:
        try:
            remove(job)
        except OSError as fault:  # it still names its file, and the next sweep tries again
            log.error("The file of job %s can't be removed: %s", job.pk, type(fault).__name__)


def _take_back(job: Job, now: datetime) -> None:
    """The worker of this job is dead or hangs: another takes it up, up to the third attempt."""
    assert job.token is not None
    dead = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, token=job.token, lease_until__lt=now)
    if job.is_cancel_asked:
        taken = end(dead, Job.State.CANCELLED)
    elif job.attempts >= MOST_ATTEMPTS:
        taken = fail(dead, BROKEN_OFF)
    else:
        taken = back_to_the_queue(dead)
    if taken:
        clear_unless_kept(job.pk, job.token)


def _hand_over_again(job: Job, now: datetime) -> None:
    """No worker has taken this job up in time. Where its task is lost it gets a new one."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, lease_until=job.lease_until)
    # Whoever changes the time first hands it over; the others find it changed.
    if waiting.update(lease_until=timezone.now() + TRUSTED) and not is_waiting(job.task_id):
        enqueue_on_commit(job.pk)


def remove(job: Job) -> None:
    """Deletes a finished job and its file. The file first: if it can't go now, the job still names it."""
    if job.file:
        default_storage.delete(str(job.file))
    Job.objects.filter(pk=job.pk, state=job.state).delete()
