"""The scoring rules, by the worked example and by properties that hold for any edition and any answers."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.scoring import (
    COUNTY_MINIMUM,
    NOT_APPLICABLE,
    Answered,
    CriterionWeight,
    Score,
    band,
    change,
    from_text,
    gap,
    median,
    score_assessment,
    shown,
    strengths,
    theme_score,
    to_text,
    two_decimals,
)

EQUAL = {"2.1": 1, "2.2": 1}
BANDS = [(0, "starting"), (25, "developing"), (50, "gaining ground"), (75, "well placed")]
EXAMPLE: dict[str, Answered | None] = {
    "2.1": 2, "2.11": 1, "2.12": 0, "2.13": 3, "2.14": 2, "2.15": 0,
    "2.15a": 1, "2.15b": 2, "2.15c": 3, "2.15d": NOT_APPLICABLE,
    "2.2": 2, "2.21": 1, "2.22": 2, "2.23": 3,
}  # fmt: skip
CODES = list(EXAMPLE)
CRITERIA = [CriterionWeight(code, code[:3]) for code in CODES]

levels = st.integers(0, 4)
answers = st.one_of(st.none(), st.just(NOT_APPLICABLE), levels)
answer_sheets = st.fixed_dictionaries(dict.fromkeys(CODES, answers))
weights = st.decimals("0.001", "99999", places=3)
criterion_weights = st.fixed_dictionaries(dict.fromkeys(CODES, weights))
theme_weights = st.fixed_dictionaries(dict.fromkeys(EQUAL, weights))
scores = st.fractions(0, 100, max_denominator=10_000)


def weighted(by_code: dict[str, Decimal]) -> list[CriterionWeight]:
    return [CriterionWeight(item.code, item.theme, by_code[item.code]) for item in CRITERIA]


def every_score(score: Score) -> list[Fraction]:
    """The theme scores and the overall one, where there are any."""
    return [value for value in (*score.themes.values(), score.overall) if value is not None]


# The worked example


def test_the_worked_example_gives_its_known_scores():
    score = score_assessment(CRITERIA, EQUAL, EXAMPLE)
    assert score.themes == {"2.1": Fraction(100 * 14, 36), "2.2": Fraction(100 * 8, 16)}
    assert two_decimals(score.themes["2.1"]) == Decimal("38.89")
    assert score.overall == Fraction(400, 9)
    assert shown(score.overall) == 44
    assert band(score.overall, BANDS) == "developing"
    assert (score.answered, score.applicable, score.total) == (14, 13, 14)
    assert score.complete and not score.provisional


def test_weights_of_criteria_and_themes_count():
    criteria = [CriterionWeight("a", "one", 3), CriterionWeight("b", "one"), CriterionWeight("c", "two")]
    score = score_assessment(criteria, {"one": Decimal("0.5"), "two": 2}, {"a": 4, "b": 0, "c": 1})
    assert score.themes == {"one": 75, "two": 25}
    assert score.overall == Fraction("0.5") * 75 / Fraction("2.5") + 2 * 25 / Fraction("2.5")


# What is left out


def test_unanswered_is_not_zero():
    some = {"2.1": 3, "2.2": 4}
    score = score_assessment(CRITERIA, EQUAL, some)
    assert score.themes == {"2.1": 75, "2.2": 100}
    assert (score.answered, score.total, score.provisional) == (2, 14, True)
    zeros = score_assessment(CRITERIA, EQUAL, dict.fromkeys(CODES, 0) | some)
    assert zeros.overall is not None and score.overall is not None
    assert zeros.overall < score.overall


def test_a_theme_with_nothing_applicable_drops_out():
    sheet = {code: NOT_APPLICABLE if code.startswith("2.2") else 1 for code in CODES}
    score = score_assessment(CRITERIA, EQUAL, sheet)
    assert score.themes == {"2.1": 25, "2.2": None}
    assert score.overall == 25
    assert score.complete


def test_an_assessment_with_nothing_applicable_has_no_score():
    score = score_assessment(CRITERIA, EQUAL, dict.fromkeys(CODES, NOT_APPLICABLE))
    assert score.themes == {"2.1": None, "2.2": None}
    assert score.overall is None
    assert score.complete and score.applicable == 0


def test_nothing_answered_is_neither_complete_nor_scored():
    score = score_assessment(CRITERIA, EQUAL, {})
    assert score.overall is None
    assert score.provisional and score.answered == 0


@given(answer_sheets, criterion_weights)
def test_not_applicable_equals_an_edition_without_that_criterion(sheet, by_code):
    criteria = weighted(by_code)
    kept = [item for item in criteria if sheet[item.code] is not NOT_APPLICABLE]
    smaller = {item.code: sheet[item.code] for item in kept}
    assert every_score(score_assessment(criteria, EQUAL, sheet)) == every_score(
        score_assessment(kept, EQUAL, smaller)
    )


@given(answer_sheets)
def test_unanswered_and_not_applicable_differ_in_completeness_only(sheet):
    filled = {code: NOT_APPLICABLE if answer is None else answer for code, answer in sheet.items()}
    draft, whole = (score_assessment(CRITERIA, EQUAL, each) for each in (sheet, filled))
    assert (draft.themes, draft.overall) == (whole.themes, whole.overall)
    assert whole.complete
    assert draft.complete == (None not in sheet.values())
    assert draft.answered == 14 - list(sheet.values()).count(None)


# Properties of the sum


@given(answer_sheets, criterion_weights, theme_weights)
def test_scores_lie_between_0_and_100(sheet, by_code, by_theme):
    assert all(
        0 <= value <= 100 for value in every_score(score_assessment(weighted(by_code), by_theme, sheet))
    )


@given(levels, criterion_weights, theme_weights)
def test_the_same_level_everywhere_scores_a_quarter_a_level(level, by_code, by_theme):
    score = score_assessment(weighted(by_code), by_theme, dict.fromkeys(CODES, level))
    assert every_score(score) == [25 * level] * 3


@given(answer_sheets, criterion_weights, theme_weights, st.sampled_from(CODES), st.integers(0, 3))
def test_a_higher_level_scores_more_in_its_theme_and_overall_and_leaves_the_other(
    sheet, by_code, by_theme, code, level
):
    criteria = weighted(by_code)
    lower = score_assessment(criteria, by_theme, sheet | {code: level})
    higher = score_assessment(criteria, by_theme, sheet | {code: level + 1})
    theme, other = ("2.1", "2.2") if code.startswith("2.1") else ("2.2", "2.1")
    assert higher.themes[theme] > lower.themes[theme]
    assert higher.overall > lower.overall
    assert higher.themes[other] == lower.themes[other]


@given(answer_sheets, criterion_weights, theme_weights, weights)
def test_only_the_ratio_of_weights_matters(sheet, by_code, by_theme, factor):
    plain = score_assessment(weighted(by_code), by_theme, sheet)
    exact = Fraction(factor)
    scaled = score_assessment(
        [CriterionWeight(item.code, item.theme, exact * Fraction(item.weight)) for item in weighted(by_code)],
        {theme: exact * Fraction(weight) for theme, weight in by_theme.items()},
        sheet,
    )
    assert plain == scaled


@given(answer_sheets, criterion_weights, st.permutations(CODES))
def test_order_doesnt_matter(sheet, by_code, order):
    criteria = weighted(by_code)
    shuffled = sorted(criteria, key=lambda item: order.index(item.code))
    reordered = {code: sheet[code] for code in order}
    assert score_assessment(criteria, EQUAL, sheet) == score_assessment(shuffled, EQUAL, reordered)


# Rounding and words


@pytest.mark.parametrize(
    ("score", "whole"),
    [("0", 0), ("0.4", 0), ("0.5", 1), ("1.5", 2), ("64.5", 65), ("65.5", 66), ("129/2", 65), ("99.49", 99)],
)
def test_a_score_is_shown_rounded_half_up(score, whole):
    assert shown(Fraction(score)) == whole


@given(scores)
def test_both_roundings_agree_with_decimal_arithmetic(score):
    # A denominator of at most 10,000 can't come nearer to a half than 28 digits tell apart.
    near = Decimal(score.numerator) / Decimal(score.denominator)
    assert two_decimals(score) == near.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert shown(score) == near.quantize(Decimal(1), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("score", "text"),
    [("50", "50.00"), ("400/9", "44.44"), ("1/200", "0.01"), ("100", "100.00"), ("0", "0.00")],
)
def test_spreadsheets_get_two_decimals(score, text):
    assert str(two_decimals(Fraction(score))) == text


@pytest.mark.parametrize(
    ("score", "word"),
    [
        ("0", "starting"),
        ("24.49", "starting"),
        ("24.5", "developing"),
        ("49", "developing"),
        ("49.5", "gaining ground"),
        ("74.49", "gaining ground"),
        ("74.5", "well placed"),
        ("100", "well placed"),
    ],
)
def test_the_band_is_the_word_of_the_shown_number(score, word):
    assert band(Fraction(score), BANDS) == word
    assert band(Fraction(score), reversed(BANDS)) == word


def test_a_score_below_every_band_is_an_error():
    with pytest.raises(ValueError, match="No band for a score of 3"):
        band(Fraction(3), [(10, "from ten")])


@given(scores, scores)
def test_a_change_is_the_difference_a_reader_sees(now, before):
    assert change(now, before) == shown(now) - shown(before)


def test_a_change_may_be_none_where_the_exact_scores_differ():
    assert change(Fraction("44.4"), Fraction("43.6")) == 0


# The county beside the group


def test_no_median_below_five_groups():
    assert median([Fraction(50)] * (COUNTY_MINIMUM - 1)) is None
    assert median([Fraction(50)] * (COUNTY_MINIMUM - 1) + [None] * 10) is None
    assert median([]) is None


def test_the_median_of_an_odd_and_of_an_even_number():
    assert median([Fraction(value) for value in (90, 10, 20, 80, 30)]) == 30
    assert median([Fraction(value) for value in (90, 10, 20, 80, 30, 35)]) == Fraction(65, 2)


@given(st.lists(scores, min_size=5, max_size=20))
def test_half_of_the_groups_are_on_either_side_of_the_median(values):
    middle = median(values)
    assert 2 * sum(value <= middle for value in values) >= len(values)
    assert 2 * sum(value >= middle for value in values) >= len(values)


# Strengths and targets


def test_strengths_come_highest_first_then_in_the_editions_order():
    sheet = EXAMPLE | {"2.22": 4, "2.15a": None}
    assert strengths(CRITERIA, sheet) == ["2.22", "2.13", "2.15c", "2.23"]
    assert strengths(CRITERIA, {}) == []


@pytest.mark.parametrize(
    ("answer", "target", "left"),
    [(1, 3, 2), (3, 3, 0), (4, 2, 0), (None, 3, None), (NOT_APPLICABLE, 3, None), (2, None, None)],
)
def test_the_gap_to_a_target(answer, target, left):
    assert gap(answer, target) == left


# Storing


@given(scores)
def test_a_stored_score_comes_back_exactly(score):
    assert from_text(to_text(score)) == score


def test_scores_are_stored_in_lowest_terms():
    assert to_text(Fraction(1400, 36)) == "350/9"
    assert to_text(Fraction(50)) == "50"


@pytest.mark.parametrize("text", ["", "44.4", "-1/2", "1/0", "1/00", "a/b", "1 / 2", "1/2/3", "٣", "1/2\n"])
def test_other_text_is_no_stored_score(text):
    with pytest.raises(ValueError, match="Not a stored score"):
        from_text(text)


# What can't be scored


@pytest.mark.parametrize("level", [-1, 5, 2.0, True, "3"])
def test_a_level_outside_0_to_4_is_an_error(level):
    with pytest.raises(ValueError, match="A level is a whole number from 0 to 4"):
        score_assessment(CRITERIA, EQUAL, {"2.1": level})
    with pytest.raises(ValueError, match="A level is a whole number from 0 to 4"):
        gap(1, level)


@pytest.mark.parametrize("weight", [0, -1, Decimal("-0.5")])
def test_a_weight_must_be_above_nought(weight):
    with pytest.raises(ValueError, match="above nought"):
        theme_score([(2, weight)])
    with pytest.raises(ValueError, match="above nought"):
        score_assessment(CRITERIA, {"2.1": 1, "2.2": weight}, {"2.1": 2})


def test_an_answer_to_an_unknown_code_is_an_error():
    with pytest.raises(ValueError, match=r"No such criterion in this edition: 2\.16, 3"):
        score_assessment(CRITERIA, EQUAL, {"3": 1, "2.16": None, "2.1": 2})


def test_a_code_that_comes_twice_is_an_error():
    with pytest.raises(ValueError, match="comes twice"):
        score_assessment([*CRITERIA, CRITERIA[0]], EQUAL, {})


def test_a_criterion_of_an_unknown_theme_is_an_error():
    with pytest.raises(ValueError, match=r"2\.2 names a theme without a weight"):
        score_assessment(CRITERIA, {"2.1": 1}, {})


@given(st.lists(st.tuples(levels, weights), min_size=1))
def test_a_themes_score_follows_its_formula(pairs):
    reached = sum(Fraction(weight) * level for level, weight in pairs)
    possible = sum(Fraction(weight) for _, weight in pairs) * 4
    assert theme_score(pairs) == 100 * reached / possible
