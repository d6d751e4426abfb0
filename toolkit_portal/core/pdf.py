"""The one door to PDF: a Django template and its context become a tagged PDF (PDF/UA-1).

A PDF fetches nothing from outside and opens no file except the portal's own below ``static/pdf``.
Its size, time and memory are bounded, so that one huge document can't take the site down.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from toolkit_portal.core.printable_text import is_right_to_left, printable

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
STATIC_FOLDER = PROJECT_FOLDER / "static" / "pdf"
AUTHOR = "Derbyshire contract-readiness portal"

# A plan of 12 actions has about 450 elements and 14,000 characters. Up to the first limits a document is
# rendered in this process (one or two seconds at most); beyond them in a process of its own; beyond the
# last, refused.
LARGE_ELEMENTS = 1_200
LARGE_CHARACTERS = 40_000
LARGE_WORD = 200
MOST_ELEMENTS = 30_000
MOST_CHARACTERS = 1_500_000
# 200 actions take about 4 seconds. The limits stay below the 30 seconds after which web servers give up.
LARGE_CPU_SECONDS = 25
LARGE_WALL_SECONDS = 28
LARGE_MEMORY_BYTES = 1024 * 1024 * 1024

_WHAT_TO_DO = "Shorten its longest texts, or leave out some of its lines."

_TAG = re.compile(r"<[a-zA-Z]")
_AUTO_DIRECTION = re.compile(r' dir="auto"([^<>]*>)([^<]*)')
_TEXT = re.compile(r">([^<]{60,})")
# Long unbroken runs of letters, where a line may end after every twentieth. Only Latin, Greek and Cyrillic
# letters, digits and signs: elsewhere a break would pull joined letters or marks apart.
_LETTER = r"(?:&#?\w{1,31};|[!-%'-;=?-\u024f\u0370-\u052f])"
_LONG_RUN = re.compile(_LETTER + "{60,}")
_TWENTY = re.compile(f"({_LETTER}{{20}})(?={_LETTER})")
_DATA_IMAGE = re.compile(r'"data:image/[^"]*"')
_LONG_WORD = re.compile(rf"[^\s<>\u200b]{{{LARGE_WORD}}}")
# Letters of Urdu (and of Punjabi in the same script) that Arabic and Persian don't have.
_URDU_LETTERS = re.compile("[\u0679\u0688\u0691\u06ba\u06c1\u06d2]")


class PdfTooLarge(Exception):
    """The document holds more than one PDF can carry; the message says so in plain words."""


class PdfBusy(PdfTooLarge):
    """A large document has to wait for its turn, and others were ahead of it for too long."""


# One process for large documents at a time beside each web worker, so that memory stays bounded too.
_large_turn = threading.BoundedSemaphore(1)


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    language: str = "en-GB",
    large_print: bool = False,
    author: str = AUTHOR,
) -> bytes:
    """Return ``template`` as PDF/UA-1 bytes with this title, language and author.

    Style sheets come from ``static/pdf``: ``document.css``, then the one named as the template
    (``pdf/plan.html``: ``plan.css``), then ``large-print.css`` for large print. The template extends
    ``pdf/document.html``. An element with ``dir="auto"`` gets the direction of the text right after it.

    Raises PdfTooLarge when the document is beyond the limits of size, time or memory, and its kind PdfBusy
    when other large documents are being made.
    """
    html = render_document_html(
        template,
        context,
        title=title,
        language=language,
        large_print=large_print,
        author=author,
    )
    stylesheets = stylesheet_names(template, large_print=large_print)
    if is_large(html):
        return _render_apart(html, stylesheets)
    # Imported here so that a missing system library is a named system check and not a site that won't start.
    from toolkit_portal.core.pdf_engine import render_html

    return render_html(html, stylesheets)


def is_large(html: str) -> bool:
    """Return whether a document is laid out in a process of its own; raise PdfTooLarge where it isn't at all."""
    elements = len(_TAG.findall(html))
    words = _DATA_IMAGE.sub('""', html)
    if elements > MOST_ELEMENTS or len(words) > MOST_CHARACTERS:
        raise PdfTooLarge(f"This document is too long for one PDF. {_WHAT_TO_DO}")
    return elements > LARGE_ELEMENTS or len(words) > LARGE_CHARACTERS or bool(_LONG_WORD.search(words))


def render_document_html(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    language: str = "en-GB",
    large_print: bool = False,
    author: str = AUTHOR,
) -> str:
    """Return the HTML that ``render_pdf`` lays out: cleaned of unprintable characters, directions set."""
    html: str = render_to_string(
        template,
        {
            **context,
            "pdf_title": title,
            "pdf_language": language,
            "pdf_author": author,
            "pdf_large_print": large_print,
        },
    )
    html = _AUTO_DIRECTION.sub(_with_direction, printable(html))
    head, body, text = html.partition("<body")
    return f"{head}{body}{_TEXT.sub(_with_breaks, text)}"


def stylesheet_names(template: str, *, large_print: bool) -> tuple[str, ...]:
    """Return the names of the style sheets in ``static/pdf`` that belong to ``template``, in order."""
    names = ["document.css"]
    own = f"{Path(template).stem}.css"
    if own not in names and (STATIC_FOLDER / own).is_file():
        names.append(own)
    if large_print:
        names.append("large-print.css")
    return tuple(names)


def _with_direction(match: re.Match[str]) -> str:
    """Give an element with ``dir="auto"`` the direction of its text: WeasyPrint doesn't work it out."""
    rest, text = match.groups()
    if is_right_to_left(text):
        script = ' data-script="nastaliq"' if _URDU_LETTERS.search(text) else ""
        return f' dir="rtl"{script}{rest}{text}'
    return f"{rest}{text}"


def _with_breaks(text: re.Match[str]) -> str:
    """Let very long words break at invisible spaces.

    That costs far less than looking for the last letter that fits on every line. The spaces leave no trace
    in the text that is copied or read aloud from the PDF.
    """
    return _LONG_RUN.sub(lambda run: _TWENTY.sub("\\1\u200b", run[0]), text[0])


def environment() -> dict[str, str]:
    """Return what a process that lays documents out gets of our environment.

    No more than fonts need: it handles text that strangers typed.
    """
    return {
        name: os.environ[name]
        for name in (
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "XDG_CACHE_HOME",
            "FONTCONFIG_FILE",
            "FONTCONFIG_PATH",
        )
        if name in os.environ
    }


def took_too_long() -> PdfTooLarge:
    """Return what is raised for a document beyond the limits of time or memory."""
    return PdfTooLarge(f"This document took too long to make as one PDF. {_WHAT_TO_DO}")


def _render_apart(html: str, stylesheets: tuple[str, ...]) -> bytes:
    """Render a large document in a process of its own, with limits on its time and memory."""
    request = {
        "html": html,
        "stylesheets": stylesheets,
        "memory_bytes": LARGE_MEMORY_BYTES,
        "cpu_seconds": LARGE_CPU_SECONDS,
    }
    too_large = took_too_long()
    if not _large_turn.acquire(timeout=LARGE_WALL_SECONDS):
        raise PdfBusy("Other long documents are being made just now. Try again in a few minutes.")
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "toolkit_portal.core.pdf_engine"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            cwd=PROJECT_FOLDER,
            env=environment(),
            timeout=LARGE_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_large from None
    finally:
        _large_turn.release()
    if finished.returncode != 0 or not finished.stdout.startswith(b"%PDF"):
        raise too_large
    return finished.stdout
