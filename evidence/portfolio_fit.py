"""What of a portfolio fits on one page: plain rules that always decide alike, from values alone.

Lines are reckoned by the width of letters. What goes first is what can best be asked for: a third quote, long accounts
of what came of a piece of work, a second quote, then pieces of work from the last one on. One piece of work and one
quote stay. Quotes are never shortened: that would be other words than those agreed to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil

from evidence.portfolio_document import PortfolioDocument, PortfolioQuote, PortfolioWork
from toolkit_portal.core.printable_text import is_right_to_left

LONGEST_OUTCOMES = 300
SHORTER_OUTCOMES = 150
LONGEST_WORDS = 160
MOST_LISTED = 8
MOST_PAPERS = 14
# Lines of the page between its head and its foot, letters on one of them, and the same of quotes, set larger.
PAGE_LINES = 42.0
LINE_LETTERS = 62
QUOTE_LETTERS = 50
HEADING_LINES = 2.0
_SENTENCE_ENDS = (". ", "! ", "? ", "。", "۔ ")

Step = Callable[[PortfolioDocument], PortfolioDocument | None]


def fitted(document: PortfolioDocument) -> PortfolioDocument:
    """The document with lists and texts at their limits and as much of its works and quotes as fits on a page."""
    document = replace(
        document,
        other_names=document.other_names[:2],
        districts=document.districts,
        places=_few(document.places, MOST_LISTED),
        serves=_few(document.serves, MOST_LISTED),
        communities=tuple(
            shortened(text, LONGEST_WORDS) for text in _few(document.communities, MOST_LISTED)
        ),
        languages=_few(document.languages, MOST_LISTED),
        services=_few(document.services, MOST_LISTED),
        papers=_few(document.papers, MOST_PAPERS),
        works=_with_outcomes(document.works, LONGEST_OUTCOMES),
    )
    chosen = len(document.works), len(document.quotes)
    for step in _STEPS:
        while lines_of(document) > PAGE_LINES:
            smaller = step(document)
            if smaller is None:
                break
            document = smaller
    gone = chosen[0] - len(document.works), chosen[1] - len(document.quotes)
    words = (_counted(gone[0], "piece of work", "pieces of work"), _counted(gone[1], "quote", "quotes"))
    return replace(
        document,
        has_more_works=document.has_more_works or gone[0] > 0,
        left_out=tuple(filter(None, words)),
    )


def lines_of(document: PortfolioDocument) -> float:
    """Lines that the works, the needs and the quotes take."""
    lines = 0.0
    if document.works:
        lines += HEADING_LINES + sum(_work_lines(work) for work in document.works)
        lines += 1.0 if document.has_more_works else 0.0
    if document.need:
        lines += HEADING_LINES + 3.0
        for items in (document.need.methods, document.need.services, document.need.barriers):
            lines += _lines("About: " + ", ".join(items), LINE_LETTERS) if items else 0
    if document.quotes:
        lines += HEADING_LINES + 1.0 + sum(_quote_lines(quote) for quote in document.quotes)
    return lines


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


def _few(items: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The items, or the first of them and how many there are beside."""
    if len(items) <= most:
        return items
    return (*items[: most - 1], f"{len(items) - most + 1} more")


def _with_outcomes(works: Iterable[PortfolioWork], most: int) -> tuple[PortfolioWork, ...]:
    return tuple(replace(work, outcomes=shortened(work.outcomes, most)) for work in works)


def _fewer_quotes(least: int) -> Step:
    def step(document: PortfolioDocument) -> PortfolioDocument | None:
        if len(document.quotes) <= least:
            return None
        return replace(document, quotes=document.quotes[:-1], quote_ids=document.quote_ids[:-1])

    return step


def _shorter_outcomes(document: PortfolioDocument) -> PortfolioDocument | None:
    works = _with_outcomes(document.works, SHORTER_OUTCOMES)
    return replace(document, works=works) if works != document.works else None


def _fewer_works(document: PortfolioDocument) -> PortfolioDocument | None:
    if len(document.works) < 2:
        return None
    return replace(document, works=document.works[:-1], has_more_works=True)


_STEPS: tuple[Step, ...] = (_fewer_quotes(2), _shorter_outcomes, _fewer_quotes(1), _fewer_works)


def _work_lines(work: PortfolioWork) -> float:
    lines = 0.5 + _lines(work.title, LINE_LETTERS - 6) * 1.1
    # Dates, sum and people share a line with whom it was for.
    lines += _lines(work.for_whom + " " * 44, LINE_LETTERS)
    for text in (work.outcomes, "Shows: " + "; ".join(work.proves), "Referee: " + work.referee):
        lines += _lines(text, LINE_LETTERS) if text not in ("Shows: ", "Referee: ") else 0
    return lines


def _quote_lines(quote: PortfolioQuote) -> float:
    return 0.6 + _lines(quote.text, QUOTE_LETTERS) * 1.2 + (1.0 if quote.speaker else 0.0)


def _lines(text: str, letters: int) -> float:
    if not text:
        return 0.0
    width = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    # Urdu is written on a slope and needs lines nearly twice as high.
    return ceil(width / letters) * (1.7 if is_right_to_left(text) else 1.0)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
