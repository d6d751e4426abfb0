"""Whether there is a worker: each one says now and then that it is there."""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from groups.models import Job, JobWorker

log = logging.getLogger(__name__)

# A worker that nothing was heard of for so long is taken for gone.
THERE = timedelta(seconds=60)
# Work that waits for so long without a worker is amiss.
PATIENCE = timedelta(minutes=1)

_own_key = ""


def here(key: str) -> None:
    """Notes this process as a worker."""
    global _own_key
    JobWorker.objects.update_or_create(key=key, defaults={"seen_at": timezone.now()})
    _own_key = key


def seen() -> None:
    """Notes that this worker, if this process is one, is still there."""
    if _own_key:
        JobWorker.objects.filter(key=_own_key).update(seen_at=timezone.now())


def gone() -> None:
    """Notes that this worker ends."""
    global _own_key
    try:
        JobWorker.objects.filter(key=_own_key).delete()
    except DatabaseError:
        log.warning("A worker ends and can't say so")
    _own_key = ""


def is_there() -> bool:
    """Whether any worker was there within the last minute."""
    return JobWorker.objects.filter(seen_at__gt=timezone.now() - THERE).exists()


def waits_since() -> datetime | None:
    """When the work was queued that has waited longest, None where none waits."""
    return (
        Job.objects.filter(state=Job.State.QUEUED)
        .order_by("queued_at")
        .values_list("queued_at", flat=True)
        .first()
    )
