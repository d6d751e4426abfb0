"""Mystery shopping: the list, a visit, a change, a deletion. Comparing stands in evidence.views.shopping_compared."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import can_write, get_editable, get_visible
from evidence.forms.shopping import MysteryListForm, MysteryVisitForm, initial_of, initial_of_new
from evidence.models import MysteryVisit
from evidence.shopping import (
    LISTS,
    ForeignForm,
    InRecord,
    StaleVisit,
    change_visit,
    delete_visit,
    note_visit,
    score_of,
)
from evidence.views.needs import shorten
from groups.access import AuthenticatedRequest, case_readers_only, officers_only
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.value_words import value_words

PER_PAGE = 50
STAYS = "This visit is part of a record of evidence, so it stays as it is."
RELATED = ("lio", "provider", "service", "service_area", "record")


@require_safe
@case_readers_only
def mystery_visit_list(request: AuthenticatedRequest) -> HttpResponse:
    """Visits this person may see, and the services with several of them. The filter stays in the URL."""
    visible = MysteryVisit.objects.visible_to(request.user)
    form = MysteryListForm(request.GET, user=request.user)
    found = form.apply(visible).select_related(*RELATED).order_by("-visited_on", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    several = (
        visible.values("provider", "provider__name", "service", "service__name")
        .annotate(visits=Count("pk"))
        .filter(visits__gt=1)
        .order_by("-visits", "provider__name", "service__name")[:20]
    )
    return render(
        request,
        "evidence/mystery_list.html",
        {
            "tab": "shopping",
            "form": form,
            "active": len([name for name in form.chosen if name != "q"]),
            "page_obj": page,
            "visits": [(visit, shorten(visit.scenario, 100), score_of(visit)) for visit in page.object_list],
            "any_visits": bool(page.paginator.count) or visible.exists(),
            "show_lio": "lio" in form.fields,
            "several": [
                {
                    "words": one["service__name"] or one["provider__name"],
                    "run_by": one["provider__name"] if one["service__name"] else "",
                    "visits": one["visits"],
                    "url": compare_url(one["provider"], one["service"]),
                }
                for one in several
            ],
        },
    )


def compare_url(provider: int, service: int | None) -> str:
    """The page that compares the visits to one service, or those to a provider that name no service."""
    query = {"provider": provider} | ({"service": service} if service else {})
    return f"{reverse('mystery_visit_compare')}?{urlencode(query)}"


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def mystery_visit_new(request: AuthenticatedRequest) -> HttpResponse:
    """A visit or call as it went. A form sent twice makes one."""
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST":
        made = MysteryVisit.objects.editable_by(request.user).filter(client_id=sent).first()
        if made is not None:
            messages.info(request, "This visit was saved already.")
            return redirect("mystery_visit_detail", pk=made.pk)
    form = MysteryVisitForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"client_id": sent or uuid4(), **initial_of_new()},
    )
    if request.method == "POST" and form.is_valid() and form.of_lio is not None:
        try:
            visit = note_visit(
                lio=form.of_lio,
                by=request.user,
                client_id=form.cleaned_data["client_id"] or sent,
                **form.content(),
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another visit. Nothing is lost: send it once more.")
        else:
            messages.success(request, "The visit is saved.")
            return redirect("mystery_visit_detail", pk=visit.pk)
    return render(
        request,
        "evidence/mystery_form.html",
        {"tab": "shopping", "form": form},
        status=422 if form.is_bound else 200,
    )


@require_safe
def mystery_visit_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One visit with its checklist and score."""
    visit = get_visible(request, MysteryVisit.objects.select_related(*RELATED, "created_by"), pk)
    answers = {True: "Yes", False: "No", None: "Didn’t come up"}
    others = (
        MysteryVisit.objects.visible_to(request.user)
        .filter(provider=visit.provider_id, service=visit.service_id)
        .exclude(pk=pk)
        .count()
    )
    return render(
        request,
        "evidence/mystery_detail.html",
        {
            "tab": "shopping",
            "visit": visit,
            "can_edit": can_write(request, visit),
            "score": score_of(visit),
            "others": others,
            "compare_url": compare_url(visit.provider_id, visit.service_id),
            "record_url": f"{reverse('mystery_visit_record')}?visit={visit.pk}",
            "checklist": [
                {"term": words, "text": answers[getattr(visit, item)]}
                for item, words in MysteryVisit.CHECKLIST.items()
            ],
            "rows": visit_rows(visit),
        },
    )


def visit_rows(visit: MysteryVisit) -> list[dict[str, Any]]:
    """The visit as terms and texts, see components/summary_list.html."""
    waited = "" if visit.minutes_waited is None else f"{visit.minutes_waited} minutes"
    return [
        {"term": "How it ended", "text": visit.get_outcome_display()},
        {"term": "Waited", "text": "1 minute" if visit.minutes_waited == 1 else waited},
        {"term": "Whose service it is", "text": str(visit.provider)},
        {"term": "Which service", "text": str(visit.service or "")},
        {"term": "Service area", "text": str(visit.service_area)},
        {"term": "How", "text": visit.get_how_display()},
        {"term": "Language the visitor used", "text": visit.language},
        *(
            {"term": words, "text": ", ".join(map(str, getattr(visit, name).all()))}
            for name, words in zip(LISTS, ("Districts", "Communities", "Groups that took part"), strict=True)
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def mystery_visit_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other facts. A save over a colleague's change is refused and shows both."""
    visit = _free_visit(request, pk)
    initial = initial_of(visit)
    differences: list[tuple[str, str, str]] = []
    status = 200
    if request.method == "POST":
        form = MysteryVisitForm(request.POST, user=request.user, visit=visit, initial=initial)
        status = 422
        if form.is_valid():
            try:
                change_visit(visit=visit, version=form.cleaned_data["version"] or 0, **form.content())
            except StaleVisit as stale:
                status = 409
                differences = _differences(form, stale.current)
                # Sending it again is a decision made in sight of both.
                send_again(form, version=str(stale.current.version))
            except InRecord as fault:
                raise PermissionDenied(str(fault)) from fault
            else:
                messages.success(request, "Saved.")
                return redirect("mystery_visit_detail", pk=pk)
    else:
        form = MysteryVisitForm(user=request.user, visit=visit, initial=initial)
    return render(
        request,
        "evidence/mystery_form.html",
        {"tab": "shopping", "form": form, "visit": visit, "differences": differences},
        status=status,
    )


def _free_visit(request: AuthenticatedRequest, pk: int) -> MysteryVisit:
    """A visit that this person may change. Raises PermissionDenied besides where a record was made of it."""
    visit: MysteryVisit = get_editable(request, MysteryVisit.objects.select_related(*RELATED), pk)
    if visit.record_id is not None:
        raise PermissionDenied(STAYS)
    return visit


def _differences(form: MysteryVisitForm, stored: MysteryVisit) -> list[tuple[str, str, str]]:
    """Field, what was typed and what is stored now, where the two differ."""
    found = []
    for name, value in form.content().items():
        if name == "lists":
            for list_name, values in value.items():
                held = list(getattr(stored, list_name).all())
                if set(held) != set(values):
                    words = (", ".join(map(str, values)), ", ".join(map(str, held)))
                    found.append((str(form[list_name].label), *words))
        elif value != (now := getattr(stored, name)):
            found.append((str(form[name].label), _words(form, name, value), _words(form, name, now)))
    return found


def _words(form: MysteryVisitForm, name: str, value: Any) -> str:
    if name in MysteryVisit.CHECKLIST:
        return {True: "Yes", False: "No", None: "Didn’t come up"}[value]
    if name in {"how", "outcome"}:
        return str(dict(form.fields[name].choices)[value])  # type: ignore[attr-defined]
    return value_words(value)


@require_http_methods(["GET", "HEAD", "POST"])
def mystery_visit_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a visit that no record was made of."""
    visit = _free_visit(request, pk)
    if request.method == "POST":
        try:
            delete_visit(visit=visit)
        except InRecord as fault:
            raise PermissionDenied(str(fault)) from fault
        messages.success(request, "The visit is deleted.")
        return redirect("mystery_visit_list")
    return render(request, "evidence/mystery_delete.html", {"tab": "shopping", "visit": visit})
