"""Files of records of evidence: what is taken and refused, how it is kept and handed out, and who may."""

import io
import uuid
import zipfile

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from weasyprint import HTML

from evidence import attachments
from evidence.attachments import MOST_FILES, attach, detach, digest
from evidence.models import Attachment, Evidence
from evidence.recording import NotReviewable, StaleRecord, delete_draft, review
from tests import factories
from tests.cast import Cast, make_cast
from tests.core.test_files_looked_at import RECORDINGS, attached, changed, docx, odt
from toolkit_portal.core.attachment_files import MOST_BYTES, NAME_LETTERS, Prepared, prepare, safe_name
from toolkit_portal.core.uploads import UploadError

pytestmark = pytest.mark.django_db
PLACE = "53.2584, -1.9111"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def record(cast: Cast) -> Evidence:
    return factories.make_evidence(lio=cast.peak, by=cast.officer)


def picture(kind: str = "PNG", *, size=(60, 40), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def pdf() -> bytes:
    return HTML(string="<title>x</title><h1>A letter</h1>").write_pdf()


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def taken(content: bytes, name: str = "a.bin") -> Prepared:
    return prepare(sent(name, content), name)


def add(record: Evidence, cast: Cast, content: bytes | None = None, name: str = "letter.png") -> Attachment:
    return attach(
        record=record, by=cast.officer, prepared=taken(content or picture(), name), client_id=uuid.uuid4()
    )


def add_url(record: Evidence, form: uuid.UUID | None = None) -> str:
    return reverse("attachment_add", args=[record.pk]) + f"?form={form or uuid.uuid4()}"


def stored() -> set[str]:
    return (
        {f"evidence/{name}" for name in default_storage.listdir("evidence")[1]}
        if default_storage.exists("evidence")
        else set()
    )


# What is taken


def documents() -> dict[str, bytes]:
    return {"pdf": pdf(), "docx": docx().getvalue(), "odt": odt().getvalue(), "text": "Grüße\n".encode()}


def test_documents_are_taken_as_they_came():
    for kind, content in documents().items():
        prepared = taken(content)
        assert prepared.kind == kind
        assert prepared.content.read() == content


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_are_taken_as_they_came(name: str):
    prepared = taken(RECORDINGS[name])
    assert prepared.content.read() == RECORDINGS[name]
    assert prepared.thumbnail == b""


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_is_made_anew_without_what_it_carried(kind: str):
    extra: dict = {"exif": _place()} if kind in {"JPEG", "PNG", "WEBP"} else {"comment": PLACE.encode()}
    content = picture(kind, **extra)
    assert PLACE.encode() in content
    prepared = taken(content)
    made = prepared.content.read()
    assert PLACE.encode() not in made + prepared.thumbnail
    assert prepared.kind == ("jpeg" if kind == "JPEG" else "png")
    assert not Image.open(io.BytesIO(made)).getexif()


def _place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PLACE
    return exif.tobytes()


def test_a_photo_is_turned_upright_and_has_a_small_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = taken(picture("JPEG", size=(900, 400), exif=exif.tobytes()))
    assert Image.open(prepared.content).size == (400, 900)
    assert Image.open(io.BytesIO(prepared.thumbnail)).size == (142, 320)


def test_a_gif_that_moves_becomes_its_first_picture():
    out = io.BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    made = Image.open(taken(out.getvalue()).content)
    assert made.format == "PNG" and getattr(made, "n_frames", 1) == 1


def test_the_first_page_of_a_pdf_is_its_small_picture():
    shown = Image.open(io.BytesIO(taken(pdf()).thumbnail))
    assert shown.format == "PNG" and max(shown.size) == 320


def zipped(*names: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return out.getvalue()


def attacks() -> dict[str, tuple[bytes, str, str]]:
    """Name of the attack -> content, file name, what the refusal says."""
    bomb = docx({"word/media/a.bmp": b"\0" * 30_000_000}).getvalue()
    return {
        "web page": (b"<html><script>alert(1)</script>", "page.png", "web page"),
        "web page behind words": (b"Dear all,\n<ScRiPt >alert(1)</script>", "a.txt", "web page"),
        "web page in UTF-16": ("hello <script>x".encode("utf-16"), "a.txt", "web page"),
        "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "svg"),
        "drawing as text": (b"<?xml version='1.0'?><svg/>", "a.txt", "web page"),
        "program": (b"MZ\x90\0" + b"\0" * 100, "a.pdf", "program"),
        "program by its name": (picture(), "photo.png.exe", r"\.exe"),
        "double ending": (picture(), "photo.php.png", r"\.php"),
        "double ending behind spaces": (picture(), "photo.png   .scr", r"\.scr"),
        "name turned round": (picture(), "photo\u202egnp.exe", r"\.exe"),
        "script as text": (b"echo hello", "a.bat", r"\.bat"),
        "zip": (zipped("a.txt"), "a.docx", "zip"),
        "zip bomb": (bomb, "a.docx", "unpack"),
        "macros": (docx({"word/vbaProject.bin": b"x"}).getvalue(), "a.docx", "macros"),
        "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "a.doc", r"\.docx"),
        "rich text": (b"{\\rtf1 hello}", "a.rtf", "rich text"),
        "video": (b"OggS" + b"\0" * 24 + b"\x80theora", "a.ogg", "video"),
        "pdf with a file": (changed(pdf(), attached).getvalue(), "a.pdf", "other files"),
        "pdf and zip": (pdf() + zipped("evil.class"), "a.pdf", "two kinds"),
        "mp3 and zip": (RECORDINGS["mp3"] + zipped("evil.class"), "a.mp3", "two kinds"),
        "binary as text": (b"hello" * 1000 + b"\0\1\2", "a.txt", "plain text all through"),
        "empty": (b"", "a.txt", "empty"),
        "damaged image": (picture()[:20], "a.png", "damaged"),
        "large image": (b"\x89PNG\r\n\x1a\n" + b"\0" * (10 * 1024 * 1024), "a.png", "the most is 10 MB"),
        "large document": (b"x" * (15 * 1024 * 1024 + 1), "a.txt", "the most is 15 MB"),
        "large recording": (b"ID3" + b"\0" * MOST_BYTES, "a.mp3", "the most is 50 MB"),
        "nothing known": (b"\0\1\2\3", "a.pdf", "doesn't know"),
    }


ATTACKS = list(attacks())


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_could_harm_is_refused_in_words_and_leaves_nothing(cast: Cast, record: Evidence, attack: str):
    content, name, said = attacks()[attack]
    before = stored()
    with pytest.raises(UploadError, match=said):
        prepare(io.BytesIO(content), name)
    page = cast.client("officer").post(add_url(record), {"chosen": sent(name, content)})
    assert page.status_code == 422
    assert not Attachment.objects.exists()
    assert stored() == before


def test_an_image_that_is_something_else_too_keeps_only_its_pixels():
    evil = zipped("evil.class") + b"<script>alert(1)</script>"
    made = taken(picture() + evil).content.read()
    assert b"evil" not in made and b"script" not in made


def test_an_image_with_very_many_pixels_is_refused_before_it_is_read():
    with pytest.raises(UploadError, match="pixels"):
        taken(picture(size=(5000, 4000)))


# Names


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("letter.PNG", "png", "letter.png"),
        ("photo.webp", "png", "photo.png"),
        ("photo.jpeg", "jpeg", "photo.jpeg"),
        ("../../etc/passwd", "text", "passwd.txt"),
        ("C:\\Users\\me\\letter.pdf", "pdf", "letter.pdf"),
        ("a\x00b\r\nc.pdf", "pdf", "abc.pdf"),
        ("\u202efdp.letter.pdf", "pdf", "fdp.letter.pdf"),
        ("...", "pdf", "file.pdf"),
        (".pdf", "pdf", "file.pdf"),
        ("چٹھی.pdf", "pdf", "چٹھی.pdf"),
        ("a<b>:c|d?.pdf", "pdf", "a b c d.pdf"),
        ("notes.final", "text", "notes.final.txt"),
        ("memo.opus", "ogg", "memo.opus"),
    ],
)
def test_a_name_is_shown_plain_with_the_ending_of_its_kind(name: str, kind: str, shown: str):
    assert safe_name(name, kind) == shown


def test_a_long_name_is_cut_before_its_ending():
    assert len(safe_name("ä" * 500 + ".pdf", "pdf")) == NAME_LETTERS
    assert safe_name("ä" * 500 + ".pdf", "pdf").endswith(".pdf")


# Kept


def test_a_file_is_stored_under_a_name_that_tells_nothing(cast: Cast, record: Evidence):
    made = add(record, cast, name="Mrs Khan.png")
    for file in (made.file, made.thumbnail):
        assert "khan" not in file.name.lower()
        assert len(file.name) > 40
        with pytest.raises(ValueError, match="no address"):
            file.url  # noqa: B018
    with default_storage.open(made.file.name) as file:
        assert digest(file) == made.sha256


def test_several_files_are_taken_at_once_each_with_its_own_error(cast: Cast, record: Evidence):
    files = [sent("good.png", picture()), sent("bad.png", b"MZ00"), sent("<b>.txt", b"words")]
    response = cast.client("officer").post(add_url(record), {"chosen": files, "description": "The letter"})
    page = response.content.decode()
    assert response.status_code == 422
    assert set(record.attachments.values_list("filename", flat=True)) == {"good.png", "b.txt"}
    assert "bad.png: The file is a program." in page
    assert "good.png" in page
    assert set(record.attachments.values_list("description", flat=True)) == {"The letter"}


def test_a_form_sent_again_stores_nothing_twice(cast: Cast, record: Evidence):
    form = uuid.uuid4()
    client = cast.client("officer")
    for _ in range(3):
        response = client.post(
            add_url(record, form),
            {"chosen": [sent("a.png", picture()), sent("b.txt", b"words")], "client_id": str(form)},
        )
        assert response.status_code == 302
    assert record.attachments.count() == 2
    assert len(stored() & {file.file.name for file in record.attachments.all()}) == 2


def test_the_same_form_for_another_record_is_another_file(cast: Cast, record: Evidence):
    other = factories.make_evidence(lio=cast.peak, by=cast.officer)
    form = uuid.uuid4()
    for each in (record, other):
        cast.client("officer").post(add_url(each, form), {"chosen": sent("a.png", picture())})
    assert record.attachments.count() == other.attachments.count() == 1


def test_a_record_holds_so_many_files_and_no_more(cast: Cast, record: Evidence):
    for number in range(MOST_FILES):
        add(record, cast, f"words {number}".encode(), "a.txt")
    before = stored()
    with pytest.raises(UploadError, match="20 files at most"):
        add(record, cast)
    assert stored() == before


def test_no_file_stays_when_its_row_cant_be_written(cast: Cast, record: Evidence, monkeypatch):
    before = stored()

    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(RuntimeError):
        add(record, cast)
    assert stored() == before
    record.refresh_from_db()
    assert record.version == 1


def test_no_file_stays_when_the_storage_fails_half_way(cast: Cast, record: Evidence, monkeypatch):
    before = stored()
    save = default_storage.save
    calls = []

    def second_fails(name, content, **kwargs):
        calls.append(name)
        if len(calls) == 2:
            raise OSError("no space left")
        return save(name, content, **kwargs)

    monkeypatch.setattr(attachments.default_storage, "save", second_fails)
    with pytest.raises(OSError, match="no space"):
        add(record, cast)
    assert stored() == before
    assert not Attachment.objects.exists()


def test_a_record_deleted_meanwhile_gets_no_file(cast: Cast, record: Evidence):
    gone = Evidence.objects.get(pk=record.pk)
    record.delete()
    before = stored()
    with pytest.raises(UploadError, match="deleted in the meantime"):
        add(gone, cast)
    assert stored() == before


def test_deleting_asks_first_and_removes_the_files(
    cast: Cast, record: Evidence, django_capture_on_commit_callbacks
):
    made = add(record, cast)
    names = {made.file.name, made.thumbnail.name}
    client = cast.client("officer")
    assert "Delete this file?" in client.get(reverse("attachment_delete", args=[made.pk])).content.decode()
    assert names <= stored()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("attachment_delete", args=[made.pk])).status_code == 302
    assert not names & stored()
    detach(attachment=made, by=cast.officer)


def test_files_stay_when_the_deletion_is_rolled_back(
    cast: Cast, record: Evidence, django_capture_on_commit_callbacks
):
    made = add(record, cast)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        detach(attachment=made, by=cast.officer)
        raise RuntimeError
    assert made.file.name in stored()
    assert Attachment.objects.filter(pk=made.pk).exists()


def test_a_deleted_record_takes_its_files_along(
    cast: Cast, record: Evidence, django_capture_on_commit_callbacks
):
    made = add(record, cast)
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(record=record, by=cast.officer)
    assert made.file.name not in stored()


# The record's state


@pytest.mark.parametrize("act", ["add", "delete"])
def test_a_reviewed_record_is_a_draft_again(cast: Cast, act: str):
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    made = add(record, cast)
    colleague = factories.make_officer(lio=cast.peak)
    record.refresh_from_db()
    review(record=record, by=colleague, version=record.version)
    if act == "add":
        add(record, cast, b"words", "a.txt")
    else:
        detach(attachment=made, by=cast.officer)
    record.refresh_from_db()
    assert (record.state, record.reviewed_by, record.reviewed_at) == ("draft", None, None)


def test_who_added_a_file_doesnt_review_and_who_read_it_before_reads_again(cast: Cast, record: Evidence):
    adder, reviewer = factories.make_officer(lio=cast.peak), factories.make_officer(lio=cast.peak)
    seen = record.version
    attach(record=record, by=adder, prepared=taken(picture()), client_id=uuid.uuid4())
    with pytest.raises(NotReviewable):
        review(record=record, by=adder, version=seen + 1)
    with pytest.raises(StaleRecord):
        review(record=record, by=reviewer, version=seen)
    assert review(record=record, by=reviewer, version=seen + 1).is_reviewed


# Handed out


def test_a_file_is_saved_never_opened_by_the_browser(cast: Cast, record: Evidence):
    made = add(record, cast, pdf(), "Grüße “x”.pdf")
    response = cast.client("manager").get(reverse("attachment_file", args=[made.pk]))
    assert b"".join(response.streaming_content) == pdf_of(made)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Length"] == str(made.size)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


def pdf_of(made: Attachment) -> bytes:
    with default_storage.open(made.file.name) as file:
        return file.read()


def test_a_small_picture_is_ours_and_nothing_else_is_shown(cast: Cast, record: Evidence):
    client = cast.client("officer")
    shown = client.get(reverse("attachment_thumbnail", args=[add(record, cast).pk]))
    assert shown["Content-Type"] == "image/png"
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    text = add(record, cast, b"words", "a.txt")
    assert client.get(reverse("attachment_thumbnail", args=[text.pk])).status_code == 404


@pytest.mark.parametrize("fault", ["changed", "gone"])
def test_a_file_that_isnt_what_was_stored_is_not_handed_out(cast: Cast, record: Evidence, fault: str):
    made = add(record, cast)
    default_storage.delete(made.file.name)
    if fault == "changed":
        default_storage.save(made.file.name, ContentFile(b"other"))
    response = cast.client("officer").get(reverse("attachment_file", args=[made.pk]))
    assert response.status_code == 500
    assert "can’t be given out" in response.content.decode()


def test_the_record_shows_its_files_with_names_escaped(cast: Cast, record: Evidence):
    made = add(record, cast, name="a&b.png")
    page = cast.client("officer").get(reverse("evidence_detail", args=[record.pk])).content.decode()
    assert "a&amp;b.png" in page
    assert reverse("attachment_thumbnail", args=[made.pk]) in page
    assert reverse("attachment_delete", args=[made.pk]) in page
    read_only = cast.client("manager").get(reverse("evidence_detail", args=[record.pk])).content.decode()
    assert reverse("attachment_file", args=[made.pk]) in read_only
    assert reverse("attachment_delete", args=[made.pk]) not in read_only


def test_queries_of_the_record_dont_grow_with_files(cast: Cast, record: Evidence):
    def queries() -> int:
        client = cast.client("officer")
        with CaptureQueriesContext(connection) as ran:
            client.get(reverse("evidence_detail", args=[record.pk]))
        return len(ran)

    add(record, cast)
    one = queries()
    add(record, cast)
    add(record, cast)
    assert queries() == one


def test_the_trail_says_what_was_done_without_the_name(cast: Cast, record: Evidence):
    name = "Mrs Khan of Buxton.png"
    client = cast.client("officer")
    client.post(add_url(record), {"chosen": sent(name, picture()), "description": "Her letter"})
    made = record.attachments.get()
    assert made.filename == name
    b"".join(client.get(reverse("attachment_file", args=[made.pk])).streaming_content)
    client.post(reverse("attachment_delete", args=[made.pk]))
    rows = LogEntry.objects.filter(content_type__model="attachment")
    assert {row.additional_data["act"] for row in rows if row.additional_data} == {"evidence file downloaded"}
    assert rows.count() == 3
    said = " ".join(f"{row.object_repr} {row.changes} {row.additional_data}" for row in rows)
    assert "Khan" not in said and "letter" not in said and made.file.name not in said


# Any storage will do


def test_nothing_but_the_storage_api_is_used(
    cast: Cast, record: Evidence, django_capture_on_commit_callbacks
):
    """As a bucket would be: files without paths."""

    class Bucket(InMemoryStorage):
        def url(self, name):
            raise ValueError("no address")

    bucket = Bucket()
    held, default_storage._wrapped = default_storage._wrapped, bucket
    try:
        made = add(record, cast)
        client = cast.client("officer")
        response = client.get(reverse("attachment_file", args=[made.pk]))
        assert len(b"".join(response.streaming_content)) == made.size
        assert client.get(reverse("attachment_thumbnail", args=[made.pk])).status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            detach(attachment=made, by=cast.officer)
        assert not bucket.exists(made.file.name)
    finally:
        default_storage._wrapped = held
