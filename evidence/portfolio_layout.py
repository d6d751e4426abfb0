"""What a portfolio's page, PDF and Word file show, in words and in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format

from evidence.brief_words import counted, listed, people_words
from evidence.portfolio_document import PortfolioDocument, PortfolioNeed, PortfolioWork
from evidence.portfolio_fit import NAME_IN_LARGE_TYPE

NAME_IN_RUNNING_LINES = 44
ALL_DISTRICTS = 9
MOST_DISTRICTS_NAMED = 4
KINDS = {
    "bme_led": "A Black and Minority Ethnic (BME) led group",
    "bme_branch": "A Black and Minority Ethnic (BME) led branch of a larger organisation",
    "generic": "A community group that serves Black and Minority Ethnic (BME) residents",
    "network": "An informal community network",
    "emerging": "A new community group",
}
QUOTES_NOTE = "Each person agreed that these words may be used here. Nobody is named."
MORE_WORKS = "More examples of our work on request."


def portfolio_title(document: PortfolioDocument) -> str:
    """Return the title for the file's properties."""
    return f"{document.group_name}: who we are and what we do"


def portfolio_layout(document: PortfolioDocument) -> dict[str, Any]:
    """Return what is shown, with every date and number in words."""
    day = date_format(document.made_on, "j F Y")
    return {
        "portfolio": document,
        "lio": document.lio,
        "eyebrow": "Who we are and what we do",
        "name": document.group_name,
        "long_name": len(document.group_name) > NAME_IN_LARGE_TYPE,
        "also": f"Also known as {listed(document.other_names)}" if document.other_names else "",
        "who": who_words(document),
        "facts_heading": "At a glance",
        "facts_heads": ("About us", "In short"),
        "facts": _facts(document),
        "works_heading": "What we have done",
        "works": [_work(work) for work in document.works],
        "works_more": MORE_WORKS if document.works and document.has_more_works else "",
        "need_heading": "What people need, and we know it",
        "need": need_words(document.need) if document.need else "",
        "need_lines": _need_lines(document.need) if document.need else [],
        "quotes_heading": "In their own words",
        "quotes": [{"text": f"“{quote.text}”", "speaker": quote.speaker} for quote in document.quotes],
        "quotes_note": QUOTES_NOTE if document.quotes else "",
        "reach_heading": "How to reach us",
        "reach": _reach(document),
        "lio_words": f"Made with {document.lio.name}, our local infrastructure organisation (LIO), on {day}.",
        # The day first, so that it stays in order beside a name that runs from right to left.
        "running_left": f"{day} · {in_one_row(document.group_name)}",
        "is_empty": not (document.works or document.need or document.quotes),
    }


def who_words(document: PortfolioDocument) -> str:
    """Return who the group is, in one or two sentences."""
    start = KINDS.get(document.kind, "A community group")
    since = f", at work since {document.founded}" if document.founded else ""
    numbers = [
        f"{word} number {number}"
        for word, number in (("charity", document.charity_number), ("company", document.company_number))
        if number
    ]
    form = document.legal_form
    legal = ", ".join([form, *numbers]) if form else listed(numbers).capitalize()
    return f"{start}{_where(document.districts)}{since}.{f' {legal}.' if legal else ''}"


def need_words(need: PortfolioNeed) -> str:
    """Return what stands behind the group's knowledge of needs, in one or two sentences."""
    records = counted(need.records, "reviewed record", "reviewed records")
    verb = "stands" if need.records.value == 1 else "stand"
    words = f"{_capital(records)} of what people told us, {_period(need)}, {verb} behind this."
    if need.people.value == 0:
        return words
    people = people_words(need.people)
    return f"{words} As far as {'it says' if need.records.value == 1 else 'they say'}, {people} are affected."


def _need_lines(need: PortfolioNeed) -> list[tuple[str, str]]:
    lines = [
        ("About", _joined(need.services)),
        ("How we heard", _joined([_lower(method) for method in need.methods])),
        ("What stands in the way most", _joined([_lower(barrier) for barrier in need.barriers])),
    ]
    return [(f"{label}:", text) for label, text in lines if text]


def _facts(document: PortfolioDocument) -> list[tuple[str, str]]:
    people = [
        counted(count, one, many)
        for count, one, many in (
            (document.members, "member", "members"),
            (document.volunteers, "volunteer", "volunteers"),
            (document.paid_staff, "paid worker", "paid workers"),
        )
        if count is not None
    ]
    lines = [
        ("What we do", _joined(document.services)),
        ("Whom we serve", _joined(document.serves)),
        ("Our communities", _joined(document.communities)),
        ("Where we work", _joined([*document.districts, *document.places])),
        ("Languages", _joined(document.languages)),
        ("Our people", _joined(people)),
        ("Papers in place", _joined(document.papers)),
    ]
    return [(label, text) for label, text in lines if text]


def _work(work: PortfolioWork) -> dict[str, str]:
    about = [
        f"For {work.for_whom}" if work.for_whom else "",
        dates_words(work.starts_on, work.ends_on),
        f"£{work.pounds:,}" if work.pounds else "",
        f"{people_words(work.people)} reached" if work.people else "",
    ]
    return {
        "title": work.title,
        "about": _capital(" · ".join(filter(None, about))),
        "outcomes": work.outcomes,
        "proves": f"Shows: {_joined(work.proves, between='; ')}" if work.proves else "",
        "referee": f"Referee: {work.referee}" if work.referee else "",
    }


def dates_words(starts_on: date | None, ends_on: date | None) -> str:
    """Return when something was done, in months: "March 2024 to May 2025", "since March 2024"."""
    start, end = _month(starts_on), _month(ends_on)
    if start and end:
        return start if start == end else f"{start} to {end}"
    return f"since {start}" if start else f"until {end}" if end else ""


def _reach(document: PortfolioDocument) -> list[tuple[str, str]]:
    """How to reach the group; through its LIO where its own contact isn't shown."""
    lines = []
    if document.contact:
        lines.append(("Our contact:", " · ".join(document.contact)))
    else:
        lio = document.lio
        ways = " · ".join(filter(None, (lio.contact, lio.phone, lio.email, lio.web)))
        lines.append((f"Through {lio.name}{':' if ways else ''}", ways))
    if document.website:
        lines.append(("Website:", document.website))
    return lines


def _where(districts: Sequence[str]) -> str:
    if not districts:
        return ""
    if len(districts) >= ALL_DISTRICTS:
        return " across Derbyshire"
    if len(districts) > MOST_DISTRICTS_NAMED:
        return f" in {len(districts)} districts of Derbyshire"
    return f" in {listed(districts)}"


def _period(need: PortfolioNeed) -> str:
    start, end = _month(need.first_on), _month(need.last_on)
    return f"in {start}" if start == end else f"from {start} to {end}"


def _month(day: date | None) -> str:
    return date_format(day, "F Y") if day else ""


def _joined(items: Sequence[str], *, between: str = ", ") -> str:
    return between.join(items)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def in_one_row(name: str) -> str:
    """Return a name for the foot of a page, which has room for one row; the whole stands in the title."""
    return name if len(name) <= NAME_IN_RUNNING_LINES else f"{name[: NAME_IN_RUNNING_LINES - 1]}…"
