"""Briefs for commissioners: the list, a new one with its live preview, the issued ones with their files."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import can_write, get_editable, get_visible
from evidence.brief_layout import brief_layout
from evidence.briefs import (
    FORMATS,
    ChangedSince,
    DamagedFile,
    ForeignForm,
    NothingToSay,
    draft,
    issue_brief,
    stored_file,
    withdraw_brief,
)
from evidence.filters import lists_of
from evidence.forms.briefs import BriefForm, IssueBriefForm, WithdrawForm
from evidence.models import Brief
from groups import trail
from groups.access import AuthenticatedRequest, case_readers_only, officers_only
from toolkit_portal.core.pdf import PdfTooLarge

PER_PAGE = 50
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
@case_readers_only
def brief_list(request: AuthenticatedRequest) -> HttpResponse:
    """Issued briefs, newest first, withdrawn ones too."""
    briefs = (
        Brief.objects.visible_to(request.user)
        .select_related("lio", "commissioner", "issued_by")
        .defer("snapshot")
    )
    page = Paginator(briefs, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "evidence/brief_list.html", {"tab": "briefs", "page_obj": page, "briefs": page.object_list}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def brief_new(request: AuthenticatedRequest) -> HttpResponse:
    """What to choose from, and below it the brief as it stands; sending it issues it."""
    if request.method == "POST":
        return _issue(request)
    form = BriefForm(request.GET or None, user=request.user)
    context: dict[str, Any] = {"tab": "briefs", "form": form}
    if form.is_bound and form.is_valid():
        lists = lists_of(form, district="districts", community="communities")
        document = draft(form.lio, form.choice, by=request.user, lists=lists)
        context |= {
            "preview": brief_layout(document),
            "client_id": uuid4(),
            "can_issue": bool(document.clause),
        }
    return render(
        request, "evidence/brief_form.html", context, status=422 if form.is_bound and form.errors else 200
    )


def _issue(request: AuthenticatedRequest) -> HttpResponse:
    form = IssueBriefForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            brief = issue_brief(
                lio=form.lio, choice=form.choice, by=request.user, client_id=form.cleaned_data["client_id"]
            )
        except (NothingToSay, ChangedSince, PdfTooLarge) as fault:
            form.add_error(None, f"{fault} Nothing is issued yet.")
        except ForeignForm:
            form.add_error(None, "This form was used for another brief. Look at it again, then issue it.")
        else:
            messages.success(request, f"Brief {brief.number} is issued. Download it and send it on.")
            return redirect("brief_detail", pk=brief.pk)
    return render(request, "evidence/brief_form.html", {"tab": "briefs", "form": form}, status=422)


@require_safe
@case_readers_only
def brief_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """An issued brief: what it was about, its files, whether it was withdrawn."""
    brief = get_visible(
        request, Brief.objects.select_related("lio", "commissioner", "issued_by", "withdrawn_by"), pk
    )
    return render(
        request,
        "evidence/brief_detail.html",
        {
            "tab": "briefs",
            "brief": brief,
            "can_edit": can_write(request, brief),
            "formats": FORMATS,
            "quotes": brief.quotes.count(),
        },
    )


@require_safe
@case_readers_only
def brief_file(request: AuthenticatedRequest, pk: int, ending: str) -> HttpResponse:
    """The file as it was issued. A withdrawn brief has none."""
    brief = get_object_or_404(Brief.objects.visible_to(request.user), pk=pk)
    if ending not in FORMATS or brief.withdrawn_at is not None:
        raise Http404("There is no such file.")
    try:
        content = stored_file(brief, ending)
    except DamagedFile:
        return render(request, "evidence/brief_damaged.html", {"tab": "briefs", "brief": brief}, status=500)
    trail.record("brief downloaded", brief, by=request.user, format=ending)
    name = f"evidence-brief-{brief.number}-{slugify(brief.title)[:60].strip('-') or 'brief'}.{ending}"
    response = HttpResponse(content, content_type=TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@case_readers_only
def brief_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks why, then takes a brief back with its files."""
    brief = get_editable(request, Brief.objects.select_related("lio"), pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        withdraw_brief(brief=brief, by=request.user, why=form.cleaned_data["why"])
        messages.success(request, f"Brief {brief.number} is withdrawn.")
        return redirect("brief_detail", pk=pk)
    return render(
        request,
        "evidence/brief_withdraw.html",
        {"tab": "briefs", "brief": brief, "form": form},
        status=422 if form.is_bound else 200,
    )
