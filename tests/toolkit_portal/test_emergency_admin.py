"""The emergency admin opens to superusers and to administrators marked for it, and to nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from groups.models import User
from tests import factories
from tests.cast import ACTORS, make_cast

pytestmark = pytest.mark.django_db


def status_for(person: User) -> int:
    """What the admin's first page answers to this person, sign-in page included."""
    client = Client()
    client.force_login(person, backend="groups.sign_in.PortalBackend")
    return client.get(reverse("admin:index"), follow=True).status_code


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "anonymous"])
def test_no_role_alone_opens_it(actor: str):
    assert make_cast().client(actor).get(reverse("admin:index"), follow=True).status_code == 403


@pytest.mark.parametrize("actor", ["officer", "lead", "manager"])
def test_the_staff_mark_alone_does_not_open_it(actor: str):
    person: User = getattr(make_cast(), actor)
    person.is_staff = True
    person.save()
    assert status_for(person) == 403


def test_a_disabled_superuser_does_not_open_it():
    person = User.objects.create_superuser("root@county.example", factories.PASSWORD, is_active=False)
    client = Client()
    client.force_login(person, backend="groups.sign_in.PortalBackend")
    response = client.get(reverse("admin:index"), follow=True)
    assert response.request["PATH_INFO"] == reverse("account_login")


def test_strangers_are_sent_to_the_portals_own_sign_in():
    for name in ("admin:index", "admin:login"):
        response = Client().get(reverse(name), follow=True)
        assert response.request["PATH_INFO"] == reverse("account_login")
    refused = Client().post(
        reverse("admin:login"), {"username": "root@county.example", "password": factories.PASSWORD}
    )
    assert refused["Location"].startswith(reverse("account_login"))


def test_a_superuser_opens_it():
    assert status_for(User.objects.create_superuser("root@county.example", factories.PASSWORD)) == 200


def test_an_administrator_marked_as_staff_opens_it():
    assert status_for(factories.make_administrator(is_staff=True)) == 200
