"""What a file is, told by what is in it. Its name and the type a browser states are not believed."""

import re
from typing import BinaryIO

from toolkit_portal.core.archives import ArchiveError, ArchiveLimits, check_archive, read_start
from toolkit_portal.core.recordings import recording_kind

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|script|iframe|svg|!doctype\s+svg|[a-z]+:svg|\?xml|\?php|!--)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_LOOKED_AT = 4096
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# The words for a person who handed in such a file.
NAMES = {
    "png": "a PNG image",
    "jpeg": "a JPEG image",
    "gif": "a GIF image",
    "webp": "a WebP image",
    "pdf": "a PDF",
    "ole": "a file of an older Office program, or one with a password",
    "rtf": "a rich text document",
    "gzip": "a compressed file",
    "program": "a program",
    "markup": "a web page or drawing",
    "xlsx": "an Excel workbook",
    "ods": "an OpenDocument spreadsheet",
    "docx": "a Word document",
    "odt": "an OpenDocument text",
    "xlsb": "a binary Excel workbook",
    "numbers": "an Apple Numbers spreadsheet",
    "zip": "a zip archive",
    "mp3": "an MP3 recording",
    "m4a": "an M4A recording",
    "wav": "a WAV recording",
    "ogg": "an Ogg recording",
    "webm": "a WebM recording",
    "video": "a video",
    "text": "plain text",
    "empty": "empty",
    "unknown": "of a kind this portal doesn't know",
}


def file_kind(file: BinaryIO, *, limits: ArchiveLimits | None = None) -> str:
    """One of the keys of NAMES. Reads 4 kB and the directory of an archive or a recording; rewinds the file.

    ``markup`` covers HTML, SVG and other XML, also behind blank space. A text is ``text`` when its start has
    no control characters; whether it is a table, only reading it can tell. Raises ArchiveError for an archive
    that is broken or beyond the limits.
    """
    file.seek(0)
    head = file.read(_LOOKED_AT)
    file.seek(0)
    if not head:
        return "empty"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if recording := recording_kind(file, head):
        return recording
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        names = check_archive(file, limits=limits)
        kind = _archive_kind(names, file)
        file.seek(0)
        return kind
    return _text_kind(head)


def _archive_kind(names: tuple[str, ...], file: BinaryIO) -> str:
    for name, kind in (
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "docx"),
        ("Index/Document.iwa", "numbers"),
    ):
        if name in names:
            return kind
    if "content.xml" in names and "mimetype" in names:
        stated = read_start(file, "mimetype", 100)
        for ending, kind in ((b"opendocument.spreadsheet", "ods"), (b"opendocument.text", "odt")):
            if stated.endswith(ending):
                return kind
    return "zip"


def _text_kind(head: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            # The cut after 4 kB may halve a character; that is no fault of the file.
            text = head.decode(encoding, errors="replace")
            break
    else:
        text = head.decode("latin-1")
    if _CONTROL.search(text):
        return "unknown"
    start = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    return "markup" if _MARKUP.match(start) else "text"


__all__ = ["BYTE_ORDER_MARKS", "NAMES", "ArchiveError", "file_kind"]
