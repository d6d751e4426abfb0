"""Briefs and consents at the same moment: whoever comes first, no brief holds what isn't allowed."""

from collections.abc import Callable
from threading import Thread
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from evidence import briefs
from evidence.briefs import ChangedSince
from evidence.consent import withdraw_consent
from evidence.models import Brief, Quote
from evidence.quotes import change_quote, delete_quote
from tests.cast import Cast, make_cast
from tests.evidence.brief_acts import MARKER, issued, new_files, quick_files, quoted, standing_with
from tests.evidence.test_recording import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    quick_files(monkeypatch)
    return make_cast()


@pytest.fixture
def files() -> Callable[[], int]:
    """How many files of briefs there are more than when the test began."""
    return new_files()


def begin(act) -> Thread:
    """A thread that has begun to do something on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def meanwhile(monkeypatch, act) -> list[int]:
    """Does something once while the first PDF is made; the numbers of the PDFs that were made."""
    made, render = [], briefs.render_brief_pdf

    def rendering(document):
        made.append(document.number)
        if len(made) == 1:
            act()
        return render(document)

    monkeypatch.setattr(briefs, "render_brief_pdf", rendering)
    return made


@pytest.mark.parametrize("end", ["withdrawn", "other words", "another speaker", "deleted"])
def test_a_quote_that_changes_while_the_document_is_made_is_not_in_it(cast, files, monkeypatch, end):
    quote, kept = quoted(cast.peak, cast.officer), quoted(cast.peak, cast.officer, text="A calm voice")

    def act() -> None:
        if end == "withdrawn":
            withdraw_consent(quote=quote, by=cast.officer)
        elif end == "deleted":
            delete_quote(quote=quote, by=cast.officer)
        elif end == "other words":
            change_quote(quote=quote, by=cast.officer, version=1, text="Calmer.", speaker="")
        else:
            # As an edit by command would, past the review that it asks for again.
            Quote.objects.filter(pk=quote.pk).update(speaker="a neighbour")

    made = meanwhile(monkeypatch, act)
    brief = issued(cast.peak, cast.officer)
    assert made == [1, 1] and files() == 2 and Brief.objects.count() == 1
    said = {(line["text"], line["speaker"]) for line in brief.snapshot["quotes"]}
    if end == "another speaker":
        assert said == {(quote.text, "a neighbour"), (kept.text, "")}
    else:
        assert said == {(kept.text, "")} and list(brief.quotes.all()) == [kept]
        assert standing_with(MARKER) == []


def test_a_number_taken_while_the_document_is_made_is_not_given_twice(cast, files, monkeypatch):
    quoted(cast.peak, cast.officer)
    first: list[Brief] = []
    made = meanwhile(monkeypatch, lambda: first.append(issued(cast.peak, cast.officer)))
    second = issued(cast.peak, cast.officer)
    assert (first[0].number, second.number, made) == (1, 2, [1, 1, 2])
    assert second.snapshot["number"] == 2 and files() == 4


def test_the_same_form_while_the_document_is_made_is_one_brief(cast, files, monkeypatch):
    quoted(cast.peak, cast.officer)
    form, first = uuid4(), []
    meanwhile(monkeypatch, lambda: first.append(issued(cast.peak, cast.officer, client_id=form)))
    assert issued(cast.peak, cast.officer, client_id=form) == first[0]
    assert (Brief.objects.count(), files()) == (1, 2)


def test_what_never_stays_still_is_not_issued(cast, files, monkeypatch):
    quote, render = quoted(cast.peak, cast.officer), briefs.render_brief_pdf

    def restless(document):
        Quote.objects.filter(pk=quote.pk).update(text=f"Words {uuid4()}")
        return render(document)

    monkeypatch.setattr(briefs, "render_brief_pdf", restless)
    with pytest.raises(ChangedSince):
        issued(cast.peak, cast.officer)
    assert (Brief.objects.count(), files()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_consent_withdrawn_at_the_moment_of_issue_stands_in_no_brief(cast):
    for place in range(12):
        marker = f"{MARKER}{place}"
        quote = quoted(cast.peak, cast.officer, text=marker)
        quoted(cast.peak, cast.officer, text="A calm voice")
        outcomes = together(
            lambda: issued(cast.peak, cast.officer),
            lambda quote=quote: withdraw_consent(quote=quote, by=cast.officer),
        )
        assert [type(outcome).__name__ for outcome in outcomes] == ["Brief", "QuoteConsent"], outcomes
        assert standing_with(marker) == []
        assert not Quote.objects.get(pk=quote.pk).for_briefs


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_waits_for_the_brief_that_is_being_stored_and_then_takes_it_back(cast, monkeypatch):
    """The worst moment: consent is looked at and found, and withdrawn before the brief is there."""
    quote = quoted(cast.peak, cast.officer)
    save, withdrawals = default_storage.save, []

    def slow(name, content):
        if not withdrawals:
            withdrawals.append(begin(lambda: withdraw_consent(quote=quote, by=cast.officer)))
            withdrawals[0].join(timeout=0.5)
            assert withdrawals[0].is_alive(), "the withdrawal didn't wait"
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", slow)
    brief = issued(cast.peak, cast.officer)
    withdrawals[0].join(timeout=30)
    assert not withdrawals[0].is_alive()
    brief.refresh_from_db()
    assert brief.withdrawn_at is not None and standing_with(MARKER) == []
    assert (brief.pdf.name, brief.snapshot) == ("", {})


@pytest.mark.django_db(transaction=True)
def test_briefs_issued_at_once_have_numbers_of_their_own(cast):
    quoted(cast.peak, cast.officer)
    made = together(*[lambda: issued(cast.peak, cast.officer) for _ in range(3)])
    assert sorted(brief.number for brief in made) == [1, 2, 3]
    form = uuid4()
    same = together(*[lambda: issued(cast.peak, cast.officer, client_id=form) for _ in range(3)])
    assert {brief.number for brief in same} == {4} and Brief.objects.count() == 4
