"""What the page's scripts promise: nothing typed is lost, nothing is sent twice, nobody is signed out unwarned."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from groups.models import CommunityGroup, Visit, VisitDraft
from readiness.models import Action, Answer
from tests import factories
from tests.browser.acts import choose, level_in_assessment, level_in_visit, press, wait_for_saved
from tests.cast import make_cast

TROUBLE = "[data-autosave-status][data-state=trouble]"


def test_what_is_typed_offline_is_saved_once_the_line_is_back(page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    page.context.set_offline(True)
    page.locator("[name=summary]").fill("Typed in a cellar")
    page.locator(TROUBLE).wait_for()
    assert page.locator("[data-autosave-status]").inner_text().startswith("Not saved")
    assert not VisitDraft.objects.exists()
    page.context.set_offline(False)
    wait_for_saved(page)
    assert re.fullmatch(r"Saved \d\d:\d\d", page.locator("[data-autosave-status]").inner_text())
    assert VisitDraft.objects.get().fields["summary"] == ["Typed in a cellar"]
    press(page, "Log the visit")
    assert Visit.objects.get().summary == "Typed in a cellar"


def test_an_assessment_answered_offline_is_saved_once_the_line_is_back(phone, signed_in, live_server):
    cast = make_cast()
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
    signed_in(phone, cast.officer)
    phone.goto(reverse("assessment_theme", args=[draft.pk, "2.1"]))
    phone.context.set_offline(True)
    level_in_assessment(phone, "2.11", 3)
    phone.locator(TROUBLE).wait_for()
    assert not Answer.objects.exists()
    phone.context.set_offline(False)
    wait_for_saved(phone)
    assert Answer.objects.get().level == 3


def test_leaving_a_page_with_unsaved_words_is_asked_about(page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.context.set_offline(True)
    page.locator("[name=summary]").fill("Not yet saved")
    page.locator(TROUBLE).wait_for()
    page.route("**/autosave/", lambda route: route.abort())  # the line is back, the server isn't
    page.context.set_offline(False)
    page.goto(reverse("home"))
    assert asked == ["beforeunload"]


def test_a_session_ended_elsewhere_keeps_the_words_on_the_page(page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    Session.objects.all().delete()
    page.locator("[name=summary]").fill("After the session's end")
    page.locator(TROUBLE).wait_for()
    assert "you are signed out" in page.locator("[data-autosave-status]").inner_text()
    assert page.locator("[name=summary]").input_value() == "After the session's end"
    assert not VisitDraft.objects.exists()
    # Signed in again in another tab, the page goes on by itself.
    signed_in(page, cast.officer)
    page.locator("[name=summary]").fill("After the session's end, and saved")
    wait_for_saved(page)
    assert VisitDraft.objects.get().fields["summary"] == ["After the session's end, and saved"]


def test_two_windows_on_one_visit_draft_are_told_of_each_other(new_page, signed_in, live_server):
    cast = make_cast()
    draft = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    first, second = new_page(), new_page()
    for page in (first, second):
        signed_in(page, cast.officer)
        page.goto(f"{reverse('visit_log', args=[cast.sunrise.pk])}?draft={draft.pk}")
    first.locator("[name=summary]").fill("From the first window")
    wait_for_saved(first)
    second.locator("[name=summary]").fill("From the second window")
    second.locator(TROUBLE).wait_for()
    assert "another window" in second.locator("[data-autosave-status]").inner_text()
    draft.refresh_from_db()
    assert draft.fields["summary"] == ["From the first window"]
    press(second, "Finish later")
    both = second.locator(".callout-warn").inner_text()
    assert "From the first window" in both
    assert "From the second window" in both
    assert second.locator("[name=summary]").input_value() == "From the second window"


def test_a_button_pressed_twice_sends_once(page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse("group_create"))
    page.locator("[name=name]").fill("Wirksworth Weavers")
    choose(page, "kind", CommunityGroup.Kind.values[0])
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    with page.expect_navigation():
        page.get_by_role("button", name="Add the group").evaluate(
            "b => { b.click(); setTimeout(() => b.click(), 0); setTimeout(() => b.click(), 10); }"
        )
    assert page.locator("h1").inner_text() == "Wirksworth Weavers"
    assert len(sent) == 1
    assert CommunityGroup.objects.filter(name="Wirksworth Weavers").count() == 1


def test_a_save_on_its_way_and_the_final_sending_make_one_visit(page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    with page.expect_request("**/autosave/"):
        page.locator("[name=summary]").fill("Sent while it was being saved")
    press(page, "Log the visit")
    assert Visit.objects.get().summary == "Sent while it was being saved"
    assert not VisitDraft.objects.exists()


def test_rows_of_actions_are_added_without_asking_the_server(phone, signed_in, live_server):
    cast = make_cast()
    signed_in(phone, cast.officer)
    phone.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    assert not phone.get_by_role("button", name="Add another row").is_visible()
    rows = phone.locator("[data-rows] [name$=-what]")
    before = rows.count()
    for _ in range(2):
        phone.get_by_role("button", name="Add another action").click()
    assert rows.count() == before + 2
    assert rows.nth(before + 1).evaluate("box => box === document.activeElement")
    rows.nth(before + 1).fill("The last row")
    press(phone, "Log the visit")
    assert Action.objects.get().what == "The last row"


def test_a_sections_levels_show_once_it_is_ticked(phone, signed_in, live_server):
    cast = make_cast()
    signed_in(phone, cast.officer)
    phone.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    assert not phone.locator("#level-2-11").is_visible()
    level_in_visit(phone, "2.11", 2)
    assert phone.locator("#level-2-11").is_visible()
    phone.locator("label[for=topic-2-11]").click()
    assert not phone.locator("#level-2-11").is_visible()
    press(phone, "Log the visit")
    assert not Answer.objects.exists()


@pytest.mark.parametrize("stays", [True, False])
def test_an_idle_session_is_warned_of_before_it_ends(stays, page, signed_in, settings, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.clock.install()
    page.goto(reverse("home"))
    warning = page.locator(".idle-warning")
    limit = settings.SESSION_IDLE_SECONDS - 60
    page.clock.fast_forward((limit - 140) * 1000)
    assert not warning.is_visible()
    page.clock.fast_forward(30 * 1000)
    page.clock.run_for(6000)
    assert warning.get_by_text("You will be signed out in 2 minutes").is_visible()
    if stays:
        warning.get_by_role("link", name="Stay signed in").click()
        warning.wait_for(state="hidden")
        page.clock.fast_forward(150 * 1000)
        page.clock.run_for(6000)
        assert not warning.is_visible()
    else:
        page.clock.fast_forward(150 * 1000)
        page.clock.run_for(6000)
        assert warning.get_by_text("You have been signed out").is_visible()
        assert warning.get_by_role("link", name="Sign in again").is_visible()


def test_an_error_in_the_list_leads_to_its_field(page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse("visit_log", args=[cast.sunrise.pk]))
    page.locator("[name=happened_on]").fill("")
    press(page, "Log the visit")
    summary = page.locator(".error-summary")
    assert summary.evaluate("box => box === document.activeElement")
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "happened_on"
