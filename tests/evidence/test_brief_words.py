"""The sentences of a brief: right for none, one and many, silent about hidden numbers, marks that add up."""

from datetime import date

import pytest

from evidence import brief_clause, brief_words
from evidence.models import Evidence
from evidence.reference import BARRIERS
from groups.reference import SERVICE_AREAS
from toolkit_portal.core.disclosure import Count

NONE, ONE, MANY = Count(0), Count(1), Count(34)
FEW, HIDDEN = Count(None, is_small=True), Count(None)


def gap(**changes):
    values = {
        "service_area": "Mental health",
        "records": MANY,
        "people": Count(1112),
        "districts": ["Chesterfield"],
        "communities": ["Pakistani", "Roma"],
        "barriers": ["Language or interpreting", "Cost"],
    }
    return brief_words.gap(**{**values, **changes})


def test_gap_says_who_where_what_why_and_how_many_in_one_sentence():
    assert gap() == (
        "People from Pakistani and Roma communities in Chesterfield are going without mental health support that they"
        " can use and trust, mainly because of language and cost: 34 records, about 1,112 people, show it."
    )


@pytest.mark.parametrize(
    ("records", "people", "ending"),
    [
        (ONE, NONE, ": 1 record shows it."),
        (ONE, ONE, ": 1 record, about 1 person, shows it."),
        (FEW, FEW, ": fewer than 5 records, fewer than 5 people, show it."),
        (HIDDEN, HIDDEN, ": an unstated number of records show it."),
    ],
)
def test_gap_counts_one_few_and_hidden_rightly(records, people, ending):
    assert gap(records=records, people=people).endswith(ending)


def test_gap_without_records_claims_nothing():
    assert gap(records=NONE).startswith("No reviewed record yet shows an unmet need")


def test_gap_without_choice_or_barriers_is_still_a_sentence():
    sentence = gap(service_area="", districts=[], communities=[], barriers=["Other"])
    assert sentence.startswith("People from ethnic minority communities in Derbyshire are going without")
    assert "because" not in sentence


def test_gap_names_three_barriers_at_most():
    assert "because of language, cultural or faith needs that are not met and missing information:" in gap(
        barriers=BARRIERS
    )


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Any other Asian background", "people from the other Asian community"),
        ("Any other ethnic group", "people from the other ethnic community"),
        ("Gypsy or Irish Traveller", "people from the Gypsy or Irish Traveller community"),
    ],
)
def test_listed_communities_read_as_words(label, words):
    assert brief_words.who_words([label]) == words


def test_many_places_and_communities_are_counted_instead_of_listed():
    assert brief_words.places_words(["A", "B", "C", "D", "E"]) == "5 districts"
    assert brief_words.who_words(["A", "B", "C", "D", "E"]) == "people from 5 communities"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2025, 4, 1), date(2026, 3, 31), "1 April 2025 to 31 March 2026"),
        (date(2025, 4, 1), date(2025, 4, 1), "1 April 2025"),
        (date(2025, 4, 1), None, "since 1 April 2025"),
        (None, date(2026, 3, 31), "until 31 March 2026"),
        (None, None, "all dates so far"),
    ],
)
def test_period_in_words(start, end, words):
    assert brief_words.period_words(start, end) == words


@pytest.mark.parametrize("method", Evidence.Method.values)
def test_every_way_of_asking_says_its_limits(method):
    assert brief_words.limits(method, NONE) == ()
    one, few, many = (brief_words.limits(method, count) for count in (ONE, FEW, MANY))
    assert "one" in one[0] or "a single" in one[0]
    assert one[0] != many[0]
    assert "a few of them" in few[1]
    assert not any("a few of them" in line for line in (*one, *many))


def test_hidden_number_is_not_told_to_be_small():
    assert not any("few" in line for line in brief_words.limits("survey", HIDDEN))
    assert brief_words.people_words(HIDDEN) == "an unstated number of people"


def test_affected_says_when_nobody_counted():
    assert brief_words.affected(people=NONE, records=ONE) == (
        "The record doesn't say how many people are affected.",
    )
    assert brief_words.affected(people=NONE, records=MANY)[0].startswith("None of the records says")
    assert brief_words.affected(people=ONE, records=ONE)[0].startswith("1 person is affected")


def test_affected_lists_communities_and_explains_double_counting():
    sentences = brief_words.affected(
        people=MANY, records=MANY, communities=[("Roma", FEW), ("Polish", MANY), ("Irish", NONE)]
    )
    assert "By community: Roma (fewer than 5 people) and Polish (34 people)." in sentences
    assert any("once in the total" in line for line in sentences)


def test_law_is_dated_sourced_and_no_advice():
    points = brief_words.law_points("Housing")
    assert all(point.source and point.text and point.checked_on == date(2026, 11, 1) for point in points)
    sources = " ".join(point.source for point in points)
    for law in ("section 149", "section 12(4)", "section 16", "section 18", "Social Value"):
        assert law in sources
    assert "not legal advice" in brief_words.law_notice()


def test_rules_for_health_stand_only_in_briefs_on_health():
    titles = {area: [point.title for point in brief_words.law_points(area)] for area in SERVICE_AREAS}
    assert {area for area, named in titles.items() if "Health services" in named} == {
        "Health care",
        "Mental health",
    }


@pytest.mark.parametrize("area", SERVICE_AREAS)
def test_every_service_area_has_its_own_words(area):
    assert f"(“{area}”)" not in gap(service_area=area)
    assert f"“{area}”" not in brief_clause.clause(service_area=area)[0]


@pytest.mark.parametrize("barrier", [label for label in BARRIERS if label != "Other"])
def test_every_barrier_has_its_own_duty_and_question(barrier):
    said = " ".join(
        (*brief_clause.clause(service_area="Housing", barriers=[barrier]), gap(barriers=[barrier]))
    )
    assert f"“{barrier}”" not in said
    assert len(brief_clause.questions([barrier])) == 3


def test_barrier_and_service_that_were_added_later_are_named_by_their_label():
    assert "“Childcare”" in brief_clause.clause(service_area="Libraries", barriers=["Childcare"])[2]
    assert "“Libraries”" in gap(service_area="Libraries")
    assert "“Childcare”" in brief_clause.questions(["Childcare"])[1].question


def test_clause_is_numbered_and_has_a_paragraph_for_each_barrier():
    clause = brief_clause.clause(
        service_area="Housing", communities=["Roma"], barriers=["Cost", "cost", "Other", "Digital"]
    )
    assert [paragraph.split(".")[0] for paragraph in clause] == ["1", "2", "3", "4", "5", "6"]
    assert "this community" in clause[1]
    assert "20 of the 100 marks" in clause[-1]


@pytest.mark.parametrize("number", range(len(BARRIERS) + 1))
def test_marks_of_the_questions_add_up(number):
    questions = brief_clause.questions(BARRIERS[:number])
    assert sum(question.marks for question in questions) == brief_clause.SECTION_MARKS
    assert all(question.marks > 0 for question in questions)
    assert len({question.question for question in questions}) == len(questions) <= 6


def test_method_note_explains_the_signs_only_where_something_is_hidden():
    shown = brief_words.method_note(lio="Dale", records=ONE)
    hidden = brief_words.method_note(lio="Dale", records=MANY, methods=["Research or survey"], is_hidden=True)
    assert "1 record of unmet need, of all dates so far, kept by Dale" in shown[0]
    assert not any("<5" in line for line in shown)
    assert "They came by research or survey." in hidden[0]
    assert "<5" in hidden[-1]
