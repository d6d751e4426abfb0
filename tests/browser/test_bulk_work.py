"""An officer issues two plans together and fetches all plans as a ZIP, at desk and phone width."""

import io
import zipfile

import pytest
from django.urls import reverse

from groups.models import Job
from readiness.models import IssuedPlan
from tests import factories, jobs
from tests.browser.acts import follow, give_password_again, press
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_bulk_work(width, new_page, sign_in, assert_page_is_sound, live_server):
    cast = make_cast()
    for group in (cast.sunrise, cast.harbour):
        factories.make_action(group=group, by=cast.officer)
    factories.make_group(lio=cast.peak, name="Without a plan")
    page = new_page(width=width)
    sign_in(page, cast.officer)

    page.goto(reverse("group_list") + "?status=active")
    follow(page, "Issue their plans")
    assert "status=active" in page.url
    assert page.get_by_text("Can’t be issued here: The plan has no actions.").is_visible()
    assert page.get_by_role("checkbox", name="Sunrise", exact=True).is_checked()
    assert_page_is_sound(page)
    press(page, "Issue the ticked plans")
    jobs.run_queued()
    page.reload()
    follow(page, "What happened, row by row")
    assert page.get_by_text("Issued: version 1").count() == 2
    assert_page_is_sound(page)
    assert IssuedPlan.objects.count() == 2

    page.goto(reverse("group_list") + "?status=active")
    follow(page, "Get their plans as a ZIP or for printing")
    assert_page_is_sound(page)
    press(page, "Make the file")
    if reverse("account_reauthenticate") in page.url:
        give_password_again(page)
        press(page, "Make the file")
    jobs.run_queued()
    page.reload()
    assert_page_is_sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with open(download.value.path(), "rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        assert archive.namelist()[:2] == ["0001 Harbour, version 1.pdf", "0002 Sunrise, version 1.pdf"]
        assert "Without a plan" in archive.read("00 Index.csv").decode()
    assert Job.objects.filter(owner=cast.officer, state="done").count() == 2

    page.goto(reverse("group_list"))
    follow(page, "Write them letters")
    assert_page_is_sound(page)
    follow(page, "We would like to visit you")
    assert page.get_by_text("Dear friends,").first.is_visible()
    assert_page_is_sound(page)
