"""Administrators' pages: LIOs, people and their roles."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from groups import people
from groups.access import AuthenticatedRequest, administrators_only
from groups.forms.people import LIOForm, PersonForm, RoleForm
from groups.models import LIO, Community, District, Membership, User
from toolkit_portal.core.uploads import private_name

PER_PAGE = 50


@require_GET
@administrators_only
def administration(request: HttpRequest) -> HttpResponse:
    """Where an administrator starts."""
    return render(
        request,
        "administration/index.html",
        {
            "lios": LIO.objects.filter(closed_on__isnull=True).count(),
            "people": User.objects.filter(is_active=True).count(),
            "districts": District.objects.current().count(),
            "communities": Community.objects.current().count(),
        },
    )


@require_GET
@administrators_only
def lios(request: HttpRequest) -> HttpResponse:
    """All LIOs with districts, officers and groups counted."""
    listed = LIO.objects.annotate(
        officers=Count("memberships", filter=Q(memberships__ended_at__isnull=True), distinct=True),
        group_count=Count("groups", distinct=True),
    ).prefetch_related("districts")
    return render(request, "administration/lios.html", {"lios": listed})


@administrators_only
def lio_add(request: HttpRequest) -> HttpResponse:
    """A new LIO."""
    return _lio_form(request, LIO())


@administrators_only
def lio_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an LIO, its logo too."""
    return _lio_form(request, get_object_or_404(LIO, pk=pk))


def _lio_form(request: HttpRequest, lio: LIO) -> HttpResponse:
    form = LIOForm(request.POST or None, request.FILES or None, instance=lio)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            old = saved.logo.name
            if logo := form.cleaned_data.get("logo_file"):
                content, kind = logo
                saved.logo.save(private_name("", kind), ContentFile(content))
            elif form.cleaned_data.get("remove_logo"):
                saved.logo = ""
                saved.save(update_fields=["logo"])
            if old and old != saved.logo.name:
                storage = saved.logo.storage
                transaction.on_commit(lambda: storage.delete(old))
        messages.success(request, f"Saved {saved.name}.")
        return redirect("admin_lios")
    return render(request, "administration/lio_form.html", {"form": form, "lio": lio}, status=_status(form))


def _status(form) -> int:
    """422 for a form sent with faults, so that scripts and tests can tell; browsers show the page alike."""
    return 422 if form.is_bound and form.errors else 200


@require_GET
@administrators_only
def people_list(request: HttpRequest) -> HttpResponse:
    """People by name or address, with their roles."""
    listed = User.objects.prefetch_related(
        Prefetch(
            "memberships", Membership.objects.live().select_related("lio", "group"), to_attr="live_roles"
        )
    )
    if query := request.GET.get("q", "").strip():
        listed = listed.filter(Q(name__icontains=query) | Q(email__icontains=query))
    role = request.GET.get("role", "")
    if role in Membership.Role.values:
        listed = listed.filter(memberships__role=role, memberships__ended_at__isnull=True).distinct()
    page = Paginator(listed.order_by("name", "email"), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "administration/people.html",
        {"page_obj": page, "query": query, "role": role, "role_choices": Membership.Role.choices},
    )


@administrators_only
@reauthentication_required
def person_add(request: AuthenticatedRequest) -> HttpResponse:
    """A new person with a first role; they get a link to set their password by mail."""
    form = PersonForm(request.POST or None)
    role_form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and role_form.is_valid():
        with transaction.atomic():
            person = User.objects.create_user(
                form.cleaned_data["email"], name=form.cleaned_data["name"], phone=form.cleaned_data["phone"]
            )
            people.give_role(
                user=person,
                role=role_form.cleaned_data["role"],
                lio=role_form.cleaned_data["lio"],
                by=request.user,
            )
            transaction.on_commit(lambda: _mail_password_link(person))
        messages.success(
            request, f"Added {person}. A link to set a password is on its way to {person.email}."
        )
        return redirect("admin_person", pk=person.pk)
    return render(
        request,
        "administration/person_form.html",
        {"form": form, "role_form": role_form},
        status=max(_status(form), _status(role_form)),
    )


@administrators_only
def person(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One person: details, roles now and before, sign-in."""
    someone = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, instance=someone)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"Saved {someone}.")
        return redirect("admin_person", pk=pk)
    return render(
        request,
        "administration/person.html",
        {
            "person": someone,
            "form": form,
            "role_form": RoleForm(),
            "roles_held": someone.memberships.select_related("lio", "group").order_by("ended_at", "role"),
        },
        status=_status(form),
    )


@require_POST
@administrators_only
@reauthentication_required
def role_give(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Gives a role; giving it again changes nothing."""
    someone = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        people.give_role(
            user=someone, role=form.cleaned_data["role"], lio=form.cleaned_data["lio"], by=request.user
        )
        messages.success(request, f"{someone} has the role from now on.")
        return redirect("admin_person", pk=pk)
    return render(
        request,
        "administration/person.html",
        {
            "person": someone,
            "form": PersonForm(instance=someone),
            "role_form": form,
            "roles_held": someone.memberships.select_related("lio", "group"),
        },
        status=422,
    )


@administrators_only
@reauthentication_required
def role_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then ends a role from the next request on."""
    membership = get_object_or_404(Membership.objects.live().select_related("user", "lio", "group"), pk=pk)
    if request.method == "POST":
        try:
            people.end_role(membership=membership, by=request.user)
        except ValueError as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, f"{membership.user} no longer has that role.")
        return redirect("admin_person", pk=membership.user_id)
    return render(request, "administration/role_end.html", {"membership": membership})


@require_POST
@administrators_only
def sign_in_switch(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Stops somebody's sign-in, or allows it again."""
    someone = get_object_or_404(User, pk=pk)
    allowed = request.POST.get("allowed") == "1"
    try:
        people.set_sign_in(user=someone, allowed=allowed, by=request.user)
    except ValueError as fault:
        messages.error(request, str(fault))
    else:
        done = "may sign in again" if allowed else "can't sign in any more and is signed out everywhere"
        messages.success(request, f"{someone} {done}.")
    return redirect("admin_person", pk=pk)


@require_POST
@administrators_only
def password_link(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Sends somebody a link with which they set a new password."""
    someone = get_object_or_404(User, pk=pk, is_active=True)
    _mail_password_link(someone)
    messages.success(request, f"A link to set a password is on its way to {someone.email}.")
    return redirect("admin_person", pk=pk)


def _mail_password_link(person: User) -> None:
    send_mail(
        "Set your password for contract readiness",
        render_to_string("administration/password_mail.txt", {"link": people.password_link(person)}),
        None,
        [person.email],
    )
