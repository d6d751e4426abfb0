"""The list behind each number holds as many groups as the number says, on any day and with any filter."""

import pytest
from django.http import QueryDict

from groups.models import Community, CommunityGroup, User
from readiness.demo.county import build
from readiness.reports.behind import Behind, link, read_behind
from readiness.reports.choice import ReportChoice, ReportForm
from readiness.reports.collect import collect
from readiness.reports.lists import groups_behind
from readiness.reports.values import Kind
from tests import factories
from tests.readiness.reports.county import days_ago, make_county

pytestmark = pytest.mark.django_db


# Their numbers are of contact and partnerships, of which a group may have several.
NOT_GROUPS = {"engagements", "partnerships"}


def opened(query: str, by: User) -> tuple[ReportChoice, Behind]:
    """What an address stands for, read as a page would."""
    data = QueryDict(query)
    form = ReportForm(data, user=by)
    assert form.is_valid(), form.errors
    return form.choice, read_behind(data)


def compare(choice: ReportChoice, by: User) -> int:
    """Opens the list behind each number of the report; how many numbers above nought were compared."""
    report, seen = collect(choice, by=by), 0
    for table in report.tables:
        kinds = {column.key: column.kind for column in table.columns}
        for row, column, cell in table.numbers:
            if not cell.groups:
                continue
            behind = groups_behind(*opened(cell.groups, by), by=by).count()
            where = f"{table.key} {row} {column}"
            if kinds[column] in {Kind.LEVEL, Kind.SCORE} or row == "score":  # a mean of somebody's
                assert behind, where
            elif kinds[column] == Kind.COUNT and not (
                column.startswith("late") or row == "late" or table.key in NOT_GROUPS
            ):
                assert behind == cell.value, where
                seen += bool(cell.value)
            else:  # a number of actions: of some group, or of none
                assert bool(behind) == bool(cell.value), where
    for sentence in report.sentences:
        if sentence.groups:
            groups_behind(*opened(sentence.groups, by), by=by).count()
    return seen


@pytest.mark.parametrize(("number", "before"), [(0, 365), (100, 450), (50, 60)])
def test_in_a_small_county(number, before):
    county = make_county()
    choice = ReportChoice(as_at=days_ago(number), compare=days_ago(before))
    assert compare(choice, county.manager) > 40


def test_with_filters_and_for_an_officer():
    county = make_county()
    choice = ReportChoice(
        as_at=days_ago(0), compare=days_ago(365), district=factories.district("Derby"), kind="bme_led"
    )
    assert compare(choice, county.manager) > 20
    assert compare(ReportChoice(as_at=days_ago(0), compare=days_ago(365)), county.officer) > 20
    # Another LIO's groups stay unseen, whatever the address says.
    query = link(ReportChoice(as_at=days_ago(0), compare=days_ago(365)), in_lio=county.vale.pk)
    assert not groups_behind(*opened(query, county.officer), by=county.officer).exists()


def test_in_the_demo_county(settings):
    settings.DEMO = True
    build(groups=24, seed=5, issued=0, evidence=0)
    manager = User.objects.get(email="manager@demo.example")
    choice = ReportChoice(as_at=days_ago(0), compare=days_ago(200))
    assert compare(choice, manager) > 80
    assert CommunityGroup.objects.count() == 24


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", Behind()),
        ("status=closed", Behind(status="closed")),
        ("in_lio=x&move=sideways&assessed=maybe&visited=often", Behind(assessed="", move="", visited="")),
        ("visited=yes", Behind(visited="yes")),
        ("in_district=0&late=yes", Behind(in_district=0, late="yes")),
        ("in_lio=99999999999999999999999", Behind()),
    ],
)
def test_addresses_are_read_and_what_nobody_could_mean_is_passed_over(query, wanted):
    assert read_behind(QueryDict(query)) == wanted
    assert read_behind(QueryDict(wanted.query)) == wanted


def test_each_narrowing_by_itself():
    county = make_county()

    def names(**which) -> set[str]:
        choice = ReportChoice(as_at=days_ago(0), compare=days_ago(365))
        found = groups_behind(choice, Behind(**which), by=county.manager)
        return set(found.values_list("name", flat=True))

    assert names() == {"Ash", "Birch", "Cedar", "Dogwood"}
    assert names(status="closed") == {"Elder"}
    assert names(status="") == {"Ash", "Birch", "Cedar", "Dogwood", "Elder"}
    assert names(band="gaining ground") == {"Ash", "Birch"}
    assert names(band_before="developing") == {"Ash"}
    assert names(move="new") == {"Cedar"}
    assert names(assessed="stale") == {"Birch"} and names(assessed="no") == {"Dogwood"}
    assert names(assessed="yes") == {"Ash", "Birch", "Cedar"} and names(assessed="recent") == {"Ash", "Cedar"}
    assert names(in_lio=county.vale.pk) == {"Cedar", "Dogwood"}
    assert names(in_district=0) == {"Dogwood"}
    assert names(of_kind="network") == {"Birch"}
    assert names(plan="none") == {"Birch", "Cedar", "Dogwood"}
    assert names(visited="no") == {"Birch", "Dogwood"} and names(visited="yes") == {"Ash", "Cedar"}
    assert names(section="2.11", level="3") == {"Cedar"} and names(section="2.11", level="na") == set()
    assert names(section="2.11") == {"Ash", "Birch", "Cedar"}
    assert names(paper="equality-policy", stands="expired") == {"Birch"}
    assert names(paper="equality-policy", stands="missing") == {"Dogwood"}
    assert names(late="yes") == {"Ash"}
    assert names(account="2.11") == {"Ash", "Birch", "Cedar"} and names(account="2.2") == set()
    assert names(contact="dialogue") == set() == names(partner="approached")
    assert names(at="be-heard") == set() == names(at_before="be-heard")
    roma = Community.objects.get(label="Roma")
    county.groups["Ash"].communities.add(roma)
    assert names(in_community=roma.pk) == {"Ash"}
