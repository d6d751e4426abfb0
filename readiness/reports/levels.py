"""Levels of the latest assessments on a day: means by criterion and district, added up in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum

from groups.models import CommunityGroup
from readiness import scoring
from readiness.models import Answer
from readiness.reports.standing import assessments_at


@dataclass
class LevelSums:
    """Sum of levels and number of levels, by criterion and by criterion and district; how often N/A."""

    whole: dict[str, tuple[int, int]] = field(default_factory=dict)
    not_applicable: dict[str, int] = field(default_factory=dict)
    by_district: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def mean(self, code: str) -> Decimal | None:
        """The mean level of a criterion, two decimals, rounded half up from the exact fraction."""
        return _mean(*self.whole.get(code, (0, 0)))

    def mean_in(self, code: str, district: int) -> Decimal | None:
        """The same over the groups of one district; 0: of groups without one."""
        return _mean(*self.by_district.get((code, district), (0, 0)))


def _mean(total: int, counted: int) -> Decimal | None:
    return scoring.two_decimals(Fraction(total, counted)) if counted else None


def level_sums(groups: QuerySet[CommunityGroup], day: date) -> LevelSums:
    """Sums over these groups' latest assessments on the day. Two queries."""
    answers = _answers(groups, day)
    found = LevelSums()
    for code, total, counted, left_out in (
        answers.values("criterion__code")
        .annotate(
            total=Sum("level", default=0),
            counted=Count("level"),
            left_out=Count("pk", filter=Q(not_applicable=True)),
        )
        .values_list("criterion__code", "total", "counted", "left_out")
    ):
        # Two editions may have a criterion of the same code.
        before = found.whole.get(code, (0, 0))
        found.whole[code] = before[0] + total, before[1] + counted
        found.not_applicable[code] = found.not_applicable.get(code, 0) + left_out
    for code, district, total, counted in (
        answers.filter(level__isnull=False)
        .values("criterion__code", "assessment__group__districts")
        .annotate(total=Sum("level"), counted=Count("pk"))
        .values_list("criterion__code", "assessment__group__districts", "total", "counted")
    ):
        key = (code, district or 0)
        before = found.by_district.get(key, (0, 0))
        found.by_district[key] = before[0] + total, before[1] + counted
    return found


def _answers(groups: QuerySet[CommunityGroup], day: date) -> QuerySet[Answer]:
    chosen = assessments_at(day).filter(group__in=groups.order_by().values("pk"))
    return Answer.objects.filter(assessment__in=chosen.order_by().values("pk")).order_by()


def groups_at_level(
    groups: QuerySet[CommunityGroup], day: date, code: str, level: str
) -> QuerySet[CommunityGroup]:
    """Those whose latest assessment on the day has this level ("0" to "4", "na") for the criterion; any if empty."""
    answers = _answers(groups, day).filter(criterion__code=code)
    if level == "na":
        answers = answers.filter(not_applicable=True)
    elif level in {"0", "1", "2", "3", "4"}:
        answers = answers.filter(level=int(level))
    else:
        answers = answers.filter(level__isnull=False)
    return groups.filter(pk__in=answers.values("assessment__group"))
