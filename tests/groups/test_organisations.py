"""The directory's entries: found when very like, changed by one at a time, and made one without losing a link."""

import uuid
from datetime import date

import pytest
from django.apps import apps

from evidence.models import Brief, Evidence, MysteryVisit
from groups.models import District, Organisation, OrganisationContact, Service
from groups.organisations import (
    CannotMerge,
    StaleOrganisation,
    add_organisation,
    change_organisation,
    likely_duplicates,
    mentions_of,
    merge,
)
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def service(entry: Organisation, name: str = "Repairs line", area: str = "Housing") -> Service:
    return Service.objects.create(organisation=entry, name=name, service_area=factories.service_area(area))


def everything_naming(cast: Cast, entry: Organisation, run: Service) -> dict[str, object]:
    """A record of every kind that points to an organisation, by the name of the relation."""
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, provider=entry, commissioner=entry)
    visit = MysteryVisit.objects.create(
        lio=cast.peak,
        provider=entry,
        service=run,
        service_area=run.service_area,
        scenario="Asks for a repair",
        visited_on=date(2026, 10, 1),
        language="Urdu",
        outcome="helped",
        created_by=cast.officer,
    )
    brief = Brief.objects.create(
        lio=cast.peak, number=Brief.objects.count() + 1, title="Housing", commissioner=entry, issued_by=cast.officer,
        pdf="briefs/x.pdf",
    )  # fmt: skip
    return {
        "evidence_as_provider": record,
        "evidence_as_commissioner": record,
        "mystery_visits": visit,
        "briefs": brief,
        "engagements": factories.make_engagement(groups=[cast.sunrise], by=cast.officer, organisation=entry),
        "partnerships": factories.make_partnership(group=cast.sunrise, by=cast.officer, prime=entry),
        "services": run,
        "contacts": OrganisationContact.objects.create(organisation=entry, name="Desk"),
        "merged": factories.make_organisation(merged_into=entry),
    }


def test_two_entries_made_one_lose_no_link_of_any_kind(cast):
    gone, kept = (
        factories.make_organisation(name="North Dale Homes"),
        factories.make_organisation(name="Northdale"),
    )
    run = service(gone)
    made = everything_naming(cast, gone, run)
    relations = {relation.get_accessor_name() for relation in Organisation._meta.related_objects}
    assert relations == set(made), "A new kind of link needs a record in this test."
    merge(gone=gone, kept=kept, by=cast.officer)
    for name, record in made.items():
        assert getattr(kept, name).filter(pk=record.pk).exists(), name
        left = [entry.pk for entry in getattr(gone, name).all()]
        assert left == [], name
    gone.refresh_from_db()
    assert gone.merged_into == kept and not Organisation.objects.listed().filter(pk=gone.pk).exists()


def test_the_one_that_stays_takes_over_names_roles_places_and_what_it_lacked(cast):
    gone = factories.make_organisation(
        name="Old Name",
        other_names="Older Name",
        is_commissioner=True,
        phone="1",
        email="a@b.example",
        notes="One",
    )
    kept = factories.make_organisation(
        name="New Name", other_names="Neu", is_provider=True, phone="2", notes="Two"
    )
    gone.districts.set(District.objects.filter(name__in=["Derby", "Bolsover"]))
    kept.districts.set(District.objects.filter(name="Derby"))
    merge(gone=gone, kept=kept, by=cast.officer)
    kept.refresh_from_db()
    assert kept.other_names_list == ["Neu", "Old Name", "Older Name"] and "old name" in kept.search_text
    assert (kept.is_commissioner, kept.is_provider, kept.phone, kept.email) == (
        True,
        True,
        "2",
        "a@b.example",
    )
    assert kept.notes == "Two\n\nOne" and kept.districts.count() == 2


def test_what_both_have_is_not_doubled_and_visits_follow_their_service(cast):
    gone, kept = factories.make_organisation(), factories.make_organisation()
    old, same = service(gone, "Repairs  LINE"), service(kept)
    service(gone, "Repairs line", "Transport")
    for entry in (gone, kept):
        OrganisationContact.objects.create(organisation=entry, name="Jo Bloggs", email="jo@example.org")
    visit = everything_naming(cast, gone, old)["mystery_visits"]
    merge(gone=gone, kept=kept, by=cast.officer)
    visit.refresh_from_db()
    assert visit.service == same and kept.services.count() == 2
    assert kept.contacts.filter(name="Jo Bloggs").count() == 1


def test_chains_stay_flat_and_a_second_try_changes_nothing(cast):
    first, second, third = (factories.make_organisation() for _ in range(3))
    merge(gone=first, kept=second, by=cast.officer)
    merge(gone=second, kept=third, by=cast.officer)
    first.refresh_from_db()
    assert first.merged_into == third
    assert merge(gone=second, kept=third, by=cast.officer) == third
    with pytest.raises(CannotMerge, match="same one"):
        merge(gone=third, kept=third, by=cast.officer)
    with pytest.raises(CannotMerge, match="meanwhile"):
        merge(gone=factories.make_organisation(), kept=first, by=cast.officer)


def test_very_like_names_are_found_under_any_of_their_names_and_merged_ones_are_not():
    known = factories.make_organisation(
        name="Derbyshire County Council, Adult Care", other_names="DCC Adult Care"
    )
    gone = factories.make_organisation(name="Derbyshire County Council Adult Cares", merged_into=known)
    assert likely_duplicates(name="Adult Care, Derbyshire County Council", other_names="") == [known]
    assert likely_duplicates(name="Something else", other_names="dcc adult care") == [known]
    assert likely_duplicates(name="High Moor Buses", other_names="") == []
    assert likely_duplicates(name=known.name, other_names="", leave_out=known.pk) == []
    assert gone not in Organisation.objects.current()


def test_a_form_sent_twice_adds_one_and_a_stale_save_changes_nothing(cast):
    sent = uuid.uuid4()
    fields = {"name": "Northdale", "is_provider": True}
    first = add_organisation(by=cast.officer, client_id=sent, **fields)
    assert add_organisation(by=cast.officer, client_id=sent, **fields) == first
    change_organisation(organisation=first, version=1, districts=[], phone="1")
    with pytest.raises(StaleOrganisation):
        change_organisation(organisation=first, version=1, districts=[], phone="2")
    assert change_organisation(organisation=first, version=1, districts=[], phone="1").version == 2


def test_what_names_it_is_counted_as_far_as_the_reader_may_see(cast):
    entry = factories.make_organisation(is_commissioner=True, is_provider=True)
    everything_naming(cast, entry, service(entry))
    Evidence.objects.update(commissioner=None)
    told = {mention.words: mention.number for mention in mentions_of(entry, cast.officer)}
    assert told == {
        "Records of need as the provider": 1,
        "Mystery visits": 1,
        "Contact with groups": 1,
        "Partnerships with groups": 1,
        "Briefs": 1,
    }
    assert mentions_of(entry, cast.other_officer) == []
    assert mentions_of(entry, cast.manager)[0].url.endswith(f"?provider={entry.pk}")
    assert apps.is_installed("evidence")
