"""Administrators' pages for lists, opened case files and the trail."""

from auditlog.models import LogEntry
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from groups import people
from groups.access import AuthenticatedRequest, administrators_only
from groups.forms.people import ReasonForm
from groups.forms.places import LISTS, DistrictForm, listed_value_form
from groups.models import BreakGlass, CommunityGroup, District
from groups.models.community_groups import name_key

PER_PAGE = 50


@require_GET
@administrators_only
def districts(request: HttpRequest) -> HttpResponse:
    """Council areas, past ones too."""
    return render(request, "administration/districts.html", {"districts": District.objects.all()})


@administrators_only
def district_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Adds a district or ends one."""
    district = get_object_or_404(District, pk=pk) if pk else District()
    form = DistrictForm(request.POST or None, instance=district)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"Saved {form.save()}.")
        return redirect("admin_districts")
    return render(
        request,
        "administration/value_form.html",
        {"form": form, "what": "district", "back": "admin_districts"},
        status=422 if form.is_bound and form.errors else 200,
    )


def _listed(slug: str):
    try:
        return LISTS[slug]
    except KeyError:
        raise Http404("No such list.") from None


@require_GET
@administrators_only
def listed_values(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the lists: communities, service areas, people served."""
    model, title = _listed(slug)
    return render(
        request,
        "administration/listed_values.html",
        {"values": model.objects.all(), "list_title": title, "slug": slug},
    )


@administrators_only
def listed_value_form_page(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Adds a value to a list, or retires one."""
    model, title = _listed(slug)
    value = get_object_or_404(model, pk=pk) if pk else model()
    form = listed_value_form(model)(request.POST or None, instance=value)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"Saved {form.save()}.")
        return redirect("admin_list", slug=slug)
    return render(
        request,
        "administration/value_form.html",
        {"form": form, "what": title.lower(), "slug": slug},
        status=422 if form.is_bound and form.errors else 200,
    )


@administrators_only
def open_case(request: AuthenticatedRequest) -> HttpResponse:
    """Break glass: find a group by its name, give a reason, read its case file for two hours."""
    query = request.GET.get("q", "").strip()
    found = (
        CommunityGroup.objects.filter(search_text__contains=name_key(query))
        .select_related("lio")
        .only("name", "lio__name")[:20]
        if len(query) >= 3
        else []
    )
    chosen = request.POST.get("group") or request.GET.get("group")
    group = (
        get_object_or_404(CommunityGroup.objects.select_related("lio"), pk=chosen) if _id(chosen) else None
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and group and form.is_valid():
        people.break_glass(user=request.user, group=group, reason=form.cleaned_data["reason"])
        messages.warning(request, "The case file is open to you for two hours. Your reason is on record.")
        return redirect("case", pk=group.pk)
    return render(
        request,
        "administration/open_case.html",
        {
            "query": query,
            "found": found,
            "chosen": group,
            "form": form,
            "openings": BreakGlass.objects.select_related("user", "group")[:20],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _id(value: str | None) -> bool:
    return bool(value) and str(value).isdecimal() and len(str(value)) < 19


@require_GET
@administrators_only
def trail_page(request: HttpRequest) -> HttpResponse:
    """Who did what to which record, when. Nothing here can be changed."""
    entries = LogEntry.objects.select_related("actor", "content_type").order_by("-pk")
    if query := request.GET.get("q", "").strip():
        entries = entries.filter(actor_email__icontains=query)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "administration/trail.html", {"page_obj": page, "query": query})
