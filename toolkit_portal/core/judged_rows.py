"""A table whose rows an import has judged: what becomes of each, what is wrong with it, and what would be written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from toolkit_portal.core.labels import unknown_value_message
from toolkit_portal.core.table_columns import RowError, match_columns
from toolkit_portal.core.tables import Table

Written = TypeVar("Written")


@dataclass(frozen=True)
class RowFate:
    """What will become of one row: "add", "fill in", "update", "nothing" or "error", and why in words."""

    row: int
    name: str
    fate: str
    note: str = ""


@dataclass
class JudgedRows(Generic[Written]):
    """A judged file: a fate for every row, every fault by row and column, and what would be written.

    FATES: those that a row of this import can have. unmatched: the file's headings that no column has.
    """

    FATES: ClassVar[tuple[str, ...]] = ("add", "nothing", "error")
    fates: list[RowFate] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unmatched: tuple[str, ...] = ()
    to_write: list[Written] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each fate."""
        found = dict.fromkeys(self.FATES, 0)
        for fate in self.fates:
            found[fate.fate] += 1
        return found

    def begin(
        self,
        table: Table,
        chosen: dict[str, str] | None,
        known: Mapping[str, Iterable[str]],
        required: Iterable[str],
        *,
        ignore_unknown: bool,
    ) -> dict[str, str]:
        """Column → heading: as the importer has chosen, else as the headings say. Raises TableError as match_columns().

        Columns that are missing are faults, and so are headings that aren't known unless those are to be left out.
        """
        if chosen is None:
            chosen = match_columns(table, known).matched
        used = set(chosen.values())
        self.unmatched = tuple(header for header in table.headers if header not in used)
        if missing := [column for column in required if column not in chosen]:
            self.errors.append(RowError(0, ", ".join(missing), "missing. Each of these needs a column."))
        if not ignore_unknown:
            self.errors += [
                RowError(0, header, unknown_value_message("column", header, known))
                for header in self.unmatched
            ]
        return chosen

    def refuse(
        self, row: int, name: str, faults: Iterable[tuple[str, str]], chosen: Mapping[str, str]
    ) -> None:
        """Notes a row's faults, each as (column or several with ", " between them, message), by the file's headings."""
        self.errors += [
            RowError(row, ", ".join(chosen.get(column, column) for column in columns.split(", ")), words)
            for columns, words in faults
        ]
        self.fates.append(RowFate(row, name, "error"))

    def must_be_faultless(self) -> None:
        """Raises ValueError where the file has faults: all of its rows are written or none."""
        if self.errors:
            raise ValueError("A file with faults is not imported.")
