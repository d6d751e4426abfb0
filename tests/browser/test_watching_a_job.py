"""Somebody watches a file being made: the page changes by itself, says so, and leaves the keyboard where it is."""

import pytest
from django.urls import reverse

from tests import jobs
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_page_that_watches_becomes_one_with_a_download(
    width, new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    page = new_page(width=width)
    signed_in(page, cast.officer)
    with jobs.kind():
        failed, job = jobs.make_failed(cast.officer), jobs.queue(cast.officer)
        page.goto(reverse("job", args=[job.pk]))
        assert_page_is_sound(page)
        page.focus("#job-cancel")
        with page.expect_response(lambda response: response.url.endswith("?watch=1")):
            pass
        page.wait_for_timeout(300)
        assert page.evaluate("document.activeElement.id") == "job-cancel"
        jobs.run_queued()
        page.wait_for_selector("text=Download")
        assert page.inner_text("[data-job-said]") == "Ready"
        assert_page_is_sound(page)
        for path in (reverse("jobs"), reverse("job", args=[failed.pk]), reverse("account"), reverse("home")):
            page.goto(path)
            assert_page_is_sound(page)


def test_a_page_that_watches_stays_as_it_is_when_its_reader_is_signed_out(new_page, signed_in, live_server):
    cast = make_cast()
    page = new_page(width=DESKTOP)
    signed_in(page, cast.officer)
    with jobs.kind():
        job = jobs.queue(cast.officer)
        page.goto(reverse("job", args=[job.pk]))
        page.context.clear_cookies()
        with page.expect_response(lambda response: "/account/login/" in response.url):
            pass
        page.wait_for_timeout(300)
    assert page.locator("[data-job-state]").count() == 1
    assert page.locator("input[type=password]").count() == 0
