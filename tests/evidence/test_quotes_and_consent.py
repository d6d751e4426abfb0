"""Quotes and the consent to use them: masked words, an answer that names its uses, a withdrawal that holds at once."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from evidence import consent as consent_module
from evidence.consent import AnotherAnswer, ConsentGone, note_consent, withdraw_consent
from evidence.models import Brief, Evidence, Quote, QuoteConsent
from evidence.quotes import ForeignForm, StaleQuote, add_quote, change_quote, delete_quote
from evidence.recording import delete_draft, review
from groups.models import Contact
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_recording import MARKER, colleague_of, together

pytestmark = pytest.mark.django_db
USES = ("brief", "report", "portfolio")


def reviewed_record(cast: Cast) -> Evidence:
    return factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=colleague_of(cast), groups=(cast.sunrise,)
    )


def quote_of(cast: Cast, **fields) -> Quote:
    return factories.make_quote(record=reviewed_record(cast), by=cast.officer, **fields)


def allowed(quote: Quote) -> list[str]:
    """The uses in which the quote may appear now."""
    return [use for use in USES if Quote.objects.allowed_in(use).filter(pk=quote.pk).exists()]


def agreed(quote: Quote, by, **more) -> QuoteConsent:
    return note_consent(
        quote=quote,
        by=by,
        **{"asked_on": timezone.localdate(), "was_given": True, "for_briefs": True, **more},
    )


@pytest.fixture
def told(monkeypatch) -> list[tuple[int, str]]:
    """Quotes whose allowed uses shrank, and who did it."""
    calls: list[tuple[int, str]] = []
    monkeypatch.setattr(
        consent_module, "on_less_allowed", [lambda quote, by: calls.append((quote.pk, by.name))]
    )
    return calls


# Consent


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


# The pages


def add_at(record: Evidence) -> str:
    return reverse("quote_add", args=[record.pk])


def at(name: str, quote: Quote) -> str:
    return reverse(name, args=[quote.pk])


WITH_A_NUMBER = "Ring me on 07700 900123, said Mrs Okafor."


def test_a_quote_that_could_tell_who_said_it_is_not_saved_before_the_writer_has_decided():
    cast = make_cast()
    record, client = reviewed_record(cast), cast.client("officer")
    answer = client.post(add_at(record), {"text": WITH_A_NUMBER, "version": 0, "client_id": str(uuid4())})
    page = answer.content.decode()
    assert answer.status_code == 422 and not Quote.objects.exists()
    for words in (
        "a phone number",
        "a name",
        "Mrs Okafor",
        "Ring me on [phone number], said [name].",
        "Nothing is saved yet",
    ):
        assert words in page
    assert WITH_A_NUMBER in page


@pytest.mark.parametrize(
    ("decision", "stored"),
    [("mask", "Ring me on [phone number], said [name]."), ("keep", WITH_A_NUMBER)],
)
def test_the_writer_masks_or_keeps_and_once_is_enough(decision, stored):
    cast = make_cast()
    record, client = reviewed_record(cast), cast.client("officer")
    fields = {
        "text": WITH_A_NUMBER,
        "version": 0,
        "client_id": str(uuid4()),
        "findings": decision,
        "shown": ["07700 900123", "Mrs Okafor"],
    }
    page = client.post(add_at(record), {**fields, "findings": ""}).content.decode()
    assert all(f'name="shown" value="{words}"' in page for words in fields["shown"])
    for _ in range(2):
        assert client.post(add_at(record), fields).status_code == 302
    assert Quote.objects.get().text == stored


def test_what_was_written_after_the_warning_is_shown_before_it_is_kept():
    cast = make_cast()
    record, client = reviewed_record(cast), cast.client("officer")
    fields = {
        "text": WITH_A_NUMBER + " She lives in Beetwell Street.",
        "version": 0,
        "findings": "keep",
        "shown": ["07700 900123", "Mrs Okafor"],
    }
    answer = client.post(add_at(record), fields)
    assert answer.status_code == 422 and "Beetwell Street</strong>" in answer.content.decode()
    assert not Quote.objects.exists()


def test_who_said_it_is_looked_through_as_well():
    cast = make_cast()
    record, client = reviewed_record(cast), cast.client("officer")
    fields = {
        "text": "I waited.",
        "speaker": "Mrs Okafor of S40 1AB",
        "version": 0,
        "client_id": str(uuid4()),
    }
    answer = client.post(add_at(record), fields)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Quote.objects.exists()
    assert "Mrs Okafor" in page and '<p class="typed">[name] of [postcode]</p>' in page
    client.post(add_at(record), {**fields, "findings": "mask"})
    quote = Quote.objects.get()
    assert (quote.text, quote.speaker) == ("I waited.", "[name] of [postcode]")


def test_people_whom_the_records_groups_have_in_the_portal_are_found_by_their_first_names():
    cast = make_cast()
    Contact.objects.create(group=cast.sunrise, name="Farida Begum")
    Contact.objects.create(group=cast.harbour, name="Zofia Nowak")
    record, client = reviewed_record(cast), cast.client("officer")
    fields = {"text": "I went with farida and with leila, zofia and olive came later.", "version": 0}
    page = client.post(add_at(record), fields).content.decode()
    for name in ("farida", "leila", "olive"):
        assert f'<strong class="typed">{name}</strong>' in page, name
    assert '<strong class="typed">zofia</strong>' not in page


def test_a_changed_quote_is_checked_too():
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    fields = {"text": WITH_A_NUMBER, "version": 1}
    answer = cast.client("officer").post(at("quote_edit", quote), fields)
    assert answer.status_code == 422 and "Mask and save" in answer.content.decode()
    assert allowed(quote) == ["brief"]
    cast.client("officer").post(at("quote_edit", quote), {**fields, "findings": "mask"})
    quote.refresh_from_db()
    assert quote.text == "Ring me on [phone number], said [name]." and allowed(quote) == []


def test_faults_of_a_quote_are_named_and_what_was_typed_is_kept():
    cast = make_cast()
    record, client = reviewed_record(cast), cast.client("officer")
    for text, words in ((" ", "Write what was said."), ("x" * 1501, "at most 1500")):
        answer = client.post(add_at(record), {"text": text, "speaker": "A <b>mother</b>", "version": 0})
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and "A &lt;b&gt;mother&lt;/b&gt;" in page
    assert not Quote.objects.exists()


def test_the_back_button_brings_the_quote_and_not_a_second_form():
    cast = make_cast()
    record, client = reviewed_record(cast), cast.client("officer")
    address = client.get(add_at(record))["Location"]
    form = parse_qs(urlsplit(address).query)["form"][0]
    assert f'value="{form}"' in client.get(address).content.decode()
    client.post(address, {"text": "I waited.", "version": 0})
    assert str(Quote.objects.get().client_id) == form
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(reverse("evidence_detail", args=[record.pk]), 302)]
    assert "saved already" in answer.content.decode()


def test_a_quotes_form_used_for_another_record_is_asked_for_again_with_its_words():
    cast = make_cast()
    elsewhere = quote_of(cast)
    fields = {"text": "I waited, too.", "version": 0, "client_id": str(elsewhere.client_id)}
    answer = cast.client("officer").post(add_at(reviewed_record(cast)), fields)
    page = answer.content.decode()
    assert answer.status_code == 422 and "I waited, too." in page and "send it once more" in page
    assert str(elsewhere.client_id) not in page
    assert Quote.objects.get() == elsewhere


def test_a_stale_change_of_a_quote_shows_both_and_can_be_sent_again():
    cast = make_cast()
    quote, client = quote_of(cast, uses="brief"), cast.client("officer")
    change_quote(quote=quote, by=colleague_of(cast, "Petra"), version=1, text="Theirs now", speaker="")
    answer = client.post(at("quote_edit", quote), {"text": "Mine instead", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Theirs now" in page and "Mine instead" in page
    assert 'name="version" value="2"' in page
    quote.refresh_from_db()
    assert quote.text == "Theirs now"
    client.post(at("quote_edit", quote), {"text": "Mine instead", "version": 2})
    quote.refresh_from_db()
    assert quote.text == "Mine instead"


def test_the_form_says_that_other_words_end_the_consent():
    cast = make_cast()
    client = cast.client("officer")
    assert "that consent ends" in client.get(at("quote_edit", quote_of(cast, uses="report"))).content.decode()
    assert "that consent ends" not in client.get(at("quote_edit", quote_of(cast))).content.decode()


def test_consent_is_noted_withdrawn_and_said_in_words_on_the_records_page():
    cast = make_cast()
    quote, client = quote_of(cast), cast.client("officer")
    detail = reverse("evidence_detail", args=[quote.record_id])
    assert "Not asked yet" in client.get(detail).content.decode()
    fields = {
        "answer": "yes",
        "uses": ["for_briefs", "for_reports", "for_portfolio"],
        "asked_on": "01/10/2026",
        "client_id": str(uuid4()),
    }
    page = client.post(at("quote_consent", quote), fields, follow=True).content.decode()
    assert "for briefs, reports and exports and the group’s portfolio; asked by Olive Officer" in page
    assert "1 October 2026" in page and allowed(quote) == list(USES)
    assert quote.text in client.get(at("quote_withdraw", quote)).content.decode()
    page = client.post(at("quote_withdraw", quote), follow=True).content.decode()
    assert "Withdrawn" in page and "Shown on this page only." in page and allowed(quote) == []
    assert at("quote_withdraw", quote) not in page
    page = client.post(
        at("quote_consent", quote), {**fields, "answer": "no", "client_id": str(uuid4())}, follow=True
    ).content.decode()
    assert "Not agreed" in page and allowed(quote) == []
    assert "nothing to withdraw" in client.post(at("quote_withdraw", quote), follow=True).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answer": ""}, "Say whether they agreed."),
        ({"answer": "perhaps"}, "perhaps"),
        ({"uses": []}, "Say what they agreed to."),
        ({"uses": ["for_everything"]}, "for_everything"),
        ({"asked_on": ""}, "required"),
        ({"asked_on": "31/02/2026"}, "February 2026 has no day 31"),
        ({"asked_on": "1/1/2099"}, "still to come"),
        ({"client_id": "nonsense"}, "valid UUID"),
    ],
)
def test_a_fault_in_the_answer_is_named_and_notes_nothing(changes, words):
    cast = make_cast()
    quote = quote_of(cast)
    fields = {
        "answer": "yes",
        "uses": ["for_briefs"],
        "asked_on": "01/10/2026",
        "client_id": str(uuid4()),
        **changes,
    }
    answer = cast.client("officer").post(at("quote_consent", quote), fields)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not QuoteConsent.objects.exists()


def test_going_back_to_an_answer_never_takes_a_no_for_the_yes_before():
    cast = make_cast()
    quote, client = quote_of(cast), cast.client("officer")
    address = client.get(at("quote_consent", quote))["Location"]
    form = parse_qs(urlsplit(address).query)["form"][0]
    fields = {"answer": "yes", "uses": ["for_briefs", "for_reports"], "asked_on": "01/10/2026"}
    client.post(address, {**fields, "client_id": form})
    assert "noted already" in client.get(address, follow=True).content.decode()
    # A page that the browser kept is answered in its own words, with every tick still there.
    answer = client.post(address, {**fields, "answer": "no", "client_id": form})
    page = answer.content.decode()
    assert answer.status_code == 422 and "noted another answer before" in page
    assert page.count(" checked") == 3 and f'value="{form}"' not in page
    assert allowed(quote) == ["brief", "report"]
    client.post(address, {**fields, "answer": "no", "client_id": str(uuid4())})
    assert allowed(quote) == []


@pytest.mark.parametrize("name", ["quote_withdraw", "quote_delete"])
def test_what_goes_with_a_quote_is_said_before(name):
    cast = make_cast()
    quote, client = quote_of(cast, uses="brief"), cast.client("officer")
    assert "will be withdrawn" not in client.get(at(name, quote)).content.decode()
    for number in (3, 4):
        brief = Brief.objects.create(
            lio=cast.peak, number=number, title="Brief", pdf="briefs/x.pdf", issued_by=cast.officer
        )
        brief.quotes.add(quote)
    page = client.get(at(name, quote)).content.decode()
    assert "2 briefs hold it and will be withdrawn" in page and "number 3, number 4" in page
    assert Quote.objects.filter(pk=quote.pk).exists() and allowed(quote) == ["brief"]


def test_a_quote_is_deleted_after_the_question():
    cast = make_cast()
    quote, client = quote_of(cast, uses="brief"), cast.client("officer")
    client.get(at("quote_delete", quote))
    assert Quote.objects.exists()
    answer = client.post(at("quote_delete", quote))
    assert answer["Location"] == reverse("evidence_detail", args=[quote.record_id])
    assert not Quote.objects.exists()


def test_a_manager_reads_quotes_and_is_offered_nothing_to_do_with_them():
    cast = make_cast()
    quote = quote_of(cast, uses="brief")
    page = cast.client("manager").get(reverse("evidence_detail", args=[quote.record_id])).content.decode()
    assert quote.text in page
    for name in ("quote_edit", "quote_delete", "quote_consent", "quote_withdraw"):
        assert at(name, quote) not in page
        assert cast.client("manager").post(at(name, quote), {}).status_code == 403
        assert cast.client("other_officer").post(at(name, quote), {}).status_code == 404
    assert allowed(quote) == ["brief"]


def test_hostile_words_of_a_quote_stay_words_on_every_page():
    cast = make_cast()
    hostile = "<script>alert('x')</script> {{ quote }} \u202e"
    quote = quote_of(cast, text=hostile)
    Quote.objects.update(speaker=hostile)
    client = cast.client("officer")
    for address in (
        reverse("evidence_detail", args=[quote.record_id]),
        *[at(name, quote) for name in ("quote_edit", "quote_delete", "quote_withdraw")],
        at("quote_consent", quote) + f"?form={uuid4()}",
    ):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "{{ quote }}" in page
