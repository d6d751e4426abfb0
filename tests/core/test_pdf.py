"""The PDF door: tagged output, a fetcher that is closed, limits that hold."""

import base64
import io
import logging
import socket
import subprocess
import threading
import urllib.request
from pathlib import Path

import pikepdf
import pytest
from django.utils.safestring import mark_safe
from PIL import Image
from pypdf import PdfReader

from toolkit_portal.core import checks, pdf, pdf_engine
from toolkit_portal.core.pdf import PdfBusy, PdfTooLarge, render_pdf


def picture(*, kind="PNG", size=(8, 8)):
    content = io.BytesIO()
    Image.new("RGB", size, "#6b3f69").save(content, kind)
    return content.getvalue()


def data_address(content, *, media_type="image/png"):
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


@pytest.fixture
def page(settings, tmp_path):
    """Render any body through the door, as a template of the portal would."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    (tmp_path / "any.html").write_text(
        '{% extends "pdf/document.html" %}{% block body %}{{ body }}{% endblock %}',
        encoding="utf-8",
    )

    def render(body, **options):
        return render_pdf("any.html", {"body": body}, **{"title": "A title", **options})

    return render


def words(content):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_pdf_is_tagged_titled_and_says_its_language(page):
    content = page(mark_safe("<h1>Plan</h1><p>Words</p>"), title="Plan of Ash & Elm", language="cy")
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.StructTreeRoot.K[0].S == "/Document"
        assert str(document.Root.Lang) == "cy"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.docinfo["/Title"]) == "Plan of Ash & Elm"
        assert str(document.docinfo["/Author"]) == pdf.AUTHOR
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Plan of Ash & Elm"


@pytest.fixture
def no_network(monkeypatch):
    tried = []

    def refuse(self, address):
        tried.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: tried.append(args) or [])
    return tried


SECRET = "marker-of-a-local-file-47113"


def hostile_bodies(file_address):
    image = base64.b64encode(
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{file_address}"/></svg>'.encode()
    ).decode()
    return [
        f'<img src="{file_address}" alt="x">',
        '<img src="http://169.254.169.254/latest/meta-data" alt="x">',
        '<img src="//169.254.169.254/x.png" alt="x">',
        f'<link rel="attachment" href="{file_address}">',
        f'<a rel="attachment" href="{file_address}">x</a>',
        f'<link rel="stylesheet" href="{file_address}">',
        f'<style>@import url("{file_address}"); @import "http://127.0.0.1:9/x.css";</style>',
        f"<style>@font-face {{ font-family: x; src: url({file_address}) }} p {{ font: 9pt x }}</style>x",
        f'<p style="background: url({file_address})">x</p>',
        f"<style>p::before {{ content: url({file_address}) }}</style><p>x</p>",
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{file_address}"/><use href="{file_address}"/>',
        f'<img src="data:image/svg+xml;base64,{image}" alt="x">',
        f'<object data="{file_address}"></object><embed src="{file_address}">',
        f'<base href="{file_address}"><img src="other.txt" alt="x">',
        '<img src="ftp://127.0.0.1/x" alt="x">',
        '<img src="pdf-static:../../manage.py" alt="x">',
        '<img src="pdf-static:%2e%2e/%2e%2e/manage.py" alt="x">',
        '<img src="pdf-static:/etc/passwd" alt="x">',
        '<link rel="stylesheet" href="data:text/css,p%7Bcolor:red%7D">',
    ]


@pytest.mark.parametrize("number", range(19))
def test_pdf_fetches_nothing_even_from_trusted_markup(page, no_network, tmp_path, monkeypatch, number):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    opened = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path) or read_bytes(path))
    # What WeasyPrint's own fetcher would open anything with.
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", lambda *args, **kwargs: opened.append(args))
    bodies = hostile_bodies(secret.as_uri())
    assert len(bodies) == 19
    content = page(mark_safe(f"<p>Still here</p>{bodies[number]}"))
    assert "Still here" in words(content)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert not list(document.attachments)
        streams = b"".join(item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream))
    assert SECRET.encode() not in content + streams
    assert no_network == []
    assert opened == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://example.org/x.png",
        "HTTPS://example.org/x.png",
        "pdf-static:../css/site.css",
        "pdf-static:plan.css",
        "pdf-static:%00",
        "data:text/html,<p>x</p>",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,not base64",
        data_address(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        data_address(picture(kind="GIF")),
        data_address(picture(kind="JPEG")),
    ],
)
def test_fetcher_refuses_all_but_own_files_and_images(address):
    with pytest.raises(pdf_engine.AddressRefused):
        pdf_engine.ClosedFetcher().fetch(address)


def test_fetcher_follows_no_link_out_of_its_folder(tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "outside.png").write_bytes(picture())
    (tmp_path / "own" / "inside.png").write_bytes(picture())
    (tmp_path / "own" / "link.png").symlink_to(tmp_path / "outside.png")
    monkeypatch.setattr(pdf_engine, "STATIC_FOLDER", tmp_path / "own")
    assert pdf_engine.ClosedFetcher().fetch("pdf-static:inside.png").read() == picture()
    with pytest.raises(pdf_engine.AddressRefused):
        pdf_engine.ClosedFetcher().fetch("pdf-static:link.png")


def test_fetcher_refuses_an_image_of_too_many_pixels(monkeypatch):
    monkeypatch.setattr(pdf_engine, "LARGEST_IMAGE_PIXELS", 63)
    with pytest.raises(pdf_engine.AddressRefused):
        pdf_engine.ClosedFetcher().fetch(data_address(picture(size=(8, 8))))


def test_own_image_is_shown_as_a_figure_with_its_words(page):
    content = page(mark_safe(f'<p><img src="{data_address(picture())}" alt="A crest"></p>'))
    with pikepdf.open(io.BytesIO(content)) as document:
        figures = [
            item for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]  # fmt: skip
        assert [str(figure.Alt) for figure in figures] == ["A crest"]
        assert len(document.pages[0].get_images()) == 1


def test_refusal_is_logged_without_the_address(page, caplog):
    with caplog.at_level(logging.WARNING, logger="toolkit_portal.core.pdf_engine"):
        page(mark_safe('<img src="http://example.org/private-words" alt="x">'))
    assert "refused" in caplog.text
    assert "private-words" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("toolkit_portal")
    )


def test_characters_that_xml_forbids_are_dropped_and_the_rest_kept(page):
    text = words(page("be\x00fore\x07 \ud800mid\ufffedle\x9f af\u202eter"))
    assert "before middle after" in text


def test_right_to_left_text_gets_its_direction_and_urdu_its_script():
    html = pdf._AUTO_DIRECTION.sub(
        pdf._with_direction,
        '<p dir="auto">مرکز خواتین ڈربی</p><p class="a" dir="auto">(2) שלום</p><p dir="auto">Elm עם</p>',
    )
    assert html == (
        '<p dir="rtl" data-script="nastaliq">مرکز خواتین ڈربی</p>'
        '<p class="a" dir="rtl">(2) שלום</p><p>Elm עם</p>'
    )


def test_very_long_word_comes_out_whole(page):
    word = "".join(chr(97 + number % 26) for number in range(2_000)) + "&<>\"'" * 20
    assert word in "".join(words(page(word)).split())


def test_document_beyond_the_limits_is_refused_in_plain_words(page, monkeypatch):
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 500)
    with pytest.raises(PdfTooLarge, match="too long for one PDF"):
        page("word " * 200)


def test_document_of_too_many_elements_is_refused(page, monkeypatch):
    monkeypatch.setattr(pdf, "MOST_ELEMENTS", 20)
    with pytest.raises(PdfTooLarge):
        page(mark_safe("<p>x</p>" * 30))


def test_large_document_is_made_apart_with_the_same_words(page, monkeypatch):
    body = mark_safe("<h1>Plan</h1>" + "<p>Some words, and more.</p>" * 30)
    here = page(body)
    monkeypatch.setattr(pdf, "LARGE_ELEMENTS", 10)
    monkeypatch.setattr(pdf_engine, "render_html", None)
    assert words(page(body)) == words(here)


def test_large_document_that_takes_too_long_is_refused(page, monkeypatch):
    monkeypatch.setattr(pdf, "LARGE_ELEMENTS", 10)
    monkeypatch.setattr(pdf, "LARGE_WALL_SECONDS", 0.01)
    with pytest.raises(PdfTooLarge, match="took too long"):
        page(mark_safe("<p>x</p>" * 30))


def test_large_document_out_of_memory_is_refused(page, monkeypatch):
    monkeypatch.setattr(pdf, "LARGE_ELEMENTS", 10)
    monkeypatch.setattr(pdf, "LARGE_MEMORY_BYTES", 64 * 1024 * 1024)
    with pytest.raises(PdfTooLarge):
        page(mark_safe("<p>x</p>" * 30))


def test_large_documents_wait_for_each_other(page, monkeypatch):
    monkeypatch.setattr(pdf, "LARGE_ELEMENTS", 10)
    monkeypatch.setattr(pdf, "LARGE_WALL_SECONDS", 0.01)
    with pdf._large_turn, pytest.raises(PdfBusy, match="Try again"):
        page(mark_safe("<p>x</p>" * 30))
    assert pdf._large_turn.acquire(blocking=False)
    pdf._large_turn.release()


def test_process_for_large_documents_gets_no_secrets(page, monkeypatch):
    seen = {}
    run = subprocess.run

    def listen(*args, **kwargs):
        seen.update(kwargs["env"])
        return run(*args, **kwargs)

    monkeypatch.setenv("SECRET_KEY", "do-not-pass-on")
    monkeypatch.setattr(pdf, "LARGE_ELEMENTS", 10)
    monkeypatch.setattr(subprocess, "run", listen)
    page(mark_safe("<p>x</p>" * 30))
    assert "PATH" in seen
    assert "do-not-pass-on" not in seen.values()


def test_threads_share_the_style_sheets_safely(page):
    results = []
    threads = [
        threading.Thread(target=lambda name=name: results.append((name, words(page(f"Group {name}")))))
        for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for name, _ in results) == list("abcd")
    assert all(f"Group {name}" in text for name, text in results)
    first = pdf_engine._style("document.css")
    assert pdf_engine._style("document.css") is first


def test_check_is_silent_where_everything_is_installed(monkeypatch):
    monkeypatch.setattr(checks, "library_found", lambda name: True)
    monkeypatch.setattr(checks, "font_found", lambda pattern: True)
    assert checks.pdf_libraries(None) == []


def test_check_names_what_is_missing_and_how_to_install_it(monkeypatch):
    monkeypatch.setattr(checks, "library_found", lambda name: False)
    monkeypatch.setattr(checks, "font_found", lambda pattern: False)
    messages = checks.pdf_libraries(None)
    assert [message.id for message in messages] == [
        "pdf.E001",
        "pdf.E001",
        "pdf.W001",
        "pdf.W002",
        "pdf.W003",
    ]
    for message, package in zip(
        messages,
        [
            "libpango-1.0-0",
            "libpangoft2-1.0-0",
            "libharfbuzz-subset0",
            "fonts-noto-core",
            "fonts-wqy-microhei",
        ],
        strict=True,
    ):
        assert package in message.msg
        assert message.hint.endswith(f"apt-get install {package}")


def test_missing_library_is_noticed():
    assert not checks.library_found("libthere-is-no-such-thing.so.0")
