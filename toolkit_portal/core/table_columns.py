"""Columns of a table that somebody else made, matched with the columns an import knows; faults by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from toolkit_portal.core.tables import Table, TableError
from toolkit_portal.core.tables_in import normalise_header


@dataclass(frozen=True)
class ColumnMatch:
    """``matched`` is known column → header in the table, in the order of the known columns.

    ``unmatched`` are headers no known column has; ``missing_required`` are known columns that must be there.
    """

    matched: dict[str, str]
    unmatched: tuple[str, ...]
    missing_required: tuple[str, ...]


@dataclass(frozen=True, order=True)
class RowError:
    """What is wrong with one cell. ``row`` is the spreadsheet's own number, 0 for the whole file;
    ``column`` is the header, empty for the whole row."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (f"row {self.row}" if self.row else "", self.column and f"“{self.column}”")
            if part
        )
        return f"{place[:1].upper()}{place[1:]}: {self.message}" if place else self.message


def match_columns(
    table: Table | Iterable[str], known: Mapping[str, Iterable[str]], required: Iterable[str] = ()
) -> ColumnMatch:
    """Which header of a table (or of plain headers) is which known column.

    ``known`` maps each column to other ways to write it; its own name always counts. Case, spaces,
    underscores and hyphens make no difference. Raises TableError when two headers mean the same column.
    """
    meaning: dict[str, str] = {}
    for column in known:
        meaning[normalise_header(column)] = column
    for column, aliases in known.items():
        for alias in aliases:
            meaning.setdefault(normalise_header(alias), column)
    found: dict[str, str] = {}
    unmatched: list[str] = []
    for header in table.headers if isinstance(table, Table) else table:
        column_or_none = meaning.get(normalise_header(header))
        if column_or_none is None:
            unmatched.append(header)
        elif column_or_none in found:
            raise TableError(
                f"The headings “{found[column_or_none]}” and “{header}” both mean “{column_or_none}”. "
                "Rename or delete one of these columns."
            )
        else:
            found[column_or_none] = header
    return ColumnMatch(
        matched={column: found[column] for column in known if column in found},
        unmatched=tuple(unmatched),
        missing_required=tuple(column for column in required if column not in found),
    )
