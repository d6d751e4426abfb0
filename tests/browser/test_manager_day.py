"""A manager's day: the county in words and figures, the groups behind them as a file, no case file written."""

import csv
import io
import time
from datetime import timedelta

import openpyxl
import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup, Job
from readiness.models import ScheduledReport
from readiness.reports.sending import send_due
from readiness.scoring import from_text, shown, two_decimals
from tests import factories
from tests.browser.acts import choose, follow, give_password_again, path_in_mail, press
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast
from tests.jobs import run_queued


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_managers_day(width, new_page, sign_in, assert_page_is_sound, live_server):
    cast = make_cast()
    assessed = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.11": 0, "2.2": 4})
    factories.make_assessment(group=cast.meadow, by=cast.other_officer, levels=3)
    factories.make_visit(group=cast.sunrise, officer=cast.officer, private_notes="PRIVATE doubts")
    overall = from_text(assessed.overall_exact)
    page = new_page(width=width)
    sign_in(page, cast.manager)
    assert page.locator("h1").inner_text() == "The county today"
    assert page.get_by_text("2 of 3 active groups had been assessed").first.is_visible()
    assert_page_is_sound(page)
    follow(page, "All groups")
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
    page.goto(shown_at)
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


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_report_is_taken_away_as_a_workbook_and_sent_each_quarter(
    width, new_page, sign_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2)
    page = new_page(width=width)
    sign_in(page, cast.manager)
    page.goto(f"{reverse('county')}?lio={cast.peak.pk}")
    follow(page, "Take it with you")
    press(page, "Excel workbook: all tables, charts and every group")
    assert "County report as at" in page.locator("h1").inner_text()
    assert_page_is_sound(page)
    run_queued()
    page.wait_for_selector("text=Download")
    assert_page_is_sound(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download", exact=True).click()
    book = openpyxl.load_workbook(io.BytesIO(coming.value.path().read_bytes()))
    assert [row[0] for row in book["Groups"].iter_rows(values_only=True)] == ["group", "Harbour", "Sunrise"]

    # Back at the same report: saved, and sent from now on.
    follow(page, "The same report as a page")
    assert f"lio={cast.peak.pk}" in page.url
    follow(page, "Page for printing")
    assert_page_is_sound(page)
    follow(page, "Back to the report")
    follow(page, "Save this view")
    page.get_by_label("Name").fill("Peak, each quarter")
    press(page, "Save this view")
    follow(page, "Send me one regularly, rename or delete")
    assert_page_is_sound(page)
    follow(page, "Send me this Peak, each quarter")
    assert_page_is_sound(page)
    choose(page, "every", "quarter")
    choose(page, "format", "pdf")
    press(page, "Send me this")
    assert_page_is_sound(page)
    row = page.locator("#by-mail tbody tr")
    assert "Every quarter: PDF report" in row.inner_text()
    press(page, "Pause Peak, each quarter, every quarter: PDF report")
    assert "You paused it." in row.inner_text()
    press(page, "Resume Peak, each quarter, every quarter: PDF report")
    assert "Paused" not in row.inner_text()

    # When the quarter is over a mail leads to the file.
    first = ScheduledReport.objects.get().next_on
    send_due(first)
    job = Job.objects.get(params__schedule__isnull=False)
    # Its last day is still to come today.
    Job.objects.filter(pk=job.pk).update(params=job.params | {"as_at": timezone.localdate().isoformat()})
    run_queued()
    page.goto(path_in_mail(cast.manager.email))
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download", exact=True).click()
    assert coming.value.path().read_bytes().startswith(b"%PDF")
    follow(page, "Your reports by mail")
    assert_page_is_sound(page)
    follow(page, "Stop Peak, each quarter, every quarter: PDF report")
    assert_page_is_sound(page)
    press(page, "Stop")
    assert page.get_by_text("is sent no more").is_visible()


def test_a_search_that_finds_nothing_says_how_to_go_on(page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    signed_in(page, cast.manager)
    page.goto(f"{reverse('county_groups')}?q=nobody")
    assert page.get_by_text("No group fits").is_visible()
    assert_page_is_sound(page)
    follow(page, "Show all groups")
    assert page.locator(".county-table tbody tr").count() == 3


def make_moved_county():
    """The cast, with a group that moved up a band in Derby, another in Bolsover, and one without a district."""
    cast = make_cast()
    for group, name in ((cast.sunrise, "Derby"), (cast.meadow, "Bolsover")):
        group.districts.set([factories.district(name)])
    for days, level in ((400, 1), (5, 3)):
        factories.make_assessment(
            group=cast.sunrise,
            by=cast.officer,
            levels=level,
            assessed_on=timezone.localdate() - timedelta(days=days),
        )
    factories.make_assessment(group=cast.meadow, by=cast.other_officer, levels=2)
    return cast


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_the_report_to_the_groups_and_back(
    width, new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_moved_county()
    page = new_page(width=width)
    signed_in(page, cast.manager)
    page.goto(reverse("county"))
    assert page.get_by_text("1 group moved up a band and none moved down").is_visible()
    assert_page_is_sound(page)
    follow(page.locator("#figures"), "Active groups: 3")
    assert page.locator(".county-table tbody tr").count() == 3
    follow(page, "Back to the report")

    # The map by keyboard: from the link before it, tile by tile, and in.
    tile = page.get_by_role("link", name="Derby: 1", exact=True)
    page.locator("#districts a").first.focus()
    for _ in range(12):
        if tile.evaluate("tile => tile === document.activeElement"):
            break
        page.keyboard.press("Tab")
    edge = tile.locator("rect").evaluate("rect => getComputedStyle(rect).strokeWidth")
    assert edge == "5px"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == "Groups of the county"
    assert page.get_by_text("in Derby").first.is_visible()
    assert page.locator(".county-table tbody tr").count() == 1
    assert_page_is_sound(page)

    # A wide table scrolls in its own box, by keyboard too, and its first column stays.
    follow(page, "Back to the report")
    box = page.get_by_role("region", name="Table: Average level by section and district")
    box.focus()
    start = box.locator("tbody th").first.bounding_box()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    scrolled = box.evaluate("box => box.scrollLeft")
    assert scrolled > 0 or box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert abs(box.locator("tbody th").first.bounding_box()["x"] - start["x"]) <= 1

    # Another column on the map, and a day that is wrong.
    follow(page, "Mean score")
    assert page.get_by_role("link", name="Derby: 75.00", exact=True).is_visible()
    page.locator("details.filters > summary").click()
    page.locator("[name=as_at]").fill("31/12/2099")
    with page.expect_navigation():
        page.locator(".filters").get_by_role("button", name="Show").click()
    assert page.get_by_text("That day is still to come.").first.is_visible()
    assert page.get_by_role("link", name="Derby: 75.00", exact=True).is_visible()
    assert_page_is_sound(page)


def test_a_view_is_saved_found_renamed_and_deleted(page, signed_in, assert_page_is_sound, live_server):
    cast = make_moved_county()
    signed_in(page, cast.manager)
    page.goto(f"{reverse('county')}?lio={cast.peak.pk}")
    follow(page, "Save this view")
    assert_page_is_sound(page)
    page.locator("[name=name]").fill("Peak, quarterly")
    press(page, "Save this view")
    assert page.locator(".lede").get_by_text("LIO: Peak").is_visible()
    page.goto(reverse("home"))
    follow(page, "Peak, quarterly")
    assert page.locator(".lede").get_by_text("LIO: Peak").is_visible()
    assert_page_is_sound(page)
    follow(page, "Send me one regularly, rename or delete")
    assert_page_is_sound(page)
    follow(page, "Rename Peak, quarterly")
    page.locator("[name=name]").fill("Peak")
    press(page, "Rename")
    follow(page, "Delete Peak")
    assert_page_is_sound(page)
    press(page, "Delete")
    assert page.get_by_text("No saved views yet").is_visible()


def test_the_report_on_paper_and_without_scripts(page, page_without_scripts, signed_in, live_server):
    cast = make_moved_county()
    signed_in(page, cast.manager)
    page.goto(reverse("county"))
    page.emulate_media(media="print")
    for selector in (".contents", ".list-filter", ".site-nav", ".page-actions"):
        assert not page.locator(selector).first.is_visible(), selector
    for selector in (".tile-map__drawing", "#levels table", "#definitions dl"):
        assert page.locator(selector).is_visible(), selector
    box = page.locator("#levels .table-box")
    assert box.evaluate("box => getComputedStyle(box).overflowX") == "visible"

    signed_in(page_without_scripts, cast.manager)
    page_without_scripts.goto(reverse("county"))
    page_without_scripts.locator("details.filters > summary").click()
    page_without_scripts.locator("[name=district]").select_option(label="Derby")
    with page_without_scripts.expect_navigation():
        page_without_scripts.locator(".filters").get_by_role("button", name="Show").click()
    assert page_without_scripts.get_by_text("District: Derby").is_visible()
    page_without_scripts.locator("#figures").get_by_role("link", name="Active groups: 1", exact=True).click()
    assert page_without_scripts.locator(".county-table tbody tr").count() == 1
