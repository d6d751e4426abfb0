"""What goes with every kind of answer: page, redirect, refusal, unknown address, file, part of a page."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from tests.cast import Cast, make_cast
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

ANSWERS: dict[str, tuple[int, Callable[[Cast], HttpResponse]]] = {
    "page": (200, lambda cast: cast.client("officer").get("/")),
    "page of a group": (200, lambda cast: cast.client("officer").get(f"/groups/{cast.sunrise.pk}/")),
    "redirect": (302, lambda cast: cast.client("lead").get("/")),
    "redirect to sign in": (302, lambda cast: Client().get("/groups/")),
    "sign-in page": (200, lambda cast: Client().get("/account/login/")),
    "page open to all": (200, lambda cast: Client().get("/privacy/")),
    "not theirs": (404, lambda cast: cast.client("officer").get(f"/groups/{cast.meadow.pk}/")),
    "unknown address": (404, lambda cast: cast.client("officer").get("/no/such/page/")),
    "another role's": (403, lambda cast: cast.client("officer").get("/county/")),
    "form without its token": (
        403,
        lambda cast: Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@b.example"}),
    ),
    "wrong method": (405, lambda cast: cast.client("officer").post("/health/")),
    "file": (200, lambda cast: cast.client("manager").get("/county/export/?format=csv")),
    "data for programs": (200, lambda cast: Client().get("/health/?format=json")),
}


def directives(response: HttpResponse) -> dict[str, list[str]]:
    """The content security policy as directive -> values."""
    parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";") if part.strip()]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_is_private_and_framed_by_nobody(kind: str):
    status, ask = ANSWERS[kind]
    response = ask(make_cast())
    assert response.status_code == status
    policy = directives(response)
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    everything = {value for values in policy.values() for value in values}
    assert everything <= {"'none'", "'self'", "data:"}, "nothing inline, no eval, no other host"
    assert "data:" not in policy["script-src"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]


def test_a_file_is_saved_and_not_shown():
    response = make_cast().client("manager").get("/county/export/?format=csv")
    assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_hidden_from_scripts_and_other_sites(secure: bool):
    cast = make_cast()
    client = Client()
    with override_settings(SESSION_COOKIE_SECURE=secure, CSRF_COOKIE_SECURE=secure):
        page = client.get("/account/login/", secure=secure)
        signed_in = client.post(
            "/account/login/", {"login": cast.officer.email, "password": PASSWORD}, secure=secure
        )
    assert signed_in.status_code == 302
    token, session = page.cookies["csrftoken"], signed_in.cookies["sessionid"]
    assert session["httponly"] is True
    assert session["samesite"] == token["samesite"] == "Lax"
    assert bool(session["secure"]) is bool(token["secure"]) is secure
    assert session["expires"] == session["max-age"] == "", "gone when the browser is closed"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "evil.example:80", "a b"])
@pytest.mark.parametrize("path", ["/", "/account/login/", "/account/password/reset/", "/health/"])
def test_a_forged_host_gets_nothing(host: str, path: str):
    response = Client().get(path, headers={"host": host})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


def test_a_forwarded_host_is_not_believed():
    page = Client().get("/account/login/", headers={"x-forwarded-host": "evil.example"})
    assert page.status_code == 200
    assert "evil" not in page.content.decode()


def test_production_turns_http_into_https_and_says_so_for_a_year():
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=365 * 24 * 3600):
        plain = Client().get("/privacy/")
        assert plain.status_code == 301
        assert plain.headers["Location"] == "https://testserver/privacy/"
        secure = Client().get("/privacy/", secure=True)
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    "path",
    ["/files/", "/files/report.pdf", "/media/report.pdf", "/report.pdf", "/static/../files/report.pdf"],
)
def test_private_files_have_no_address(path: str):
    settings.PRIVATE_FILES.mkdir(parents=True, exist_ok=True)
    (settings.PRIVATE_FILES / "report.pdf").write_bytes(b"%PDF private")
    response = make_cast().client("administrator").get(path)
    assert response.status_code == 404
    assert b"%PDF private" not in response.content
