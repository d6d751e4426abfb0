"""What both databases' parts of a backup share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit_portal.core.backup_archive import DamagedBackup, Manifest

# Tables and columns that hold names of private files.
Columns = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The database as it was at one moment, in a file, with what was in it then."""

    path: Path
    version: str
    migrations: list[list[str]]
    tables: dict[str, int]
    file_names: set[str]


def compare_counts(manifest: Manifest, found: dict[str, int]) -> None:
    """Raises DamagedBackup with the first table that has another number of rows than the manifest says."""
    for table in sorted(manifest.tables.keys() | found.keys()):
        wanted, there = manifest.tables.get(table), found.get(table)
        if wanted is None or there is None:
            raise DamagedBackup(
                f"The table {table} is {'missing' if there is None else 'unknown to the backup’s manifest'}."
            )
        if wanted != there:
            raise DamagedBackup(
                f"The table {table} has {there:,} rows, and the backup’s manifest says {wanted:,}."
            )
