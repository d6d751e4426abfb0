"""The county report as plain, frozen values: every table, sentence and definition, with nothing left to work out.

Page, PDF, XLSX, CSV and JSON walk the same tables, so that they can't tell different numbers. Counts of people come
from toolkit_portal.core.disclosure and are hidden here already; no output sees what stands behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Value = int | Decimal | str | date | None


class Kind(StrEnum):
    """What stands in a column, and so how it is written."""

    TEXT = "text"
    COUNT = "count"
    """A whole number of groups, records or actions."""
    PEOPLE = "people"
    """A whole number of people, hidden where it is small."""
    LEVEL = "level"
    """A mean level from 0 to 4, two decimals."""
    SCORE = "score"
    """A score from 0 to 100, two decimals."""
    SHARE = "share"
    """A share from 0 to 100 per cent, one decimal."""
    CHANGE = "change"
    """A difference of two counts or scores; more is shown with a plus sign."""
    DAY = "day"


class Draw(StrEnum):
    """The picture that goes with a table, besides the table itself."""

    NOTHING = ""
    BARS = "bars"
    """A bar a row, of the first number column."""
    SHARES = "shares"
    """A bar a row, split by the columns."""
    HEAT = "heat"
    """Each cell in one of five tones, for levels 0 to 4."""
    MAP = "map"
    """A tile a district, toned by the first number column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column after the row's label."""

    key: str
    title: str
    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. None is "there is none", such as the mean of no levels, unless sign says that it is hidden."""

    value: Value = None
    sign: str = ""
    """"<5" or "*" where the value is hidden; value is None then."""
    groups: str = ""
    """The query of the list of groups behind this number, such as "band=developing&district=3"; empty without."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    groups: str = ""
    """The query of the groups behind the label, as for a cell."""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table with all that is said about it."""

    key: str
    """What programs call it: the name of its CSV file and its key in JSON."""
    title: str
    corner: str
    """What the rows are, such as "District"."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    about: str = ""
    """What it counts, in a sentence or two."""
    note: str = ""
    """What is hidden and why, or how a record that names several counts."""
    draw: Draw = Draw.NOTHING

    @property
    def numbers(self) -> Iterator[tuple[str, str, Cell]]:
        """Key of the row, key of the column, and cell, of the whole table."""
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells, strict=True):
                yield row.key, column.key, cell

    @property
    def hidden(self) -> int:
        """How many cells are hidden."""
        return sum(bool(cell.sign) for _, _, cell in self.numbers)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words, and the query of the groups it speaks of."""

    text: str
    groups: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a word of the report means."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, by whom and when."""

    as_at: date
    compare: date
    """The earlier day that movement is against."""
    filters: tuple[tuple[str, str], ...]
    """Name and value of each filter that is set, in words."""
    query: str
    """The same as the query of an address, as_at and compare included."""
    by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class CountyReport:
    """The whole report."""

    asked: Asked
    sentences: tuple[Sentence, ...]
    """The state of the county in words; the first one can stand alone."""
    tables: tuple[ReportTable, ...]
    definitions: tuple[Definition, ...] = field(default=())

    @property
    def hidden(self) -> int:
        """How many cells of all tables are hidden."""
        return sum(table.hidden for table in self.tables)

    def table(self, key: str) -> ReportTable:
        """The table of that key. Raises KeyError."""
        for table in self.tables:
            if table.key == key:
                return table
        raise KeyError(key)
