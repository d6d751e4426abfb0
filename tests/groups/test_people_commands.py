"""add_lio and add_person: they start a real county, refuse bad input with a plain message, and write nothing then."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from groups.models import LIO, Membership, User
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_lio_with_its_districts():
    said = StringIO()
    call_command("add_lio", " Peak  Community ", districts="high peak; Derbyshire Dales", stdout=said)
    lio = LIO.objects.get()
    assert lio.name == "Peak Community"
    assert sorted(map(str, lio.districts.all())) == ["Derbyshire Dales", "High Peak"]
    assert "Added Peak Community" in said.getvalue()


@pytest.mark.parametrize(
    ("name", "districts", "words"),
    [("", "", "name"), ("Peak", "High Peake", "High Peak"), ("known one", "", "already")],
)
def test_a_bad_lio_is_refused(name, districts, words):
    factories.make_lio(name="Known One")
    with pytest.raises(CommandError, match=words):
        call_command("add_lio", name, districts=districts)
    assert LIO.objects.count() == 1


def test_people_get_their_roles():
    factories.make_lio(name="Peak")
    for email, role in (
        ("a@b.example", "officer"),
        ("c@d.example", "manager"),
        ("e@f.example", "administrator"),
    ):
        call_command(
            "add_person", email, role=role, lio="peak" if role == "officer" else "", stdout=StringIO()
        )
    assert sorted(Membership.objects.values_list("role", flat=True)) == [
        "administrator",
        "manager",
        "officer",
    ]


def test_a_known_person_gets_one_more_role_and_no_second_account():
    call_command("add_person", "a@b.example", role="manager", stdout=StringIO())
    said = StringIO()
    call_command("add_person", "A@B.example", role="administrator", stdout=said)
    assert "Known" in said.getvalue()
    assert User.objects.get().roles.is_manager
    assert User.objects.get().roles.is_administrator


@pytest.mark.parametrize(
    ("email", "role", "lio", "words"),
    [
        ("not an address", "manager", "", "not an e-mail address"),
        ("a@b.example", "boss", "", "boss"),
        ("a@b.example", "officer", "", "Say which one"),
        ("a@b.example", "officer", "Nowhere", "Nowhere"),
        ("a@b.example", "manager", "Peak", "Only officers"),
    ],
)
def test_bad_input_is_refused_and_nobody_is_added(email, role, lio, words):
    factories.make_lio(name="Peak")
    with pytest.raises(CommandError, match=words):
        call_command("add_person", email, role=role, lio=lio)
    assert not User.objects.exists()
