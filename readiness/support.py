"""Levels that stand above what the record supports: "by account, not yet on record". Derived, never stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from django.db.models import QuerySet
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.models import Answer, Assessment
from readiness.record_facts import Facts
from readiness.suggested_levels import Suggestion, is_by_account, suggest
from readiness.suggested_rules import RULES
from readiness.support_facts import CHUNK, facts_by_group, facts_of_group

NO_LIMIT: Mapping[str, str] = MappingProxyType({})


def suggestions_of(draft: Assessment) -> dict[str, Suggestion]:
    """What the record suggests for each criterion with a rule: of the 12 months before the day assessed, as it is known
    now. Two queries.
    """
    facts = facts_of_group(draft.group_id, draft.assessed_on, known_by=timezone.localdate())
    return {code: found for code in RULES if (found := suggest(code, facts)) is not None}


def facts_behind(assessment: Assessment) -> Facts:
    """What was on record when an assessment was completed, of the 12 months before the day assessed. Two queries."""
    known_by = timezone.localdate(assessment.completed_at) if assessment.completed_at else None
    return facts_of_group(assessment.group_id, assessment.assessed_on, known_by=known_by)


def by_account(assessment: Assessment, levels: Mapping[str, int | None]) -> frozenset[str]:
    """Codes of the levels of a complete assessment that stood above what was on record. Two queries."""
    facts = facts_behind(assessment)
    return frozenset(code for code, level in levels.items() if is_by_account(code, level, facts))


def unsupported_at(
    groups: QuerySet[CommunityGroup], assessments: QuerySet[Assessment], day: date
) -> dict[str, tuple[int, int]]:
    """By criterion: how many levels of these assessments stand above what the record supports on a day, of how many.

    assessments: at most one a group, such as latest_assessments(day). The record is that of the 12 months before the
    day, as it was known then, whatever the days assessed. A criterion without a rule has none
    unsupported. Three queries; one group at a time in memory.
    """
    unsupported: dict[str, int] = {}
    with_level: dict[str, int] = {}
    for _, code, is_above in _judged(groups, assessments, day):
        with_level[code] = with_level.get(code, 0) + 1
        unsupported[code] = unsupported.get(code, 0) + is_above
    return {code: (unsupported[code], number) for code, number in sorted(with_level.items())}


def groups_by_account(
    groups: QuerySet[CommunityGroup], assessments: QuerySet[Assessment], day: date, code: str
) -> QuerySet[CommunityGroup]:
    """Those whose level of a criterion unsupported_at() counts as above the record. Three queries."""
    found = [
        group
        for group, _, is_above in _judged(groups, assessments, day, {"criterion__code": code})
        if is_above
    ]
    return groups.filter(pk__in=found)


def _judged(
    groups: QuerySet[CommunityGroup],
    assessments: QuerySet[Assessment],
    day: date,
    only: Mapping[str, str] = NO_LIMIT,
) -> Iterator[tuple[int, str, bool]]:
    """Group, criterion, and whether the level stands above the record, for each level of these assessments."""
    known = facts_by_group(groups, day)
    there: tuple[int, Facts] | None = next(known, None)
    for group, code, level in _levels(groups, assessments, only):
        while there is not None and there[0] < group:
            there = next(known, None)
        facts = there[1] if there is not None and there[0] == group else Facts()
        yield group, code, is_by_account(code, level, facts)


def _levels(
    groups: QuerySet[CommunityGroup], assessments: QuerySet[Assessment], only: Mapping[str, str]
) -> Iterator[tuple[int, str, int | None]]:
    """Group, criterion and level, ordered by the group's id."""
    return (
        Answer.objects.filter(
            assessment__in=assessments.order_by().values("pk"),
            assessment__group__in=groups.order_by().values("pk"),
            level__isnull=False,
            **only,
        )
        .order_by("assessment__group_id")
        .values_list("assessment__group_id", "criterion__code", "level")
        .iterator(chunk_size=CHUNK)
    )
