"""Quotes: what one needs, what ends its consent, and the same one from two sides at the same moment."""

from uuid import uuid4

import pytest
from auditlog.models import LogEntry

from evidence.consent import withdraw_consent
from evidence.models import Quote, QuoteConsent
from evidence.quotes import ForeignForm, StaleQuote, add_quote, change_quote, delete_quote
from evidence.recording import delete_draft, review
from tests import factories
from tests.cast import make_cast
from tests.evidence.quote_acts import agreed, allowed, quote_of, reviewed_record, told_from_now
from tests.evidence.test_recording import MARKER, colleague_of, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch) -> list[tuple[int, str]]:
    return told_from_now(monkeypatch)


# Quotes


def test_a_quote_needs_words_and_a_source():
    cast = make_cast()
    with pytest.raises(ValueError, match="what was said"):
        add_quote(by=cast.officer, text=" \n", record=reviewed_record(cast))
    with pytest.raises(ValueError, match="belongs to"):
        add_quote(by=cast.officer, text="I waited.")
    assert not Quote.objects.exists()


def test_a_quote_sent_twice_is_one_and_its_form_makes_none_elsewhere():
    cast = make_cast()
    record, form = reviewed_record(cast), uuid4()
    first = add_quote(by=cast.officer, text=" I waited. ", record=record, client_id=form)
    assert add_quote(by=cast.officer, text="Other", record=record, client_id=form) == first
    with pytest.raises(ForeignForm):
        add_quote(by=cast.officer, text="Other", record=reviewed_record(cast), client_id=form)
    assert Quote.objects.get().text == "I waited."


def test_other_words_end_the_consent_and_another_speaker_or_spaces_do_not(told):
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    change_quote(quote=quote, by=cast.officer, version=1, text=f" {quote.text} ", speaker="A mother")
    quote.refresh_from_db()
    assert quote.for_briefs and told == []
    change_quote(quote=quote, by=cast.officer, version=2, text="I never said that.", speaker="A mother")
    assert allowed(quote) == [] and told == [(quote.pk, "Olive Officer")]
    assert QuoteConsent.objects.get().withdrawn_by == cast.officer
    quote.refresh_from_db()
    assert (quote.for_briefs, quote.text, quote.version) == (False, "I never said that.", 3)


def test_a_quote_that_no_colleague_has_read_makes_the_record_a_draft_again():
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    colleague = colleague_of(cast, "Petra")
    record = quote.record
    assert record is not None and record.is_reviewed
    change_quote(quote=quote, by=cast.officer, version=1, text=quote.text, speaker="Somebody else")
    record.refresh_from_db()
    assert not record.is_reviewed and allowed(quote) == []
    review(record=record, by=colleague, version=record.version)
    assert allowed(quote) == ["brief"]
    record.refresh_from_db()
    add_quote(by=colleague, record=record, text="Another voice")
    record.refresh_from_db()
    assert not record.is_reviewed and record.changed_by == colleague


def test_a_stale_change_of_a_quote_changes_nothing_and_the_same_words_are_no_change():
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    change_quote(quote=quote, by=cast.officer, version=1, text=quote.text, speaker="Theirs")
    with pytest.raises(StaleQuote) as stale:
        change_quote(quote=quote, by=cast.officer, version=1, text="Mine", speaker="")
    assert stale.value.current.speaker == "Theirs"
    quote.refresh_from_db()
    assert quote.for_briefs
    same = change_quote(quote=quote, by=cast.officer, version=0, text=quote.text, speaker="Theirs")
    assert same.version == 2


def test_a_deleted_quote_withdraws_what_was_made_of_it_and_a_deleted_draft_does_so_for_each(told):
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    delete_quote(quote=quote, by=cast.officer)
    delete_quote(quote=quote, by=cast.officer)
    assert told == [(quote.pk, "Olive Officer")] and not QuoteConsent.objects.exists()
    told.clear()
    draft = factories.make_evidence(lio=cast.peak, by=cast.officer)
    quotes = [factories.make_quote(record=draft, by=cast.officer, uses="brief") for _ in range(2)]
    delete_draft(record=draft, by=cast.officer)
    assert sorted(told) == [(gone.pk, "Olive Officer") for gone in quotes] and not Quote.objects.exists()


def test_the_trail_never_holds_what_was_said_or_by_whom():
    cast = make_cast()
    quote = add_quote(
        by=cast.officer, text=f"{MARKER} a", speaker=f"{MARKER} b", record=reviewed_record(cast)
    )
    agreed(quote, cast.officer)
    change_quote(quote=quote, by=cast.officer, version=1, text=f"{MARKER} c", speaker=f"{MARKER} d")
    delete_quote(quote=quote, by=cast.officer)
    entries = LogEntry.objects.all()
    assert entries.filter(content_type__model="quote").count() >= 3
    assert not any(
        MARKER in f"{entry.changes}{entry.additional_data}{entry.object_repr}" for entry in entries
    )


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_one_quote_form_and_one_answer_ten_times_in_parallel_make_one_of_each():
    cast = make_cast()
    record, form, asked = reviewed_record(cast), uuid4(), uuid4()
    made = together(
        *[
            lambda: add_quote(by=cast.officer, text="I waited.", record=record, client_id=form).pk
            for _ in range(10)
        ]
    )
    quote = Quote.objects.get()
    assert made == [quote.pk] * 10
    noted = together(*[lambda: agreed(quote, cast.officer, client_id=asked).pk for _ in range(10)])
    assert noted == [QuoteConsent.objects.get().pk] * 10


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_other_words_at_once_leave_nothing_allowed(told):
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    outcomes = together(
        lambda: withdraw_consent(quote=quote, by=cast.officer),
        lambda: change_quote(quote=quote, by=cast.officer, version=1, text="Other words", speaker=""),
    )
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    assert allowed(quote) == [] and len(told) == 1
    assert Quote.objects.get().text == "Other words"


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_of_a_quote_at_once_one_is_stored_and_the_other_is_told():
    cast = make_cast()
    quote = quote_of(cast)
    outcomes = together(
        *[
            lambda words=words: change_quote(quote=quote, by=cast.officer, version=1, text=words, speaker="")
            for words in ("One", "Two")
        ]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Quote", "StaleQuote"]
