"""Reading census tables: both layouts come to the same figures, and what doesn't fit together is refused."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groups.census import LIMITS, Census, CensusError, match_community, read_census
from groups.models import Community
from groups.reference import COMMUNITIES, DISTRICTS
from tests.census import (
    AMBER_VALLEY,
    CATEGORIES,
    DERBY,
    ENGLISH,
    FIGURES,
    INDIAN,
    LANGUAGES,
    OTHER_ASIAN,
    OTHER_WHITE,
    long_csv,
    text,
    wide_csv,
)
from toolkit_portal.core.spreadsheets import TableError, read_table

KNOWN = {code: name for name, code in DISTRICTS}
LABELS = [label for _, labels in COMMUNITIES for label in labels]


def read(content: bytes, *, filename: str = "TS021-2021-2.csv", year: int | None = None) -> Census:
    table = read_table(io.BytesIO(content), limits=LIMITS)
    return read_census(table, known=KNOWN, filename=filename, year=year, latest=2026)


def faults(content: bytes, **options) -> str:
    with pytest.raises(CensusError) as refused:
        read(content, **options)
    return str(refused.value)


def figures(census: Census) -> dict[tuple[str, str], int]:
    return {(figure.gss_code, figure.category): figure.people for figure in census.figures}


EXPECTED = {
    (AMBER_VALLEY, INDIAN): 500,
    (AMBER_VALLEY, OTHER_ASIAN): 3,
    (AMBER_VALLEY, ENGLISH): 9000,
    (AMBER_VALLEY, OTHER_WHITE): 1200,
    (DERBY, INDIAN): 7000,
    (DERBY, OTHER_ASIAN): 150,
    (DERBY, ENGLISH): 20000,
    (DERBY, OTHER_WHITE): 99,
}


def test_the_long_layout_without_what_does_not_apply():
    census = read(long_csv())
    assert figures(census) == EXPECTED
    assert (census.topic, census.year, census.title) == ("ethnic_group", 2021, "TS021 Ethnic group")
    assert (census.layout, census.areas, census.codes) == ("long", 3, (AMBER_VALLEY, DERBY))


def test_the_wide_layout_without_its_totals_and_headings():
    census = read(wide_csv(), filename="census.csv")
    assert figures(census) == EXPECTED
    assert (census.layout, census.areas, census.year, census.title) == ("wide", 3, 2021, "Ethnic group")
    assert set(census.categories) == set(CATEGORIES)


def test_headings_that_name_a_measure_are_read_without_it():
    content = wide_csv().decode("utf-8-sig")
    for name in ("Total: All usual residents", INDIAN):
        content = content.replace(f"Ethnic group: {name}", f"Ethnic group: {name}; measures: Value")
    assert figures(read(content.encode())) == EXPECTED


@pytest.mark.parametrize(
    "content",
    [long_csv(LANGUAGES, topic="Main language (95 categories)"), wide_csv(LANGUAGES, topic="Main language")],  # type: ignore[arg-type]
    ids=["long", "wide"],
)
def test_main_language_in_both_layouts(content):
    census = read(content, filename="TS024-2021.csv")
    assert census.topic == "main_language"
    assert figures(census)[DERBY, "Other European language (EU): Polish"] == 400
    assert len(census.figures) == 6


# The year


def test_the_year_is_told_by_the_file_or_given():
    assert read(wide_csv(date="2021-03-21"), filename="x.csv").year == 2021
    assert read(long_csv(), filename="x-2011.csv").year == 2011
    assert read(long_csv(), filename="x.csv", year=2001).year == 2001
    only_2021 = {
        AMBER_VALLEY: {
            "White: Roma": 5,
            "Black, Black British, Black Welsh, Caribbean or African: African": 6,
        }
    }
    assert read(long_csv(only_2021), filename="x.csv").year == 2021


def test_a_year_that_is_not_told_or_not_possible():
    assert "doesn’t say of which year" in faults(long_csv(), filename="x.csv")
    assert "says that it is of 2021, not 2011" in faults(wide_csv(), year=2011)
    assert "between 1801 and 2026" in faults(long_csv(), filename="x-2031.csv")
    assert "“soon” isn’t a year" in faults(wide_csv(date="soon"))


def test_several_dates_are_refused():
    rows = wide_csv().decode("utf-8-sig").replace("2021,Derby", "2011,Derby")
    assert "several dates: 2011, 2021" in faults(rows.encode())


# Faults


def test_a_total_that_does_not_fit_its_parts_is_named_with_row_and_column():
    words = faults(wide_csv(change={(DERBY, "Total: All usual residents"): 27250}))
    assert words == (
        "Row 3, “Ethnic group: Total: All usual residents”: Derby has 27,250 for “Total: All usual residents”, "
        "and the parts come to 27,249."
    )


def test_a_heading_that_does_not_fit_its_parts():
    assert "Amber Valley has 10,201 for “White”, and the parts come to 10,200" in faults(
        wide_csv(change={(AMBER_VALLEY, "White"): "10201"})
    )


def test_totals_and_headings_of_a_long_table_are_checked_and_not_counted():
    summed = {
        DERBY: {
            "Total": 27_249,
            "White": 20_099,
            ENGLISH: 20_000,
            OTHER_WHITE: 99,
            INDIAN: 7000,
            OTHER_ASIAN: 150,
        }
    }
    assert {figure.category for figure in read(long_csv(summed)).figures} == set(CATEGORIES)
    summed[DERBY]["White"] = 1
    assert "Row 4, “Observation”: Derby has 1 for “White”, and the parts come to 20,099." in faults(
        long_csv(summed)
    )


def test_a_column_that_is_missing_shows_in_the_sums():
    assert "the parts come to" in faults(wide_csv(leave_out=[OTHER_ASIAN]))


def test_a_wide_table_needs_its_total():
    assert "no column with the total" in faults(wide_csv(leave_out=["Total: All usual residents"]))


@pytest.mark.parametrize("cell", ["-5", "many", "1.5", "", "12,34", "٣", "1e3", "999999999999"])
def test_what_is_no_number_of_people_is_named_with_row_and_column(cell):
    words = faults(wide_csv(change={(DERBY, INDIAN): cell}))
    assert words.startswith(f"Row 3, “Ethnic group: {INDIAN}”: ")
    bad = {AMBER_VALLEY: {**FIGURES[AMBER_VALLEY], INDIAN: cell}}
    assert faults(long_csv(bad)).startswith("Row 3, “Observation”: ")


def test_a_figure_given_twice():
    content = long_csv() + text([[DERBY, "Derby", 1, INDIAN, 1]]).removeprefix(b"\xef\xbb\xbf")
    assert "Row 17, “Observation”: Derby has" in faults(content) and "in row 8 already" in faults(content)
    rows = wide_csv().decode("utf-8-sig").splitlines()
    assert "Derby stands in row 3 already" in faults("\n".join([*rows, rows[2]]).encode())


def test_a_figure_that_is_missing():
    short = {**FIGURES, DERBY: {INDIAN: 7000, OTHER_ASIAN: 150, ENGLISH: 20000}}
    assert faults(long_csv(short)) == f"Row 8, “Observation”: Derby has no figure for “{OTHER_WHITE}”."


def test_a_row_without_an_area_or_a_category():
    assert "Say which area" in faults(long_csv().replace(f"{DERBY},Derby,1".encode(), b",Derby,1"))
    assert "Say which area" in faults(wide_csv().replace(f"Derby,{DERBY}".encode(), b"Derby,"))
    nameless = {AMBER_VALLEY: {**FIGURES[AMBER_VALLEY], "": 4}}
    assert "Say which category" in faults(long_csv(nameless))


def test_the_first_faults_are_told_and_that_there_may_be_more():
    many = {AMBER_VALLEY: {f"Group {number}": -1 for number in range(80)}}
    assert faults(long_csv(many)).count("\n") == 50
    assert faults(long_csv(many)).endswith("There may be more; these are the first.")


def test_faults_of_areas_that_are_not_known_here_do_not_matter():
    assert figures(read(long_csv({**FIGURES, "E06000001": {INDIAN: "secret"}}))) == EXPECTED


def test_no_area_known_here():
    assert "None of its 1 areas is known here" in faults(long_csv({"E06000001": FIGURES["E06000001"]}))


def test_tables_of_other_things():
    assert "isn’t a census table" in faults(b"name,kind\nA,B\n")
    assert "aren’t those of ethnic group" in faults(b"geography code,Age: 0 to 4\nE06000015,5\n")
    assert "needs one column such as" in faults(b"Area Code,Area,Observation\nE06000015,Derby,5\n")
    assert "needs a column for the area" in faults(
        b"Ethnic group Code,Ethnic group,Observation\n1,Indian,5\n"
    )
    by_sex = b"Area Code,Area,Sex Code,Sex,Ethnic group Code,Ethnic group,Observation\nE06000015,Derby,1,F,1,Indian,5\n"
    assert "broken down by “Area” and “Sex”" in faults(by_sex)
    assert "a total and no categories" in faults(b"geography code,Ethnic group: Total\nE06000015,5\n")
    assert "has 301 categories" in faults(long_csv({DERBY: {f"Group {number}": 1 for number in range(301)}}))
    assert "more than 250 characters" in faults(wide_csv({DERBY: {"x" * 251: 1}}))


# Communities


def test_every_category_of_the_census_has_its_community():
    """As table TS021 of 2021 names them, with our label where it isn't the same."""
    published = {
        "Other Asian": "Any other Asian background",
        "Other Black": "Any other Black, Black British or Caribbean background",
        "Other Mixed or Multiple ethnic groups": "Any other Mixed or Multiple background",
        "Other White": "Any other White background",
    }
    for heading, labels in COMMUNITIES:
        for label in labels:
            last = next((name for name, ours in published.items() if ours == label), label)
            assert match_community(f"{heading}: {last}", LABELS) == label
    assert match_community("White: English/Welsh/Scottish/Northern Irish/British", LABELS) == LABELS[0]
    assert match_community("Other ethnic group: Sikh", LABELS) is None
    assert match_community("Asian, Asian British or Asian Welsh", LABELS) is None


def test_a_community_that_somebody_added_is_matched_too():
    assert match_community("Other ethnic group: Sikh", [*LABELS, "Sikh"]) == "Sikh"


# Anything at all

CELLS = st.one_of(
    st.sampled_from(
        [*CATEGORIES, AMBER_VALLEY, DERBY, "", "-8", "5", "1,000", "-1", "Derby", "2021", "White"]
    ),
    st.text(max_size=12),
)
HEADERS = st.sampled_from(
    [
        "Area Code", "Area", "Ethnic group Code", "Ethnic group", "Observation", "geography code", "geography", "date",
        "Ethnic group: Total: All usual residents", "Ethnic group: White", "Ethnic group: White: Roma",
        "Ethnic group:", "Main language: Total", "Main language: Polish", "Sex Code", "Sex", "Total",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    headers=st.lists(HEADERS, min_size=1, max_size=8, unique=True),
    rows=st.lists(st.lists(CELLS, max_size=8), max_size=8),
)
def test_any_table_gives_figures_that_fit_together_or_an_error_in_words(headers, rows):
    try:
        census = read(text([headers, *rows]))
    except TableError as fault:
        assert str(fault).strip()
        return
    keys = list(figures(census))
    assert keys and len(keys) == len(census.figures) == len(census.codes) * len(census.categories)
    assert set(census.codes) <= set(KNOWN) and len(census.codes) <= census.areas
    assert all(figure.people >= 0 for figure in census.figures)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_give_an_error_in_words(content):
    with pytest.raises(TableError):
        read(content)


@settings(max_examples=50, deadline=None)
@given(numbers=st.lists(st.lists(st.integers(0, 100_000), min_size=4, max_size=4), min_size=2, max_size=2))
def test_both_layouts_of_any_figures_come_to_the_same(numbers):
    given_figures = {
        code: dict(zip(CATEGORIES, people, strict=True))
        for code, people in zip((AMBER_VALLEY, DERBY), numbers, strict=True)
    }
    assert figures(read(long_csv(given_figures))) == figures(read(wide_csv(given_figures)))


@pytest.mark.django_db
def test_the_communities_of_the_portal_are_those_the_tests_match_against():
    assert list(Community.objects.filter(from_census=True).values_list("label", flat=True)) == LABELS
