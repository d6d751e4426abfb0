"""What level the record of the last 12 months suggests for a criterion, and why. Pure: plain values in and out."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.record_facts import Facts
from readiness.suggested_rules import NOTHING, RULES


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The level that the record suggests, why in words, and the highest level that a record can suggest here."""

    level: int
    why: str
    highest: int

    def supports(self, level: int) -> bool:
        """Whether a chosen level rests on the record. Above the highest that one can tell, people's word stands."""
        return min(level, self.highest) <= self.level


def suggest(code: str, facts: Facts) -> Suggestion | None:
    """What the record suggests for a criterion; None for one without a rule."""
    steps = RULES.get(code)
    if steps is None:
        return None
    highest = steps[0][0]
    for level, reached in steps:
        if why := reached(facts):
            return Suggestion(level, why, highest)
    return Suggestion(0, NOTHING[code], highest)


def is_by_account(code: str, level: int | None, facts: Facts) -> bool:
    """Whether a chosen level stands above what the record supports; never for one without a rule or level."""
    steps = RULES.get(code)
    if not level or steps is None:
        return False
    # Of all levels of a county, so the words of a suggestion aren't made only to be thrown away.
    needed = min(level, steps[0][0])
    return not any(step >= needed and reached(facts) for step, reached in steps)
