"""Jobs and real worker processes: killed in the middle, stopped, and several at once. On both databases."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from groups.jobs import JobRefused, queue_job, running, sweeping
from groups.jobs.tasks import is_waiting
from groups.jobs.working import do_next_task
from groups.models import CommunityGroup, Job, JobWorker, User
from tests import jobs
from tests.cast import Cast, make_cast
from tests.toolkit_portal.commands import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

# A worker with a kind of job that writes a line at a time and notes each attempt in a file.
WORKER = """
import os, sys, time
from datetime import timedelta
import tests.settings as settings
import django
from django.conf import settings as known
known.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from groups.jobs import Covers, JobKind, Result, context, register, running, working
context.LEASE = running.LEASE = timedelta(seconds=2)
running.BEAT_SECONDS = 1
context.WRITE_EVERY = 0.05
working.SWEEP_SECONDS = working.LOOK_SECONDS = 0.1
log, lines, pause, polite = sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5] == "polite"

def run(given):
    with open(log, "a") as out:
        out.write(f"{given._job_id} {os.getpid()}\\n")
    with given.new_file("txt").open("w") as out:
        for number in range(lines):
            out.write(f"line {number}\\n")
            out.flush()
            time.sleep(pause)
            if polite:
                given.progress(number + 1, lines, "lines")
    return Result(filename="lines.txt", content_type="text/plain")

may, covers = lambda user, params: True, lambda user, params: Covers()
register(JobKind(key="test-list", words="", may=may, covers=covers, run=run))
working.work()
"""


@pytest.fixture
def cast() -> Cast:
    for name in jobs.stored():
        default_storage.delete(f"jobs/{name}")
    return make_cast()


class Workers:
    """Starts worker processes and remembers them."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "attempts"
        self.output = folder / "output"
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *, lines: int = 20, pause: float = 0.0, polite: bool = True) -> subprocess.Popen[bytes]:
        name = str(connection.settings_dict["NAME"])
        with self.output.open("ab") as out:
            worker = subprocess.Popen(
                [
                    *(sys.executable, "-c", WORKER, name, str(self.log), str(lines), str(pause)),
                    "polite" if polite else "deaf",
                ],
                cwd=ROOT,
                env={**os.environ, "PORTAL_ENV": "test", "VAR_DIR": str(settings.VAR_DIR)},
                stdout=out,
                stderr=out,
            )
        self.started.append(worker)
        return worker

    @property
    def attempts(self) -> list[tuple[int, int]]:
        """Job and process of each attempt so far."""
        if not self.log.exists():
            return []
        return [tuple(map(int, line.split())) for line in self.log.read_text().splitlines()]  # type: ignore[misc]

    def wait(self, seen: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < until, self.output.read_text()
            assert any(worker.poll() is None for worker in self.started), self.output.read_text()
            time.sleep(0.05)

    def end(self) -> None:
        for worker in self.started:
            if worker.poll() is None:
                worker.kill()
                worker.wait(timeout=20)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    found = Workers(tmp_path)
    try:
        yield found
    finally:
        found.end()


def queue(cast: Cast, number: int = 1, person: User | None = None) -> list[Job]:
    with jobs.kind():
        return [jobs.queue(person or cast.officer) for _ in range(number)]


def now(job: Job) -> Job:
    job.refresh_from_db()
    return job


def whole(lines: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(lines))


def content(job: Job) -> bytes:
    with default_storage.open(now(job).file.name) as file:
        return file.read()


def half_files() -> set[str]:
    return {name for name in jobs.stored() if name.endswith(".part")}


def test_a_worker_killed_in_the_middle_is_followed_by_another_and_no_half_file_stays(cast, workers: Workers):
    [job] = queue(cast)
    killed = workers.start(lines=1000, pause=0.05)
    workers.wait(lambda: now(job).progress_done > 3)
    half = half_files()
    assert len(half) == 1
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=20)
    assert now(job).state == "running" and half_files() == half, "nothing of it ends by itself"
    second = workers.start(lines=20)
    workers.wait(lambda: now(job).state == "done")
    assert content(job) == whole(20)
    assert [process for _, process in workers.attempts] == [killed.pid, second.pid]
    assert jobs.stored() == {job.file.name.removeprefix("jobs/")}
    assert job.attempts == 2


def test_killed_three_times_it_fails_with_a_reason_and_nobody_tries_again(cast, workers: Workers):
    [job] = queue(cast)
    for number in range(1, 4):
        worker = workers.start(lines=1000, pause=0.05)
        workers.wait(lambda number=number: len(workers.attempts) == number and len(half_files()) == 1)
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=20)
    workers.start(lines=3)
    workers.wait(lambda: now(job).state == "failed")
    assert job.reason == sweeping.BROKEN_OFF and len(workers.attempts) == 3
    workers.wait(lambda: not jobs.stored())  # it goes once the end is known for good


@pytest.mark.parametrize("polite", [True, False])
def test_a_worker_told_to_stop_releases_its_job_and_ends_well(cast, workers: Workers, polite: bool):
    """Also where the work never looks up: it is broken off after a few seconds."""
    [job] = queue(cast)
    first = workers.start(lines=1000, pause=0.05, polite=polite)
    workers.wait(lambda: len(half_files()) == 1)
    first.terminate()
    assert first.wait(timeout=20) == 0, workers.output.read_text()
    assert (now(job).state, job.attempts) == ("queued", 0) and not half_files()
    assert not JobWorker.objects.exists()
    asked = time.monotonic()
    workers.start(lines=20)
    workers.wait(lambda: now(job).state == "done")
    assert time.monotonic() - asked < 30 and content(job) == whole(20) and job.attempts == 1


def test_four_workers_do_each_of_many_jobs_once(cast, workers: Workers):
    made = [
        job for person in (cast.officer, cast.manager, cast.other_officer) for job in queue(cast, 5, person)
    ]
    for job in made:  # as after a sweep that came too early: two tasks for one job
        sweeping.enqueue_on_commit(job.pk)
    for _ in range(4):
        workers.start(lines=5, pause=0.01)
    workers.wait(
        lambda: not Job.objects.exclude(state="done").exists() and not DBTaskResult.objects.ready().exists()
    )
    assert sorted(job for job, _ in workers.attempts) == sorted(job.pk for job in made)
    assert len(jobs.stored()) == len(made) and {content(job) for job in made} == {whole(5)}


def test_a_long_step_keeps_its_lease_by_the_heartbeat(cast, workers: Workers):
    """It takes longer than a lease and never tells how far it is; a second worker leaves it alone."""
    [job] = queue(cast)
    workers.start(lines=100, pause=0.05, polite=False)
    workers.wait(lambda: len(workers.attempts) == 1)
    workers.start(lines=1)
    workers.wait(lambda: now(job).state == "done")
    assert len(workers.attempts) == 1 and content(job) == whole(100)


@contextmanager
def at_once(number: int, act: Callable[[int], None]) -> Iterator[None]:
    """Threads with connections of their own that start together."""
    gate = threading.Barrier(number)

    def go(index: int) -> None:
        gate.wait()
        try:
            act(index)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[index]) for index in range(number)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(timeout=60)


def test_the_same_form_ten_times_in_parallel_is_one_job(cast):
    sent, made, faults = uuid.uuid4(), [], []

    def post(_: int) -> None:
        try:
            made.append(
                queue_job(kind=jobs.KEY, by=cast.officer, params={}, title="Names", client_id=sent).pk
            )
        except Exception as fault:
            faults.append(fault)

    with jobs.kind(), at_once(10, post):
        pass
    assert faults == [] and len(set(made)) == 1 and len(made) == 10
    assert Job.objects.count() == DBTaskResult.objects.count() == 1


def test_the_limit_holds_for_requests_at_once(cast):
    refused = []

    def post(_: int) -> None:
        try:
            jobs.queue(cast.officer)
        except JobRefused:
            refused.append(1)

    with jobs.kind(), at_once(10, post):
        pass
    assert Job.objects.count() == len(refused) == 5


def test_one_of_many_claims_at_once_wins(cast):
    [job] = queue(cast)
    claims = []
    with at_once(8, lambda _: claims.append(running.claim(job.pk) is not None)):
        pass
    assert sorted(claims) == [False] * 7 + [True]


def test_a_job_is_handed_over_on_commit_and_done_by_its_task(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        assert is_waiting(now(job).task_id)
        assert do_next_task("a-worker") is True
        assert do_next_task("a-worker") is False
    assert now(job).state == "done" and not is_waiting(job.task_id)
    task = DBTaskResult.objects.get()
    assert (task.status, task.args_kwargs, task.traceback) == (
        "SUCCESSFUL",
        {"args": [job.pk], "kwargs": {}},
        "",
    )


def test_a_job_that_is_rolled_back_leaves_no_task(cast):
    with jobs.kind(), pytest.raises(KeyError), transaction.atomic():
        jobs.queue(cast.officer)
        raise KeyError
    assert not Job.objects.exists() and not DBTaskResult.objects.exists()


def test_a_queued_job_whose_task_was_lost_gets_another_and_a_slow_one_does_not(cast):
    lost, slow = queue(cast, 2)
    DBTaskResult.objects.filter(args_kwargs__args=[lost.pk]).delete()
    for job in (lost, slow):
        jobs.let_lease_run_out(job)
    sweeping.sweep()
    sweeping.sweep()
    assert sorted(task.args_kwargs["args"][0] for task in DBTaskResult.objects.all()) == sorted(
        [lost.pk, slow.pk]
    )
    with jobs.kind():
        while do_next_task("a-worker"):
            pass
    assert now(lost).state == now(slow).state == "done"


def test_old_tasks_go(cast):
    queue(cast)
    with jobs.kind():
        do_next_task("a-worker")
    sweeping.sweep()
    assert DBTaskResult.objects.count() == 1
    DBTaskResult.objects.update(finished_at=Job.objects.get().queued_at - timedelta(days=2))
    sweeping.sweep()
    assert not DBTaskResult.objects.exists()
    assert CommunityGroup.objects.exists() and LogEntry.objects.exists()
