"""A group goes from "Build foundations" through "Be heard" to "Sub-contract to a prime", seen by officer and lead.

Papers, levels and a reviewed record of need come in one by one; what each step changes is looked at on both sides.
"""

from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page

from groups.models import Contact, Credential, CredentialFile, Job
from readiness.models import Action, RouteChange
from tests import factories
from tests.browser.acts import choose, follow, press
from tests.browser.conftest import PHONE
from tests.cast import Cast, make_cast
from tests.jobs import run_queued

LETTER = {"name": "policy.txt", "mimeType": "text/plain", "buffer": b"We treat everybody fairly.\n"}


def officer_sees(page: Page, cast: Cast) -> str:
    """What the officer's page says the group is ready for."""
    page.goto(reverse("case_route", args=[cast.sunrise.pk]))
    return page.locator("#now-title").inner_text()


def lead_sees(phone: Page, cast: Cast) -> str:
    """The same on the lead's page."""
    phone.goto(reverse("lead_route", args=[cast.sunrise.pk]))
    return phone.locator("#now-title").inner_text()


def note_paper(page: Page, cast: Cast, key: str, state: str = "in_place") -> None:
    page.goto(reverse("paper", args=[cast.sunrise.pk, key]))
    choose(page, "state", state)
    press(page, "Save")


def test_a_group_goes_up_the_ladder(page, new_page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak, name="Petra Peak")
    phone = new_page(width=PHONE)
    signed_in(page, cast.officer)
    signed_in(phone, cast.lead)

    # Where everyone begins. The steps say what would help, and one goes into the plan with one click.
    assert officer_sees(page, cast) == "Ready to: build foundations"
    assert lead_sees(phone, cast) == "You are ready to: build foundations"
    assert_page_is_sound(page)
    assert_page_is_sound(phone)
    page.goto(reverse("case_route", args=[cast.sunrise.pk]))
    step = page.locator(".route-steps li", has_text="Equality policy")
    with page.expect_navigation():
        step.get_by_role("button").click()
    assert Action.objects.get().suggestion_key == "route-paper-equality-policy"
    assert page.locator(".route-steps li", has_text="Equality policy").get_by_text("In the plan").is_visible()

    # The lead starts from a model paper and sends what the group has adopted; it waits until an officer has looked.
    phone.goto(reverse("lead_papers", args=[cast.sunrise.pk]))
    follow(phone, "Equality policy")
    assert phone.get_by_role("heading", name="Start from a model paper").is_visible()
    phone.locator("input[type=file]").set_input_files(LETTER)
    press(phone, "Send it to your officer")
    assert_page_is_sound(phone)
    assert lead_sees(phone, cast) == "You are ready to: build foundations"
    page.goto(reverse("home"))
    assert page.get_by_role("heading", name="Papers to check").is_visible()
    page.goto(reverse("papers_to_check"))
    follow(page, "policy.txt")
    assert_page_is_sound(page)
    with page.expect_navigation():
        page.get_by_role("button", name="accept").first.click()
    assert CredentialFile.objects.get().verdict == CredentialFile.Verdict.ACCEPTED
    note_paper(page, cast, "equality-policy")
    phone.goto(reverse("lead_paper", args=[cast.sunrise.pk, "equality-policy"]))
    assert phone.get_by_text("In place. Well done!").is_visible()

    # The other papers, a main contact, and an assessment: the group can be heard.
    note_paper(page, cast, "governing-document")
    note_paper(page, cast, "bank-account")
    Contact.objects.create(group=cast.sunrise, name="Amal Chair", is_lead=True)
    assert officer_sees(page, cast) == "Ready to: build foundations"
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2)
    assert officer_sees(page, cast) == "Ready to: be heard"
    assert lead_sees(phone, cast) == "You are ready to: be heard"
    assert phone.locator(".way [aria-current=step]").inner_text().startswith("Be heard")
    assert_page_is_sound(phone)

    # Trying out changes the screen and nothing else.
    page.goto(reverse("route_try", args=[cast.sunrise.pk]))
    assert_page_is_sound(page)
    before = (Credential.objects.count(), RouteChange.objects.count())
    for box in page.locator("input[name=papers]").all():
        box.check(force=True)
    page.locator("input[name=evidence]").fill("1")
    press(page, "Try it out")
    assert page.locator("#tried-title").inner_text() == "It would be: sub-contract to a prime"
    assert page.locator("#tried").get_by_text("Now it is: be heard.").is_visible()
    assert (Credential.objects.count(), RouteChange.objects.count()) == before
    assert officer_sees(page, cast) == "Ready to: be heard"

    # What is asked at selection, and a record of need that a second officer has reviewed.
    for key in ("accounts", "safeguarding-adults", "data-protection", "health-and-safety"):
        note_paper(page, cast, key)
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(cast.sunrise,))
    assert officer_sees(page, cast) == "Ready to: be heard"
    assert page.locator(".route-steps li").count() == 1
    reviewer = new_page()
    signed_in(reviewer, colleague)
    reviewer.goto(reverse("evidence_review", args=[record.pk]))
    with reviewer.expect_navigation():
        reviewer.locator("main form button[type=submit]").first.click()
    record.refresh_from_db()
    assert record.state == "reviewed"
    assert officer_sees(page, cast) == "Ready to: sub-contract to a prime"
    assert lead_sees(phone, cast) == "You are ready to: sub-contract to a prime"

    # How it went, with what caused each step; the list of groups and the case file say the same.
    page.goto(reverse("case_route", args=[cast.sunrise.pk]))
    went = page.locator("section[aria-labelledby=history-title]").inner_text()
    assert "Up from “Build foundations” to “Be heard”" in went
    assert "Up from “Be heard” to “Sub-contract to a prime”" in went
    assert RouteChange.objects.filter(group=cast.sunrise, went_up=True).count() == 2
    page.goto(f"{reverse('group_list')}?route=sub-contract")
    assert page.get_by_role("link", name="Sunrise").is_visible()
    assert page.get_by_role("link", name="Harbour").count() == 0

    # Insurance was never asked for on the way; the lead reads why.
    phone.goto(reverse("lead_papers", args=[cast.sunrise.pk]))
    assert phone.get_by_text("You don't need to buy this until you win.").is_visible()
    assert_page_is_sound(phone)
    assert not mail.outbox

    # And the pack for a buyer, made while one waits.
    page.goto(reverse("tender_pack", args=[cast.sunrise.pk]))
    assert_page_is_sound(page)
    press(page, "Make the pack")
    if reverse("account_reauthenticate") in page.url:
        page.locator("[name=password]").fill(factories.PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.goto(reverse("tender_pack", args=[cast.sunrise.pk]))
        press(page, "Make the pack")
    run_queued()
    page.goto(reverse("job", args=[Job.objects.get().pk]))
    assert page.get_by_text("Ready").first.is_visible()
    assert_page_is_sound(page)
