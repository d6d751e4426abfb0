"""A group lead's day, on a phone: from the invitation's mail to a call for help that the officer sees."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from groups.models import Invitation, Membership, User
from groups.people import invite_lead
from readiness.issuing import issue_plan
from readiness.models import Action, ActionNote
from tests import factories
from tests.browser.acts import file_behind, in_words, path_in_mail, press
from tests.browser.conftest import PHONE
from tests.cast import Cast, make_cast

ADDRESS = "chair@sunrise.example"
PASSWORD = "three quiet herons"


def issued_plan(cast: Cast) -> tuple[Action, Action]:
    """Sunrise's plan with two actions of the group, issued, amid things that a lead may not see."""
    due = timezone.localdate() + timedelta(days=30)
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2)
    factories.make_visit(group=cast.sunrise, officer=cast.officer, private_notes="PRIVATE doubts")
    first = factories.make_action(
        group=cast.sunrise, by=cast.officer, what="Write down how money is kept", due_on=due
    )
    second = factories.make_action(
        group=cast.sunrise, by=cast.officer, what="Open a bank account", due_on=due
    )
    factories.make_action(group=cast.harbour, by=cast.officer, what="Harbour's own action")
    for group in (cast.sunrise, cast.harbour):
        issue_plan(plan=factories.make_plan(group=group), by=cast.officer, client_id=uuid4())
    return first, second


def test_a_leads_day(phone, new_page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    first, second = issued_plan(cast)
    invite_lead(group=cast.sunrise, email=ADDRESS, name="Amal Chair", by=cast.officer, client_id=uuid4())

    # Opening the link uses nothing up; sending the form does.
    phone.goto(path_in_mail(ADDRESS))
    assert phone.get_by_text(f"Your account is for {ADDRESS}.").is_visible()
    assert Invitation.objects.get(email=ADDRESS).accepted_at is None
    assert phone.locator("[name=name]").input_value() == "Amal Chair"
    assert_page_is_sound(phone)
    phone.locator("[name=password]").fill("short")
    press(phone, "Accept the invitation")
    assert phone.locator(".error-summary").is_visible()
    assert not User.objects.filter(email=ADDRESS).exists()
    phone.locator("[name=password]").fill(PASSWORD)
    press(phone, "Accept the invitation")
    lead = User.objects.get(email=ADDRESS)
    membership = Membership.objects.live().get(user=lead)
    assert (membership.role, membership.group) == (Membership.Role.LEAD, cast.sunrise)
    assert Invitation.objects.get(email=ADDRESS).accepted_at is not None

    # Their own plan and nothing else.
    assert phone.locator("h1").inner_text() == "Your plan"
    for action in (first, second):
        assert phone.get_by_role("heading", name=action.what).is_visible()
    whole = phone.locator("body").inner_text()
    assert "PRIVATE" not in whole
    assert "Harbour" not in whole
    assert_page_is_sound(phone)
    for path in (
        reverse("case", args=[cast.sunrise.pk]),
        reverse("case_plan", args=[cast.harbour.pk]),
        f"{reverse('lead_plan')}?group={cast.harbour.pk}",
    ):
        assert phone.goto(path).status == 404, path
    assert phone.goto(reverse("group_list")).status in {403, 404}
    phone.goto(reverse("lead_plan"))
    pdf = file_behind(phone, phone.get_by_role("link", name="Open the plan (PDF)"))
    assert pdf.startswith(b"%PDF")
    large = file_behind(phone, phone.get_by_role("link", name="Large print (PDF)"))
    assert large.startswith(b"%PDF")
    assert large != pdf

    # One action is done, help is asked for with the other.
    with phone.expect_navigation():
        phone.locator(f"#action-{first.pk} button[value=done]").click()
    first.refresh_from_db()
    assert (first.state, first.done_on) == (Action.State.DONE, timezone.localdate())
    assert phone.locator(".lead-done").get_by_text(in_words(timezone.localdate())).is_visible()
    item = phone.locator(f"#action-{second.pk}")
    item.get_by_text("Need help, or want to say something?").click()
    assert_page_is_sound(phone)
    item.locator("[name=text]").fill("Which bank takes a group like ours?")
    press(item, "Ask for help")
    assert phone.locator(f"#action-{second.pk}").get_by_text("You asked for help").is_visible()
    note = ActionNote.objects.get(action=second)
    assert (note.kind, note.author, note.by_lead) == (ActionNote.Kind.HELP, lead, True)

    # The officer sees it on "My work" and answers.
    desk = new_page()
    signed_in(desk, cast.officer)
    desk.goto(reverse("home"))
    asked = desk.locator(".help-asked")
    assert asked.get_by_text("Which bank takes a group like ours?").is_visible()
    assert asked.get_by_text("Amal Chair").is_visible()
    assert_page_is_sound(desk)
    desk.goto(reverse("help_reply", args=[note.pk]))
    desk.locator("[name=text]").fill("The credit union in Buxton does.")
    press(desk, "Mark as answered")
    note.refresh_from_db()
    assert note.answered_by == cast.officer
    desk.goto(reverse("home"))
    assert desk.locator(".help-asked").count() == 0
    phone.reload()
    assert phone.get_by_text("You asked for help").count() == 0
    phone.locator(f"#action-{second.pk}").get_by_text("What was said (2)").click()
    assert phone.get_by_text("The credit union in Buxton does.").is_visible()


def test_an_invitation_works_once(new_page, live_server):
    cast = make_cast()
    invite_lead(group=cast.sunrise, email=ADDRESS, name="", by=cast.officer, client_id=uuid4())
    path = path_in_mail(ADDRESS)
    first = new_page(width=PHONE, scripts=False)
    first.goto(path)
    first.locator("[name=name]").fill("Amal Chair")
    first.locator("[name=password]").fill(PASSWORD)
    press(first, "Accept the invitation")
    assert first.locator("h1").inner_text() == "Your plan"
    assert first.get_by_text("Your plan is not ready yet").is_visible()
    stranger = new_page(width=PHONE)
    assert stranger.goto(path).status == 410
    assert stranger.locator("[name=password]").count() == 0
    assert User.objects.filter(email=ADDRESS).count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_note_without_words_is_asked_for(scripts, new_page, signed_in, live_server):
    cast = make_cast()
    first, _ = issued_plan(cast)
    page = new_page(width=PHONE, scripts=scripts)
    signed_in(page, cast.lead)
    page.goto(reverse("lead_plan"))
    item = page.locator(f"#action-{first.pk}")
    item.locator("summary").get_by_text("Need help, or want to say something?").click()
    press(item, "Ask for help")
    assert page.locator(".error-summary").is_visible()
    assert not ActionNote.objects.exists()
    page.locator("[name=text]").fill("Please ring me")
    press(page, "Ask for help")
    assert ActionNote.objects.get().text == "Please ring me"
