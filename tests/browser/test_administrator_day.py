"""An administrator's day: people come and go, and a case file is opened only with a reason on record."""

from django.core import mail
from django.urls import reverse

from groups.models import BreakGlass, Membership, User
from tests import factories
from tests.browser.acts import choose, follow, give_password_again, path_in_mail, press
from tests.cast import make_cast

PASSWORD = "three quiet herons"


def test_an_administrator_adds_a_person_who_then_signs_in(
    page, phone, signed_in, sign_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    signed_in(page, cast.administrator)
    page.goto(reverse("administration"))
    follow(page, "People")
    follow(page, "Add a person")
    give_password_again(page)
    page.wait_for_url(f"**{reverse('admin_person_add')}")
    page.locator("[name=email]").fill("new@peak.example")
    page.locator("[name=name]").fill("Nadia New")
    choose(page, "role", Membership.Role.OFFICER)
    press(page, "Add")
    assert page.locator(".error-summary").is_visible()
    assert page.locator("[name=name]").input_value() == "Nadia New"
    assert not User.objects.filter(email="new@peak.example").exists()
    assert_page_is_sound(page)
    page.locator("[name=lio]").select_option(label="Peak")
    press(page, "Add")
    person = User.objects.get(email="new@peak.example")
    held = Membership.objects.live().get(user=person)
    assert (held.role, held.lio) == (Membership.Role.OFFICER, cast.peak)
    assert page.locator("h1").inner_text() == "Nadia New"
    assert page.get_by_text("A link to set a password is on its way").is_visible()
    assert_page_is_sound(page)

    # The link in the mail sets the password; then the portal's door is open.
    assert [letter.to for letter in mail.outbox] == [["new@peak.example"]]
    phone.goto(path_in_mail("new@peak.example"))
    fields = phone.locator("main input[type=password]")
    for place in range(fields.count()):
        fields.nth(place).fill(PASSWORD)
    assert_page_is_sound(phone)
    with phone.expect_navigation():
        phone.locator("main form button[type=submit]").first.click()
    phone.context.clear_cookies()
    sign_in(phone, person, PASSWORD)
    assert phone.locator("h1").inner_text() == "My work"
    assert phone.get_by_role("link", name="Sunrise", exact=True).first.is_visible()


def test_a_role_that_ends_closes_the_persons_pages(
    page, new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    officer = new_page()
    signed_in(officer, cast.officer)
    assert officer.goto(reverse("case", args=[cast.sunrise.pk])).status == 200
    signed_in(page, cast.administrator)
    page.goto(reverse("admin_person", args=[cast.officer.pk]))
    page.get_by_role("link", name="End the role").first.click()
    page.wait_for_url(f"**{reverse('account_reauthenticate')}*")
    give_password_again(page)
    page.wait_for_url(f"**{reverse('admin_role_end', args=[cast.officer.memberships.get().pk])}")
    assert_page_is_sound(page)
    press(page, "End the role")
    assert not Membership.objects.live().filter(user=cast.officer).exists()
    assert Membership.objects.get(user=cast.officer).ended_at is not None
    # Their next click, in the window that was open all along.
    officer.reload()
    assert officer.locator("h1").inner_text() != "Sunrise"
    assert "Sunrise" not in officer.locator("body").inner_text()


def test_a_case_file_opens_with_a_reason(page, signed_in, assert_page_is_sound, live_server):
    cast = make_cast()
    factories.make_visit(group=cast.sunrise, officer=cast.officer, summary="About the accounts")
    signed_in(page, cast.administrator)
    assert page.goto(reverse("case", args=[cast.sunrise.pk])).status == 404
    page.goto(reverse("administration"))
    follow(page, "Open a case file")
    page.locator("#q").fill("sunr")
    press(page, "Find")
    follow(page, "Sunrise")
    page.locator("[name=reason]").fill("Curious")
    press(page, "Open the case file")
    assert page.locator(".error-summary").is_visible()
    assert page.locator("[name=reason]").input_value() == "Curious"
    assert not BreakGlass.objects.exists()
    assert_page_is_sound(page)
    page.locator("[name=reason]").fill("The group asked for all we hold about them.")
    press(page, "Open the case file")
    assert page.locator("h1").inner_text() == "Sunrise"
    assert page.get_by_text("Your reason is on record").is_visible()
    assert page.get_by_role("link", name="Log a visit").count() == 0
    opening = BreakGlass.objects.get()
    assert (opening.user, opening.group) == (cast.administrator, cast.sunrise)
    # Only this file, and the opening stands where every administrator sees it.
    assert page.goto(reverse("case", args=[cast.harbour.pk])).status == 404
    page.goto(reverse("admin_open_case"))
    assert page.get_by_text("The group asked for all we hold about them.").is_visible()
    page.goto(reverse("admin_trail"))
    assert page.get_by_text("opened by an administrator").first.is_visible()
