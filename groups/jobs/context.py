"""What a job has in its hands while it is done."""

import re
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from groups.jobs import working_files
from groups.jobs.kinds import JobKind, Params, may_have
from groups.models import Job, User

# How long a job stays with a worker that nothing is heard of.
LEASE = timedelta(seconds=60)
# Progress is written at most so often, in seconds.
WRITE_EVERY = 0.5


class Interrupted(BaseException):
    """The job doesn't go on. Not an Exception, so that no work swallows it by chance."""


class Cancelled(Interrupted):
    """Its owner has cancelled it."""


class RightLost(Interrupted):
    """Its owner may no longer have it."""


class LeaseLost(Interrupted):
    """Somebody else does it now, or it is gone."""


class Released(Interrupted):
    """The worker is being stopped: another one takes the job up."""


class OutOfTime(Interrupted):
    """It has taken longer than its kind may."""


class Stop:
    """Whether this process is to stop, and whether a job's own work is being done at this moment."""

    def __init__(self) -> None:
        self.asked = False
        self.in_work = False


stop = Stop()


def held(job_id: int, token: UUID) -> QuerySet[Job]:
    """The job, as long as whoever has this token does it."""
    return Job.objects.filter(pk=job_id, state=Job.State.RUNNING, token=token)


class JobContext:
    """The owner and the parameters of a job, and ways to tell how far it is and to hand over its file."""

    def __init__(self, job: Job, kind: JobKind, owner: User) -> None:
        assert job.token is not None
        self.owner = owner
        self.params: Params = job.params
        self.queued_at = job.queued_at
        self.ending = ""
        self._job_id = job.pk
        self._token = job.token
        self._kind = kind
        self._written = -WRITE_EVERY

    def progress(self, done: int, total: int, words: str = "") -> None:
        """Tells how far the work is. Call it as often as you like; it writes about twice a second at most.

        Ends the work when it was cancelled, when its owner lost the right to it, when another worker has it, and when
        this one is being stopped.
        """
        if stop.asked:
            raise Released
        now = time.monotonic()
        if now - self._written < WRITE_EVERY:
            return
        self._written = now
        known = held(self._job_id, self._token).update(
            progress_done=done,
            progress_total=total,
            progress_words=words[:120],
            lease_until=timezone.now() + LEASE,
        )
        if not known:
            raise LeaseLost
        self.check()

    def check(self) -> None:
        """Ends the work when it must not go on, see progress()."""
        asked = held(self._job_id, self._token).values_list("is_cancel_asked", flat=True).first()
        if asked is None:
            raise LeaseLost
        if asked:
            raise Cancelled
        if may_have(self._kind, self.owner.pk, self.params) is None:
            raise RightLost

    def new_file(self, ending: str) -> Path:
        """An empty file for the result, to be written by its path; ending is such as "xlsx". One for each job.

        It becomes the result when run() returns, and goes when it doesn't.
        """
        if self.ending or not re.fullmatch(r"[a-z0-9]{1,8}", ending) or ending == working_files.PART:
            raise ValueError("A job makes one file, with an ending such as xlsx.")
        path = working_files.begin(self._token)
        self.ending = ending
        return path
