"""The privacy pages: find, copy with a fresh proof and a reason, erase once the name is typed, see what stays."""

import io
import uuid
import zipfile

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from groups.models import CommunityGroup, Contact, User
from readiness import issuing
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
SECRET_WORDS = "Words of the case file"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.client("administrator")


def zipped(response) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forget_proof(client: Client) -> None:
    session = client.session
    session["account_authentication_methods"] = []
    session.save()


def test_groups_people_and_contacts_are_found(cast: Cast, client: Client):
    Contact.objects.create(group=cast.sunrise, name="Sam", email="Sam@Example.org")
    url = reverse("admin_privacy")
    page = client.get(url, {"q": "sunr"}).content.decode()
    assert reverse("admin_held_group", args=[cast.sunrise.pk]) in page
    assert "lead@sunrise.example" in page
    assert "sam@example.org" in client.get(url, {"q": "SAM@example.org"}).content.decode()
    assert "officer@peak.example" in client.get(url, {"q": "olive"}).content.decode()
    assert "Nothing found" in client.get(url, {"q": "nobody@example.org"}).content.decode()
    assert "at least three letters" in client.get(url, {"q": "su"}).content.decode()


def test_the_page_counts_and_shows_no_content(cast: Cast, client: Client):
    factories.make_visit(group=cast.sunrise, officer=cast.officer, summary=SECRET_WORDS)
    page = client.get(reverse("admin_held_group", args=[cast.sunrise.pk])).content.decode()
    assert "Visits" in page
    assert SECRET_WORDS not in page
    person = client.get(reverse("admin_held_person"), {"email": "officer@peak.example"}).content.decode()
    assert "Visits they logged" in person
    assert SECRET_WORDS not in person


def test_a_copy_of_a_group_is_downloaded_and_leaves_its_trace(cast: Cast, client: Client):
    factories.make_visit(group=cast.sunrise, officer=cast.officer, summary=SECRET_WORDS)
    response = client.post(reverse("admin_held_group_copy", args=[cast.sunrise.pk]), {"purpose": "authority"})
    assert response["Content-Type"] == "application/zip"
    assert "attachment" in response["Content-Disposition"]
    assert "Sunrise" not in response["Content-Disposition"]
    assert SECRET_WORDS in zipped(response)["visits.json"].decode()
    entry = LogEntry.objects.get(additional_data__act="copy of what is held made")
    assert (entry.actor, entry.additional_data["purpose"]) == (cast.administrator, "authority")


def test_a_copy_of_a_person_is_downloaded(cast: Cast, client: Client):
    response = client.post(
        reverse("admin_held_person_copy"), {"email": "officer@peak.example", "purpose": "asked"}
    )
    assert "Olive Officer" in zipped(response)["account.json"].decode()
    assert "officer" not in response["Content-Disposition"]


def test_no_copy_without_a_reason(cast: Cast, client: Client):
    url = reverse("admin_held_group_copy", args=[cast.sunrise.pk])
    for purpose in ("", "curiosity"):
        response = client.post(url, {"purpose": purpose}, follow=True)
        assert "Say why you make this copy" in response.content.decode()
    assert not LogEntry.objects.filter(additional_data__act="copy of what is held made").exists()


def test_a_copy_asks_for_a_fresh_proof_and_leads_back_to_the_page(cast: Cast, client: Client):
    forget_proof(client)
    response = client.post(reverse("admin_held_group_copy", args=[cast.sunrise.pk]), {"purpose": "asked"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert (
        reverse("admin_held_group", args=[cast.sunrise.pk]).replace("/", "%2F") in response["Location"]
        or reverse("admin_held_group", args=[cast.sunrise.pk]) in response["Location"]
    )
    assert not LogEntry.objects.filter(additional_data__act="copy of what is held made").exists()


@pytest.mark.parametrize("name", ["admin_group_erase", "admin_person_erase"])
def test_erasing_asks_for_a_fresh_proof(cast: Cast, client: Client, name: str):
    forget_proof(client)
    url = reverse(name, args=[cast.sunrise.pk] if name == "admin_group_erase" else [])
    data = {"reason": "asked", "typed": "Sunrise", "email": "officer@peak.example"}
    data |= {} if name == "admin_group_erase" else {"typed": "officer@peak.example"}
    response = client.post(url, data)
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert CommunityGroup.objects.filter(name="Sunrise").exists()
    assert User.objects.filter(email="officer@peak.example").exists()


def test_a_group_goes_only_when_its_name_is_typed(cast: Cast, client: Client):
    factories.make_visit(group=cast.sunrise, officer=cast.officer)
    url = reverse("admin_group_erase", args=[cast.sunrise.pk])
    page = client.get(url).content.decode()
    assert "Visits" in page
    assert "1 account of leads will have no role" in page
    for data in ({"reason": "asked", "typed": "Harbour"}, {"typed": "Sunrise"}, {"reason": "asked"}):
        assert client.post(url, data).status_code == 422
        assert CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()
    response = client.post(url, {"reason": "asked", "typed": " sunrise "}, follow=True)
    page = response.content.decode()
    assert not CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()
    assert "The group is erased" in page
    assert "The group asked for it" in page
    assert "Sunrise" not in page
    assert client.get(url).status_code == 404


def test_a_group_whose_name_is_signs_alone_can_be_typed(cast: Cast, client: Client):
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(name="!!!", name_key="")
    url = reverse("admin_group_erase", args=[cast.sunrise.pk])
    assert client.post(url, {"reason": "asked", "typed": "!!!"}).status_code == 302


def test_a_person_goes_only_when_the_address_is_typed(cast: Cast, client: Client):
    url = reverse("admin_person_erase")
    page = client.get(url, {"email": "officer@peak.example"}).content.decode()
    assert "stays, without a name" in page
    wrong = {"email": "officer@peak.example", "typed": "officer@vale.example"}
    assert client.post(url, wrong).status_code == 422
    assert User.objects.get(pk=cast.officer.pk).is_active
    response = client.post(
        url, {"email": "officer@peak.example", "typed": "Officer@Peak.example"}, follow=True
    )
    assert "The person is erased" in response.content.decode()
    assert "Olive" not in response.content.decode()
    assert not User.objects.get(pk=cast.officer.pk).is_active


def test_nobody_erases_themselves_and_the_page_says_so(cast: Cast, client: Client):
    url = reverse("admin_person_erase")
    page = client.get(url, {"email": cast.administrator.email}).content.decode()
    assert "You can&#x27;t erase yourself" in page
    assert "for good</button>" not in page
    data = {"email": cast.administrator.email, "typed": cast.administrator.email}
    assert client.post(url, data).status_code == 422
    assert User.objects.get(pk=cast.administrator.pk).is_active


def test_an_unknown_person_is_a_404(client: Client):
    for name in ("admin_held_person", "admin_person_erase"):
        assert client.get(reverse(name), {"email": "nobody@example.org"}).status_code == 404


def test_only_an_erasure_is_shown_as_one(cast: Cast, client: Client):
    cast.sunrise.notes = "x"
    cast.sunrise.save()
    entry = LogEntry.objects.first()
    assert client.get(reverse("admin_erased", args=[entry.pk])).status_code == 404


def test_the_page_of_rules_says_how_long_and_how_many(cast: Cast, client: Client):
    page = client.get(reverse("admin_retention")).content.decode()
    assert "2192 days" in page
    assert "Closed groups, whole" in page
    assert "until it ends" in page


@pytest.mark.django_db(transaction=True)
def test_files_that_could_not_be_removed_are_said(cast: Cast, client: Client, monkeypatch):
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: f"%PDF {uuid.uuid4()}".encode())
    plan = factories.make_action(group=cast.sunrise, by=cast.officer).plan
    issuing.issue_plan(plan=plan, by=cast.officer, client_id=uuid.uuid4())

    def refuse(name: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.delete", lambda self, name: refuse(name))
    url = reverse("admin_group_erase", args=[cast.sunrise.pk])
    response = client.post(url, {"reason": "asked", "typed": "Sunrise"}, follow=True)
    assert "2 stored files couldn’t be removed" in response.content.decode()
    assert not CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()
