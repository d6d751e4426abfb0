"""The directory's pages: found, filtered, added after a warning, changed, merged."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import District, Organisation, OrganisationContact, Service
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
SENT = "00000000-0000-4000-8000-00000000000"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("officer")


def names(client, query: str = "") -> list[str]:
    return [entry.name for entry, _, _ in client.get(reverse("directory") + query).context["entries"]]


def form(**changes) -> dict[str, object]:
    return {
        "name": "Northdale Homes",
        "kinds": ["is_provider"],
        "client_id": SENT + "1",
        "version": 0,
        **changes,
    }


def test_entries_are_found_by_name_other_name_and_service_and_filtered(client):
    assert "Nobody listed yet" in client.get(reverse("directory")).content.decode()
    homes = factories.make_organisation(name="Northdale Homes", other_names="Old Estates")
    council = factories.make_organisation(name="County Council", is_commissioner=True)
    homes.districts.add(District.objects.get(name="Derby"))
    area = factories.service_area()
    Service.objects.create(organisation=homes, name="Damp and mould line", service_area=area)
    for query, found in (
        ("", ["County Council", "Northdale Homes"]),
        ("?sort=-name", ["Northdale Homes", "County Council"]),
        ("?q=old+estates", ["Northdale Homes"]),
        ("?q=mould", ["Northdale Homes"]),
        ("?q=...", []),
        ("?kind=commissioner", ["County Council"]),
        (f"?service_area={area.pk}", ["Northdale Homes"]),
        (f"?district={District.objects.get(name='Derby').pk}", ["Northdale Homes"]),
        ("?kind=nonsense", ["County Council", "Northdale Homes"]),
    ):
        assert names(client, query) == found, query
    council.merged_into = homes
    council.save()
    assert names(client) == ["Northdale Homes"]
    assert "Nobody fits" in client.get(reverse("directory") + "?q=zzz").content.decode()


def test_the_list_and_an_entry_take_as_many_queries_for_three_as_for_one(client):
    counts = []
    for _ in range(2):
        for _ in range(1 + 2 * len(counts)):
            entry = factories.make_organisation()
            OrganisationContact.objects.create(organisation=entry, name="Desk")
            run = Service.objects.create(
                organisation=entry, name="Line", service_area=factories.service_area()
            )
            run.districts.set(District.objects.all()[:2])
        for url in (reverse("directory"), reverse("organisation", args=[entry.pk])):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))
    assert counts[:2] == counts[2:] and max(counts) <= 20


def test_an_entry_is_added_once_after_a_word_on_what_is_very_like(client):
    factories.make_organisation(name="Northdale Home")
    warned = client.post(reverse("organisation_add"), form())
    assert warned.status_code == 409 and "Northdale Home" in warned.content.decode()
    assert Organisation.objects.count() == 1
    for _ in range(2):
        done = client.post(reverse("organisation_add"), form(not_a_duplicate="on"))
        assert done.status_code == 302
    assert Organisation.objects.count() == 2
    back = client.get(reverse("organisation_add") + f"?form={SENT}1", follow=True)
    assert "was added already" in back.content.decode()


def test_faults_are_said_and_what_was_typed_is_kept(client):
    page = client.post(reverse("organisation_add"), {"name": " ", "email": "nobody", "notes": "Kept <b>"})
    words = page.content.decode()
    assert page.status_code == 422 and "Give its name." in words and "Choose at least one." in words
    assert "valid email" in words and "Kept &lt;b&gt;" in words


def test_a_stale_save_shows_both(client):
    entry = factories.make_organisation(name="Northdale Homes")
    edit = reverse("organisation_edit", args=[entry.pk])
    assert client.post(edit, form(version=1, phone="111")).status_code == 302
    late = client.post(edit, form(version=1, phone="222"))
    words = late.content.decode()
    assert late.status_code == 409 and "111" in words and "222" in words
    assert client.post(edit, form(version=2, phone="222")).status_code == 302
    assert Organisation.objects.get().phone == "222"


def test_people_and_services_come_and_go(client):
    entry = factories.make_organisation()
    for name, data in (
        (
            "organisation_contact_add",
            {"name": "Jo Bloggs", "email": "jo@example.org", "client_id": SENT + "2"},
        ),
        (
            "organisation_service_add",
            {"name": "Repairs", "service_area": factories.service_area().pk, "client_id": SENT + "3"},
        ),
    ):
        address = client.get(reverse(name, args=[entry.pk]))["Location"]
        assert "form" in parse_qs(urlsplit(address).query)
        assert client.post(reverse(name, args=[entry.pk]), {"name": ""}).status_code == 422
        for _ in range(2):
            client.post(reverse(name, args=[entry.pk]), data)
    person, run = OrganisationContact.objects.get(), Service.objects.get()
    page = client.get(reverse("organisation", args=[entry.pk])).content.decode()
    assert "Jo Bloggs" in page and "Repairs" in page
    client.post(reverse("organisation_service_end", args=[entry.pk, run.pk]))
    client.post(reverse("organisation_contact_delete", args=[entry.pk, person.pk]))
    page = client.get(reverse("organisation", args=[entry.pk])).content.decode()
    assert "Jo Bloggs" not in page and "ended on" in page
    other = factories.make_organisation()
    assert client.get(reverse("organisation_service_edit", args=[other.pk, run.pk])).status_code == 404


def test_merging_compares_first_and_the_old_address_leads_on(cast, client):
    gone, kept = (
        factories.make_organisation(name="Northdale Home"),
        factories.make_organisation(name="Northdale Homes"),
    )
    merge = reverse("organisation_merge", args=[gone.pk])
    assert "Northdale Homes" in client.get(merge).content.decode()
    assert "Northdale Homes" in client.get(merge + "?q=northdale").content.decode()
    assert "Nothing has that in its name" in client.get(merge + "?q=zzz").content.decode()
    page = client.get(f"{merge}?kept={kept.pk}").content.decode()
    assert "be undone" in page and Organisation.objects.listed().count() == 2
    assert client.post(merge, {"kept": gone.pk}).status_code == 422
    assert client.post(merge, {"kept": kept.pk})["Location"] == reverse("organisation", args=[kept.pk])
    led = client.get(reverse("organisation", args=[gone.pk]))
    assert (led.status_code, led["Location"]) == (301, reverse("organisation", args=[kept.pk]))
    assert "merge" not in cast.client("manager").get(reverse("organisation", args=[kept.pk])).content.decode()
