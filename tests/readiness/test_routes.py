"""The ladder of routes: every rule at its edge, what would meet it, and that the steps asked for are enough and few."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.routes import Facts, Paper, Scale, Standing, Step, months_before, reached, standing
from readiness.scoring import NOT_APPLICABLE, CriterionWeight, score_assessment

DAY = date(2026, 6, 30)
CODES = ("2.1", "2.11", "2.12", "2.2", "2.21", "2.23")
SCALE = Scale(
    tuple(CriterionWeight(code, code[:3]) for code in CODES),
    {"2.1": 1, "2.2": 1},
    {"2.21": "Share contracts"},
)
ROUTES = (
    {"key": "build", "title": "Build foundations"},
    {
        "key": "heard",
        "title": "Be heard",
        "summary": "Bring needs.",
        "credentials": ["equality policy", "accounts, or cash flow and bank letter"],
        "theme_scores": {"2.1": 40},
    },
    {
        "key": "sub",
        "title": "Sub-contract",
        "credentials": ["equality policy"],
        "theme_scores": {"2.2": 50},
        "levels": {"2.21": 2},
        "evidence_records": 1,
        "evidence_months": 24,
    },
    {
        "key": "lead",
        "title": "Tender",
        "after": "sub",
        "credentials": ["equality policy", "quality standard"],
        "track_records": 2,
        "track_record_years": 3,
        "levels": {"2.23": 3},
        "overall": 75,
    },
)
ASKS = {
    "equality policy": [["equality"]],
    "accounts, or cash flow and bank letter": [["accounts"], ["cash-flow", "bank-letter"]],
    "quality standard": [["quality"]],
}
NAMES = {
    "equality": "Equality policy",
    "accounts": "Accounts",
    "cash-flow": "Cash flow",
    "bank-letter": "Bank letter",
}
HELD = Paper("in_place")
ALL_PAPERS = dict.fromkeys(("equality", "accounts", "quality"), HELD)
GOOD = dict.fromkeys(CODES, 4)


def judged(**facts) -> Standing:
    facts.setdefault("as_at", DAY)
    return standing(ROUTES, SCALE, ASKS, Facts(**facts), NAMES)


def at_top(**other) -> Standing:
    return judged(
        **{
            "papers": ALL_PAPERS,
            "answers": GOOD,
            "evidence_days": [DAY],
            "track_record_ends": [DAY, DAY],
            **other,
        }
    )


def rule(found: Standing, route: str, key: str):
    rung = next(rung for rung in found.ladder if rung.key == route)
    return next(rule for rule in rung.rules if rule.key == key)


# The ladder


def test_everyone_begins_at_the_first_rung_and_is_told_of_the_next():
    found = judged()
    assert (found.route.key, found.next.key) == ("build", "heard")
    assert found.route.met and not found.next.met
    assert [rule.key for rule in found.next.unmet] == [
        "paper equality policy",
        "paper accounts, or cash flow and bank letter",
        "theme 2.1",
    ]


def test_a_group_that_meets_everything_stands_at_the_top_with_nothing_left_to_do():
    found = at_top()
    assert found.route.key == "lead" and found.next is None and found.steps == ()


def test_a_rung_counts_though_one_below_that_it_does_not_build_on_is_unmet():
    found = judged(papers={"equality": HELD}, answers={"2.2": 4, "2.21": 2, "2.23": 0}, evidence_days=[DAY])
    assert not found.ladder[1].met
    assert (found.route.key, found.next.key) == ("sub", "lead")


def test_a_rung_that_builds_on_another_asks_for_all_of_its_rules_and_for_each_once():
    found = at_top(evidence_days=[])
    keys = [rule.key for rule in found.ladder[3].rules]
    assert len(keys) == len(set(keys)) and {rule.key for rule in found.ladder[2].rules} < set(keys)
    assert found.route.key == "heard"
    assert not found.ladder[3].met


@pytest.mark.parametrize(
    ("routes", "asks", "words"),
    [
        ((), ASKS, "no routes"),
        ([{"key": "a", "title": "A", "credentials": ["licence"]}], ASKS, "licence"),
        ([{"key": "a", "title": "A", "after": "b"}], ASKS, "isn't below"),
    ],
)
def test_an_edition_that_makes_no_ladder_is_refused(routes, asks, words):
    with pytest.raises(ValueError, match=words):
        standing(routes, SCALE, asks, Facts(DAY))


# Papers


@pytest.mark.parametrize(
    ("paper", "met", "detail", "step"),
    [
        (Paper("in_place"), True, "In place.", ""),
        (Paper("in_place", DAY + timedelta(days=1)), True, "In place.", ""),
        (
            Paper("in_place", DAY),
            False,
            "Expired on 30 June 2026.",
            "Renew: Equality policy",
        ),
        (
            Paper("in_place", DAY - timedelta(days=1)),
            False,
            "Expired on 29 June 2026.",
            "Renew: Equality policy",
        ),
        (Paper("draft"), False, "A draft so far.", "Agree and adopt: Equality policy"),
        (
            Paper("not_needed"),
            False,
            "Marked as not needed yet.",
            "Put in place: Equality policy",
        ),
        (Paper("missing"), False, "Missing.", "Put in place: Equality policy"),
        (None, False, "Missing.", "Put in place: Equality policy"),
        (
            Paper("draft", DAY - timedelta(days=9)),
            False,
            "A draft so far.",
            "Agree and adopt: Equality policy",
        ),
    ],
)
def test_a_paper_counts_while_it_is_in_place_and_until_the_day_it_expires(paper, met, detail, step):
    found = rule(judged(papers={"equality": paper} if paper else {}), "heard", "paper equality policy")
    assert (found.met, found.detail, found.words) == (met, detail, "Equality policy")
    assert [each.words for each in found.steps] == ([step] if step else [])


@pytest.mark.parametrize(
    ("held", "met", "lacking"),
    [
        ({"accounts"}, True, []),
        ({"cash-flow", "bank-letter"}, True, []),
        ({"cash-flow"}, False, ["accounts"]),
        (set(), False, ["accounts"]),
    ],
)
def test_of_several_ways_to_show_something_the_shortest_is_asked_for(held, met, lacking):
    found = rule(
        judged(papers=dict.fromkeys(held, HELD)), "heard", "paper accounts, or cash flow and bank letter"
    )
    assert found.met is met
    assert [step.about for step in found.steps] == lacking
    assert {step.kind for step in found.steps} <= {"paper"}


# What can be shown


@pytest.mark.parametrize(
    ("days", "met", "detail"),
    [
        ([], False, "0 reviewed records since 30 June 2024."),
        ([date(2024, 6, 29)], False, "0 reviewed records since 30 June 2024."),
        ([date(2024, 6, 30)], True, "1 reviewed record since 30 June 2024."),
        ([DAY, DAY], True, "2 reviewed records since 30 June 2024."),
        ([DAY + timedelta(days=1)], False, "0 reviewed records since 30 June 2024."),
    ],
)
def test_evidence_counts_from_the_same_day_two_years_before(days, met, detail):
    found = rule(judged(evidence_days=days), "sub", "evidence")
    assert (found.met, found.detail) == (met, detail)
    assert found.words == "At least 1 reviewed record of unmet need within 24 months"
    assert found.steps == (
        () if met else (Step("evidence", "", "Have 1 more record of unmet need reviewed"),)
    )


@pytest.mark.parametrize(
    ("ends", "met", "steps"),
    [
        ([], False, ["Write down 2 more pieces of work"]),
        ([date(2023, 6, 30)], False, ["Write down 1 more piece of work"]),
        ([date(2023, 6, 30), date(2023, 6, 29)], False, ["Write down 1 more piece of work"]),
        ([date(2023, 6, 30), DAY], True, []),
    ],
)
def test_track_records_count_from_the_same_day_three_years_before(ends, met, steps):
    found = rule(judged(track_record_ends=ends), "lead", "track record")
    assert found.met is met and [step.words for step in found.steps] == steps


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 12, 31), 24, date(2024, 12, 31)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_before_a_day(day, months, before):
    assert months_before(day, months) == before


# Levels and scores


@pytest.mark.parametrize(
    ("answer", "met", "detail"),
    [
        (None, False, "Not assessed yet."),
        (NOT_APPLICABLE, False, "It is marked as not applicable; this route needs a level."),
        (1, False, "It is at level 1."),
        (2, True, "It is at level 2."),
        (4, True, "It is at level 4."),
    ],
)
def test_a_level_counts_from_the_one_that_is_asked(answer, met, detail):
    found = rule(judged(answers={"2.21": answer}), "sub", "level 2.21")
    assert (found.met, found.detail) == (met, detail)
    assert found.words == "2.21 Share contracts at level 2 or higher"
    assert found.steps == (
        () if met else (Step("level", "2.21", "Bring 2.21 Share contracts to level 2", 2),)
    )


@pytest.mark.parametrize(
    ("answers", "met", "detail"),
    [
        ({}, False, "No score yet."),
        ({"2.1": NOT_APPLICABLE, "2.11": NOT_APPLICABLE, "2.12": NOT_APPLICABLE}, False, "No score yet."),
        ({"2.1": 1, "2.11": 2, "2.12": 1}, False, "It is 33.3."),
        ({"2.1": 1, "2.11": 2, "2.12": 2}, True, "It is 41.6."),
        ({"2.1": 2, "2.11": 2, "2.12": 2}, True, "It is 50."),
    ],
)
def test_a_theme_counts_by_its_exact_score(answers, met, detail):
    found = rule(judged(answers=answers), "heard", "theme 2.1")
    assert (found.met, found.detail) == (met, detail)


@pytest.mark.parametrize(
    ("overall", "met", "detail"),
    [
        (None, False, "No score yet."),
        (Fraction(7499, 100), False, "It is 74.9."),
        (Fraction(75), True, "It is 75."),
        (Fraction(7501, 100), True, "It is 75."),
    ],
)
def test_the_overall_score_counts_from_the_threshold_on(overall, met, detail):
    themes = {"2.1": overall, "2.2": overall}
    found = rule(judged(answers=GOOD, themes=themes, overall=overall), "lead", "overall")
    assert (found.met, found.detail) == (met, detail)


@pytest.mark.parametrize(("weight", "met"), [(Fraction(2, 3), True), (Fraction(67, 100), False)])
def test_a_score_equal_to_the_threshold_is_enough_and_one_a_hair_below_is_not(weight, met):
    """Levels 1 and 2 with weights w and 1: 25·(w + 2)/(w + 1), which is 40 at w = 2/3."""
    scale = Scale((CriterionWeight("a", "t", weight), CriterionWeight("b", "t")), {"t": 1})
    routes = [{"key": "first", "title": "First", "theme_scores": {"t": 40}}]
    found = standing(routes, scale, {}, Facts(DAY, answers={"a": 1, "b": 2})).ladder[0].rules[0]
    assert found.met is met
    assert found.detail == ("It is 40." if met else "It is 39.9.")


def test_steps_to_a_score_are_enough_and_as_few_as_can_be():
    found = judged(answers={"2.1": 1, "2.11": 0, "2.12": 1, "2.2": 0, "2.21": 0, "2.23": 0})
    steps = rule(found, "heard", "theme 2.1").steps
    # 2 of 12 levels; five are 41.7: three more, the lowest first.
    assert [(step.about, step.level) for step in steps] == [("2.1", 2), ("2.11", 2)]
    sub = rule(found, "sub", "theme 2.2").steps
    # Six of 12 levels; 2.21 goes to 2 for its own rule, so that four more are needed.
    assert sum(step.level for step in sub) == 6 and ("2.21", 2) in [(step.about, step.level) for step in sub]


def test_a_section_is_raised_by_two_levels_before_the_next_so_that_the_list_stays_short():
    answers = dict.fromkeys(CODES, 0)
    steps = rule(judged(answers=answers), "heard", "theme 2.1").steps
    # Five of twelve levels are 41.7.
    assert [(step.about, step.level) for step in steps] == [("2.1", 2), ("2.11", 2), ("2.12", 1)]


def test_without_an_assessment_the_step_is_to_make_one():
    assert rule(judged(), "heard", "theme 2.1").steps == (
        Step("assessment", "", "Complete an assessment together"),
    )


def test_steps_leave_alone_what_does_not_apply():
    answers = {"2.1": 0, "2.11": NOT_APPLICABLE, "2.12": 0}
    assert {step.about for step in rule(judged(answers=answers), "heard", "theme 2.1").steps} == {
        "2.1",
        "2.12",
    }


def test_the_list_of_steps_names_each_once_with_the_highest_level_asked():
    answers = dict.fromkeys(CODES, 0)
    found = judged(answers=answers, papers={"equality": HELD, "accounts": HELD})
    found = Standing(found.route, found.ladder[3], found.ladder)
    abouts = [(step.kind, step.about) for step in found.steps]
    assert len(abouts) == len(set(abouts))
    levels = {step.about: step.level for step in found.steps if step.kind == "level"}
    assert levels["2.23"] >= 3 and levels["2.21"] >= 2


answers_of = st.fixed_dictionaries(
    {code: st.one_of(st.none(), st.just(NOT_APPLICABLE), st.integers(0, 4)) for code in CODES}
)
weights_of = st.fixed_dictionaries({code: st.integers(1, 4) for code in CODES})


@given(answers=answers_of, weights=weights_of)
def test_doing_every_step_leads_to_the_next_rung_unless_something_cannot_be_raised(answers, weights):
    scale = Scale(
        tuple(CriterionWeight(code, code[:3], weights[code]) for code in CODES), {"2.1": 1, "2.2": 2}
    )
    found = standing(ROUTES, scale, ASKS, Facts(DAY, answers=answers), NAMES)
    done = {**answers}
    papers: dict[str, Paper] = {}
    for step in found.steps:
        if step.kind == "level":
            done[step.about] = step.level
        elif step.kind == "paper":
            papers[step.about] = HELD
    if any(step.kind == "assessment" for step in found.steps):
        return
    then = standing(ROUTES, scale, ASKS, Facts(DAY, papers=papers, answers=done), NAMES)
    rung = next(rung for rung in then.ladder if rung.key == found.next.key)
    # A theme can always reach 100 by raising what applies.
    assert [rule.key for rule in rung.unmet] == []


@given(
    levels=st.fixed_dictionaries({code: st.integers(0, 4) for code in ("2.1", "2.11", "2.12")}),
    weights=st.fixed_dictionaries({code: st.integers(1, 3) for code in ("2.1", "2.11", "2.12")}),
)
def test_no_shorter_way_to_a_score_exists(levels, weights):
    criteria = tuple(CriterionWeight(code, "2.1", weights[code]) for code in levels)
    scale = Scale(criteria, {"2.1": 1})
    route = {"key": "a", "title": "A", "theme_scores": {"2.1": 60}}
    found = standing([route], scale, {}, Facts(DAY, answers=levels)).ladder[0].rules[0]
    ours = sum((step.level or 0) - levels[step.about] for step in found.steps)
    fewest = min(
        sum(tried) - sum(levels.values())
        for tried in product(*(range(level, 5) for level in levels.values()))
        if (score_assessment(criteria, {"2.1": 1}, dict(zip(levels, tried, strict=True))).overall or 0) >= 60
    )
    assert ours == fewest


# Many at once


papers_of = st.dictionaries(
    st.sampled_from(("equality", "accounts", "cash-flow", "bank-letter", "quality")),
    st.builds(
        Paper,
        st.sampled_from(("missing", "draft", "not_needed", "in_place")),
        st.sampled_from((None, DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))),
    ),
)
days_of = st.lists(
    st.sampled_from((date(2023, 6, 29), date(2023, 6, 30), date(2024, 6, 29), date(2024, 6, 30), DAY)),
    max_size=3,
)


@given(answers=answers_of, papers=papers_of, evidence=days_of, work=days_of, high=st.booleans())
def test_the_short_way_for_many_groups_finds_the_same_route(answers, papers, evidence, work, high):
    if high:
        answers = {**GOOD, "2.21": answers["2.21"]}
        papers = {**ALL_PAPERS, **dict(list(papers.items())[:1])}
    score = score_assessment(SCALE.criteria, SCALE.theme_weights, answers)
    facts = Facts(DAY, papers, answers, score.themes, score.overall, evidence, work)
    long = standing(ROUTES, SCALE, ASKS, facts, NAMES)
    assert reached(ROUTES, ASKS, facts) == long.route.key
    from_answers = Facts(DAY, papers, answers, None, None, evidence, work)
    assert standing(ROUTES, SCALE, ASKS, from_answers, NAMES) == long


def test_without_routes_none_is_reached_and_an_unknown_paper_is_never_met():
    assert reached((), ASKS, Facts(DAY)) == ""
    routes = [{"key": "a", "title": "A"}, {"key": "b", "title": "B", "credentials": ["licence"]}]
    assert reached(routes, {}, Facts(DAY)) == "a"
