"""The county report of a small county against numbers worked out by hand, on its day and on days before."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from evidence.models import Evidence
from groups.credentials import keep_change
from groups.models import CommunityGroup, Credential, District
from readiness.assessing import complete, start_correction
from readiness.models import Assessment, GroupRoute, RouteChange
from readiness.reports.choice import ReportChoice
from readiness.reports.collect import collect
from readiness.reports.values import CountyReport
from readiness.route_keeping import settle
from tests import factories
from tests.readiness.reports.county import SmallCounty, days_ago, make_county, noon, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> SmallCounty:
    return make_county()


def report(county: SmallCounty, number: int = 0, before: int = 365, by=None, **filters) -> CountyReport:
    """As at so many days ago, compared with so many days ago."""
    choice = ReportChoice(as_at=days_ago(number), compare=days_ago(before), **filters)
    return collect(choice, by=by or county.manager)


def column(found: CountyReport, table: str, key: str) -> dict[str, object]:
    """Value by row of one column."""
    return {row: cell.value for row, name, cell in found.table(table).numbers if name == key}


def row(found: CountyReport, table: str, key: str) -> list[object]:
    return [cell.value for name, _, cell in found.table(table).numbers if name == key]


def test_summary(county):
    assert column(report(county), "summary", "number") == {
        "groups": 4,
        "dormant": 0,
        "closed": 1,
        "assessed": 3,
        "recent": 2,  # Ash and Cedar; Birch was assessed 400 days ago
        "stale": 1,
        "score": Decimal("58.33"),  # (50 + 50 + 75) / 3
        "score_change": Decimal("20.83"),  # then (25 + 50) / 2 = 37.50
        "visited": 2,
        "unvisited": 2,
        "unplanned": 3,
        "late": 1,
    }


def test_bands_on_both_days(county):
    found = report(county)
    assert column(found, "bands", "now") == {
        "starting": 0, "developing": 0, "gaining ground": 2, "well placed": 1,
    }  # fmt: skip
    assert column(found, "bands", "before") == {
        "starting": 0, "developing": 1, "gaining ground": 1, "well placed": 0,
    }  # fmt: skip
    assert column(found, "bands", "change")["developing"] == -1


def test_each_active_group_stands_in_one_row_of_movement(county):
    assert column(report(county), "movement", "groups") == {
        "up": 1,  # Ash, developing to gaining ground
        "down": 0,
        "same": 0,
        "new": 1,  # Cedar
        "waiting": 1,  # Birch
        "never": 1,  # Dogwood
        "total": 4,
    }
    assert column(report(county), "movement", "share")["up"] == Decimal("25.0")


def test_a_group_that_moved_down(county):
    factories.make_assessment(
        group=county.groups["Birch"], by=county.officer, levels=1, assessed_on=days_ago(3)
    )
    factories.make_assessment(
        group=county.groups["Cedar"], by=county.officer, levels=3, assessed_on=days_ago(2)
    )
    assert column(report(county, before=10), "movement", "groups") == {
        "up": 0, "down": 1, "same": 1, "new": 0, "waiting": 1, "never": 1, "total": 4,
    }  # fmt: skip


def test_districts_count_a_group_in_each_of_its_own_and_once_in_the_county(county):
    found = report(county)
    ids = {str(district.pk): district.name for district in District.objects.all()} | {
        "0": "none",
        "total": "County",
    }
    groups = {ids[key]: value for key, value in column(found, "districts", "groups").items()}
    assert {name: count for name, count in groups.items() if count} == {
        "Chesterfield": 2, "Derby": 2, "none": 1, "County": 4,
    }  # fmt: skip
    assert len(groups) == 11
    scores = {ids[key]: value for key, value in column(found, "districts", "score").items()}
    assert scores["Chesterfield"] == Decimal("50.00") and scores["Derby"] == Decimal("62.50")
    assert scores["Erewash"] is None


def test_levels_by_section_and_district(county):
    found = report(county)
    derby, erewash = (str(factories.district(name).pk) for name in ("Derby", "Erewash"))
    cells = dict(
        zip(
            (column.key for column in found.table("levels").columns),
            row(found, "levels", "2.11"),
            strict=True,
        )
    )
    assert cells[derby] == Decimal("2.50")  # Birch 2, Cedar 3
    assert cells[erewash] is None
    assert cells["county"] == Decimal("2.33") and cells["groups"] == 3 and cells["not_applicable"] == 0


def test_lios_side_by_side(county):
    found = report(county)
    assert column(found, "lios", "groups") == {str(county.peak.pk): 2, str(county.vale.pk): 2, "total": 4}
    assert column(found, "lios", "late_group") == {str(county.peak.pk): 1, str(county.vale.pk): 0, "total": 1}
    assert column(found, "lios", "score")[str(county.vale.pk)] == Decimal("75.00")


def test_papers_by_how_they_stood(county):
    found = report(county)
    keys = [column.key for column in found.table("papers").columns]
    assert dict(zip(keys, row(found, "papers", "equality-policy"), strict=True)) == {
        "in_place": 1, "soon": 1, "draft": 0, "not_needed": 0, "expired": 1, "missing": 1,
    }  # fmt: skip
    assert dict(zip(keys, row(found, "papers", "accounts"), strict=True))["draft"] == 1


def test_kinds(county):
    assert column(report(county), "kinds", "groups") == {
        "bme_led": 2, "bme_branch": 0, "generic": 1, "network": 1, "emerging": 0,
    }  # fmt: skip


def test_the_words(county):
    words = [sentence.text for sentence in report(county).sentences]
    today, before = (f"{day.day} {day:%B %Y}" for day in (days_ago(0), days_ago(365)))
    assert words[0] == f"On {today}, 2 of 4 active groups had been assessed in the last 12 months."
    assert words[1] == (
        f"Since {before}, 1 group moved up a band and none moved down; 1 was assessed for the first time."
    )
    assert words[2] == "The mean score is 58 out of 100; it was 38."
    assert "1 action is late and 1 paper has expired." in words


# As at


def test_a_day_before_tells_what_was_known_then(county):
    found = report(county, 200, 500)
    assert column(found, "summary", "number") == {
        "groups": 5,  # Elder was open
        "dormant": 0,
        "closed": 0,
        "assessed": 3,  # Ash, Birch, Elder; Cedar later
        "recent": 3,  # 400 days ago is 200 days before that day
        "stale": 0,
        "score": Decimal("58.33"),
        "score_change": None,
        "visited": 1,
        "unvisited": 4,
        "unplanned": 5,
        "late": 0,
    }
    assert column(found, "movement", "groups")["new"] == 3


def test_a_group_counts_as_closed_from_the_day_it_closed(county):
    assert column(report(county, 101, 500), "summary", "number")["groups"] == 5
    assert column(report(county, 100, 500), "summary", "number")["groups"] == 4
    assert column(report(county, 100, 500), "summary", "number")["closed"] == 1


def test_a_group_is_not_there_before_it_was_added(county):
    assert column(report(county, 601, 700), "summary", "number")["groups"] == 0
    assert report(county, 601, 700).sentences[0].text.endswith("there were no active groups that fit.")


def test_a_correction_counts_from_the_day_it_was_made(county):
    wrong = Assessment.objects.get(group=county.groups["Ash"], assessed_on=days_ago(30))
    correction = start_correction(of=wrong, by=county.officer, reason="Swapped")
    correction.answers.update(level=4)
    complete(correction, by=county.officer, at=noon(10))
    assert column(report(county, 11), "bands", "now")["well placed"] == 1  # Cedar
    assert column(report(county, 10), "bands", "now")["well placed"] == 2
    assert column(report(county), "bands", "now")["well placed"] == 2


def test_a_paper_counts_until_the_day_before_it_expires_and_as_it_stood_then(county):
    def stood(number: int) -> list[object]:
        return row(report(county, number, 550), "papers", "equality-policy")

    # In place, expires within 60 days, draft, not needed, expired, missing.
    assert stood(50) == [1, 0, 0, 0, 1, 2]  # Cedar's was noted ten days ago; Elder was closed already
    assert stood(51) == [1, 1, 0, 0, 0, 2]


def test_a_draft_that_became_a_paper_later_was_a_draft_then(county):
    group = county.groups["Dogwood"]
    made = paper(group, "accounts", 90, state="draft")
    Credential.objects.filter(pk=made.pk).update(state="in_place")
    made.refresh_from_db()
    keep_change(made, None, noon(5))
    assert row(report(county, 6), "papers", "accounts")[2] == 2
    assert row(report(county, 5), "papers", "accounts")[2] == 1


def test_an_action_was_late_until_it_was_done(county):
    assert column(report(county, 20), "lios", "late_lio")["total"] == 1
    assert column(report(county, 10), "lios", "late_lio")["total"] == 0
    assert column(report(county, 60), "lios", "late_lio")["total"] == 0


def test_routes_as_the_portal_held_them(county):
    settle(CommunityGroup.objects.all(), "Set up")
    ash = county.groups["Ash"]
    edition = factories.current_edition()
    GroupRoute.objects.filter(group=ash).update(route="be-heard", rung=1)
    RouteChange.objects.create(
        group=ash, edition=edition, before="build-foundations", route="be-heard", went_up=True,
        cause="Equality policy: in place", changed_at=noon(40),
    )  # fmt: skip
    assert column(report(county), "routes", "now")["be-heard"] == 1
    assert column(report(county), "routes", "before")["be-heard"] == 0
    assert column(report(county, 41), "routes", "now")["be-heard"] == 0
    assert column(report(county, 40), "routes", "now")["be-heard"] == 1


# Filters, rights, queries


def test_filters_narrow_the_groups(county):
    assert column(report(county, lio=county.vale), "summary", "number")["groups"] == 2
    derby = factories.district("Derby")
    assert column(report(county, district=derby), "summary", "number")["groups"] == 2
    assert column(report(county, kind="bme_led"), "summary", "number")["groups"] == 2
    assert report(county, lio=county.vale).asked.filters == (("LIO", "Vale"),)


def test_an_officer_gets_the_groups_of_their_own_lio(county):
    found = report(county, by=county.officer)
    assert column(found, "summary", "number")["groups"] == 2
    assert column(found, "summary", "number")["score"] == Decimal("50.00")


def test_unmet_need_hides_small_counts_of_people(county):
    other = factories.make_officer(lio=county.peak)
    for people in (3, 40):
        factories.make_evidence(
            lio=county.peak,
            by=county.officer,
            reviewed_by=other,
            districts=("Derby",) if people == 3 else ("Erewash",),
            people_affected=people,
        )
    found = report(county).table("need_by_district")
    housing = next(line for line in found.rows if line.label == "Housing")
    shown = dict(zip((column.title for column in found.columns), housing.cells, strict=True))
    assert shown["Derby"].value is None and shown["Derby"].sign == "<5"
    assert found.hidden and found.note
    assert report(county).table("need_by_method").rows[-1].cells[0].sign == "<5"


def test_records_that_were_reviewed_later_are_not_known_yet(county):
    other = factories.make_officer(lio=county.peak)
    for number in range(6):
        factories.make_evidence(
            lio=county.peak,
            by=county.officer,
            reviewed_by=other,
            happened_on=days_ago(90),
            people_affected=9 + number,
        )
    Evidence.objects.update(reviewed_at=noon(30))
    total = report(county, 30).table("need_by_method").rows[-1].cells[0]
    assert total.value == 6
    assert report(county, 31).table("need_by_method").rows[-1].cells[0].value == 0


@pytest.mark.parametrize("number", [0, 200])
def test_the_number_of_queries_is_bounded(county, django_assert_max_num_queries, number):
    choice = ReportChoice(as_at=days_ago(number), compare=days_ago(number + 365))
    with django_assert_max_num_queries(25):
        collect(choice, by=county.manager)
    for extra in range(5):
        group = factories.make_group(lio=county.vale, name=f"More {extra}", created_at=noon(600))
        factories.make_assessment(group=group, by=county.officer, levels=2, assessed_on=days_ago(300))
    with django_assert_max_num_queries(25):
        collect(choice, by=county.manager)


def test_the_report_says_what_was_asked(county):
    asked = report(county).asked
    assert asked.as_at == days_ago(0) and asked.compare == days_ago(365) and asked.by == str(county.manager)
    assert timezone.now() - asked.made_at < timedelta(minutes=1)
    assert "as_at=" in asked.query
