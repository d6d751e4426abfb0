"""What a PDF from outside holds, looked at in a process of its own with limits on its time and memory.

Run as a program (``python -m toolkit_portal.core.pdf_look``) it reads the PDF from standard input and writes a line of
JSON, and after it a picture of the first page as PNG where one could be drawn.
"""

import io
import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 12
WALL_SECONDS = 20
MOST_PICTURE_BYTES = 2 * 1024 * 1024
MOST_OBJECTS = 500_000

_PRINT_IT = "Print it to a new PDF and send that."
WORDS = {
    "active": f"The PDF holds a script, or starts another program. {_PRINT_IT}",
    "files": f"The PDF holds other files inside. Send those by themselves, or {_PRINT_IT[0].lower()}{_PRINT_IT[1:]}",
    "locked": "The PDF is locked with a password. Save it without one and try again.",
    "damaged": f"The PDF is damaged. {_PRINT_IT}",
    "long": f"The PDF took too long to look through. {_PRINT_IT}",
}
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/RichMediaSettings"})
_ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/Rendition", "/Movie", "/RichMediaExecute"}
)
_FILE_KEYS = frozenset({"/EF", "/EmbeddedFiles", "/EmbeddedFile"})


@dataclass(frozen=True)
class Looked:
    """refusal is a key of WORDS, "" where the PDF may be taken; picture is a PNG, empty where none could be drawn."""

    refusal: str = ""
    picture: bytes = b""


def look_at_pdf(file: BinaryIO, *, side: int) -> Looked:
    """Whether a PDF is only a document, and its first page as a picture of at most side pixels. Rewinds the file."""
    file.seek(0)
    try:
        finished = subprocess.run(  # noqa: S603  our own program and a number
            [sys.executable, "-m", "toolkit_portal.core.pdf_look", str(side)],
            input=file.read(),
            capture_output=True,
            cwd=PROJECT_FOLDER,
            # No more of our environment than Python needs: the child reads what strangers send.
            env={name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ},
            timeout=WALL_SECONDS,
            check=False,
        )
        said = finished.stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    finally:
        file.seek(0)
    first, ended, picture = said.partition(b"\n")
    if not ended:
        return Looked("long")
    refusal = json.loads(first)["refusal"]
    whole = picture.startswith(b"\x89PNG") and picture.endswith(b"IEND\xaeB`\x82")
    return Looked(refusal, picture if whole and len(picture) <= MOST_PICTURE_BYTES else b"")


def refusal_of(content: bytes) -> str:
    """Why a PDF isn't taken, a key of WORDS, or "". Looks at every object, those in compressed streams too."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if len(pdf.objects) > MOST_OBJECTS:
                return "long"
            for each in pdf.objects:
                if why := _refusal_of_object(each):
                    return why
            if not len(pdf.pages) or pdf.get_warnings():
                # What one reader mends in its way, another mends in another, and sees what wasn't looked at here.
                return "damaged"
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError):
        return "damaged"
    return ""


def _refusal_of_object(outermost: Any) -> str:
    import pikepdf

    waiting = [outermost]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Stream):
            each = each.stream_dict
        if isinstance(each, pikepdf.Dictionary):
            keys = set(each.keys())
            named = {str(each.get(key)) for key in ("/S", "/Type", "/Subtype") if key in keys}
            if keys & _ACTIVE_KEYS or named & _ACTIVE_ACTIONS or "/RichMedia" in named:
                return "active"
            if keys & _FILE_KEYS or named & {"/EmbeddedFile", "/FileAttachment", "/GoToE"}:
                return "files"
            waiting += [value for value in each.values() if _holds_more(value)]
        elif isinstance(each, pikepdf.Array):
            waiting += [value for value in each if _holds_more(value)]
    return ""


def _holds_more(value: Any) -> bool:
    import pikepdf

    # What is indirect is an object of its own and has its turn there.
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def first_page(content: bytes, side: int) -> bytes:
    """The first page as PNG, at most side pixels high and wide. Raises what PDFium raises."""
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        width, height = page.get_size()
        scale = side / max(width, height, 1)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        picture.thumbnail((side, side))
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        return out.getvalue()


def main() -> int:
    """Reads a PDF, writes the verdict and perhaps a picture. Always 0 once the verdict stands."""
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        refusal = refusal_of(content)
    except MemoryError:
        refusal = "long"
    sys.stdout.buffer.write(json.dumps({"refusal": refusal}).encode() + b"\n")
    sys.stdout.buffer.flush()
    if not refusal:
        try:
            sys.stdout.buffer.write(first_page(content, int(sys.argv[1])))
        except Exception:
            # A page that can't be drawn is no fault of the document; it gets a plain sign instead.
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
