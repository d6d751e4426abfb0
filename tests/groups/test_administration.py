"""Administrators' pages: people, roles, LIOs, lists (retired, not renamed), opened case files, the trail."""

import io

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from groups.models import LIO, BreakGlass, Community, CommunityGroup, Contact, District, Membership, User
from tests import factories
from tests.cast import make_cast


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("administrator")


def test_a_person_is_added_with_a_role_and_a_link(cast, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            reverse("admin_person_add"),
            {"email": "Sam@Example.org", "name": "Sam", "role": "officer", "lio": cast.peak.pk},
        )
    assert response.status_code == 302
    person = User.objects.get(email="sam@example.org")
    assert person.roles.officer_lio_ids == {cast.peak.pk}
    assert "/account/password/reset/key/" in mail.outbox[0].body


def test_an_officer_needs_an_lio_and_an_address_is_used_once(cast, client):
    response = client.post(
        reverse("admin_person_add"), {"email": cast.lead.email, "name": "Sam", "role": "officer"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose the LIO" in page
    assert "on the list already" in page
    assert 'value="Sam"' in page


def test_a_field_that_is_not_on_the_form_changes_nothing(cast, client):
    client.post(
        reverse("admin_person", args=[cast.officer.pk]),
        {
            "name": "Olive",
            "email": "other@example.org",
            "is_staff": "1",
            "is_superuser": "1",
            "is_demo": "1",
            "password": "x",
        },
    )
    person = User.objects.get(pk=cast.officer.pk)
    assert person.name == "Olive"
    assert (person.email, person.is_staff, person.is_superuser) == (cast.officer.email, False, False)
    assert person.password == cast.officer.password


def test_people_cannot_give_themselves_roles(cast):
    officer = cast.client("officer")
    officer.post(
        reverse("account"), {"name": "Olive", "role": "manager", "email": "x@y.example", "is_superuser": "1"}
    )
    person = User.objects.get(pk=cast.officer.pk)
    assert (person.name, person.email, person.is_superuser) == ("Olive", cast.officer.email, False)
    assert not person.roles.is_manager
    assert (
        officer.post(reverse("admin_role_give", args=[cast.officer.pk]), {"role": "manager"}).status_code
        == 403
    )


def test_roles_are_given_once_and_end(cast, client):
    url = reverse("admin_role_give", args=[cast.lead.pk])
    for _ in range(2):
        client.post(url, {"role": "officer", "lio": cast.vale.pk})
    membership = Membership.objects.live().get(user=cast.lead, role="officer")
    assert client.get(reverse("admin_role_end", args=[membership.pk])).status_code == 200
    client.post(reverse("admin_role_end", args=[membership.pk]))
    assert not Membership.objects.live().filter(user=cast.lead, role="officer").exists()
    assert client.post(url, {"role": "officer"}).status_code == 422


def test_the_last_administrator_stays(cast, client):
    own = Membership.objects.get(user=cast.administrator)
    response = client.post(reverse("admin_role_end", args=[own.pk]), follow=True)
    assert "needs an administrator" in response.content.decode()
    assert Membership.objects.live().filter(pk=own.pk).exists()
    response = client.post(
        reverse("admin_sign_in", args=[cast.administrator.pk]), {"allowed": "0"}, follow=True
    )
    assert User.objects.get(pk=cast.administrator.pk).is_active


def test_stopping_somebody_ends_their_sessions(cast, client):
    officer = cast.client("officer")
    assert officer.get(reverse("home")).status_code == 200
    client.post(reverse("admin_sign_in", args=[cast.officer.pk]), {"allowed": "0"})
    assert officer.get(reverse("home")).status_code == 302
    client.post(reverse("admin_sign_in", args=[cast.officer.pk]), {"allowed": "1"})
    assert User.objects.get(pk=cast.officer.pk).is_active


def test_role_changes_need_a_fresh_proof(cast):
    from django.test import Client

    stale = Client()
    stale.force_login(cast.administrator, backend="groups.sign_in.PortalBackend")
    for url in (reverse("admin_person_add"), reverse("admin_role_give", args=[cast.lead.pk])):
        response = stale.post(url, {"role": "manager"})
        assert response.status_code == 302
        assert "reauthenticate" in response["Location"]
    assert not Membership.objects.filter(user=cast.lead, role="manager").exists()


def test_people_are_found_by_name_address_and_role(cast, client):
    page = client.get(reverse("admin_people"), {"q": "olive"}).content.decode()
    assert "Olive Officer" in page
    assert "Leila Lead" not in page
    page = client.get(reverse("admin_people"), {"role": "lead"}).content.decode()
    assert "Leila Lead" in page
    assert "Olive Officer" not in page
    assert "Nobody found" in client.get(reverse("admin_people"), {"q": "zzz"}).content.decode()


def picture(kind="PNG") -> SimpleUploadedFile:
    file = io.BytesIO()
    image = Image.new("RGB", (40, 20), "#1f5c46")
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    image.save(file, kind, exif=exif)
    return SimpleUploadedFile("logo.png", file.getvalue())


def test_a_logo_is_made_anew_without_metadata(cast, client):
    client.post(
        reverse("admin_lio_edit", args=[cast.peak.pk]), {"name": "Peak", "logo_file": picture("JPEG")}
    )
    lio = LIO.objects.get(pk=cast.peak.pk)
    with lio.logo.open() as file:
        content = file.read()
    assert b"taken at home" not in content
    assert "logo.png" not in lio.logo.name
    client.post(reverse("admin_lio_edit", args=[cast.peak.pk]), {"name": "Peak", "remove_logo": "on"})
    assert not LIO.objects.get(pk=cast.peak.pk).logo


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)></svg>", b"<html></html>", b"GIF89a"])
def test_what_is_no_picture_is_no_logo(cast, client, content):
    response = client.post(
        reverse("admin_lio_edit", args=[cast.peak.pk]),
        {"name": "Peak", "logo_file": SimpleUploadedFile("logo.png", content)},
    )
    assert response.status_code == 422
    assert not LIO.objects.get(pk=cast.peak.pk).logo


def test_two_lios_of_one_name_are_refused(cast, client):
    response = client.post(reverse("admin_lio_add"), {"name": "PEAK"})
    assert response.status_code == 422
    assert LIO.objects.count() == 2


def test_labels_and_names_are_retired_never_renamed(cast, client):
    roma = Community.objects.get(label="Roma")
    client.post(
        reverse("admin_list_edit", args=["communities", roma.pk]),
        {"label": "Renamed", "heading": "White", "position": 13, "retired_on": "01/04/2026"},
    )
    roma.refresh_from_db()
    assert (roma.label, str(roma.retired_on)) == ("Roma", "2026-04-01")
    assert roma not in Community.objects.current()
    derby = District.objects.get(name="Derby")
    client.post(
        reverse("admin_district_edit", args=[derby.pk]),
        {"name": "Renamed", "gss_code": "E06999999", "starts_on": "01/01/2009", "ends_on": "31/03/2028"},
    )
    derby.refresh_from_db()
    assert (derby.name, derby.gss_code, str(derby.ends_on)) == ("Derby", "E06000015", "2028-03-31")


@pytest.mark.parametrize(
    ("url", "data"),
    [
        ("admin_district_add", {"name": "New", "gss_code": "nonsense"}),
        (
            "admin_district_add",
            {"name": "New", "gss_code": "E07000999", "starts_on": "2/1/2020", "ends_on": "1/1/2020"},
        ),
    ],
)
def test_a_faulty_district_is_refused_with_help(client, url, data):
    assert client.post(reverse(url), data).status_code == 422
    assert District.objects.count() == 9


def test_a_label_stands_once_in_a_list(client):
    response = client.post(
        reverse("admin_list_add", args=["service-areas"]), {"label": "HOUSING", "position": "1"}
    )
    assert "on the list already" in response.content.decode()
    assert client.get(reverse("admin_list", args=["no-such-list"])).status_code == 404


def test_a_case_file_opens_with_a_reason_on_record_to_read_only(cast, client):
    case = reverse("case", args=[cast.sunrise.pk])
    assert client.get(case).status_code == 404
    url = reverse("admin_open_case")
    assert "Sunrise" in client.get(url, {"q": "sunr"}).content.decode()
    assert client.get(url, {"group": cast.sunrise.pk}).status_code == 200
    assert client.post(url, {"group": cast.sunrise.pk, "reason": "x"}).status_code == 422
    assert not BreakGlass.objects.exists()
    client.post(url, {"group": cast.sunrise.pk, "reason": "The officer is away and the group rang us."})
    assert client.get(case).status_code == 200
    assert client.get(reverse("group_edit", args=[cast.sunrise.pk, "names"])).status_code == 403
    assert client.get(reverse("case", args=[cast.harbour.pk])).status_code == 404
    assert LogEntry.objects.filter(additional_data__act__startswith="case file opened").exists()


def test_no_free_text_or_special_category_data_enters_the_trail(cast):
    marker = "MARKERWORD"
    officer = cast.client("officer")
    officer.post(
        reverse("group_edit", args=[cast.sunrise.pk, "people"]),
        {
            "own_words": marker,
            "languages": marker,
            "communities": [Community.objects.get(label="Roma").pk],
            "version": 1,
        },
    )
    officer.post(reverse("group_edit", args=[cast.sunrise.pk, "casework"]), {"notes": marker, "version": 2})
    officer.post(
        reverse("contact_add", args=[cast.sunrise.pk]),
        {"name": marker, "phone": marker, "note": marker, "email": f"{marker}@example.org"},
    )
    factories.make_action(group=cast.sunrise, by=cast.officer, what=marker, why=marker, person=marker)
    factories.make_visit(
        group=cast.sunrise, officer=cast.officer, summary=marker, private_notes=marker, who_met=marker
    )
    assert CommunityGroup.objects.get(pk=cast.sunrise.pk).notes == marker
    assert Contact.objects.filter(name=marker).exists()
    entries = LogEntry.objects.all()
    assert entries.filter(object_id=cast.sunrise.pk).count() >= 2
    for entry in entries:
        told = f"{entry.changes} {entry.additional_data} {entry.object_repr}"
        assert marker.casefold() not in told.casefold(), told
        assert "Roma" not in told


def test_the_trail_is_read_only_and_searchable(cast, client):
    cast.client("officer").post(
        reverse("group_edit", args=[cast.sunrise.pk, "casework"]), {"notes": "x", "version": 1}
    )
    page = client.get(reverse("admin_trail"), {"q": "officer@peak"}).content.decode()
    assert "officer@peak.example" in page
    assert client.post(reverse("admin_trail")).status_code == 405
