"""The pages of quotes and consent: words that could tell who spoke, sending again, answers, what goes with a quote."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse

from evidence.models import Brief, Evidence, Quote, QuoteConsent
from evidence.quotes import change_quote
from groups.models import Contact
from tests.cast import make_cast
from tests.evidence.quote_acts import USES, allowed, quote_of, reviewed_record
from tests.evidence.test_recording import colleague_of

pytestmark = pytest.mark.django_db
WITH_A_NUMBER = "Ring me on 07700 900123, said Mrs Okafor."


def add_at(record: Evidence) -> str:
    return reverse("quote_add", args=[record.pk])


def at(name: str, quote: Quote) -> str:
    return reverse(name, args=[quote.pk])


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
