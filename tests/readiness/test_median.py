"""The county's median: the latest standing assessments of one edition, from five groups up, nobody named."""

from datetime import date
from fractions import Fraction

import pytest

from readiness import assessing
from readiness.medians import county_medians
from readiness.models import Edition
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


def assessed_groups(cast: Cast, levels: list[int]) -> None:
    """So many groups of Peak, each with one level in every section."""
    for level in levels:
        group = factories.make_group(lio=cast.peak)
        factories.make_assessment(group=group, by=cast.officer, levels=level)


def test_four_groups_have_no_median_and_five_have():
    cast = make_cast()
    assessed_groups(cast, [0, 1, 2, 3])
    few = county_medians(factories.current_edition())
    assert (few.groups, few.overall, few.themes, few.levels) == (4, None, {}, {})
    assessed_groups(cast, [4])
    enough = county_medians(factories.current_edition())
    assert (enough.groups, enough.overall) == (5, 50)
    assert enough.themes == {"2.1": 50, "2.2": 50}
    assert enough.levels["2.15d"] == 2


def test_of_an_even_number_it_is_the_mean_of_the_middle_two():
    cast = make_cast()
    assessed_groups(cast, [0, 0, 1, 2, 4, 4])
    medians = county_medians(factories.current_edition())
    assert medians.levels["2.1"] == Fraction(3, 2)
    assert medians.overall == Fraction(75, 2)


def test_only_each_group_s_latest_counts():
    cast = make_cast()
    assessed_groups(cast, [4, 4, 4, 4])
    for day, level in ((date(2025, 1, 1), 0), (date(2026, 1, 1), 4)):
        factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=level, assessed_on=day)
    medians = county_medians(factories.current_edition())
    assert (medians.groups, medians.overall) == (5, 100)


def test_a_corrected_assessment_and_a_draft_count_for_nothing():
    cast = make_cast()
    assessed_groups(cast, [4, 4, 4, 4])
    old = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    correction = assessing.start_correction(of=old, by=cast.officer, reason="Wrong")
    assert county_medians(factories.current_edition()).groups == 5, "the old one stands until then"
    correction.answers.update(level=4)
    assessing.complete(correction, by=cast.officer)
    factories.make_draft(group=cast.harbour, by=cast.officer, levels={"2.1": 0})
    medians = county_medians(factories.current_edition())
    assert (medians.groups, medians.levels["2.1"]) == (5, 4)


def test_a_section_that_applies_to_four_groups_has_no_median_while_the_rest_has():
    cast = make_cast()
    assessed_groups(cast, [2, 2, 2, 2])
    edition = factories.current_edition()
    codes = edition.criteria.values_list("code", flat=True)
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, levels=dict.fromkeys(codes, 2))
    for item in edition.criteria.filter(theme__code="2.2"):
        assessing.save_answer(
            draft=draft, criterion=item, by=cast.officer, not_applicable=True, na_reason="New"
        )
    assessing.complete(draft, by=cast.officer)
    medians = county_medians(edition)
    assert medians.themes == {"2.1": 50}
    assert "2.21" not in medians.levels
    assert medians.levels["2.1"] == 2


def test_groups_whose_nothing_applies_are_no_part_of_the_overall_median():
    cast = make_cast()
    assessed_groups(cast, [2, 2, 2, 2])
    edition = factories.current_edition()
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
    for item in edition.criteria.all():
        assessing.save_answer(
            draft=draft, criterion=item, by=cast.officer, not_applicable=True, na_reason="New"
        )
    assessing.complete(draft, by=cast.officer)
    assert county_medians(edition).overall is None


def test_assessments_of_another_edition_are_left_out():
    cast = make_cast()
    assessed_groups(cast, [4, 4, 4, 4, 4])
    other = Edition.objects.create(code="other", title="Other", published_on=date(2020, 1, 1), checksum="0")
    assert county_medians(other).groups == 0


@pytest.mark.parametrize("groups", [5, 15])
def test_it_costs_two_queries_however_many_groups(groups, django_assert_num_queries):
    cast, edition = make_cast(), factories.current_edition()
    assessed_groups(cast, [2] * groups)
    with django_assert_num_queries(2):
        county_medians(edition)
