"""The state of the county in words, made from its figures: right for none, one, several and unknown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from readiness.reports.values import Sentence


@dataclass(frozen=True)
class Figures:
    """What the sentences tell. Each number may come with the query of the groups behind it, in `groups`."""

    as_at: date
    compare: date
    groups: int
    assessed: int
    recent: int
    up: int
    down: int
    new: int
    score: Decimal | None
    score_before: Decimal | None
    best_route: str
    """Title of the highest route that any group stands at; empty without one."""
    at_best_route: int
    empty_districts: Sequence[str]
    """Names of districts in which no active group works."""
    late: int
    expired: int
    """Papers that had expired by the day."""
    records: int | None
    """Reviewed records of need up to the day; None where their number is hidden."""
    is_filtered: bool = False
    """Whether groups may have been left out, which work elsewhere."""
    is_by_group: bool = False
    """Whether groups were left out by what records of need don't tell: kind, and what they are ready for."""


def in_words(day: date) -> str:
    """The day as "14 March 2026"."""
    return f"{day.day} {day:%B %Y}"


def number(count: int, one: str, several: str) -> str:
    """ "1 group", "31 groups", "no groups"."""
    return f"{count if count else 'no'} {one if count == 1 else several}"


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def sentences(of: Figures, links: dict[str, str]) -> tuple[Sentence, ...]:
    """The sentences in order; the first can stand alone. links: queries by the name of a figure."""
    if not of.groups:
        return (Sentence(f"On {in_words(of.as_at)}, there were no active groups that fit."),)
    found = [
        Sentence(_assessed(of), links.get("recent", "")),
        Sentence(_moved(of), links.get("up", "")),
        Sentence(_scored(of)),
        Sentence(_ready(of), links.get("best_route", "")),
        Sentence(_empty(of)),
        Sentence(_due(of), links.get("late", "")),
        Sentence(_told(of)),
    ]
    return tuple(sentence for sentence in found if sentence.text)


def _assessed(of: Figures) -> str:
    # The comma parts two numbers: "2026, 20 of 48".
    start = f"On {in_words(of.as_at)}, "
    if of.groups == 1:
        return start + (
            "the one active group had been assessed in the last 12 months."
            if of.recent
            else "the one active group had not been assessed in the last 12 months."
        )
    if not of.recent:
        return f"{start}none of {of.groups} active groups had been assessed in the last 12 months."
    if of.recent == of.groups:
        return f"{start}all {of.groups} active groups had been assessed in the last 12 months."
    return f"{start}{of.recent} of {of.groups} active groups had been assessed in the last 12 months."


def _moved(of: Figures) -> str:
    if not of.assessed:
        return ""
    since = f"Since {in_words(of.compare)}, "
    moved = f"{number(of.up, 'group', 'groups')} moved up a band and {of.down or 'none'} moved down"
    new = f"; {of.new} {'was' if of.new == 1 else 'were'} assessed for the first time" if of.new else ""
    return f"{since}{moved}{new}."


def _scored(of: Figures) -> str:
    if of.score is None:
        return "The mean score isn’t known, since nobody has been assessed."
    now = _whole(of.score)
    if of.score_before is None:
        return f"The mean score is {now} out of 100; what it was before isn’t known."
    before = _whole(of.score_before)
    if now == before:
        return f"The mean score is {now} out of 100, as it was then."
    return f"The mean score is {now} out of 100; it was {before}."


def _whole(score: Decimal) -> int:
    return int(score.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _ready(of: Figures) -> str:
    if not of.best_route:
        return ""
    return (
        f"The furthest that groups have come is “{of.best_route}”: "
        f"{number(of.at_best_route, 'group stands', 'groups stand')} there."
    )


def _empty(of: Figures) -> str:
    if not of.empty_districts:
        return ""
    districts = "district" if len(of.empty_districts) == 1 else "districts"
    groups = "No active group that fits" if of.is_filtered else "No active group"
    return f"{groups} works in the {districts} of {listed(of.empty_districts)}."


def _due(of: Figures) -> str:
    papers = (
        f"{number(of.expired, 'paper has', 'papers have')} expired" if of.expired else "no paper has expired"
    )
    actions = number(of.late, "action is late", "actions are late")
    text = f"{actions} and {papers}."
    return text[0].upper() + text[1:]


def _told(of: Figures) -> str:
    if of.records is None:
        return "How many reviewed records of unmet need there are is hidden, since they are few."
    records = number(of.records, "reviewed record tells", "reviewed records tell")
    whose = ", from all kinds of group and whatever they are ready for" if of.is_by_group else ""
    return f"{records[0].upper()}{records[1:]} of unmet need{whose}."
