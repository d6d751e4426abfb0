"""What holds for the whole site: migrations, one h1 a page, nothing inline, every template used, links that work."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.cast import ACTORS, make_cast
from tests.test_access import FOREIGN_PREFIXES, ROWS

TEMPLATES = Path(settings.BASE_DIR) / "templates"
MENU = [
    "home",
    "group_list",
    "toolkit",
    "county",
    "lead_plan",
    "administration",
    "account",
    "account_login",
    "account_logout",
    "privacy",
    "accessibility",
]


class Page(HTMLParser):
    """What the checks below need of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings = 0
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.lang = ""
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang") or ""
        if tag == "h1":
            self.headings += 1
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"<{tag}> in the page")
        if "style" in given:
            self.faults.append(f"style on <{tag}>")
        self.faults += [f"{name} on <{tag}>" for name in given if name.startswith("on")]
        if given.get("id"):
            self.ids.append(str(given["id"]))


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("name", MENU)
def test_the_menu_leads_somewhere(name: str):
    assert reverse(name).startswith("/")


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in ROWS if row.get], ids=lambda row: row.name + row.query)
def test_pages_have_one_heading_and_nothing_inline(row):
    """Each page that somebody may open, as the first who may."""
    cast = make_cast()
    allowed = [actor for actor in ACTORS if row.expected("GET", actor) == 200]
    if not allowed or row.name.startswith(FOREIGN_PREFIXES or ("\0",)):
        return
    url = reverse(row.name, kwargs=dict(row.kwargs(cast))) + row.query
    response = cast.client(allowed[0]).get(url)
    # Files, and parts of a page that scripts ask for, aren't pages.
    if not response["Content-Type"].startswith("text/html") or b"<html" not in response.content:
        return
    page = Page(response.content.decode())
    assert page.headings == 1
    assert page.faults == []
    assert page.lang == "en-GB"
    assert len(page.ids) == len(set(page.ids)), [name for name in page.ids if page.ids.count(name) > 1]


def test_every_template_is_used():
    """A template that no view, template or package takes is dead."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for top in ("groups", "readiness", "evidence", "toolkit_portal")
        for path in (Path(settings.BASE_DIR) / top).rglob("*.py")
    )
    markup = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    taken_by_packages = ("allauth/", "account/", "mfa/", "django/", "portal/", "400", "403", "404", "500")
    dead = [
        name
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
        and not (name := str(path.relative_to(TEMPLATES))).startswith(taken_by_packages)
        and not re.search(rf"""["']{re.escape(name)}["']""", code + markup)
    ]
    assert dead == []


@pytest.mark.django_db
def test_an_unknown_page_is_a_404_that_helps():
    response = make_cast().client("officer").get("/no-such-page/")
    assert response.status_code == 404
    assert "/" in response.content.decode()


@pytest.mark.django_db
def test_a_form_with_an_expired_token_keeps_what_was_typed():
    cast = make_cast()
    client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    client.force_login(cast.officer, backend="groups.sign_in.PortalBackend")
    response = client.post(
        reverse("group_create"), {"name": "Half-typed <b>name</b>", "csrfmiddlewaretoken": "old"}
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "Half-typed &lt;b&gt;name&lt;/b&gt;" in page
    assert 'name="csrfmiddlewaretoken"' in page


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_without_an_offer():
    cast = make_cast()
    client = Client(enforce_csrf_checks=True, headers={"origin": "https://elsewhere.example"})
    client.force_login(cast.officer, backend="groups.sign_in.PortalBackend")
    response = client.post(reverse("group_create"), {"name": "Planted"})
    assert response.status_code == 403
    assert "Planted" not in response.content.decode()


@pytest.mark.django_db
def test_a_forged_host_is_refused():
    response = make_cast().client("officer").get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
