"""What the report does at its edges: wrong days, communities, nothing that applies, an unknown table."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from groups.models import Community
from readiness.models import Assessment
from readiness.reports.choice import NOT_LISTED, ReportChoice, ReportForm
from readiness.reports.collect import collect
from readiness.reports.forms import CountyForm
from readiness.reports.need import WHOSE
from tests import factories
from tests.readiness.reports.county import SmallCounty, days_ago, make_county

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> SmallCounty:
    return make_county()


def report(county: SmallCounty, **filters):
    return collect(ReportChoice(as_at=days_ago(0), compare=days_ago(365), **filters), by=county.manager)


@pytest.mark.parametrize(
    ("as_at", "compare", "field", "words"),
    [
        (-1, None, "as_at", "still to come"),
        (10, 10, "compare", "a day before"),
        (None, 0, "compare", "a day before"),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(county, as_at, compare, field, words):
    """The days are given as so many days ago, since midnight may pass between collecting tests and this one."""
    given = {"as_at": as_at, "compare": compare}
    data = QueryDict(mutable=True)
    data.update({name: f"{days_ago(ago):%d/%m/%Y}" for name, ago in given.items() if ago is not None})
    form = ReportForm(data, user=county.manager)
    assert not form.is_valid() and words in str(form.errors[field])


def test_what_is_not_among_the_choices_is_refused_in_words(county):
    for form in (ReportForm, CountyForm):
        found = form(QueryDict("lio=9999&district=x&community=0&kind=big&route=up"), user=county.manager)
        assert not found.is_valid()
        assert set(found.errors) == {"lio", "district", "community", "kind", "route"}
        assert all(words == [NOT_LISTED] for words in found.errors.values())


def test_need_says_where_a_filter_does_not_reach_it(county):
    needs = ("need_by_district", "need_by_community", "need_by_method")
    for filters in ({"kind": "bme_led"}, {"route": "build-foundations", "route_title": "Build foundations"}):
        found = report(county, **filters)
        assert all(WHOSE in found.table(key).about for key in needs)
    for filters in ({}, {"district": factories.district("Derby")}):
        found = report(county, **filters)
        assert not any(WHOSE in found.table(key).about for key in needs)


def test_need_of_one_community_is_shown_beside_what_it_leaves_out(county):
    other = factories.make_officer(lio=county.peak)
    for label, people in (("Roma", 30), ("Pakistani", 40)):
        factories.make_evidence(
            lio=county.peak,
            by=county.officer,
            reviewed_by=other,
            communities=(label,),
            people_affected=people,
        )
    roma = Community.objects.get(label="Roma")
    county.groups["Ash"].communities.add(roma)
    found = report(county, community=roma)
    assert found.table("need_by_district").rows[-1].cells[-1].value == 30
    assert found.asked.filters == (("Community", "Roma"),)


def test_an_assessment_to_which_nothing_applies_counts_without_a_score(county):
    Assessment.objects.filter(group=county.groups["Ash"]).update(
        overall_exact="", overall=None, theme_scores={}
    )
    found = {row: cell.value for row, _, cell in report(county).table("summary").numbers}
    assert found["assessed"] == 3 and str(found["score"]) == "62.50"  # Birch 50, Cedar 75


def test_the_lists_behind_contact_and_partnerships_say_what_they_hold(county, client):
    client.force_login(county.manager, backend="groups.sign_in.PortalBackend")
    days = f"as_at={days_ago(0)}&compare={days_ago(365)}"
    for query, words in (
        ("contact=dialogue", "in contact between"),
        ("partner=approached", "with a partnership (approached)"),
        ("account=2.11", "whose level for section 2.11 is above what is on record"),
    ):
        text = client.get(f"{reverse('county_groups')}?{days}&{query}").content.decode()
        assert words in text, query


def test_an_unknown_table_is_a_fault_of_the_program(county):
    with pytest.raises(KeyError, match="nowhere"):
        report(county).table("nowhere")
