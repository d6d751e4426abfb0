"""Mystery visits to one service side by side, and the record of unmet need that is made of them.

No count is hidden here: visits are made by volunteers with a made-up request, so none of them tells of anybody.
"""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evidence.forms.methods import MadeRecordForm
from evidence.models import Evidence, MysteryVisit
from evidence.recording import ForeignForm
from evidence.shopping import InRecord, compare, period_of, record_visits, score_of, summary_of
from evidence.views.shopping import RELATED, compare_url
from groups.access import AuthenticatedRequest, case_readers_only, officers_only, roles_of
from groups.models import Organisation, Service
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form

# As many visits as stand side by side on a page; a service that was visited more often shows the newest.
MOST_COMPARED = 100
SIGNS = {True: "Yes", False: "No", None: "–"}


@require_safe
@case_readers_only
def mystery_visit_compare(request: AuthenticatedRequest) -> HttpResponse:
    """Visits × items of the checklist for one service, with the mean score, the longest wait and each language."""
    provider = Organisation.objects.filter(pk=_number(request.GET.get("provider"))).first()
    service = Service.objects.filter(pk=_number(request.GET.get("service")), organisation=provider).first()
    visible = MysteryVisit.objects.visible_to(request.user).filter(provider=provider, service=service)
    visits = list(visible.select_related(*RELATED).order_by("-visited_on", "-pk")[: MOST_COMPARED + 1])
    if provider is None or not visits:
        raise Http404("Nobody has visited this service.")
    more, visits = len(visits) > MOST_COMPARED, visits[:MOST_COMPARED]
    own = roles_of(request).officer_lio_ids
    rows: list[dict[str, Any]] = [
        {
            "visit": visit,
            "answers": [
                (words, SIGNS[getattr(visit, item)]) for item, words in MysteryVisit.CHECKLIST.items()
            ],
            "score": score_of(visit),
            "free": visit.record_id is None and visit.lio_id in own,
        }
        for visit in visits
    ]
    return render(
        request,
        "evidence/mystery_compare.html",
        {
            "tab": "shopping",
            "provider": provider,
            "service": service,
            "rows": rows,
            "items": MysteryVisit.CHECKLIST.values(),
            "found": compare(visits),
            "more": more,
            "can_record": any(row["free"] for row in rows),
        },
    )


def _number(words: str | None) -> int:
    return int(words) if words and words.isdecimal() and len(words) < 19 else 0


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def mystery_visit_record(request: AuthenticatedRequest) -> HttpResponse:
    """One or several visits to one provider become a record: ?visit= says which."""
    chosen = [_number(words) for words in request.GET.getlist("visit")][:MOST_COMPARED]
    visits = list(
        MysteryVisit.objects.editable_by(request.user)
        .filter(pk__in=chosen)
        .select_related(*RELATED)
        .prefetch_related("districts", "communities")
    )
    if not visits:
        if not chosen:
            messages.error(request, "Tick the visits that the record is made of.")
            return redirect(_back(request))
        raise Http404("No such visit.")
    if len(visits) < len(set(chosen)):
        raise Http404("Not all of these are visits of your LIO.")
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST":
        made = Evidence.objects.editable_by(request.user).filter(client_id=sent).first()
        if made is not None:
            messages.info(request, "This record was made already.")
            return redirect("evidence_detail", pk=made.pk)
    form = MadeRecordForm(
        request.POST if request.method == "POST" else None,
        initial={
            "client_id": sent or uuid4(),
            "service_area": visits[0].service_area_id,
            "summary": summary_of(visits),
            "districts": sorted({place.pk for visit in visits for place in visit.districts.all()}),
            "communities": sorted({people.pk for visit in visits for people in visit.communities.all()}),
        },
    )
    if form.is_valid():
        try:
            record = record_visits(
                visits=visits,
                by=request.user,
                client_id=form.cleaned_data["client_id"] or sent,
                **form.content(),
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another record. Nothing is lost: send it once more.")
        except (InRecord, ValueError) as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The record is a draft now. A colleague reviews it before it counts.")
            return redirect("evidence_detail", pk=record.pk)
    first, last = period_of(visits)
    return render(
        request,
        "evidence/mystery_record.html",
        {
            "tab": "shopping",
            "form": form,
            "visits": [(visit, score_of(visit)) for visit in visits],
            "first": first,
            "last": last,
            "back": compare_url(visits[0].provider_id, visits[0].service_id),
        },
        status=422 if form.is_bound else 200,
    )


def _back(request: AuthenticatedRequest) -> str:
    """The comparison that a reader came from, by the numbers that its form sends along; else the list."""
    provider, service = _number(request.GET.get("provider")), _number(request.GET.get("service"))
    return compare_url(provider, service or None) if provider else "mystery_visit_list"
