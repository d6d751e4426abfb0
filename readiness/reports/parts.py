"""A table that is too wide for paper in parts: some of its columns in each, with the labels of its rows. Pure."""

from __future__ import annotations

from itertools import pairwise

from readiness.reports.values import ReportTable

# More columns of numbers than this don't fit a page that lies on its side.
MOST_COLUMNS = 13
# The one long label of a community that no list of English hyphenation knows, with a place to break it.
BREAKABLE = {"Bangladeshi": "Bangla\u00addeshi"}


def parts_of(table: ReportTable) -> list[range]:
    """Which columns stand together, by their places: all of them, or as many parts of about one width as it takes."""
    columns = len(table.columns)
    number = max(1, -(-columns // MOST_COLUMNS))
    cuts = [part * columns // number for part in range(number + 1)]
    return [range(start, end) for start, end in pairwise(cuts)]


def part_words(number: int, of: int) -> str:
    """What stands above a part, counted from 1; nothing above a table that is whole."""
    return f"Part {number} of {of}" if of > 1 else ""


def breakable(title: str) -> str:
    """What stands above a column on paper, where a narrow one may break words."""
    return BREAKABLE.get(title, title)
