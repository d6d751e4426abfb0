"""What is done with people: add them, give and end roles, invite a lead, open a case file with a reason."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from groups import trail
from groups.models import LIO, BreakGlass, CommunityGroup, District, Invitation, Membership, User

INVITATION_DAYS = 14
BREAK_GLASS_HOURS = 2


class InvitationClosed(ValueError):
    """An invitation was used, revoked, has expired, or belongs to another address."""


def portal_link(path: str) -> str:
    """An absolute link that starts with the portal's own address, never with a request's Host header."""
    return settings.PORTAL_URL + path


def add_lio(*, name: str, districts: list[District], by: User | None = None) -> LIO:
    """A new LIO. Raises ValueError where one of that name exists."""
    if LIO.objects.filter(name__iexact=name).exists():
        raise ValueError(f"There is an LIO called {name} already.")
    with transaction.atomic():
        lio = LIO.objects.create(name=name)
        lio.districts.set(districts)
    return lio


def give_role(
    *,
    user: User,
    role: str,
    by: User | None,
    lio: LIO | None = None,
    group: CommunityGroup | None = None,
) -> Membership:
    """Gives a role; giving it again changes nothing. Raises ValueError where the role lacks its LIO or group."""
    if role == Membership.Role.OFFICER and lio is None:
        raise ValueError("An officer belongs to an LIO. Say which one.")
    if role != Membership.Role.OFFICER and lio is not None:
        raise ValueError("Only officers belong to an LIO.")
    if role == Membership.Role.LEAD and group is None:
        raise ValueError("A lead belongs to a group. Say which one.")
    try:
        with transaction.atomic():
            membership, made = Membership.objects.live().get_or_create(
                user=user, role=role, lio=lio, group=group
            )
            if made:
                trail.record("role given", membership, by=by, role=role)
            return membership
    except IntegrityError:  # given by somebody else this moment
        return Membership.objects.live().get(user=user, role=role, lio=lio, group=group)


def end_role(*, membership: Membership, by: User) -> None:
    """Ends a role from the next request on.

    Raises ValueError where it would leave the portal without any administrator.
    """
    with transaction.atomic():
        if membership.role == Membership.Role.ADMINISTRATOR:
            others = (
                Membership.objects.select_for_update()
                .live()
                .filter(role=Membership.Role.ADMINISTRATOR, user__is_active=True)
                .exclude(user=membership.user)
            )
            if not others.exists():
                raise ValueError("The portal needs an administrator. Give somebody else that role first.")
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])
        trail.record("role ended", membership, by=by, role=membership.role)


def set_sign_in(*, user: User, allowed: bool, by: User) -> None:
    """Lets somebody sign in or stops them; stopping ends the sessions they have.

    Raises ValueError where they would lock themselves out.
    """
    if user == by and not allowed:
        raise ValueError("You can't stop your own sign-in. Ask another administrator.")
    with transaction.atomic():
        user.is_active = allowed
        user.save(update_fields=["is_active"])
        if not allowed:
            end_sessions(user)


def end_sessions(user: User) -> None:
    """Signs somebody out everywhere."""
    wanted = str(user.pk)
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == wanted:
            session.delete()


def password_link(user: User) -> str:
    """A one-time link with which somebody sets a password; good for PASSWORD_RESET_TIMEOUT seconds (3 days)."""
    return portal_link(
        reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
        )
    )


def invite_lead(
    *, group: CommunityGroup, email: str, name: str, by: User, client_id: UUID | None = None
) -> Invitation:
    """Invites a lead by mail. Earlier open invitations to that address for that group are revoked.

    A resend of the same form (client_id) returns the first invitation and sends no second mail.
    """
    email = User.objects.normalize_email(email)
    if client_id and (known := Invitation.objects.filter(client_id=client_id).first()):
        return known
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    try:
        with transaction.atomic():
            Invitation.objects.filter(
                group=group, email=email, accepted_at__isnull=True, revoked_at__isnull=True
            ).update(revoked_at=now)
            invitation = Invitation.objects.create(
                group=group,
                email=email,
                name=name.strip(),
                token_hash=hash_token(token),
                client_id=client_id,
                invited_by=by,
                created_at=now,
                expires_at=now + timedelta(days=INVITATION_DAYS),
            )
            link = portal_link(reverse("invitation", kwargs={"token": token}))
            transaction.on_commit(lambda: _mail_invitation(invitation, link))
    except IntegrityError:  # the same form twice at once
        return Invitation.objects.get(client_id=client_id)
    return invitation


def _mail_invitation(invitation: Invitation, link: str) -> None:
    # The mail names neither the group nor its communities: it may be read by others.
    context = {"invitation": invitation, "link": link, "days": INVITATION_DAYS}
    send_mail(
        "Your invitation to see your group's action plan",
        render_to_string("invitations/mail.txt", context),
        None,
        [invitation.email],
    )


def hash_token(token: str) -> str:
    """What is stored of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitation(token: str) -> Invitation:
    """The invitation of a link. Looking doesn't use it up. Raises InvitationClosed with what to do."""
    invitation = (
        Invitation.objects.select_related("group__lio", "invited_by")
        .filter(token_hash=hash_token(token))
        .first()
    )
    if invitation is None or invitation.revoked_at:
        raise InvitationClosed("This invitation is no longer valid. Ask your officer for a new one.")
    if invitation.accepted_at:
        raise InvitationClosed("This invitation has been used. Sign in with your e-mail address instead.")
    if not invitation.is_open:
        raise InvitationClosed("This invitation has expired. Ask your officer for a new one.")
    return invitation


def accept_invitation(
    *, invitation: Invitation, user: User | None, name: str = "", password: str = ""
) -> User:
    """Makes the invited person a lead of the group, with a new account where user is None.

    Raises InvitationClosed where it was used meanwhile, or where user has another address than the invited one.
    """
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if not locked.is_open:
            raise InvitationClosed("This invitation has been used or withdrawn meanwhile.")
        if user is None:
            user = User.objects.create_user(locked.email, password, name=name.strip())
        elif user.email != locked.email:
            raise InvitationClosed(
                "This invitation was sent to another e-mail address. Sign out, then open the link again."
            )
        locked.accepted_at, locked.accepted_by = timezone.now(), user
        locked.save(update_fields=["accepted_at", "accepted_by"])
        give_role(user=user, role=Membership.Role.LEAD, group=locked.group, by=user)
        return user


def revoke_invitation(*, invitation: Invitation, by: User) -> None:
    """Closes an open invitation; for one already used or closed nothing changes."""
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if locked.is_open:
            locked.revoked_at = timezone.now()
            locked.save(update_fields=["revoked_at"])


def break_glass(*, user: User, group: CommunityGroup, reason: str) -> BreakGlass:
    """Opens one case file to an administrator for two hours, with the reason on record.

    Raises ValueError without a reason of at least ten characters.
    """
    if len(reason.strip()) < 10:
        raise ValueError("Say in a sentence why you need to open this case file. It is kept on record.")
    with transaction.atomic():
        opening = BreakGlass.objects.create(
            user=user,
            group=group,
            reason=reason.strip(),
            expires_at=timezone.now() + timedelta(hours=BREAK_GLASS_HOURS),
        )
        trail.record("case file opened by an administrator", group, by=user, opening=opening.pk)
        return opening
