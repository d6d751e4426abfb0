"""Levels that stand above what the record supports: "by account, not yet on record". Derived, never stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.models import Answer, Assessment
from readiness.record_facts import Facts
from readiness.suggested_levels import Suggestion, is_by_account, suggest
from readiness.suggested_rules import RULES
from readiness.support_facts import CHUNK, facts_by_group, facts_of_group


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


def groups_by_account(
    groups: QuerySet[CommunityGroup], assessments: QuerySet[Assessment], day: date, code: str
) -> QuerySet[CommunityGroup]:
    """Those whose level of a criterion stands above what the record supports on a day. Three queries.

    assessments: at most one a group, such as latest_assessments(day). The record is that of the 12 months before the
    day, as it was known then, whatever the days assessed.
    """
    known = facts_by_group(groups, day)
    there: tuple[int, Facts] | None = next(known, None)
    found = []
    for group, level in _levels(groups, assessments, code):
        while there is not None and there[0] < group:
            there = next(known, None)
        facts = there[1] if there is not None and there[0] == group else Facts()
        if is_by_account(code, level, facts):
            found.append(group)
    return groups.filter(pk__in=found)


def _levels(
    groups: QuerySet[CommunityGroup], assessments: QuerySet[Assessment], code: str
) -> Iterator[tuple[int, int | None]]:
    """Group and level of a criterion, ordered by the group's id."""
    return (
        Answer.objects.filter(
            assessment__in=assessments.order_by().values("pk"),
            assessment__group__in=groups.order_by().values("pk"),
            level__isnull=False,
            criterion__code=code,
        )
        .order_by("assessment__group_id")
        .values_list("assessment__group_id", "level")
        .iterator(chunk_size=CHUNK)
    )
