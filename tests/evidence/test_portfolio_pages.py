"""The pages of a portfolio: choose, look, download; the lead's own; what would make it stronger."""

from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.consent import withdraw_consent
from evidence.views import portfolio as views
from groups.track_records import add_work
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.portfolio_acts import pages, words
from tests.evidence.test_portfolio import agreed, fill, told
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(cast: Cast, query: str = "", actor: str = "officer") -> str:
    answer = cast.client(actor).get(reverse("portfolio", args=[cast.sunrise.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def file(cast: Cast, ending: str = "pdf", query: str = "", actor: str = "officer"):
    name = "lead_portfolio_file" if actor == "lead" else "portfolio_file"
    return cast.client(actor).get(reverse(name, args=[cast.sunrise.pk, ending]) + query)


def plain(cast: Cast, monkeypatch) -> None:
    """Files in no time, with the document in them as text."""
    for ending in views.RENDER:
        monkeypatch.setitem(views.RENDER, ending, lambda document: str(document).encode())


@pytest.mark.parametrize("actor", ["officer", "lead"])
@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_a_download_is_an_attachment_that_runs_nothing_and_enters_the_trail(cast, actor, ending):
    fill(cast, 0)
    answer = file(cast, ending, actor=actor)
    assert answer["Content-Type"] == views.TYPES[ending]
    assert answer["Content-Disposition"] == f'attachment; filename="Sunrise portfolio.{ending}"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Piece0" in words(answer.content) and "Said0" in words(answer.content)
    entry = LogEntry.objects.filter(additional_data__act="portfolio downloaded").get()
    assert entry.actor == getattr(cast, actor) and entry.object_pk == str(cast.sunrise.pk)
    assert entry.additional_data["format"] == ending and len(entry.additional_data["quotes"]) == 1
    assert "Said 0" not in str(entry.additional_data)


@pytest.mark.parametrize(("name", "actor"), [("profile_sheet", "officer"), ("lead_profile_sheet", "lead")])
def test_the_profile_sheet_is_one_page_and_enters_the_trail(cast, name, actor):
    fill(cast, 0)
    answer = cast.client(actor).get(reverse(name, args=[cast.sunrise.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="Sunrise profile sheet.pdf"'
    assert pages(answer.content) == 1 and "Profilesheet" in words(answer.content)
    assert LogEntry.objects.filter(additional_data__act="profile sheet downloaded").get().actor == getattr(
        cast, actor
    )


def test_there_is_no_other_kind_of_file(cast):
    assert file(cast, "odt").status_code == 404
    assert file(cast, "odt", actor="lead").status_code == 404


def test_the_choice_stands_in_the_address_and_holds_for_page_and_files(cast, monkeypatch):
    for number in range(2):
        fill(cast, number)
    agreed(cast.sunrise, "contact")
    plain(cast, monkeypatch)
    work = cast.sunrise.track_records.get(title="Piece 1")
    query = f"?chosen=yes&work={work.pk}"
    shown = page(cast, query)
    portfolio = shown.partition('<article class="portfolio"')[2]
    assert "Piece 1" in portfolio and "Piece 0" not in portfolio
    assert "In their own words" not in portfolio and "Person 0" not in portfolio
    assert f"portfolio.pdf?chosen=yes&amp;work={work.pk}" in shown
    content = file(cast, query=query).content.decode()
    assert "Piece 1" in content and "Piece 0" not in content and "Person 0" not in content
    usual = page(cast).partition('<article class="portfolio"')[2]
    assert "Piece 0" in usual and "Said 1" in usual and "Person 0" in usual
    assert "Said 1" in file(cast).content.decode()


@pytest.mark.parametrize("query", ["?chosen=yes&work=x&quote=²&work=-1&quote=" + "9" * 40, "?chosen="])
def test_what_is_no_choice_counts_for_nothing(cast, query):
    fill(cast, 0)
    portfolio = page(cast, query).partition('<article class="portfolio"')[2]
    assert "Piece 0" not in portfolio and "Said 0" not in portfolio


def test_a_withdrawn_quote_is_gone_from_an_address_that_names_it(cast, monkeypatch):
    plain(cast, monkeypatch)
    quote = factories.make_quote(record=told(cast), by=cast.officer, text="Gone soon", uses="portfolio")
    query = f"?chosen=yes&quote={quote.pk}"
    assert "Gone soon" in page(cast, query) and b"Gone soon" in file(cast, query=query).content
    withdraw_consent(quote=quote, by=cast.officer)
    assert "Gone soon" not in page(cast, query) and b"Gone soon" not in file(cast, query=query).content


def test_a_neighbours_work_and_quote_cannot_be_chosen(cast):
    theirs = add_work(group=cast.harbour, by=cast.officer, client_id=uuid4(), title="Harbour work")
    record = told(cast, cast.harbour)
    quote = factories.make_quote(record=record, by=cast.officer, text="Harbour words", uses="portfolio")
    assert "Harbour" not in page(cast, f"?chosen=yes&work={theirs.pk}&quote={quote.pk}")


def test_too_many_ticks_are_said_in_words(cast):
    works = [
        add_work(group=cast.sunrise, by=cast.officer, client_id=uuid4(), title=f"Piece {number}")
        for number in range(5)
    ]
    query = "?chosen=yes" + "".join(f"&work={work.pk}" for work in works)
    shown = page(cast, query)
    assert "A portfolio has room for 4 pieces of work." in shown
    assert shown.partition('<article class="portfolio"')[2].count("<h4") == 4


def test_what_has_no_room_is_said_on_the_page(cast):
    for number in range(4):
        add_work(
            group=cast.sunrise, by=cast.officer, client_id=uuid4(), title=f"Piece {number} " + "of work " * 20,
            outcomes="Much was done. " * 30, for_whom="Somebody with a long name " * 5,
        )  # fmt: skip
    told(cast, barriers=("Cost",))
    works = cast.sunrise.track_records.values_list("pk", flat=True)
    shown = page(cast, "?chosen=yes" + "".join(f"&work={pk}" for pk in works))
    assert "One page has no room for everything" in shown and "Left out: " in shown


def test_an_empty_portfolio_says_what_would_make_it_stronger_with_links(cast):
    shown = page(cast)
    for name, args in (
        ("work_add", [cast.sunrise.pk]),
        ("case_evidence", [cast.sunrise.pk]),
        ("papers", [cast.sunrise.pk]),
        ("group_edit", [cast.sunrise.pk, "directory"]),
        ("group_profile", [cast.sunrise.pk]),
    ):
        assert f'href="{reverse(name, args=args)}"' in shown.partition("What would make it stronger")[2], name
    assert f"{reverse('evidence_new')}?group={cast.sunrise.pk}" in shown
    assert "What we have done" not in shown and "What people need, and" not in shown
    assert "What would make it stronger" not in page(cast, actor="manager"), "nothing a manager could do"
    assert "What goes in" not in shown and "Show it" not in shown, "there is nothing to choose"


def test_a_full_one_says_nothing_of_the_kind(cast):
    fill(cast, 0)
    agreed(cast.sunrise, "contact")
    for field in ("serves", "services", "districts"):
        related = getattr(cast.sunrise, field)
        related.set(related.model.objects.all()[:1])
    cast.sunrise.track_records.update(referee="Rita", referee_agreed_on="2026-01-01")
    assert "What would make it stronger" not in page(cast)
    cast.sunrise.track_records.update(outcomes="", referee_agreed_on=None)
    shown = page(cast)
    assert "1 of the pieces of work shown doesn’t say what came of it." in shown
    assert "No referee has agreed" in shown


def test_quotes_of_several_groups_are_explained(cast):
    record = told(cast, cast.sunrise, cast.harbour)
    factories.make_quote(record=record, by=cast.officer, text="Whose?", uses="portfolio")
    shown = page(cast)
    assert "1 more quote comes from a record that several groups told of" in shown
    assert "Whose?" not in shown


def test_the_leads_page_is_in_plain_words_and_without_officers_links(cast):
    answer = cast.client("lead").get(reverse("lead_portfolio", args=[cast.sunrise.pk]))
    shown = answer.content.decode()
    assert "Tell your officer about something you are proud of" in shown
    assert f"/groups/{cast.sunrise.pk}/" not in shown
    for ending in ("pdf", "docx"):
        assert reverse("lead_portfolio_file", args=[cast.sunrise.pk, ending]) in shown
    assert reverse("lead_profile_sheet", args=[cast.sunrise.pk]) in shown


def test_pages_of_papers_and_work_lead_here(cast):
    fill(cast, 0)
    address = f'href="{reverse("portfolio", args=[cast.sunrise.pk])}"'
    for name in ("papers", "work_list"):
        assert address in cast.client("officer").get(reverse(name, args=[cast.sunrise.pk])).content.decode()
    own = f'href="{reverse("lead_portfolio", args=[cast.sunrise.pk])}"'
    papers = cast.client("lead").get(reverse("lead_papers", args=[cast.sunrise.pk])).content.decode()
    assert own in papers and address not in papers


@pytest.mark.parametrize(("actor", "back"), [("officer", "portfolio"), ("lead", "lead_portfolio")])
def test_a_file_that_cannot_be_made_says_so_on_the_page(cast, monkeypatch, actor, back):
    def fail(document):
        raise PdfTooLarge("This document is too long for one PDF.")

    monkeypatch.setitem(views.RENDER, "pdf", fail)
    monkeypatch.setattr(views, "render_profile_sheet_pdf", fail)
    sheet = "lead_profile_sheet" if actor == "lead" else "profile_sheet"
    client = cast.client(actor)
    file_name = "lead_portfolio_file" if actor == "lead" else "portfolio_file"
    for address in (
        reverse(file_name, args=[cast.sunrise.pk, "pdf"]),
        reverse(sheet, args=[cast.sunrise.pk]),
    ):
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[0][0] == reverse(back, args=[cast.sunrise.pk])
        assert "This document is too long for one PDF." in answer.content.decode()
    acts = [entry.additional_data for entry in LogEntry.objects.all()]
    assert "downloaded" not in str(acts)


@pytest.mark.parametrize(("actor", "name"), [("officer", "portfolio"), ("lead", "lead_portfolio")])
def test_queries_do_not_grow_with_what_a_group_has(cast, actor, name):
    agreed(cast.sunrise, "contact")
    client, counts = cast.client(actor), []
    client.get(reverse(name, args=[cast.sunrise.pk]))  # the first page of a session notes when it began
    for number in range(3):
        fill(cast, number)
        if number != 1:
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name, args=[cast.sunrise.pk]))
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
