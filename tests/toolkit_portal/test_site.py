"""Pages about the portal: health, privacy, accessibility; open to all, telling nothing private."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from readiness.models import Edition
from tests.cast import make_cast

pytestmark = pytest.mark.django_db


def test_health_tells_programs_what_is_well():
    answer = Client().get(reverse("health"), headers={"Accept": "application/json"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["ok"] is True
    assert {"database", "migrations", "edition", "pdf"} <= set(body["parts"])
    assert ("sqlite" in body["parts"]) is (connection.vendor == "sqlite")
    assert answer.json() == Client().get(reverse("health") + "?format=json").json()


def test_health_tells_people_in_words():
    page = Client().get(reverse("health")).content.decode()
    assert "The portal is well" in page
    assert connection.display_name in page


def test_health_names_no_group_and_nobody():
    cast = make_cast()
    page = Client().get(reverse("health")).content.decode()
    for secret in (cast.sunrise.name, cast.officer.email, cast.peak.name):
        assert secret not in page


def test_health_is_503_without_an_edition():
    Edition.objects.update(is_current=False)
    answer = Client().get(reverse("health") + "?format=json")
    assert answer.status_code == 503
    assert answer.json()["parts"]["edition"]["ok"] is False


def test_health_is_503_without_a_database_and_keeps_its_secrets(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object) -> None:
        raise OperationalError("no host called db.secret.example, user portal")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = Client().get(reverse("health") + "?format=json")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()
    assert answer.json()["parts"]["database"]["ok"] is False


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("privacy", "within 30 days"),
        ("privacy", "explicit consent"),
        ("privacy", "Never another group"),
        ("accessibility", "large print"),
    ],
)
def test_statements_are_open_to_all_and_say_what_they_must(name: str, words: str):
    page = Client().get(reverse(name))
    assert page.status_code == 200
    assert words in page.content.decode()
