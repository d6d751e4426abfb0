"""A record names what it was made of, with a way back there, to those who may see it."""

from datetime import date

import pytest
from django.urls import reverse

from evidence.models import Enquiry, Evidence, FocusGroup, FocusTheme, MysteryVisit
from groups import people
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(cast: Cast, record: Evidence, actor: str = "officer") -> str:
    response = cast.client(actor).get(reverse("evidence_detail", args=[record.pk]))
    assert response.status_code == 200
    return response.content.decode()


def made_of_all(cast: Cast) -> tuple[Evidence, list[str]]:
    """A record made of a theme, a mystery visit and two enquiries, and their addresses."""
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(cast.sunrise,))
    common = {"lio": cast.peak, "created_by": cast.officer}
    focus = FocusGroup.objects.create(title="Tea and talk", held_on=DAY, people_came=9, **common)
    FocusTheme.objects.create(focus_group=focus, text="Letters", raised_by=3, record=record)
    visit = MysteryVisit.objects.create(
        provider=factories.make_organisation(),
        service_area=factories.service_area(),
        scenario="A repair",
        visited_on=DAY,
        language="Urdu",
        outcome="helped",
        record=record,
        **common,
    )
    for day in (1, 28):
        Enquiry.objects.create(
            lio=cast.peak,
            officer=cast.officer,
            service_area=factories.service_area(),
            outcome="helped",
            asked_on=date(2026, 2, day),
            record=record,
        )
    return record, [
        reverse("focus_group_detail", args=[focus.pk]),
        reverse("mystery_visit_detail", args=[visit.pk]),
        f"{reverse('enquiry_month')}?month=2026-02",
    ]


@pytest.mark.parametrize("actor", ["officer", "manager"])
def test_a_record_leads_back_to_what_it_was_made_of(cast, actor):
    record, addresses = made_of_all(cast)
    shown = page(cast, record, actor)
    for words in ("Tea and talk", "1 March 2026", "2 enquiries", *addresses):
        assert words in shown, words
    client = cast.client(actor)
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_a_single_enquiry_is_called_one(cast):
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    Enquiry.objects.create(
        lio=cast.peak,
        officer=cast.officer,
        service_area=factories.service_area(),
        outcome="helped",
        asked_on=DAY,
        record=record,
    )
    assert "1 enquiry</a>" in page(cast, record)


def test_who_may_read_the_record_alone_is_led_nowhere_else(cast):
    record, addresses = made_of_all(cast)
    people.break_glass(user=cast.administrator, group=cast.sunrise, reason="They rang and asked us to look")
    shown = page(cast, record, "administrator")
    assert "Tea and talk" not in shown and not any(address in shown for address in addresses)


def test_a_record_made_of_nothing_names_nothing(cast):
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    shown = page(cast, record)
    assert "A theme of the discussion" not in shown and "Counted from" not in shown
