"""The living plan: actions once each, states with what belongs to them, nobody's words lost to a second editor."""

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from readiness import planning
from readiness.models import Action, ActionNote, Plan
from readiness.planning import (
    ForeignForm,
    StaleAction,
    add_action,
    answer_help,
    ask_for_help,
    change_action,
    open_help,
    plan_of,
    plan_to_read,
    report_as_lead,
    report_progress,
)
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
STATE = Action.State


def an_action(cast: Cast, **fields) -> Action:
    return factories.make_action(group=cast.sunrise, by=cast.officer, **fields)


def test_a_group_has_one_plan_and_reading_makes_none():
    cast = make_cast()
    assert plan_to_read(cast.sunrise).pk is None
    assert not Plan.objects.exists()
    assert plan_of(cast.sunrise) == plan_of(cast.sunrise) == plan_to_read(cast.sunrise)


def test_an_action_is_added_once_for_a_form_sent_twice_and_counts_the_revision_up_once():
    cast = make_cast()
    plan, client_id = plan_of(cast.sunrise), uuid4()
    first = add_action(plan=plan, by=cast.officer, what="  Open a bank account ", client_id=client_id)
    again = add_action(plan=plan, by=cast.officer, what="Something else", client_id=client_id)
    assert (again.pk, first.what, first.state) == (first.pk, "Open a bank account", STATE.TO_DO)
    plan.refresh_from_db()
    assert plan.revision == 2


def test_the_client_id_of_another_plan_is_refused():
    cast = make_cast()
    theirs = factories.make_action(group=cast.meadow, by=cast.other_officer)
    with pytest.raises(ForeignForm):
        add_action(plan=plan_of(cast.sunrise), by=cast.officer, what="Mine", client_id=theirs.client_id)


@pytest.mark.parametrize(("what", "who"), [("  ", "group"), ("Do it", "neighbour")])
def test_an_action_needs_words_and_somebody_known(what, who):
    cast = make_cast()
    with pytest.raises(ValueError):
        add_action(plan=plan_of(cast.sunrise), by=cast.officer, what=what, who=who)
    assert not Action.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_in_parallel_makes_one_plan_and_one_action():
    cast = make_cast()
    client_id, made, start = uuid4(), [], threading.Barrier(10)

    def send() -> None:
        try:
            start.wait()
            action = add_action(
                plan=plan_of(cast.sunrise), by=cast.officer, what="Open an account", client_id=client_id
            )
            made.append(action.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 10 and len(set(made)) == 1
    assert Action.objects.count() == Plan.objects.count() == 1
    assert Plan.objects.get().revision == 2


def test_a_form_stored_since_it_was_looked_for_brings_back_its_action(monkeypatch):
    cast, client_id = make_cast(), uuid4()
    plan = plan_of(cast.sunrise)
    first = add_action(plan=plan, by=cast.officer, what="Open an account", client_id=client_id)
    look, looks = planning._made_before, []

    def too_early(*args):
        looks.append(args)
        return None if len(looks) == 1 else look(*args)

    monkeypatch.setattr(planning, "_made_before", too_early)
    assert add_action(plan=plan, by=cast.officer, what="Open an account", client_id=client_id) == first
    assert len(looks) == 2
    plan.refresh_from_db()
    assert (Action.objects.count(), plan.revision) == (1, 2)


def test_a_clash_that_is_no_resend_stays_an_error(monkeypatch):
    cast = make_cast()

    def clash(**fields):
        raise IntegrityError("something else")

    monkeypatch.setattr(Action.objects, "create", clash)
    with pytest.raises(IntegrityError):
        add_action(plan=plan_of(cast.sunrise), by=cast.officer, what="Open an account", client_id=uuid4())


def test_changing_an_action_counts_its_version_and_the_plans_revision():
    cast = make_cast()
    action = an_action(cast)
    changed = change_action(action=action, version=1, what="Draft the policy ", due_on=date(2027, 3, 1))
    assert (changed.what, changed.due_on, changed.version) == ("Draft the policy", date(2027, 3, 1), 2)
    assert Plan.objects.get().revision == 2


def test_a_stale_change_stores_nothing_and_hands_over_what_is_stored():
    cast = make_cast()
    action = an_action(cast)
    change_action(action=action, version=1, what="Theirs")
    with pytest.raises(StaleAction) as stale:
        change_action(action=action, version=1, what="Mine")
    assert stale.value.current.what == "Theirs"
    action.refresh_from_db()
    assert (action.what, action.version) == ("Theirs", 2)


def test_saving_what_is_stored_already_is_no_conflict_and_no_change():
    cast = make_cast()
    action = an_action(cast)
    change_action(action=action, version=1, what="Same")
    assert change_action(action=action, version=1, what="Same").version == 2


@pytest.mark.parametrize("content", [{"what": " "}, {"state": "done"}, {"plan_id": 7}])
def test_only_content_can_be_changed_and_words_can_not_be_emptied(content):
    action = an_action(make_cast())
    with pytest.raises(ValueError):
        change_action(action=action, version=1, **content)


def test_done_has_its_day_and_dropped_its_reason_and_going_back_clears_both():
    cast = make_cast()
    action = an_action(cast)
    yesterday = timezone.localdate() - timedelta(days=1)

    def after(**report) -> tuple:
        report_progress(action=action, by=cast.officer, **report)
        action.refresh_from_db()
        return action.state, action.done_on, action.dropped_reason

    assert after(state=STATE.DONE) == ("done", timezone.localdate(), "")
    assert after(state=STATE.DONE, done_on=yesterday) == ("done", yesterday, "")
    assert after(state=STATE.DROPPED, reason=" Too much ") == ("dropped", None, "Too much")
    assert after(state=STATE.TO_DO) == ("to_do", None, "")
    assert [note.state_after for note in action.notes.all()] == ["done", "done", "dropped", "to_do"]


@pytest.mark.parametrize(
    "report",
    [
        {"state": "dropped", "reason": " "},
        {"state": "done", "done_on": date(2999, 1, 1)},
        {"state": "perhaps"},
    ],
)
def test_a_state_without_what_belongs_to_it_is_refused(report):
    cast = make_cast()
    action = an_action(cast)
    with pytest.raises(ValueError):
        report_progress(action=action, by=cast.officer, **report)
    assert not ActionNote.objects.exists()


def test_a_note_alone_changes_no_state_and_saying_nothing_notes_nothing():
    cast = make_cast()
    action = an_action(cast)
    note = report_progress(action=action, by=cast.officer, state=STATE.TO_DO, text=" Rang them ")
    assert (note.text, note.state_after, note.by_lead) == ("Rang them", "", False)
    assert report_progress(action=action, by=cast.officer, state=STATE.TO_DO) is None
    action.refresh_from_db()
    assert action.version == 1


def test_progress_sent_twice_is_one_note_and_a_stale_one_is_refused():
    cast = make_cast()
    action, client_id = an_action(cast), uuid4()
    first = report_progress(action=action, by=cast.officer, state=STATE.DOING, version=1, client_id=client_id)
    again = report_progress(action=action, by=cast.officer, state=STATE.DONE, version=1, client_id=client_id)
    assert again == first
    with pytest.raises(StaleAction):
        report_progress(action=action, by=cast.officer, state=STATE.DONE, version=1)
    with pytest.raises(ForeignForm):
        report_progress(action=an_action(cast), by=cast.officer, state=STATE.DONE, client_id=client_id)


def test_a_lead_marks_done_and_takes_it_back():
    cast = make_cast()
    action = an_action(cast)
    note = report_as_lead(
        action=action, by=cast.lead, state=STATE.DONE, seen_state=STATE.TO_DO, text="Hurrah"
    )
    assert (note.by_lead, note.state_after, note.text) == (True, "done", "Hurrah")
    report_as_lead(action=action, by=cast.lead, state=STATE.TO_DO, seen_state=STATE.DONE)
    action.refresh_from_db()
    assert (action.state, action.done_on) == ("to_do", None)


def test_a_lead_never_overwrites_what_changed_since_their_page_was_shown():
    cast = make_cast()
    action = an_action(cast)
    report_progress(action=action, by=cast.officer, state=STATE.DROPPED, reason="Not needed now")
    for seen in (STATE.TO_DO, STATE.DROPPED):
        with pytest.raises(StaleAction):
            report_as_lead(action=action, by=cast.lead, state=STATE.DONE, seen_state=seen)
    with pytest.raises(ValueError):
        report_as_lead(action=action, by=cast.lead, state=STATE.DROPPED, seen_state=STATE.DROPPED)


def test_a_leads_form_sent_twice_is_one_note_and_a_state_that_holds_needs_words():
    cast = make_cast()
    action, client_id = an_action(cast), uuid4()
    common = {"action": action, "by": cast.lead, "seen_state": STATE.TO_DO, "client_id": client_id}
    first = report_as_lead(state=STATE.DOING, **common)
    assert report_as_lead(state=STATE.DOING, **common) == first
    assert report_as_lead(action=action, by=cast.lead, state=STATE.DOING, seen_state=STATE.TO_DO) is None
    said = report_as_lead(action=action, by=cast.lead, state=STATE.DOING, seen_state=STATE.DOING, text="Slow")
    assert (said.text, said.state_after) == ("Slow", "")


def test_a_call_for_help_reaches_the_lios_officers_only_until_it_is_answered():
    cast = make_cast()
    action, client_id = an_action(cast), uuid4()
    call = ask_for_help(action=action, by=cast.lead, text="Whom do we ask?", client_id=client_id)
    assert ask_for_help(action=action, by=cast.lead, text="Whom do we ask?", client_id=client_id) == call
    assert list(open_help(cast.officer)) == [call]
    assert not open_help(cast.other_officer) and not open_help(cast.manager) and not open_help(cast.lead)
    reply = uuid4()
    answer_help(note=call, by=cast.officer, text="Ask Mr Shah", client_id=reply)
    answer_help(note=call, by=cast.manager, text="Ask Mr Shah", client_id=uuid4())
    answer_help(note=call, by=cast.officer, text="Ask Mr Shah", client_id=reply)
    call.refresh_from_db()
    assert call.answered_by == cast.officer and not open_help(cast.officer)
    assert action.notes.exclude(pk=call.pk).count() == 2


def test_a_call_for_help_can_be_marked_as_answered_without_words():
    cast = make_cast()
    call = factories.make_help_note(action=an_action(cast), by=cast.lead)
    answer_help(note=call, by=cast.officer)
    assert not open_help(cast.officer)
    assert ActionNote.objects.count() == 1


def test_a_call_for_help_needs_words():
    cast = make_cast()
    with pytest.raises(ValueError):
        ask_for_help(action=an_action(cast), by=cast.lead, text=" ")


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_stored_and_the_other_is_told():
    cast = make_cast()
    action = an_action(cast)
    outcomes, start = [], threading.Barrier(2)

    def save(words: str) -> None:
        try:
            start.wait()
            change_action(action=action, version=1, what=words)
            outcomes.append("saved")
        except StaleAction:
            outcomes.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(words,)) for words in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "stale"]
    assert Action.objects.get().version == 2
