"""The evidence brief as PDF and Word file: the same words and numbers in both, whole, harmless, readable aloud."""

import base64
import dataclasses
import io
import re
import socket
import zipfile
from datetime import date

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from evidence.brief_document import (
    AbleGroup,
    Bar,
    BriefChart,
    BriefDocument,
    BriefLio,
    BriefQuote,
    BriefTable,
    Chosen,
    Figure,
    GroupField,
    LawPoint,
    MethodSection,
    ScoredQuestion,
    TableRow,
    Told,
)
from evidence.brief_docx import render_brief_docx
from evidence.brief_layout import brief_layout
from evidence.brief_pdf import brief_html, render_brief_pdf


def logo():
    content = io.BytesIO()
    Image.new("RGB", (40, 20), "#6b3f69").save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def brief(**changes):
    values = {
        "title": "Mental health in Chesterfield: unmet need",
        "number": 7,
        "issued_on": date(2026, 11, 14),
        "issued_by": "Jo Marsden",
        "lio": BriefLio(
            name="Dale Voluntary Action",
            contact="Ada Holt",
            phone="01632 960001",
            email="lio@dale.example",
            web="dale.example",
        ),
        "commissioner": "Mental Health Commissioning Team",
        "chosen": Chosen(
            service_area="Mental health",
            districts=("Chesterfield", "Bolsover"),
            communities=("Pakistani",),
            period="1 April 2025 to 31 March 2026",
        ),
        "gap": "People go without help: 34 records show it.",
        "figures": (
            Figure(value="34", label="records", note="all reviewed"),
            Figure(value="<5", label="people affected"),
            Figure(value="*", label="other people"),
        ),
        "charts": (
            BriefChart(
                title="What keeps people out",
                corner="Barrier",
                measure="Records",
                bars=(
                    Bar(label="Language", value=2100),
                    Bar(label="Cost", value=1),
                    Bar(label="Digital", value=None, text="<5"),
                ),
                note="<5 stands for 1 to 4.",
            ),
        ),
        "tables": (
            BriefTable(
                title="People by district",
                corner="District",
                columns=("Pakistani", "Total"),
                rows=(
                    TableRow(label="Bolsover", cells=("*", "<5")),
                    TableRow(label="Total", cells=("41", "58"), is_total=True),
                ),
                caption="People affected",
                note="A number is hidden.",
            ),
        ),
        "methods": (
            MethodSection(
                name="Requests and enquiries",
                code="2.15c",
                records="14 records",
                people="fewer than 5 people",
                told=(Told(summary="She was told to bring her son.", when="March 2026", where="Bolsover"),),
                left_out="5 more are counted.",
                limits=("Only those who asked are counted.",),
            ),
        ),
        "quotes": (BriefQuote(text="I put the phone down.", speaker="A mother of two"),),
        "affected": ("58 people are affected.",),
        "needed": ("An interpreter",),
        "law": (
            LawPoint(
                title="Equality duty", text="Have due regard.", source="s149", checked_on=date(2026, 11, 1)
            ),
        ),
        "clause": ("1. The provider must ask.", "2. The provider must report."),
        "questions": (
            ScoredQuestion(question="How will you ask?", marks=12, good_answer="With an interpreter"),
            ScoredQuestion(question="How will you tell?", marks=8, good_answer="With figures"),
        ),
        "groups": (
            AbleGroup(name="Ashbourne Sisters", fields=(GroupField(label="Languages", text="Urdu"),)),
        ),
        "method_note": ("These are not a sample.",),
    }
    return BriefDocument(**{**values, **changes})


def squeezed(text):
    """The text without white space, invisible letters and the hyphens of broken words: lines break where they must."""
    return re.sub("[\\s\u200b\u200c\u2060\u00ad\u2010]+", "", text)


def pdf_pages(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def pdf_text(document):
    """The text of all pages without the lines at head and foot."""
    context = brief_layout(document)
    running = [squeezed(context[name]) for name in ("running_left", "running_right", "running_state")]
    pages = []
    for number, text in enumerate(pdf_pages(render_brief_pdf(document)), start=1):
        kept = re.sub(rf"Page{number}of\d+", "", squeezed(text))
        for line in filter(None, running):
            kept = kept.replace(line, "")
        pages.append(kept)
    return "".join(pages)


def blocks(document):
    """The Word file's paragraphs and cells as (style, text), in reading order."""
    body = docx.Document(io.BytesIO(render_brief_docx(document)))
    found = []
    for block in body.iter_inner_content():
        if isinstance(block, docx.text.paragraph.Paragraph):
            found.append((block.style.name, block.text))
        else:
            found += [("Table", cell.text) for row in block.rows for cell in row.cells]
    return found


def docx_text(document):
    return squeezed("".join(text for _, text in blocks(document)))


def values_in_order(document):
    """Every value of the brief, in the order of the documents."""
    chosen = document.chosen
    values = [document.title, document.commissioner, document.issued_by, document.lio.name, document.gap]
    for names in ("label", "value", "note"):
        values += [getattr(figure, names) for figure in document.figures]
    values += [chosen.service_area, *chosen.districts, *chosen.communities, chosen.period]
    for chart in document.charts:
        values += [chart.title, chart.corner, chart.measure]
        for bar in chart.bars:
            values += [bar.label, bar.text or f"{bar.value:,}"]
        values.append(chart.note)
    for table in document.tables:
        values += [table.title, table.caption, table.corner, *table.columns]
        for row in table.rows:
            values += [row.label, *row.cells]
        values.append(table.note)
    for section in document.methods:
        values += [section.name, section.code, section.records, section.people]
        for told in section.told:
            values += [told.summary, told.where, told.when]
        values += [section.left_out, *section.limits]
    for quote in document.quotes:
        values += [quote.text, quote.speaker]
    values += [*document.affected, *document.needed]
    for point in document.law:
        values += [point.title, point.text, point.source]
    values += document.clause
    for line in document.questions:
        values += [line.question, line.good_answer, str(line.marks)]
    for group in document.groups:
        values.append(group.name)
        for field in group.fields:
            values += [field.label, field.text]
    lio = document.lio
    return [*values, *document.method_note, lio.name, lio.contact, lio.phone, lio.email, lio.web]


def missing_in_order(text, values):
    """The values that don't stand in the text after the one before them."""
    at, missing = 0, []
    for value in values:
        found = text.find(squeezed(value), at)
        if found < 0:
            missing.append(value)
        else:
            at = found + len(squeezed(value))
    return missing


def structure(content):
    """The structure elements of the PDF by kind."""
    with pikepdf.open(io.BytesIO(content)) as document:
        kinds = {}
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem":
                attributes = item.get("/A", pikepdf.Dictionary())
                kinds.setdefault(str(item.S)[1:], []).append(
                    {"alt": str(item.get("/Alt", "")), "headers": len(attributes.get("/Headers", []))}
                )
        return kinds


@pytest.mark.parametrize("text_of", [pdf_text, docx_text])
def test_each_document_holds_every_value_in_order(text_of):
    assert missing_in_order(text_of(brief()), values_in_order(brief())) == []


def test_both_documents_say_the_same():
    # Bullets and ticks are characters of a PDF and numbering of a Word file.
    assert re.sub("[•✓◦▪]", "", pdf_text(brief())) == docx_text(brief())


# Letters and digits only: how other characters come out is tested below, one by one.
WORDS = st.text("abcdeXYZ 0189", min_size=1, max_size=30).map(lambda text: f"q{text.strip()}z")
SOME = st.lists(WORDS, max_size=3).map(tuple)
NUMBERS = st.one_of(st.integers(5, 9999).map(str), st.sampled_from(["<5", "*", "0"]))


@st.composite
def briefs(draw):
    columns = draw(st.lists(WORDS, min_size=1, max_size=9))
    rows = draw(st.lists(st.tuples(WORDS, st.tuples(*[NUMBERS for _ in columns])), min_size=1, max_size=4))
    bars = draw(st.lists(st.tuples(WORDS, st.one_of(st.none(), st.integers(0, 5000))), max_size=4))
    return brief(
        title=draw(WORDS),
        number=draw(st.one_of(st.none(), st.integers(1, 999))),
        gap=draw(WORDS),
        figures=tuple(
            Figure(value=value, label=label, note=note)
            for value, label, note in draw(
                st.lists(st.tuples(NUMBERS, WORDS, st.one_of(st.just(""), WORDS)), max_size=4)
            )
        ),
        charts=(
            BriefChart(
                title=draw(WORDS),
                corner=draw(WORDS),
                measure=draw(WORDS),
                bars=tuple(Bar(label=a, value=n, text="*" if n is None else "") for a, n in bars),
            ),
        ),
        tables=(
            BriefTable(
                title=draw(WORDS),
                corner=draw(WORDS),
                columns=tuple(columns),
                rows=tuple(TableRow(label=label, cells=cells) for label, cells in rows),
            ),
        ),
        methods=tuple(
            MethodSection(name=name, records="3 records", told=(Told(summary=summary),), limits=limits)
            for name, summary, limits in draw(st.lists(st.tuples(WORDS, WORDS, SOME), max_size=3))
        ),
        quotes=tuple(BriefQuote(text=text) for text in draw(SOME)),
        affected=draw(SOME),
        needed=draw(SOME),
        clause=draw(SOME),
        method_note=draw(SOME),
    )


@settings(max_examples=12)
@given(document=briefs())
def test_any_brief_has_the_same_words_and_numbers_in_both(document):
    values = values_in_order(document)
    assert missing_in_order(docx_text(document), values) == []
    assert missing_in_order(pdf_text(document), values) == []


def test_usual_brief_has_three_to_five_pages():
    section = brief().methods[0]
    told = section.told * 4
    usual = brief(
        methods=(dataclasses.replace(section, told=told),) * 4,
        clause=("The provider must offer what people need, at each step. " * 3,) * 8,
        questions=tuple(
            ScoredQuestion(question="How will you do it?", marks=4, good_answer="With care. " * 12)
            for _ in range(5)
        ),
        law=brief().law * 6,
        groups=brief().groups * 4,
    )
    assert 3 <= len(pdf_pages(render_brief_pdf(usual))) <= 5


def test_first_page_has_the_gap_the_figures_and_whom_it_is_for():
    first = squeezed(pdf_pages(render_brief_pdf(brief()))[0])
    for text in (brief().gap, "34", "people affected", "For Mental Health Commissioning Team", "Bolsover"):
        assert squeezed(text) in first


def test_pdf_is_tagged_titled_and_in_its_language():
    content = render_brief_pdf(brief(lio=BriefLio(name="Dale", logo=logo())))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.docinfo["/Title"]) == f"Evidence brief 7: {brief().title}"
        assert str(document.docinfo["/Author"]) == "Dale"
        box = document.pages[0].MediaBox
        assert (round(float(box[2])), round(float(box[3]))) == (595, 842)
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    kinds = structure(content)
    assert len(kinds["H1"]) == 1
    assert len(kinds["H2"]) == 12
    assert len(kinds["H3"]) == 5
    assert [figure["alt"] for figure in kinds["Figure"]] == ["Logo of Dale"]
    assert len(kinds["Table"]) == 4
    assert len(kinds["TH"]) == 3 + (3 + 3) + (3 + 2) + (3 + 3)
    assert all(cell["headers"] for cell in kinds["TD"])
    assert len(kinds["BlockQuote"]) == 1


def test_word_file_has_headings_repeated_table_heads_language_and_properties():
    file = docx.Document(io.BytesIO(render_brief_docx(brief(lio=BriefLio(name="Dale", logo=logo())))))
    styles = [paragraph.style.name for paragraph in file.paragraphs]
    assert styles.count("Heading 1") == 1
    assert styles.count("Heading 2") == 12
    assert styles.count("Heading 3") == 5
    assert styles.count("Quote") == 1
    assert styles.count("Panel") == 2
    assert "List Bullet" in styles
    assert len(file.tables) == 4
    for table in file.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstRow")) == "1"
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    assert [language.get(qn("w:val")) for language in file.styles.element.iter(qn("w:lang"))] == ["en-GB"]
    assert file.core_properties.title == f"Evidence brief 7: {brief().title}"
    assert file.core_properties.author == "Dale"
    assert file.core_properties.language == "en-GB"
    assert file.inline_shapes[0]._inline.docPr.get("descr") == "Logo of Dale"
    assert (round(file.sections[0].page_width.mm), round(file.sections[0].page_height.mm)) == (210, 297)
    assert {"PAGE", "NUMPAGES"} == {
        field.text for field in file.sections[0].footer._element.iter(qn("w:instrText"))
    }


def test_every_style_that_a_word_file_uses_stands_in_it():
    """An unknown one would fall back to plain text without a word."""
    file = docx.Document(io.BytesIO(render_brief_docx(brief())))
    known = {style.style_id for style in file.styles}
    used = {
        element.get(qn("w:val"))
        for element in file.element.body.iter()
        if element.tag in {qn("w:pStyle"), qn("w:tblStyle")}
    }
    assert used <= known


def test_bars_are_as_long_as_their_numbers_and_none_where_the_number_is_hidden():
    percents = [bar["percent"] for bar in brief_layout(brief())["charts"][0]["bars"]]
    assert percents == [100, 1, 0]
    assert brief_html(brief()).count('class="track"') == 2
    assert [style for style, _ in blocks(brief())].count("Bar") == 0  # they are cells
    file = docx.Document(io.BytesIO(render_brief_docx(brief())))
    cells = [row.cells[1].paragraphs[0] for row in file.tables[1].rows[1:]]
    assert [cell.style.name for cell in cells] == ["Bar", "Bar", "Table Text"]


def test_marks_are_added_up():
    assert "20" in [text for _, text in blocks(brief())]


def test_draft_says_so_on_each_page_and_an_issued_brief_nowhere():
    draft = brief(number=None, needed=("An interpreter",) * 80)
    pages = pdf_pages(render_brief_pdf(draft))
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Draft" in text
        assert "not issued yet" in text
    file = docx.Document(io.BytesIO(render_brief_docx(draft)))
    assert file.sections[0].header.paragraphs[0].text.startswith("Draft: not issued yet")
    assert "not issued" not in "".join(pdf_pages(render_brief_pdf(brief())))
    assert "notissued" not in docx_text(brief())


def test_section_with_nothing_to_show_is_left_out_of_both():
    bare = BriefDocument(
        title="Housing",
        issued_on=date(2026, 11, 14),
        lio=BriefLio(name="Dale"),
        chosen=Chosen(service_area="Housing"),
        gap="A gap.",
    )
    headings = [text for style, text in blocks(bare) if style == "Heading 2"]
    assert headings == ["The gap", "Who to ask"]
    assert re.sub("[•✓◦▪]", "", pdf_text(bare)) == docx_text(bare)


def test_same_brief_gives_the_same_word_file():
    assert render_brief_docx(brief()) == render_brief_docx(brief())
    # Two made within the same two seconds would be alike even with the time of making in them.
    with zipfile.ZipFile(io.BytesIO(render_brief_docx(brief()))) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = docx.Document(io.BytesIO(render_brief_docx(brief()))).core_properties
    assert properties.created.date() == properties.modified.date() == brief().issued_on


def test_200_summaries_come_out_whole_in_both():
    told = tuple(Told(summary=f"Summary {number} of somebody") for number in range(200))
    document = brief(methods=(MethodSection(name="Enquiries", records="200 records", told=told),))
    values = [line.summary for line in told]
    assert missing_in_order(pdf_text(document), values) == []
    assert missing_in_order(docx_text(document), values) == []


PLACES_SHOWN = 39


def every_text(value):
    """A brief with ``value`` in every field that a person or an administrator types into."""
    return brief(
        title=value,
        issued_by=value,
        commissioner=value,
        lio=BriefLio(name=value, contact=value, phone=value, email=value, web=value),
        chosen=Chosen(service_area=value, districts=(value,), communities=(value,), period=value),
        gap=value,
        figures=(Figure(value="5", label=value, note=value),),
        charts=(
            BriefChart(
                title=value, corner=value, measure=value, bars=(Bar(label=value, value=3),), note=value
            ),
        ),
        tables=(
            BriefTable(
                title=value, corner="D", columns=(value,), rows=(TableRow(label=value, cells=("7",)),)
            ),
        ),
        methods=(
            MethodSection(
                name=value, records="1 record", told=(Told(summary=value, when=value, where=value),)
            ),
        ),
        quotes=(BriefQuote(text=value, speaker=value),),
        affected=(value,),
        needed=(value,),
        clause=(value,),
        questions=(ScoredQuestion(question=value, marks=1, good_answer=value),),
        groups=(AbleGroup(name=value, fields=(GroupField(label=value, text=value),)),),
        method_note=(value,),
    )


HARD_TEXTS = {
    "markup": "<script>alert('x')</script> & <b>bold</b> \"quoted\" {{ 7|add:1 }} {% now %}",
    "latin, other scripts": "Zoë Łukasz Nguyễn Ελλη Дарья",
    "cjk": "德比郡社区",
    "zero width": "zero\u200bwidth\u200cjoi\u2060ner",
}


@pytest.mark.parametrize("name", HARD_TEXTS)
def test_any_text_comes_out_whole_in_every_field_of_both(name):
    document, value = every_text(HARD_TEXTS[name]), squeezed(HARD_TEXTS[name])
    assert docx_text(document).count(value) == PLACES_SHOWN
    assert pdf_text(document).count(value) == PLACES_SHOWN


def test_right_to_left_names_run_that_way_in_both():
    name = "مركز النساء"
    document = brief(quotes=(BriefQuote(text=name),), title=name)
    text = "".join(pdf_pages(render_brief_pdf(document)))
    # Readers hand Arabic back letter by letter, in the order of the page or of reading.
    assert set(name.replace(" ", "")) <= set(text)
    assert "\ufffd" not in text
    assert 'dir="rtl"' in brief_html(document)
    file = docx.Document(io.BytesIO(render_brief_docx(document)))
    title = next(paragraph for paragraph in file.paragraphs if paragraph.style.name == "Heading 1")
    assert title.text == name
    assert title._p.pPr.find(qn("w:bidi")) is not None
    assert title.runs[0].font.rtl


def test_control_characters_are_dropped_without_harm():
    document = brief(title="Ash\x00 \x1bSis\x08ters\ufffe", issued_by="Jo\x0b", needed=("be\x07ll\ud800",))
    assert "AshSisters" in docx_text(document)
    assert "bell" in docx_text(document)
    assert "AshSisters" in pdf_text(document)


def test_word_of_500_letters_is_whole_in_both():
    word = "Ж" + "юяэ" * 166 + "Щ"
    document = brief(needed=(word,), tables=(), quotes=(BriefQuote(text=word),))
    assert docx_text(document).count(word) == 2
    assert pdf_text(document).count(word) == 2


def test_nothing_typed_makes_a_document_fetch_anything(monkeypatch, tmp_path):
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
        '</w:t><w:instrText>INCLUDETEXT "/etc/hostname"</w:instrText>',
    ):
        document = every_text(payload)
        document = dataclasses.replace(document, lio=dataclasses.replace(document.lio, logo=payload))
        content = render_brief_pdf(document)
        with pikepdf.open(io.BytesIO(content)) as opened:
            assert not list(opened.attachments)
            streams = b"".join(
                item.read_bytes() for item in opened.objects if isinstance(item, pikepdf.Stream)
            )
        assert b"marker-of-a-local-file" not in content + streams
        assert squeezed(payload) in squeezed("".join(pdf_pages(content)))
        assert squeezed(payload) in docx_text(document)
    assert tried == []


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "http://127.0.0.1:9/logo.png", "data:image/png;base64,no"]
)
def test_logo_from_anywhere_else_is_left_out_and_the_brief_still_made(address):
    document = brief(lio=BriefLio(name="Dale", logo=address))
    assert not [
        image for page in PdfReader(io.BytesIO(render_brief_pdf(document))).pages for image in page.images
    ]
    assert len(docx.Document(io.BytesIO(render_brief_docx(document))).inline_shapes) == 0


def test_word_file_has_no_macro_link_field_or_part_from_outside():
    payload = 'HYPERLINK "http://x.example" DDEAUTO http://x.example'
    with zipfile.ZipFile(io.BytesIO(render_brief_docx(every_text(payload)))) as file:
        names = file.namelist()
        relations = b"".join(file.read(name) for name in names if name.endswith(".rels"))
        body = file.read("word/document.xml")
    assert not [name for name in names if "vba" in name.lower() or "embed" in name.lower()]
    assert b"External" not in relations
    assert b"<w:instrText" not in body
    assert b"<w:hyperlink" not in body
