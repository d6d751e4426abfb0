"""The portfolio as files: one page, whole, harmless, readable by a screen reader, the same words in both."""

import dataclasses
import io
import socket

import pikepdf
import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from evidence.brief_document import BriefLio
from evidence.portfolio_document import PortfolioQuote
from evidence.portfolio_docx import render_portfolio_docx
from evidence.portfolio_fit import fitted, lines_of, shortened
from evidence.portfolio_layout import portfolio_layout
from evidence.portfolio_pdf import portfolio_html, render_portfolio_pdf
from evidence.profile_sheet import ProfileSheet, profile_sheet_html, render_profile_sheet_pdf
from tests.evidence.portfolio_acts import pages, portfolio, squeezed, structure, words, work
from toolkit_portal.core.disclosure import Count

BOTH = [render_portfolio_pdf, render_portfolio_docx]


def said(document) -> list[str]:
    """Every text that the layout holds and a reader sees."""
    found: list[str] = []

    def walk(value):
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for part in value.values():
                walk(part)
        elif isinstance(value, list | tuple):
            for part in value:
                walk(part)

    layout = portfolio_layout(document)
    for name in ("portfolio", "lio", "running_left", "facts_heads", "facts_heading"):
        layout.pop(name)
    walk(layout)
    return [text for text in found if text]


@pytest.mark.parametrize("render", BOTH)
def test_both_files_say_every_word_of_the_layout(render):
    text = words(render(portfolio()))
    assert len(said(portfolio())) > 40
    assert [piece for piece in said(portfolio()) if squeezed(piece) not in text] == []


def test_the_page_says_every_word_of_the_layout_too():
    html = render_to_string("portfolio/sheet.html", {"shown": portfolio_layout(portfolio())})
    text = squeezed(strip_tags(html).replace("&amp;", "&"))
    assert [piece for piece in said(portfolio()) if squeezed(piece) not in text] == []


def test_a_usual_portfolio_is_one_page_with_all_of_it():
    document = fitted(portfolio())
    assert document.left_out == ()
    assert (len(document.works), len(document.quotes)) == (3, 2)
    assert pages(render_portfolio_pdf(document)) == 1


def test_what_has_no_room_is_left_out_from_the_last_on_and_named():
    long = "Everybody who came told us what had changed for them and their families since then. " * 5
    full = portfolio(
        works=tuple(work(title=f"Piece {number}", outcomes=long) for number in range(4)),
        has_more_works=False,
        quotes=tuple(PortfolioQuote(text=long[:280], speaker=f"person {number}") for number in range(3)),
        quote_ids=(1, 2, 3),
    )
    document = fitted(full)
    assert lines_of(full) > lines_of(document)
    assert document.left_out == ("2 pieces of work", "2 quotes")
    assert [piece.title for piece in document.works] == ["Piece 0", "Piece 1"]
    assert document.quote_ids == (1,) and document.quotes[0].text == long[:280], "never shortened"
    assert document.has_more_works
    assert "More examples of our work on request." in portfolio_html(document)
    assert pages(render_portfolio_pdf(document)) == 1
    assert fitted(full) == document


def test_long_lists_of_the_profile_are_cut_and_counted():
    document = fitted(
        portfolio(
            places=tuple(f"Village {number}" for number in range(30)),
            papers=tuple(f"Policy number {number}" for number in range(30)),
            languages=tuple(f"Language {number}" for number in range(12)),
            communities=("Our own words go on. " * 40,),
        )
    )
    assert document.places == (*(f"Village {number}" for number in range(7)), "and 23 more")
    assert document.papers[-1] == "and 17 more" and len(document.papers) == 14
    assert len(document.communities[0]) <= 160
    assert pages(render_portfolio_pdf(document)) == 1


def test_facts_that_alone_fill_the_page_are_cut_further_and_no_work_is_lost_for_them():
    many = tuple(f"A kind of paper with a rather long name, number {number}" for number in range(40))
    document = fitted(portfolio(papers=many, places=many, languages=many, services=many, serves=many))
    assert len(document.papers) == 6 and len(document.places) == 4
    assert len(document.works) == 3
    assert lines_of(document) < lines_of(portfolio(papers=many, places=many))


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Short.", 20, "Short."),
        ("One sentence. And another one here", 20, "One sentence."),
        ("No. Sentence ends late enough here", 20, "No. Sentence ends…"),
        ("Ж" * 50, 20, "Ж" * 19 + "…"),
        ("two\n lines", 20, "two lines"),
        ("每周四十位老人聚会。用自己的语言交谈", 12, "每周四十位老人聚会。"),
    ],
)
def test_accounts_are_shortened_at_a_sentence_or_else_a_word(text, most, short):
    assert shortened(text, most) == short
    assert len(shortened(text, most)) <= most


def test_it_is_tagged_titled_and_in_its_language():
    content = render_portfolio_pdf(portfolio())
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        title = "Brampton Friendship Association: who we are and what we do"
        assert str(document.docinfo["/Title"]) == title
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    kinds = structure(content)
    assert len(kinds["H1"]) == 1 and len(kinds["H2"]) == 5
    assert kinds["Figure"] == ["Logo of Dale Voluntary Action"]


def test_the_profile_sheet_is_tagged_with_heads_of_rows_and_one_page_when_full():
    rows = tuple((f"Term {number}", "A fact of usual length, and another one") for number in range(24))
    sheet = ProfileSheet(
        group_name="Brampton", made_on=portfolio().made_on, lio=portfolio().lio,
        sections=(("Who we are", rows[:9]), ("Whom we serve", rows[9:15]), ("Our people", rows[15:18])),
        papers=tuple((f"Paper number {number}", "until 1 May 2027") for number in range(14)),
    )  # fmt: skip
    content = render_profile_sheet_pdf(sheet)
    kinds = structure(content)
    assert (len(kinds["H1"]), len(kinds["TH"]), len(kinds["TD"])) == (1, 18, 18)
    assert kinds["Figure"] == ["Logo of Dale Voluntary Action"]
    assert pages(content) == 1
    nothing = dataclasses.replace(sheet, papers=())
    assert squeezed("None is noted as in place yet.") in words(render_profile_sheet_pdf(nothing))


def test_one_to_four_people_are_never_a_number():
    small = Count(None, is_small=True)
    need = dataclasses.replace(portfolio().need, records=small, people=small)
    text = words(render_portfolio_docx(portfolio(need=need)))
    assert squeezed("fewer than 5 paid workers") in text
    assert squeezed("fewer than 5 people reached") in text
    assert squeezed("Fewer than 5 reviewed records of what people told us") in text
    assert squeezed("fewer than 5 people are affected") in text


@pytest.mark.parametrize("render", BOTH)
def test_sections_with_nothing_in_them_drop_out(render):
    bare = portfolio(
        works=(), need=None, quotes=(), quote_ids=(), papers=(), contact=(), website="", serves=(), places=(),
        communities=(), languages=(), services=(), districts=(), volunteers=None, paid_staff=None, members=None,
        other_names=(), founded=None, legal_form="", charity_number="", lio=BriefLio(name="Dale"),
    )  # fmt: skip
    text = words(render(fitted(bare)))
    assert "BramptonFriendshipAssociation" in text and "ThroughDale" in text
    for heading in ("What we have done", "What people need", "In their own words", "At a glance", "About us"):
        assert squeezed(heading) not in text


@pytest.mark.parametrize("kind", ["bme_led", "bme_branch", "generic", "network", "emerging"])
def test_who_the_group_is_in_a_sentence(kind):
    who = portfolio_layout(portfolio(kind=kind))["who"]
    assert who.startswith(("A ", "An "))
    assert "Chesterfield and North East Derbyshire, at work since 1998. Charitable" in who
    assert portfolio_layout(portfolio(legal_form=""))["who"].endswith("1998. Charity number 1234567.")
    many = tuple(f"District {number}" for number in range(5))
    assert " in 5 districts of Derbyshire" in portfolio_layout(portfolio(districts=many))["who"]
    assert " across Derbyshire" in portfolio_layout(portfolio(districts=many + many[1:]))["who"]


def every_text(value):
    """A portfolio with ``value`` in every field that a person types into."""
    quote = PortfolioQuote(text=value, speaker=value)
    return portfolio(
        group_name=value, other_names=(value,), districts=(value,), places=(value,), legal_form=value,
        charity_number=value, company_number=value, serves=(value,), communities=(value,), languages=(value,),
        services=(value,), papers=(value,), contact=(value, value), website=value, quotes=(quote,),
        works=(work(title=value, for_whom=value, outcomes=value, proves=(value,), referee=value),),
        need=dataclasses.replace(portfolio().need, services=(value,), barriers=(value,)),
        lio=BriefLio(name=value, phone=value, email=value, web=value, logo=value),
    )  # fmt: skip


def test_nothing_typed_makes_a_file_fetch_anything(monkeypatch, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("marker-of-a-local-file-90125")
    tried = []

    def refuse(self, address):
        tried.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for payload in (
        f'"><img src="{secret.as_uri()}">',
        f"'><link rel=attachment href='{secret.as_uri()}'>",
        '<img src="http://169.254.169.254/latest">',
        f"</p><style>@import url({secret.as_uri()});</style>",
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{secret.as_uri()}"/></svg>',
        "{{ 7|add:1 }} {% now %} <script>alert('x')</script> & <b>bold</b>",
    ):
        document = every_text(payload)
        sheet = ProfileSheet(
            group_name=payload, made_on=document.made_on, lio=document.lio,
            sections=((payload, ((payload, payload),)),), papers=((payload, payload),),
        )  # fmt: skip
        for content in (render_portfolio_pdf(document), render_profile_sheet_pdf(sheet)):
            with pikepdf.open(io.BytesIO(content)) as opened:
                assert not list(opened.attachments)
                streams = b"".join(
                    item.read_bytes() for item in opened.objects if isinstance(item, pikepdf.Stream)
                )
            assert b"marker-of-a-local-file" not in content + streams
            assert squeezed(payload) in words(content)
        assert words(render_portfolio_docx(document)).count(squeezed(payload)) >= 20
        for html in (portfolio_html(document), profile_sheet_html(sheet)):
            assert payload not in html, "it is escaped"
    assert tried == []


@pytest.mark.parametrize("render", BOTH)
@pytest.mark.parametrize("value", ["德比郡社区", "Zoë Łukasz Nguyễn Ελλη Дарья", "مرکزِ خواتین ڈربی"])
def test_other_scripts_come_out_with_real_letters(render, value):
    document = fitted(every_text(value))
    content = render(document)
    text = words(content)
    assert set(squeezed(value)) - set("ِ") <= set(text)
    assert "\ufffd" not in text
    if content.startswith(b"%PDF"):
        assert pages(content) == 1


def test_a_name_from_right_to_left_runs_that_way():
    html = portfolio_html(portfolio(group_name="مرکزِ خواتین ڈربی"))
    assert '<h1 dir="rtl" data-script="nastaliq">' in html


def test_words_of_hundreds_of_letters_stay_within_the_page():
    document = fitted(portfolio(group_name="X" * 200, works=(work(title="Ж" * 200, outcomes="Щ" * 2000),)))
    assert document.works[0].outcomes.endswith("…")
    content = render_portfolio_pdf(document)
    assert words(content).count("Ж") == 200
    assert pages(content) <= 2


def test_the_same_portfolio_gives_the_same_files():
    assert render_portfolio_docx(portfolio()) == render_portfolio_docx(portfolio())
    assert words(render_portfolio_pdf(portfolio())) == words(render_portfolio_pdf(portfolio()))
