"""How levels become scores. Pure: plain values in, plain values out, exact fractions in between.

The rules, for the fourteen scored sections 2.1 to 2.23 of the toolkit:

- A theme's score is 100 · Σ weight·level / (4 · Σ weight) over the criteria that apply to the group.
- The overall score is the mean of the theme scores, weighted by theme. A theme where nothing applies drops out.
- A criterion without an answer is left out, never counted as zero; the score is provisional until all are answered.
- A score is kept exactly and shown rounded half up, so 64.5 is shown as 65.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from math import floor

LEVELS = range(5)
"""0 not started, 1 exploring, 2 under way, 3 in place, 4 established."""
TOP_LEVEL = LEVELS[-1]
STRONG_LEVEL = 3
"""From here on a criterion counts as a strength: what is described is in place."""
COUNTY_MINIMUM = 5
"""A county median is given from this many groups up; among fewer, somebody could be recognised."""


class NotApplicable(Enum):
    """The answer that a criterion doesn't apply to the group. It takes the criterion out of the score."""

    NOT_APPLICABLE = "N/A"


NOT_APPLICABLE = NotApplicable.NOT_APPLICABLE
Answered = int | NotApplicable
Weight = Fraction | Decimal | int


@dataclass(frozen=True, slots=True)
class CriterionWeight:
    """A criterion's place in the sum: its code, the code of its theme, and a weight above nought."""

    code: str
    theme: str
    weight: Weight = 1


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers of one assessment come to. Scores are exact, from 0 to 100."""

    themes: dict[str, Fraction | None]
    """Score by theme code, in the edition's order; None where no applicable criterion is answered."""
    overall: Fraction | None
    """None where no theme has a score."""
    answered: int
    """How many criteria have a level or are marked as not applicable."""
    applicable: int
    """How many criteria have a level: the ones that the scores rest on."""
    total: int

    @property
    def complete(self) -> bool:
        """Whether every criterion is answered, which an assessment needs before it can be completed."""
        return self.answered == self.total

    @property
    def provisional(self) -> bool:
        """Whether the scores may still change because something is unanswered."""
        return not self.complete


def theme_score(levels: Iterable[tuple[int, Weight]]) -> Fraction | None:
    """Exact score from 0 to 100 of one theme, from the (level, weight) of each applicable criterion.

    None when there are none. Raises ValueError for a level outside 0 to 4 or a weight not above nought.
    """
    reached = possible = Fraction(0)
    for level, weight in levels:
        exact = _positive(weight)
        reached += exact * _level(level)
        possible += exact * TOP_LEVEL
    return 100 * reached / possible if possible else None


def score_assessment(
    criteria: Sequence[CriterionWeight],
    theme_weights: Mapping[str, Weight],
    answers: Mapping[str, Answered | None],
) -> Score:
    """Scores answers by criterion code; a missing code and None both mean "not answered yet".

    Raises ValueError for an answer to an unknown code, a level outside 0 to 4, a criterion of an unknown theme,
    a code that comes twice, or a weight not above nought: each would give a wrong number without a word.
    """
    codes = {criterion.code for criterion in criteria}
    if len(codes) != len(criteria):
        raise ValueError("A criterion code comes twice in this edition.")
    if strangers := sorted(set(answers) - codes):
        raise ValueError("No such criterion in this edition: " + ", ".join(strangers))
    levels: dict[str, list[tuple[int, Weight]]] = {theme: [] for theme in theme_weights}
    answered = 0
    for criterion in criteria:
        if criterion.theme not in levels:
            raise ValueError(f"Criterion {criterion.code} names a theme without a weight: {criterion.theme}")
        answer = answers.get(criterion.code)
        if answer is None:
            continue
        answered += 1
        if not isinstance(answer, NotApplicable):
            levels[criterion.theme].append((answer, criterion.weight))
    themes = {theme: theme_score(given) for theme, given in levels.items()}
    return Score(
        themes=themes,
        overall=_weighted_mean(themes, theme_weights),
        answered=answered,
        applicable=sum(map(len, levels.values())),
        total=len(criteria),
    )


def shown(score: Fraction) -> int:
    """The score as people read it: a whole number, rounded half up (64.5 is 65)."""
    return floor(score + Fraction(1, 2))


def two_decimals(score: Fraction) -> Decimal:
    """The score for spreadsheets: two decimals, rounded half up, such as Decimal("44.44")."""
    return Decimal(floor(score * 100 + Fraction(1, 2))).scaleb(-2)


def change(now: Fraction, before: Fraction) -> int:
    """Difference between two scores as shown, so that a reader who subtracts them gets the same number."""
    return shown(now) - shown(before)


def band(score: Fraction, bands: Iterable[tuple[int, str]]) -> str:
    """The word for a score, from (least score, word) pairs in any order.

    It goes by the shown number: 74.5 is shown as 75 and gets the word of 75. Raises ValueError where no band
    reaches down to it.
    """
    reached = [(least, word) for least, word in bands if least <= shown(score)]
    if not reached:
        raise ValueError(f"No band for a score of {shown(score)}.")
    return max(reached)[1]


def median(scores: Iterable[Fraction | None]) -> Fraction | None:
    """The middle one of the groups' scores, or the mean of the middle two; groups without a score don't count.

    None for fewer than COUNTY_MINIMUM groups.
    """
    ordered = sorted(score for score in scores if score is not None)
    if len(ordered) < COUNTY_MINIMUM:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def strengths(criteria: Iterable[CriterionWeight], answers: Mapping[str, Answered | None]) -> list[str]:
    """Codes of the criteria that are in place or established, highest level first, then the edition's order."""
    strong = [
        (-answer, criterion.code)
        for criterion in criteria
        if isinstance(answer := answers.get(criterion.code), int) and answer >= STRONG_LEVEL
    ]
    return [code for _, code in sorted(strong, key=lambda item: item[0])]


def gap(answer: Answered | None, target: int | None) -> int | None:
    """Levels still to go to an agreed target, 0 once it is reached.

    None without a target, for a criterion that doesn't apply, and for one that isn't answered yet.
    """
    if target is None or answer is None or isinstance(answer, NotApplicable):
        return None
    return max(0, _level(target) - _level(answer))


def to_text(score: Fraction) -> str:
    """A score as exact text for storing, in lowest terms: "350/9", or "50" for a whole number."""
    return str(score)


@lru_cache(maxsize=4096)
def from_text(text: str) -> Fraction:
    """The score that to_text has stored. Raises ValueError for anything else. The same few come again and again."""
    if not re.fullmatch(r"[0-9]+(/0*[1-9][0-9]*)?", text):
        raise ValueError(f"Not a stored score: {text!r}")
    return Fraction(text)


def _weighted_mean(themes: Mapping[str, Fraction | None], weights: Mapping[str, Weight]) -> Fraction | None:
    exact = {theme: _positive(weight) for theme, weight in weights.items()}
    scored = [(score, exact[theme]) for theme, score in themes.items() if score is not None]
    if not scored:
        return None
    return sum((score * weight for score, weight in scored), Fraction(0)) / sum(
        weight for _, weight in scored
    )


def _level(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in LEVELS:
        raise ValueError(f"A level is a whole number from 0 to {TOP_LEVEL}, not {value!r}.")
    return value


def _positive(weight: Weight) -> Fraction:
    exact = Fraction(weight)
    if exact <= 0:
        raise ValueError(f"A weight must be above nought, not {weight}.")
    return exact
