"""What holds for every page: private caching, sign-out after idle time, second factor for staff roles."""

import time
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Respond = Callable[[HttpRequest], HttpResponse]

STARTED, SEEN = "portal_started", "portal_seen"


def private_pages(get_response: Respond) -> Respond:
    """Answers to signed-in people are kept by no cache, on disk or on the way."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def session_limits(get_response: Respond) -> Respond:
    """Ends a session after SESSION_IDLE_SECONDS without a request and after SESSION_COOKIE_AGE in any case."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            started = request.session.get(STARTED)
            seen = request.session.get(SEEN, now)
            if started is None:
                request.session[STARTED], request.session[SEEN] = now, now
            elif now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_COOKIE_AGE:
                logout(request)
            elif now - seen > 60:  # once a minute, so that reading a page seldom writes
                request.session[SEEN] = now
        return get_response(request)

    return middleware


def second_factor(get_response: Respond) -> Respond:
    """Sends people in staff roles to set up their second factor before anything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.REQUIRE_SECOND_FACTOR
            and user.is_authenticated
            and user.roles.is_staff_role
            and not request.path.startswith(("/account/", settings.STATIC_URL))
            and not is_mfa_enabled(user)
        ):
            messages.info(
                request,
                "Your role sees private information about communities, so a second step at sign-in is needed. "
                "Set it up here first; it takes two minutes.",
            )
            return redirect("mfa_activate_totp")
        return get_response(request)

    return middleware
