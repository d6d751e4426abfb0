"""Judges one rule of a route after the other: met or not, why, and the fewest steps that would meet it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from readiness.route_values import (
    Alternatives,
    Facts,
    Paper,
    Rule,
    Scale,
    Step,
    at_least,
    held,
    months_before,
    number_since,
    reaches,
)
from readiness.scoring import TOP_LEVEL, CriterionWeight, score_assessment


class Judge:
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
            " ".join(self._detail(kind, name) for kind in lacking),
            tuple(Step("paper", kind, self._paper_step(kind)) for kind in lacking),
        )

    def _holds(self, kind: str) -> bool:
        return held(self.facts, kind)

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

    def _detail(self, kind: str, asked: str) -> str:
        state = self._state(kind)
        if self._name(kind).casefold() == asked.casefold():
            return f"{state[:1].upper()}{state[1:]}."
        return f"{self._name(kind)}: {state}."

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
        found = number_since(self.facts.evidence_days, since, self.facts.as_at)
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
        found = number_since(self.facts.track_record_ends, since, self.facts.as_at)
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
        met = reaches(answer, least)
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
        met = at_least(score, least)
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
        met = at_least(self.overall, least)
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
        lowest, where a step is easiest, by two levels before the next one's turn. With all at the top level a score is
        100, so that an end is always found.
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
            once = {code for code in gains if levels[code] == before[code] + 1}
            code = min(gains, key=lambda code: (-gains[code], code not in once, levels[code], place[code]))
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
