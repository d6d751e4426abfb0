"""Jobs: queued, done, failed, cancelled, tried again, and judged by the rights of that moment each time."""

import errno
import logging
import os
import uuid
from datetime import datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups.jobs import (
    Covers,
    JobContext,
    JobFault,
    JobKind,
    JobRefused,
    Result,
    cancel_job,
    delete_job,
    kinds,
    queue_job,
    register,
    retry_job,
    running,
    sweeping,
)
from groups.jobs import context as contexts
from groups.models import Job, JobWorker, User
from groups.models.jobs import kept_until
from tests import jobs
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def no_files_before() -> None:
    for name in jobs.stored():
        default_storage.delete(f"jobs/{name}")


def now(job: Job) -> Job:
    job.refresh_from_db()
    return job


def acts() -> list[tuple[str, str]]:
    """What the trail says of jobs, oldest first: the act and who."""
    entries = LogEntry.objects.filter(additional_data__act__startswith="job ").order_by("pk")
    return [(entry.additional_data["act"], entry.actor_email) for entry in entries]


def end_roles(user: User) -> None:
    user.memberships.update(ended_at=timezone.now())


def test_a_job_is_queued_done_and_keeps_its_file_for_a_week(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        assert (job.state, job.attempts) == ("queued", 0)
        assert jobs.run_queued() == 1
    job = now(job)
    assert (job.state, job.attempts, job.filename, job.report) == ("done", 1, "names.txt", {"Groups": 2})
    with default_storage.open(job.file.name) as file:
        assert file.read() == b"Harbour\nSunrise\n"
    assert job.size == 16 and len(job.sha256) == 64
    assert jobs.stored() == {job.file.name.removeprefix("jobs/")}
    assert job.expires_at == kept_until(job.ended_at)
    assert acts() == [("job queued", "officer@peak.example"), ("job done", "officer@peak.example")]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_only_the_portal_can_read_the_file_while_it_is_made_and_after(cast):
    modes = []

    def run(context: JobContext) -> Result:
        modes.append(context.new_file("txt").stat().st_mode & 0o777)
        return Result(filename="empty.txt")

    with jobs.kind(run):
        job = jobs.make_done(cast.officer)
    modes.append(os.stat(default_storage.path(job.file.name)).st_mode & 0o777)
    assert modes == [0o600, 0o600]


def test_a_week_ends_at_midnight_in_derbyshire_whatever_the_clocks_do():
    summer = datetime.fromisoformat("2026-10-20T23:30:00+00:00")  # 21 October, 00:30 there
    assert kept_until(summer) == datetime.fromisoformat("2026-10-28T00:00:00+00:00")
    spring = datetime.fromisoformat("2027-03-27T12:00:00+00:00")
    assert kept_until(spring) == datetime.fromisoformat("2027-04-02T23:00:00+00:00")


def test_the_same_client_id_ten_times_is_one_job(cast):
    sent = uuid.uuid4()
    with jobs.kind():
        made = {
            queue_job(kind=jobs.KEY, by=cast.officer, params={}, title="Names", client_id=sent).pk
            for _ in range(10)
        }
        with pytest.raises(JobRefused, match="used for something else"):
            queue_job(kind=jobs.KEY, by=cast.manager, params={}, title="Names", client_id=sent)
    assert len(made) == Job.objects.count() == 1
    assert len(acts()) == 1


@pytest.mark.parametrize("value", ["Mrs Example", "a@b.example", "<b>", 1.5, {"a": 1}, ["two words"]])
def test_parameters_are_ids_and_keys_and_never_somebodys_words(cast, value):
    with jobs.kind(), pytest.raises(ValueError, match="parameter q"):
        jobs.queue(cast.officer, q=value)
    assert not Job.objects.exists()


def test_ids_days_and_lists_of_keys_are_parameters(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer, start="2026-01-31", year=2026, all=True, none=None, kinds=("a", "b"))
    assert now(job).params == {
        "start": "2026-01-31", "year": 2026, "all": True, "none": None, "kinds": ["a", "b"],
    }  # fmt: skip


def test_who_may_not_have_it_cannot_queue_it(cast):
    with jobs.kind(), pytest.raises(JobRefused, match="may not"):
        jobs.queue(cast.lead)
    assert not Job.objects.exists()


def test_the_right_is_judged_anew_and_not_as_the_request_began(cast):
    assert cast.officer.roles.is_officer  # read and remembered by this object
    end_roles(cast.officer)
    with jobs.kind(), pytest.raises(JobRefused, match="may not"):
        jobs.queue(cast.officer)


def test_five_unfinished_ones_are_the_most(cast):
    with jobs.kind():
        first, *_ = [jobs.queue(cast.officer) for _ in range(5)]
        with pytest.raises(JobRefused, match="5 files that aren’t finished"):
            jobs.queue(cast.officer)
        jobs.queue(cast.manager)  # somebody else's don't count
        cancel_job(job=first, by=cast.officer)
        jobs.queue(cast.officer)


def test_demoted_between_queue_and_run_it_is_not_made(cast):
    called = []
    with jobs.kind(lambda context: called.append(1) or Result()):
        job = jobs.queue(cast.officer)
        end_roles(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.reason, called) == ("failed", running.NO_RIGHT, [])
    assert acts()[-1] == ("job failed", "officer@peak.example")


def test_a_disabled_owner_gets_nothing(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        User.objects.filter(pk=cast.officer.pk).update(is_active=False)
        jobs.run_queued()
    assert now(job).state == "failed" and not jobs.stored()


@pytest.mark.parametrize(
    "lose", [end_roles, lambda user: User.objects.filter(pk=user.pk).update(is_active=False)]
)
def test_who_loses_the_right_meanwhile_gets_nothing_and_no_half_file_stays(cast, lose, monkeypatch):
    monkeypatch.setattr(contexts, "WRITE_EVERY", 0)

    def run(context: JobContext) -> Result:
        context.new_file("txt").write_text("half")
        lose(cast.officer)
        context.progress(1, 2)
        raise AssertionError("it went on")

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.reason) == ("failed", running.NO_RIGHT)
    assert not jobs.stored()


def test_who_loses_the_right_after_the_last_progress_gets_nothing_either(cast):
    def run(context: JobContext) -> Result:
        context.new_file("txt").write_text("whole")
        end_roles(cast.officer)
        return Result(filename="a.txt")

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert now(job).state == "failed" and not jobs.stored()


def test_a_waiting_job_is_cancelled_at_once_and_never_done(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        assert cancel_job(job=job, by=cast.officer) is True
        running.do(job.pk)
        assert cancel_job(job=job, by=cast.officer) is False
    assert (now(job).state, job.attempts) == ("cancelled", 0)


def test_a_running_job_is_cancelled_at_its_next_progress(cast, monkeypatch):
    monkeypatch.setattr(contexts, "WRITE_EVERY", 0)

    def run(context: JobContext) -> Result:
        context.new_file("txt").write_text("half")
        cancel_job(job=Job.objects.get(), by=cast.officer)
        try:
            context.progress(1, 2)
        except Exception:  # careless work swallows errors, but not this
            raise AssertionError("it went on") from None
        return Result(filename="a.txt")

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.reason) == ("cancelled", "")
    assert not jobs.stored()
    assert acts()[-1][0] == "job cancelled"


def test_a_fault_of_what_was_asked_fails_at_once_with_its_words(cast):
    def run(context: JobContext) -> Result:
        raise JobFault("No group was visited in that time.")

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.attempts, job.reason) == ("failed", 1, "No group was visited in that time.")


def test_an_unknown_fault_is_tried_three_times_logged_and_said_in_plain_words(cast, caplog):
    def run(context: JobContext) -> Result:
        context.new_file("txt").write_text("half")
        raise KeyError("inner detail")

    with jobs.kind(run), caplog.at_level(logging.ERROR, "groups.jobs.running"):
        job = jobs.queue(cast.officer)
        states = []
        for _ in range(4):
            jobs.run_queued()
            states.append(now(job).state)
            assert not jobs.stored()
    assert states == ["queued", "queued", "failed", "failed"]
    assert (job.attempts, job.reason) == (3, running.WENT_WRONG) and "detail" not in job.reason
    assert len(caplog.records) == 3 and "inner detail" in caplog.text


def test_it_may_go_well_at_the_second_attempt(cast, caplog):
    tries = []

    def run(context: JobContext) -> Result:
        tries.append(1)
        if len(tries) == 1:
            raise KeyError
        return jobs.write_names(context)

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
        jobs.run_queued()
    assert (now(job).state, job.attempts) == ("done", 2) and len(jobs.stored()) == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_nothing(cast, number):
    def run(context: JobContext) -> Result:
        context.new_file("txt").write_text("half")
        raise OSError(number, os.strerror(number))

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.reason, job.attempts) == ("failed", running.DISK_FULL, 1)
    assert not jobs.stored()


def test_a_disk_that_is_full_when_the_file_is_put_in_its_place_leaves_nothing(cast, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with jobs.kind():
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.reason) == ("failed", running.DISK_FULL)
    assert not jobs.stored()


def test_too_much_memory_and_too_large_a_file_fail_at_once_with_words(cast, monkeypatch):
    def run(context: JobContext) -> Result:
        raise MemoryError

    with jobs.kind(run):
        hungry = jobs.queue(cast.officer)
        jobs.run_queued()
    monkeypatch.setattr(running, "MOST_BYTES", 3)
    with jobs.kind():
        large = jobs.queue(cast.officer)
        jobs.run_queued()
    assert [now(job).reason for job in (hungry, large)] == [running.TOO_MUCH_MEMORY, running.TOO_LARGE]
    assert not jobs.stored()


def test_what_takes_too_long_is_stopped(cast):
    def run(context: JobContext) -> Result:
        while True:
            pass

    with jobs.kind(run, most_seconds=1):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.reason) == ("failed", running.TOO_LONG)


def test_a_kind_that_this_version_does_not_know_fails_with_words(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
    jobs.run_queued()
    assert (now(job).state, job.reason) == ("failed", running.UNKNOWN_KIND)
    with pytest.raises(ValueError, match="no kind"):
        jobs.queue(cast.officer)


def test_progress_is_written_about_twice_a_second_at_most(cast, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(contexts.time, "monotonic", lambda: clock[0])
    shown, queries = [], []

    def run(context: JobContext) -> Result:
        for done in range(1, 101):
            with CaptureQueriesContext(connection) as caught:
                context.progress(done, 100, "groups")
            queries.append(len(caught))
            shown.append(Job.objects.get().progress_done)
            clock[0] += 0.125
        return Result()

    with jobs.kind(run):
        jobs.queue(cast.officer)
        jobs.run_queued()
    written = [number for number in queries if number]
    assert len(written) == 25 and max(written) <= 6
    assert shown[0] == 1 and shown[-1] == 97


def test_progress_renews_the_lease(cast, monkeypatch):
    monkeypatch.setattr(contexts, "WRITE_EVERY", 0)
    leases = []

    def run(context: JobContext) -> Result:
        jobs.let_lease_run_out(Job.objects.get())
        context.progress(1, 2)
        leases.append(Job.objects.get().lease_until)
        return Result()

    with jobs.kind(run):
        jobs.queue(cast.officer)
        jobs.run_queued()
    assert leases[0] > timezone.now() + timedelta(seconds=50)


def taken_by_a_dead_worker(by: User) -> Job:
    """A job whose worker was killed in the middle of its file."""
    job = running.claim(jobs.queue(by).pk)
    assert job is not None and job.token is not None
    contexts.working_files.begin(job.token).write_text("half")
    return job


def test_a_job_whose_lease_ran_out_is_taken_up_again_and_its_half_file_goes(cast):
    with jobs.kind():
        job = taken_by_a_dead_worker(cast.officer)
        sweeping.sweep()
        assert now(job).state == "running" and len(jobs.stored()) == 1, "its lease hasn't run out yet"
        jobs.let_lease_run_out(job)
        sweeping.sweep()
        assert now(job).state == "queued" and not jobs.stored()
        jobs.run_queued()
    assert (now(job).state, job.attempts) == ("done", 2) and len(jobs.stored()) == 1


def test_after_three_broken_attempts_it_fails_with_a_reason(cast):
    with jobs.kind():
        job = taken_by_a_dead_worker(cast.officer)
        for _ in range(3):
            jobs.let_lease_run_out(job)
            sweeping.sweep()
            running.claim(job.pk)
    assert (now(job).state, job.attempts, job.reason) == ("failed", 3, sweeping.BROKEN_OFF)
    assert not jobs.stored()
    assert acts()[-1][0] == "job failed"


def test_a_cancelled_job_of_a_dead_worker_is_not_taken_up_again(cast):
    with jobs.kind():
        job = taken_by_a_dead_worker(cast.officer)
        cancel_job(job=job, by=cast.officer)
        jobs.let_lease_run_out(job)
        sweeping.sweep()
    assert now(job).state == "cancelled" and not jobs.stored()


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(cast):
    """It was asleep, another has the job now: what it hands over is dropped."""

    def run(context: JobContext) -> Result:
        context.new_file("txt").write_text("late")
        job = Job.objects.get()
        jobs.let_lease_run_out(job)
        sweeping.sweep()
        assert running.claim(job.pk) is not None
        return Result(filename="late.txt")

    with jobs.kind(run):
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert (now(job).state, job.attempts, job.filename) == ("running", 2, "") and not jobs.stored()


def test_a_file_put_in_its_place_by_one_who_lost_the_job_goes(cast, monkeypatch):
    finish = contexts.working_files.finish

    def loses_it_then(token, ending):
        name = finish(token, ending)
        Job.objects.update(state="queued", token=None)
        return name

    monkeypatch.setattr(contexts.working_files, "finish", loses_it_then)
    with jobs.kind():
        job = jobs.queue(cast.officer)
        jobs.run_queued()
    assert now(job).state == "queued" and not jobs.stored()


def test_one_claim_wins(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        claims = [running.claim(job.pk) for _ in range(3)]
    assert [claim is not None for claim in claims] == [True, False, False]


def test_a_failed_job_can_be_tried_again_with_its_attempts_from_the_start(cast):
    with jobs.kind():
        job = jobs.make_failed(cast.officer)
        Job.objects.update(attempts=3)
        retry_job(job=job, by=cast.officer)
        assert (now(job).state, job.attempts, job.reason) == ("queued", 0, "")
        retry_job(job=job, by=cast.officer)  # a second press
        jobs.run_queued()
        assert now(job).state == "done"
        retry_job(job=job, by=cast.officer)
        assert now(job).state == "done"


def test_who_lost_the_right_cannot_try_again(cast):
    with jobs.kind():
        job = jobs.make_failed(cast.officer)
        end_roles(cast.officer)
        with pytest.raises(JobRefused):
            retry_job(job=job, by=cast.officer)
    assert now(job).state == "failed"


def test_deleting_takes_the_file_and_needs_an_end(cast, django_capture_on_commit_callbacks):
    with jobs.kind():
        waiting = jobs.queue(cast.officer)
        with pytest.raises(JobRefused, match="Cancel it first"):
            delete_job(job=waiting)
        done = jobs.make_done(cast.officer)
        delete_job(job=done)
    assert list(Job.objects.all()) == [waiting] and not jobs.stored()


def test_a_result_goes_with_its_file_after_seven_days(cast):
    with jobs.kind():
        old, new = jobs.make_done(cast.officer), jobs.make_done(cast.officer)
    sweeping.sweep(now=old.expires_at - timedelta(seconds=1))
    assert Job.objects.count() == len(jobs.stored()) == 2
    Job.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert not now(old).has_file
    sweeping.sweep()
    assert [job.pk for job in Job.objects.all()] == [new.pk]
    assert jobs.stored() == {new.file.name.removeprefix("jobs/")}


def test_a_file_that_cannot_go_keeps_its_job_and_does_not_keep_others(cast, monkeypatch, caplog):
    with jobs.kind():
        stuck, other = jobs.make_done(cast.officer), jobs.make_done(cast.officer)
    Job.objects.update(expires_at=timezone.now())
    delete = default_storage.delete

    def refuse(name):
        if name == stuck.file.name:
            raise PermissionError(errno.EACCES, "refused")
        delete(name)

    monkeypatch.setattr(default_storage._wrapped, "delete", refuse)
    sweeping.sweep()
    assert [job.pk for job in Job.objects.all()] == [stuck.pk]
    assert "PermissionError" in caplog.text and other.pk != stuck.pk


def test_workers_not_seen_for_a_day_are_forgotten():
    JobWorker.objects.create(key="old", seen_at=timezone.now() - timedelta(days=2))
    JobWorker.objects.create(key="new")
    sweeping.sweep()
    assert [worker.key for worker in JobWorker.objects.all()] == ["new"]


def test_a_job_makes_one_file_with_a_plain_ending(cast):
    said = []

    def run(context: JobContext) -> Result:
        for ending in ("", "../x", "part", "txt", "txt"):
            try:
                context.new_file(ending)
            except ValueError:
                said.append(ending)
        return Result(filename="a.txt")

    with jobs.kind(run):
        jobs.make_done(cast.officer)
    assert said == ["", "../x", "part", "txt"]


def test_a_job_without_a_file_has_counts_alone(cast):
    with jobs.kind(lambda context: Result(report={"Added": 3})):
        job = jobs.make_done(cast.officer)
    assert (job.file.name, job.report, job.has_file) == ("", {"Added": 3}, False)


def test_two_kinds_cannot_share_a_key():
    with jobs.kind() as known:
        register(known)
        with pytest.raises(ValueError, match="two kinds"):
            register(
                JobKind(
                    key=jobs.KEY, words="Other", may=jobs.may, covers=jobs.covers_groups, run=jobs.write_names
                )
            )
    assert kinds.kind_of(jobs.KEY) is None


def test_what_a_job_covers_is_one_thing():
    with pytest.raises(ValueError, match="say one"):
        Covers(groups=(1,), county=True)
