"""Plain values that routes are judged by and that come of it, and the single comparisons behind every rule."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from readiness.scoring import Answered, CriterionWeight

IN_PLACE = "in_place"
# Ways to fulfil what an edition asks for, any one of them: each is a list of papers that are all needed.
Alternatives = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Paper:
    """How one paper of a group stands: "missing", "draft", "not_needed" or "in_place", and the day it expires."""

    state: str
    expires_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a commissioner could be shown it on that day. From the day it expires it can't."""
        return self.state == IN_PLACE and not self.is_expired(day)

    def is_expired(self, day: date) -> bool:
        """Whether it was in place and has run out."""
        return self.state == IN_PLACE and self.expires_on is not None and self.expires_on <= day


@dataclass(frozen=True, slots=True)
class Scale:
    """What scores come from: the edition's criteria in order, the themes' weights, and words for codes."""

    criteria: Sequence[CriterionWeight]
    theme_weights: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)
    """Title by code of criterion; codes without one are shown bare."""
    theme_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one group on one day."""

    as_at: date
    papers: Mapping[str, Paper] = field(default_factory=dict)
    """By key of the kind of paper; one that isn't there is missing."""
    answers: Mapping[str, Answered | None] = field(default_factory=dict)
    """Levels of the latest completed assessment, by code; empty without one."""
    themes: Mapping[str, Fraction | None] | None = None
    """Exact scores of themes where they are stored; None: they come from the answers."""
    overall: Fraction | None = None
    """The exact overall score, where themes are given."""
    evidence_days: Sequence[date] = ()
    """Days of reviewed evidence that the group told of."""
    track_record_ends: Sequence[date] = ()
    """Last days of the group's pieces of work; for one that goes on, the day itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that would help to meet a rule, and where it is done."""

    kind: str
    """"paper", "level", "assessment", "evidence" or "track_record"."""
    about: str
    """The key of a paper or the code of a criterion; empty for the others."""
    words: str
    level: int | None = None
    """The level to reach, for a step of kind "level"."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a route as it stands: whether it is met, why, and what would meet it."""

    route: str
    key: str
    words: str
    met: bool
    detail: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteRules:
    """One rung of the ladder with all its rules, those of the rung it builds on first."""

    key: str
    title: str
    summary: str
    rules: tuple[Rule, ...]
    after: str = ""
    """The title of the rung it builds on, whose rules are among its own; empty where it builds on none."""

    @property
    def own(self) -> tuple[Rule, ...]:
        """The rules that it adds to those of the rung it builds on."""
        return tuple(rule for rule in self.rules if rule.route == self.key)

    @property
    def below_unmet(self) -> tuple[Rule, ...]:
        """Those of the rung it builds on that aren't met."""
        return tuple(rule for rule in self.unmet if rule.route != self.key)

    @property
    def met(self) -> bool:
        return all(rule.met for rule in self.rules)

    @property
    def unmet(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not rule.met)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a group stands on the ladder."""

    route: RouteRules
    """The highest rung whose rules are all met; the first one where none is."""
    next: RouteRules | None
    """The rung above, None at the top."""
    ladder: tuple[RouteRules, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The shortest list of what would lead to the next rung, each once."""
        if self.next is None:
            return ()
        found: dict[tuple[str, str], Step] = {}
        for rule in self.next.unmet:
            for step in rule.steps:
                known = found.get((step.kind, step.about))
                if known is None or (step.level or 0) > (known.level or 0):
                    found[step.kind, step.about] = step
        return tuple(found.values())


def held(facts: Facts, kind: str) -> bool:
    """Whether the group could show this paper on the day."""
    paper = facts.papers.get(kind)
    return paper is not None and paper.holds(facts.as_at)


def reaches(answer: Answered | None, least: int) -> bool:
    """Whether there is a level, and it is high enough."""
    return isinstance(answer, int) and answer >= least


def at_least(score: Fraction | None, least: int) -> bool:
    """Whether there is a score, and exactly it is high enough."""
    return score is not None and score >= least


def number_since(days: Iterable[date], first: date, last: date) -> int:
    """How many of the days lie between the two, both included."""
    return sum(first <= day <= last for day in days)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
