"""From a choice to a brief's numbers: which records fit, and a small county worked out by hand."""

from datetime import date

import pytest

from evidence.brief_data import BriefChoice, Collected, collect
from evidence.brief_document import Bar, BriefLio, Figure, TableRow
from evidence.models import Evidence
from groups.models import Community, CommunityGroup
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
CHESTERFIELD, HIGH_PEAK, BOLSOVER = ("Chesterfield",), ("High Peak",), ("Bolsover",)
ROMA, INDIAN = ("Roma",), ("Indian",)
LANGUAGE, DIGITAL, COST = ("Language or interpreting",), ("Digital",), ("Cost",)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def reviewed(cast: Cast, **fields) -> Evidence:
    return factories.make_evidence(
        lio=cast.peak, by=cast.officer, **{"reviewed_by": cast.manager, "districts": CHESTERFIELD, **fields}
    )


def choice(service: str = "Housing", **fields) -> BriefChoice:
    """A choice, districts and communities given by their labels."""
    for name, make in (
        ("districts", factories.district),
        ("communities", lambda label: Community.objects.get(label=label)),
    ):
        fields[name] = tuple(make(label) for label in fields.get(name, ()))
    return BriefChoice(service_area=factories.service_area(service), **fields)


def collected(made: BriefChoice | None = None) -> Collected:
    return collect(
        Evidence.objects.all(),
        made or choice(),
        lio=BriefLio(name="Peak"),
        groups=CommunityGroup.objects.all(),
    )


# Which records fit


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (None, None, True),
        (date(2026, 5, 10), date(2026, 5, 10), True),
        (date(2026, 5, 20), None, True),
        (None, date(2026, 5, 10), True),
        (date(2026, 5, 12), date(2026, 5, 14), True),
        (date(2026, 5, 1), date(2026, 5, 31), True),
        (date(2026, 5, 21), None, False),
        (None, date(2026, 5, 9), False),
    ],
)
def test_a_period_fits_by_any_of_its_days_the_first_and_the_last_included(cast, start, end, fits):
    record = reviewed(cast, happened_on=date(2026, 5, 10), until=date(2026, 5, 20))
    found = choice(start=start, end=end).apply(Evidence.objects.all())
    assert list(found) == ([record] if fits else [])


@pytest.mark.parametrize(("day", "fits"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_single_day_fits_from_the_first_day_to_the_last(cast, day, fits):
    reviewed(cast, happened_on=date(2026, 5, day))
    chosen = choice(start=date(2026, 5, 10), end=date(2026, 5, 20))
    assert chosen.apply(Evidence.objects.all()).exists() is fits


def test_only_the_service_area_that_was_chosen_fits(cast):
    housing = reviewed(cast)
    reviewed(cast, service="Transport")
    assert list(choice().apply(Evidence.objects.all())) == [housing]


def test_any_of_several_districts_fits_and_a_record_that_names_both_fits_once(cast):
    both = reviewed(cast, districts=CHESTERFIELD + HIGH_PEAK, communities=ROMA + INDIAN)
    one = reviewed(cast, districts=HIGH_PEAK, communities=INDIAN)
    elsewhere = reviewed(cast, districts=BOLSOVER, communities=ROMA)
    nowhere = reviewed(cast, districts=())

    def found(**fields) -> list[Evidence]:
        return sorted(choice(**fields).apply(Evidence.objects.all()), key=lambda record: record.pk)

    assert found(districts=CHESTERFIELD + HIGH_PEAK) == [both, one]
    assert found(districts=BOLSOVER) == [elsewhere]
    assert found(communities=ROMA + INDIAN) == [both, one, elsewhere]
    assert found(communities=ROMA, districts=HIGH_PEAK) == [both]
    assert found() == [both, one, elsewhere, nowhere]


def test_a_choice_is_stored_as_ids_and_days(cast):
    council = factories.make_organisation(name="Council", is_commissioner=True)
    made = choice(
        districts=CHESTERFIELD, communities=ROMA, start=date(2026, 4, 1), end=None, commissioner=council
    )
    assert made.as_data() == {
        "service_area": factories.service_area().pk,
        "districts": [factories.district().pk],
        "communities": [Community.objects.get(label="Roma").pk],
        "start": "2026-04-01",
        "end": None,
        "commissioner": council.pk,
    }


# A small county, worked out by hand


@pytest.fixture
def county(cast) -> Collected:
    """Thirteen reviewed records and a draft.

    People, by district and community, and how that may be shown:

                    Roma        Indian      total
    Chesterfield    30          14 + 6      50
    High Peak       12 (*)      3 + 6 = 9   21 (*)
    Bolsover        3 (<5)      0           3 (<5)
    total           45          23          68, since the six count in two districts and once in the total

    Bolsover's 3 are too few, so its cell and its total go. With them goes the least that would give them away by
    subtraction: the next smallest total, 21, and the cell of the same row and column, 12.

    Records by method: survey 6, focus group 2 (<5), enquiry 5 (*, the smaller of the other two).
    Records by barrier: cost 6, digital 2 (<5), language 5 (*).
    """

    def told(method: str, districts, communities, number, barriers) -> None:
        reviewed(
            cast,
            method=method,
            districts=districts,
            communities=communities,
            people_affected=number,
            barriers=barriers,
            summary=f"{method} {Evidence.objects.count()}",
            groups=(cast.sunrise,),
        )

    told("survey", CHESTERFIELD, ROMA, 30, COST)
    told("survey", CHESTERFIELD, INDIAN, 14, COST)
    told("survey", CHESTERFIELD + HIGH_PEAK, INDIAN, 6, COST)
    for _ in range(3):
        told("survey", CHESTERFIELD, (), None, COST)
    told("enquiry", HIGH_PEAK, ROMA, 12, LANGUAGE)
    told("enquiry", HIGH_PEAK, INDIAN, 3, LANGUAGE)
    for _ in range(3):
        told("enquiry", HIGH_PEAK, (), None, LANGUAGE)
    told("focus_group", BOLSOVER, ROMA, 3, DIGITAL)
    told("focus_group", BOLSOVER, (), None, DIGITAL)
    reviewed(cast, reviewed_by=None, people_affected=1000, barriers=("Other",), summary="Nobody read this.")
    return collected()


def test_the_main_figures_are_what_reviewed_records_add_up_to(county):
    assert county.records == 13
    assert county.document.figures == (
        Figure(value="13", label="reviewed records"),
        Figure(value="68", label="people affected", note="as far as the records say"),
        Figure(value="3", label="ways of asking", note="of the toolkit’s four"),
        Figure(value="1", label="community group", note="told of it"),
    )
    assert "13 records, about 68 people, show it" in county.document.gap
    # By how often each is named, as far as that may be known: cost, then the hidden ones in the list's order.
    assert "because of" in county.document.gap
    assert county.document.gap.index("cost") < county.document.gap.index("language")


def test_the_table_hides_small_cells_and_what_would_give_them_away(county):
    (table,) = county.document.tables
    assert table.columns == ("Roma", "Indian", "Total")
    assert set(table.rows) == {
        TableRow(label="Bolsover", cells=("<5", "0", "<5")),
        TableRow(label="Chesterfield", cells=("30", "20", "50")),
        TableRow(label="High Peak", cells=("*", "9", "*")),
        TableRow(label="Total", cells=("45", "23", "68"), is_total=True),
    }
    assert table.rows[-1].is_total
    assert "<5 stands for 1 to 4" in table.note and "* hides 2 numbers" in table.note
    assert "counts in each of their rows and once in the total" in table.note


def test_the_chart_has_a_bar_for_each_barrier_that_was_named_and_no_length_for_a_hidden_one(county):
    (chart,) = county.document.charts
    assert chart.bars == (
        Bar(label="Cost", value=6, text="6"),
        Bar(label="Language or interpreting", value=None, text="*"),
        Bar(label="Digital", value=None, text="<5"),
    )
    assert (chart.corner, chart.measure) == ("Barrier", "Records") and "<5" in chart.note


def test_each_method_has_its_section_with_its_limits_and_protected_counts(county):
    survey, focus_group, enquiry = county.document.methods
    assert (survey.name, survey.code, survey.records, survey.people) == (
        "Research or survey",
        "2.15a",
        "6 records",
        "50 people",
    )
    assert (focus_group.code, focus_group.records, focus_group.people) == (
        "2.15b",
        "fewer than 5 records",
        "fewer than 5 people",
    )
    assert (enquiry.code, enquiry.records, enquiry.people) == (
        "2.15c",
        "an unstated number of records",
        "an unstated number of people",
    )
    assert [len(section.told) for section in (survey, focus_group, enquiry)] == [6, 2, 5]
    few = "There are only a few of them: signs, and no proof of how common this is."
    assert few in focus_group.limits and few not in survey.limits + enquiry.limits
    for section, words in (
        (survey, "People chose to answer"),
        (focus_group, "People came by invitation"),
        (enquiry, "Requests are counted, not people"),
    ):
        assert any(limit.startswith(words) for limit in section.limits), section.name


def test_who_is_affected_says_no_more_than_the_table(county):
    affected = " ".join(county.document.affected)
    assert "68 people are affected" in affected
    assert "Roma (45 people) and Indian (23 people)" in affected
    assert "Bolsover (fewer than 5 people)" in affected
    assert "High Peak (an unstated number of people)" in affected
    assert "21" not in affected and "12" not in affected


def test_a_draft_is_nowhere_in_a_brief(county):
    words = str(county.document)
    assert "Nobody read this." not in words and "1,068" not in words and "label='Other'" not in words
    assert "label='Cost'" in words


def test_hidden_numbers_are_explained_where_there_are_any(county, cast):
    explained = "Numbers from 1 to 4 are shown as “<5”"
    assert any(explained in paragraph for paragraph in county.document.method_note)
    Evidence.objects.all().update(state="draft", reviewed_at=None, reviewed_by=None)
    for _ in range(5):
        reviewed(cast, communities=ROMA, people_affected=9, barriers=COST)
    assert not any(explained in paragraph for paragraph in collected().document.method_note)


def test_a_number_is_hidden_where_the_whole_beside_it_would_tell_what_was_left_out(cast):
    """Thirty people and five records of housing, of thirty-three and ten in all: three are left over for transport."""
    for _ in range(5):
        reviewed(cast, people_affected=6, communities=ROMA)
        reviewed(cast, service="Transport", communities=ROMA)
    alone = collected().document
    assert [figure.value for figure in alone.figures[:2]] == ["5", "30"]
    Evidence.objects.filter(pk=Evidence.objects.filter(service_area__label="Transport")[0].pk).update(
        people_affected=3
    )
    beside = collected().document
    assert [figure.value for figure in beside.figures[:2]] == ["5", "*"]
    shown = [
        beside.gap,
        *beside.affected,
        *(section.people for section in beside.methods),
        str(beside.tables),
    ]
    assert not any("30" in words for words in shown)
    assert "an unstated number of people are affected" in beside.affected[0].lower()


def test_the_table_has_the_districts_and_communities_that_were_asked_for_and_no_others(cast):
    for _ in range(5):
        reviewed(cast, people_affected=8, districts=CHESTERFIELD + HIGH_PEAK, communities=ROMA + INDIAN)
    (table,) = collected(choice(districts=CHESTERFIELD, communities=INDIAN)).document.tables
    assert table.columns == ("Indian", "Total")
    assert [row.label for row in table.rows] == ["Chesterfield", "Total"]
    (table,) = collected().document.tables
    assert table.columns == ("Roma", "Indian", "Total")
    assert [row.label for row in table.rows] == ["Chesterfield", "High Peak", "Total"]


def test_where_no_record_fits_the_brief_says_so_and_proposes_nothing(county):
    nothing = collected(choice(service="Transport"))
    document = nothing.document
    assert nothing.records == 0 and nothing.quotes == []
    assert document.gap.startswith("No reviewed record yet shows")
    assert (document.charts, document.tables, document.methods, document.clause, document.questions) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert document.figures[0] == Figure(value="0", label="reviewed records")
    assert document.affected == ("No record yet.",)
