"""Invitations of leads: single-use, expiring, bound to one address, not used up by opening."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from groups import people
from groups.models import Invitation, Membership, User
from tests.cast import make_cast

ACCEPT = {"name": "Nadia", "password": "three plain words 7"}


@pytest.fixture
def cast(db):
    return make_cast()


def invite(cast, django_capture_on_commit_callbacks, email="nadia@lead.example", **more) -> str:
    """The path of the link in the mail that the invited person gets."""
    with django_capture_on_commit_callbacks(execute=True):
        people.invite_lead(group=cast.sunrise, email=email, name="Nadia", by=cast.officer, **more)
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)
    assert link
    return link[1]


def test_the_mail_names_no_community_and_starts_with_the_portals_own_address(
    cast, django_capture_on_commit_callbacks, settings
):
    invite(cast, django_capture_on_commit_callbacks)
    sent = mail.outbox[0]
    assert sent.to == ["nadia@lead.example"]
    assert settings.PORTAL_URL in sent.body
    assert "Sunrise" not in sent.subject + sent.body


def test_opening_it_uses_nothing_up_and_accepting_does(cast, django_capture_on_commit_callbacks):
    path = invite(cast, django_capture_on_commit_callbacks)
    for _ in range(2):
        assert cast.client("anonymous").get(path).status_code == 200
    client = cast.client("anonymous")
    response = client.post(path, ACCEPT)
    assert response.status_code == 302
    person = User.objects.get(email="nadia@lead.example")
    assert person.roles.led_group_ids == {cast.sunrise.pk}
    assert client.get(reverse("lead_plan")).status_code == 200
    again = cast.client("anonymous").post(path, ACCEPT)
    assert again.status_code == 410
    assert Membership.objects.filter(user=person).count() == 1


def test_a_weak_password_is_refused_with_help_and_nothing_is_used_up(
    cast, django_capture_on_commit_callbacks
):
    path = invite(cast, django_capture_on_commit_callbacks)
    response = cast.client("anonymous").post(path, {"name": "Nadia", "password": "short"})
    assert response.status_code == 422
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize("how", ["expired", "withdrawn", "unknown"])
def test_a_closed_invitation_says_what_to_do(cast, django_capture_on_commit_callbacks, how):
    path = invite(cast, django_capture_on_commit_callbacks)
    if how == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "withdrawn":
        people.revoke_invitation(invitation=Invitation.objects.get(), by=cast.officer)
    else:
        path = reverse("invitation", kwargs={"token": "not-a-token"})
    for response in (cast.client("anonymous").get(path), cast.client("anonymous").post(path, ACCEPT)):
        assert response.status_code == 410
        assert "Ask your officer" in response.content.decode()
    assert not User.objects.filter(email="nadia@lead.example").exists()


def test_another_account_cannot_take_it(cast, django_capture_on_commit_callbacks):
    path = invite(cast, django_capture_on_commit_callbacks)
    client = cast.client("other_lead")
    assert client.get(path).status_code == 403
    assert client.post(path, {}).status_code == 403
    assert not Membership.objects.filter(user=cast.other_lead, group=cast.sunrise).exists()


def test_a_known_person_signs_in_first_and_keeps_their_password(cast, django_capture_on_commit_callbacks):
    path = invite(cast, django_capture_on_commit_callbacks, email="LEAD@harbour.example")
    before = User.objects.get(pk=cast.other_lead.pk).password
    response = cast.client("anonymous").post(path, ACCEPT)
    assert response.status_code == 200
    assert "Sign in" in response.content.decode()
    assert cast.client("other_lead").post(path, {}).status_code == 302
    person = User.objects.get(pk=cast.other_lead.pk)
    assert person.password == before
    assert person.roles.led_group_ids == {cast.sunrise.pk, cast.harbour.pk}


def test_the_same_form_twice_sends_one_mail(cast, django_capture_on_commit_callbacks):
    client = cast.client("officer")
    form = {"email": "nadia@lead.example", "name": "", "client_id": str(uuid.uuid4())}
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("lead_invite", args=[cast.sunrise.pk]), form)
    assert len(mail.outbox) == 1
    assert Invitation.objects.count() == 1


def test_a_new_invitation_closes_the_one_before(cast, django_capture_on_commit_callbacks):
    first = invite(cast, django_capture_on_commit_callbacks)
    second = invite(cast, django_capture_on_commit_callbacks)
    assert cast.client("anonymous").get(first).status_code == 410
    assert cast.client("anonymous").get(second).status_code == 200


def test_only_a_hash_of_the_token_is_kept(cast, django_capture_on_commit_callbacks):
    path = invite(cast, django_capture_on_commit_callbacks)
    token = path.rstrip("/").rsplit("/", 1)[1]
    assert token not in str(Invitation.objects.values())


def test_accepting_at_once_from_two_places_makes_one_lead(cast):
    invitation = people.invite_lead(group=cast.sunrise, email="nadia@lead.example", name="", by=cast.officer)
    people.accept_invitation(invitation=invitation, user=None, name="Nadia", password="three plain words 7")
    with pytest.raises(people.InvitationClosed):
        people.accept_invitation(invitation=invitation, user=None, name="Nadia", password="x")


def test_a_lead_who_is_removed_sees_nothing_at_the_next_click(cast):
    client = cast.client("lead")
    assert client.get(reverse("lead_plan")).status_code == 200
    membership = Membership.objects.get(user=cast.lead)
    cast.client("officer").post(reverse("lead_remove", args=[membership.pk]))
    assert client.get(reverse("lead_plan")).status_code in {403, 404}
