"""Levels that stand above what the record supports: "by account, not yet on record". Derived, never stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from readiness.models import Assessment
from readiness.record_facts import Facts
from readiness.suggested_levels import Suggestion, is_by_account, suggest
from readiness.suggested_rules import RULES
from readiness.support_facts import facts_of_group


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
