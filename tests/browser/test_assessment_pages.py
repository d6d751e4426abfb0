"""Around an assessment: what isn't answered, what doesn't apply, targets, and a correction with its why."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from readiness import scoring
from readiness.assessing import score_answers
from readiness.models import Answer, Assessment, Target
from tests import factories
from tests.browser.acts import follow, in_words, level_in_assessment, press
from tests.cast import make_cast


def test_a_section_that_does_not_apply_needs_its_why(phone, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
    signed_in(phone, cast.officer)
    phone.goto(reverse("assessment_theme", args=[draft.pk, "2.1"]))
    level_in_assessment(phone, "2.11", 2)
    level_in_assessment(phone, "2.12", "na")
    press(phone, "Save and continue")
    assert phone.locator(".error-summary").get_by_text("2.12: Say why this doesn’t apply").is_visible()
    assert phone.locator("input[name=c-2-12-answer][value=na]").is_checked()
    assert_page_is_sound(phone)
    assert dict(draft.answers.values_list("criterion__code", "level")) == {"2.11": 2}
    phone.locator("[name=c-2-12-na_reason]").fill("They employ nobody")
    press(phone, "Save and continue")
    answer = Answer.objects.get(assessment=draft, criterion__code="2.12")
    assert (answer.not_applicable, answer.na_reason, answer.level) == (True, "They employ nobody", None)


def test_what_is_not_answered_stops_completing_and_is_named(page_without_scripts, signed_in, live_server):
    cast = make_cast()
    page, edition = page_without_scripts, factories.current_edition()
    codes = [code for code in edition.criteria.values_list("code", flat=True) if code != "2.22"]
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, levels=dict.fromkeys(codes, 2))
    signed_in(page, cast.officer)
    page.goto(reverse("assessment_check", args=[draft.pk]))
    press(page, "Complete the assessment")
    summary = page.locator(".error-summary")
    assert summary.get_by_text("Some sections have no answer yet").is_visible()
    assert summary.get_by_role("link").count() == 1
    draft.refresh_from_db()
    assert not draft.is_complete
    with page.expect_navigation():
        summary.get_by_role("link").click()
    assert page.url.endswith("#c-2-22")
    level_in_assessment(page, "2.22", 4)
    press(page, "Save and continue")
    press(page, "Complete the assessment")
    draft.refresh_from_db()
    assert draft.is_complete


def test_a_wrong_assessment_is_corrected_with_its_why(page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    wrong = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2)
    signed_in(page, cast.officer)
    page.goto(reverse("assessment_correct", args=[wrong.pk]))
    press(page, "Begin the correction")
    assert page.locator(".error-summary").is_visible()
    assert Assessment.objects.get() == wrong
    page.locator("[name=reason]").fill("The policy of 2.11 was another group's.")
    press(page, "Begin the correction")
    correction = Assessment.objects.drafts().get()
    page.goto(reverse("assessment_theme", args=[correction.pk, "2.1"]))
    assert page.locator("input[name=c-2-11-answer][value='2']").is_checked()
    level_in_assessment(page, "2.11", 0)
    press(page, "Save and continue")
    page.goto(reverse("assessment_check", args=[correction.pk]))
    press(page, "Complete the assessment")
    assert page.get_by_text("The policy of 2.11 was another group's.").is_visible()
    assert_page_is_sound(page)
    wrong.refresh_from_db()
    correction.refresh_from_db()
    levels = dict.fromkeys(wrong.edition.criteria.values_list("code", flat=True), 2)
    assert wrong.overall_exact == scoring.to_text(score_answers(wrong.edition, levels).overall)
    assert correction.overall_exact == scoring.to_text(
        score_answers(wrong.edition, levels | {"2.11": 0}).overall
    )
    assert (correction.corrects, correction.is_latest, wrong.is_latest) == (wrong, True, False)
    page.goto(reverse("case_readiness", args=[cast.sunrise.pk]))
    assert page.get_by_text("Corrected", exact=True).is_visible()
    follow(page, "see the correction")
    assert page.url.endswith(reverse("assessment_result", args=[correction.pk]))


def test_an_agreed_target_shows_what_is_still_to_go(page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    assessed = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.11": 1})
    until = timezone.localdate() + timedelta(days=200)
    signed_in(page, cast.officer)
    page.goto(reverse("case_readiness", args=[cast.sunrise.pk]))
    follow(page, "Agree targets")
    page.locator("[name=t-2-11-level]").select_option("3")
    press(page, "Save targets")
    assert page.locator(".error-summary").is_visible()
    assert page.locator("[name=t-2-11-level]").input_value() == "3"
    assert not Target.objects.exists()
    assert_page_is_sound(page)
    page.locator("[name=t-2-11-by]").fill(f"{until:%d/%m/%Y}")
    press(page, "Save targets")
    target = Target.objects.get()
    assert (target.group, target.criterion_code, target.level, target.by_date) == (
        cast.sunrise,
        "2.11",
        3,
        until,
    )
    for path in (
        reverse("case_readiness", args=[cast.sunrise.pk]),
        reverse("assessment_result", args=[assessed.pk]),
    ):
        page.goto(path)
        row = page.locator("table tr", has_text=in_words(until))
        assert "2 levels" in row.inner_text(), path
