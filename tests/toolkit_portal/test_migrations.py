"""Migrations run both ways, bring the reference data along, and leave what administrators changed."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.toolkit_portal.commands import manage

# PostgreSQL's own run of the suite goes through the same migrations to make its database.
pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="makes SQLite files of its own, so once is enough"
)

COUNTS = {
    "groups_district": 9,
    "groups_community": 19,
    "groups_servicearea": 14,
    "groups_audienceserved": 10,
    "readiness_edition": 1,
    "readiness_criterion": 14,
}


class Scratch:
    """A SQLite database of its own, brought up by `migrate` alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def migrate(self, *arguments: str) -> None:
        ended = manage("migrate", "--verbosity", "0", *arguments, var_dir=self.folder)
        assert ended.returncode == 0, ended.stderr

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of one statement, committed."""
        with closing(sqlite3.connect(self.folder / "portal.sqlite3")) as connected, connected:
            return connected.execute(sql).fetchall()

    def counts(self) -> dict[str, int]:
        return {table: self.ask(f"SELECT COUNT(*) FROM {table}")[0][0] for table in COUNTS}

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table that has come with migrate."""
        return {table: self.ask(f"SELECT * FROM {table} ORDER BY 1") for (table,) in self.tables()}

    def tables(self) -> list[tuple[object, ...]]:
        return self.ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")


def test_a_database_goes_back_and_forth_and_keeps_what_administrators_changed(tmp_path: Path):
    scratch = Scratch(tmp_path)
    scratch.migrate()
    assert scratch.counts() == COUNTS
    assert scratch.ask("SELECT COUNT(*) FROM readiness_edition WHERE is_current") == [(1,)]

    scratch.ask("UPDATE groups_community SET retired_on = '2026-05-01' WHERE label = 'Roma'")
    scratch.ask(
        "UPDATE groups_district SET ends_on = '2028-03-31', name = 'Erewash (old)' WHERE name = 'Erewash'"
    )
    scratch.ask("DELETE FROM groups_servicearea WHERE label = 'Housing'")
    scratch.ask("UPDATE groups_servicearea SET label = 'HEALTH CARE' WHERE label = 'Health care'")
    changed = scratch.content()
    scratch.migrate()
    after = scratch.content()
    # What is missing comes back, at the end; everything else is exactly as it was.
    assert [row for row in after["groups_servicearea"] if row not in changed["groups_servicearea"]] == [
        row for row in after["groups_servicearea"] if "Housing" in row
    ]
    assert len(after["groups_servicearea"]) == 14
    for table in set(after) - {"groups_servicearea", "sqlite_sequence"}:
        assert after[table] == changed[table], table

    scratch.migrate("groups", "zero")
    left = {name for (name,) in scratch.tables()}
    assert not {name for name in left if str(name).startswith(("groups_", "readiness_"))}
    scratch.migrate()
    assert scratch.counts() == COUNTS
    assert scratch.ask("SELECT COUNT(*) FROM groups_community WHERE retired_on IS NOT NULL") == [(0,)]
