"""Needs heard at a visit: rows of its form become drafts of evidence, all or nothing with the rest."""

import pytest
from django.test import Client
from django.urls import reverse

from evidence.models import Barrier, Evidence
from groups.models import Community, District, Visit, VisitDraft
from tests import factories
from tests.cast import Cast, make_cast
from tests.toolkit_portal.test_visit_form import filled, log_url

pytestmark = pytest.mark.django_db


def with_needs(*needs: dict[str, object], **changes) -> dict[str, object]:
    """A valid visit with rows of needs besides."""
    rows = {
        f"needs-{place}-{name}": value for place, need in enumerate(needs) for name, value in need.items()
    }
    return filled(**{"needs-TOTAL_FORMS": str(len(needs)), "needs-INITIAL_FORMS": "0", **rows, **changes})


def housing(**changes) -> dict[str, object]:
    return {
        "summary": "The letter came in English only.",
        "service_area": factories.service_area().pk,
        **changes,
    }


def sunrise_in_chesterfield() -> tuple[Cast, Client]:
    cast = make_cast()
    cast.sunrise.districts.set(District.objects.filter(name="Chesterfield"))
    cast.sunrise.communities.set(Community.objects.filter(label="Roma"))
    return cast, cast.client("officer")


def test_each_row_becomes_a_draft_that_knows_the_visit():
    cast, client = sunrise_in_chesterfield()
    barrier = Barrier.objects.get(label="Language or interpreting")
    answer = client.post(
        log_url(cast),
        with_needs(
            housing(people_affected="6", barrier=barrier.pk), housing(summary="The bus stops at five.")
        ),
        follow=True,
    )
    assert "with 1 level, 2 needs and 1 action" in answer.content.decode()
    first, second = Evidence.objects.order_by("pk")
    visit = Visit.objects.get()
    assert (first.visit, first.happened_on, first.lio, first.state) == (
        visit,
        visit.happened_on,
        cast.peak,
        "draft",
    )
    assert (first.people_affected, list(first.barriers.all())) == (6, [barrier])
    assert (second.people_affected, second.barriers.count(), second.created_by) == (None, 0, cast.officer)
    for record in (first, second):
        assert list(record.groups.all()) == [cast.sunrise]
        assert [str(place) for place in record.districts.all()] == ["Chesterfield"]
        assert [str(people) for people in record.communities.all()] == ["Roma"]
        assert record.criteria == ["2.15c"]
    page = client.get(reverse("visit_detail", args=[visit.pk])).content.decode()
    assert "The bus stops at five." in page and reverse("evidence_detail", args=[first.pk]) in page


def test_the_form_sent_twice_records_each_need_once():
    cast, client = sunrise_in_chesterfield()
    form = with_needs(housing())
    for _ in range(2):
        client.post(log_url(cast), form)
    assert Evidence.objects.count() == Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"summary": ""}, "Say what happened, or empty this row."),
        ({"service_area": ""}, "Choose the service area."),
        ({"service_area": "999999"}, "Select a valid choice"),
        ({"people_affected": "-3"}, "greater than or equal to 1"),
    ],
)
def test_a_fault_in_one_need_saves_nothing_and_keeps_all(changes, words):
    cast, client = sunrise_in_chesterfield()
    answer = client.post(log_url(cast), with_needs(housing(**{"people_affected": "7", **changes})))
    page = answer.content.decode()
    assert words in page and "Need 1" in page
    assert not Evidence.objects.exists() and not Visit.objects.exists()
    kept = VisitDraft.objects.get()
    assert kept.fields["needs-0-people_affected"] == [changes.get("people_affected", "7")]


def test_a_row_that_was_not_touched_is_no_need():
    cast, client = sunrise_in_chesterfield()
    client.post(
        log_url(cast), with_needs({"summary": "", "service_area": "", "people_affected": "", "barrier": ""})
    )
    assert Visit.objects.exists() and not Evidence.objects.exists()


def test_another_row_without_scripts_keeps_what_was_typed():
    cast, client = sunrise_in_chesterfield()
    page = client.post(log_url(cast), with_needs(housing(), then="need")).content.decode()
    assert 'name="needs-1-summary"' in page and "The letter came in English only." in page
    assert not Visit.objects.exists()


def test_a_form_from_before_needs_were_asked_still_logs_the_visit():
    cast, client = sunrise_in_chesterfield()
    assert client.post(log_url(cast), filled()).status_code == 302
    assert Visit.objects.exists()


def test_managers_read_the_needs_of_a_visit_and_are_offered_no_form():
    cast, client = sunrise_in_chesterfield()
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    factories.make_evidence(lio=cast.peak, by=cast.officer, visit=visit, summary="Nobody rang back.")
    page = cast.client("manager").get(reverse("visit_detail", args=[visit.pk])).content.decode()
    assert "Nobody rang back." in page and reverse("evidence_new") not in page
    own = client.get(reverse("visit_detail", args=[visit.pk])).content.decode()
    assert f"{reverse('evidence_new')}?visit={visit.pk}" in own
