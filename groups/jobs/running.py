"""One job is done: claimed by one worker, run, and ended in one way or another. A failed job raises nothing here."""

import logging
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from groups import trail
from groups.jobs import presence, working_files
from groups.jobs.context import (
    LEASE,
    Cancelled,
    JobContext,
    LeaseLost,
    OutOfTime,
    Released,
    RightLost,
    held,
    stop,
)
from groups.jobs.fence import pass_fence
from groups.jobs.kinds import JobFault, JobKind, Result, kind_of, may_have
from groups.jobs.tasks import back_to_the_queue
from groups.models import Job, User
from groups.models.jobs import kept_until
from toolkit_portal.core.kept_files import digest

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
MOST_BYTES = 2 * 1024**3
BEAT_SECONDS = 15

NO_RIGHT = "You may no longer have this. Ask an administrator if that is a mistake."
UNKNOWN_KIND = "This version of the portal can’t make this any more."
TOO_LONG = "It took too long and was stopped. Ask for less at once, such as a shorter time or fewer groups."
TOO_LARGE = "The file became too large. Ask for less at once, such as a shorter time or fewer groups."
TOO_MUCH_MEMORY = "It needed more memory than one file may take. Ask for less at once."
DISK_FULL = (
    "The portal’s disk is full, so nothing was kept. Tell whoever looks after the portal, then try again."
)
WENT_WRONG = "Something went wrong three times, so we stopped trying. Tell whoever looks after the portal."


def do(job_id: int) -> None:
    """Does the job if it waits; nothing if it is gone, finished, or somebody else's."""
    job = claim(job_id)
    if job is None:
        return
    assert job.token is not None
    try:
        _do_claimed(job, job.token)
        clear_unless_kept(job.pk, job.token)
    except DatabaseError:
        # Nothing can be written about it now. The lease ends, and then it is taken up again.
        log.exception("Job %s can't be ended, since the database doesn't answer", job.pk)
        _drop_connection()


def claim(job_id: int) -> Job | None:
    """Takes a waiting job for this process; None where another was first, or it doesn't wait any more."""
    token, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        pass_fence()
        taken = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING,
            token=token,
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
            started_at=now,
        )
    return held(job_id, token).first() if taken else None


def _do_claimed(job: Job, token: UUID) -> None:
    mine = held(job.pk, token)
    kind = kind_of(job.kind)
    if kind is None:
        fail(mine, UNKNOWN_KIND)
        return
    try:
        owner = may_have(kind, job.owner_id, job.params)
        if owner is None:
            raise RightLost
        context = JobContext(job, kind, owner)
        context.check()
        with _beating(job.pk, token, kind.most_seconds), _bounded(kind.most_seconds):
            result = kind.run(context)
        context.check()
        _finish(job, token, owner, kind, result, context.ending)
    except LeaseLost:
        log.warning("Job %s is no longer this worker's", job.pk)
    except Released:
        _drop_connection()
        back_to_the_queue(mine, attempts=F("attempts") - 1)
    except Cancelled:
        end(mine, Job.State.CANCELLED)
    except RightLost:
        fail(mine, NO_RIGHT)
    except JobFault as fault:
        fail(mine, str(fault))
    except OutOfTime:
        _drop_connection()
        fail(mine, TOO_LONG)
    except MemoryError:
        fail(mine, TOO_MUCH_MEMORY)
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno in working_files.DISK_IS_FULL:
            fail(mine, DISK_FULL)
            return
        log.exception("Job %s (%s) went wrong at attempt %s", job.pk, job.kind, job.attempts)
        if isinstance(fault, DatabaseError):
            _drop_connection()
        if job.attempts >= MOST_ATTEMPTS:
            fail(mine, WENT_WRONG)
        else:
            back_to_the_queue(mine)


def _finish(job: Job, token: UUID, owner: User, kind: JobKind, result: Result, ending: str) -> None:
    """Puts the file in its place and says that the job is done, or takes the file back."""
    facts: dict[str, Any] = {}
    if ending:
        part = working_files.part_path(token)
        if (size := part.stat().st_size) > MOST_BYTES:
            raise JobFault(TOO_LARGE)
        with part.open("rb") as written:
            facts = {"size": size, "sha256": digest(written)}
        facts["file"] = working_files.finish(token, ending)
        facts |= {"filename": result.filename[:200], "content_type": result.content_type}
    with transaction.atomic():
        if not end(held(job.pk, token), Job.State.DONE, report=dict(result.report), **facts):
            raise LeaseLost
        trail.record("job done", job, by=owner, kind=kind.key)
        transaction.on_commit(lambda: _after(kind, job.pk), robust=True)


def _after(kind: JobKind, job_id: int) -> None:
    """What the kind does once the job is done. It is done whatever comes of that."""
    if kind.done is None or (job := Job.objects.filter(pk=job_id).first()) is None:
        return
    try:
        kind.done(job)
    except Exception:
        log.exception("What follows job %s (%s) went wrong", job_id, kind.key)


def end(jobs: QuerySet[Job], state: Job.State, **facts: Any) -> int:
    """Ends the jobs of a query, and says how many. The query names the state they must be in."""
    now = timezone.now()
    return jobs.update(
        state=state,
        token=None,
        lease_until=None,
        ended_at=now,
        expires_at=kept_until(now),
        progress_words="",
        **facts,
    )


def fail(jobs: QuerySet[Job], reason: str) -> int:
    """Ends the jobs of a query as failed, with the reason in words, and says how many."""
    found = list(jobs.select_related("owner"))
    with transaction.atomic():
        failed = [
            job
            for job in found
            if end(jobs.filter(pk=job.pk), Job.State.FAILED, reason=reason[:300], report={})
        ]
        for job in failed:
            trail.record("job failed", job, by=job.owner, kind=job.kind)
    return len(failed)


def clear_unless_kept(job_id: int, token: UUID) -> None:
    """Removes what was made under this token, unless it is the job's result."""
    if not Job.objects.filter(pk=job_id, file__startswith=f"{working_files.FOLDER}/{token.hex}.").exists():
        working_files.clear(token)


def _drop_connection() -> None:
    """A connection that was broken off in the middle of something isn't used again."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    """Ends the work when its time is over, or when the worker is to stop and its grace is over.

    By a signal, so only in a process's main thread, which is where workers do jobs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        if stop.in_work:
            stop.in_work = False
            raise Released if stop.asked else OutOfTime

    before: Callable | int | None = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    stop.in_work = True
    try:
        yield
    finally:
        stop.in_work = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _beating(job_id: int, token: UUID, most_seconds: int) -> Iterator[None]:
    """Renews the lease from a thread of its own while the work is done, however long one step of it takes."""
    over = threading.Event()

    def beat() -> None:
        # Not for ever: what hangs where no signal reaches it loses its lease in the end.
        for _ in range(most_seconds // BEAT_SECONDS + 1):
            if over.wait(BEAT_SECONDS):
                break
            try:
                held(job_id, token).update(lease_until=timezone.now() + LEASE)
                presence.seen()
            except DatabaseError:
                log.warning("The lease of job %s can't be renewed now", job_id)
        connection.close()

    thread = threading.Thread(target=beat, name=f"job-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=BEAT_SECONDS)
