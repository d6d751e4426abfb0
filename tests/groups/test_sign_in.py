"""Signing in: by password or code, telling nothing, tiring attackers, ending in time."""

import re
import time

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from groups.models import Membership, User
from tests import factories
from tests.cast import make_cast


@pytest.fixture
def cast(db):
    return make_cast()


def sign_in(client, email, password=factories.PASSWORD, **headers):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **headers)


def test_a_password_opens_the_door_in_any_case_of_the_address(cast):
    client = cast.client("anonymous")
    assert sign_in(client, "Officer@PEAK.example").status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_the_session_key_changes_at_sign_in(cast):
    client = cast.client("anonymous")
    client.get(reverse("account_login"))
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, "officer@peak.example")
    assert client.cookies["sessionid"].value != session.session_key


def test_known_and_unknown_addresses_get_the_same_answer(cast):
    answers = []
    for email in ("officer@peak.example", "nobody@peak.example"):
        response = sign_in(cast.client("anonymous"), email, "wrong password here")
        body = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode()).replace(email, "")
        answers.append((response.status_code, body, sorted(response.cookies)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
def test_asking_for_a_code_or_a_new_password_tells_nothing(cast, page):
    answers = []
    for email in ("officer@peak.example", "nobody@peak.example"):
        response = cast.client("anonymous").post(reverse(page), {"email": email})
        answers.append((response.status_code, response.headers.get("Location"), sorted(response.cookies)))
    assert answers[0] == answers[1]


def test_a_code_by_mail_signs_in(cast):
    client = cast.client("anonymous")
    client.post(reverse("account_request_login_code"), {"email": "officer@peak.example"})
    code = re.search(r"^([A-Z0-9-]{6,12})$", mail.outbox[0].body, re.MULTILINE)
    assert code, mail.outbox[0].body
    response = client.post(reverse("account_confirm_login_code"), {"code": code[1]})
    assert response.status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_guessing_is_stopped_and_a_forged_address_header_does_not_help(cast):
    client = cast.client("anonymous")
    for number in range(12):
        response = sign_in(
            client,
            "officer@peak.example",
            f"guess number {number}",
            headers={"x-forwarded-for": f"10.0.0.{number}"},
        )
    stopped = sign_in(
        client, "officer@peak.example", factories.PASSWORD, headers={"x-forwarded-for": "10.9.9.9"}
    )
    assert stopped.status_code in {200, 429}
    assert client.get(reverse("home")).status_code == 302
    assert "many" in (stopped.content + response.content).decode()


def test_nobody_signs_up_by_themselves(cast):
    response = cast.client("anonymous").post(
        reverse("account_signup"),
        {
            "email": "new@person.example",
            "password1": "three plain words 7",
            "password2": "three plain words 7",
        },
    )
    assert "invitation" in response.content.decode()
    assert not User.objects.filter(email="new@person.example").exists()


def test_somebody_stopped_is_out_at_the_next_click(cast):
    client = cast.client("officer")
    assert client.get(reverse("home")).status_code == 200
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    assert client.get(reverse("home")).status_code == 302


def test_somebody_demoted_loses_the_role_at_the_next_click(cast):
    client = cast.client("manager")
    assert client.get(reverse("county")).status_code == 200
    Membership.objects.filter(user=cast.manager).update(ended_at="2026-01-01T00:00Z")
    assert client.get(reverse("county")).status_code == 403


def test_demo_accounts_are_shut_out_outside_the_demo_live_sessions_too(cast, settings):
    User.objects.filter(pk=cast.officer.pk).update(is_demo=True)
    settings.DEMO = True
    client = cast.client("anonymous")
    sign_in(client, "officer@peak.example")
    assert client.get(reverse("home")).status_code == 200
    settings.DEMO = False
    assert client.get(reverse("home")).status_code == 302
    other = cast.client("anonymous")
    sign_in(other, "officer@peak.example")
    assert other.get(reverse("home")).status_code == 302


@pytest.mark.parametrize(("idle", "still_in"), [(29 * 60, True), (31 * 60, False)])
def test_a_session_ends_after_30_idle_minutes(cast, monkeypatch, idle, still_in):
    client = cast.client("officer")
    client.get(reverse("home"))
    now = time.time()
    monkeypatch.setattr("toolkit_portal.middleware.time.time", lambda: now + idle)
    assert (client.get(reverse("home")).status_code == 200) is still_in


def test_a_session_ends_after_12_hours_whatever_happens(cast, monkeypatch):
    client = cast.client("officer")
    client.get(reverse("home"))
    start = time.time()
    for minutes in range(20, 12 * 60, 20):
        monkeypatch.setattr("toolkit_portal.middleware.time.time", lambda later=minutes: start + later * 60)
        assert client.get(reverse("account")).status_code == 200
    monkeypatch.setattr("toolkit_portal.middleware.time.time", lambda: start + 12 * 3600 + 60)
    assert client.get(reverse("account")).status_code == 302


def test_staff_roles_set_up_a_second_step_first(cast, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    for actor in ("officer", "manager", "administrator"):
        response = cast.client(actor).get(reverse("home"))
        assert response["Location"] == reverse("mfa_activate_totp")
    assert cast.client("lead").get(reverse("lead_plan")).status_code == 200
    assert cast.client("officer").get(reverse("mfa_activate_totp")).status_code == 200


def test_a_person_with_a_second_step_passes(cast, settings):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.REQUIRE_SECOND_FACTOR = True
    TOTP.activate(cast.officer, generate_totp_secret())
    assert cast.client("officer").get(reverse("home")).status_code == 200
    # With it set up, the password alone doesn't open the door.
    client = cast.client("anonymous")
    response = sign_in(client, "officer@peak.example")
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("home")).status_code == 302


def test_the_demos_accounts_are_named_on_its_sign_in_page_only(cast, settings, client):
    assert "officer2@demo.example" not in client.get(reverse("account_login")).content.decode()
    settings.DEMO = True
    page = client.get(reverse("account_login")).content.decode()
    assert "officer2@demo.example" in page
    assert settings.DEMO_PASSWORD in page


def test_add_person_prints_a_link_that_sets_a_password_once(db, capsys, client):
    factories.make_lio(name="Peak")
    call_command("add_person", "sam@example.org", role="officer", lio="peak")
    link = re.search(r"https?://[^/]+(/\S+)", capsys.readouterr().out)
    assert link
    page = client.get(link[1], follow=True)
    form_at = page.redirect_chain[-1][0]
    new = {"password1": "three plain words 7", "password2": "three plain words 7"}
    assert client.post(form_at, new).status_code == 302
    assert sign_in(client, "sam@example.org", "three plain words 7").status_code == 302
    assert client.get(reverse("home")).status_code == 200
    again = client.__class__().get(link[1], follow=True)
    assert not again.redirect_chain
