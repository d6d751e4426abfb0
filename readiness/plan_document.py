"""A group's action plan as a document: plain values in, a tagged PDF out.

The dataclasses hold no database objects. Whoever builds one (a plan being issued, a living plan being read)
decides what goes in; the same values always give the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from toolkit_portal.core.pdf import render_document_html, render_pdf

TEMPLATE = "pdf/plan.html"
LEVEL_WORDS = ("not started", "exploring", "under way", "in place", "established")
NAME_IN_RUNNING_LINES = 44
NAME_IN_LARGE_TYPE = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeLine:
    """Where the group is in one theme (sections 2.1 and 2.2 of the toolkit), scores from 0 to 100."""

    code: str
    title: str
    score_shown: int | None = None
    """Rounded score; None when nothing in the theme applies or it is not assessed yet."""
    band: str = ""
    """The score in words, such as "gaining ground"."""
    previous_shown: int | None = None
    """Rounded score at the assessment before, if there was one."""
    median_shown: int | None = None
    """Rounded median of the county's groups; given only from five groups up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionLine:
    """One criterion with its level and, where agreed, the level aimed at and by when."""

    code: str
    title: str
    level: int | None = None
    """0 to 4; None when not answered or not applicable."""
    level_words: str = ""
    """The level's short name, such as "under way"; filled in from the five usual names when empty."""
    na: bool = False
    target: int | None = None
    target_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One agreed action of the plan."""

    what: str
    why: str = ""
    first_step: str = ""
    who_words: str = ""
    """Who does it, in words: "Your group", "Your LIO", "Both"."""
    person: str = ""
    due_on: date | None = None
    criterion_code: str = ""
    criterion_title: str = ""
    state_words: str = ""
    """"To do", "Doing", "Done" or "Dropped"; shown as given."""
    support: str = ""
    """Support offered with this action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """Somebody to call: a person's name, what they do, and how to reach them."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LioContact:
    """How to reach the local infrastructure organisation (LIO)."""

    phone: str = ""
    email: str = ""
    web: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """Everything that the document of one plan shows. A section with nothing to show is left out."""

    group_name: str
    lio_name: str
    lio_contact: LioContact = LioContact()
    lio_logo: str = ""
    """A ``data:image/png`` or ``data:image/jpeg`` address that the portal made itself, or empty."""
    version: int | None = None
    """Number of the issued version; None is a draft and says so on every page."""
    issued_on: date | None = None
    """Day of issue; for a draft, the day it was printed."""
    issued_by: str = ""
    edition_title: str = ""
    where_you_are: str = ""
    ready_for: str = ""
    """What the group is ready for on the way to contracts, and what comes next."""
    themes: tuple[ThemeLine, ...] = ()
    overall_shown: int | None = None
    overall_previous_shown: int | None = None
    overall_median_shown: int | None = None
    band: str = ""
    assessed_on: date | None = None
    criteria: tuple[CriterionLine, ...] = ()
    strengths: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    """Actions not yet done; the document sorts them by date, those without a date last."""
    lio_help: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    """What changed since the version before, a sentence each."""
    done: tuple[Step, ...] = ()
    unmet_needs: tuple[str, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    language: str = "en-GB"


def render_plan(document: PlanDocument, *, large_print: bool = False) -> bytes:
    """Return the plan as a tagged PDF (PDF/UA-1, A4 portrait), in 18 point type when ``large_print``.

    Raises ``toolkit_portal.core.pdf.PdfTooLarge`` when the plan holds more than one document can carry.
    """
    return render_pdf(
        TEMPLATE,
        plan_context(document),
        title=plan_title(document),
        language=document.language,
        large_print=large_print,
        author=document.lio_name,
    )


def plan_html(document: PlanDocument, *, large_print: bool = False) -> str:
    """Return the HTML behind ``render_plan``, for measuring it."""
    return render_document_html(
        TEMPLATE,
        plan_context(document),
        title=plan_title(document),
        language=document.language,
        large_print=large_print,
        author=document.lio_name,
    )


def plan_title(document: PlanDocument) -> str:
    """Return the document's title, such as "Action plan of Group A, version 3"."""
    version = "draft" if document.version is None else f"version {document.version}"
    return f"Action plan of {document.group_name}, {version}"


def plan_context(document: PlanDocument) -> dict[str, Any]:
    """Return what the template shows, with every date and number already in words."""
    draft = document.version is None
    version_words = "Draft" if draft else f"Version {document.version}"
    day = _day(document.issued_on)
    issue_words = " ".join(
        part
        for part in (
            "Printed" if draft else "Issued",
            day,
            f"by {document.issued_by}" if document.issued_by else "",
        )
        if part
    )
    return {
        "plan": document,
        "draft": draft,
        "long_name": len(document.group_name) > NAME_IN_LARGE_TYPE,
        "version_words": version_words,
        "issue_words": issue_words if day or document.issued_by else "",
        "running_left": f"{_shortened(document.lio_name)}{f' · {day}' if day else ''}",
        "running_right": f"{_shortened(document.group_name)} · action plan · {version_words.lower()}",
        "running_state": "Draft: not issued yet" if draft else "",
        "scores": _score_lines(document),
        "has_previous": any(theme.previous_shown is not None for theme in document.themes),
        "assessed_words": f"As assessed on {_day(document.assessed_on)}." if document.assessed_on else "",
        "steps": [_step(step) for step in sorted(document.steps, key=lambda step: step.due_on or date.max)],
        "done": [_step(step) for step in document.done],
        "criteria": [_criterion(line) for line in document.criteria],
    }


def _score_lines(document: PlanDocument) -> list[dict[str, Any]]:
    lines = [
        _score_line(
            theme.title,
            theme.score_shown,
            theme.band,
            theme.previous_shown,
            theme.median_shown,
            code=theme.code,
        )
        for theme in document.themes
    ]
    if lines:
        lines.append(
            _score_line(
                "Overall",
                document.overall_shown,
                document.band,
                document.overall_previous_shown,
                document.overall_median_shown,
                overall=True,
            )
        )
    return lines


def _score_line(
    title: str,
    score: int | None,
    band: str,
    previous: int | None,
    median: int | None,
    *,
    code: str = "",
    overall: bool = False,
) -> dict[str, Any]:
    asides = []
    if previous is not None:
        asides.append(f"Last time: {previous}")
    if median is not None:
        asides.append(f"Middle of the county: {median}")
    return {
        "code": code,
        "title": title,
        "score": score,
        "width": _percent(score),
        "previous": previous,
        "previous_width": _percent(previous),
        "words": band if score is not None else "not assessed, or nothing applies",
        "asides": asides,
        "overall": overall,
    }


def _step(step: Step) -> dict[str, str]:
    return {
        "what": step.what,
        "why": step.why,
        "first_step": step.first_step,
        "who": step.who_words,
        "person": step.person,
        "due": _day(step.due_on) or "No date yet",
        "state": step.state_words,
        "support": step.support,
        "code": step.criterion_code,
        "section": step.criterion_title,
    }


def _criterion(line: CriterionLine) -> dict[str, Any]:
    level = None if line.na else line.level
    if line.na:
        words = "does not apply"
    elif level is None:
        words = "not answered yet"
    else:
        words = f"{level} {line.level_words or _level_words(level)}"
    aim = ""
    if line.target is not None:
        aim = f"{line.target} {_level_words(line.target)}"
        if line.target_by:
            aim = f"{aim} by {_day(line.target_by)}"
    return {
        "code": line.code,
        "title": line.title,
        "level": level,
        "words": words,
        "aim": aim,
    }


def _level_words(level: int) -> str:
    return LEVEL_WORDS[level] if 0 <= level < len(LEVEL_WORDS) else ""


def _percent(score: int | None) -> int:
    return min(100, max(0, score or 0))


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _shortened(words: str) -> str:
    # The line at the foot of a page has room for one row; the whole name stands in the title.
    return words if len(words) <= NAME_IN_RUNNING_LINES else f"{words[: NAME_IN_RUNNING_LINES - 1]}…"
