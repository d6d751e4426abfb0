"""The door of the portal in a real browser: signing in with and without scripts, and the pages around it."""

import pytest
from django.urls import reverse

from tests import factories


@pytest.fixture
def officer(live_server):
    return factories.make_officer(lio=factories.make_lio(name="Peak"), email="officer@peak.example")


def test_an_officer_signs_in_and_out(page, officer, sign_in, assert_page_is_sound):
    page.goto("/")
    assert reverse("account_login") in page.url
    assert_page_is_sound(page)
    sign_in(page, officer)
    assert page.locator("h1").is_visible()
    assert_page_is_sound(page)
    page.goto(reverse("account_logout"))
    page.locator("main form button[type=submit]").click()
    page.goto("/")
    assert reverse("account_login") in page.url


def test_signing_in_needs_no_scripts(page_without_scripts, officer, sign_in):
    sign_in(page_without_scripts, officer)
    assert page_without_scripts.locator("h1").is_visible()


def test_the_sign_in_page_fits_a_phone(phone, assert_page_is_sound):
    phone.goto(reverse("account_login"))
    assert_page_is_sound(phone)


def test_a_wrong_password_keeps_the_address_and_says_so(page, officer, assert_page_is_sound):
    page.goto(reverse("account_login"))
    page.locator("input[name=login]").fill(officer.email)
    page.locator("input[name=password]").fill("not the password")
    page.locator("main form button[type=submit]").click()
    assert page.locator("input[name=login]").input_value() == officer.email
    assert page.locator("[role=alert]").first.is_visible()
    assert_page_is_sound(page)
