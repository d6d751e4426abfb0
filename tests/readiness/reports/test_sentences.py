"""The county in words: right for none, one and several, for what isn't known, and for a report that was narrowed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from readiness.reports.sentences import Figures, sentences

FIGURES = Figures(
    as_at=date(2026, 1, 1),
    compare=date(2025, 1, 1),
    groups=48,
    assessed=30,
    recent=20,
    up=2,
    down=1,
    new=3,
    score=Decimal("44.5"),
    score_before=Decimal("31"),
    best_route="Be heard",
    at_best_route=2,
    empty_districts=(),
    late=2,
    expired=2,
    records=20,
)


def words(**changes) -> list[str]:
    return [sentence.text for sentence in sentences(replace(FIGURES, **changes), {})]


def test_the_whole_county():
    assert words() == [
        "On 1 January 2026, 20 of 48 active groups had been assessed in the last 12 months.",
        "Since 1 January 2025, 2 groups moved up a band and 1 moved down; 3 were assessed for the first time.",
        "The mean score is 45 out of 100; it was 31.",
        "The furthest that groups have come is “Be heard”: 2 groups stand there.",
        "2 actions are late and 2 papers have expired.",
        "20 reviewed records tell of unmet need.",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"groups": 0}, "On 1 January 2026, there were no active groups that fit."),
        (
            {"groups": 1, "recent": 1},
            "On 1 January 2026, the one active group had been assessed in the last 12 months.",
        ),
        (
            {"groups": 1, "recent": 0},
            "On 1 January 2026, the one active group had not been assessed in the last 12 months.",
        ),
        (
            {"recent": 0},
            "On 1 January 2026, none of 48 active groups had been assessed in the last 12 months.",
        ),
        ({"recent": 48}, "On 1 January 2026, all 48 active groups had been assessed in the last 12 months."),
        (
            {"up": 1, "down": 0, "new": 1},
            "Since 1 January 2025, 1 group moved up a band and none moved down; 1 was assessed for the first time.",
        ),
        ({"up": 0, "new": 0}, "Since 1 January 2025, no groups moved up a band and 1 moved down."),
        ({"score": None}, "The mean score isn’t known, since nobody has been assessed."),
        ({"score_before": None}, "The mean score is 45 out of 100; what it was before isn’t known."),
        ({"score_before": Decimal("45.4")}, "The mean score is 45 out of 100, as it was then."),
        ({"at_best_route": 1}, "The furthest that groups have come is “Be heard”: 1 group stands there."),
        ({"empty_districts": ["Derby"]}, "No active group works in the district of Derby."),
        (
            {"empty_districts": ["Bolsover", "Derby", "Erewash"], "is_filtered": True},
            "No active group that fits works in the districts of Bolsover, Derby and Erewash.",
        ),
        ({"late": 1, "expired": 0}, "1 action is late and no paper has expired."),
        ({"late": 0, "expired": 1}, "No actions are late and 1 paper has expired."),
        ({"records": 0}, "No reviewed records tell of unmet need."),
        ({"records": 1}, "1 reviewed record tells of unmet need."),
        (
            {"records": None},
            "How many reviewed records of unmet need there are is hidden, since they are few.",
        ),
        (
            {"is_by_group": True},
            "20 reviewed records tell of unmet need, from all kinds of group and whatever they are ready for.",
        ),
    ],
)
def test_each_sentence(changes, sentence):
    assert sentence in words(**changes)


def test_what_is_not_known_is_left_out():
    found = " ".join(words(assessed=0, best_route=""))
    assert "moved" not in found and "furthest" not in found
