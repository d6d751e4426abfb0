"""Levels of the latest assessments on a day: means by criterion and district, and how many are by account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from django.db.models import QuerySet

from groups.models import CommunityGroup
from readiness import scoring
from readiness.models import Answer
from readiness.record_facts import Facts
from readiness.reports.spine import Beside, SpineRow
from readiness.reports.standing import assessments_at
from readiness.suggested_levels import is_by_account
from readiness.support_facts import facts_by_group

# Levels in memory at a time.
CHUNK = 1000
NOTHING = Facts()
# A criterion's code, the level or None, and whether the criterion doesn't apply.
Level = tuple[str, int | None, bool]
Key = TypeVar("Key")


@dataclass
class LevelSums:
    """Sum of levels and number of levels, by criterion and by criterion and district; how often N/A or by account."""

    whole: dict[str, tuple[int, int]] = field(default_factory=dict)
    not_applicable: Counter[str] = field(default_factory=Counter)
    by_district: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    by_account: Counter[str] = field(default_factory=Counter)
    """Levels that stand above what is on record of the twelve months before the day."""

    def mean(self, code: str) -> Decimal | None:
        """The mean level of a criterion, two decimals, rounded half up from the exact fraction."""
        return _mean(*self.whole.get(code, (0, 0)))

    def mean_in(self, code: str, district: int) -> Decimal | None:
        """The same over the groups of one district; 0: of groups without one."""
        return _mean(*self.by_district.get((code, district), (0, 0)))

    def add(self, districts: tuple[int, ...], levels: Counter[Level]) -> None:
        """Counts levels of groups that work in the same districts."""
        for (code, level, not_applicable), times in levels.items():
            if level is not None:
                _put(self.whole, code, level, times)
                for district in districts or (0,):
                    _put(self.by_district, (code, district), level, times)
            else:
                self.not_applicable[code] += times * not_applicable


def _put(sums: dict[Key, tuple[int, int]], key: Key, level: int, times: int) -> None:
    total, counted = sums.get(key, (0, 0))
    sums[key] = total + level * times, counted + times


def _mean(total: int, counted: int) -> Decimal | None:
    return scoring.two_decimals(Fraction(total, counted)) if counted else None


def adding_levels(rows: Iterable[SpineRow], sums: LevelSums, day: date) -> Iterator[SpineRow]:
    """The rows of the pass as they are; the levels of each active group's latest assessment on the day go to the sums.

    The sums are whole when the rows have come to their end. Three queries, laid beside those of the pass and like them
    not narrowed to its groups.
    """
    levels = Beside(_level_rows(day))
    on_record = Beside(facts_by_group(CommunityGroup.objects.all(), day))
    # Groups of the same districts are counted together first, and those of which nothing is on record alike.
    alike: defaultdict[tuple[int, ...], Counter[Level]] = defaultdict(Counter)
    untold: Counter[Level] = Counter()
    for row in rows:
        if row.is_active:
            found: list[Level] = [level[1:] for level in levels.of(row.pk)]
            alike[row.districts].update(found)
            facts = on_record.of(row.pk)
            if facts:
                sums.by_account.update(
                    code for code, level, _ in found if is_by_account(code, level, facts[0][1])
                )
            else:
                untold.update(found)
        yield row
    for districts, counted in alike.items():
        sums.add(districts, counted)
    for (code, level, _), times in untold.items():
        sums.by_account[code] += times * is_by_account(code, level, NOTHING)


def _level_rows(day: date) -> Iterator[tuple[Any, ...]]:
    """Group, criterion, level, and whether it doesn't apply, by the group's id."""
    return (
        Answer.objects.filter(assessment__in=assessments_at(day).order_by().values("pk"))
        .order_by("assessment__group_id")
        .values_list("assessment__group_id", "criterion__code", "level", "not_applicable")
        .iterator(chunk_size=CHUNK)
    )


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


def groups_by_account(groups: QuerySet[CommunityGroup], day: date, code: str) -> QuerySet[CommunityGroup]:
    """Those whose level of a criterion adding_levels() counts as by account on the day. Three queries."""
    rows = (
        _answers(groups, day)
        .filter(criterion__code=code)
        .order_by("assessment__group_id")
        .values_list("assessment__group_id", "level")
        .iterator(chunk_size=CHUNK)
    )
    on_record = Beside(facts_by_group(groups, day))
    found = []
    for group, level in rows:
        facts = on_record.of(group)
        if is_by_account(code, level, facts[0][1] if facts else NOTHING):
            found.append(group)
    return groups.filter(pk__in=found)
