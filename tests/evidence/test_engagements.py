"""What is done with contact: one record a form, no contradictions, nobody's words lost, reminders in time."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence import versioned
from evidence.engagements import (
    OWN,
    REMIND_DAYS,
    change_engagement,
    clock_of,
    faults,
    note_engagement,
    reminders,
)
from evidence.models import Engagement
from evidence.request_clock import due_on
from groups.models import CommunityGroup
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 1)
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def note(cast: Cast, kind: str = "dialogue", **fields) -> Engagement:
    given = {
        "lio": cast.peak,
        "groups": [cast.sunrise],
        "client_id": uuid4(),
        "organisation": factories.make_organisation(is_commissioner=True),
        "subject": "Interpreters",
        **({} if kind == "consultation" else {"happened_on": days_ago(10)}),
        **fields,
    }
    return note_engagement(kind=kind, by=cast.officer, **given)


def test_a_talk_is_noted_with_its_groups_and_author(cast):
    made = note(cast, groups=[cast.sunrise, cast.harbour], outcome="change_made")
    assert set(made.groups.all()) == {cast.sunrise, cast.harbour}
    assert (made.lio, made.created_by, made.due_on) == (cast.peak, cast.officer, None)


def test_a_request_gets_its_day_and_more_time_moves_it(cast):
    made = note(cast, "request", happened_on=date(2026, 2, 12))
    assert made.due_on == date(2026, 3, 12)
    fields = {name: getattr(made, name) for name in ("organisation", "subject", "happened_on")}
    changed = change_engagement(
        engagement=made, by=cast.officer, version=1, groups=[cast.sunrise], more_time=True, **fields
    )
    assert (changed.due_on, changed.version) == (date(2026, 4, 13), 2)


@pytest.mark.parametrize(
    ("days", "listed"),
    [
        ({"opens_on": date(2026, 1, 5)}, date(2026, 1, 5)),
        ({"opens_on": date(2026, 1, 5), "closes_on": date(2030, 2, 1)}, date(2030, 2, 1)),
        (
            {"opens_on": date(2026, 1, 5), "closes_on": date(2026, 2, 1), "responded_on": date(2026, 1, 20)},
            date(2026, 1, 20),
        ),
    ],
)
def test_a_consultation_stands_under_its_response_else_its_end_else_its_beginning(cast, days, listed):
    assert note(cast, "consultation", **days).happened_on == listed


def test_the_same_form_makes_one_record_and_a_strangers_form_none(cast):
    form = uuid4()
    first = note(cast, client_id=form)
    assert note(cast, client_id=form, subject="Typed anew") == first
    with pytest.raises(versioned.ForeignForm):
        note(cast, lio=cast.vale, groups=[cast.meadow], client_id=form)
    assert Engagement.objects.count() == 1


def test_a_form_sent_twice_at_once_makes_one_record(cast, monkeypatch):
    """Both have looked before either has written: the database decides, and the second gets the first's."""
    form = uuid4()
    first = note(cast, client_id=form)
    answers = iter([None, first])
    monkeypatch.setattr(versioned, "made_before", lambda *args: next(answers))
    assert note(cast, client_id=form) == first
    assert Engagement.objects.count() == 1


def test_another_fault_of_the_database_is_not_taken_for_a_second_form(cast, monkeypatch):
    form = uuid4()
    note(cast, client_id=form)
    monkeypatch.setattr(versioned, "made_before", lambda *args: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        note(cast, client_id=form)


def test_groups_are_of_one_lio_and_at_least_one(cast):
    for groups, words in (([], "at least one"), ([cast.sunrise, cast.meadow], "one LIO only")):
        with pytest.raises(ValueError, match=words):
            note(cast, groups=groups)
    assert not Engagement.objects.exists()


def test_a_stale_change_is_refused_and_the_same_again_is_none(cast):
    made = note(cast)
    fields = {"organisation": made.organisation, "happened_on": made.happened_on, "groups": [cast.sunrise]}

    def change(version: int, subject: str, **more) -> Engagement:
        given = fields | more
        return change_engagement(engagement=made, by=cast.officer, version=version, subject=subject, **given)

    assert change(1, "Theirs").version == 2
    assert change(1, "Theirs").version == 2
    with pytest.raises(versioned.StaleRecord) as stale:
        change(1, "Mine")
    assert stale.value.current.subject == "Theirs"
    assert change(2, "Theirs", groups=[cast.sunrise, cast.harbour]).version == 3
    versioned.delete(made)
    versioned.delete(made)
    with pytest.raises(Engagement.DoesNotExist):
        change(3, "Mine")


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("dialogue", {"happened_on": TODAY + DAY}, "happened_on"),
        ("dialogue", {"outcome": "provided"}, "outcome"),
        ("consultation", {}, "closes_on"),
        ("consultation", {"opens_on": TODAY, "closes_on": TODAY - DAY}, "closes_on"),
        ("consultation", {"opens_on": TODAY, "responded_on": TODAY - DAY}, "responded_on"),
        ("consultation", {"responded_on": TODAY + DAY}, "responded_on"),
        ("request", {"happened_on": TODAY, "answered_on": TODAY - DAY, "outcome": "partly"}, "answered_on"),
        ("request", {"happened_on": TODAY, "answered_on": TODAY}, "outcome"),
        ("request", {"happened_on": TODAY, "answered_on": TODAY, "outcome": "no_answer"}, "outcome"),
        ("request", {"happened_on": TODAY, "outcome": "not_held"}, "answered_on"),
        ("request", {"happened_on": TODAY, "answered_on": TODAY + DAY, "outcome": "partly"}, "answered_on"),
    ],
)  # fmt: skip
def test_contradictions_are_named_at_their_field(kind, fields, field):
    assert list(faults(kind, fields, TODAY)) == [field]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("dialogue", {"happened_on": TODAY, "outcome": "change_made"}),
        ("consultation", {"closes_on": TODAY + timedelta(days=40)}),
        ("request", {"happened_on": TODAY, "answered_on": TODAY, "outcome": "not_held"}),
        ("request", {"happened_on": TODAY, "outcome": "no_answer"}),
        ("forum", {"happened_on": TODAY, "raised": True, "outcome": "taken_on"}),
    ],
)
def test_what_is_in_order_has_no_fault(kind, fields):
    assert faults(kind, fields, TODAY) == {}


def test_a_write_with_a_fault_or_a_field_of_another_kind_is_refused(cast):
    with pytest.raises(ValueError, match="still to come"):
        note(cast, happened_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(ValueError, match="no answered_on"):
        note(cast, answered_on=days_ago(1))
    assert not Engagement.objects.exists()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("dialogue", {"due_on": date(2026, 1, 1)}),
        ("dialogue", {"closes_on": date(2026, 1, 1)}),
        ("dialogue", {"subject": ""}),
        ("request", {"due_on": None}),
        ("request", {"outcome": "provided"}),
        ("request", {"answered_on": date(2020, 1, 1), "outcome": "provided"}),
    ],
)
def test_the_database_itself_refuses_contradictions(cast, kind, fields):
    made = factories.make_engagement(groups=[cast.sunrise], by=cast.officer, kind=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.filter(pk=made.pk).update(**fields)


def test_every_kind_has_fields_and_outcomes_of_its_own():
    assert set(OWN) == set(Engagement.OUTCOMES) == set(Engagement.Kind)
    assert {outcome for some in Engagement.OUTCOMES.values() for outcome in some} == set(
        Engagement.Outcome.values
    )


def test_only_a_request_has_a_clock(cast):
    asked = factories.make_engagement(groups=[cast.sunrise], by=cast.officer, kind="request")
    talk = factories.make_engagement(groups=[cast.sunrise], by=cast.officer)
    assert clock_of(talk, timezone.localdate()) is None
    assert "Answer due by" in clock_of(asked, timezone.localdate()).words
    asked.outcome = "no_answer"
    assert "No answer came" in clock_of(asked, timezone.localdate()).words


# Reminders

GROUPS = CommunityGroup.objects.all()


def waiting(cast: Cast, kind: str, on: date, **fields) -> Engagement:
    made = factories.make_engagement(
        groups=[cast.sunrise], by=cast.officer, kind=kind, **fields,
        **({"closes_on": on} if kind == "consultation" else {}),
    )  # fmt: skip
    if kind == "request":
        Engagement.objects.filter(pk=made.pk).update(due_on=on)
    return made


@pytest.mark.parametrize(
    ("kind", "ahead", "shown"),
    [
        ("request", REMIND_DAYS, True), ("request", REMIND_DAYS + 1, False), ("request", -400, True),
        ("consultation", REMIND_DAYS, True), ("consultation", REMIND_DAYS + 1, False), ("consultation", 0, True),
        ("consultation", -1, False),
    ],
)  # fmt: skip
def test_reminders_come_a_fortnight_before_and_stay_for_late_requests(cast, kind, ahead, shown):
    waiting(cast, kind, TODAY + timedelta(days=ahead))
    assert bool(reminders(GROUPS, TODAY, 10)) is shown


def test_what_is_answered_given_up_or_sent_reminds_no_more(cast):
    waiting(cast, "request", TODAY, answered_on=days_ago(1), outcome="provided")
    waiting(cast, "request", TODAY, outcome="no_answer")
    waiting(cast, "consultation", TODAY, responded_on=date(2026, 8, 1))
    waiting(cast, "consultation", TODAY, outcome="noted")
    factories.make_engagement(groups=[cast.sunrise], by=cast.officer)
    assert reminders(GROUPS, TODAY, 10) == []


def test_reminders_stand_soonest_first_once_for_each_group_and_in_one_query(cast, django_assert_num_queries):
    later = waiting(cast, "request", TODAY + timedelta(days=9))
    waiting(cast, "consultation", TODAY + DAY, subject="Bus routes")
    waiting(cast, "consultation", TODAY, subject="Libraries")
    later.groups.add(cast.harbour)
    with django_assert_num_queries(1):
        found = reminders(GROUPS, TODAY, 10)
    assert [(one.group.name, one.words.split(",")[0]) for one in found] == [
        ("Sunrise", "Closes today"), ("Sunrise", "Closes in 1 day"),
        ("Harbour", "Answer due by 10 September 2026"), ("Sunrise", "Answer due by 10 September 2026"),
    ]  # fmt: skip
    assert len(reminders(GROUPS, TODAY, 2)) == 2
    assert [one.group for one in reminders(GROUPS.filter(pk=cast.harbour.pk), TODAY, 10)] == [cast.harbour]


def test_the_officers_work_reminds_of_their_groups_only(cast):
    today = timezone.localdate()
    asked = today - timedelta(days=25)
    for group, subject in ((cast.sunrise, "Day centre plan"), (cast.meadow, "Secret of Vale")):
        factories.make_engagement(
            groups=[group], by=cast.officer, kind="request", happened_on=asked, subject=subject
        )
    page = cast.client("officer").get("/").content.decode()
    assert "Requests and consultations" in page and "Day centre plan" in page and "Secret of Vale" not in page
    assert due_on(asked).strftime("%-d %B %Y") in page
    assert "Requests and consultations" not in make_quiet(cast)


def make_quiet(cast: Cast) -> str:
    Engagement.objects.all().delete()
    return cast.client("officer").get("/").content.decode()
