"""Records of unmet need: the list, a new one, its page, a change, a deletion."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import can_write, get_editable_record, get_record
from evidence.filters import EvidenceListForm
from evidence.forms.needs import EvidenceForm, initial_of, initial_of_group, initial_of_visit
from evidence.models import Enquiry, Evidence, FocusGroup, FocusTheme, MysteryVisit
from evidence.recording import (
    ForeignForm,
    StaleRecord,
    change_evidence,
    delete_draft,
    likely_duplicates,
    record_evidence,
    why_not_reviewable,
)
from evidence.views.exports import FORMATS
from groups.access import (
    AuthenticatedRequest,
    can_edit,
    case_readers_only,
    get_editable_group,
    get_group,
    officers_only,
)
from groups.filters import query_of
from groups.models import User, Visit
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.value_words import value_words

PER_PAGE = 50
REVIEWED_STAYS = "A reviewed record can't be deleted. Change it first: that makes it a draft."
LABELS = {
    "happened_on": "When",
    "until": "Last day",
    "method": "How it was heard",
    "service_area": "Service area",
    "provider": "Whose service it is",
    "commissioner": "Who commissions it",
    "who_affected": "Who is affected",
    "people_affected": "How many people",
    "summary": "What happened",
    "needed_instead": "What is needed instead",
    "strength": "How strong it is",
    "criteria": "Toolkit sections",
    "districts": "Districts",
    "communities": "Communities",
    "barriers": "What stood in the way",
    "groups": "Groups that told of it",
}


@require_safe
@case_readers_only
def evidence_list(request: AuthenticatedRequest) -> HttpResponse:
    """Records this person may see: searched, filtered, paged, all kept in the URL."""
    visible = Evidence.objects.visible_to(request.user)
    form = EvidenceListForm(request.GET, user=request.user)
    records = (
        form.apply(visible)
        .select_related("service_area", "lio", "provider", "created_by")
        .prefetch_related("districts", "communities", "groups")
        .order_by("-happened_on", "-pk")
    )
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "evidence/list.html",
        {
            "tab": "records",
            "form": form,
            "active": len([name for name in form.chosen if name not in {"q", "state"}]),
            "page_obj": page,
            "records": [listed(record) for record in page.object_list],
            "any_records": bool(page.paginator.count) or visible.exists(),
            "show_lio": "lio" in form.fields,
            "ready": FORMATS.get(ready := request.GET.get("ready", "")),
            "ready_url": reverse("evidence_export", query=query_of(request, format=ready)),
        },
    )


def listed(record: Evidence) -> dict[str, Any]:
    """A line of the list in words: formatting in Python costs a third of filters in the template."""
    return {
        "url": reverse("evidence_detail", args=[record.pk]),
        "day": period_words(record),
        "summary": shorten(record.summary, 140),
        "service": str(record.service_area),
        "method": record.get_method_display(),
        "districts": listed_words(record, "districts"),
        "groups": listed_words(record, "groups"),
        "people": record.people_affected,
        "lio": str(record.lio),
        "state": state_words(record),
        "tone": state_tone(record),
    }


def period_words(record: Evidence) -> str:
    """When it was: a day, or a period."""
    first = f"{record.happened_on:%-d %B %Y}"
    return (
        f"{first} to {record.until:%-d %B %Y}"
        if record.until and record.until != record.happened_on
        else first
    )


def shorten(words: str, most: int) -> str:
    """The beginning of a text on one line."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def state_words(record: Evidence) -> str:
    """How far a record is: "Draft", "Sent back" or "Reviewed"."""
    return "Sent back" if record.sent_back_at else record.get_state_display()


def state_tone(record: Evidence) -> str:
    """The tone of its tag, see components/tag.html."""
    return "warn" if record.sent_back_at else "good" if record.is_reviewed else "quiet"


@require_safe
def case_evidence(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The needs that one group told of, newest first."""
    group = get_group(request, pk)
    told = (
        Evidence.objects.visible_to(request.user)
        .filter(
            pk__in=Evidence.groups.through.objects.filter(communitygroup_id=group.pk).values("evidence_id")
        )
        .select_related("service_area", "lio")
        .prefetch_related("districts", "groups")
        .order_by("-happened_on", "-pk")
    )
    page = Paginator(told, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "case/evidence.html",
        {
            "group": group,
            "group_key": str(group.pk),
            "can_edit": can_edit(request, group),
            "tab": "evidence",
            "page_obj": page,
            "records": [listed(record) for record in page.object_list],
            "reviewed": told.reviewed().count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def evidence_new(request: AuthenticatedRequest) -> HttpResponse:
    """A need heard: a short form that opens up. ?group= and ?visit= fill in what is known."""
    if (new := to_new_form(request)) is not None:
        return new
    initial, group, visit = _known_of(request)
    sent = form_id(request)
    if sent and request.method != "POST":
        made = Evidence.objects.editable_by(request.user).filter(client_id=sent).first()
        if made is not None:
            messages.info(request, "This record was saved already.")
            return redirect("evidence_detail", pk=made.pk)
    form = EvidenceForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={
            "happened_on": timezone.localdate(),
            "method": Evidence.Method.ENQUIRY,
            "strength": Evidence.Strength.ONE,
            "client_id": sent or uuid4(),
            **initial,
        },
    )
    if request.method == "POST" and form.is_valid() and form.of_lio is not None:
        try:
            record = record_evidence(
                lio=form.of_lio,
                by=request.user,
                client_id=form.cleaned_data["client_id"] or sent,
                visit=visit if visit and visit.group.lio_id == form.of_lio.pk else None,
                **form.content(),
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another record. Nothing is lost: send it once more.")
        else:
            messages.success(
                request, "The need is recorded as a draft. A colleague reviews it before it counts."
            )
            if request.POST.get("then") == "another":
                return redirect(reverse("evidence_new") + (f"?group={group.pk}" if group else ""))
            return redirect("evidence_detail", pk=record.pk)
    return render(
        request,
        "evidence/form.html",
        {"tab": "records", "form": form, "group": group, "visit": visit},
        status=422 if form.is_bound else 200,
    )


def _known_of(request: AuthenticatedRequest) -> tuple[dict[str, Any], Any, Visit | None]:
    """What the address says of group and visit. Raises Http404 for what isn't theirs, PermissionDenied for readers."""
    visit_pk, group_pk = _number(request.GET.get("visit")), _number(request.GET.get("group"))
    if visit_pk:
        visit = get_object_or_404(
            Visit.objects.visible_to(request.user).select_related("group__lio"), pk=visit_pk
        )
        get_editable_group(request, visit.group_id)
        return initial_of_visit(visit) | {"lio": visit.group.lio_id}, visit.group, visit
    if group_pk:
        group = get_editable_group(request, group_pk)
        return initial_of_group(group) | {"lio": group.lio_id}, group, None
    return {}, None, None


def _number(words: str | None) -> int:
    return int(words) if words and words.isdecimal() and len(words) < 19 else 0


@require_safe
def evidence_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One record with its quotes and files, its state, and what it may repeat."""
    record = get_record(request, pk)
    return render(request, "evidence/detail.html", detail_context(request, record))


def detail_context(request: AuthenticatedRequest, record: Evidence) -> dict[str, Any]:
    """What the page of a record shows."""
    writes = can_write(request, record)
    why_not = why_not_reviewable(record, request.user)
    return {
        "tab": "records",
        "record": record,
        "can_edit": writes,
        "period": period_words(record),
        "state_words": state_words(record),
        "state_tone": state_tone(record),
        "rows": record_rows(record),
        "quotes": list(record.quotes.prefetch_related("consents__asked_by")),
        "can_review": not why_not,
        "why_not_review": why_not if writes and not record.is_reviewed else "",
        "alike": likely_duplicates(record, request.user) if writes else [],
        "made_of": _made_of(record, request.user),
    }


def _made_of(record: Evidence, user: User) -> list[tuple[str, str, str]]:
    """What the record was made of, as far as this person may see it: words, what it is, its address."""
    found = [
        (
            "A theme of the discussion",
            theme.focus_group.title,
            reverse("focus_group_detail", args=[theme.focus_group_id]),
        )
        for theme in FocusTheme.objects.filter(
            record=record, focus_group__in=FocusGroup.objects.visible_to(user)
        ).select_related("focus_group")
    ]
    for visit in MysteryVisit.objects.visible_to(user).filter(record=record):
        day = f"{visit.visited_on:%-d %B %Y}"
        found.append(("Seen at the mystery visit of", day, reverse("mystery_visit_detail", args=[visit.pk])))
    days = (
        Enquiry.objects.visible_to(user).filter(record=record).aggregate(n=Count("pk"), last=Max("asked_on"))
    )
    if days["n"]:
        words = f"{days['n']} {'enquiry' if days['n'] == 1 else 'enquiries'}"
        month = reverse("enquiry_month", query={"month": f"{days['last']:%Y-%m}"})
        found.append(("Counted from", words, month))
    return found


def record_rows(record: Evidence) -> list[dict[str, Any]]:
    """The record as terms and texts, see components/summary_list.html."""
    return [
        {"term": LABELS["service_area"], "text": str(record.service_area)},
        {"term": LABELS["method"], "text": _method_words(record)},
        {
            "term": LABELS["people_affected"],
            "text": "" if record.people_affected is None else record.people_affected,
        },
        {"term": LABELS["who_affected"], "text": record.who_affected},
        *({"term": LABELS[name], "text": listed_words(record, name)} for name in ("barriers", "districts")),
        {"term": LABELS["communities"], "text": listed_words(record, "communities")},
        {"term": LABELS["provider"], "text": str(record.provider or "")},
        {"term": LABELS["commissioner"], "text": str(record.commissioner or "")},
        {"term": LABELS["strength"], "text": record.get_strength_display()},
        {"term": LABELS["criteria"], "text": ", ".join(record.criteria)},
    ]


def _method_words(record: Evidence) -> str:
    code = record.method_code
    return record.get_method_display() + (f" (toolkit {code})" if code else "")


def listed_words(record: Evidence, name: str) -> str:
    return ", ".join(str(value) for value in getattr(record, name).all())


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other words or facts. A save over a colleague's change is refused and shows both."""
    record = get_editable_record(request, pk)
    differences: list[tuple[str, str, str]] = []
    status = 200
    if request.method == "POST":
        form = EvidenceForm(request.POST, user=request.user, record=record, initial=initial_of(record))
        status = 422
        if form.is_valid():
            content = form.content()
            try:
                change_evidence(
                    record=record, by=request.user, version=form.cleaned_data["version"] or 0, **content
                )
            except StaleRecord as stale:
                status = 409
                differences = _differences(content, stale.current)
                # Sending it again is a decision made in sight of both.
                send_again(form, version=str(stale.current.version))
            else:
                messages.success(request, "Saved. A colleague reviews it before it counts.")
                return redirect("evidence_detail", pk=pk)
    else:
        form = EvidenceForm(user=request.user, record=record, initial=initial_of(record))
    return render(
        request,
        "evidence/form.html",
        {"tab": "records", "form": form, "record": record, "differences": differences},
        status=status,
    )


def _differences(typed: dict[str, Any], stored: Evidence) -> list[tuple[str, str, str]]:
    """Field, what was typed and what is stored now, where the two differ."""
    found = []
    for name, value in typed.items():
        if name == "lists":
            for list_name, values in value.items():
                held = list(getattr(stored, list_name).all())
                if set(held) != set(values):
                    found.append((LABELS[list_name], ", ".join(map(str, values)), ", ".join(map(str, held))))
        elif value != getattr(stored, name):
            found.append((LABELS[name], value_words(value), value_words(getattr(stored, name))))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a draft. A reviewed record stays: it may stand in a brief that was sent."""
    record = get_editable_record(request, pk)
    if record.is_reviewed:
        raise PermissionDenied(REVIEWED_STAYS)
    if request.method == "POST":
        try:
            delete_draft(record=record, by=request.user)
        except ValueError as fault:
            # A colleague reviewed it between the question and the answer.
            raise PermissionDenied(REVIEWED_STAYS) from fault
        messages.success(request, "The draft is deleted.")
        return redirect("evidence_list")
    return render(
        request, "evidence/delete.html", {"tab": "records", "record": record, "period": period_words(record)}
    )
