"""How people sign in: by e-mail with a password or a code; nobody signs up by themselves."""

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from groups.models import User


def to_proof(request: HttpRequest, then: str) -> HttpResponseRedirect | None:
    """The way to a fresh proof of who is there, where the last one is older than 15 minutes; None where it isn't.

    then: the address of a page to come back to. Not that of a file: the browser would stay on the password's form.
    """
    if not is_reauthentication_required(request, app=""):
        return None
    return HttpResponseRedirect(reverse("account_reauthenticate", query={"next": then}))


class PortalBackend(AuthenticationBackend):
    """allauth's own backend, closed to demo accounts outside the demo."""

    def user_can_authenticate(self, user: User | None) -> bool:
        if user is None or not super().user_can_authenticate(user):
            return False
        return settings.DEMO or not user.is_demo

    def get_user(self, user_id: int) -> User | None:
        user = super().get_user(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class PortalAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators and by accepted invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Whether an export or a change of roles asks who is there: not within 15 minutes of the last proof.

        A sign-in is a proof too; allauth by itself counts only the ones given again.
        """
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        proofs = get_authentication_records(self.request, self.request.user)
        newest = max((proof["at"] for proof in proofs), default=0)
        return time.time() - newest >= app_settings.REAUTHENTICATION_TIMEOUT
