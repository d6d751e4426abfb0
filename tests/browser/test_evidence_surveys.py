"""A survey from a form service's file to a chart and a record, at desk and phone width."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from evidence.models import Evidence, Survey
from tests.browser.acts import follow, press
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast

SAMPLES = Path(__file__).parents[1] / "data" / "surveys"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_survey_becomes_a_chart_and_a_record(width, new_page, signed_in, assert_page_is_sound):
    cast = make_cast()
    page = new_page(width=width)
    signed_in(page, cast.officer)
    page.goto(reverse("survey_list"))
    assert_page_is_sound(page)
    follow(page, "Add a survey")
    assert_page_is_sound(page)
    page.get_by_label("Title").fill("Getting to the doctor")
    page.get_by_label("First day").fill("14/09/2026")
    page.get_by_label("Who asked").fill("Volunteers of two groups")
    page.get_by_label("Whom you asked").fill("Members, asked after meetings")
    press(page, "Save the survey")
    assert page.get_by_text("No answers yet").is_visible()
    assert_page_is_sound(page)

    follow(page, "Add answers")
    assert_page_is_sound(page)
    page.get_by_label("File with the answers").set_input_files(
        {"name": "photo.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n0000"}
    )
    press(page, "Read the file")
    assert page.get_by_text("a PNG image").first.is_visible()
    assert_page_is_sound(page)
    page.get_by_label("File with the answers").set_input_files(SAMPLES / "google-forms.csv")
    press(page, "Read the file")
    assert page.get_by_role("heading", name="What is in each column?").is_visible()
    assert page.get_by_text("It looks like e-mail addresses.").is_visible()
    assert_page_is_sound(page)
    page.locator("[name=kind_5]").select_option(label="One answer of several")
    page.locator("[name=kind_4]").focus()
    page.keyboard.press("Tab")
    press(page, "See what would be added")
    assert page.get_by_text("No answer has been saved yet").is_visible()
    assert_page_is_sound(page)
    follow(page, "Correct the columns")
    page.locator("[name=kind_5]").select_option(label="Own words")
    press(page, "See what would be added")
    press(page, "Add 26 answers")

    assert page.get_by_text("26 people answered").is_visible()
    why = page.get_by_role("region", name="Why did you not go?")
    row = why.get_by_role("row", name="Because of the language")
    assert "10" in row.inner_text()
    assert row.locator("svg rect").count() == 2
    assert page.get_by_text("fewer than 5").count() > 0
    assert_page_is_sound(page)
    page.get_by_role("link", name="Read what they wrote").click()
    page.wait_for_url("**/words/")
    assert page.get_by_text("A bus on Saturdays").is_visible()
    assert_page_is_sound(page)
    page.go_back()

    page.get_by_role("link", name="Make a record of “Because of the language”").click()
    page.wait_for_url("**/record/**form=*")
    assert page.get_by_label("What happened").input_value().startswith("10 of 22 people")
    assert_page_is_sound(page)
    page.get_by_label("Service area").select_option(label="Health care")
    page.get_by_label("Language or interpreting").check()
    press(page, "Make the record")
    record = Evidence.objects.get()
    assert urlsplit(page.url).path == reverse("evidence_detail", args=[record.pk])
    assert (record.people_affected, record.survey) == (10, Survey.objects.get())
    assert_page_is_sound(page)
    follow(page, "Getting to the doctor")
    assert page.get_by_text("10 of 22 people").is_visible()

    # A later file with a heading reworded says exactly what has changed.
    follow(page, "Add answers")
    again = (SAMPLES / "google-forms.csv").read_text().replace("Why did you not go?", "What kept you away?")
    page.get_by_label("File with the answers").set_input_files(
        {"name": "later.csv", "mimeType": "text/csv", "buffer": again.encode()}
    )
    press(page, "Read the file")
    assert page.get_by_role("heading", name="The headings have changed").is_visible()
    assert_page_is_sound(page)
    page.get_by_label("Is it a question you know").select_option(label="Yes: Why did you not go?")
    press(page, "See what would be added")
    assert page.get_by_text("There is nothing new in this file").is_visible()
    assert_page_is_sound(page)
    follow(page, "Delete the file")
    assert_page_is_sound(page)
    press(page, "Delete the file")
    assert Survey.objects.get().responses.count() == 26


def test_answers_go_in_without_scripts(new_page, signed_in):
    cast = make_cast()
    page = new_page(width=PHONE, scripts=False)
    signed_in(page, cast.officer)
    page.goto(reverse("survey_new"))
    page.get_by_label("Title").fill("Buses")
    page.get_by_label("First day").fill("14/09/2026")
    page.get_by_label("Who asked").fill("Officers")
    page.get_by_label("Whom you asked").fill("People at a market")
    press(page, "Save the survey")
    follow(page, "Add answers")
    page.get_by_label("File with the answers").set_input_files(SAMPLES / "microsoft-forms.xlsx")
    press(page, "Read the file")
    press(page, "See what would be added")
    press(page, "Add 10 answers")
    assert page.get_by_text("10 people answered").is_visible()
