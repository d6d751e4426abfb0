"""What of a portfolio fits on one page: plain rules that always decide alike, from values alone.

Lines are reckoned by the width of letters. Long lists in the panel of facts are cut first, then what can best be asked
for: long accounts of what came of a piece of work, quotes from the last one on, pieces of work. One piece of work and
one quote stay. Quotes are never shortened: that would be other words than those agreed to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from math import ceil
from typing import Any

from evidence.portfolio_document import PortfolioDocument, PortfolioQuote, PortfolioWork
from toolkit_portal.core.printable_text import is_right_to_left

LONGEST_OUTCOMES = 300
SHORTER_OUTCOMES = 150
LONGEST_WORDS = 160
NAME_IN_LARGE_TYPE = 44
MOST_LISTED = 8
MOST_PAPERS = 14
# Lines of the page between its head and its foot, and letters on a line: of the works, of the facts in a panel beside
# them, and of quotes, set larger, as one to three of them share the width of the page.
PAGE_LINES = 46.0
LINE_LETTERS = 62
FACT_LETTERS = 33
QUOTE_LETTERS = {1: 96, 2: 47, 3: 28}
HEADING_LINES = 2.0
RIGHT_TO_LEFT_LINES = 2.0
_SENTENCE_ENDS = (". ", "! ", "? ", "。", "۔ ")


def fitted(document: PortfolioDocument) -> PortfolioDocument:
    """The document with lists and texts at their limits and as much of its works and quotes as fits on a page."""
    whole = document
    document = replace(
        document,
        **_limited(whole, listed=MOST_LISTED, papers=MOST_PAPERS, letters=LONGEST_WORDS),
        works=_with_outcomes(document.works, LONGEST_OUTCOMES),
    )

    def fewer_facts(document: PortfolioDocument) -> PortfolioDocument | None:
        if _fact_lines(document) <= _main_lines(document):
            return None
        shorter = replace(document, **_limited(whole, listed=4, papers=6, letters=LONGEST_WORDS // 2))
        return shorter if shorter != document else None

    for step in (fewer_facts, _shorter_outcomes, _fewer_quotes, _fewer_works, fewer_facts):
        while lines_of(document) > PAGE_LINES:
            smaller = step(document)
            if smaller is None:
                break
            document = smaller
    gone = len(whole.works) - len(document.works), len(whole.quotes) - len(document.quotes)
    words = (_counted(gone[0], "piece of work", "pieces of work"), _counted(gone[1], "quote", "quotes"))
    return replace(document, left_out=tuple(filter(None, words)))


def lines_of(document: PortfolioDocument) -> float:
    """Lines that it takes: the works and needs or the facts beside them, whichever are longer, and the quotes."""
    return (
        _head_lines(document)
        + max(_main_lines(document), _fact_lines(document))
        + _quotes_lines(document.quotes)
    )


def _head_lines(document: PortfolioDocument) -> float:
    """Lines beyond those of a usual head: two for the name, one for another name, two for who the group is."""
    large = len(document.group_name) <= NAME_IN_LARGE_TYPE
    name = _lines(document.group_name, 24) * 2.1 if large else _lines(document.group_name, 38) * 1.5
    other = _lines(", ".join(document.other_names), 90)
    who = _lines(", ".join(document.districts) + document.legal_form + " " * 90, 90)
    return max(0.0, name + other + who - 8.0)


def _main_lines(document: PortfolioDocument) -> float:
    lines = 0.0
    if document.works:
        lines += HEADING_LINES + sum(_work_lines(work) for work in document.works)
        lines += 1.0 if document.has_more_works else 0.0
    if document.need:
        lines += HEADING_LINES + 3.0
        for items in (document.need.methods, document.need.services, document.need.barriers):
            lines += _lines("What stands in: " + ", ".join(items), LINE_LETTERS) if items else 0
    return lines


def _fact_lines(document: PortfolioDocument) -> float:
    lists = (
        document.services,
        document.serves,
        document.communities,
        document.districts + document.places,
        document.languages,
        document.papers,
    )
    people = 3.0 if document.members or document.volunteers or document.paid_staff else 0.0
    return (
        HEADING_LINES + people + sum(_lines(", ".join(items), FACT_LETTERS) + 1.4 for items in lists if items)
    )


def shortened(text: str, most: int) -> str:
    """The text in at most so many letters: whole sentences where they make half of it, else whole words and "…"."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    start = text[:most]
    sentence = max(start.rfind(end) + len(end.strip()) for end in _SENTENCE_ENDS)
    if sentence > most // 2:
        return start[:sentence]
    word = start.rfind(" ")
    return f"{start[: word if word > most // 2 else most - 1].rstrip(' ,;:')}…"


def _limited(document: PortfolioDocument, *, listed: int, papers: int, letters: int) -> dict[str, Any]:
    """What the panel of facts lists, each list with so many items at most."""
    fields: dict[str, Any] = {
        name: _few(getattr(document, name), listed) for name in ("places", "serves", "languages", "services")
    }
    communities = tuple(shortened(text, letters) for text in _few(document.communities, listed))
    return fields | {"communities": communities, "papers": _few(document.papers, papers)}


def _few(items: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The items, or the first of them and how many there are beside."""
    if len(items) <= most:
        return items
    return (*items[: most - 1], f"and {len(items) - most + 1} more")


def _with_outcomes(works: Iterable[PortfolioWork], most: int) -> tuple[PortfolioWork, ...]:
    return tuple(replace(work, outcomes=shortened(work.outcomes, most)) for work in works)


def _fewer_quotes(document: PortfolioDocument) -> PortfolioDocument | None:
    if len(document.quotes) < 2:
        return None
    return replace(document, quotes=document.quotes[:-1], quote_ids=document.quote_ids[:-1])


def _shorter_outcomes(document: PortfolioDocument) -> PortfolioDocument | None:
    works = _with_outcomes(document.works, SHORTER_OUTCOMES)
    return replace(document, works=works) if works != document.works and _works_count(document) else None


def _fewer_works(document: PortfolioDocument) -> PortfolioDocument | None:
    if len(document.works) < 2 or not _works_count(document):
        return None
    return replace(document, works=document.works[:-1], has_more_works=True)


def _works_count(document: PortfolioDocument) -> bool:
    """Whether fewer lines beside the facts would make the page shorter."""
    return _main_lines(document) > _fact_lines(document)


def _work_lines(work: PortfolioWork) -> float:
    lines = 0.5 + _lines(work.title, LINE_LETTERS - 6) * 1.1
    # Dates, sum and people share a line with whom it was for.
    lines += _lines(work.for_whom + " " * 44, LINE_LETTERS)
    for text in (work.outcomes, "Shows: " + "; ".join(work.proves), "Referee: " + work.referee):
        lines += _lines(text, LINE_LETTERS) if text not in ("Shows: ", "Referee: ") else 0
    return lines


def _quotes_lines(quotes: tuple[PortfolioQuote, ...]) -> float:
    if not quotes:
        return 0.0
    letters = QUOTE_LETTERS[len(quotes)]
    return (
        HEADING_LINES
        + 2.0
        + max(_lines(quote.text, letters) * 1.1 + _lines(quote.speaker, letters) for quote in quotes)
    )


def _lines(text: str, letters: int) -> float:
    if not text:
        return 0.0
    width = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    # Urdu is written on a slope and needs lines nearly twice as high.
    return ceil(width / letters) * (RIGHT_TO_LEFT_LINES if is_right_to_left(text) else 1.0)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
