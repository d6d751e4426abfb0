"""A need from the kitchen table to a record that counts: written, sent back, mended, reviewed, and a quote in it."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from evidence.models import Evidence, Quote
from evidence.recording import review
from groups.models import District
from tests import factories
from tests.browser.acts import choose, follow, press
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast

TELLING = "I rang 07700 900123 every day and nobody spoke Urdu."
MASKED = "I rang [phone number] every day and nobody spoke Urdu."


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def follow_beginning(page: Page, words: str) -> None:
    """Follows a link whose name begins so and goes on for those who listen to the page."""
    with page.expect_navigation():
        page.get_by_role("link", name=words).first.click()


def unfold(page: Page, words: str) -> None:
    """Opens a part of the form that is folded away."""
    page.locator("summary", has_text=words).click()


def test_a_need_is_recorded_on_a_phone_without_scripts(new_page, signed_in, live_server):
    cast = make_cast()
    page = new_page(width=PHONE, scripts=False)
    signed_in(page, cast.officer)
    page.goto(reverse("case_evidence", args=[cast.sunrise.pk]))
    follow(page, "Record a need")
    assert page.locator("html").bounding_box()["width"] <= PHONE
    press(page, "Save the need")
    # Named at the top and beside the field; nothing is stored.
    assert page.locator(".error-summary").get_by_text("Say what happened").is_visible()
    assert page.locator(".field-invalid [name=summary]").is_visible()
    assert not Evidence.objects.exists()
    address = page.url
    page.locator("[name=summary]").fill("The letter came in English only.")
    page.locator("[name=service_area]").select_option(label="Housing")
    # What is folded away opens by the browser itself.
    unfold(page, "Where and when")
    page.get_by_label("Chesterfield").check()
    press(page, "Save the need")
    record = Evidence.objects.get()
    assert (record.summary, record.created_by, record.state) == (
        "The letter came in English only.",
        cast.officer,
        "draft",
    )
    assert list(record.groups.all()) == [cast.sunrise]
    assert [str(place) for place in record.districts.all()] == ["Chesterfield"]
    assert page.url.endswith(reverse("evidence_detail", args=[record.pk]))
    # The address of the form brings the record it has made.
    page.goto(address)
    assert page.get_by_text("This record was saved already.").is_visible()
    assert Evidence.objects.get() == record


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_need_is_sent_back_mended_and_reviewed_and_its_quote_follows_consent(
    width, new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example", name="Petra Second")
    officers, colleagues = new_page(width=width), new_page(width=width)
    signed_in(officers, cast.officer)
    signed_in(colleagues, colleague)

    # Nothing there yet: the page says what to do.
    officers.goto(reverse("evidence_list"))
    assert officers.get_by_text("Nothing recorded yet").is_visible()
    assert_page_is_sound(officers)
    follow(officers, "Record a need")
    assert_page_is_sound(officers)
    form = officers.locator("form.evidence-form")
    assert form.locator("details[open]").count() == 0
    form.locator("[name=summary]").fill("A mother waited six weeks for an interpreter.")
    form.locator("[name=service_area]").select_option(label="Housing")
    form.locator("[name=people_affected]").fill("12")
    choose(officers, "method", "focus_group")
    for part in ("Where and when", "Who", "Whose service", "What is needed, and how sure you are"):
        form.locator("summary", has_text=part).first.click()
    form.get_by_label("Chesterfield").check()
    form.get_by_label("Sunrise").check()
    form.locator("[name=needed_instead]").fill("An interpreter at the first visit.")
    choose(officers, "strength", "several")
    assert_page_is_sound(officers)
    press(officers, "Save the need")
    record = Evidence.objects.get()
    assert (record.people_affected, record.method, record.strength) == (12, "focus_group", "several")
    assert list(record.districts.all()) == [District.objects.get(name="Chesterfield")]
    assert officers.get_by_text("a colleague reviews it.").first.is_visible()
    assert officers.get_by_role("link", name="Review it").count() == 0
    assert_page_is_sound(officers)

    # The colleague sends it back, and has to say why.
    colleagues.goto(reverse("evidence_review_list"))
    assert_page_is_sound(colleagues)
    follow(colleagues, "A mother waited six weeks for an interpreter.")
    assert_page_is_sound(colleagues)
    press(colleagues, "Send it back")
    assert colleagues.locator(".error-summary").get_by_text("Say what is missing").is_visible()
    assert_page_is_sound(colleagues)
    colleagues.locator("[name=why]").fill("At which office?")
    press(colleagues, "Send it back")
    assert colleagues.get_by_text("Sent back. Its writer sees your words.").is_visible()
    assert colleagues.get_by_text("Nothing waits for you").is_visible()

    # The officer mends it.
    officers.goto(reverse("evidence_review_list"))
    assert officers.get_by_text("At which office?").is_visible()
    assert_page_is_sound(officers)
    follow(officers, "A mother waited six weeks for an interpreter.")
    assert officers.get_by_text("Petra Second sent it back").is_visible()
    assert_page_is_sound(officers)
    officers.locator("[name=summary]").fill("A mother waited six weeks for an interpreter in Buxton.")
    press(officers, "Save")
    assert officers.get_by_text("Sent back by").count() == 0

    # The colleague looks again: now it counts.
    colleagues.goto(reverse("evidence_review_list"))
    follow(colleagues, "A mother waited six weeks for an interpreter in Buxton.")
    press(colleagues, "It is right: let it count")
    assert colleagues.get_by_text("Reviewed: the record counts from now on.").is_visible()
    record.refresh_from_db()
    assert (record.is_reviewed, record.reviewed_by) == (True, colleague)

    # A quote with a phone number in it is masked before it is saved.
    detail = reverse("evidence_detail", args=[record.pk])
    officers.goto(detail)
    assert officers.get_by_text("Reviewed by Petra Second").is_visible()
    follow(officers, "Add a quote")
    assert_page_is_sound(officers)
    officers.locator("[name=text]").fill(TELLING)
    officers.locator("[name=speaker]").fill("A mother of two")
    press(officers, "Save the quote")
    assert officers.get_by_text("a phone number").is_visible()
    assert not Quote.objects.exists()
    assert_page_is_sound(officers)
    press(officers, "Mask and save")
    quote = Quote.objects.get()
    assert quote.text == MASKED
    assert officers.get_by_text("Not asked yet").is_visible()
    assert_page_is_sound(officers)

    # Consent is noted for briefs, and taken back.
    follow_beginning(officers, "Note consent")
    assert heading(officers) == "May this quote be used?"
    assert_page_is_sound(officers)
    choose(officers, "answer", "yes")
    press(officers, "Note the answer")
    assert officers.locator(".error-summary").get_by_text("Say what they agreed to").is_visible()
    assert_page_is_sound(officers)
    choose(officers, "uses", "for_briefs")
    press(officers, "Note the answer")
    # Nobody but the officer has read the quote yet, so it waits for a colleague.
    assert not Quote.objects.allowed_in("brief").exists()
    review(record=record, by=colleague, version=Evidence.objects.get(pk=record.pk).version)
    assert Quote.objects.allowed_in("brief").get() == quote
    assert officers.get_by_text("asked by Olive Officer").is_visible()
    follow_beginning(officers, "Withdraw consent")
    assert_page_is_sound(officers)
    press(officers, "Withdraw the consent")
    assert officers.locator(".quote__consent").get_by_text("Withdrawn").is_visible()
    assert not Quote.objects.allowed_in("brief").exists()
    assert_page_is_sound(officers)

    # The list and the group's file show it; a change makes it a draft again.
    officers.goto(reverse("evidence_list") + "?method=focus_group")
    assert officers.get_by_text("1 record", exact=True).is_visible()
    assert_page_is_sound(officers)
    officers.goto(reverse("case_evidence", args=[cast.sunrise.pk]))
    assert officers.get_by_text("1 of 1 is reviewed and counts").is_visible()
    assert_page_is_sound(officers)
    officers.goto(reverse("evidence_edit", args=[record.pk]))
    assert officers.get_by_text("it is a draft again").is_visible()
    officers.locator("[name=people_affected]").fill("13")
    press(officers, "Save")
    record.refresh_from_db()
    assert (record.people_affected, record.state) == (13, "draft")
    follow(officers, "Delete this draft")
    assert_page_is_sound(officers)
    press(officers, "Delete the draft")
    assert not Evidence.objects.exists() and not Quote.objects.exists()


def test_two_officers_on_one_record_see_both_and_lose_no_tick(
    new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example", name="Petra Second")
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, districts=("Chesterfield",))
    first, second = new_page(), new_page(width=PHONE)
    for page, person in ((first, cast.officer), (second, colleague)):
        signed_in(page, person)
        page.goto(reverse("evidence_edit", args=[record.pk]))
    first.locator("[name=summary]").fill("From the first window")
    press(first, "Save")
    second.locator("[name=summary]").fill("From the second window")
    second.get_by_label("Erewash").check()
    press(second, "Save")
    assert second.get_by_text("Somebody changed this while you were writing").is_visible()
    assert second.locator(".callout").get_by_text("From the first window").is_visible()
    assert second.locator("[name=summary]").input_value() == "From the second window"
    for place in ("Chesterfield", "Erewash"):
        assert second.get_by_label(place).is_checked()
    assert_page_is_sound(second)
    record.refresh_from_db()
    assert record.summary == "From the first window"
    press(second, "Save")
    record.refresh_from_db()
    assert (record.summary, record.districts.count()) == ("From the second window", 2)
