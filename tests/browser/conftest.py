"""Debian's chromium, driven by Playwright against a live server, and what every page must hold to there.

A test asks for one of the pages and signs in:

    page                  1280 pixels wide
    phone                 360 pixels wide
    page_without_scripts  JavaScript off, 1280 wide
    new_page              makes more of them, each a person of its own (its own cookies)

Addresses may be given as paths: page.goto("/groups/"). A script error or a refusal by the content security
policy on any of these pages fails the test, and so does a request to anywhere but the live server.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from groups.models import User
from tests import factories

DESKTOP, PHONE = 1280, 360
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
HOW_TO_GET_IT = "chromium is not installed (sudo apt-get install chromium)"
FLAGS = [
    "--no-sandbox",  # containers run as root, where the sandbox can't
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Rules of the Web Content Accessibility Guidelines 2.2, levels A and AA, and axe's own good practice.
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test; without a browser it is skipped, or fails where one is owed."""
    here = os.path.dirname(__file__)
    owed = os.environ.get("REQUIRE_BROWSER") == "1"
    for item in items:
        if not str(item.path).startswith(here):
            continue
        item.add_marker(pytest.mark.browser)
        # What must be covered whole is so without a browser, and noting the lines takes long.
        item.add_marker(pytest.mark.no_cover)
        if not CHROMIUM and not owed:
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_IT))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright keeps an event loop in this thread, in which Django otherwise refuses to query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.fail(HOW_TO_GET_IT)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def new_page(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """new_page(width=1280, scripts=True) -> a page with cookies of its own."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(width: int = DESKTOP, scripts: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="Europe/London",
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script error on {page.url}: {error}"))
        page.on("console", lambda line: _note_refusal(faults, page, line.text))
        page.on("request", lambda request: _note_stranger(faults, request.url, live_server.url))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(width=PHONE)


@pytest.fixture
def page_without_scripts(new_page: Callable[..., Page]) -> Page:
    return new_page(scripts=False)


@pytest.fixture
def sign_in() -> Callable[[Page, User], None]:
    """sign_in(page, user): through the form, as a person does, with the password of the factories."""

    def through_the_form(page: Page, user: User, password: str = factories.PASSWORD) -> None:
        page.goto(reverse("account_login"))
        page.locator("input[name=login]").fill(user.email)
        page.locator("input[name=password]").fill(password)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: urlsplit(url).path != reverse("account_login"))

    return through_the_form


@pytest.fixture
def signed_in() -> Callable[[Page, User], None]:
    """signed_in(page, user): by a session made here, for journeys that begin after the sign-in."""

    def by_cookie(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user, backend="groups.sign_in.PortalBackend")
        cookie = client.cookies["sessionid"]
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
        )

    return by_cookie


@pytest.fixture
def assert_page_is_sound() -> Callable[[Page], None]:
    """assert_page_is_sound(page): axe finds nothing, there is one <h1>, and nothing scrolls sideways.

    Needs a page with scripts on.
    """

    def sound(page: Page) -> None:
        # Once for each page, and nothing comes back of what is well: both together take longer than axe itself.
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        faults = page.evaluate(
            "options => axe.run(options).then(results => results.violations)",
            {"runOnly": AXE_RULES, "resultTypes": ["violations"]},
        )
        found = [
            f"{fault['id']}: {fault['help']} — {node['target']} {node['html'][:200]}"
            for fault in faults
            for node in fault["nodes"]
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)
        assert page.locator("h1").count() == 1, f"{page.url} has not one <h1>"
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{page.url} is {over} pixels too wide at {page.viewport_size}"

    return sound


def _note_refusal(faults: list[str], page: Page, text: str) -> None:
    if "Content Security Policy" in text:
        faults.append(f"refused on {page.url}: {text}")


def _note_stranger(faults: list[str], url: str, own: str) -> None:
    if not url.startswith((own, "data:", "blob:", "about:")):
        faults.append(f"a page asked for {url}")
