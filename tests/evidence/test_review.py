"""Review: a second person of the LIO lets a draft count or sends it back, once, and only as it was read."""

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.models import Evidence
from evidence.recording import (
    NotReviewable,
    StaleRecord,
    change_evidence,
    review,
    send_back,
    to_review,
    why_not_reviewable,
)
from groups.models import Contact, Membership, User
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_recording import colleague_of, together

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="groups.sign_in.PortalBackend")
    return client


def draft_of(cast: Cast, **fields) -> Evidence:
    return factories.make_evidence(lio=cast.peak, by=cast.officer, **fields)


def at(record: Evidence) -> str:
    return reverse("evidence_review", args=[record.pk])


# Who may


def test_a_colleague_reviews_and_the_record_counts_from_then_on():
    cast = make_cast()
    record, colleague = draft_of(cast), colleague_of(cast)
    assert not Evidence.objects.reviewed().exists()
    reviewed = review(record=record, by=colleague, version=1)
    assert (reviewed.state, reviewed.reviewed_by, reviewed.version) == ("reviewed", colleague, 2)
    assert Evidence.objects.reviewed().get() == record
    entry = LogEntry.objects.get(additional_data__act="evidence reviewed")
    assert entry.actor == colleague


@pytest.mark.parametrize("who", ["officer", "other_officer", "manager", "lead", "administrator"])
def test_neither_the_writer_nor_anybody_outside_the_lio_reviews(who):
    cast = make_cast()
    record, person = draft_of(cast), getattr(cast, who)
    assert why_not_reviewable(record, person)
    with pytest.raises(NotReviewable):
        review(record=record, by=person, version=1)
    with pytest.raises(NotReviewable):
        send_back(record=record, by=person, version=1, why="Because")
    record.refresh_from_db()
    assert (record.state, record.sent_back_at) == ("draft", None)


def test_whoever_changed_a_record_last_does_not_review_it_though_another_wrote_it():
    cast = make_cast()
    colleague = colleague_of(cast)
    record = change_evidence(record=draft_of(cast), by=colleague, version=1, summary="Other words")
    with pytest.raises(NotReviewable, match="wrote or changed"):
        review(record=record, by=colleague, version=2)
    # Nor the writer, who hasn't read it as a second person either.
    with pytest.raises(NotReviewable):
        review(record=record, by=cast.officer, version=2)
    assert review(record=record, by=colleague_of(cast, "Petra Third"), version=2).is_reviewed


def test_an_officer_who_is_a_manager_too_reviews_only_in_their_own_lio():
    cast = make_cast()
    both = colleague_of(cast, "Bella Both")
    Membership.objects.create(user=both, role=Membership.Role.MANAGER)
    theirs = factories.make_evidence(lio=cast.vale, by=cast.other_officer)
    with pytest.raises(NotReviewable, match="own LIO"):
        review(record=theirs, by=both, version=1)
    assert review(record=draft_of(cast), by=both, version=1).is_reviewed


def test_a_reviewed_record_is_not_reviewed_by_a_third_person():
    cast = make_cast()
    record = draft_of(cast, reviewed_by=colleague_of(cast))
    with pytest.raises(NotReviewable, match="already"):
        review(record=record, by=colleague_of(cast, "Petra Third"), version=1)


# What was read


def test_a_review_sent_twice_changes_nothing():
    cast = make_cast()
    record, colleague = draft_of(cast), colleague_of(cast)
    first = review(record=record, by=colleague, version=1)
    again = review(record=record, by=colleague, version=1)
    assert (again.reviewed_at, again.version) == (first.reviewed_at, 2)
    assert LogEntry.objects.filter(additional_data__act="evidence reviewed").count() == 1


def test_words_that_were_not_read_are_not_reviewed():
    cast = make_cast()
    record, colleague = draft_of(cast), colleague_of(cast)
    change_evidence(record=record, by=cast.officer, version=1, summary="Changed meanwhile")
    with pytest.raises(StaleRecord):
        review(record=record, by=colleague, version=1)
    with pytest.raises(StaleRecord):
        send_back(record=record, by=colleague, version=1, why="Which office?")
    record.refresh_from_db()
    assert (record.state, record.sent_back_at) == ("draft", None)


def test_sending_back_needs_a_reason_and_leaves_a_trace_without_it():
    cast = make_cast()
    record, colleague = draft_of(cast), colleague_of(cast)
    with pytest.raises(ValueError, match="Say what is missing"):
        send_back(record=record, by=colleague, version=1, why=" \n")
    sent = send_back(record=record, by=colleague, version=1, why=" Which office, SECRET? ")
    assert (sent.state, sent.sent_back_by, sent.sent_back_why) == (
        "draft",
        colleague,
        "Which office, SECRET?",
    )
    assert LogEntry.objects.filter(additional_data__act="evidence sent back").exists()
    assert not any("SECRET" in f"{entry.changes}{entry.additional_data}" for entry in LogEntry.objects.all())


def test_a_reviewed_record_is_not_sent_back():
    cast = make_cast()
    record = draft_of(cast, reviewed_by=colleague_of(cast))
    with pytest.raises(NotReviewable, match="already"):
        send_back(record=record, by=colleague_of(cast, "Petra Third"), version=1, why="Because")


def test_a_record_that_was_sent_back_can_be_found_right_after_all():
    cast = make_cast()
    record, colleague = draft_of(cast), colleague_of(cast)
    send_back(record=record, by=colleague, version=1, why="Which office?")
    reviewed = review(record=record, by=colleague, version=2)
    assert (reviewed.state, reviewed.sent_back_why, reviewed.sent_back_at) == ("reviewed", "", None)


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told():
    cast = make_cast()
    record = draft_of(cast)
    people = [colleague_of(cast), colleague_of(cast, "Petra Third")]
    outcomes = together(
        *[lambda person=person: review(record=record, by=person, version=1) for person in people]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Evidence", "NotReviewable"]
    record.refresh_from_db()
    decided = next(outcome for outcome in outcomes if isinstance(outcome, Evidence))
    assert (record.reviewed_by, record.version) == (decided.reviewed_by, 2)
    assert LogEntry.objects.filter(additional_data__act="evidence reviewed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_record_is_never_both_reviewed_and_sent_back():
    cast = make_cast()
    people = [colleague_of(cast), colleague_of(cast, "Petra Third")]
    for _ in range(3):
        record = draft_of(cast)
        outcomes = together(
            lambda record=record: review(record=record, by=people[0], version=1),
            lambda record=record: send_back(record=record, by=people[1], version=1, why="Which office?"),
        )
        record.refresh_from_db()
        assert sum(isinstance(outcome, Evidence) for outcome in outcomes) == 1
        assert record.is_reviewed == (record.sent_back_at is None)


# The list


def test_the_list_holds_colleagues_drafts_oldest_first_and_ones_own_that_came_back():
    cast = make_cast()
    colleague = colleague_of(cast)
    first = factories.make_evidence(lio=cast.peak, by=colleague, summary="First of all")
    second = factories.make_evidence(lio=cast.peak, by=colleague, summary="Second of all")
    own = draft_of(cast, summary="My own draft")
    returned = draft_of(cast, summary="Came back to me")
    send_back(record=returned, by=colleague, version=1, why="Which office?")
    sent = factories.make_evidence(lio=cast.peak, by=colleague, summary="Sent back already")
    send_back(record=sent, by=cast.officer, version=1, why="Say more")
    factories.make_evidence(lio=cast.peak, by=colleague, reviewed_by=cast.officer, summary="Done already")
    factories.make_evidence(lio=cast.vale, by=cast.other_officer, summary="Of another LIO")
    assert set(to_review(cast.officer)) == {first, second}
    page = cast.client("officer").get(reverse("evidence_review_list")).content.decode()
    assert page.index("Came back to me") < page.index("First of all") < page.index("Second of all")
    assert "Which office?" in page and at(first) in page and at(own) not in page
    for words in ("My own draft", "Sent back already", "Done already", "Of another LIO"):
        assert words not in page
    assert "1 of your own drafts waits for a colleague" in page


def test_nobody_is_asked_to_review_what_they_wrote_or_changed_themselves():
    cast = make_cast()
    colleague = colleague_of(cast)
    mine_changed = change_evidence(record=draft_of(cast), by=colleague, version=1, summary="Changed by Colin")
    theirs = factories.make_evidence(lio=cast.peak, by=colleague)
    theirs_changed = change_evidence(record=theirs, by=cast.officer, version=1, summary="Changed by Olive")
    imported = draft_of(cast)
    Evidence.objects.filter(pk=imported.pk).update(created_by=None, changed_by=None, imported=True)
    assert set(to_review(cast.officer)) == set(to_review(colleague)) == {imported}
    third = colleague_of(cast, "Petra Third")
    assert set(to_review(third)) == {mine_changed, theirs_changed, imported}
    assert not to_review(cast.other_officer).exists() and not to_review(cast.manager).exists()


def test_an_empty_list_says_what_comes_there():
    cast = make_cast()
    page = cast.client("officer").get(reverse("evidence_review_list")).content.decode()
    assert "Nothing waits for you" in page and "You can’t review your own" in page


def test_the_list_and_the_page_take_as_many_queries_for_three_drafts_as_for_one():
    cast = make_cast()
    colleague, client = colleague_of(cast), cast.client("officer")
    client.get(reverse("evidence_review_list"))

    def add_and_count() -> list[int]:
        record = factories.make_evidence(lio=cast.peak, by=colleague, districts=("Chesterfield",))
        factories.make_quote(record=record, by=colleague, uses="brief")
        send_back(record=draft_of(cast), by=colleague, version=1, why="Which office?")
        counts = []
        for address in (reverse("evidence_review_list"), at(record)):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        return counts

    one = add_and_count()
    add_and_count()
    assert add_and_count() == one
    assert max(one) <= 20


# The page


def test_the_page_shows_all_that_is_to_be_judged_and_one_button_lets_it_count():
    cast = make_cast()
    record = draft_of(cast, summary="Nobody rang <b>back</b>.", needed_instead="A call within a day.")
    factories.make_quote(record=record, by=cast.officer, text="I <i>waited</i>.")
    client = client_of(colleague_of(cast))
    page = client.get(at(record)).content.decode()
    for words in ("Nobody rang &lt;b&gt;back&lt;/b&gt;.", "A call within a day.", "I &lt;i&gt;waited"):
        assert words in page
    answer = client.post(at(record), {"verdict": "fine", "version": 1}, follow=True)
    assert "Reviewed: the record counts from now on." in answer.content.decode()
    record.refresh_from_db()
    assert record.is_reviewed
    # The Back button, and the button once more.
    for again in (client.get(at(record)), client.post(at(record), {"verdict": "fine", "version": 1})):
        assert again["Location"] == reverse("evidence_detail", args=[record.pk])
    record.refresh_from_db()
    assert record.version == 2


def test_the_page_sends_back_with_words_and_asks_for_them_where_there_are_none():
    cast = make_cast()
    record, client = draft_of(cast), client_of(colleague_of(cast))
    answer = client.post(at(record), {"verdict": "back", "version": 1, "why": " "})
    assert answer.status_code == 422 and "Say what is missing" in answer.content.decode()
    record.refresh_from_db()
    assert record.sent_back_at is None
    client.post(at(record), {"verdict": "back", "version": 1, "why": "Which <u>office</u>?"})
    page = cast.client("officer").get(reverse("evidence_detail", args=[record.pk])).content.decode()
    assert "Sent back by Colin Colleague" in page and "Which &lt;u&gt;office&lt;/u&gt;?" in page
    form = cast.client("officer").get(reverse("evidence_edit", args=[record.pk])).content.decode()
    assert "Which &lt;u&gt;office&lt;/u&gt;?" in form


@pytest.mark.parametrize("verdict", ["fine", "back"])
def test_a_verdict_on_an_older_version_shows_the_new_one_and_keeps_the_reason(verdict):
    cast = make_cast()
    record, client = draft_of(cast), client_of(colleague_of(cast))
    change_evidence(record=record, by=cast.officer, version=1, summary="Changed meanwhile")
    answer = client.post(at(record), {"verdict": verdict, "version": 1, "why": "Which office?"})
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("changed while you were reading", "Changed meanwhile", "Which office?"):
        assert words in page
    assert 'name="version" value="2"' in page
    record.refresh_from_db()
    assert (record.state, record.sent_back_at) == ("draft", None)


@pytest.mark.parametrize("version", ["", "x", "-1", "٣", "9" * 40])
def test_a_version_that_is_none_reviews_nothing(version):
    cast = make_cast()
    record = draft_of(cast)
    answer = client_of(colleague_of(cast)).post(at(record), {"verdict": "fine", "version": version})
    assert answer.status_code == 409
    record.refresh_from_db()
    assert not record.is_reviewed


def test_ones_own_record_and_one_reviewed_by_another_say_why_there_is_nothing_to_decide():
    cast = make_cast()
    record = draft_of(cast)
    own = cast.client("officer").post(at(record), {"verdict": "fine", "version": 1})
    assert own.status_code == 403 and "a colleague reviews it" in own.content.decode()
    review(record=record, by=colleague_of(cast), version=1)
    third = client_of(colleague_of(cast, "Petra Third")).get(at(record))
    assert third.status_code == 403 and "reviewed already" in third.content.decode()


def test_a_manager_sees_no_button_and_may_not_review():
    cast = make_cast()
    record = draft_of(cast)
    page = cast.client("manager").get(reverse("evidence_detail", args=[record.pk])).content.decode()
    assert at(record) not in page
    assert cast.client("manager").post(at(record), {"verdict": "fine", "version": 1}).status_code == 403
    assert not Evidence.objects.reviewed().exists()


def test_words_that_could_tell_who_is_meant_are_pointed_out_to_the_reviewer():
    cast = make_cast()
    provider = factories.make_organisation(name="Royal Dovewell Clinic", is_provider=True)
    Contact.objects.create(group=cast.sunrise, name="Parveen Akhtar")
    told = factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        groups=(cast.sunrise,),
        provider=provider,
        summary="The Royal Dovewell Clinic rang Parveen on 07700 900123 and hung up.",
        needed_instead="A letter to 12 Mill Lane.",
    )
    page = client_of(colleague_of(cast)).get(at(told))
    assert page.context["telling"] == ["Parveen", "07700 900123", "12 Mill Lane"]
    assert "Could this tell who is meant?" in page.content.decode()
    plain = factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        groups=(cast.sunrise,),
        provider=provider,
        summary="The Royal Dovewell Clinic rang a mother once and hung up.",
    )
    page = client_of(colleague_of(cast)).get(at(plain))
    assert page.context["telling"] == [] and "Could this tell" not in page.content.decode()
