"""A group's profile: read, create with a look for duplicates, change a section at a time, contacts, history."""

from auditlog.models import LogEntry
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from groups import registry
from groups.access import AuthenticatedRequest, can_edit, get_editable_group, get_group, officers_only
from groups.forms.community_groups import SECTIONS, ContactForm, NewGroupForm
from groups.history import describe
from groups.models import CommunityGroup, Contact, Invitation, Visit
from groups.profile import profile_sections
from toolkit_portal.core.form_ids import form_id, to_new_form

PER_PAGE = 50
OF_A_GROUP = (Contact, Visit, Invitation)


def _page(request: HttpRequest, group: CommunityGroup, tab: str, **more) -> dict[str, object]:
    return {"group": group, "can_edit": can_edit(request, group), "tab": tab, **more}


@require_GET
def group_profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything known about the group, by section, each with its way to change it."""
    group = get_group(request, pk)
    return render(
        request,
        "groups/profile.html",
        _page(
            request, group, "profile", sections=profile_sections(group), contacts=list(group.contacts.all())
        ),
    )


@officers_only
def group_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new group. Names very like a known one lead to a comparison before it is created."""
    if (new := to_new_form(request)) is not None:
        return new
    made_by_form = form_id(request)
    if (
        made_by_form
        and request.method != "POST"
        and (made := registry.known_group(made_by_form, request.user))
    ):
        messages.info(request, f"{made.name} was added already.")
        return redirect("group_profile", pk=made.pk)
    form = NewGroupForm(
        request.POST or None, user=request.user, initial={"client_id": made_by_form} if made_by_form else {}
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            if known := registry.known_group(form.cleaned_data["client_id"], request.user):
                return redirect("group_profile", pk=known.pk)
            alike = registry.likely_duplicates(
                name=form.cleaned_data["name"],
                other_names=form.cleaned_data["other_names"],
                user=request.user,
            )
            if alike and not form.cleaned_data["not_a_duplicate"]:
                return render(
                    request,
                    "groups/duplicates.html",
                    {"form": form, "alike": alike, "typed": _as_typed(form)},
                    status=409,
                )
            group = registry.create_group(form=form, by=request.user)
            messages.success(request, f"Added {group.name}. Fill in the rest when you know it.")
            return redirect("group_profile", pk=group.pk)
        status = 422
    return render(request, "groups/group_form.html", {"form": form}, status=status)


def _as_typed(form: NewGroupForm) -> dict[str, str]:
    """The new group in words, to stand beside the known ones."""
    data = form.cleaned_data
    return {
        "Name": data["name"],
        "Other names": ", ".join(data["other_names"].splitlines()),
        "LIO": str(data["lio"]),
        "Kind": CommunityGroup.Kind(data["kind"]).label,
        "Communities": ", ".join(map(str, data["communities"])),
        "Districts": ", ".join(map(str, data["districts"])),
        "Places": ", ".join(data["places"].splitlines()),
    }


def group_edit(request: AuthenticatedRequest, pk: int, section: str) -> HttpResponse:
    """One section of the profile. A stale save changes nothing and shows what is stored now."""
    group = get_editable_group(request, pk)
    if section not in SECTIONS:
        raise Http404("No such section.")
    form = SECTIONS[section](request.POST or None, instance=group)
    status, stored = 200, None
    if request.method == "POST":
        if form.is_valid():
            try:
                registry.save_section(form=form, by=request.user)
            except registry.StaleGroup:
                fresh = get_group(request, pk)
                stored = SECTIONS[section](instance=fresh)
                # What is on screen from here on is compared with what is stored now.
                data = request.POST.copy()
                data["version"] = str(fresh.version)
                form.data = data
                group, status = fresh, 409
            else:
                messages.success(request, f"Saved: {form.title.lower()}.")
                return redirect("group_profile", pk=pk)
        else:
            group = get_group(request, pk)  # the form has put what was typed on the old object
            status = 422
    rows = _stored_rows(stored, pk, request) if stored else []
    return render(
        request,
        "groups/section_form.html",
        _page(request, group, "profile", form=form, section=section, stored=rows),
        status=status,
    )


def _stored_rows(stored, pk: int, request: HttpRequest) -> list[dict[str, str]]:
    """What is stored now, in words, for the fields of one section."""
    group = get_group(request, pk)
    labels = {str(stored.fields[name].label).casefold() for name in stored._meta.fields}
    return [
        {"term": row["term"], "text": row["text"]}
        for part in profile_sections(group)
        for row in part.rows
        if part.form is type(stored) or str(row["term"]).casefold() in labels
    ]


def contact_edit(request: AuthenticatedRequest, pk: int, contact: int | None = None) -> HttpResponse:
    """Adds a person of the group, or changes one."""
    group = get_editable_group(request, pk)
    if contact is None:
        if (new := to_new_form(request)) is not None:
            return new
        sent = form_id(request)
        if sent and request.method != "POST" and group.contacts.filter(client_id=sent).exists():
            messages.info(request, "This contact was added already.")
            return redirect("group_profile", pk=pk)
    person = get_object_or_404(Contact, pk=contact, group=group) if contact else Contact()
    form = ContactForm(
        request.POST or None,
        instance=person,
        initial={"client_id": form_id(request)} if contact is None else {},
    )
    if request.method == "POST" and form.is_valid():
        saved = registry.save_contact(form=form, group=group, by=request.user)
        messages.success(request, f"Saved {saved.name}.")
        return redirect("group_profile", pk=pk)
    return render(
        request,
        "groups/contact_form.html",
        _page(request, group, "profile", form=form, adding=contact is None),
        status=422 if form.is_bound and form.errors else 200,
    )


def contact_delete(request: AuthenticatedRequest, pk: int, contact: int) -> HttpResponse:
    """Asks, then takes a person off the group."""
    group = get_editable_group(request, pk)
    person = get_object_or_404(Contact, pk=contact, group=group)
    if request.method == "POST":
        person.delete()
        messages.success(request, "The contact is gone from this group.")
        return redirect("group_profile", pk=pk)
    return render(request, "groups/contact_delete.html", _page(request, group, "profile", person=person))


@require_GET
def group_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what when: the group, its contacts and its visits; private words stay out of it."""
    group = get_group(request, pk)
    kinds = ContentType.objects.get_for_models(CommunityGroup, *OF_A_GROUP)
    where = Q(content_type=kinds[CommunityGroup], object_id=group.pk)
    for model in OF_A_GROUP:
        where |= Q(
            content_type=kinds[model],
            object_id__in=model._default_manager.filter(group=group).values("pk"),
        )
    entries = (
        LogEntry.objects.filter(where).select_related("actor", "content_type").order_by("-timestamp", "-pk")
    )
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "groups/history.html",
        _page(request, group, "history", page_obj=page, changes=describe(list(page.object_list))),
    )
