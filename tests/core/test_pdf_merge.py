"""Many PDFs in one: every page as it was, a bookmark each, and honest about the tags that are lost."""

import io

import pikepdf
import pypdf
import pytest
from weasyprint import HTML

from toolkit_portal.core.pdf_merge import UNTAGGED, PdfMerger


def made(words: str, pages: int = 1) -> bytes:
    """A tagged PDF with the words on each of its pages, and a link."""
    body = (
        "<p style='break-after: page'>{}</p>" * (pages - 1)
        + "<p>{} <a href='https://portal.example/'>a link</a></p>"
    )
    html = f"<html lang='en'><title>{words}</title><body>{body.format(*[words] * pages)}</body></html>"
    content: bytes = HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    return content


def merged(*files: tuple[bytes, str], **options: bool) -> bytes:
    target = io.BytesIO()
    with PdfMerger(target, title="Plans & <letters>", author="Peak (north)") as merger:
        for content, bookmark in files:
            merger.add(content, bookmark, **options)
    return target.getvalue()


def words_of(content: bytes) -> list[str]:
    return [page.extract_text().strip() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_pages_follow_each_other_and_each_file_has_its_bookmark():
    content = merged((made("One", 2), "Sunrise (é) ) ["), (made("Two"), "Šūňrise \U0001f31e"))
    assert [words.split()[0] for words in words_of(content)] == ["One", "One", "Two"]
    reader = pypdf.PdfReader(io.BytesIO(content))
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert marks == [("Sunrise (é) ) [", 0), ("Šūňrise \U0001f31e", 2)]
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert not pdf.check_pdf_syntax() and not pdf.get_warnings()
        assert str(pdf.pages[1].Annots[0].A.URI) == "https://portal.example/"


def test_each_page_looks_as_it_did():
    import pypdfium2

    def picture(content: bytes, page: int) -> bytes:
        return pypdfium2.PdfDocument(content)[page].render(scale=0.5).to_pil().tobytes()

    one, two = made("One", 2), made("Two")
    content = merged((one, "1"), (two, "2"))
    assert [picture(content, page) for page in range(3)] == [
        picture(one, 0),
        picture(one, 1),
        picture(two, 0),
    ]


def test_tags_are_lost_and_the_file_says_so():
    with pikepdf.open(io.BytesIO(made("One"))) as pdf:
        assert "/StructTreeRoot" in pdf.Root  # so that there was something to lose
    with pikepdf.open(io.BytesIO(merged((made("One"), "1")))) as pdf:
        assert not {"/StructTreeRoot", "/MarkInfo"} & set(pdf.Root.keys())
        assert "/StructParents" not in pdf.pages[0].obj
        assert str(pdf.docinfo.Subject) == UNTAGGED and "no tags" in UNTAGGED
        with pdf.open_metadata() as facts:
            assert facts["dc:title"] == "Plans & <letters>" and facts["dc:description"] == UNTAGGED
            assert not facts.pdfa_status and "pdfuaid:part" not in facts
        assert (str(pdf.Root.Lang), bool(pdf.Root.ViewerPreferences.DisplayDocTitle)) == ("en-GB", True)


def test_for_both_sides_each_file_begins_on_the_front_of_a_sheet():
    target = io.BytesIO()
    with PdfMerger(target, title="Plans", author="Peak") as merger:
        assert merger.add(made("One", 3), "1", on_the_right=True) == 3
        assert merger.add(made("Two", 2), "2", on_the_right=True) == 2
        merger.add(made("Three"), "3", on_the_right=True)
        merger.add(made("Index"), "Index", on_the_right=True, in_front=True)
    shown = [words.split()[:1] for words in words_of(target.getvalue())]
    assert shown == [["Index"], [], ["One"], ["One"], ["One"], [], ["Two"], ["Two"], ["Three"]]
    assert [mark.title for mark in pypdf.PdfReader(target).outline] == ["Index", "1", "2", "3"]


def test_what_a_page_has_from_the_tree_above_it_comes_along():
    with pikepdf.open(io.BytesIO(made("One"))) as pdf:
        page = pdf.pages[0].obj
        middle = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Pages, Count=1, Kids=[page], Parent=pdf.Root.Pages)
        )
        middle.Resources, middle.MediaBox = page.Resources, page.MediaBox
        del page["/Resources"], page["/MediaBox"]
        page.Parent = middle
        page.Nothing, page.Yes, page.No, page.Half = pikepdf.Array([None]), True, False, 0.5
        pdf.Root.Pages.Kids = pikepdf.Array([middle])
        changed = io.BytesIO()
        pdf.save(changed)
    content = merged((changed.getvalue(), "1"))
    assert words_of(content)[0].startswith("One")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert (bool(pdf.pages[0].Yes), bool(pdf.pages[0].No), float(pdf.pages[0].Half)) == (True, False, 0.5)


def test_nothing_put_in_is_an_empty_file_that_can_be_opened():
    content = merged()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 0 and not pdf.check_pdf_syntax()


def test_what_is_no_pdf_is_refused_and_a_broken_off_file_has_no_end():
    target = io.BytesIO()
    with pytest.raises(pikepdf.PdfError), PdfMerger(target, title="Plans", author="Peak") as merger:
        merger.add(b"<html>", "1")
    assert b"%%EOF" not in target.getvalue()
