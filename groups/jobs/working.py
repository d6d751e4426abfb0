"""The loop of a worker: does jobs one after the other until it is told to stop."""

import logging
import secrets
import signal
import time

from django.db import DatabaseError, close_old_connections, connection
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from groups.jobs import presence
from groups.jobs.context import stop
from groups.jobs.daily import Daily
from groups.jobs.sweeping import sweep

log = logging.getLogger(__name__)

SWEEP_SECONDS = 30
SEEN_SECONDS = 15
LOOK_SECONDS = 0.5
# A job that doesn't let go by itself when the worker is to stop is broken off after this.
GRACE_SECONDS = 5


def work() -> None:
    """Does jobs until SIGTERM or SIGINT. What is being done then is released, and another worker takes it up."""
    stop.asked = False
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    key = secrets.token_hex(16)
    presence.here(key)
    daily = Daily()
    swept = seen = time.monotonic() - SWEEP_SECONDS
    try:
        while not stop.asked:
            try:
                if time.monotonic() - seen >= SEEN_SECONDS:
                    seen = time.monotonic()
                    presence.here(key)
                if time.monotonic() - swept >= SWEEP_SECONDS:
                    swept = time.monotonic()
                    sweep()
                daily.do_due()
                did_something = do_next_task(key)
            except DatabaseError:
                # The worker outlives the database: it goes on when that is back.
                log.exception("The database doesn't answer; trying again")
                connection.close()
                did_something = False
            if not did_something and not stop.asked:
                time.sleep(LOOK_SECONDS)
    finally:
        presence.gone()


def do_next_task(key: str) -> bool:
    """Does the next task that waits, if one does, and says so. Each worker has a key of its own."""
    close_old_connections()
    if not DBTaskResult.objects.ready().exists():  # reading locks nobody out, taking one does on SQLite
        return False
    worker = Worker(
        queue_names=[DEFAULT_TASK_QUEUE_NAME],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=1,
        worker_id=key,
        excluded_queue_names=[],
    )
    worker.run()
    return True


def _stop(*_: object) -> None:
    stop.asked = True
    if stop.in_work:
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
