"""The county's middle: medians over the latest assessments of all groups, never of fewer than five.

The rule is scoring.median's; here is only which answers count. Two queries, however many groups there are, and
no group's name or id is read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from django.db.models import Count

from readiness import scoring
from readiness.models import Answer, Assessment, Edition


@dataclass(frozen=True, slots=True)
class CountyMedians:
    """Medians of one edition. Scores run from 0 to 100, levels from 0 to 4; what fewer than five have is absent."""

    groups: int
    """How many groups have a latest assessment under this edition."""
    overall: Fraction | None = None
    themes: Mapping[str, Fraction] = field(default_factory=dict)
    levels: Mapping[str, Fraction] = field(default_factory=dict)


def county_medians(edition: Edition) -> CountyMedians:
    """Medians over each group's latest standing assessment under this edition, the group's own included."""
    latest = Assessment.objects.filter(is_latest=True, edition=edition).order_by()
    # Scores repeat from group to group, so each different one is read into a fraction once.
    overall: Counter[str] = Counter()
    themes: dict[str, Counter[str]] = {}
    groups = 0
    for overall_exact, theme_scores in latest.values_list("overall_exact", "theme_scores"):
        groups += 1
        if overall_exact:
            overall[overall_exact] += 1
        for code, score in theme_scores.items():
            themes.setdefault(code, Counter())[score] += 1
    if groups < scoring.COUNTY_MINIMUM:
        return CountyMedians(groups)
    levels: dict[str, list[tuple[Fraction, int]]] = {}
    for code, level, number in (
        Answer.objects.filter(assessment__in=latest, level__isnull=False)
        .order_by()
        .values("criterion__code", "level")
        .annotate(number=Count("pk"))
        .values_list("criterion__code", "level", "number")
    ):
        levels.setdefault(code, []).append((Fraction(level or 0), number))
    return CountyMedians(
        groups=groups,
        overall=_median(_read(overall)),
        themes=_present({code: _median(_read(scores)) for code, scores in themes.items()}),
        levels=_present({code: _median(counted) for code, counted in levels.items()}),
    )


def _read(scores: Counter[str]) -> list[tuple[Fraction, int]]:
    return [(scoring.from_text(text), number) for text, number in scores.items()]


def _median(counted: Iterable[tuple[Fraction, int]]) -> Fraction | None:
    return scoring.median([value for value, number in sorted(counted) for _ in range(number)])


def _present(medians: Mapping[str, Fraction | None]) -> dict[str, Fraction]:
    return {code: value for code, value in medians.items() if value is not None}
