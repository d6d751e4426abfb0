"""WeasyPrint behind a closed fetcher: HTML text in, tagged PDF bytes out. Knows nothing of Django.

Pages use it through ``toolkit_portal.core.pdf``. Large documents run it as a program of its own
(``python -m toolkit_portal.core.pdf_engine``), so that time and memory can be bounded from outside; many small ones
go one after the other to a few such programs (``… --many``, see ``toolkit_portal.core.pdf_pool``).
"""

from __future__ import annotations

import base64
import binascii
import gc
import io
import json
import logging
import resource
import sys
import threading
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from PIL import Image
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

logger = logging.getLogger(__name__)

STATIC_FOLDER = Path(__file__).resolve().parents[2] / "static" / "pdf"
STATIC_SCHEME = "pdf-static:"
STATIC_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
}
DATA_TYPES = {
    "data:image/png;base64": ("PNG", "image/png"),
    "data:image/jpeg;base64": ("JPEG", "image/jpeg"),
}
LARGEST_IMAGE_BYTES = 2 * 1024 * 1024
LARGEST_IMAGE_PIXELS = 12_000_000

# One document at a time in a process: the style sheets and fonts are shared, the work is bound by the
# interpreter's lock anyway, and memory stays at that of one document.
_rendering = threading.Lock()
_fonts: FontConfiguration | None = None
_styles: dict[str, CSS] = {}


class AddressRefused(ValueError):
    """The document asked for an address that a PDF may not fetch."""


class ClosedFetcher(URLFetcher):
    """Gives PNG and JPEG ``data:`` images and files of the portal's own ``static/pdf`` folder, nothing else.

    WeasyPrint asks it for everything: images, style sheets, imports, fonts, SVG references and attachments.
    A refusal is logged without the address, which may hold what a person typed; the document goes on
    without the file.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data", "pdf-static"), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return the file behind ``url``; raise AddressRefused for anything not on the two lists above."""
        # The parent's fetch would open files and sockets; it is never called.
        try:
            if url[:5].lower() == "data:":
                return self._data_image(url)
            if url.startswith(STATIC_SCHEME):
                return self._own_file(url)
            raise AddressRefused("only the portal's own files and images may be used")
        except AddressRefused as refusal:
            logger.warning("A PDF asked for a file and was refused: %s", refusal)
            raise

    def _data_image(self, url: str) -> URLFetcherResponse:
        head, _, body = url.partition(",")
        if head.lower() not in DATA_TYPES:
            raise AddressRefused("not a PNG or JPEG image")
        if len(body) > LARGEST_IMAGE_BYTES * 4 // 3 + 4:
            raise AddressRefused("image too large")
        try:
            content = base64.b64decode(unquote(body), validate=True)
        except (binascii.Error, ValueError):
            raise AddressRefused("image can't be read") from None
        kind, media_type = DATA_TYPES[head.lower()]
        _check_image(content, kind)
        return URLFetcherResponse(url, content, {"Content-Type": media_type})

    def _own_file(self, url: str) -> URLFetcherResponse:
        folder = STATIC_FOLDER.resolve()
        name = unquote(url.removeprefix(STATIC_SCHEME))
        if "\0" in name:
            raise AddressRefused("not a file name")
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or not path.is_file() or path.suffix.lower() not in STATIC_TYPES:
            raise AddressRefused("not one of the portal's PDF files")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": STATIC_TYPES[path.suffix.lower()]})


def _check_image(content: bytes, kind: str) -> None:
    """Raise AddressRefused unless ``content`` is an image of ``kind`` within the pixel limit."""
    try:
        # Only the header is read here, so a huge picture costs nothing before it is refused.
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            width, height = image.size
    except (OSError, ValueError, Image.DecompressionBombError):
        raise AddressRefused("image can't be read") from None
    if width * height > LARGEST_IMAGE_PIXELS:
        raise AddressRefused("image has too many pixels")


def _style(name: str) -> CSS:
    """Return the parsed style sheet ``static/pdf/<name>``, read once in the life of the process."""
    global _fonts
    if _fonts is None:
        _fonts = FontConfiguration()
    if name not in _styles:
        _styles[name] = CSS(
            string=(STATIC_FOLDER / name).read_text(encoding="utf-8"),
            url_fetcher=ClosedFetcher(),
            font_config=_fonts,
        )
    return _styles[name]


def render_html(html: str, stylesheets: tuple[str, ...]) -> bytes:
    """Return ``html`` as PDF/UA-1 bytes, with the named style sheets of ``static/pdf`` and no others.

    ``html`` must have a language on its root, a title, and only characters that XML allows.
    """
    with _rendering:
        styles = [_style(name) for name in stylesheets]
        collecting = gc.isenabled()
        # A layout makes millions of short-lived objects; looking through them for cycles again and again
        # is a tenth of the time. What is left over is collected right after.
        gc.disable()
        try:
            return cast(
                bytes,
                HTML(string=html, url_fetcher=ClosedFetcher()).write_pdf(
                    stylesheets=styles, font_config=_fonts, pdf_variant="pdf/ua-1"
                ),
            )
        finally:
            if collecting:
                gc.enable()


def main() -> int:
    """Read a request as JSON from standard input, write the PDF to standard output; 0, or 1 out of memory."""
    request: dict[str, Any] = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"], request["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu_seconds"], request["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        content = render_html(request["html"], tuple(request["stylesheets"]))
    except MemoryError:
        return 1
    sys.stdout.buffer.write(content)
    return 0


def serve() -> int:
    """Make PDFs until the input ends: a request in a line of JSON, an answer as its length in a line, then the PDF.

    The length is 0 where the document can't be made. Whoever asks bounds the time; the first request the memory.
    """
    is_bounded = False
    for line in sys.stdin.buffer:
        request: dict[str, Any] = json.loads(line)
        if not is_bounded:
            resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"], request["memory_bytes"]))
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            is_bounded = True
        try:
            content = render_html(request["html"], tuple(request["stylesheets"]))
        except Exception:
            logger.exception("A document can't be made")
            content = b""
        sys.stdout.buffer.write(b"%d\n" % len(content) + content)
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(serve() if "--many" in sys.argv[1:] else main())
