"""Consent to use a quote: an answer that names its uses, a withdrawal that holds at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence import consent as consent_module
from evidence.consent import AnotherAnswer, ConsentGone, note_consent, withdraw_consent
from evidence.models import QuoteConsent
from evidence.quotes import change_quote, delete_quote
from tests import factories
from tests.cast import make_cast
from tests.evidence.quote_acts import USES, agreed, allowed, quote_of, told_from_now
from tests.evidence.test_recording import colleague_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch) -> list[tuple[int, str]]:
    return told_from_now(monkeypatch)


def test_a_quote_nobody_was_asked_about_is_used_nowhere():
    assert allowed(quote_of(make_cast())) == []


@pytest.mark.parametrize("use", USES)
def test_consent_allows_what_it_names_and_nothing_else(use):
    assert allowed(quote_of(make_cast(), uses=use)) == [use]


def test_consent_allows_nothing_while_the_record_is_a_draft():
    cast = make_cast()
    draft = factories.make_evidence(lio=cast.peak, by=cast.officer)
    assert allowed(factories.make_quote(record=draft, by=cast.officer, uses="brief report portfolio")) == []


def test_a_refusal_after_an_agreement_ends_it(told):
    cast = make_cast()
    quote = quote_of(cast, uses="brief report")
    consent = note_consent(quote=quote, by=cast.officer, asked_on=timezone.localdate(), was_given=False)
    assert not consent.was_given and allowed(quote) == []
    assert told == [(quote.pk, "Olive Officer")]
    assert quote.consents.count() == 2


def test_a_refusal_with_uses_ticked_allows_nothing():
    cast = make_cast()
    quote = quote_of(cast)
    note_consent(
        quote=quote, by=cast.officer, asked_on=timezone.localdate(), was_given=False, for_briefs=True
    )
    assert allowed(quote) == []


def test_a_narrower_agreement_takes_the_rest_back_and_a_wider_one_tells_nobody(told):
    cast = make_cast()
    quote = quote_of(cast, uses="brief report")
    agreed(quote, cast.officer, for_portfolio=True, for_reports=True)
    assert allowed(quote) == list(USES) and told == []
    agreed(quote, cast.officer)
    assert allowed(quote) == ["brief"] and told == [(quote.pk, "Olive Officer")]


def test_withdrawing_takes_every_use_and_tells_once(told):
    cast = make_cast()
    quote, colleague = quote_of(cast, uses="brief report portfolio"), colleague_of(cast, "Petra Third")
    withdrawn = withdraw_consent(quote=quote, by=colleague)
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_on) == (colleague, timezone.localdate())
    assert allowed(quote) == []
    withdraw_consent(quote=quote, by=cast.officer)
    assert told == [(quote.pk, "Petra Third")]
    assert QuoteConsent.objects.get().withdrawn_by == colleague
    assert LogEntry.objects.filter(additional_data__act="consent withdrawn").count() == 1


def test_there_is_nothing_to_withdraw_where_nobody_agreed():
    cast = make_cast()
    quote = quote_of(cast)
    with pytest.raises(ConsentGone):
        withdraw_consent(quote=quote, by=cast.officer)
    note_consent(quote=quote, by=cast.officer, asked_on=timezone.localdate(), was_given=False)
    with pytest.raises(ConsentGone):
        withdraw_consent(quote=quote, by=cast.officer)


def test_somebody_who_withdrew_can_agree_anew():
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    withdraw_consent(quote=quote, by=cast.officer)
    agreed(quote, cast.officer, for_briefs=False, for_reports=True)
    assert allowed(quote) == ["report"]


def test_an_agreement_names_a_use_and_a_day_that_has_been():
    cast = make_cast()
    quote = quote_of(cast)
    with pytest.raises(ValueError, match="what the quote may be used for"):
        agreed(quote, cast.officer, for_briefs=False)
    with pytest.raises(ValueError, match="still to come"):
        agreed(quote, cast.officer, asked_on=timezone.localdate() + timedelta(days=1))
    assert not QuoteConsent.objects.exists()


def test_the_same_answer_sent_twice_is_one_and_another_under_its_id_is_refused():
    cast = make_cast()
    quote, form = quote_of(cast), uuid4()
    first = agreed(quote, cast.officer, client_id=form)
    assert agreed(quote, cast.officer, client_id=form) == first
    with pytest.raises(AnotherAnswer):
        note_consent(
            quote=quote, by=cast.officer, asked_on=timezone.localdate(), was_given=False, client_id=form
        )
    with pytest.raises(AnotherAnswer):
        agreed(quote_of(cast), cast.officer, client_id=form)
    assert QuoteConsent.objects.get() == first


@pytest.mark.parametrize(
    "wrong",
    [
        {"was_given": True},
        {"was_given": False, "for_briefs": True},
        {"was_given": True, "for_briefs": True, "withdrawn_on": timezone.localdate()},
        {"was_given": True, "for_briefs": True, "asked_by": None},
    ],
)
def test_the_database_itself_refuses_a_consent_that_does_not_fit_together(wrong):
    cast = make_cast()
    quote = quote_of(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteConsent.objects.create(
            **{"quote": quote, "asked_by": cast.officer, "asked_on": timezone.localdate(), **wrong}
        )


def test_what_a_withdrawal_sets_off_fails_or_holds_together_with_it(monkeypatch):
    cast = make_cast()
    quote = quote_of(cast, uses="brief")

    def fail(quote, by) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(consent_module, "on_less_allowed", [fail])
    for act in (
        lambda: withdraw_consent(quote=quote, by=cast.officer),
        lambda: delete_quote(quote=quote, by=cast.officer),
        lambda: change_quote(quote=quote, by=cast.officer, version=1, text="Other", speaker=""),
    ):
        with pytest.raises(RuntimeError):
            act()
    quote.refresh_from_db()
    assert (quote.text, allowed(quote)) == ("Nobody could read it to me.", ["brief"])
    assert QuoteConsent.objects.get().withdrawn_on is None
