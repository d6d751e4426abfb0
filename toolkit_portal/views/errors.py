"""Error pages that help: a form whose token has expired keeps what was typed."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Never sent back to the browser.
SECRET_WORDS = ("password", "csrfmiddlewaretoken", "code", "token")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent with an expired or missing token: shows what was typed and offers to send it again.

    Only a form that came from this portal's own pages gets the offer; from elsewhere it stays a plain refusal,
    since a stranger's page must not be able to have its words confirmed with one click.
    """
    typed: list[tuple[str, str]] = []
    if request.method == "POST" and _from_here(request):
        typed = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not any(word in name.casefold() for word in SECRET_WORDS)
        ]
    return render(
        request,
        "403_csrf.html",
        {"typed": typed, "had_files": bool(request.method == "POST" and request.FILES)},
        status=403,
    )


def _from_here(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(origin) and urlsplit(origin).netloc == request.get_host()
