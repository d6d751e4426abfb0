"""A manager's day: the county, filtered and taken away as a file; reading case files, writing none."""

import csv
import io
import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.scoring import from_text, shown, two_decimals
from tests import factories
from tests.browser.acts import follow, give_password_again
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_managers_day(width, new_page, sign_in, assert_page_is_sound, live_server):
    cast = make_cast()
    assessed = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.11": 0, "2.2": 4})
    factories.make_assessment(group=cast.meadow, by=cast.other_officer, levels=3)
    factories.make_visit(group=cast.sunrise, officer=cast.officer, private_notes="PRIVATE doubts")
    overall = from_text(assessed.overall_exact)
    page = new_page(width=width)
    sign_in(page, cast.manager)
    assert page.locator("h1").inner_text() == "The county"
    assert page.get_by_text("2 of 3 groups have been assessed").is_visible()
    for group in CommunityGroup.objects.all():
        assert page.locator(".county-table").get_by_role("link", name=group.name, exact=True).is_visible()
    assert_page_is_sound(page)

    # The filter lives in the URL, so a link to it shows the same to a colleague.
    page.get_by_text("Filter", exact=True).click()
    page.locator("[name=lio]").select_option(label="Peak")
    with page.expect_navigation():
        page.locator(".filters").get_by_role("button", name="Show").click()
    assert f"lio={cast.peak.pk}" in page.url
    rows = page.locator(".county-table tbody tr")
    assert [rows.nth(place).locator("a").inner_text() for place in range(rows.count())] == [
        "Harbour",
        "Sunrise",
    ]
    assert str(shown(overall)) in page.locator(".county-table tr", has_text="Sunrise").inner_text()
    assert_page_is_sound(page)
    colleague = new_page(width=width)
    sign_in(colleague, cast.manager)
    colleague.goto(page.url)
    assert colleague.locator(".county-table tbody tr").count() == 2

    # The file holds what is shown, and nothing else.
    shown_at = page.url
    with page.expect_download():
        page.get_by_role("link", name="Export as CSV").click()
    # Half an hour later it asks who is there.
    for kept in Session.objects.all():
        session = kept.get_session_store_class()(kept.session_key)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 1800}]
        session.save()
    follow(page, "Export as CSV")
    assert_page_is_sound(page)
    give_password_again(page)
    assert_page_is_sound(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="download it as CSV").click()
    assert coming.value.suggested_filename.endswith(".csv")
    text = coming.value.path().read_text("utf-8-sig")
    lines = {line["group"]: line for line in csv.DictReader(io.StringIO(text))}
    assert set(lines) == {"Harbour", "Sunrise"}
    sunrise = lines["Sunrise"]
    assert sunrise["overall"] == str(two_decimals(overall))
    assert sunrise["band"] == assessed.band
    assert sunrise["assessed_on"] == timezone.localdate().isoformat()
    assert (sunrise["level_2.11"], sunrise["level_2.2"], sunrise["level_2.12"]) == ("0", "4", "2")
    assert lines["Harbour"]["overall"] == ""
    assert "PRIVATE" not in text

    # The password once given, the next file comes at once.
    page.goto(shown_at)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Export to Excel (XLSX)").click()
    assert coming.value.path().read_bytes().startswith(b"PK")

    # A case file is theirs to read and nobody's to change from here.
    follow(page.locator(".county-table"), "Sunrise")
    assert page.locator("h1").inner_text() == "Sunrise"
    for tab in ("Visits", "Readiness", "Plan", "Profile", "History", "Overview"):
        follow(page.get_by_role("navigation", name="Pages of this group"), tab)
        main = page.locator("main")
        assert main.locator("form[method=post]").count() == 0, tab
        for words in ("Log a visit", "Change", "Start an assessment", "See suggested actions"):
            assert main.get_by_role("link", name=words).count() == 0, (tab, words)
    for name in ("visit_log", "plan_suggestions", "plan_issue", "action_add", "lead_invite", "group_targets"):
        assert page.goto(reverse(name, args=[cast.sunrise.pk])).status == 403, name
    assert_page_is_sound(page)


def test_a_search_that_finds_nothing_says_how_to_go_on(page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    signed_in(page, cast.manager)
    page.goto(f"{reverse('county')}?q=nobody")
    assert page.get_by_text("No group fits").is_visible()
    assert_page_is_sound(page)
    follow(page, "Show the whole county")
    assert page.locator(".county-table tbody tr").count() == 3
