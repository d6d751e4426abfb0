"""A group's portfolio and profile sheet: the page to choose on, the files, and the lead's own page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evidence.forms.portfolio import PortfolioForm, choice_of, query_of, too_many
from evidence.portfolio import PortfolioChoice, collect, portfolio_of
from evidence.portfolio_docx import render_portfolio_docx
from evidence.portfolio_hints import hints
from evidence.portfolio_layout import portfolio_layout
from evidence.portfolio_pdf import render_portfolio_pdf
from evidence.profile_sheet import profile_sheet_of, render_profile_sheet_pdf
from groups import trail
from groups.access import AuthenticatedRequest, can_edit, get_group, get_led_group, leads_only
from groups.models import CommunityGroup
from toolkit_portal.core.kept_files import harmless
from toolkit_portal.core.pdf import PdfTooLarge

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
RENDER = {"pdf": render_portfolio_pdf, "docx": render_portfolio_docx}


@require_safe
def portfolio(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What to choose, the portfolio as its files show it, and what would make it stronger. At most 20 queries."""
    group = get_group(request, pk)
    choice = choice_of(request.GET)
    collected = collect(group, timezone.localdate(), choice)
    may_edit = can_edit(request, group)
    context = {
        "group": group,
        "can_edit": may_edit,
        "tab": "papers",
        "form": PortfolioForm(collected, choice),
        "shown": portfolio_layout(collected.document),
        "query": query_of(collected, choice),
        "too_many": too_many(collected, choice),
        "left_out": collected.document.left_out,
        "shared_quotes": collected.shared_quotes,
        "hints": hints(group, collected) if may_edit else [],
    }
    return render(request, "portfolio/portfolio.html", context)


@require_safe
def portfolio_file(request: AuthenticatedRequest, pk: int, ending: str) -> HttpResponseBase:
    """The portfolio as chosen in the address, as a PDF or Word file."""
    return _file(request, get_group(request, pk), ending, choice_of(request.GET), back="portfolio")


@require_safe
def profile_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The group's plain facts as a PDF."""
    return _sheet(request, get_group(request, pk), back="portfolio")


@leads_only
@require_safe
def lead_portfolio(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The lead's portfolio: as it is, and what would make it stronger."""
    group = get_led_group(request, pk)
    collected = collect(group, timezone.localdate())
    context = {
        "group": group,
        "shown": portfolio_layout(collected.document),
        "hints": [hint.lead_text for hint in hints(group, collected) if hint.lead_text],
    }
    return render(request, "portfolio/lead.html", context)


@leads_only
@require_safe
def lead_portfolio_file(request: AuthenticatedRequest, pk: int, ending: str) -> HttpResponseBase:
    """The lead's portfolio as a PDF or Word file, with what usually goes in."""
    return _file(request, get_led_group(request, pk), ending, PortfolioChoice(), back="lead_portfolio")


@leads_only
@require_safe
def lead_profile_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The plain facts of the lead's group as a PDF."""
    return _sheet(request, get_led_group(request, pk), back="lead_portfolio")


def _file(
    request: AuthenticatedRequest, group: CommunityGroup, ending: str, choice: PortfolioChoice, *, back: str
) -> HttpResponseBase:
    if ending not in RENDER:
        raise Http404("There is no such file.")
    document = portfolio_of(group, timezone.localdate(), choice)
    try:
        content = RENDER[ending](document)
    except PdfTooLarge as fault:
        return _problem(request, group, fault, back)
    trail.record(
        "portfolio downloaded", group, by=request.user, format=ending, quotes=list(document.quote_ids)
    )
    return _attachment(content, TYPES[ending], f"{group.name} portfolio.{ending}")


def _sheet(request: AuthenticatedRequest, group: CommunityGroup, *, back: str) -> HttpResponseBase:
    try:
        content = render_profile_sheet_pdf(profile_sheet_of(group, timezone.localdate()))
    except PdfTooLarge as fault:
        return _problem(request, group, fault, back)
    trail.record("profile sheet downloaded", group, by=request.user, format="pdf")
    return _attachment(content, TYPES["pdf"], f"{group.name} profile sheet.pdf")


def _problem(request: AuthenticatedRequest, group: CommunityGroup, fault: Exception, back: str) -> Any:
    messages.error(request, str(fault))
    return redirect(back, pk=group.pk)


def _attachment(content: bytes, kind: str, name: str) -> HttpResponseBase:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return harmless(response)
