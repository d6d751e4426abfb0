"""What may be attached to a record of any kind, and what becomes of it before it is stored.

Images are made anew. Documents and recordings are stored as they came, once they have been looked through; whatever
could run, fetch or hide something is refused, in words for the sender.
"""

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile, File

from toolkit_portal.core.office_files import check_office_file
from toolkit_portal.core.pdf_look import WORDS, look_at_pdf
from toolkit_portal.core.uploads import UploadError, check_upload, clean_image

MEGABYTE = 1024 * 1024
THUMBNAIL_SIDE = 320
IMAGE_SIDE = 3000
NAME_LETTERS = 200
IMAGES = frozenset({"png", "jpeg", "webp", "gif"})
OFFICE = frozenset({"docx", "xlsx", "odt", "ods"})
DOCUMENTS = OFFICE | {"pdf", "text"}
RECORDINGS = frozenset({"mp3", "m4a", "wav", "ogg", "webm"})
FAMILIES = (
    ("image", IMAGES, 10 * MEGABYTE),
    ("document", DOCUMENTS, 15 * MEGABYTE),
    ("recording", RECORDINGS, 50 * MEGABYTE),
)
MOST_BYTES = max(most for _, _, most in FAMILIES)
LIMITS = (
    "Photos (PNG, JPEG, WebP, GIF) up to 10 MB, documents (PDF, Word, Excel, OpenDocument, plain text) up to 15 MB, "
    "recordings (MP3, M4A, WAV, Ogg, WebM) up to 50 MB."
)
# The ending a kind is stored and handed out under, and what else people call it.
ENDINGS = {
    "png": ("png",), "jpeg": ("jpg", "jpeg"), "pdf": ("pdf",), "docx": ("docx",), "xlsx": ("xlsx",), "odt": ("odt",),
    "ods": ("ods",), "text": ("txt", "text", "csv", "tsv", "md", "log"), "mp3": ("mp3",),
    "m4a": ("m4a", "mp4"), "wav": ("wav",), "ogg": ("ogg", "oga", "opus"), "webm": ("webm", "weba"),
}  # fmt: skip
TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "text": "text/plain; charset=utf-8",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "webm": "audio/webm",
}
ACCEPT = ",".join(f".{ending}" for endings in (*ENDINGS.values(), ("webp", "gif")) for ending in endings)
# Endings that a computer may run when somebody opens the file, wherever in the name they stand.
_RUNS = frozenset(
    """
    exe com scr pif bat cmd ps1 psm1 vb vbs vbe js jse mjs ws wsf wsh hta msi msp mst cpl dll sys lnk url scf reg inf
    jar class apk app dmg pkg sh bash command desktop py pyw pl rb php phtml asp aspx jsp cgi html htm xhtml shtml mht
    mhtml svg svgz xml xsl swf chm iso img vhd docm dotm xlsm xltm xlam xla xll pptm ppam iqy slk
    """.split()  # noqa: SIM905  a list of words reads better as words
)
_MARKUP_INSIDE = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|object|embed|img|link|meta|\?php)[\s>/]",
    re.IGNORECASE,
)
_OLD_OFFICE = (
    "The file is of an older Office program (.doc, .xls) or has a password. Save it as .docx or .xlsx without one, "
    "or as a PDF, and send that."
)


@dataclass
class Prepared:
    """A file that may be stored: its kind (a key of ENDINGS), its content, a PNG or JPEG to show, a name to show."""

    kind: str
    content: File
    thumbnail: bytes
    filename: str

    @property
    def ending(self) -> str:
        return ENDINGS[self.kind][0]


def prepare(file: Any, filename: str) -> Prepared:
    """The file as it is stored. Raises UploadError with words for the sender; then nothing has been kept."""
    _check_name(filename)
    kind = _kind_of(file)
    if kind in IMAGES:
        content, made = clean_image(file, IMAGE_SIDE, max_bytes=_most_bytes(kind), kinds=IMAGES)
        small, _ = clean_image(ContentFile(content), THUMBNAIL_SIDE, max_bytes=len(content))
        return Prepared(made, ContentFile(content), small, safe_name(filename, made))
    thumbnail = b""
    if kind in OFFICE:
        check_office_file(file, kind)
    elif kind == "text":
        _check_text(file)
    else:
        _check_single(file)
    if kind == "pdf":
        looked = look_at_pdf(file, side=THUMBNAIL_SIDE)
        if looked.refusal:
            raise UploadError(WORDS[looked.refusal])
        thumbnail = looked.picture
    file.seek(0)
    return Prepared(
        kind, file if isinstance(file, File) else File(file), thumbnail, safe_name(filename, kind)
    )


def _kind_of(file: Any) -> str:
    """The kind, within the size of its family. Raises UploadError."""
    kinds = IMAGES | DOCUMENTS | RECORDINGS
    try:
        kind = check_upload(file, kinds=kinds | {"ole"}, max_bytes=MOST_BYTES)
    except UploadError as fault:
        # Thirteen kinds in one sentence help nobody.
        raise UploadError(re.sub(r"Choose a.*$", LIMITS, str(fault), flags=re.DOTALL)) from None
    if kind == "ole":
        raise UploadError(_OLD_OFFICE)
    return check_upload(file, kinds={kind}, max_bytes=_most_bytes(kind))


def _most_bytes(kind: str) -> int:
    return next(most for _, kinds, most in FAMILIES if kind in kinds)


def _check_single(file: Any) -> None:
    """Refuses a PDF or recording that is an archive as well: programs differ in what they take it for."""
    file.seek(0)
    is_archive = zipfile.is_zipfile(file)
    file.seek(0)
    if is_archive:
        raise UploadError("The file is two kinds of file at once. Save it anew and send that.")


def _check_text(file: Any) -> None:
    """Refuses web pages under another name, and text that holds control characters further down."""
    file.seek(0)
    content = file.read()
    file.seek(0)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    if _MARKUP_INSIDE.search(content):
        raise UploadError("The file is a web page or drawing, which could run something. Send it as a PDF.")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", content):
        raise UploadError("The file isn't plain text all through. Send it as a PDF.")


def _check_name(filename: str) -> None:
    for ending in re.split(r"[.\s]+", _plain(filename).casefold())[1:]:
        if ending in _RUNS:
            raise UploadError(
                f"The file's name holds “.{ending}”, as programs and web pages do. Rename or leave it out."
            )


def safe_name(filename: str, kind: str) -> str:
    """A name to show and to save under: no folders, nothing unseen, the ending of its kind, at most NAME_LETTERS."""
    name = _plain(filename)
    ending = ENDINGS[kind][0]
    stem, dot, last = name.rpartition(".")
    known = {each for endings in ENDINGS.values() for each in endings} | {"webp", "gif"}
    if dot and last.casefold() in known:
        if last.casefold() in ENDINGS[kind]:
            ending = last.casefold()
        name = stem
    name = name.strip(" .")[: NAME_LETTERS - len(ending) - 1].strip(" .") or "file"
    return f"{name}.{ending}"


def _plain(filename: str) -> str:
    """The last part of a path, without control characters, line breaks and marks that turn the writing round."""
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFC", filename)
        # The two joiners belong to words of Persian and of Indian scripts.
        if letter in "\u200c\u200d"
        or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )
    last = re.split(r"[/\\]", kept)[-1]
    return " ".join(re.sub(r'[<>:"|?*]', " ", last).split())
