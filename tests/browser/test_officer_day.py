"""An officer's day: from a visit to a score, a plan, its PDF and the lead's invitation, at desk and phone width."""

import hashlib
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup, Invitation, Visit, VisitDraft
from readiness import scoring
from readiness.assessing import bands_of, score_answers
from readiness.models import Action, Answer, Assessment, IssuedPlan
from tests import factories
from tests.browser.acts import (
    choose,
    file_behind,
    follow,
    in_words,
    level_in_assessment,
    level_in_visit,
    path_in_mail,
    press,
    wait_for_saved,
)
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast

ON_THE_VISIT = {"2.11": 1, "2.2": 3}
# What the officer answers at the desk afterwards; everything else is "in place".
AT_THE_DESK = {"2.12": 0, "2.13": 4, "2.21": 2}


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_officers_day(width, new_page, sign_in, assert_page_is_sound, live_server):
    cast = make_cast()
    edition = factories.current_edition()
    today = timezone.localdate()
    following = today + timedelta(days=14)
    page = new_page(width=width)
    sign_in(page, cast.officer)
    assert page.locator("h1").inner_text() == "My work"

    # A group whose name is very like a known one: compared first, added all the same.
    page.goto(reverse("group_list"))
    follow(page, "Add a group")
    page.get_by_label("Name", exact=True).fill("Sunrise!")
    choose(page, "kind", CommunityGroup.Kind.values[0])
    press(page, "Add the group")
    assert page.locator("h1").inner_text() == "Is it one of these?"
    assert page.get_by_role("link", name="Sunrise", exact=True).is_visible()
    assert_page_is_sound(page)
    assert CommunityGroup.objects.filter(lio=cast.peak).count() == 2
    press(page, "It is a different group: add it")
    group = CommunityGroup.objects.get(name="Sunrise!")
    assert group.lio == cast.peak
    assert page.locator("h1").inner_text() == "Sunrise!"

    # The visit: two levels, an action, the next date.
    page.goto(reverse("case", args=[group.pk]))
    follow(page, "Log a visit")
    page.locator("[name=place]").fill("Community hall, Buxton")
    page.locator("[name=summary]").fill("We went through the accounts.")
    page.locator("[name=private_notes]").fill("The treasurer wants to leave.")
    for code, level in ON_THE_VISIT.items():
        level_in_visit(page, code, level)
    page.locator("[name=actions-0-what]").fill("Bring the bank statements")
    page.locator("[name=actions-0-due_on]").fill(following.isoformat())
    page.locator("[name=next_on]").fill(following.isoformat())
    assert_page_is_sound(page)
    press(page, "Log the visit")
    visit = Visit.objects.get(group=group)
    assert (visit.officer, visit.happened_on, visit.next_on) == (cast.officer, today, following)
    assert visit.topics == sorted(ON_THE_VISIT)
    assert not VisitDraft.objects.exists()
    assert page.get_by_text(
        f"The visit of {in_words(today)} is logged with 2 levels and 1 action"
    ).is_visible()
    assert page.get_by_text("An assessment is begun: 2 of 14 answered.").is_visible()
    assert page.locator("dl.facts").get_by_text(in_words(following)).is_visible()
    assert page.locator(".timeline-visit").count() == 1
    assert_page_is_sound(page)

    # The assessment, a theme a page; what was answered on the visit stands there already.
    follow(page, "Readiness")
    follow(page, "Go on with the draft")
    draft = Assessment.objects.get(group=group)
    levels = dict.fromkeys(edition.criteria.values_list("code", flat=True), 3) | ON_THE_VISIT | AT_THE_DESK
    for number, theme in enumerate(edition.themes.all()):
        if number == 0:
            page.goto(reverse("assessment_theme", args=[draft.pk, theme.code]))
            assert page.locator("input[name='c-2-11-answer'][value='1']").is_checked()
        codes = list(theme.criteria.values_list("code", flat=True))
        for code in codes:
            if code not in ON_THE_VISIT:
                level_in_assessment(page, code, levels[code])
        if number == 0:
            # Kept as one goes: leaving the page without pressing anything loses nothing.
            page.locator("[name=c-2-12-note]").fill("No policy in writing yet")
            wait_for_saved(page)
            done = Answer.objects.filter(assessment=draft, level__isnull=False).count()
            page.locator(".progress-box").get_by_text(f"{done} of 14").first.wait_for()
            page.reload()
            for code in codes:
                name = f"c-{code.replace('.', '-')}-answer"
                assert page.locator(f"input[name='{name}'][value='{levels[code]}']").is_checked(), code
            assert page.locator("[name=c-2-12-note]").input_value() == "No policy in writing yet"
        press(page, "Save and continue")
    assert page.locator("h1").inner_text() == "Check and complete"
    assert page.get_by_text("Not answered yet").count() == 0
    assert_page_is_sound(page)
    press(page, "Complete the assessment")

    # The result is what the scoring rules make of these levels.
    score = score_answers(edition, levels)
    assert score.overall is not None
    draft.refresh_from_db()
    assert draft.is_complete
    assert draft.is_latest
    assert draft.overall_exact == scoring.to_text(score.overall)
    standing = page.locator(".result-top .standing").inner_text()
    assert page.locator(".result-top .standing__number").inner_text() == str(scoring.shown(score.overall))
    assert scoring.band(score.overall, bands_of(edition)) in standing.lower()
    assert_page_is_sound(page)

    # Suggestions, lowest level first; the officer chooses two.
    page.goto(reverse("plan_suggestions", args=[group.pk]))
    suggestions = page.locator(".suggestion-choice")
    wanted = [suggestions.nth(place).locator(".choice-single label").inner_text() for place in (0, 1)]
    for place in (0, 1):
        suggestions.nth(place).locator(".choice-single label").click()
        suggestions.nth(place).locator("input[name$=due_on]").fill(f"{following:%d/%m/%Y}")
    press(page, "Add to the plan")
    actions = Action.objects.filter(plan__group=group)
    assert set(actions.values_list("what", flat=True)) == {*wanted, "Bring the bank statements"}
    assert set(actions.exclude(visit=visit).values_list("due_on", flat=True)) == {following}
    assert page.get_by_text("3 open actions").first.is_visible()
    assert_page_is_sound(page)

    # The plan is issued, and its PDF is the one that was stored.
    page.goto(reverse("plan_issue", args=[group.pk]))
    assert_page_is_sound(page)
    press(page, "Issue version 1")
    issue = IssuedPlan.objects.get(plan__group=group)
    assert (issue.number, issue.issued_by, issue.assessment) == (1, cast.officer, draft)
    page.goto(reverse("case_plan", args=[group.pk]))
    pdf = file_behind(page, page.get_by_role("link", name="PDF of version 1", exact=True))
    assert pdf.startswith(b"%PDF")
    assert hashlib.sha256(pdf).hexdigest() == issue.sha256
    assert page.get_by_text(issue.sha256[:12]).is_visible()

    # The lead is invited by mail.
    page.goto(reverse("lead_invite", args=[group.pk]))
    page.locator("[name=email]").fill("chair@sunrise.example")
    press(page, "Send the invitation")
    assert page.get_by_text("An invitation is on its way to chair@sunrise.example").is_visible()
    invitation = Invitation.objects.get(group=group)
    assert (invitation.email, invitation.invited_by) == ("chair@sunrise.example", cast.officer)
    assert [letter.to for letter in mail.outbox].count(["chair@sunrise.example"]) == 1
    assert path_in_mail("chair@sunrise.example").startswith(reverse("invitation", args=["x"])[:-2])
    assert "treasurer" not in "".join(str(letter.body) for letter in mail.outbox)


def test_a_visit_is_logged_without_scripts(page_without_scripts, signed_in, live_server):
    cast = make_cast()
    page, today = page_without_scripts, timezone.localdate()
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    page.locator("[name=summary]").fill("A first talk.")
    level_in_visit(page, "2.11", 2)
    page.locator("[name=actions-0-what]").fill("Find the deed")
    rows = page.locator("[name^=actions-][name$=-what]")
    before = rows.count()
    press(page, "Add another row")
    assert rows.count() == before + 1
    assert page.locator("[name=summary]").input_value() == "A first talk."
    assert page.locator("[name=level_2-11][value='2']").is_checked()
    rows.nth(before).fill("Call the landlord")

    # A date that can't be: said at the top and beside the field, and nothing typed is lost.
    page.locator("[name=next_on]").fill((today - timedelta(days=3)).isoformat())
    press(page, "Log the visit")
    assert page.locator(".error-summary").get_by_text("Next date: The next date must be").is_visible()
    assert page.locator(".field-invalid [name=next_on]").is_visible()
    assert not Visit.objects.exists()
    assert page.locator("[name=summary]").input_value() == "A first talk."
    assert page.locator("[name=actions-0-what]").input_value() == "Find the deed"
    assert page.locator(f"[name=actions-{before}-what]").input_value() == "Call the landlord"
    assert page.locator("[name=level_2-11][value='2']").is_checked()
    page.locator("[name=next_on]").fill((today + timedelta(days=3)).isoformat())
    press(page, "Log the visit")
    visit = Visit.objects.get()
    assert visit.summary == "A first talk."
    assert set(visit.actions.values_list("what", flat=True)) == {"Find the deed", "Call the landlord"}
    assert visit.answers.get().level == 2
    assert page.get_by_text("is logged with 1 level and 2 actions").is_visible()


@pytest.mark.parametrize("scripts", [False, True])
def test_going_back_and_sending_again_makes_one_visit(scripts, new_page, signed_in, live_server):
    cast = make_cast()
    page = new_page(scripts=scripts)
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    page.locator("[name=summary]").fill("Told once.")
    page.locator("[name=actions-0-what]").fill("Find the deed")
    press(page, "Log the visit")
    visit = Visit.objects.get()
    page.go_back()
    # The same form, and so the visit it has become: there is nothing to send a second time.
    assert page.get_by_text("This visit has been logged already").is_visible()
    assert page.url.endswith(reverse("visit_detail", args=[visit.pk]))
    assert Visit.objects.get() == visit
    assert Action.objects.count() == 1


def test_going_back_to_an_action_that_was_added_makes_no_second(new_page, signed_in, live_server):
    cast = make_cast()
    page = new_page()
    signed_in(page, cast.officer)
    page.goto(reverse("action_add", args=[cast.sunrise.pk]))
    page.locator("[name=what]").fill("Find the deed")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**{reverse('case_plan', args=[cast.sunrise.pk])}")
    page.go_back()
    assert page.get_by_text("This action is in the plan already").is_visible()
    assert Action.objects.count() == 1


def test_a_visit_fits_a_phone_without_scripts(new_page, signed_in, live_server):
    cast = make_cast()
    page = new_page(width=PHONE, scripts=False)
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    assert page.locator("html").bounding_box()["width"] <= PHONE
    page.locator("[name=summary]").fill("On the doorstep.")
    press(page, "Finish later")
    assert VisitDraft.objects.get().officer == cast.officer
    follow(page, "Visit to Sunrise")
    press(page, "Log the visit")
    assert Visit.objects.get().summary == "On the doorstep."
    assert not VisitDraft.objects.exists()


def test_closing_the_browser_in_mid_visit_loses_nothing(new_page, signed_in, live_server):
    cast = make_cast()
    first = new_page(width=PHONE)
    signed_in(first, cast.officer)
    first.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    first.locator("[name=summary]").fill("Half a senten")
    level_in_visit(first, "2.2", 4)
    first.get_by_role("button", name="Add another action").click()
    rows = first.locator("[data-rows] [name$=-what]")
    last = rows.count() - 1
    rows.nth(last).fill("Ring the council")
    wait_for_saved(first)
    first.wait_for_timeout(900)
    wait_for_saved(first)
    first.context.close()

    second = new_page()
    signed_in(second, cast.officer)
    second.goto(reverse("home"))
    follow(second, "Visit to Sunrise")
    assert second.locator("[name=summary]").input_value() == "Half a senten"
    assert second.locator("[name=level_2-2][value='4']").is_checked()
    assert second.locator(f"[name=actions-{last}-what]").input_value() == "Ring the council"
    assert not Visit.objects.exists()
    press(second, "Log the visit")
    assert Visit.objects.get().summary == "Half a senten"
    assert Action.objects.get().what == "Ring the council"


def test_two_officers_on_one_draft_see_both_answers(new_page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example", name="Petra Second")
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
    theme = draft.edition.themes.first()
    address = reverse("assessment_theme", args=[draft.pk, theme.code])
    first, second = new_page(), new_page(width=PHONE)
    signed_in(first, cast.officer)
    signed_in(second, colleague)
    for page in (first, second):
        page.goto(address)
    level_in_assessment(first, "2.11", 1)
    wait_for_saved(first)
    level_in_assessment(second, "2.12", 2)
    wait_for_saved(second)
    level_in_assessment(second, "2.11", 3)
    second.locator("[data-autosave-status][data-state=trouble]").wait_for()
    assert "2.11 was changed by somebody else" in second.locator("[data-autosave-status]").inner_text()
    stored = Answer.objects.get(assessment=draft, criterion__code="2.11")
    assert (stored.level, stored.answered_by) == (1, cast.officer)
    press(second, "Save and continue")
    card = second.locator("#c-2-11")
    assert card.get_by_text("Olive Officer answered this too").is_visible()
    assert second.locator("input[name=c-2-11-answer][value='3']").is_checked()
    assert_page_is_sound(second)
    choose(second, "c-2-11-keep", "theirs")
    press(second, "Save and continue")
    levels = dict(draft.answers.values_list("criterion__code", "level"))
    assert levels == {"2.11": 1, "2.12": 2}
