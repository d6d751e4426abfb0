"""What the record suggests for each criterion, at every edge, and when a level stands above it."""

from datetime import date

import pytest

from readiness.record_facts import (
    Contact,
    Facts,
    Figures,
    Heard,
    Partner,
    Work,
    since,
    still_counts,
    work_since,
)
from readiness.suggested_levels import Suggestion, is_by_account, suggest
from readiness.suggested_rules import NOTHING, RULES
from tests import factories

MARCH, MAY = date(2026, 3, 5), date(2026, 5, 6)


def talk(
    organisation: int = 1, *, pays: bool = True, runs: bool = False, changed: bool = False, on: date = MARCH
):
    return Contact("dialogue", on, organisation, is_commissioner=pays, is_provider=runs, changed=changed)


def provider(organisation: int = 2, **more):
    return talk(organisation, pays=False, runs=True, **more)


def one(kind: str, **flags):
    return Contact(kind, MARCH, 1, **flags)


NEED = Heard("enquiry", 2, MAY)
ASKED = one("specification", is_done=True)
RESPONSE = one("consultation", is_done=True, is_settled=True)
MEETING, MATTER = one("forum"), one("forum", is_done=True)
ANSWERED = one("request", is_done=True)


def partner(stage: str, organisation: int = 1, *, was: bool = False):
    return Partner(stage, MARCH, organisation, was)


def figures(kind: str, number: int, *, aim: bool = False):
    return Figures(kind, number, MARCH, aim)


CASES = [
    # 2.1: facts, and whom they were told
    ("2.1", Facts(), 0, "no talk with a commissioner and no reviewed record of need in the last 12 months"),
    ("2.1", Facts([provider()]), 0, NOTHING["2.1"]),
    ("2.1", Facts([talk()]), 1, "one talk with commissioners since March 2026"),
    ("2.1", Facts(heard=[NEED]), 1, "two reviewed records of need since May 2026"),
    ("2.1", Facts([provider()], [NEED]), 1, "two reviewed records of need since May 2026"),
    (
        "2.1",
        Facts([talk()], [NEED]),
        2,
        "one talk with commissioners since March 2026, and reviewed records of need to bring to them",
    ),
    ("2.1", Facts([one("specification")], [NEED]), 1, "two reviewed records of need since May 2026"),
    ("2.1", Facts([ASKED]), 0, NOTHING["2.1"]),
    (
        "2.1",
        Facts([ASKED], [NEED]),
        3,
        "reviewed records of need, and a section asked for in one specification since March 2026",
    ),
    # 2.11: talks, and with how many
    ("2.11", Facts(), 0, NOTHING["2.11"]),
    ("2.11", Facts([talk()]), 1, "one talk with one commissioner since March 2026"),
    ("2.11", Facts([provider()]), 1, "one talk with one organisation since March 2026"),
    ("2.11", Facts([talk(1), talk(1, on=MAY)]), 1, "two talks with one commissioner since March 2026"),
    ("2.11", Facts([talk(1, on=MAY), talk(2)]), 2, "two talks with two commissioners since March 2026"),
    ("2.11", Facts([talk(1), provider(2)]), 2, "two talks with two organisations since March 2026"),
    (
        "2.11",
        Facts([talk(1), talk(1), provider(2)]),
        2,
        "three talks with two organisations since March 2026",
    ),
    (
        "2.11",
        Facts([talk(1), talk(1), provider(2), provider(3)]),
        3,
        "two talks with commissioners and two with providers since March 2026",
    ),
    (
        "2.11",
        Facts([talk(1, runs=True), talk(1, runs=True)]),
        1,
        "two talks with one commissioner since March 2026",
    ),
    (
        "2.11",
        Facts([talk(1, runs=True), talk(2, runs=True)]),
        3,
        "two talks with commissioners and two with providers since March 2026",
    ),
    (
        "2.11",
        Facts([talk(1), talk(1), provider(2), provider(2, changed=True)]),
        4,
        "two talks with commissioners and two with providers since March 2026, and a service was changed",
    ),
    ("2.11", Facts([talk(changed=True)]), 1, "one talk with one commissioner since March 2026"),
    # 2.12: asked, answered, a habit
    ("2.12", Facts(), 0, NOTHING["2.12"]),
    ("2.12", Facts([one("request")]), 2, "one request since March 2026"),
    ("2.12", Facts([one("request")] * 3), 2, "three requests since March 2026"),
    ("2.12", Facts([one("request"), ANSWERED]), 3, "one request with an answer since March 2026"),
    ("2.12", Facts([ANSWERED] * 2), 3, "two requests with an answer since March 2026"),
    ("2.12", Facts([ANSWERED] * 3), 4, "three requests with an answer since March 2026"),
    # 2.13: noted, sent, sent in time, taken up
    ("2.13", Facts(), 0, NOTHING["2.13"]),
    ("2.13", Facts([one("consultation")] * 2), 1, "two consultations noted since March 2026"),
    (
        "2.13",
        Facts([one("consultation", is_settled=True)]),
        2,
        "one response to consultations since March 2026",
    ),
    ("2.13", Facts([RESPONSE]), 2, "one response to consultations since March 2026"),
    (
        "2.13",
        Facts([RESPONSE, one("consultation", is_settled=True)]),
        2,
        "two responses to consultations since March 2026",
    ),
    ("2.13", Facts([RESPONSE] * 2), 3, "two responses to consultations sent in time since March 2026"),
    (
        "2.13",
        Facts([RESPONSE, one("consultation", is_done=True, is_settled=True, changed=True)]),
        4,
        "two responses to consultations sent in time since March 2026, and a point was taken up",
    ),
    (
        "2.13",
        Facts([one("consultation", is_done=True, is_settled=True, changed=True)]),
        2,
        "one response to consultations since March 2026",
    ),
    # 2.14: been there, been there again, spoken, heard
    ("2.14", Facts(), 0, NOTHING["2.14"]),
    ("2.14", Facts([MATTER]), 1, "one forum meeting since March 2026"),
    ("2.14", Facts([MEETING, MATTER]), 2, "two forum meetings since March 2026"),
    ("2.14", Facts([MEETING] * 3), 2, "three forum meetings since March 2026"),
    (
        "2.14",
        Facts([MEETING, MEETING, MATTER]),
        3,
        "three forum meetings since March 2026, and a matter raised",
    ),
    (
        "2.14",
        Facts([MEETING, MEETING, one("forum", is_done=True, changed=True)]),
        4,
        "three forum meetings since March 2026, and a matter raised that the forum took on",
    ),
    # 2.15: read, worded, answered, with marks
    ("2.15", Facts(), 0, NOTHING["2.15"]),
    (
        "2.15",
        Facts([one("specification", is_settled=True)]),
        1,
        "one specification looked at since March 2026",
    ),
    ("2.15", Facts([ASKED]), 2, "one specification with a section asked for since March 2026"),
    (
        "2.15",
        Facts([one("specification", is_done=True, is_settled=True)]),
        3,
        "one specification with a section asked for and a reply since March 2026",
    ),
    (
        "2.15",
        Facts([one("specification", changed=True)]),
        4,
        "one specification with marks obtained since March 2026",
    ),
    # 2.15a to d: reviewed records by method
    ("2.15a", Facts(heard=[NEED]), 0, NOTHING["2.15a"]),
    ("2.15a", Facts(heard=[Heard("survey", 1, MAY)]), 2, "one reviewed record from surveys since May 2026"),
    ("2.15a", Facts(heard=[Heard("survey", 2, MAY)]), 3, "two reviewed records from surveys since May 2026"),
    (
        "2.15b",
        Facts(heard=[Heard("focus_group", 1, MAY)]),
        2,
        "one reviewed record from discussions since May 2026",
    ),
    (
        "2.15b",
        Facts(heard=[Heard("focus_group", 2, MAY)]),
        3,
        "two reviewed records from discussions since May 2026",
    ),
    ("2.15b", Facts(heard=[Heard("other", 9, MAY)]), 0, NOTHING["2.15b"]),
    (
        "2.15c",
        Facts(heard=[Heard("enquiry", 1, MAY)]),
        1,
        "one reviewed record from requests for help since May 2026",
    ),
    ("2.15c", Facts(heard=[NEED]), 1, "two reviewed records from requests for help since May 2026"),
    (
        "2.15c",
        Facts(heard=[Heard("enquiry", 3, MAY)]),
        2,
        "three reviewed records from requests for help since May 2026",
    ),
    (
        "2.15c",
        Facts(heard=[Heard("enquiry", 5, MAY)]),
        2,
        "five reviewed records from requests for help since May 2026",
    ),
    (
        "2.15c",
        Facts(heard=[Heard("enquiry", 12, MAY)]),
        3,
        "12 reviewed records from requests for help since May 2026",
    ),
    ("2.15c", Facts(), 0, NOTHING["2.15c"]),
    ("2.15d", Facts(), 0, NOTHING["2.15d"]),
    (
        "2.15d",
        Facts(heard=[Heard("mystery_shopping", 2, MAY)]),
        2,
        "two reviewed records from trying out services since May 2026",
    ),
    (
        "2.15d",
        Facts(heard=[Heard("mystery_shopping", 3, MAY)]),
        3,
        "three reviewed records from trying out services since May 2026",
    ),
    # 2.21: how far the furthest partnership is
    ("2.21", Facts(), 0, NOTHING["2.21"]),
    ("2.21", Facts(partners=[partner("ended")]), 0, NOTHING["2.21"]),
    ("2.21", Facts(partners=[partner("identified")]), 1, "one partnership noted since March 2026"),
    (
        "2.21",
        Facts(partners=[partner("approached"), partner("identified")]),
        2,
        "one partnership approached since March 2026",
    ),
    (
        "2.21",
        Facts(partners=[partner("agreed")]),
        3,
        "one partnership agreed or named in a bid since March 2026",
    ),
    (
        "2.21",
        Facts(partners=[partner("bid_named")] * 2),
        3,
        "two partnerships agreed or named in a bid since March 2026",
    ),
    (
        "2.21",
        Facts(partners=[partner("sub_contract"), partner("agreed")]),
        4,
        "one partnership with a sub-contract since March 2026",
    ),
    ("2.21", Facts(partners=[partner("ended", was=True)]), 4, "a sub-contract that ended in March 2026"),
    # 2.22: work that shows it, and to whom it was shown
    ("2.22", Facts(), 0, NOTHING["2.22"]),
    ("2.22", Facts(work=[Work("2.23", 4)]), 0, NOTHING["2.22"]),
    ("2.22", Facts(work=[Work("2.22", 1)]), 1, "one piece of work of the last three years that shows it"),
    ("2.22", Facts(work=[Work("2.22", 2)]), 2, "two pieces of work of the last three years that show it"),
    (
        "2.22",
        Facts(partners=[partner("approached"), partner("agreed", 2)], work=[Work("2.22", 1)]),
        1,
        "one piece of work of the last three years that shows it",
    ),
    (
        "2.22",
        Facts(partners=[partner("approached"), partner("agreed", 1)], work=[Work("2.22", 2)]),
        2,
        "two pieces of work of the last three years that show it",
    ),
    (
        "2.22",
        Facts(partners=[partner("approached"), partner("identified", 2)], work=[Work("2.22", 2)]),
        2,
        "two pieces of work of the last three years that show it",
    ),
    (
        "2.22",
        Facts(partners=[partner("approached"), partner("agreed", 2)], work=[Work("2.22", 2)]),
        3,
        "two pieces of work of the last three years that show it, and two larger organisations approached",
    ),
    # 2.23: figures, kept, of both kinds with an aim
    ("2.23", Facts(), 0, NOTHING["2.23"]),
    ("2.23", Facts(work=[Work("2.23", 1)]), 1, "one piece of work of the last three years that shows it"),
    ("2.23", Facts(figures=[figures("output", 1, aim=True)]), 1, "figures since March 2026"),
    ("2.23", Facts(work=[Work("2.23", 2)]), 2, "two pieces of work of the last three years that show it"),
    (
        "2.23",
        Facts(figures=[figures("output", 2, aim=True), figures("outcome", 1)]),
        2,
        "one indicator with two or more figures since March 2026",
    ),
    (
        "2.23",
        Facts(figures=[figures("output", 2), figures("outcome", 2)]),
        2,
        "two indicators with two or more figures since March 2026",
    ),
    (
        "2.23",
        Facts(figures=[figures("output", 2, aim=True), figures("output", 2)]),
        2,
        "two indicators with two or more figures since March 2026",
    ),
    (
        "2.23",
        Facts(figures=[figures("output", 2), figures("outcome", 2, aim=True)]),
        3,
        "outputs and outcomes with two or more figures and an aim since March 2026",
    ),
]


@pytest.mark.parametrize(("code", "facts", "level", "why"), CASES)
def test_the_record_suggests_a_level_and_says_why(code, facts, level, why):
    assert suggest(code, facts) == Suggestion(level, why, RULES[code][0][0])


def test_every_step_of_every_rule_is_reached_by_a_case_above():
    reached = {(code, level) for code, _, level, _ in CASES}
    assert reached == {(code, level) for code, steps in RULES.items() for level, _ in steps} | {
        (code, 0) for code in RULES
    }


def test_steps_go_down_and_say_why_there_is_nothing():
    assert set(NOTHING) == set(RULES)
    for steps in RULES.values():
        levels = [level for level, _ in steps]
        assert levels == sorted(set(levels), reverse=True) and 1 <= levels[-1] <= levels[0] <= 4


@pytest.mark.django_db
def test_all_criteria_but_2_2_have_a_rule():
    codes = set(factories.current_edition().criteria.values_list("code", flat=True))
    assert codes - set(RULES) == {"2.2"} and not set(RULES) - codes
    assert suggest("2.2", Facts()) is None


@pytest.mark.parametrize(
    ("code", "level", "facts", "told"),
    [
        ("2.11", None, Facts(), False),
        ("2.11", 0, Facts(), False),
        ("2.11", 1, Facts(), True),
        ("2.11", 1, Facts([talk()]), False),
        ("2.11", 2, Facts([talk()]), True),
        ("2.2", 4, Facts(), False),
        ("9.99", 4, Facts(), False),
        # A record can't say more than 3 here: who reaches that may be at 4.
        ("2.15a", 4, Facts(heard=[Heard("survey", 2, MAY)]), False),
        ("2.15a", 4, Facts(heard=[Heard("survey", 1, MAY)]), True),
        ("2.15a", 3, Facts(heard=[Heard("survey", 1, MAY)]), True),
        ("2.12", 4, Facts([ANSWERED] * 2), True),
    ],
)
def test_a_level_is_by_account_where_it_stands_above_the_record(code, level, facts, told):
    assert is_by_account(code, level, facts) is told
    suggestion = suggest(code, facts)
    assert told is bool(level and suggestion is not None and not suggestion.supports(level))


def test_the_months_end_on_the_day():
    assert since(date(2026, 11, 28)) == date(2025, 11, 28)
    assert since(date(2024, 2, 29)) == date(2023, 2, 28)
    assert work_since(date(2026, 11, 28)) == date(2023, 11, 28)


DAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("stage", "on", "counts"),
    [
        ("identified", date(2025, 11, 28), True), ("identified", date(2025, 11, 27), False),
        ("approached", date(2025, 11, 28), True), ("approached", date(2025, 11, 27), False),
        ("agreed", date(2019, 1, 1), True), ("sub_contract", date(2019, 1, 1), True),
        ("ended", date(2023, 11, 28), True), ("ended", date(2023, 11, 27), False),
    ],
)  # fmt: skip
def test_ideas_age_in_a_year_and_ended_ones_in_three(stage, on, counts):
    assert still_counts(stage, on, DAY) is counts
