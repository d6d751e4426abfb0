"""Files made for somebody go with what they hold: an erased group, an erased person, a withdrawn quote, a week."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from groups.jobs import JobContext, Result, drop_results, retry_job, running
from groups.jobs.dropping import ERASED
from groups.leaving.copies import write_group, write_person
from groups.leaving.groups import erase_group, erasing, what_goes
from groups.leaving.people import erase_person, find_person
from groups.leaving.retention import due_today
from groups.models import Job
from tests import jobs
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    for name in jobs.stored():
        default_storage.delete(f"jobs/{name}")
    return make_cast()


def now(job: Job) -> Job:
    job.refresh_from_db()
    return job


def erase(cast: Cast):
    return erase_group(group=cast.sunrise, by=cast.administrator, reason="asked")


def test_an_erased_group_takes_what_names_it_and_every_result_wide_enough_to_hold_it(cast):
    with jobs.kind():
        named = jobs.make_done(cast.officer, title="Sunrise", groups=[cast.sunrise.pk, cast.harbour.pk])
        own_lio = jobs.make_done(cast.officer, lio=cast.peak.pk)
        county = jobs.make_done(cast.manager, county=True)
        other_group = jobs.make_done(cast.officer, groups=[cast.harbour.pk])
        other_lio = jobs.make_done(cast.other_officer, lio=cast.vale.pk)
        nobody = jobs.make_done(cast.manager)
        waits_for_it = jobs.queue(cast.officer, groups=[cast.sunrise.pk])
        waits = jobs.queue(cast.manager, county=True)
        assert what_goes(cast.sunrise).rows["Files made for somebody, kept for a week"] == 4
        erased = erase(cast)
        assert erased.files_left == []
        assert not Job.objects.filter(pk__in=[named.pk, waits_for_it.pk]).exists()
        for job in (own_lio, county):
            assert (now(job).state, job.reason, job.report, job.filename) == ("failed", ERASED, {}, "")
        for job in (other_group, other_lio, nobody):
            assert now(job).state == "done"
        assert now(waits).state == "queued"
        kept = {job.file.name for job in (other_group, other_lio, nobody)}
        assert {f"jobs/{name}" for name in jobs.stored()} == kept
        # Made again, it is without the group.
        retry_job(job=county, by=cast.manager)
        jobs.run_queued()
        with default_storage.open(now(county).file.name) as file:
            assert b"Sunrise" not in file.read()


def test_what_is_being_made_while_a_group_is_erased_begins_anew(cast):
    def run(context: JobContext) -> Result:
        result = jobs.write_names(context)
        if cast.sunrise.pk:
            erase(cast)
            cast.sunrise.pk = None
        return result

    with jobs.kind(run):
        job = jobs.queue(cast.manager, county=True)
        jobs.run_queued()
        assert (now(job).state, job.attempts) == ("queued", 0) and not jobs.stored()
        jobs.run_queued()
    with default_storage.open(now(job).file.name) as file:
        assert file.read() == b"Harbour\nMeadow\n"


def test_what_is_being_made_about_the_erased_group_leaves_nothing(cast):
    def run(context: JobContext) -> Result:
        result = jobs.write_names(context)
        erase(cast)
        return result

    with jobs.kind(run):
        jobs.queue(cast.officer, groups=[cast.sunrise.pk])
        jobs.run_queued()
    assert not Job.objects.exists() and not jobs.stored()


def test_no_job_starts_while_a_group_is_being_erased(cast):
    """It would read what is about to go, and keep it."""
    started = []
    with jobs.kind():
        job = jobs.queue(cast.manager, county=True)

        def start() -> None:
            try:
                started.append(running.claim(job.pk))
            finally:
                connection.close()

        with erasing():
            thread = threading.Thread(target=start)
            thread.start()
            thread.join(timeout=1)
            assert started == [], "it has started"
        thread.join(timeout=30)
    assert len(started) == 1 and started[0] is not None


def test_the_copy_for_a_group_holds_the_files_made_about_it_alone(cast, tmp_path):
    with jobs.kind():
        jobs.make_done(cast.officer, groups=[cast.sunrise.pk])
        jobs.make_done(cast.officer, lio=cast.peak.pk)
    with (tmp_path / "copy.zip").open("wb") as out:
        made = write_group(out, group=cast.sunrise, by=cast.administrator, purpose="asked")
    assert made.counts["Files made for somebody, kept for a week"] == 1 and made.missing == []


def test_an_erased_person_takes_their_files_and_all_that_may_name_them(cast, tmp_path):
    with jobs.kind():
        own = jobs.make_done(cast.officer)
        waiting = jobs.queue(cast.officer)
        others = jobs.make_done(cast.manager, county=True)
        counts = jobs.make_done(cast.manager)
    person = find_person(cast.officer.email)
    with (tmp_path / "copy.zip").open("wb") as out:
        assert (
            write_person(out, person=person, by=None, purpose="asked").counts[
                "Files they had made, kept for a week"
            ]
            == 2
        )
    erase_person(person=person, by=cast.administrator)
    assert not Job.objects.filter(pk__in=[own.pk, waiting.pk]).exists()
    assert (now(others).state, others.reason) == ("failed", ERASED)
    assert {f"jobs/{name}" for name in jobs.stored()} == {now(counts).file.name}


def test_results_of_a_kind_can_be_dropped_where_they_may_hold_what_was_withdrawn(cast):
    why = "A quote in it was withdrawn. Make it again to have it without."
    with jobs.kind():
        county = jobs.make_done(cast.manager, county=True)
        own = jobs.make_done(cast.officer, lio=cast.peak.pk)
        group = jobs.make_done(cast.officer, groups=[cast.sunrise.pk])
        other = jobs.make_done(cast.other_officer, lio=cast.vale.pk)
        assert drop_results(why=why, kinds=["some-other-kind"]) == 0
        assert drop_results(why=why, kinds=[jobs.KEY], group=cast.meadow) == 2
        assert {now(job).state for job in (county, other)} == {"failed"} and county.reason == why
        assert drop_results(why=why, kinds=[jobs.KEY], lio=cast.peak) == 2
        assert {now(job).state for job in (own, group)} == {"failed"}
    assert not jobs.stored()


def test_a_withdrawal_that_is_rolled_back_keeps_the_files(cast):
    with jobs.kind():
        job = jobs.make_done(cast.manager, county=True)
        with pytest.raises(KeyError), transaction.atomic():
            drop_results(why="withdrawn")
            raise KeyError
    assert now(job).has_file and default_storage.exists(job.file.name)


def test_after_seven_days_the_nightly_run_takes_jobs_and_files_and_says_how_many(cast, capsys):
    today = timezone.localdate()
    with jobs.kind():
        old, new = jobs.make_done(cast.officer), jobs.make_done(cast.officer)
    ended = timezone.localtime() - timedelta(days=7)
    Job.objects.filter(pk=old.pk).update(ended_at=ended)
    assert [line.number for line in due_today(today) if line.rule.name == "jobs"] == [1]
    call_command("retention", dry_run=True)
    assert Job.objects.count() == 2
    call_command("retention")
    assert "weren't made (7 days): 1" in capsys.readouterr().out
    assert [job.pk for job in Job.objects.all()] == [new.pk]
    assert jobs.stored() == {now(new).file.name.removeprefix("jobs/")}


def test_the_nightly_run_takes_up_what_got_stuck(cast):
    with jobs.kind():
        job = jobs.queue(cast.officer)
        Job.objects.update(state="running", token=uuid.uuid4(), attempts=1)
        jobs.let_lease_run_out(job)
        call_command("retention")
    assert now(job).state == "queued"
