"""Where groups are missing, against a small census worked out by hand.

The groups are those of tests/readiness/reports/county.py: Ash and Birch in Chesterfield, Birch and Cedar in Derby,
Dogwood in no district, Elder closed.

| group | communities       | languages     |
|-------|-------------------|---------------|
| Ash   | Pakistani         | Panjabi, Urdu |
| Birch | Pakistani, Indian | Chinese       |
| Cedar | Arab              | Arabic        |
| Elder | Chinese           | Polish        |

| people       | Pakistani | Indian | Arab | Chinese | Other White | English, … | Sikh |
|--------------|-----------|--------|------|---------|-------------|------------|------|
| Chesterfield | 400       | 250    | 99   | 150     | 2,000       | 90,000     | 7    |
| Derby        | 20,000    | 12,000 | 900  | 1,500   | 10,000      | 160,000    | 8    |
| Erewash      | 120       | 3      |      |         |             |            |      |
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from groups.models import CensusFigure, CensusTable, Community, District
from readiness.reports.census import AT_LEAST
from readiness.reports.choice import ReportChoice
from readiness.reports.collect import LISTS, _names
from readiness.reports.coverage import MAJORITY, coverage
from readiness.reports.languages import key, spoken, widened
from readiness.reports.spine import Bands, recent_from, spine
from readiness.reports.tally import tally_of
from readiness.reports.values import ReportTable, Row
from tests import factories
from tests.readiness.reports.county import SmallCounty, days_ago, make_county, noon

pytestmark = pytest.mark.django_db

OTHER_WHITE = "Any other White background"
PEOPLE = {
    "Chesterfield": {
        "Pakistani": 400, "Indian": 250, "Arab": 99, "Chinese": 150, OTHER_WHITE: 2000, MAJORITY: 90_000, "Sikh": 7,
    },
    "Derby": {
        "Pakistani": 20_000, "Indian": 12_000, "Arab": 900, "Chinese": 1500, OTHER_WHITE: 10_000,
        MAJORITY: 160_000, "Sikh": 8,
    },
    "Erewash": {"Pakistani": 120, "Indian": 3},
}  # fmt: skip
SPEAKERS = {
    "Derby": {
        "English (English or Welsh in Wales)": 200_000,
        "Other European language (EU): Polish": 4000,
        "South Asian language: Panjabi": 9000,
        "South Asian language: Bengali (with Sylheti and Chatgaya)": 60,
        "East Asian language: Cantonese Chinese": 900,
        "Other European language (EU): Latvian": 99,
        "Other European language (EU): Slovak": 70,
        "Other European language (non-EU): Slovak": 30,
        "Any other European language": 5000,
    }
}


def make_table(
    people: dict[str, dict[str, int]], *, topic: str = "ethnic_group", year: int = 2021
) -> CensusTable:
    """A table that counts, with those figures by district and category."""
    table = CensusTable.objects.create(
        topic=topic, title=f"Table of {year}", year=year, source="Office", licence="Licence",
        sha256=f"{topic} {year} {len(people)}", areas_in_file=len(people), confirmed_at=timezone.now(),
    )  # fmt: skip
    known = {community.label: community for community in Community.objects.all()}
    CensusFigure.objects.bulk_create(
        CensusFigure(
            table=table, gss_code=factories.district(area).gss_code, area=area, category=f"Heading: {category}"
            if topic == "ethnic_group" else category, community=known.get(category), people=number,
        )
        for area, figures in people.items()
        for category, number in figures.items()
    )  # fmt: skip
    return table


@pytest.fixture
def county() -> SmallCounty:
    made = make_county()
    for name, communities, languages in (
        ("Ash", ("Pakistani",), "Panjabi\nUrdu"),
        ("Birch", ("Pakistani", "Indian"), "Chinese"),
        ("Cedar", ("Arab",), "Arabic"),
        ("Elder", ("Chinese",), "Polish"),
    ):
        group = made.groups[name]
        group.communities.set(Community.objects.filter(label__in=communities))
        type(group).objects.filter(pk=group.pk).update(languages=languages)
    make_table(PEOPLE)
    return made


def tables(county: SmallCounty, number: int = 0, *, by=None, as_at: date | None = None, **filters):
    """The three tables by their keys, as at so many days ago."""
    day = as_at or days_ago(number)
    choice = ReportChoice(as_at=day, compare=day - timedelta(days=365), **filters)
    lists = {key: list(model.objects.all()) for key, model in LISTS.items()}
    names = _names(choice, lists)
    user = by or county.manager
    scope = choice.groups(user)
    tally = tally_of(spine(choice, scope, Bands(names.bands), recent_from(day)), visited_from=choice.compare)
    made = coverage(choice, tally, choice.active(scope), lists, names.districts, by=user)
    return {table.key: table for table in made}


def row(table: ReportTable, label: str) -> list[object]:
    return [cell.value for cell in next(line for line in table.rows if line.label == label).cells]


def lines(table: ReportTable) -> list[tuple[object, ...]]:
    return [(line.label, *(cell.value for cell in line.cells)) for line in table.rows]


# Communities


def test_communities_by_people_groups_and_districts_without(county):
    table = tables(county)["communities"]
    assert row(table, "Pakistani") == [20_520, 2, 1, "Erewash"]
    assert row(table, "Indian") == [12_253, 1, 0, None]  # three in Erewash are too few
    assert row(table, "Arab") == [999, 1, 0, None]  # 99 in Chesterfield
    assert row(table, "Chinese") == [1650, 0, 2, "Chesterfield and Derby"]  # Elder is closed
    assert row(table, OTHER_WHITE) == [12_000, 0, 2, "Chesterfield and Derby"]
    assert row(table, "Bangladeshi") == [None, 0, 0, None]  # not in this table


def test_the_majority_is_counted_and_no_gap(county):
    found = tables(county)
    assert row(found["communities"], MAJORITY) == [250_000, 0, None, None]
    assert MAJORITY not in [line.label for line in found["gaps"].rows]
    assert MAJORITY in found["gaps"].about


def test_the_total_has_everybody_once(county):
    table = tables(county)["communities"]
    assert row(table, "Sikh") == [15, None, None, None]  # a category that is no community here
    assert row(table, "All residents and active groups") == [92_906 + 204_408 + 123, 4, None, None]
    assert table.rows[-1].is_total


def test_a_community_without_a_group_anywhere(county):
    make_table({name: {"Irish": 100} for name in District.objects.values_list("name", flat=True)})
    assert row(tables(county)["communities"], "Irish") == [900, 0, 9, "All"]


def test_a_community_that_the_census_does_not_know(county):
    kurdish = Community.objects.create(label="Kurdish", heading="Other ethnic group")
    retired = Community.objects.create(label="Old word", heading="Other", retired_on=days_ago(10))
    assert row(tables(county)["communities"], "Kurdish") == [None, 0, None, None]
    assert "Old word" not in [line.label for line in tables(county)["communities"].rows]
    assert row(tables(county, 11)["communities"], "Old word") == [None, 0, None, None]
    county.groups["Ash"].communities.add(kurdish, retired)
    assert row(tables(county)["communities"], "Kurdish") == [None, 1, None, None]
    assert row(tables(county)["communities"], "Old word") == [None, 1, None, None]


# Gaps


def test_gaps_are_listed_with_most_people_first(county):
    assert AT_LEAST == 100
    # Community, district, people, groups there, groups elsewhere, groups that work there.
    assert lines(tables(county)["gaps"]) == [
        (OTHER_WHITE, "Derby", 10_000, 0, 0, 2),
        (OTHER_WHITE, "Chesterfield", 2000, 0, 0, 2),
        ("Chinese", "Derby", 1500, 0, 0, 2),
        ("Chinese", "Chesterfield", 150, 0, 0, 2),
        ("Pakistani", "Erewash", 120, 0, 2, 0),
    ]


def test_a_hundred_people_are_a_gap_and_ninety_nine_are_none(county):
    CensusFigure.objects.filter(table__title="Table of 2021", area="Chesterfield", people=99).update(
        people=100
    )
    assert ("Arab", "Chesterfield", 100, 0, 1, 2) in lines(tables(county)["gaps"])


def test_small_published_figures_are_not_hidden(county):
    CensusFigure.objects.filter(area="Derby", people=900).update(people=3)
    found = tables(county, district=factories.district("Derby"))
    assert row(found["communities"], "Arab") == [3, 1, 0, None]
    assert not any(table.hidden for table in found.values())


def test_a_group_that_opens_closes_the_gap(county):
    county.groups["Cedar"].communities.add(Community.objects.get(label="Chinese"))
    assert ("Chinese", "Derby", 1500, 0, 0, 2) not in lines(tables(county)["gaps"])
    assert ("Chinese", "Chesterfield", 150, 0, 1, 2) in lines(tables(county)["gaps"])


# The day, filters, rights


def test_the_table_of_the_day_counts(county):
    make_table({"Derby": {"Chinese": 2222}}, year=2024)
    assert row(tables(county)["communities"], "Chinese") == [2222, 0, 1, "Derby"]
    before = tables(county, as_at=date(2023, 12, 31))
    assert row(before["communities"], "Chinese")[0] == 1650
    assert "Office, Table of 2021; Licence." in before["communities"].note


def test_without_a_table_nothing_is_called_missing(county):
    found = tables(county, as_at=date(2020, 6, 1))
    assert row(found["communities"], "Chinese") == [None, 0, None, None]
    assert row(found["communities"], "All residents and active groups") == [None, 0, None, None]
    assert found["gaps"].rows == ()
    assert found["gaps"].note.startswith("There is no census table for these districts and that day")


def test_elder_counted_while_it_was_open(county):
    assert row(tables(county, 101)["communities"], "Chinese") == [1650, 1, 1, "Chesterfield"]


def test_a_district_narrows_people_and_gaps(county):
    found = tables(county, district=factories.district("Erewash"))
    assert row(found["communities"], "Pakistani") == [120, 0, 1, "Erewash"]
    assert lines(found["gaps"]) == [("Pakistani", "Erewash", 120, 0, 0, 0)]
    assert "others may name them" in found["gaps"].note


def test_a_community_alone(county):
    found = tables(county, community=Community.objects.get(label="Chinese"))
    assert lines(found["communities"]) == [("Chinese", 1650, 0, 2, "Chesterfield and Derby")]
    assert [line[:3] for line in lines(found["gaps"])] == [
        ("Chinese", "Derby", 1500),
        ("Chinese", "Chesterfield", 150),
    ]


def test_an_officer_reads_that_others_may_have_groups(county):
    found = tables(county, by=county.officer)
    assert row(found["communities"], "Arab") == [999, 0, 1, "Derby"]  # Cedar is of the other LIO
    assert "others may name them" in found["communities"].note
    assert "others may name them" not in tables(county)["communities"].note


def test_a_district_that_has_ended_is_not_shown(county):
    District.objects.filter(name="Erewash").update(ends_on=days_ago(5))
    assert row(tables(county)["communities"], "Pakistani") == [20_400, 2, 0, None]
    assert row(tables(county, 6)["communities"], "Pakistani") == [20_520, 2, 1, "Erewash"]


# Languages


def test_languages_of_the_census_that_no_active_group_speaks(county):
    make_table(SPEAKERS, topic="main_language")
    table = tables(county)["languages"]
    # Panjabi is Ash's, Cantonese may be Birch's; Latvian and Bengali are few; English and rests are no gap.
    assert lines(table) == [("Polish", 4000, None), ("Slovak", 100, None)]
    assert "Table of 2021" in table.note


def test_languages_that_people_used_when_they_told_of_need(county):
    by, lio = county.officer, county.peak
    before = noon(20)
    factories.make_focus_group(lio=lio, by=by, language="Sylheti and Urdu", created_at=before)
    factories.make_focus_group(lio=county.vale, by=county.vale_officer, language="sylheti", created_at=before)
    factories.make_mystery_visit(lio=lio, by=by, language="Tigrinya", created_at=before)
    factories.make_survey(lio=lio, by=by, language="English, Polish, Tigrinya", created_at=before)
    factories.make_focus_group(lio=lio, by=by, language="", created_at=before)
    table = tables(county)["languages"]
    assert lines(table) == [
        ("Polish", None, "Survey"),
        ("Sylheti", None, "Focus group"),
        ("Tigrinya", None, "Mystery visit and Survey"),
    ]
    make_table(SPEAKERS, topic="main_language")
    assert lines(tables(county)["languages"]) == [
        ("Polish", 4000, "Survey"),
        ("Slovak", 100, None),
        ("Bengali (with Sylheti and Chatgaya)", 60, "Focus group"),
        ("Tigrinya", None, "Mystery visit and Survey"),
    ]
    keys = [line.key for line in tables(county)["languages"].rows]
    assert len(set(keys)) == len(keys)


def test_languages_are_known_from_the_day_they_were_noted_and_happened(county):
    factories.make_focus_group(
        lio=county.peak, by=county.officer, language="Tigrinya", held_on=days_ago(50), created_at=noon(30)
    )
    assert lines(tables(county, 31)["languages"]) == []
    assert lines(tables(county, 30)["languages"]) == [("Tigrinya", None, "Focus group")]


def test_an_officer_gets_no_languages_of_another_lio(county):
    factories.make_mystery_visit(
        lio=county.vale, by=county.vale_officer, language="Tigrinya", created_at=noon(10)
    )
    assert lines(tables(county)["languages"]) and not lines(tables(county, by=county.officer)["languages"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Bengali (with Sylheti and Chatgaya)", ["Bengali", "Sylheti"]),
        ("South Asian language: Panjabi", ["Panjabi"]),
        ("Persian or Farsi", ["Persian"]),
        ("English (English or Welsh in Wales)", []),
        ("Welsh or Cymraeg (in England only)", []),
        ("Any other Chinese", []),
        ("Not spoken by anybody", []),
        ("Urdu; Pashto/Dari\nKurdish", ["Urdu", "Pashto", "Dari", "Kurdish"]),
        ("Urdu, with an interpreter", ["Urdu"]),
        ("mostly English, some Romani language", ["Romani"]),
        ("a very long remark about who spoke", []),
        ("x" * 41, []),
        ("…", []),
        ("", []),
    ],
)
def test_languages_are_read_from_what_people_write(text, names):
    assert list(spoken(text).values()) == names


def test_two_names_of_a_language_are_one():
    assert key("PANJABI") == key("Punjabi") and key("Bangla") == key("bengali")
    assert key("Română") == key("romana") and key("Urdu") != key("Hindi")
    assert widened({"chinese"}) == {"chinese", "cantonese", "mandarin"}
    assert widened({"cantonese"}) == {"cantonese", "chinese"}
    assert widened({"sorani", "urdu"}) == {"sorani", "kurdish", "urdu"}


# Form and cost


def test_numbers_lead_to_their_groups(county):
    found = tables(county)
    pakistani = Community.objects.get(label="Pakistani")
    line: Row = next(line for line in found["communities"].rows if line.label == "Pakistani")
    assert line.cells[1].groups.endswith(f"in_community={pakistani.pk}")
    last = found["gaps"].rows[-1]
    assert last.cells[3].groups.endswith(f"in_community={pakistani.pk}")
    assert last.cells[4].groups.endswith(f"in_district={factories.district('Erewash').pk}")


def test_each_row_has_a_key_of_its_own_and_as_many_cells_as_columns(county):
    make_table(SPEAKERS, topic="main_language")
    for table in tables(county).values():
        keys = [line.key for line in table.rows]
        assert len(set(keys)) == len(keys)
        assert all(len(line.cells) == len(table.columns) for line in table.rows)


def test_two_queries_however_many_there_are(county, django_assert_num_queries):
    def count() -> None:
        choice = ReportChoice(as_at=days_ago(0), compare=days_ago(365))
        lists = {key: list(model.objects.all()) for key, model in LISTS.items()}
        names = _names(choice, lists)
        tally = tally_of((), visited_from=choice.compare)
        active = choice.active(choice.groups(county.manager))
        with django_assert_num_queries(2):
            coverage(choice, tally, active, lists, names.districts, by=county.manager)

    assert county.manager.roles.is_manager  # read once for the whole report
    count()
    for number in range(3):
        factories.make_group(lio=county.vale, languages=f"Language {number}")
        factories.make_focus_group(lio=county.vale, by=county.vale_officer, language=f"Tongue {number}")
    count()
