"""The enquiry tally: two taps at a reception desk, undo, a month at a glance, and taking one out."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evidence.access import get_editable
from evidence.enquiries import (
    AnotherEnquiry,
    ForeignForm,
    InRecord,
    delete_enquiry,
    last_of,
    note_enquiry,
    take_back,
)
from evidence.enquiry_counts import EXACT_SPLITS, OTHER_SPLITS, Month, count_month
from evidence.forms.enquiries import EnquiryForm, StayingForm
from evidence.models import Enquiry
from groups.access import AuthenticatedRequest, case_readers_only, officers_only, roles_of
from groups.models import LIO
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form

PER_PAGE = 50
STAYS = "This enquiry counts in a record of evidence, so it stays."


def _tally_url(request: HttpRequest) -> str:
    """The tally with what stays chosen, a new form, and what was noted last in view: a phone needn't scroll."""
    query = request.GET.copy()
    query["form"] = str(uuid4())
    return f"{reverse('enquiry_tally')}?{query.urlencode()}#last"


@require_http_methods(["GET", "HEAD", "POST"])
@case_readers_only
def enquiry_tally(request: AuthenticatedRequest) -> HttpResponse:
    """Two taps, one enquiry. Managers, who note none, get the month."""
    if not request.user.roles.is_officer:
        if request.method == "POST":
            raise PermissionDenied("Enquiries are noted by officers.")
        return redirect("enquiry_month")
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST" and Enquiry.objects.filter(client_id=sent, officer=request.user):
        # Somebody went back to a form that has done its work.
        return redirect(_tally_url(request))
    staying = StayingForm(request.GET, user=request.user)
    form = EnquiryForm(
        request.POST if request.method == "POST" else None, initial={"client_id": sent or uuid4()}
    )
    if staying.is_valid() and form.is_valid():
        try:
            if (lio := staying.of_lio) is None:
                raise ValueError("Choose your LIO first, under “Where and who”.")
            note_enquiry(
                lio=lio,
                by=request.user,
                service_area=form.cleaned_data["service_area"],
                outcome=form.cleaned_data["outcome"],
                client_id=form.cleaned_data["client_id"] or sent,
                **staying.content(),
            )
        except AnotherEnquiry as before:
            made = before.made
            messages.warning(
                request,
                f"This form had noted “{made.service_area}: {made.get_outcome_display().lower()}” before, and that"
                " stands. If it was wrong, undo it; if this is another enquiry, tap once more.",
            )
            return redirect(_tally_url(request))
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used before. Nothing is lost: tap once more.")
        except ValueError as fault:
            form.add_error(None, str(fault))
        else:
            return redirect(_tally_url(request))
    return render(
        request,
        "evidence/enquiry_tally.html",
        {
            "tab": "enquiries",
            "form": form,
            "staying": staying,
            "last": last_of(request.user),
            "today": Enquiry.objects.editable_by(request.user)
            .filter(officer=request.user, asked_on=timezone.localdate())
            .count(),
            "kept": _without_form(request),
        },
        status=422 if form.is_bound else 200,
    )


def _without_form(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("form", None)
    return query.urlencode()


@require_POST
@officers_only
def enquiry_undo(request: AuthenticatedRequest) -> HttpResponse:
    """Takes back what one has just noted. Pressed twice, it takes back no other."""
    words = request.POST.get("enquiry", "")
    pk = int(words) if words.isdecimal() and len(words) < 19 else 0
    enquiry = Enquiry.objects.editable_by(request.user).filter(pk=pk).first()
    try:
        if enquiry is None:
            messages.info(request, "There is nothing to undo.")
        else:
            take_back(enquiry=enquiry, by=request.user)
            messages.success(
                request, f"Undone: {enquiry.service_area}, {enquiry.get_outcome_display().lower()}."
            )
    except ValueError as fault:
        messages.error(request, str(fault))
    return redirect(_tally_url(request))


@require_safe
@case_readers_only
def enquiry_month(request: AuthenticatedRequest) -> HttpResponse:
    """A month at a glance: service area by outcome or over the month, and the enquiries themselves for their LIO."""
    today = timezone.localdate()
    month = Month.of(request.GET.get("month", ""), today)
    roles = roles_of(request)
    lios = list(LIO.objects.filter(pk__in=roles.officer_lio_ids))
    lio = next((one for one in lios if str(one.pk) == request.GET.get("lio")), None)
    # Officers see their own LIO's counts as they are, since they typed each enquiry in. Anybody else's view is a
    # table about people, with small counts hidden.
    exact = lio is not None or not roles.is_manager
    splits = EXACT_SPLITS if exact else OTHER_SPLITS
    by = request.GET.get("by", "")
    by = by if by in splits else "outcome"
    shown = Enquiry.objects.visible_to(request.user)
    counted = count_month(shown.filter(lio=lio) if lio else shown, month, by, exact=exact)
    context: dict[str, Any] = {
        "tab": "enquiries",
        "month": month,
        "next_month": month.after if month.after.first <= today else None,
        "lios": lios if len(lios) > 1 or (lios and roles.is_manager) else [],
        "lio": lio,
        "exact": exact,
        "by": by,
        "splits": splits.items(),
        "counted": counted,
        "end": min(month.last, today),
        # Which LIO a record would be of must be clear.
        "record_lio": (lio or (lios[0] if len(lios) == 1 else None)) if exact else None,
        "ask_lio": len(lios) > 1,
    }
    if exact:
        own = Enquiry.objects.editable_by(request.user).filter(asked_on__range=(month.first, month.last))
        own = own.filter(lio=lio) if lio else own
        listed = own.select_related("service_area", "district", "community", "group", "officer")
        context["page_obj"] = Paginator(listed.order_by("-asked_on", "-pk"), PER_PAGE).get_page(
            request.GET.get("page")
        )
    return render(request, "evidence/enquiry_month.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def enquiry_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes an enquiry that counts in no record."""
    enquiry: Enquiry = get_editable(request, Enquiry.objects.select_related("service_area"), pk)
    if enquiry.record_id is not None:
        raise PermissionDenied(STAYS)
    back = f"{reverse('enquiry_month')}?month={enquiry.asked_on:%Y-%m}"
    if request.method == "POST":
        try:
            delete_enquiry(enquiry=enquiry)
        except InRecord as fault:
            raise PermissionDenied(STAYS) from fault
        messages.success(request, "The enquiry is deleted.")
        return redirect(back)
    return render(
        request, "evidence/enquiry_delete.html", {"tab": "enquiries", "enquiry": enquiry, "back": back}
    )
