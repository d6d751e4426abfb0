"""A logged visit: read with what was recorded on it, changed by officers, never overwritten unseen."""

from datetime import date

import pytest
from django.urls import reverse

from groups.models import Visit
from readiness.assessing import record_levels
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


def make_visit(cast: Cast, **fields) -> Visit:
    return factories.make_visit(
        group=cast.sunrise,
        officer=cast.officer,
        happened_on=date(2026, 3, 14),
        **{"summary": "First words", **fields},
    )


def sent(**changes) -> dict[str, str]:
    return {"version": "1", "happened_on": "2026-03-14", "how": "phone", "summary": "Other words", **changes}


def test_a_visit_is_shown_with_its_levels_and_actions():
    cast = make_cast()
    visit = make_visit(cast, topics=["2.1", "2.15a"], private_notes="The treasurer leaves", people_met=7)
    record_levels(group=cast.sunrise, by=cast.officer, on=visit.happened_on, levels={"2.15a": 3}, visit=visit)
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Find a referee", visit=visit)
    page = cast.client("officer").get(reverse("visit_detail", args=[visit.pk])).content.decode()
    for words in (
        "First words",
        "The treasurer leaves",
        "2.15a",
        "In place",
        "Find a referee",
        "14 March 2026",
    ):
        assert words in page


def test_an_officer_corrects_a_visit():
    cast = make_cast()
    visit = make_visit(cast)
    response = cast.client("officer").post(reverse("visit_edit", args=[visit.pk]), sent())
    assert response["Location"] == reverse("visit_detail", args=[visit.pk])
    visit.refresh_from_db()
    assert (visit.summary, visit.how, visit.version, visit.officer) == (
        "Other words",
        "phone",
        2,
        cast.officer,
    )


def test_a_correction_takes_neither_group_nor_officer_nor_topics_from_the_form():
    cast = make_cast()
    visit = make_visit(cast, topics=["2.1"])
    cast.client("officer").post(
        reverse("visit_edit", args=[visit.pk]),
        sent(group=cast.harbour.pk, officer=cast.other_officer.pk, topics="2.2"),
    )
    visit.refresh_from_db()
    assert (visit.group, visit.officer, visit.topics) == (cast.sunrise, cast.officer, ["2.1"])


def test_a_stale_correction_shows_both_and_can_be_sent_again():
    cast = make_cast()
    visit = make_visit(cast)
    url, client = reverse("visit_edit", args=[visit.pk]), cast.client("officer")
    client.post(url, sent(summary="A colleague's words"))
    response = client.post(url, sent(summary="My words"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "A colleague&#x27;s words" in page
    assert "My words" in page
    assert 'name="version" value="2"' in page
    visit.refresh_from_db()
    assert visit.summary == "A colleague's words"
    client.post(url, sent(summary="My words", version="2"))
    visit.refresh_from_db()
    assert visit.summary == "My words"


def test_a_mistake_in_a_correction_is_named_and_kept():
    cast = make_cast()
    visit = make_visit(cast)
    page = (
        cast.client("officer")
        .post(reverse("visit_edit", args=[visit.pk]), sent(happened_on="soon", summary="My words"))
        .content.decode()
    )
    assert "Write the date as day, month, year" in page
    assert 'value="soon"' in page
    assert "My words" in page


def test_groups_to_choose_from_are_ones_own_and_searched_by_other_name():
    cast = make_cast()
    cast.sunrise.other_names = "Sonnenaufgang"
    cast.sunrise.save()
    client, url = cast.client("officer"), reverse("visit_choose_group")
    page = client.get(url).content.decode()
    assert "Sunrise" in page
    assert "Harbour" in page
    assert "Meadow" not in page
    found = client.get(url, {"q": "sonnen"}).content.decode()
    assert "Sunrise" in found
    assert "Harbour" not in found
    assert "No group found" in client.get(url, {"q": "meadow"}).content.decode()
