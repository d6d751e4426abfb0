"""Assessments as verbs: one draft a group, no answer lost silently, complete ones fixed, corrections by name."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from readiness import assessing
from readiness.models import Answer, Assessment
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 14)


def criterion(code: str):
    return factories.current_edition().criteria.get(code=code)


def draft_of(cast: Cast, **fields) -> Assessment:
    return factories.make_draft(group=cast.sunrise, by=cast.officer, **fields)


def complete_one(cast: Cast, **fields) -> Assessment:
    return factories.make_assessment(group=cast.sunrise, by=cast.officer, **fields)


def at_once(work: Callable[[int], object], *, times: int = 2) -> list[object]:
    """Runs work(number) in threads that start together, each with its own connection; results or faults."""
    gate, results = Barrier(times), [None] * times

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as fault:  # the test looks at every fault itself
            results[number] = fault
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# Opening


def test_a_group_has_one_draft_whoever_opens_it():
    cast = make_cast()
    first = assessing.open_draft(group=cast.sunrise, by=cast.officer)
    assert assessing.open_draft(group=cast.sunrise, by=cast.manager) == first
    assert first.assessed_on == timezone.localdate()
    assert first.started_by == cast.officer


def test_a_form_sent_again_after_completion_begins_no_second_assessment():
    cast, client_id = make_cast(), uuid4()
    done = complete_one(cast)
    Assessment.objects.filter(pk=done.pk).update(client_id=client_id)
    assert assessing.open_draft(group=cast.sunrise, by=cast.officer, client_id=client_id) == done
    assert not Assessment.objects.drafts().exists()


def test_the_form_id_of_another_group_opens_this_group_s_own_draft():
    cast, client_id = make_cast(), uuid4()
    other = assessing.open_draft(group=cast.harbour, by=cast.officer, client_id=client_id)
    own = assessing.open_draft(group=cast.sunrise, by=cast.officer, client_id=client_id)
    assert own.group == cast.sunrise
    assert own.client_id != other.client_id == client_id


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_open_at_once_share_one_draft():
    cast = make_cast()
    drafts = at_once(lambda number: assessing.open_draft(group=cast.sunrise, by=cast.officer))
    assert drafts[0] == drafts[1], drafts
    assert Assessment.objects.count() == 1


# Answers


def test_an_answer_is_stored_with_who_and_version():
    cast = make_cast()
    draft = draft_of(cast)
    answer = assessing.save_answer(
        draft=draft, criterion=criterion("2.11"), by=cast.officer, level=0, note=" Met once. ", version=0
    )
    assert (answer.level, answer.note, answer.version) == (0, "Met once.", 1)
    assert answer.answered_by == cast.officer


def test_a_stale_answer_changes_nothing_and_brings_what_is_stored():
    cast = make_cast()
    draft, item = draft_of(cast, levels={"2.11": 1}), criterion("2.11")
    assessing.save_answer(draft=draft, criterion=item, by=cast.manager, level=3, version=1)
    with pytest.raises(assessing.StaleAnswer) as stale:
        assessing.save_answer(draft=draft, criterion=item, by=cast.officer, level=2, version=1)
    assert stale.value.current.level == 3
    assert stale.value.current.answered_by == cast.manager
    assert Answer.objects.get(assessment=draft, criterion=item).level == 3


def test_saving_what_is_stored_is_never_stale_and_counts_no_version():
    cast = make_cast()
    draft, item = draft_of(cast, levels={"2.11": 1}), criterion("2.11")
    again = assessing.save_answer(draft=draft, criterion=item, by=cast.manager, level=1, version=0)
    assert (again.version, again.answered_by) == (1, cast.officer)


def test_not_applicable_needs_a_reason_and_drops_the_level():
    cast = make_cast()
    draft, item = draft_of(cast, levels={"2.15d": 1}), criterion("2.15d")
    with pytest.raises(ValueError, match="Say why"):
        assessing.save_answer(
            draft=draft, criterion=item, by=cast.officer, level=1, not_applicable=True, na_reason=" "
        )
    answer = assessing.save_answer(
        draft=draft,
        criterion=item,
        by=cast.officer,
        level=1,
        not_applicable=True,
        na_reason="No services here",
    )
    assert (answer.level, answer.not_applicable, answer.na_reason) == (None, True, "No services here")


def test_a_reason_is_dropped_once_a_level_is_given():
    cast = make_cast()
    draft, item = draft_of(cast), criterion("2.15d")
    answer = assessing.save_answer(
        draft=draft, criterion=item, by=cast.officer, level=2, na_reason="left over"
    )
    assert answer.na_reason == ""


@pytest.mark.parametrize("level", [-1, 5, 2.5])
def test_a_level_outside_0_to_4_is_refused(level):
    cast = make_cast()
    with pytest.raises(ValueError, match="0 to 4"):
        assessing.save_answer(draft=draft_of(cast), criterion=criterion("2.1"), by=cast.officer, level=level)
    assert not Answer.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answered_before", [False, True])
def test_of_two_answers_at_once_one_is_stored_and_the_other_is_told(answered_before):
    cast = make_cast()
    draft = draft_of(cast, levels={"2.11": 0} if answered_before else None)
    item, version = criterion("2.11"), int(answered_before)

    def save(number: int) -> Answer:
        return assessing.save_answer(
            draft=draft, criterion=item, by=cast.officer, level=number + 1, version=version
        )

    results = at_once(save)
    stored = Answer.objects.get(assessment=draft, criterion=item)
    stale = [result for result in results if isinstance(result, assessing.StaleAnswer)]
    saved = [result for result in results if isinstance(result, Answer)]
    assert (len(stale), len(saved)) == (1, 1), results
    assert saved[0].level == stored.level == stale[0].current.level


def test_levels_of_a_visit_keep_the_note_and_name_the_visit():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.11": 1})
    draft.answers.update(note="From last week")
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    same = assessing.record_levels(
        group=cast.sunrise, by=cast.officer, on=DAY, levels={"2.11": 2, "2.21": 0}, visit=visit
    )
    assert same == draft
    answer = draft.answers.get(criterion__code="2.11")
    assert (answer.level, answer.note, answer.visit) == (2, "From last week", visit)


def test_a_visit_without_levels_opens_no_draft():
    cast = make_cast()
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    assert (
        assessing.record_levels(group=cast.sunrise, by=cast.officer, on=DAY, levels={}, visit=visit) is None
    )
    assert not Assessment.objects.exists()


def test_an_unknown_section_of_a_visit_stores_no_level_at_all():
    cast = make_cast()
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    with pytest.raises(ValueError, match=r"9\.9"):
        assessing.record_levels(
            group=cast.sunrise, by=cast.officer, on=DAY, levels={"2.11": 2, "9.9": 1}, visit=visit
        )
    assert not Answer.objects.exists()


# The day


def test_the_day_may_be_changed_but_not_into_the_future():
    cast = make_cast()
    draft, today = draft_of(cast), timezone.localdate()
    assessing.change_day(draft=draft, on=DAY, shown=today)
    draft.refresh_from_db()
    assert draft.assessed_on == DAY
    with pytest.raises(ValueError, match="future"):
        assessing.change_day(draft=draft, on=today + timedelta(days=1), shown=DAY)


def test_a_day_changed_by_two_is_told_to_the_second():
    cast = make_cast()
    draft, today = draft_of(cast), timezone.localdate()
    assessing.change_day(draft=draft, on=DAY, shown=today)
    with pytest.raises(assessing.StaleDate) as stale:
        assessing.change_day(draft=draft, on=DAY - timedelta(days=1), shown=today)
    assert stale.value.current == DAY
    assessing.change_day(draft=draft, on=DAY, shown=today)  # both want the same: nothing to tell


# Completing


def test_completing_stores_the_scores_of_the_worked_example():
    cast = make_cast()
    levels = {
        "2.1": 2,
        "2.11": 1,
        "2.12": 0,
        "2.13": 3,
        "2.14": 2,
        "2.15": 0,
        "2.15a": 1,
        "2.15b": 2,
        "2.15c": 3,
    }
    levels |= {"2.2": 2, "2.21": 1, "2.22": 2, "2.23": 3}
    draft = draft_of(cast, levels=levels)
    assessing.save_answer(
        draft=draft, criterion=criterion("2.15d"), by=cast.officer, not_applicable=True, na_reason="Not yet"
    )
    done = assessing.complete(draft, by=cast.officer)
    assert done.theme_scores == {"2.1": "350/9", "2.2": "50"}
    assert done.overall_exact == "400/9"
    assert f"{done.overall:.2f}" == "44.44"
    assert (done.band, done.is_latest, done.completed_by) == ("developing", True, cast.officer)


def test_an_assessment_where_nothing_applies_has_no_score_and_no_band():
    cast = make_cast()
    draft = draft_of(cast)
    for item in draft.edition.criteria.all():
        assessing.save_answer(
            draft=draft, criterion=item, by=cast.officer, not_applicable=True, na_reason="New"
        )
    done = assessing.complete(draft, by=cast.officer)
    assert (done.overall, done.overall_exact, done.band, done.theme_scores) == (None, "", "", {})


def test_an_incomplete_one_is_not_completed_and_says_what_is_open():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.1": 2})
    with pytest.raises(assessing.Incomplete) as open_ones:
        assessing.complete(draft, by=cast.officer)
    assert "2.1" not in open_ones.value.codes
    assert len(open_ones.value.codes) == 13
    draft.refresh_from_db()
    assert draft.state == Assessment.State.DRAFT


def test_an_answer_emptied_again_is_open():
    cast = make_cast()
    draft = draft_of(
        cast, levels=dict.fromkeys(factories.current_edition().criteria.values_list("code", flat=True), 2)
    )
    assessing.save_answer(draft=draft, criterion=criterion("2.23"), by=cast.officer, level=None)
    with pytest.raises(assessing.Incomplete) as open_ones:
        assessing.complete(draft, by=cast.officer)
    assert open_ones.value.codes == ["2.23"]


@pytest.mark.parametrize("what", ["answer", "day"])
def test_what_was_not_seen_is_not_completed(what):
    cast = make_cast()
    codes = factories.current_edition().criteria.values_list("code", flat=True)
    draft = draft_of(cast, levels=dict.fromkeys(codes, 2))
    seen = assessing.seen_state(draft)
    if what == "answer":
        assessing.save_answer(draft=draft, criterion=criterion("2.1"), by=cast.manager, level=4)
    else:
        assessing.change_day(draft=draft, on=DAY, shown=draft.assessed_on)
    with pytest.raises(assessing.ChangedSince):
        assessing.complete(draft, by=cast.officer, seen=seen)
    assert assessing.complete(draft, by=cast.officer, seen=assessing.seen_state(draft)).is_complete


def test_a_complete_assessment_takes_no_answer_no_day_no_second_completion_and_no_discarding():
    cast = make_cast()
    done = complete_one(cast)
    for act in (
        lambda: assessing.save_answer(draft=done, criterion=criterion("2.1"), by=cast.officer, level=4),
        lambda: assessing.change_day(draft=done, on=DAY, shown=done.assessed_on),
        lambda: assessing.complete(done, by=cast.officer),
        lambda: assessing.discard(done),
    ):
        with pytest.raises(assessing.AlreadyComplete):
            act()
    assert assessing.score_of(done).overall == 50


@pytest.mark.django_db(transaction=True)
def test_of_two_completions_at_once_one_counts():
    cast = make_cast()
    codes = factories.current_edition().criteria.values_list("code", flat=True)
    draft = draft_of(cast, levels=dict.fromkeys(codes, 2))
    results = at_once(lambda number: assessing.complete(draft, by=cast.officer))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyComplete", "Assessment"], results
    assert Assessment.objects.get().is_latest


def test_the_latest_is_the_one_assessed_last_not_the_one_entered_last():
    cast = make_cast()
    newer = complete_one(cast, assessed_on=date(2026, 3, 1))
    older = complete_one(cast, assessed_on=date(2025, 3, 1))
    assert Assessment.objects.get(is_latest=True) == newer
    assert not older.is_latest


# Correcting


def test_a_correction_begins_with_the_same_answers_and_replaces_on_completion():
    cast = make_cast()
    old = complete_one(cast, levels={"2.1": 4}, assessed_on=DAY)
    draft = assessing.start_correction(of=old, by=cast.officer, reason=" Wrong row. ", client_id=uuid4())
    assert (draft.assessed_on, draft.correction_reason, draft.corrects) == (DAY, "Wrong row.", old)
    assert draft.answers.get(criterion__code="2.1").level == 4
    assert list(Assessment.objects.standing()) == [old]
    assessing.save_answer(draft=draft, criterion=criterion("2.1"), by=cast.officer, level=0)
    done = assessing.complete(draft, by=cast.officer)
    old.refresh_from_db()
    assert (done.is_latest, old.is_latest) == (True, False)
    assert list(Assessment.objects.standing()) == [done]
    assert old.answers.get(criterion__code="2.1").level == 4


def test_a_correction_sent_twice_begins_once():
    cast = make_cast()
    old = complete_one(cast)
    first = assessing.start_correction(of=old, by=cast.officer, reason="Wrong row")
    assert assessing.start_correction(of=old, by=cast.officer, reason="Wrong row") == first


def test_a_correction_needs_a_reason_a_complete_one_and_no_other_draft():
    cast = make_cast()
    old = complete_one(cast)
    with pytest.raises(ValueError, match="what was wrong"):
        assessing.start_correction(of=old, by=cast.officer, reason="  ")
    draft = draft_of(cast)
    with pytest.raises(ValueError, match="Only a complete"):
        assessing.start_correction(of=draft, by=cast.officer, reason="Wrong")
    with pytest.raises(ValueError, match="draft assessment"):
        assessing.start_correction(of=old, by=cast.officer, reason="Wrong")
    assessing.discard(draft)
    correction = assessing.start_correction(of=old, by=cast.officer, reason="Wrong")
    assessing.complete(correction, by=cast.officer)
    with pytest.raises(ValueError, match="corrected already"):
        assessing.start_correction(of=old, by=cast.officer, reason="Again")


@pytest.mark.django_db(transaction=True)
def test_of_a_correction_and_a_draft_at_once_one_is_told():
    cast = make_cast()
    old = complete_one(cast)

    def work(number: int) -> Assessment:
        if number:
            return assessing.start_correction(of=old, by=cast.officer, reason="Wrong")
        return assessing.open_draft(group=cast.sunrise, by=cast.officer)

    opened, corrected = at_once(work)
    assert isinstance(opened, Assessment), opened
    assert isinstance(corrected, Assessment | ValueError), corrected
    assert Assessment.objects.drafts().count() == 1


def test_a_draft_that_slips_in_while_a_correction_begins_is_told_in_words(monkeypatch):
    cast = make_cast()
    old = complete_one(cast)

    def clash(**fields):
        raise IntegrityError("one_draft_assessment_a_group")

    monkeypatch.setattr(Assessment.objects, "create", clash)
    with pytest.raises(ValueError, match="has a draft assessment"):
        assessing.start_correction(of=old, by=cast.officer, reason="Wrong")


def test_a_draft_that_slips_in_while_one_is_opened_is_shared(monkeypatch):
    cast = make_cast()
    theirs = draft_of(cast)
    monkeypatch.setattr("readiness.assessing.Assessment.objects.create", _clash)
    drafts = Assessment.objects.drafts
    looks = iter([Assessment.objects.none(), drafts()])
    monkeypatch.setattr("readiness.assessing.Assessment.objects.drafts", lambda: next(looks))
    assert assessing.open_draft(group=cast.sunrise, by=cast.officer) == theirs


def _clash(**fields):
    raise IntegrityError("one_draft_assessment_a_group")


# What the database itself refuses


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "complete"},
        {"state": "complete", "completed_at": timezone.now()},
        {"correction_reason": "Corrects nothing"},
        {"is_latest": True},
    ],
)
def test_the_database_refuses_half_an_assessment(fields):
    cast = make_cast()
    draft = draft_of(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=draft.pk).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"level": 5},
        {"not_applicable": True, "na_reason": "A level and a reason"},
        {"level": None, "not_applicable": True},
        {"na_reason": "A reason without the tick"},
    ],
)
def test_the_database_refuses_half_an_answer(fields):
    cast = make_cast()
    draft = draft_of(cast, levels={"2.1": 1})
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.answers.update(**fields)


def test_the_database_refuses_a_second_draft_and_a_second_answer():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.1": 1})
    with pytest.raises(IntegrityError), transaction.atomic():
        draft_of(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(assessment=draft, criterion=criterion("2.1"), level=2)
