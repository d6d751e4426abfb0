"""Jobs as tasks of the engine behind them (Django's Tasks API)."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.exceptions import TaskResultDoesNotExist

from groups.models import Job

# A job that no worker has taken up within this time may have lost its task.
TRUSTED = timedelta(minutes=2)


@task()
def do_job(job_id: int) -> None:
    """Does a job, if nobody else does it. A task that comes twice does nothing the second time."""
    from groups.jobs import running  # here, since what runs may have to be queued again

    running.do(job_id)


def enqueue_on_commit(job_id: int) -> None:
    """Hands the job to a worker once it is certain."""
    transaction.on_commit(lambda: _enqueue(job_id), robust=True)


def _enqueue(job_id: int) -> None:
    # If this fails or the machine stops here, the sweep finds a job that nobody takes up.
    result = do_job.enqueue(job_id)
    Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(task_id=result.id)


def is_waiting(task_id: str) -> bool:
    """Whether the task is there and no worker has taken it yet."""
    if not task_id:
        return False
    try:
        return do_job.get_result(task_id).status == TaskResultStatus.READY
    except TaskResultDoesNotExist:
        return False


def back_to_the_queue(jobs: QuerySet[Job], **changes: Any) -> int:
    """Sends the jobs of a query back to wait, and says how many. The query names the state they must be in.

    Whoever did them until now has no token any more, so what they have made is dropped.
    """
    ids = list(jobs.values_list("pk", flat=True))
    moved = 0
    for pk in ids:
        if jobs.filter(pk=pk).update(
            state=Job.State.QUEUED,
            token=None,
            lease_until=timezone.now() + TRUSTED,
            ended_at=None,
            expires_at=None,
            progress_done=0,
            progress_total=0,
            progress_words="",
            **changes,
        ):
            enqueue_on_commit(pk)
            moved += 1
    return moved
