"""A brief from what colleagues have reviewed to the commissioner's desk, and back when somebody withdraws."""

import io
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from pypdf import PdfReader

from evidence.models import Brief, Evidence, Quote
from groups.models import CommunityGroup, User
from tests import factories
from tests.browser.acts import file_behind, follow, press
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_evidence_day import follow_beginning
from tests.cast import Cast, make_cast

AGREED = "We were told to bring a neighbour along."
NOT_ASKED = "They laughed at my accent."
FOREIGN = "Only the other organisation knows of this."


def a_county_that_has_collected(cast: Cast) -> User:
    """Reviewed records by several methods, quotes with and without consent, a draft, another LIO's; the colleague."""
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example", name="Petra Second")
    day = timezone.localdate() - timedelta(days=20)
    for number, (method, people, district) in enumerate(
        (("focus_group", 12, "Chesterfield"), ("enquiry", 9, "High Peak"), ("survey", 30, "Chesterfield"))
    ):
        record = factories.make_evidence(
            lio=cast.peak,
            by=cast.officer,
            reviewed_by=colleague,
            method=method,
            people_affected=people,
            districts=(district,),
            communities=("Pakistani",),
            barriers=("Language or interpreting",),
            groups=(cast.sunrise,),
            summary=f"Letters came in English only, way {number}.",
            needed_instead="Letters in the language that is spoken at home.",
            happened_on=day,
        )
        if number == 0:
            factories.make_quote(record=record, by=cast.officer, text=AGREED, uses="brief")
        if number == 1:
            factories.make_quote(record=record, by=cast.officer, text=NOT_ASKED)
    factories.make_evidence(
        lio=cast.peak, by=cast.officer, summary="Nobody has reviewed this.", happened_on=day
    )
    factories.make_evidence(
        lio=cast.vale, by=cast.other_officer, reviewed_by=cast.manager, summary=FOREIGN, happened_on=day
    )
    factories.make_organisation(name="Peakshire Housing", is_commissioner=True)
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(
        directory_fields=["name"], directory_consent_by="Committee", directory_consent_on=day
    )
    cast.sunrise.services.add(factories.service_area())
    return colleague


def shown(page: Page) -> str:
    return page.locator("article.brief").inner_text()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_brief_is_chosen_seen_issued_and_taken_back_with_a_consent(
    width, new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    colleague = a_county_that_has_collected(cast)
    page = new_page(width=width)
    signed_in(page, cast.officer)
    page.goto(reverse("brief_list"))
    assert page.get_by_text("No brief yet").is_visible()
    assert_page_is_sound(page)
    follow(page, "Make a brief")
    assert_page_is_sound(page)
    press(page, "Show the brief")
    assert page.locator(".error-summary").get_by_text("Choose the service area").is_visible()
    assert_page_is_sound(page)

    # What is chosen is seen at once, and only what may be.
    page.locator("[name=service_area]").select_option(label="Housing")
    page.locator("[name=commissioner]").select_option(label="Peakshire Housing")
    press(page, "Show the brief")
    text = shown(page)
    for words in (
        "The gap",
        "Letters came in English only",
        "For Peakshire Housing",
        AGREED,
        "51",
        "Sunrise",
    ):
        assert words in text, words
    for words in (NOT_ASKED, "Nobody has reviewed", FOREIGN):
        assert words not in page.content(), words
    assert_page_is_sound(page)

    # Another choice, another brief: the address keeps it.
    page.locator("summary", has_text="Only some districts or communities").click()
    page.get_by_label("High Peak").check()
    press(page, "Show the brief")
    assert "way 1" in shown(page) and "way 0" not in shown(page)
    assert "districts=" in page.url
    page.go_back()
    assert "way 0" in shown(page)

    # Issued once, whatever is pressed afterwards.
    before = page.url
    press(page, "Issue this brief")
    brief = Brief.objects.get()
    assert page.url.endswith(reverse("brief_detail", args=[brief.pk]))
    assert page.get_by_text("Brief 1 is issued.").is_visible()
    assert_page_is_sound(page)
    page.go_back()
    assert page.url == before
    page.go_forward()
    assert Brief.objects.get() == brief

    # Both files are what was seen, numbered, titled and tagged.
    pdf = file_behind(page, page.get_by_role("link", name="Download the PDF"))
    words = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    assert "neighbour along" in words and "accent" not in words
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert "Evidence brief 1" in str(document.docinfo["/Title"])
        assert document.Root.Lang == "en-GB" and document.Root.MarkInfo.Marked
    word = file_behind(page, page.get_by_role("link", name="Download the Word file"))
    inside = zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml").decode()
    assert AGREED in inside and NOT_ASKED not in inside

    # A manager reads it and can't take it back; the list names it.
    managers = new_page(width=width)
    signed_in(managers, cast.manager)
    managers.goto(reverse("brief_list"))
    assert managers.get_by_text("Peakshire Housing").is_visible()
    assert_page_is_sound(managers)
    follow_beginning(managers, "1: ")
    assert managers.get_by_role("link", name="Withdraw this brief").count() == 0

    # Somebody takes the consent back: the brief goes with it, for everybody.
    address = page.get_by_role("link", name="Download the PDF").get_attribute("href")
    quote = Quote.objects.get(text=AGREED)
    page.goto(reverse("evidence_detail", args=[quote.record_id]))
    follow_beginning(page, "Withdraw consent")
    assert page.get_by_text("1 brief holds it and will be withdrawn").is_visible()
    assert_page_is_sound(page)
    press(page, "Withdraw the consent")
    for reader in (page, managers):
        reader.goto(reverse("brief_detail", args=[brief.pk]))
        assert reader.get_by_text("Its files are gone from the portal").is_visible()
        assert reader.get_by_text("Consent to a quote in it was withdrawn.").is_visible()
        assert_page_is_sound(reader)
        assert reader.context.request.get(address).status == 404
    colleagues = new_page(width=width)
    signed_in(colleagues, colleague)
    colleagues.goto(reverse("brief_new") + f"?service_area={factories.service_area().pk}")
    assert AGREED not in shown(colleagues) and "way 0" in shown(colleagues)


def test_a_brief_is_made_by_keyboard_alone_and_without_scripts(new_page, signed_in, live_server):
    cast = make_cast()
    a_county_that_has_collected(cast)
    page = new_page(scripts=False)
    signed_in(page, cast.officer)
    page.goto(reverse("brief_new"))
    page.locator("[name=service_area]").focus()
    # The first letters choose in a list, Enter sends the form.
    page.keyboard.type("Hous")
    page.locator("[name=start]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Letters came in English only" in shown(page)
    page.get_by_role("button", name="Issue this brief").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Brief 1 is issued.").is_visible()


def test_what_nobody_has_reviewed_gives_no_brief_and_says_what_to_do(
    new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    factories.make_evidence(lio=cast.peak, by=cast.officer)
    assert not Evidence.objects.reviewed().exists()
    page = new_page(width=PHONE)
    signed_in(page, cast.officer)
    page.goto(reverse("brief_new") + f"?service_area={factories.service_area().pk}")
    assert page.get_by_text("Nothing to issue yet").is_visible()
    assert page.get_by_role("button", name="Issue this brief").count() == 0
    assert_page_is_sound(page)
