"""Administrators' privacy pages: what is held of a group or a person, its copy, its erasure, how long things stay."""

import tempfile
from typing import IO

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from auditlog.models import LogEntry
from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from groups.access import AuthenticatedRequest, administrators_only
from groups.forms.privacy import CopyForm, EraseGroupForm, ErasePersonForm
from groups.leaving import groups as leaving_groups
from groups.leaving import people as leaving_people
from groups.leaving.copies import write_group, write_person
from groups.leaving.registry import Fate, Person, group_kinds
from groups.leaving.retention import due_today
from groups.models import CommunityGroup, User
from groups.models.community_groups import name_key

LEAST_LETTERS = 3
MOST_FOUND = 20
SPOOLED = 20 * 1024 * 1024  # bytes
FATES = {Fate.GOES: "goes", Fate.EMPTIED: "stays, without a name", Fate.STAYS: "stays, by a former colleague"}


@require_GET
@administrators_only
def privacy(request: HttpRequest) -> HttpResponse:
    """A search for the group or the person that somebody asks about."""
    query = request.GET.get("q", "").strip()
    groups, accounts, address = CommunityGroup.objects.none(), User.objects.none(), ""
    if len(query) >= LEAST_LETTERS:
        if key := name_key(query):
            groups = CommunityGroup.objects.filter(search_text__contains=key).select_related("lio")
        accounts = User.objects.filter(Q(email__icontains=query) | Q(name__icontains=query))
        try:
            address = leaving_people.find_person(query).email if "@" in query else ""
        except leaving_people.NothingHeld:
            address = ""
    return render(
        request,
        "administration/privacy.html",
        {
            "query": query,
            "too_short": bool(query) and len(query) < LEAST_LETTERS,
            "found_groups": groups[:MOST_FOUND],
            "accounts": accounts.exclude(email=address)[:MOST_FOUND],
            "address": address,
        },
    )


@require_GET
@administrators_only
def held_of_group(request: HttpRequest, pk: int) -> HttpResponse:
    """How many records of each kind are held of a group; what they say is in the copy alone."""
    group = get_object_or_404(CommunityGroup.objects.select_related("lio"), pk=pk)
    rows = [(kind.title, kind.held(group).count(), "") for kind in reversed(group_kinds)]
    return render(
        request,
        "administration/held.html",
        {
            "whom": group.name,
            "lede": str(group.lio),
            "rows": [row for row in rows if row[1]],
            "form": CopyForm(),
            "copy_url": reverse("admin_held_group_copy", args=[group.pk]),
            "erase_url": reverse("admin_group_erase", args=[group.pk]),
        },
    )


@require_POST
@administrators_only
def held_of_group_copy(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The copy of a group as a ZIP. It opens a case file, so it asks why and for a fresh proof."""
    group = get_object_or_404(CommunityGroup, pk=pk)
    here = reverse("admin_held_group", args=[group.pk])
    form = CopyForm(request.POST)
    if (elsewhere := _not_yet(request, form, here)) is not None:
        return elsewhere
    file = _temporary()
    write_group(file, group=group, by=request.user, purpose=form.cleaned_data["purpose"])
    return _download(file, f"what-we-hold-group-{group.pk}.zip")


@require_GET
@administrators_only
def held_of_person(request: HttpRequest) -> HttpResponse:
    """How many records of each kind are held of a person, and what erasing would make of them."""
    person = _person(request.GET.get("email", ""))
    return render(
        request,
        "administration/held.html",
        {
            "whom": person.email,
            "lede": str(person.user) if person.user and person.user.name else "",
            "rows": [(kind.title, number, FATES[kind.fate]) for kind, number in leaving_people.held(person)],
            "with_fate": True,
            "email": person.email,
            "form": CopyForm(),
            "copy_url": reverse("admin_held_person_copy"),
            "erase_url": reverse("admin_person_erase", query={"email": person.email}),
        },
    )


@require_POST
@administrators_only
def held_of_person_copy(request: AuthenticatedRequest) -> HttpResponseBase:
    """The copy of what is about a person, as a ZIP."""
    person = _person(request.POST.get("email", ""))
    here = reverse("admin_held_person", query={"email": person.email})
    form = CopyForm(request.POST)
    if (elsewhere := _not_yet(request, form, here)) is not None:
        return elsewhere
    file = _temporary()
    write_person(file, person=person, by=request.user, purpose=form.cleaned_data["purpose"])
    return _download(file, "what-we-hold-person.zip")


@administrators_only
@reauthentication_required
def group_erase(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Shows all that goes with a group, asks for its name, then erases it."""
    group = get_object_or_404(CommunityGroup.objects.select_related("lio"), pk=pk)
    form = EraseGroupForm(request.POST or None, group=group)
    if request.method == "POST" and form.is_valid():
        try:
            erased = leaving_groups.erase_group(
                group=group, by=request.user, reason=form.cleaned_data["reason"]
            )
        except CommunityGroup.DoesNotExist as fault:  # by somebody else, this moment
            raise Http404 from fault
        return _done(request, erased.entry, erased.files_left)
    return render(
        request,
        "administration/group_erase.html",
        {"group": group, "form": form, "found": leaving_groups.what_goes(group)},
        status=422 if form.is_bound else 200,
    )


@administrators_only
@reauthentication_required
def person_erase(request: AuthenticatedRequest) -> HttpResponse:
    """Shows what goes with a person and what stays, asks for the address, then erases them."""
    asked = request.POST if request.method == "POST" else request.GET
    person = _person(asked.get("email", ""))
    why_not = leaving_people.why_not(person, request.user)
    form = ErasePersonForm(request.POST or None, initial={"email": person.email}, address=person.email)
    if request.method == "POST" and not why_not and form.is_valid():
        try:
            erased = leaving_people.erase_person(person=person, by=request.user)
        except leaving_people.CannotLeave as fault:  # the other administrator left this moment
            why_not = str(fault)
        else:
            return _done(request, erased.entry, erased.files_left)
    return render(
        request,
        "administration/person_erase.html",
        {
            "person": person,
            "why_not": why_not,
            "form": form,
            "found": leaving_people.what_goes(person),
            "back": reverse("admin_held_person", query={"email": person.email}),
        },
        status=422 if form.is_bound else 200,
    )


@require_GET
@administrators_only
def erased(request: HttpRequest, pk: int) -> HttpResponse:
    """What was erased, as the trail keeps it: counts without names."""
    entry = get_object_or_404(
        LogEntry.objects.select_related("actor", "content_type"),
        pk=pk,
        additional_data__act__in=["group erased", "person erased"],
    )
    reason = entry.additional_data.get("reason", "")
    return render(
        request,
        "administration/erased.html",
        {
            "entry": entry,
            "is_group": entry.additional_data["act"] == "group erased",
            "reason": dict(leaving_groups.Reason.choices).get(reason, ""),
            "counts": entry.additional_data.get("counts", {}).items(),
        },
    )


@require_GET
@administrators_only
def retention(request: HttpRequest) -> HttpResponse:
    """How long each kind is kept, and how many records' time is over today."""
    return render(
        request,
        "administration/retention.html",
        {"lines": due_today()},
    )


def _person(email: str) -> Person:
    try:
        return leaving_people.find_person(email)
    except leaving_people.NothingHeld as fault:
        raise Http404(str(fault)) from fault


def _not_yet(request: AuthenticatedRequest, form: CopyForm, here: str) -> HttpResponse | None:
    """Where somebody must go first, to say why or who they are; None where the copy may be made.

    The way leads back to the page, not to the file, which would leave the browser on the password's form.
    """
    if is_reauthentication_required(request, app=""):
        return redirect(reverse("account_reauthenticate", query={"next": here}))
    if not form.is_valid():
        messages.error(request, "Say why you make this copy.")
        return redirect(here)
    return None


def _temporary() -> IO[bytes]:
    """A place for a copy: in memory while it is small, else a file without a name that goes when it is closed."""
    return tempfile.SpooledTemporaryFile(max_size=SPOOLED)


def _download(file: IO[bytes], name: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def _done(request: HttpRequest, entry: LogEntry | None, left: list[str]) -> HttpResponse:
    assert entry is not None
    if left:
        messages.error(
            request,
            f"{len(left)} stored files couldn’t be removed. Whoever runs the portal removes them with the command "
            "sweep_files.",
        )
    return redirect("admin_erased", pk=entry.pk)
