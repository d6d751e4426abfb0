"""An evidence brief as a tagged PDF."""

from __future__ import annotations

from evidence.brief_document import BriefDocument
from evidence.brief_layout import brief_layout, brief_title
from toolkit_portal.core.pdf import render_document_html, render_pdf

TEMPLATE = "pdf/brief.html"


def render_brief_pdf(document: BriefDocument) -> bytes:
    """Return the brief as a tagged PDF (PDF/UA-1, A4 portrait).

    Raises ``toolkit_portal.core.pdf.PdfTooLarge`` when the brief holds more than one document can carry.
    """
    return render_pdf(
        TEMPLATE,
        brief_layout(document),
        title=brief_title(document),
        language=document.language,
        author=document.lio.name,
    )


def brief_html(document: BriefDocument) -> str:
    """Return the HTML behind ``render_brief_pdf``, for measuring it."""
    return render_document_html(
        TEMPLATE,
        brief_layout(document),
        title=brief_title(document),
        language=document.language,
        author=document.lio.name,
    )
