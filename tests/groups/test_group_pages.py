"""The list of groups and a group's profile: found, filtered, added once, changed without losing anybody's words."""

import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import LIO, Community, CommunityGroup, Contact, District, Membership
from tests import factories
from tests.cast import make_cast


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("officer")


def listed(client, **query) -> str:
    response = client.get(reverse("group_list"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_only_ones_own_groups_are_listed_and_offered(cast, client):
    page = listed(client)
    assert "Sunrise" in page
    assert "Harbour" in page
    assert "Meadow" not in page
    assert "Vale" not in page
    assert "Meadow" in listed(cast.client("manager"))
    assert "Meadow" not in listed(client, lio=cast.vale.pk)


@pytest.mark.parametrize("words", ["sunrise", "SUNRISE", "rising", "bUXton", "ARABISCHÉ", "جمعية"])
def test_search_finds_names_other_names_and_places_in_any_case(cast, client, words):
    cast.sunrise.other_names = "Rising Sun\nArabische Frauen arabisché\nجمعية الأسرة"
    cast.sunrise.places = "Buxton"
    cast.sunrise.save()
    page = listed(client, q=words)
    assert "Sunrise" in page
    assert "Harbour" not in page


def test_punctuation_alone_finds_nothing_and_breaks_nothing(client):
    for words in ("%", "_", "'", "\\", "…"):
        assert "No group fits" in listed(client, q=words)


def test_filters_narrow_the_list_together(cast, client):
    cast.sunrise.communities.set(Community.objects.filter(label__in=["Roma", "Irish"]))
    cast.sunrise.districts.set(District.objects.filter(name__in=["Derby", "Erewash"]))
    cast.harbour.kind, cast.harbour.status = "network", "dormant"
    cast.harbour.save()
    derby, roma = District.objects.get(name="Derby").pk, Community.objects.get(label="Roma").pk
    for query, shown, hidden in (
        ({"district": derby}, "Sunrise", "Harbour"),
        ({"community": roma, "district": derby}, "Sunrise", "Harbour"),
        ({"kind": "network"}, "Harbour", "Sunrise"),
        ({"status": "dormant", "kind": "network"}, "Harbour", "Sunrise"),
    ):
        page = listed(client, **query)
        assert shown in page
        assert f'">{hidden}</a>' not in page
    # Two values of a list never double a row.
    assert listed(client, district=derby).count('">Sunrise</a>') == 1
    assert "Sunrise" in listed(client, district="nonsense", kind="nonsense", sort="nonsense", page="nonsense")


def test_band_and_caseworker_filter_and_order(cast, client):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4)
    factories.make_assessment(group=cast.harbour, by=cast.officer, levels=0)
    CommunityGroup.objects.filter(pk=cast.harbour.pk).update(caseworker=cast.officer)
    assert '">Harbour</a>' not in listed(client, band="well placed")
    assert "No group fits" in listed(client, band="none")
    assert '">Sunrise</a>' not in listed(client, mine="on")
    page = listed(client, sort="-score")
    assert page.index('">Sunrise</a>') < page.index('">Harbour</a>')
    page = listed(client, sort="score")
    assert page.index('">Harbour</a>') < page.index('">Sunrise</a>')


def test_pages_keep_the_filter(cast, client):
    for number in range(60):
        factories.make_group(lio=cast.peak, name=f"Many {number:02}")
    page = listed(client, q="many", sort="-name")
    assert "60 groups" in page
    assert "q=many" in page
    assert "Many 59" in page
    assert "Many 00" not in page
    assert "Many 00" in listed(client, q="many", sort="-name", page=2)


def test_the_list_takes_the_same_few_queries_for_one_group_and_three(cast):
    client = cast.client("other_officer")

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            listed(client)
        return len(caught)

    def fill(group):
        group.districts.set(District.objects.all()[:3])
        factories.make_assessment(group=group, by=cast.other_officer)
        factories.make_visit(
            group=group,
            officer=cast.other_officer,
            happened_on=timezone.localdate(),
            next_on=timezone.localdate() + timedelta(days=3),
        )

    fill(cast.meadow)
    count()
    one = count()
    for name in ("Second", "Third"):
        fill(factories.make_group(lio=cast.vale, name=name))
    assert count() == one <= 20


@pytest.mark.parametrize("page", ["group_profile", "group_history"])
def test_profile_and_history_take_the_same_queries_for_one_contact_and_three(cast, client, page):
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(page, args=[cast.sunrise.pk])).status_code == 200
        return len(caught)

    def add() -> None:
        Contact.objects.create(group=cast.sunrise, name="Asha", phone="1")
        factories.make_visit(group=cast.sunrise, officer=cast.officer)

    add()
    count()
    one = count()
    for _ in range(2):
        add()
    assert count() == one <= 20


def test_nothing_to_list_says_what_to_do(db):
    lonely = factories.make_officer(lio=factories.make_lio(name="New"))
    from django.test import Client

    client = Client()
    client.force_login(lonely, backend="groups.sign_in.PortalBackend")
    page = listed(client)
    assert "No groups yet" in page
    assert reverse("group_create") in page


def new_group(**changes) -> dict:
    return {"name": "Bright Day", "kind": "bme_led", "client_id": str(uuid.uuid4())} | changes


def test_a_group_is_added_once_however_often_the_form_is_sent(cast, client):
    form = new_group(districts=[District.objects.get(name="Derby").pk], places="Pear Tree\n\nPear Tree")
    first = client.post(reverse("group_create"), form)
    second = client.post(reverse("group_create"), form)
    assert first["Location"] == second["Location"]
    group = CommunityGroup.objects.get(name="Bright Day")
    assert (group.lio, group.caseworker, group.places) == (cast.peak, cast.officer, "Pear Tree")


def test_a_foreign_lio_cannot_be_chosen(cast, client):
    client.post(reverse("group_create"), new_group(lio=cast.vale.pk))
    assert CommunityGroup.objects.get(name="Bright Day").lio == cast.peak
    Membership.objects.create(user=cast.officer, role="officer", lio=factories.make_lio(name="Third"))
    both = cast.client("officer")
    response = both.post(reverse("group_create"), new_group(name="Other Day", lio=cast.vale.pk))
    assert response.status_code == 422
    both.post(reverse("group_create"), new_group(name="Other Day", lio=LIO.objects.get(name="Third").pk))
    assert CommunityGroup.objects.get(name="Other Day").lio.name == "Third"


def test_a_likely_duplicate_is_compared_before_it_is_added(cast, client):
    cast.sunrise.name = "Chesterfield Asian Women's Group"
    cast.sunrise.save()
    form = new_group(name="Asian Womens Group, Chesterfield")
    response = client.post(reverse("group_create"), form)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Chesterfield Asian Women" in page
    assert "What you typed" in page
    assert not CommunityGroup.objects.filter(name__startswith="Asian").exists()
    assert client.post(reverse("group_create"), form | {"not_a_duplicate": "on"}).status_code == 302
    assert CommunityGroup.objects.filter(name__startswith="Asian").count() == 1


def test_a_duplicate_in_another_lio_is_not_given_away(cast, client):
    response = client.post(reverse("group_create"), new_group(name="Meadow"))
    assert response.status_code == 302


def test_bad_input_keeps_what_was_typed(client):
    response = client.post(reverse("group_create"), new_group(name="", places="Pear Tree"))
    assert response.status_code == 422
    page = response.content.decode()
    assert "There is a problem" in page
    assert "Pear Tree" in page


SECTIONS = {
    "names": {"name": "Sunrise", "kind": "network", "status": "active", "founded": "1999"},
    "people": {"own_words": "Polish families", "members": "40"},
    "places": {"places": "Buxton", "website": "example.org"},
    "work": {"legal_form": "cio", "charity_number": "123"},
    "directory": {
        "directory_fields": ["name", "districts"],
        "directory_consent_by": "The chair",
        "directory_consent_on": "14/09/2025",
    },
    "casework": {"notes": "Ring after four"},
}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_saved_and_shown(cast, client, section):
    url = reverse("group_edit", args=[cast.sunrise.pk, section])
    assert client.get(url).status_code == 200
    assert client.post(url, SECTIONS[section] | {"version": 1}).status_code == 302
    assert CommunityGroup.objects.get(pk=cast.sunrise.pk).version == 2


@pytest.mark.parametrize("section", SECTIONS)
def test_a_stale_save_changes_nothing_and_shows_both(cast, client, section):
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(version=2, own_words="Theirs", notes="Theirs")
    before = CommunityGroup.objects.values().get(pk=cast.sunrise.pk)
    url = reverse("group_edit", args=[cast.sunrise.pk, section])
    response = client.post(url, SECTIONS[section] | {"version": 1})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else has changed this group" in page
    assert 'name="version" value="2"' in page
    if section in {"people", "casework"}:
        assert "Theirs" in page
        assert str(SECTIONS[section].get("notes") or SECTIONS[section]["own_words"]) in page
    assert CommunityGroup.objects.values().get(pk=cast.sunrise.pk) == before


@pytest.mark.parametrize(
    ("section", "data", "words"),
    [
        ("names", {"name": "", "kind": "network", "status": "active"}, "required"),
        ("names", {"name": "A", "kind": "network", "status": "active", "founded": "2999"}, "year"),
        ("people", {"volunteers": "-1"}, "greater than or equal to 0"),
        ("directory", {"directory_fields": ["name"]}, "Say who of the group agreed"),
        (
            "directory",
            {"directory_fields": ["name"], "directory_consent_by": "x", "directory_consent_on": "1/1/2999"},
            "still to come",
        ),
    ],
)
def test_a_faulty_section_says_how_to_put_it_right(cast, client, section, data, words):
    response = client.post(reverse("group_edit", args=[cast.sunrise.pk, section]), data | {"version": 1})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_consent_is_withdrawn_by_clearing_it(cast, client):
    url = reverse("group_edit", args=[cast.sunrise.pk, "directory"])
    client.post(url, SECTIONS["directory"] | {"version": 1})
    client.post(url, {"directory_consent_by": "The chair", "version": 2})
    group = CommunityGroup.objects.get(pk=cast.sunrise.pk)
    assert (group.directory_fields, group.directory_consent_by, group.directory_consent_on) == ([], "", None)


def test_a_caseworker_is_an_officer_of_the_same_lio(cast, client):
    url = reverse("group_edit", args=[cast.sunrise.pk, "casework"])
    assert client.post(url, {"caseworker": cast.other_officer.pk, "version": 1}).status_code == 422
    assert client.post(url, {"caseworker": cast.officer.pk, "version": 1}).status_code == 302


def test_fields_of_other_sections_are_not_taken(cast, client):
    url = reverse("group_edit", args=[cast.sunrise.pk, "names"])
    client.post(
        url,
        SECTIONS["names"]
        | {
            "version": 1,
            "lio": cast.vale.pk,
            "notes": "planted",
            "is_demo": "1",
            "client_id": str(uuid.uuid4()),
        },
    )
    group = CommunityGroup.objects.get(pk=cast.sunrise.pk)
    assert (group.lio, group.notes, group.is_demo, group.client_id) == (
        cast.peak,
        "",
        False,
        cast.sunrise.client_id,
    )


def test_an_unknown_section_is_a_404(cast, client):
    assert client.get(reverse("group_edit", args=[cast.sunrise.pk, "secrets"])).status_code == 404


def test_a_new_main_contact_takes_over(cast, client):
    add = reverse("contact_add", args=[cast.sunrise.pk])
    form = {"name": "Asha", "phone": "1", "is_lead": "on", "client_id": str(uuid.uuid4())}
    for _ in range(2):
        client.post(add, form)
    client.post(add, {"name": "Bina", "phone": "2", "is_lead": "on", "client_id": str(uuid.uuid4())})
    assert list(Contact.objects.order_by("name").values_list("name", "is_lead")) == [
        ("Asha", False),
        ("Bina", True),
    ]


def test_going_back_to_a_sent_form_shows_what_it_made(cast, client):
    for name, args, fields, then in (
        ("contact_add", [cast.sunrise.pk], {"name": "Asha", "phone": "1"}, "This contact was added already."),
        ("group_create", [], new_group(name="Quite New"), "Quite New was added already."),
    ):
        address = client.get(reverse(name, args=args))["Location"]
        form = parse_qs(urlsplit(address).query)["form"][0]
        assert f'value="{form}"' in client.get(address).content.decode()
        assert client.post(address, fields | {"client_id": form}).status_code == 302
        assert then in client.get(address, follow=True).content.decode()
    assert Contact.objects.count() == CommunityGroup.objects.filter(name="Quite New").count() == 1


def test_a_contact_needs_a_way_to_reach_them_and_can_be_removed(cast, client):
    add = reverse("contact_add", args=[cast.sunrise.pk])
    assert client.post(add, {"name": "Asha"}).status_code == 422
    client.post(add, {"name": "Asha", "note": "Sundays at the hall"})
    person = Contact.objects.get()
    edit = reverse("contact_edit", args=[cast.sunrise.pk, person.pk])
    client.post(edit, {"name": "Asha B", "phone": "3"})
    foreign = reverse("contact_edit", args=[cast.harbour.pk, person.pk])
    assert client.get(foreign).status_code == 404
    remove = reverse("contact_delete", args=[cast.sunrise.pk, person.pk])
    assert client.get(remove).status_code == 200
    client.post(remove)
    assert not Contact.objects.exists()


def test_history_says_who_changed_what_without_private_words(cast, client):
    client.post(reverse("group_edit", args=[cast.sunrise.pk, "names"]), SECTIONS["names"] | {"version": 1})
    client.post(
        reverse("group_edit", args=[cast.sunrise.pk, "casework"]), SECTIONS["casework"] | {"version": 2}
    )
    page = client.get(reverse("group_history", args=[cast.sunrise.pk])).content.decode()
    assert "Olive Officer" in page
    assert "Kind" in page
    assert "not shown in the log" in page
    assert "Ring after four" not in page
