"""What a group is ready for: the ladder of contracting routes, each rule met or not, and what would meet it. Pure.

Sub-contracting to a prime before tendering alone is the toolkit's advice (section 2.2); the thresholds are the
edition's. Facts are those of one day: a paper counts until the day before it expires, and scores count exactly, so that
39.6 is below 40 though people read it as 40.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from readiness.scoring import TOP_LEVEL, Answered, CriterionWeight, score_assessment

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


def standing(
    routes: Sequence[Mapping[str, Any]],
    scale: Scale,
    asks: Mapping[str, Alternatives],
    facts: Facts,
    names: Mapping[str, str] | None = None,
) -> Standing:
    """Judges a group by an edition's routes.

    routes  as readiness.edition_routes reads them, lowest rung first
    asks    what each name under "credentials" comes to, as alternatives of kinds of paper
    names   the label of each kind of paper, for the words

    Raises ValueError without routes, for a name that asks doesn't know, and for a route after one that isn't there.
    """
    if not routes:
        raise ValueError("This edition has no routes.")
    judge = _Judge(scale, asks, facts, names or {})
    ladder: list[RouteRules] = []
    for route in routes:
        below: tuple[Rule, ...] = ()
        if after := route.get("after"):
            found = [rung for rung in ladder if rung.key == after]
            if not found:
                raise ValueError(f"Route {route['key']} comes after {after}, which isn't below it.")
            below = found[0].rules
        ladder.append(
            RouteRules(
                route["key"], route["title"], route.get("summary", ""), (*below, *judge.rules(route, below))
            )
        )
    reached = max((place for place, rung in enumerate(ladder) if rung.met), default=0)
    above = ladder[reached + 1] if reached + 1 < len(ladder) else None
    return Standing(ladder[reached], above, tuple(ladder))


def reached(routes: Sequence[Mapping[str, Any]], asks: Mapping[str, Alternatives], facts: Facts) -> str:
    """The key of the highest route whose rules are all met, as standing() finds it, without words or steps.

    For many groups at once; facts must hold the stored scores. An unknown name of a paper is never met.
    """
    met: dict[str, bool] = {}
    highest = ""
    for route in routes:
        key = route["key"]
        met[key] = met.get(route.get("after", ""), True) and _is_met(route, asks, facts)
        if met[key] or not highest:
            highest = key
    return highest


def _is_met(route: Mapping[str, Any], asks: Mapping[str, Alternatives], facts: Facts) -> bool:
    day, themes = facts.as_at, facts.themes or {}
    return (
        all(_reaches(facts.answers.get(code), least) for code, least in route.get("levels", {}).items())
        and all(_at_least(themes.get(code), least) for code, least in route.get("theme_scores", {}).items())
        and ("overall" not in route or _at_least(facts.overall, route["overall"]))
        and (
            "evidence_records" not in route
            or _since(facts.evidence_days, months_before(day, route["evidence_months"]), day)
            >= route["evidence_records"]
        )
        and (
            "track_records" not in route
            or _since(facts.track_record_ends, months_before(day, 12 * route["track_record_years"]), day)
            >= route["track_records"]
        )
        and all(
            any(all(_held(facts, kind) for kind in way) for way in asks.get(name, ()))
            for name in route.get("credentials", ())
        )
    )


def _held(facts: Facts, kind: str) -> bool:
    paper = facts.papers.get(kind)
    return paper is not None and paper.holds(facts.as_at)


def _reaches(answer: Answered | None, least: int) -> bool:
    return isinstance(answer, int) and answer >= least


def _at_least(score: Fraction | None, least: int) -> bool:
    return score is not None and score >= least


def _since(days: Iterable[date], first: date, last: date) -> int:
    return sum(first <= day <= last for day in days)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class _Judge:
    """Judges rule by rule; what earlier rules ask is taken as done when the next one's steps are sought."""

    def __init__(
        self, scale: Scale, asks: Mapping[str, Alternatives], facts: Facts, names: Mapping[str, str]
    ) -> None:
        self.scale, self.asks, self.facts, self.names = scale, asks, facts, names
        if facts.themes is None:
            score = score_assessment(scale.criteria, scale.theme_weights, facts.answers)
            self.themes: Mapping[str, Fraction | None] = score.themes
            self.overall = score.overall
        else:
            self.themes, self.overall = facts.themes, facts.overall

    def rules(self, route: Mapping[str, Any], below: Iterable[Rule]) -> Iterable[Rule]:
        """The rules that a route names itself, in the order people meet them: papers, record, levels, scores."""
        key = route["key"]
        asked = {rule.key for rule in below}
        planned = {
            step.about: step.level
            for rule in below
            for step in rule.steps
            if step.kind == "level" and step.level
        }
        for name in route.get("credentials", ()):
            if f"paper {name}" not in asked:
                yield self._paper(key, name)
        if "evidence_records" in route:
            yield self._evidence(key, route["evidence_records"], route["evidence_months"])
        if "track_records" in route:
            yield self._track_records(key, route["track_records"], route["track_record_years"])
        for code, least in route.get("levels", {}).items():
            rule = self._level(key, code, least)
            _plan(planned, rule)
            yield rule
        for theme, least in route.get("theme_scores", {}).items():
            rule = self._theme(key, theme, least, planned)
            _plan(planned, rule)
            yield rule
        if "overall" in route:
            yield self._overall(key, route["overall"], planned)

    # Papers

    def _paper(self, route: str, name: str) -> Rule:
        if name not in self.asks:
            raise ValueError(f"Route {route} asks for “{name}”, and no kind of paper answers to that.")
        ways = [[kind for kind in way if not self._holds(kind)] for way in self.asks[name]]
        lacking = min(ways, key=len)
        words = name[:1].upper() + name[1:]
        if not lacking:
            return Rule(route, f"paper {name}", words, True, "In place.")
        return Rule(
            route,
            f"paper {name}",
            words,
            False,
            " ".join(f"{self._name(kind)}: {self._state(kind)}." for kind in lacking),
            tuple(Step("paper", kind, self._paper_step(kind)) for kind in lacking),
        )

    def _holds(self, kind: str) -> bool:
        return _held(self.facts, kind)

    def _of(self, kind: str) -> Paper:
        return self.facts.papers.get(kind, Paper("missing"))

    def _name(self, kind: str) -> str:
        return self.names.get(kind, kind)

    def _state(self, kind: str) -> str:
        paper = self._of(kind)
        if paper.is_expired(self.facts.as_at):
            return f"expired on {_day(paper.expires_on)}"
        return {"draft": "a draft so far", "not_needed": "marked as not needed yet"}.get(
            paper.state, "missing"
        )

    def _paper_step(self, kind: str) -> str:
        paper = self._of(kind)
        if paper.is_expired(self.facts.as_at):
            return f"Renew: {self._name(kind)}"
        if paper.state == "draft":
            return f"Agree and adopt: {self._name(kind)}"
        return f"Put in place: {self._name(kind)}"

    # What can be shown

    def _evidence(self, route: str, least: int, months: int) -> Rule:
        since = months_before(self.facts.as_at, months)
        found = _since(self.facts.evidence_days, since, self.facts.as_at)
        lacking = least - found
        return Rule(
            route,
            "evidence",
            f"At least {_count(least, 'reviewed record')} of unmet need within {_count(months, 'month')}",
            lacking <= 0,
            f"{_count(found, 'reviewed record')} since {_day(since)}.",
            (Step("evidence", "", f"Have {_count(lacking, 'more record')} of unmet need reviewed"),)
            if lacking > 0
            else (),
        )

    def _track_records(self, route: str, least: int, years: int) -> Rule:
        since = months_before(self.facts.as_at, 12 * years)
        found = _since(self.facts.track_record_ends, since, self.facts.as_at)
        lacking = least - found
        return Rule(
            route,
            "track record",
            f"At least {_count(least, 'piece')} of work to show within {_count(years, 'year')}",
            lacking <= 0,
            f"{_count(found, 'piece')} of work since {_day(since)}.",
            (Step("track_record", "", f"Write down {_count(lacking, 'more piece')} of work"),)
            if lacking > 0
            else (),
        )

    # Levels and scores

    def _level(self, route: str, code: str, least: int) -> Rule:
        answer = self.facts.answers.get(code)
        met = _reaches(answer, least)
        if answer is None:
            detail = "Not assessed yet."
        elif isinstance(answer, int):
            detail = f"It is at level {answer}."
        else:
            detail = "It is marked as not applicable; this route needs a level."
        return Rule(
            route,
            f"level {code}",
            f"{_titled(code, self.scale.titles)} at level {least} or higher",
            met,
            detail,
            () if met else (self._raise(code, least),),
        )

    def _theme(self, route: str, theme: str, least: int, planned: Mapping[str, int | None]) -> Rule:
        score = self.themes.get(theme)
        met = _at_least(score, least)
        codes = [criterion for criterion in self.scale.criteria if criterion.theme == theme]
        return Rule(
            route,
            f"theme {theme}",
            f"{_titled(theme, self.scale.theme_titles)}: a score of {least} or higher",
            met,
            _scored(score),
            ()
            if met
            else self._raises(codes, Fraction(least), planned, lambda found: found.themes.get(theme)),
        )

    def _overall(self, route: str, least: int, planned: Mapping[str, int | None]) -> Rule:
        met = _at_least(self.overall, least)
        return Rule(
            route,
            "overall",
            f"An overall score of {least} or higher",
            met,
            _scored(self.overall),
            ()
            if met
            else self._raises(self.scale.criteria, Fraction(least), planned, lambda found: found.overall),
        )

    def _raises(
        self,
        criteria: Sequence[CriterionWeight],
        least: Fraction,
        planned: Mapping[str, int | None],
        score_of: Any,
    ) -> tuple[Step, ...]:
        """As few levels as possible that bring a score up to least, on top of those that are planned already.

        A level more adds the same wherever the criterion stands, so the heaviest are raised first; of equal ones the
        lowest, where a step is easiest. With all at the top level a score is 100, so that an end is always found.
        """
        levels = {
            criterion.code: answer
            for criterion in self.scale.criteria
            if isinstance(answer := self.facts.answers.get(criterion.code), int)
        }
        if not any(criterion.code in levels for criterion in criteria):
            return (Step("assessment", "", "Complete an assessment together"),)
        before = dict(levels)
        levels |= {
            code: max(level or 0, levels.get(code, 0)) for code, level in planned.items() if code in levels
        }
        place = {criterion.code: number for number, criterion in enumerate(self.scale.criteria)}
        can = [criterion for criterion in criteria if criterion.code in levels]
        while (score := self._score(levels, score_of)) is not None and score < least:
            open_to = [criterion for criterion in can if levels[criterion.code] < TOP_LEVEL]
            gains = {
                criterion.code: (
                    self._score({**levels, criterion.code: levels[criterion.code] + 1}, score_of) or 0
                )
                - score
                for criterion in open_to
            }
            code = min(gains, key=lambda code: (-gains[code], levels[code], place[code]))
            levels[code] += 1
        return tuple(
            self._raise(criterion.code, levels[criterion.code])
            for criterion in can
            if levels[criterion.code] > before[criterion.code]
        )

    def _score(self, levels: Mapping[str, int], score_of: Any) -> Fraction | None:
        answers = {**self.facts.answers, **levels}
        found: Fraction | None = score_of(
            score_assessment(self.scale.criteria, self.scale.theme_weights, answers)
        )
        return found

    def _raise(self, code: str, level: int) -> Step:
        return Step("level", code, f"Bring {_titled(code, self.scale.titles)} to level {level}", level)


def _titled(code: str, titles: Mapping[str, str]) -> str:
    title = titles.get(code, "")
    return f"{code} {title}" if title else code


def _plan(planned: dict[str, Any], rule: Rule) -> None:
    for step in rule.steps:
        if step.kind == "level" and step.level is not None:
            planned[step.about] = max(planned.get(step.about) or 0, step.level)


def _scored(score: Fraction | None) -> str:
    if score is None:
        return "No score yet."
    # Cut, not rounded: 39.96 shown as 40 would seem to be enough.
    tenths = floor(score * 10)
    return f"It is {tenths // 10}." if tenths % 10 == 0 else f"It is {tenths / 10}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
