"""What holds for every page: private caching, sign-out after idle time, second factor for staff roles."""

import time
from collections.abc import Callable
from contextlib import suppress

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

Respond = Callable[[HttpRequest], HttpResponse]

STARTED, SEEN = "portal_started", "portal_seen"
# Of a request that is refused for its size, this much is taken in and dropped.
REFUSED_BYTES = 1024 * 1024 * 1024
REFUSED_SECONDS = 15


def private_pages(get_response: Respond) -> Respond:
    """Answers to signed-in people are kept by no cache, on disk or on the way."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def bounded_requests(get_response: Respond) -> Respond:
    """Refuses a request that says it is larger than its page takes, before anything of it is kept.

    Behind the sign-in only: strangers' requests stay small. A body without a stated length is never read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length[:19]) if length.isdecimal() else 0
        if size > settings.MOST_REQUEST_BYTES and size > _most_bytes_for(request):
            _let_it_pass(request, size)
            return render(request, "413.html", {"most": _most_bytes_for(request)}, status=413)
        return get_response(request)

    return middleware


def _most_bytes_for(request: HttpRequest) -> int:
    if not request.user.is_authenticated:
        return settings.MOST_REQUEST_BYTES
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        name = None
    return settings.LARGE_REQUESTS.get(name or "", settings.MOST_REQUEST_BYTES)


def _let_it_pass(request: HttpRequest, size: int) -> None:
    """Takes in what is sent and drops it, within limits: a browser shows the answer only once it has sent all."""
    until = time.monotonic() + REFUSED_SECONDS
    left = min(size, REFUSED_BYTES)
    with suppress(OSError):
        while left > 0 and time.monotonic() < until and (part := request.read(min(left, 256 * 1024))):
            left -= len(part)


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
            elif now - seen > 60 and request.GET.get("watch") != "1":
                # Once a minute, so that reading a page seldom writes; not for a page that asks by itself.
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
