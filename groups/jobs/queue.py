"""Jobs as their owner handles them: asked for, cancelled, tried again, deleted."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from groups import trail
from groups.jobs import sweeping
from groups.jobs.kinds import Params, checked, kind_of
from groups.jobs.running import end
from groups.jobs.tasks import TRUSTED, enqueue_on_commit
from groups.models import Job, User

MOST_UNFINISHED = 5


class JobRefused(ValueError):
    """The job can't be queued, cancelled or deleted now. The message says why and what to do."""


def queue_job(*, kind: str, by: User, params: Params, title: str, client_id: UUID) -> Job:
    """Queues a job, or gives the one that this client id has made already.

    title: for its owner, such as "Table of the county"; where it names a group, the kind's covers() must too. Raises
    JobRefused where this person may not have it, or has too many that aren't finished; ValueError for parameters
    that are somebody's words.
    """
    known = kind_of(kind)
    if known is None:
        raise ValueError(f"There is no kind of job with the key {kind}.")
    stored = checked(params)
    with transaction.atomic():
        person = _alone(by)
        if (job := Job.objects.filter(client_id=client_id).first()) is not None:
            if job.owner_id != by.pk or job.kind != kind:
                raise JobRefused("This form was used for something else already. Open the page again.")
            return job
        _check(person, known.may(person, stored))
        covers = known.covers(person, stored)
        job, new = Job.objects.get_or_create(
            client_id=client_id,
            defaults={
                "owner": person,
                "kind": kind,
                "params": stored,
                "title": title[:200],
                "scope": covers.scope,
                "lio_id": covers.lio,
                "lease_until": timezone.now() + TRUSTED,
            },
        )
        if not new:  # by somebody else, this moment
            raise JobRefused("This form was used for something else already. Open the page again.")
        job.groups.set(covers.groups)
        trail.record("job queued", job, by=person, kind=kind)
        enqueue_on_commit(job.pk)
    return job


def cancel_job(*, job: Job, by: User) -> bool:
    """Cancels a job: at once where it waits, at the next moment where it is being done. False where it has ended."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
        running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
        if not (end(waiting, Job.State.CANCELLED) or running.update(is_cancel_asked=True)):
            return False
        trail.record("job cancelled", job, by=by, kind=job.kind)
    return True


def retry_job(*, job: Job, by: User) -> None:
    """Queues a job again that failed or was cancelled. Nothing happens where it waits already.

    Raises JobRefused where this person may not have it, or has too many that aren't finished.
    """
    kind = kind_of(job.kind)
    with transaction.atomic():
        person = _alone(by)
        if not Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED]).exists():
            return
        _check(person, kind is not None and kind.may(person, job.params))
        facts: dict[str, Any] = {
            "attempts": 0,
            "is_cancel_asked": False,
            "reason": "",
            "queued_at": timezone.now(),
        }
        again = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
        again.update(
            state=Job.State.QUEUED,
            lease_until=timezone.now() + TRUSTED,
            ended_at=None,
            expires_at=None,
            started_at=None,
            progress_done=0,
            progress_total=0,
            progress_words="",
            **facts,
        )
        trail.record("job queued", job, by=person, kind=job.kind)
        enqueue_on_commit(job.pk)


def delete_job(*, job: Job) -> None:
    """Deletes a finished job with its file. Raises JobRefused where it isn't finished."""
    if not job.is_finished:
        raise JobRefused("Cancel it first: it isn’t finished.")
    sweeping.remove(job)


def _alone(by: User) -> User:
    """The person, read anew and locked until the transaction ends, so that two requests can't pass the limit."""
    return User.objects.select_for_update(of=("self",)).get(pk=by.pk)


def _check(person: User, may: bool) -> None:
    if not (person.is_active and may):
        raise JobRefused("You may not have this. Ask an administrator if that is a mistake.")
    if Job.objects.filter(owner=person).unfinished().count() >= MOST_UNFINISHED:
        raise JobRefused(
            f"You have {MOST_UNFINISHED} files that aren’t finished. Wait until one is ready, or cancel one."
        )
