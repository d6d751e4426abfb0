"""What a person does on a page: choose, press, follow. Each waits until the page has answered."""

import re
from datetime import date
from urllib.parse import urlsplit

from django.core import mail
from django.urls import reverse
from playwright.sync_api import Locator, Page

from tests import factories


def press(page: Page | Locator, words: str) -> None:
    """Presses the button with these words and waits for the page that follows."""
    whole = page if isinstance(page, Page) else page.page
    with whole.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def follow(page: Page | Locator, words: str) -> None:
    """Follows the link with these words and waits for the page that follows."""
    whole = page if isinstance(page, Page) else page.page
    with whole.expect_navigation():
        page.get_by_role("link", name=words, exact=True).first.click()


def choose(page: Page, name: str, value: object) -> None:
    """Clicks the label of one choice of a group of radio buttons, as a thumb does."""
    page.locator(f"label:has(input[name='{name}'][value='{value}'])").first.click()
    assert page.locator(f"input[name='{name}'][value='{value}']").is_checked()


def level_in_visit(page: Page, code: str, level: int) -> None:
    """Ticks a section of the visit form and chooses the level that became clear."""
    key = code.replace(".", "-")
    page.locator(f"label[for='topic-{key}']").click()
    choose(page, f"level_{key}", level)


def level_in_assessment(page: Page, code: str, level: object) -> None:
    """Chooses the answer of one section on a theme's page: 0 to 4, or "na"."""
    choose(page, f"c-{code.replace('.', '-')}-answer", level)


def give_password_again(page: Page) -> None:
    """Sends the form that asks for the password before something that matters."""
    assert reverse("account_reauthenticate") in page.url
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("main form button[type=submit]").first.click()


def wait_for_saved(page: Page) -> None:
    """Until the page says that what was typed is kept."""
    page.locator("[data-autosave-status][data-state=saved]").wait_for()


def in_words(day: date) -> str:
    """A day as the portal writes it: 4 March 2026."""
    return f"{day:%-d %B %Y}"


def file_behind(page: Page, link: Locator) -> bytes:
    """The content of the file a link leads to, fetched with the page's own cookies."""
    answer = page.context.request.get(urlsplit(link.get_attribute("href") or "").geturl())
    assert answer.ok, answer.status
    return answer.body()


def path_in_mail(address: str) -> str:
    """The path of the first link in the newest mail to that address."""
    letter = next(letter for letter in reversed(mail.outbox) if letter.to == [address])
    link = re.search(r"https?://\S+", str(letter.body))
    assert link, letter.body
    return urlsplit(link[0]).path
