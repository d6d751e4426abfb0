"""A group's portfolio as a tagged PDF of one page."""

from __future__ import annotations

from evidence.portfolio_document import PortfolioDocument
from evidence.portfolio_layout import portfolio_layout, portfolio_title
from toolkit_portal.core.pdf import render_document_html, render_pdf

TEMPLATE = "pdf/portfolio.html"


def render_portfolio_pdf(document: PortfolioDocument) -> bytes:
    """Return the portfolio as a tagged PDF (PDF/UA-1, A4 portrait).

    Raises ``toolkit_portal.core.pdf.PdfTooLarge`` when it holds more than one document can carry.
    """
    return render_pdf(
        TEMPLATE,
        portfolio_layout(document),
        title=portfolio_title(document),
        language=document.language,
        author=document.group_name,
    )


def portfolio_html(document: PortfolioDocument) -> str:
    """Return the HTML behind ``render_portfolio_pdf``, for measuring it."""
    return render_document_html(
        TEMPLATE,
        portfolio_layout(document),
        title=portfolio_title(document),
        language=document.language,
        author=document.group_name,
    )
