"""Evidence by focus group, enquiry and mystery shopping: from what was heard to a record, at desk and phone width."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from evidence.models import Enquiry, Evidence, FocusGroup, MysteryVisit, Quote
from tests import factories
from tests.browser.acts import choose, follow, press
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast

WIDTHS = [DESKTOP, PHONE]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_focus_group_becomes_a_record(width, new_page, signed_in, assert_page_is_sound):
    cast = make_cast()
    page = new_page(width=width)
    signed_in(page, cast.officer)
    page.goto(reverse("focus_group_list"))
    assert_page_is_sound(page)
    follow(page, "Add a focus group")
    page.get_by_label("What it was about").fill("Seeing a doctor")
    page.get_by_label("How many came").fill("9")
    choose(page, "interpreting", "volunteer")
    page.locator("[name=themes-0-text]").fill("No interpreter at the surgery")
    page.locator("[name=themes-0-raised_by]").fill("12")
    page.get_by_role("button", name="Add another theme").click()
    page.locator("[name=themes-2-text]").fill("The surgery is two buses away")
    page.locator("[name=themes-2-raised_by]").fill("3")
    page.locator("[name=quotes-0-text]").fill("I rang 07700 900123 nine times.")
    assert_page_is_sound(page)
    press(page, "Save the focus group")
    # More than came can't have raised it; nothing typed is lost.
    assert page.get_by_text("There is a problem").is_visible()
    assert page.locator("[name=themes-2-text]").input_value() == "The surgery is two buses away"
    assert_page_is_sound(page)
    page.locator("[name=themes-0-raised_by]").fill("7")
    press(page, "Save the focus group")
    assert page.get_by_text("Could somebody be known by this?").is_visible()
    assert not FocusGroup.objects.exists()
    assert_page_is_sound(page)
    press(page, "Mask all and save")
    assert page.get_by_text("I rang [phone number] nine times.").is_visible()
    assert_page_is_sound(page)
    page.get_by_role("link", name="Make a record of “No interpreter").click()
    page.wait_for_url("**/record/?form=*")
    assert_page_is_sound(page)
    page.get_by_label("Service area").select_option(label="Health care")
    page.get_by_label("Language or interpreting").check()
    page.get_by_label("I rang [phone number]").check()
    press(page, "Make the record")
    record = Evidence.objects.get()
    assert urlsplit(page.url).path == reverse("evidence_detail", args=[record.pk])
    assert (record.people_affected, record.method, record.strength) == (7, "focus_group", "several")
    assert Quote.objects.get().record == record
    page.goto(reverse("focus_group_edit", args=[FocusGroup.objects.get().pk]))
    assert page.get_by_text("In a record already, so").is_visible()
    assert_page_is_sound(page)


def test_a_focus_group_is_written_without_scripts(new_page, signed_in):
    cast = make_cast()
    page = new_page(width=PHONE, scripts=False)
    signed_in(page, cast.officer)
    page.goto(reverse("focus_group_new"))
    page.get_by_label("What it was about").fill("Seeing a doctor")
    page.get_by_label("How many came").fill("9")
    page.locator("[name=themes-1-text]").fill("The surgery is two buses away")
    page.locator("[name=themes-1-raised_by]").fill("3")
    press(page, "Add another theme")
    page.locator("[name=themes-2-text]").fill("Nobody rings back")
    page.locator("[name=themes-2-raised_by]").fill("2")
    press(page, "Save the focus group")
    assert [theme.text for theme in FocusGroup.objects.get().themes.all()] == [
        "The surgery is two buses away",
        "Nobody rings back",
    ]


@pytest.mark.parametrize("scripts", [True, False])
def test_an_enquiry_takes_two_taps_on_a_phone(scripts, new_page, signed_in, assert_page_is_sound):
    cast = make_cast()
    page = new_page(width=PHONE, scripts=scripts)
    signed_in(page, cast.officer)
    page.goto(reverse("enquiry_tally"))
    if scripts:
        assert_page_is_sound(page)
    for service, ending in (("Housing", "Nothing available"), ("Housing", "Helped"), ("Transport", "Helped")):
        choose(page, "service_area", factories.service_area(service).pk)
        # The second tap is in reach without scrolling.
        box = page.get_by_role("button", name=ending, exact=True).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 900 and box["height"] >= 44
        press(page, ending)
        assert page.get_by_text(f"{service}, {ending.lower()}.").first.is_visible()
    assert Enquiry.objects.count() == 3
    if scripts:
        assert_page_is_sound(page)
    # One tap too many; and the Back button makes no second enquiry.
    press(page, "Undo : Transport, helped")
    assert Enquiry.objects.count() == 2
    page.go_back()
    choose(page, "service_area", factories.service_area("Housing").pk)
    press(page, "Helped")
    page.go_back()
    assert Enquiry.objects.count() <= 3


@pytest.mark.parametrize("width", WIDTHS)
def test_a_month_of_enquiries_becomes_a_record(width, new_page, signed_in, assert_page_is_sound):
    cast = make_cast()
    for outcome, number in (("nothing", 6), ("helped", 7), ("referred", 5)):
        for _ in range(number):
            factories.make_enquiry(lio=cast.peak, by=cast.officer, outcome=outcome)
    page = new_page(width=width)
    signed_in(page, cast.officer)
    page.goto(reverse("enquiry_tally"))
    page.get_by_text("Where and who").click()
    page.get_by_label("District").select_option(label="Chesterfield")
    press(page, "Use this from now on")
    assert page.get_by_text("Where and who: Chesterfield").is_visible()
    follow(page, "The month")
    assert_page_is_sound(page)
    follow(page, "By day")
    assert_page_is_sound(page)
    page.get_by_role("link", name="Make a record of enquiries about Housing").click()
    page.wait_for_url("**/record/**form=*")
    assert page.get_by_label("What happened").input_value() == (
        "18 people asked about Housing; for 6 nothing was available."
    )
    assert_page_is_sound(page)
    page.get_by_label("Cost").check()
    press(page, "Make the record")
    record = Evidence.objects.get()
    assert record.people_affected == record.enquiries.count() == 18
    assert record.happened_on == timezone.localdate().replace(day=1)
    page.goto(reverse("enquiry_month"))
    page.get_by_role("link", name="In a record").first.click()
    page.wait_for_url(f"**{reverse('evidence_detail', args=[record.pk])}")


@pytest.mark.parametrize("width", WIDTHS)
def test_mystery_visits_are_compared_and_become_a_record(width, new_page, signed_in, assert_page_is_sound):
    cast = make_cast()
    provider = factories.make_organisation(name="Derby Homes")
    factories.make_mystery_visit(
        lio=cast.peak, by=cast.officer, provider=provider, language="English", outcome="helped"
    )
    page = new_page(width=width)
    signed_in(page, cast.officer)
    page.goto(reverse("mystery_visit_list"))
    assert_page_is_sound(page)
    follow(page, "Note a mystery visit")
    page.get_by_label("Whose service it is").select_option(label="Derby Homes")
    page.get_by_label("Service area").select_option(label="Housing")
    page.get_by_label("What the visitor asked for").fill("A form in Urdu")
    page.get_by_label("Language the visitor used").fill("Urdu")
    choose(page, "answered", "yes")
    choose(page, "interpreter_offered", "no")
    page.get_by_label("Minutes waited").fill("40")
    assert_page_is_sound(page)
    press(page, "Save the visit")
    # How it ended was left out.
    assert page.get_by_text("Say how it ended.").first.is_visible()
    assert_page_is_sound(page)
    choose(page, "outcome", "not_helped")
    press(page, "Save the visit")
    assert MysteryVisit.objects.get(language="Urdu").interpreter_offered is False
    assert_page_is_sound(page)
    follow(page, "Compare it with 1 other visit to this service")
    assert page.get_by_text("mean score of 100").is_visible()
    assert_page_is_sound(page)
    for box in page.locator("input[name=visit]").all():
        box.check()
    page.get_by_role("button", name="Make a record of those ticked").click()
    page.wait_for_url("**/record/**form=*")
    assert_page_is_sound(page)
    assert "2 mystery visits to Derby Homes" in page.get_by_label("What happened").input_value()
    press(page, "Make the record")
    record = Evidence.objects.get()
    assert (record.provider, record.mystery_visits.count()) == (provider, 2)
    page.goto(reverse("mystery_visit_detail", args=[record.mystery_visits.first().pk]))
    assert page.get_by_text("Part of a record").is_visible()
    assert_page_is_sound(page)
