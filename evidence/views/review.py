"""Review: a second person of the LIO looks at a draft, and lets it count or sends it back with a reason."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import get_editable_record
from evidence.anonymity import find_identifying
from evidence.forms.needs import SendBackForm
from evidence.models import Evidence
from evidence.recording import NotReviewable, StaleRecord, review, send_back, to_review, why_not_reviewable
from evidence.views.needs import detail_context, period_words, shorten
from evidence.views.quotes import names_and_places
from groups.access import AuthenticatedRequest, officers_only

PER_PAGE = 50


@require_safe
@officers_only
def review_list(request: AuthenticatedRequest) -> HttpResponse:
    """Drafts of colleagues that wait for this person, oldest first, and one's own that came back."""
    waiting = (
        to_review(request.user).select_related("service_area", "created_by").order_by("created_at", "pk")
    )
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    returned = (
        Evidence.objects.editable_by(request.user)
        .filter(created_by=request.user, sent_back_at__isnull=False)
        .select_related("service_area", "sent_back_by")
        .order_by("-sent_back_at")[:PER_PAGE]
    )
    return render(
        request,
        "evidence/review_list.html",
        {
            "tab": "review",
            "page_obj": page,
            "waiting": [
                (record, period_words(record), shorten(record.summary, 140)) for record in page.object_list
            ],
            "returned": [(record, shorten(record.summary, 140)) for record in returned],
            "own_drafts": Evidence.objects.editable_by(request.user)
            .filter(created_by=request.user, state=Evidence.State.DRAFT, sent_back_at__isnull=True)
            .count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_review(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The record with what to look for; one button lets it count, another sends it back."""
    record = get_editable_record(request, pk)
    if why := why_not_reviewable(record, request.user):
        if record.is_reviewed and record.reviewed_by_id == request.user.pk:
            messages.info(request, "You have reviewed this record.")
            return redirect("evidence_detail", pk=pk)
        raise PermissionDenied(why)
    status, stale = 200, False
    form = SendBackForm(initial={"version": record.version})
    if request.method == "POST":
        status = 422
        form = SendBackForm(request.POST)
        read = request.POST.get("version", "")
        version = int(read) if read.isdecimal() and len(read) < 9 else 0
        try:
            if request.POST.get("verdict") == "fine":
                review(record=record, by=request.user, version=version)
                messages.success(request, "Reviewed: the record counts from now on.")
                return redirect("evidence_review_list")
            if form.is_valid():
                send_back(record=record, by=request.user, version=version, why=form.cleaned_data["why"])
                messages.success(request, "Sent back. Its writer sees your words.")
                return redirect("evidence_review_list")
        except StaleRecord:
            status, stale = 409, True
            record = get_editable_record(request, pk)
            form = SendBackForm(initial={"version": record.version, "why": request.POST.get("why", "")})
        except NotReviewable as fault:
            raise PermissionDenied(str(fault)) from fault
    context = detail_context(request, record) | {
        "tab": "review",
        "form": form,
        "stale": stale,
        "telling": _telling_words(record),
    }
    return render(request, "evidence/review.html", context, status=status)


def _telling_words(record: Evidence) -> list[str]:
    """Words of the record by which somebody could be known, each once: what it tells is printed in briefs."""
    names, places = names_and_places(list(record.groups.values_list("pk", flat=True)), record.lio_id)
    places += [str(run_by) for run_by in (record.provider, record.commissioner) if run_by]
    return list(
        dict.fromkeys(
            finding.words
            for text in (record.summary, record.needed_instead, record.who_affected)
            for finding in find_identifying(text, known_names=names, known_places=places)
        )
    )
