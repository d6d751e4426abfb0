"""The action plan as a PDF: everything in it, whole, harmless, readable by a screen reader."""

import base64
import dataclasses
import io
import re
import socket
from datetime import date

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from readiness.plan_document import (
    ContactLine,
    CriterionLine,
    LioContact,
    PlanDocument,
    Step,
    ThemeLine,
    plan_context,
    plan_html,
    render_plan,
)


def logo():
    content = io.BytesIO()
    Image.new("RGB", (40, 20), "#6b3f69").save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def step(number=1, **changes):
    values = {
        "what": f"Meet commissioner number {number}",
        "why": f"They plan tender {number} this year",
        "first_step": f"Offer dates, set {number}",
        "who_words": "Your group",
        "person": f"Person {number}",
        "due_on": date(2027, 1 + number % 12, 1 + number % 28),
        "criterion_code": "2.11",
        "criterion_title": "Talking with commissioners",
        "state_words": "To do",
        "support": f"Company on the day {number}",
    }
    return Step(**{**values, **changes})


def plan(**changes):
    values = {
        "group_name": "Ashbourne Sisters",
        "lio_name": "Dale Voluntary Action",
        "lio_contact": LioContact(phone="01632 960001", email="lio@dale.example", web="dale.example"),
        "version": 4,
        "issued_on": date(2026, 3, 14),
        "issued_by": "Jo Marsden",
        "edition_title": "the first edition",
        "where_you_are": "People trust you and you keep records.",
        "themes": (
            ThemeLine(
                code="2.1", title="Inform commissioners", score_shown=39, band="developing", previous_shown=27
            ),
            ThemeLine(
                code="2.2",
                title="Work with providers",
                score_shown=50,
                band="gaining ground",
                median_shown=41,
            ),
        ),
        "overall_shown": 44,
        "band": "developing",
        "assessed_on": date(2026, 3, 2),
        "criteria": (
            CriterionLine(code="2.1", title="The first", level=2, target=3, target_by=date(2026, 12, 1)),
            CriterionLine(code="2.12", title="The second", level=0),
            CriterionLine(code="2.15d", title="The third", na=True),
        ),
        "strengths": ("You answer consultations",),
        "steps": tuple(step(number) for number in range(1, 13)),
        "lio_help": ("A reader for your letters",),
        "changes": ("Two steps are done",),
        "done": (step(99, what="Open a bank account"),),
        "contacts": (ContactLine(name="Jo Marsden", role="development worker", phone="01632 960002"),),
    }
    return PlanDocument(**{**values, **changes})


def words(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def squeezed(text):
    """The text without white space, since lines break where they must."""
    return re.sub(r"\s+", "", text)


def structure(content):
    """The structure elements of the PDF by kind."""
    with pikepdf.open(io.BytesIO(content)) as document:
        kinds = {}
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem":
                attributes = item.get("/A", pikepdf.Dictionary())
                kinds.setdefault(str(item.S)[1:], []).append(
                    {
                        "alt": str(item.get("/Alt", "")),
                        "headers": len(attributes.get("/Headers", [])),
                    }
                )
        return kinds


@pytest.mark.parametrize("large_print", [False, True])
def test_plan_holds_everything_it_was_given(large_print):
    text = squeezed(words(render_plan(plan(), large_print=large_print)))
    expected = [
        "Ashbourne Sisters",
        "Version 4",
        "Issued 14 March 2026 by Jo Marsden",
        "Dale Voluntary Action",
        "01632 960001",
        "lio@dale.example",
        "dale.example",
        "People trust you and you keep records.",
        "Inform commissioners",
        "39",
        "developing",
        "Last time: 27",
        "Middle of the county: 41",
        "gaining ground",
        "Overall",
        "44",
        "As assessed on 2 March 2026",
        "The first",
        "2 under way",
        "3 in place by 1 December 2026",
        "0 not started",
        "does not apply",
        "You answer consultations",
        "A reader for your letters",
        "Two steps are done",
        "Open a bank account",
        "development worker",
        "01632 960002",
        "the first edition",
    ]
    for number in range(1, 13):
        one = step(number)
        expected += [one.what, one.why, one.first_step, one.person, one.support]
    assert [piece for piece in expected if squeezed(piece) not in text] == []


def test_steps_are_sorted_by_date_and_those_without_come_last():
    steps = (
        step(1, what="Undated", due_on=None),
        step(2, what="Later", due_on=date(2027, 5, 1)),
        step(3, what="Sooner", due_on=date(2026, 5, 1)),
    )
    shown = plan_context(plan(steps=steps))["steps"]
    assert [(line["what"], line["due"]) for line in shown] == [
        ("Sooner", "1 May 2026"),
        ("Later", "1 May 2027"),
        ("Undated", "No date yet"),
    ]


def test_usual_plan_of_12_actions_has_two_to_four_pages():
    assert 2 <= len(PdfReader(io.BytesIO(render_plan(plan()))).pages) <= 4


def test_plan_is_tagged_titled_and_in_its_language():
    content = render_plan(plan(lio_logo=logo()))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.StructTreeRoot.K
        assert str(document.Root.Lang) == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.docinfo["/Title"]) == "Action plan of Ashbourne Sisters, version 4"
        assert str(document.docinfo["/Author"]) == "Dale Voluntary Action"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    kinds = structure(content)
    assert len(kinds["H1"]) == 1
    assert len(kinds["H2"]) >= 6
    assert [figure["alt"] for figure in kinds["Figure"]] == ["Logo of Dale Voluntary Action"]
    assert len(kinds["TH"]) > 12 + 5
    assert all(cell["headers"] for cell in kinds["TD"])


def test_header_of_a_table_is_repeated_on_each_page_it_reaches():
    pages = PdfReader(io.BytesIO(render_plan(plan(steps=tuple(step(n) for n in range(40)))))).pages
    with_steps = [page.extract_text() for page in pages if "Meet commissioner" in page.extract_text()]
    assert len(with_steps) >= 3
    assert all("By when" in text and "First step" in text for text in with_steps)


def test_each_page_says_its_number_and_a_draft_says_so_everywhere():
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render_plan(plan(version=None)))).pages]
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Draft" in text
        assert "not issued yet" in text
    assert "Draft" not in words(render_plan(plan()))


def test_large_print_has_no_type_below_14_points_and_body_text_of_18():
    sizes = []

    def note(text, current, matrix, font, size):
        if text.strip():
            scale = (matrix[1] ** 2 + matrix[3] ** 2) ** 0.5 * (current[1] ** 2 + current[3] ** 2) ** 0.5
            sizes.extend([round(size * scale)] * len(text))

    for page in PdfReader(io.BytesIO(render_plan(plan(), large_print=True))).pages:
        page.extract_text(visitor_text=note)
    assert min(sizes) >= 14
    assert sorted(sizes)[len(sizes) // 2] == 18


def test_section_with_nothing_to_show_is_left_out():
    bare = PlanDocument(group_name="Elm", lio_name="Dale", version=1)
    text = words(render_plan(bare))
    assert "Elm" in text
    assert "No steps are agreed yet" in text
    for heading in ("good at", "helps", "moved", "Section by section", "Unmet needs"):
        assert heading not in text
    assert "Unmet needs you told us about" in words(render_plan(plan(unmet_needs=("An interpreter",))))


def test_theme_without_score_says_so_in_words():
    themes = (ThemeLine(code="2.1", title="Inform"),)
    text = words(render_plan(plan(themes=themes, overall_shown=None)))
    assert "nothing applies" in squeezed_spaces(text)


def squeezed_spaces(text):
    return re.sub(r"\s+", " ", text)


def test_same_plan_gives_the_same_text():
    assert words(render_plan(plan())) == words(render_plan(plan()))


HARD_TEXTS = {
    "markup": "<script>alert('x')</script> & <b>bold</b> \"quoted\" {{ 7|add:1 }} {% now %}",
    "latin, other scripts": "Zoë Łukasz Nguyễn Ελλη Дарья",
    "cjk": "德比郡社区",
    "zero width": "zero\u200bwidth\u200cjoi\u2060ner",
}


def every_text(value):
    """A plan with ``value`` in every field that a person types into."""
    line = Step(
        what=value,
        why=value,
        first_step=value,
        who_words=value,
        person=value,
        criterion_title=value,
        support=value,
    )
    return plan(
        group_name=value,
        lio_name=value,
        issued_by=value,
        edition_title=value,
        where_you_are=value,
        lio_contact=LioContact(phone=value, email=value, web=value),
        themes=(ThemeLine(code="2.1", title=value, score_shown=3, band=value),),
        band=value,
        criteria=(CriterionLine(code="2.1", title=value, level=1, level_words=value),),
        strengths=(value,),
        steps=(line,),
        lio_help=(value,),
        changes=(value,),
        done=(line,),
        unmet_needs=(value,),
        contacts=(ContactLine(name=value, role=value, phone=value, email=value),),
    )


PLACES_SHOWN = 32
INVISIBLE = re.compile("[\u200b\u200c\u2060]")


def body_text(document):
    """The text of all pages without white space, invisible letters, and the lines at head and foot."""
    context = plan_context(document)
    pages = []
    for number, page in enumerate(PdfReader(io.BytesIO(render_plan(document))).pages, start=1):
        text = INVISIBLE.sub("", squeezed(page.extract_text()))
        for line in (context["running_left"], context["running_right"]):
            text = text.replace(INVISIBLE.sub("", squeezed(line)), "")
        pages.append(re.sub(rf"Page{number}of\d+", "", text))
    return "".join(pages)


@pytest.mark.parametrize("name", HARD_TEXTS)
def test_any_text_comes_out_whole_in_every_field(name):
    value = INVISIBLE.sub("", squeezed(HARD_TEXTS[name]))
    assert body_text(every_text(HARD_TEXTS[name])).count(value) == PLACES_SHOWN


def test_word_of_500_letters_loses_none_in_any_field():
    # Letters that stand nowhere else in the document: a row higher than a page goes on over the next one
    # cell by cell, so that the word itself is not in one piece there.
    text = body_text(every_text("Ж" + "юяэ" * 166 + "Щ"))
    assert [text.count(letter) for letter in "ЖюяэЩ"] == [n * PLACES_SHOWN for n in (1, 166, 166, 166, 1)]


def test_control_characters_are_dropped_without_harm():
    text = words(render_plan(plan(group_name="Ash\x00 \x1bSis\x08ters\ufffe", strengths=("be\x07ll",))))
    assert "Ash Sisters" in text
    assert "bell" in text


def test_right_to_left_names_and_emoji_are_drawn_with_real_letters():
    name = "مركز النساء"
    content = render_plan(plan(group_name=name, strengths=("שלום", "Well done 🎉👩🏽‍🤝‍👩🏿"), contacts=()))
    text = words(content)
    # Readers hand Arabic back letter by letter, in the order of the page or of reading.
    assert set(name.replace(" ", "")) <= set(text)
    assert set("שלום") <= set(text)
    assert "🎉" in text
    assert "\ufffd" not in text


def test_plan_of_200_actions_comes_out_whole():
    text = squeezed(words(render_plan(plan(steps=tuple(step(number) for number in range(200))))))
    missing = [number for number in range(200) if squeezed(f"Meet commissioner number {number}") not in text]
    assert missing == []


def test_huge_paragraph_comes_out_whole():
    paragraph = " ".join(f"word{number}" for number in range(4_000))
    text = squeezed(words(render_plan(plan(where_you_are=paragraph))))
    assert "word0word1" in text
    assert "word3999" in text


def test_nothing_typed_makes_the_pdf_fetch_anything(monkeypatch, tmp_path):
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
    ):
        content = render_plan(dataclasses.replace(every_text(payload), lio_logo=payload))
        with pikepdf.open(io.BytesIO(content)) as document:
            assert not list(document.attachments)
            streams = b"".join(
                item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)
            )
        assert b"marker-of-a-local-file" not in content + streams
        assert squeezed(payload) in squeezed(words(content))
    assert tried == []


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hostname", "http://127.0.0.1:9/logo.png", "pdf-static:plan.css"],
)
def test_logo_from_anywhere_else_is_left_out_and_the_plan_still_made(address):
    content = render_plan(plan(lio_logo=address))
    assert "Ashbourne Sisters" in words(content)
    assert not [image for page in PdfReader(io.BytesIO(content)).pages for image in page.images]


def test_section_without_a_level_or_a_day_says_so_in_words():
    document = plan(
        criteria=(
            CriterionLine(code="2.1", title="Open one"),
            CriterionLine(code="2.2", title="Aimed one", level=1, target=3),
        )
    )
    html = plan_html(document)
    assert "not answered yet" in html
    assert "3 in place" in html
    assert "3 in place by" not in html
