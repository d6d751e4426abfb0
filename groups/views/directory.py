"""The directory of commissioners, providers and forums. Officers and managers read it, officers write it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from groups import organisations
from groups.access import AuthenticatedRequest, case_readers_only, officers_only
from groups.forms.organisations import (
    DirectoryFilterForm,
    OrganisationContactForm,
    OrganisationForm,
    ServiceForm,
)
from groups.models import Organisation, OrganisationContact, Service
from groups.models.community_groups import name_key
from groups.organisations import CannotMerge, StaleOrganisation
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form

PER_PAGE = 50
CHOICES_SHOWN = 20


@require_safe
@case_readers_only
def directory(request: AuthenticatedRequest) -> HttpResponse:
    """All entries: searched, filtered, sorted, paged, all kept in the URL."""
    form = DirectoryFilterForm(request.GET)
    entries = form.apply(Organisation.objects.listed()).prefetch_related("districts", "services")
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "directory/list.html",
        {
            "form": form,
            "active": len([name for name in form.chosen if name not in {"q", "sort"}]),
            "page_obj": page,
            "entries": [
                (entry, ", ".join(map(str, entry.districts.all())), ", ".join(map(str, entry.services.all())))
                for entry in page.object_list
            ],
            "any_entries": bool(page.paginator.count) or Organisation.objects.listed().exists(),
        },
    )


def _entry(pk: int) -> Organisation:
    return get_object_or_404(Organisation.objects.select_related("merged_into"), pk=pk)


@require_safe
@case_readers_only
def organisation(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One entry with its people, services and what names it. One that was merged leads on."""
    entry = _entry(pk)
    if entry.merged_into_id:
        return redirect("organisation", pk=entry.merged_into_id, permanent=True)
    return render(
        request,
        "directory/detail.html",
        {
            "entry": entry,
            "people": entry.contacts.all(),
            "services": entry.services.select_related("service_area").prefetch_related("districts"),
            "districts": ", ".join(map(str, entry.districts.all())),
            "mentions": organisations.mentions_of(entry, request.user),
            "can_edit": request.user.roles.is_officer,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_add(request: AuthenticatedRequest) -> HttpResponse:
    """A new entry. Names very like a known one lead to a comparison before it is added."""
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST" and (made := organisations.made_before(sent)) is not None:
        messages.info(request, f"{made} was added already.")
        return redirect("organisation", pk=made.pk)
    form = OrganisationForm(
        request.POST if request.method == "POST" else None,
        initial={"client_id": sent, "name": request.GET.get("name", "")[:200]},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            alike = organisations.likely_duplicates(name=data["name"], other_names=data["other_names"])
            client_id: UUID = data["client_id"] or sent or uuid4()
            if alike and not data["not_a_duplicate"] and organisations.made_before(client_id) is None:
                return render(
                    request, "directory/duplicates.html", {"form": form, "alike": alike}, status=409
                )
            entry = organisations.add_organisation(
                by=request.user,
                client_id=client_id,
                districts=list(data["districts"]),
                **organisations.plain_fields(data),
            )
            messages.success(request, f"Added {entry}.")
            return redirect("organisation", pk=entry.pk)
    return render(request, "directory/form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other facts. A save over somebody else's change is refused and shows what is stored."""
    entry = get_object_or_404(Organisation.objects.listed(), pk=pk)
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=entry)
    status = 200
    stored: list[tuple[str, str, str]] = []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                organisations.change_organisation(
                    organisation=entry,
                    version=data["version"] or 0,
                    districts=list(data["districts"]),
                    **organisations.plain_fields(data),
                )
            except StaleOrganisation as stale:
                status, stored = 409, organisations.differences(entry, stale.current)
                # Sending it again is a decision made in sight of both.
                send_again(form, version=str(stale.current.version))
            else:
                messages.success(request, f"Saved {data['name']}.")
                return redirect("organisation", pk=pk)
    context = {"form": form, "entry": get_object_or_404(Organisation, pk=pk), "stored": stored}
    return render(request, "directory/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_contact(request: AuthenticatedRequest, pk: int, contact: int | None = None) -> HttpResponse:
    """Adds a person of an organisation, or changes one."""
    entry = get_object_or_404(Organisation.objects.listed(), pk=pk)
    person = (
        get_object_or_404(OrganisationContact, pk=contact, organisation=entry)
        if contact
        else OrganisationContact()
    )
    if contact is None and (new := to_new_form(request)) is not None:
        return new
    form = OrganisationContactForm(
        request.POST if request.method == "POST" else None,
        instance=person,
        initial={"client_id": form_id(request)} if contact is None else {},
    )
    if form.is_valid():
        saved = organisations.save_contact(
            organisation=entry, contact=form.save(commit=False), client_id=form.cleaned_data["client_id"]
        )
        messages.success(request, f"Saved {saved.name}.")
        return redirect("organisation", pk=pk)
    return _part(request, entry, form, "person", adding=contact is None)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_contact_delete(request: AuthenticatedRequest, pk: int, contact: int) -> HttpResponse:
    """Asks, then takes a person off an organisation."""
    person = get_object_or_404(
        OrganisationContact.objects.select_related("organisation"), pk=contact, organisation=pk
    )
    if request.method == "POST":
        person.delete()
        messages.success(request, "The person is gone from this entry.")
        return redirect("organisation", pk=pk)
    return render(request, "directory/contact_delete.html", {"entry": person.organisation, "person": person})


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_service(request: AuthenticatedRequest, pk: int, service: int | None = None) -> HttpResponse:
    """Adds a service that an organisation runs, or changes one."""
    entry = get_object_or_404(Organisation.objects.listed(), pk=pk)
    run = get_object_or_404(Service, pk=service, organisation=entry) if service else Service()
    if service is None and (new := to_new_form(request)) is not None:
        return new
    form = ServiceForm(
        request.POST if request.method == "POST" else None,
        instance=run,
        initial={"client_id": form_id(request)} if service is None else {},
    )
    if form.is_valid():
        saved = organisations.save_service(
            organisation=entry,
            service=form.save(commit=False),
            districts=list(form.cleaned_data["districts"]),
            client_id=form.cleaned_data["client_id"],
        )
        messages.success(request, f"Saved {saved}.")
        return redirect("organisation", pk=pk)
    return _part(request, entry, form, "service", adding=service is None)


def _part(
    request: AuthenticatedRequest, entry: Organisation, form: Any, what: str, *, adding: bool
) -> HttpResponse:
    return render(
        request,
        "directory/part_form.html",
        {"entry": entry, "form": form, "what": what, "adding": adding},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_service_end(request: AuthenticatedRequest, pk: int, service: int) -> HttpResponse:
    """Asks, then notes that a service isn't run any more."""
    run = get_object_or_404(Service.objects.select_related("organisation"), pk=service, organisation=pk)
    if request.method == "POST":
        organisations.end_service(service=run)
        messages.success(request, f"{run} is noted as ended.")
        return redirect("organisation", pk=pk)
    return render(request, "directory/service_end.html", {"entry": run.organisation, "service": run})


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def organisation_merge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Two entries for one body: choose the one to keep, compare both, make them one."""
    gone = get_object_or_404(Organisation.objects.listed(), pk=pk)
    query = request.GET.get("q", "").strip()
    wanted = request.POST.get("kept") or request.GET.get("kept") or ""
    kept = (
        get_object_or_404(Organisation.objects.listed(), pk=int(wanted))
        if wanted.isdecimal() and len(wanted) < 19
        else None
    )
    problem = ""
    if request.method == "POST" and kept is not None:
        try:
            organisations.merge(gone=gone, kept=kept, by=request.user)
        except CannotMerge as fault:
            problem = str(fault)
        else:
            messages.success(request, f"{gone} is now part of {kept}. What named it names {kept}.")
            return redirect("organisation", pk=kept.pk)
    others = Organisation.objects.listed().exclude(pk=gone.pk)
    found = (
        others.filter(search_text__contains=name_key(query)).order_by("name_key", "pk")[:CHOICES_SHOWN]
        if name_key(query)
        else organisations.likely_duplicates(name=gone.name, other_names=gone.other_names, leave_out=gone.pk)
    )
    return render(
        request,
        "directory/merge.html",
        {
            "gone": gone,
            "kept": kept,
            "query": query,
            "found": list(found),
            "problem": problem,
            "rows": organisations.differences(gone, kept) if kept else [],
        },
        status=422 if problem or request.method == "POST" else 200,
    )
