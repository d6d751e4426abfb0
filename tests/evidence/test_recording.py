"""Writing and changing records of unmet need: what is taken, what is refused, what two people at once get."""

from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evidence.models import Barrier as Hindrance
from evidence.models import Evidence, Quote
from evidence.recording import (
    ForeignForm,
    StaleRecord,
    change_evidence,
    delete_draft,
    likely_duplicates,
    record_evidence,
    review,
    send_back,
)
from groups.models import Community, District
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
MARKER = "MARKER-7f3a"


def content(**changes) -> dict:
    return {
        "happened_on": timezone.localdate() - timedelta(days=3),
        "method": "enquiry",
        "service_area": factories.service_area(),
        "summary": "Nobody rang back.",
        **changes,
    }


def colleague_of(cast: Cast, name: str = "Colin Colleague"):
    return factories.make_officer(lio=cast.peak, name=name)


def together(*acts) -> list:
    """What each act returned or raised, all of them begun at the same moment on connections of their own."""
    gate, outcomes = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act) -> None:
        gate.wait()
        try:
            outcomes[place] = act()
        except Exception as fault:
            outcomes[place] = fault
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


# A new record


def test_a_record_begins_as_a_draft_of_its_writer_with_the_section_of_its_method():
    cast = make_cast()
    lists = {
        "districts": District.objects.filter(name="Chesterfield"),
        "communities": Community.objects.filter(label="Roma"),
        "barriers": Hindrance.objects.filter(label="Cost"),
        "groups": [cast.sunrise],
    }
    record = record_evidence(lio=cast.peak, by=cast.officer, lists=lists, **content())
    assert (record.state, record.created_by, record.changed_by) == ("draft", cast.officer, cast.officer)
    assert record.criteria == ["2.15c"]
    assert record.last_day == record.happened_on
    for name, values in lists.items():
        assert list(getattr(record, name).all()) == list(values), name


@pytest.mark.parametrize(
    ("method", "codes"),
    [
        ("survey", ["2.15a"]),
        ("focus_group", ["2.15b"]),
        ("enquiry", ["2.15c"]),
        ("mystery_shopping", ["2.15d"]),
        ("other", []),
    ],
)
def test_a_record_supports_the_section_of_its_method_unless_it_names_others(method, codes):
    cast = make_cast()
    own = record_evidence(lio=cast.peak, by=cast.officer, **content(method=method))
    assert own.criteria == codes
    named = record_evidence(lio=cast.peak, by=cast.officer, **content(method=method, criteria=["2.22"]))
    assert named.criteria == ["2.22"]


def test_a_form_sent_twice_is_one_record_and_the_first_words_stay():
    cast = make_cast()
    form = uuid4()
    first = record_evidence(lio=cast.peak, by=cast.officer, client_id=form, **content())
    again = record_evidence(lio=cast.peak, by=cast.officer, client_id=form, **content(summary="Other words"))
    assert again == first
    assert Evidence.objects.get().summary == "Nobody rang back."


def test_a_form_of_another_lio_makes_nothing_and_shows_nothing():
    cast = make_cast()
    theirs = factories.make_evidence(lio=cast.vale, by=cast.other_officer)
    with pytest.raises(ForeignForm):
        record_evidence(lio=cast.peak, by=cast.officer, client_id=theirs.client_id, **content())
    assert Evidence.objects.get() == theirs


def test_groups_of_another_lio_are_refused_in_a_new_record_and_in_a_change():
    cast = make_cast()
    with pytest.raises(ValueError, match="its own LIO only"):
        record_evidence(lio=cast.peak, by=cast.officer, lists={"groups": [cast.meadow]}, **content())
    assert not Evidence.objects.exists()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(cast.sunrise,))
    with pytest.raises(ValueError, match="its own LIO only"):
        change_evidence(
            record=record, by=cast.officer, version=1, lists={"groups": [cast.sunrise, cast.meadow]}
        )
    assert list(record.groups.all()) == [cast.sunrise]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (0, -1, "before the first"),
        (1, None, "still to come"),
        (-1, 1, "still to come"),
    ],
)
def test_days_that_contradict_each_other_or_lie_ahead_are_refused(first, last, words):
    cast = make_cast()
    today = timezone.localdate()
    days = {
        "happened_on": today + timedelta(days=first),
        "until": None if last is None else today + timedelta(days=last),
    }
    with pytest.raises(ValueError, match=words):
        record_evidence(lio=cast.peak, by=cast.officer, **content(**days))
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    with pytest.raises(ValueError, match=words):
        change_evidence(record=record, by=cast.officer, version=1, **days)
    assert Evidence.objects.get().version == 1


def test_today_and_a_period_that_ends_today_are_taken():
    cast = make_cast()
    today = timezone.localdate()
    record = record_evidence(
        lio=cast.peak,
        by=cast.officer,
        **content(happened_on=today - timedelta(days=30), until=today),
    )
    assert record.last_day == today
    assert Evidence.objects.within(today, today).get() == record
    assert not Evidence.objects.within(None, today - timedelta(days=31)).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"summary": ""},
        {"until": date(2020, 1, 1)},
        {"state": "reviewed"},
        {"reviewed_at": timezone.now()},
        {"sent_back_why": "Too short"},
        {"sent_back_at": timezone.now()},
    ],
)
def test_the_database_itself_refuses_facts_that_do_not_fit_together(wrong):
    cast = make_cast()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_evidence(lio=cast.peak, by=cast.officer, **wrong)


def test_the_trail_says_that_a_record_changed_and_nothing_that_was_told():
    cast = make_cast()
    free = {
        "summary": f"{MARKER} one",
        "needed_instead": f"{MARKER} two",
        "who_affected": f"{MARKER} three",
    }
    record = record_evidence(
        lio=cast.peak,
        by=cast.officer,
        lists={"communities": Community.objects.filter(label="Roma")},
        **content(**free),
    )
    record = change_evidence(
        record=record, by=cast.officer, version=1, summary=f"{MARKER} four", people_affected=4321
    )
    send_back(record=record, by=colleague_of(cast), version=record.version, why=f"{MARKER} five")
    entries = LogEntry.objects.get_for_object(record)
    assert entries.count() >= 3
    kept = " ".join(f"{entry.changes}{entry.additional_data}{entry.object_repr}" for entry in entries)
    assert "summary" in kept
    for secret in (MARKER, "4321", "Roma"):
        assert secret not in kept


# A change


def test_a_change_is_kept_with_its_writer_and_makes_a_draft_of_a_reviewed_record():
    cast = make_cast()
    colleague = colleague_of(cast)
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, reviewed_by=colleague)
    changed = change_evidence(
        record=record,
        by=colleague,
        version=1,
        summary="The letter came twice.",
        lists={"districts": District.objects.filter(name="Chesterfield")},
    )
    assert (changed.state, changed.reviewed_by, changed.reviewed_at) == ("draft", None, None)
    assert (changed.created_by, changed.changed_by, changed.version) == (cast.officer, colleague, 2)
    assert [str(place) for place in changed.districts.all()] == ["Chesterfield"]


def test_another_list_alone_is_a_change_too():
    cast = make_cast()
    record = factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=colleague_of(cast), barriers=("Cost",)
    )
    changed = change_evidence(record=record, by=cast.officer, version=1, lists={"barriers": []})
    assert (changed.version, changed.state, changed.barriers.count()) == (2, "draft", 0)


def test_saving_what_is_stored_leaves_a_reviewed_record_reviewed():
    cast = make_cast()
    record = factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=colleague_of(cast), barriers=("Cost",)
    )
    same = change_evidence(
        record=record,
        by=cast.officer,
        version=0,
        summary=record.summary,
        lists={"barriers": record.barriers.all()},
    )
    assert (same.version, same.state) == (1, "reviewed")


def test_a_stale_change_changes_nothing_and_hands_back_what_is_stored():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    change_evidence(record=record, by=colleague_of(cast), version=1, summary="Theirs")
    with pytest.raises(StaleRecord) as stale:
        change_evidence(
            record=record,
            by=cast.officer,
            version=1,
            summary="Mine",
            lists={"districts": District.objects.filter(name="Chesterfield")},
        )
    assert stale.value.current.summary == "Theirs"
    record.refresh_from_db()
    assert (record.summary, record.version, record.districts.count()) == ("Theirs", 2, 0)


def test_emptied_sections_become_those_of_the_method_again():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, criteria=["2.22"])
    assert change_evidence(record=record, by=cast.officer, version=1, criteria=[]).criteria == ["2.15c"]
    changed = change_evidence(record=record, by=cast.officer, version=2, criteria=[], method="survey")
    assert changed.criteria == ["2.15a"]


def test_a_change_clears_the_reason_it_was_sent_back_for():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    send_back(record=record, by=colleague_of(cast), version=1, why="Which office?")
    mended = change_evidence(record=record, by=cast.officer, version=2, summary="The office in Buxton.")
    assert (mended.sent_back_at, mended.sent_back_by, mended.sent_back_why) == (None, None, "")


def test_a_record_sent_back_waits_for_review_again_when_its_writer_saves_it_as_it_is():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    send_back(record=record, by=colleague_of(cast), version=1, why="Who said the quote?")
    # An old window that was open all the time decides nothing.
    same = change_evidence(record=record, by=cast.officer, version=1, summary=record.summary)
    assert same.sent_back_why == "Who said the quote?"
    same = change_evidence(record=record, by=cast.officer, version=2, summary=record.summary)
    assert (same.sent_back_at, same.version) == (None, 3)


# Deleting


def test_a_draft_goes_with_its_quotes_and_a_second_time_does_nothing():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    factories.make_quote(record=record, by=cast.officer, uses="brief")
    delete_draft(record=record, by=cast.officer)
    assert not Evidence.objects.exists() and not Quote.objects.exists()
    delete_draft(record=Evidence(pk=987654), by=cast.officer)


def test_a_reviewed_record_is_not_deleted_though_it_was_a_draft_when_the_page_was_read():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    review(record=record, by=colleague_of(cast), version=1)
    with pytest.raises(ValueError, match="reviewed"):
        delete_draft(record=record, by=cast.officer)
    assert Evidence.objects.exists()


# Likely duplicates


def test_much_the_same_words_about_the_same_service_in_the_same_fortnight_are_pointed_out():
    cast = make_cast()
    today = timezone.localdate()
    words = "A mother waited six weeks for an interpreter at the dentist and went home without treatment."

    def about(text: str = words, days: int = 30, lio=cast.peak, **fields) -> Evidence:
        return factories.make_evidence(
            lio=lio,
            by=cast.officer,
            summary=text,
            happened_on=today - timedelta(days=days),
            service=fields.pop("service", "Housing"),
            **fields,
        )

    record = about()
    alike = about("At the dentist a mother waited six weeks for an interpreter and went home untreated.", 44)
    about("The bus stops at five, and the clinic opens at six.")
    about(days=45)
    about(service="Transport")
    theirs = about(lio=cast.vale)
    assert likely_duplicates(record, cast.officer) == [alike]
    assert set(likely_duplicates(record, cast.manager)) == {alike, theirs}


def test_at_most_five_likely_duplicates_are_shown_the_most_alike_first():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, summary="The lift was out of order.")
    for number in range(6):
        factories.make_evidence(lio=cast.peak, by=cast.officer, summary=f"A lift was out of order {number}")
    same = factories.make_evidence(lio=cast.peak, by=cast.officer, summary="The lift was out of order.")
    found = likely_duplicates(record, cast.officer)
    assert len(found) == 5 and found[0] == same


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_in_parallel_makes_one_record():
    cast, form = make_cast(), uuid4()
    fields, lists = content(), {"groups": [cast.sunrise]}
    made = together(
        *[
            lambda: record_evidence(lio=cast.peak, by=cast.officer, client_id=form, lists=lists, **fields).pk
            for _ in range(10)
        ]
    )
    assert made == [Evidence.objects.get().pk] * 10
    assert list(Evidence.objects.get().groups.all()) == [cast.sunrise]


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_stored_and_the_other_is_told():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    outcomes = together(
        *[
            lambda words=words: change_evidence(record=record, by=cast.officer, version=1, summary=words)
            for words in ("One", "Two")
        ]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Evidence", "StaleRecord"]
    assert Evidence.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_a_change_and_a_review_at_once_never_leave_unread_words_reviewed():
    cast = make_cast()
    colleague = colleague_of(cast)
    for _ in range(5):
        record = factories.make_evidence(lio=cast.peak, by=cast.officer)
        together(
            lambda record=record: change_evidence(record=record, by=cast.officer, version=1, summary="New"),
            lambda record=record: review(record=record, by=colleague, version=1),
        )
        record.refresh_from_db()
        assert record.summary != "New" or record.state == "draft"
