"""One's own account, and the invitation of a lead from both sides."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from groups import people
from groups.access import AuthenticatedRequest, get_editable_group
from groups.forms.people import AcceptForm, InvitationForm, OwnDetailsForm
from groups.models import CommunityGroup, Invitation, Job, Membership, User


def account(request: AuthenticatedRequest) -> HttpResponse:
    """Name and phone, roles, password and second step."""
    form = OwnDetailsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("account")
    return render(
        request,
        "people/account.html",
        {
            "form": form,
            "held": request.user.memberships.live().select_related("lio", "group"),
            "two_steps": is_mfa_enabled(request.user),
            "has_jobs": Job.objects.of(request.user).exists(),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def lead_invite(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """An officer invites a group's lead by mail, sees open invitations and present leads."""
    group = get_editable_group(request, pk)
    form = InvitationForm(request.POST or None, initial=_main_contact(group))
    if request.method == "POST" and form.is_valid():
        invitation = people.invite_lead(
            group=group,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            by=request.user,
            client_id=form.cleaned_data["client_id"],
        )
        messages.success(request, f"An invitation is on its way to {invitation.email}.")
        return redirect("lead_invite", pk=group.pk)
    return render(
        request,
        "people/lead_invite.html",
        {
            "group": group,
            "can_edit": True,
            "tab": "profile",
            "form": form,
            "leads": group.memberships.live().filter(role=Membership.Role.LEAD).select_related("user"),
            "invitations": group.invitations.select_related("invited_by")[:20],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _main_contact(group: CommunityGroup) -> dict[str, str]:
    contact = group.contacts.filter(is_lead=True).first()
    return {"name": contact.name, "email": contact.email} if contact else {}


@require_POST
def invitation_revoke(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Withdraws an open invitation."""
    invitation = get_object_or_404(
        Invitation.objects.filter(group__in=CommunityGroup.objects.visible_to(request.user)), pk=pk
    )
    group = get_editable_group(request, invitation.group_id)
    people.revoke_invitation(invitation=invitation, by=request.user)
    messages.success(request, f"The invitation of {invitation.email} no longer works.")
    return redirect("lead_invite", pk=group.pk)


def lead_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then ends somebody's role as lead of a group of this officer's LIO."""
    membership = get_object_or_404(
        Membership.objects.live()
        .filter(role=Membership.Role.LEAD, group__in=CommunityGroup.objects.visible_to(request.user))
        .select_related("user"),
        pk=pk,
    )
    group = get_editable_group(request, membership.group_id)
    if request.method == "POST":
        people.end_role(membership=membership, by=request.user)
        messages.success(request, f"{membership.user} no longer sees this group's plan.")
        return redirect("lead_invite", pk=group.pk)
    return render(
        request,
        "people/lead_remove.html",
        {"group": group, "can_edit": True, "tab": "profile", "membership": membership},
    )


@login_not_required  # whoever is invited has no account yet; the link's token is what lets them in
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Shows an invitation; only sending the form accepts it, so mail scanners that open links use nothing up."""
    try:
        opened = people.open_invitation(token)
    except people.InvitationClosed as fault:
        return render(request, "invitations/closed.html", {"why": str(fault)}, status=410)
    known = User.objects.filter(email=opened.email).first()
    signed_in = request.user if request.user.is_authenticated else None
    context: dict[str, Any] = {"invitation": opened, "known": known, "signed_in": signed_in, "token": token}
    if signed_in and signed_in.email != opened.email:
        return render(request, "invitations/wrong_account.html", context, status=403)
    if known and not signed_in:
        return render(request, "invitations/sign_in_first.html", context)
    form = (
        None if known else AcceptForm(request.POST or None, initial={"name": opened.name}, email=opened.email)
    )
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            person = people.accept_invitation(
                invitation=opened,
                user=known,
                name=form.cleaned_data["name"] if form else "",
                password=form.cleaned_data["password"] if form else "",
            )
        except people.InvitationClosed as fault:
            return render(request, "invitations/closed.html", {"why": str(fault)}, status=410)
        if signed_in is None:
            login(request, person, backend="groups.sign_in.PortalBackend")
            record_authentication(request, person, method="password", email=person.email)
        messages.success(request, "Welcome. This is your group's plan.")
        return redirect("lead_plan")
    context["form"] = form
    return render(
        request,
        "invitations/accept.html",
        context,
        status=422 if form and form.is_bound and form.errors else 200,
    )
