"""SQLite's part of backups: a copy of one moment while people write; a restored file that is whole or not there."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db.backends.base.base import BaseDatabaseWrapper

from toolkit_portal.core.backup_archive import BackupError, DamagedBackup, Manifest
from toolkit_portal.core.backup_database import Columns, Snapshot, compare_counts

# 16 MB at SQLite's usual page of 4 kB: a writer waits some ten milliseconds for one step.
STEP = 4000
MOST_RESTARTS = 3
MOST_SECONDS = 600
# As long as the portal's own writers wait for each other.
WAIT = 20
ASIDE = ("-wal", "-shm", "-journal")


class _Restarted(Exception):
    """People write faster than the copy gets on, so SQLite begins it anew each time."""


@contextmanager
def snapshot(connection: BaseDatabaseWrapper, folder: Path, columns: Columns) -> Iterator[Snapshot]:
    """A copy of the database below folder. Raises BackupError."""
    source_path, path = Path(connection.settings_dict["NAME"]), folder / "database.sqlite3"
    if not source_path.is_file():
        raise BackupError(f"There is no database at {source_path}, so there is nothing to back up.")
    # Opened for writing, though nothing is written: who reads first puts right what a crash has left unfinished.
    with closing(_connect(source_path)) as source, closing(_connect(path, "rwc")) as copy:
        try:
            _copy(source, copy)
            # The copy is one file on its own.
            copy.execute("PRAGMA journal_mode=DELETE")
            _check(copy, "The database is damaged, so no backup was made. Keep your older ones")
            tables = _counts(copy)
            names = {
                str(name)
                for table, column in columns
                if table in tables
                for (name,) in copy.execute(f"SELECT {_quoted(column)} FROM {_quoted(table)}")  # noqa: S608
                if name
            }
            migrations = (
                [list(row) for row in copy.execute("SELECT app, name FROM django_migrations ORDER BY id")]
                if "django_migrations" in tables
                else []
            )
        except sqlite3.Error as fault:
            raise BackupError(f"The database can't be copied: {fault}.") from fault
    yield Snapshot(
        path=path, version=sqlite3.sqlite_version, migrations=migrations, tables=tables, file_names=names
    )


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection of our own, so that nothing of the portal's own transactions or settings is in the way."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=WAIT, isolation_level=None
    )


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """Copies in steps. Under the write-ahead log nothing disturbs it. Without that, each write begins the copy anew, so
    after a few times all is taken at one go: writers wait for it, as for each other."""
    if source.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        source.execute("BEGIN")
        source.execute(
            "SELECT COUNT(*) FROM sqlite_master"
        ).fetchone()  # from here on it sees this moment only
    try:
        source.backup(copy, pages=STEP, progress=_Watch(restarts=MOST_RESTARTS), sleep=0.01)
    except _Restarted:
        source.backup(copy, pages=-1, progress=_Watch(restarts=None), sleep=0.01)


class _Watch:
    """Told by SQLite after each step how many pages remain; no fewer than before means that it has begun anew."""

    def __init__(self, *, restarts: int | None) -> None:
        self._left, self._remaining, self._began = restarts, 0, time.monotonic()

    def __call__(self, status: int, remaining: int, total: int) -> None:
        if time.monotonic() - self._began > MOST_SECONDS:
            raise BackupError("The database is too busy to be copied. Try again at a quieter time.")
        # A step that was taken and got no further has begun anew too. (A busy one wasn't taken.)
        if self._left is not None and status == sqlite3.SQLITE_OK and 0 < self._remaining <= remaining:
            self._left -= 1
            if self._left < 0:
                raise _Restarted
        self._remaining = remaining


def check(path: Path, manifest: Manifest) -> None:
    """Raises DamagedBackup where an unpacked database isn't sound or has other rows than the manifest says."""
    try:
        with closing(_connect(path)) as database:
            _check(database, "The backup's database is damaged")
            found = _counts(database)
    except sqlite3.Error as fault:
        raise DamagedBackup(f"The backup's database can't be read: {fault}.") from fault
    compare_counts(manifest, found)


def _check(database: sqlite3.Connection, words: str) -> None:
    if faults := [row[0] for row in database.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]:
        raise DamagedBackup(f"{words}: {'; '.join(faults)}")
    if lost := database.execute("PRAGMA foreign_key_check").fetchone():
        raise DamagedBackup(f"{words}: a row of {lost[0]} names one of {lost[2]} that isn't there.")


def _counts(database: sqlite3.Connection) -> dict[str, int]:
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return {
        table: database.execute(f"SELECT COUNT(*) FROM {_quoted(table)}").fetchone()[0]  # noqa: S608
        for (table,) in database.execute(named).fetchall()
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def place_of(connection: BaseDatabaseWrapper) -> Path:
    """The folder in which a restored database is made ready, so that it comes to its place by name alone."""
    return Path(connection.settings_dict["NAME"]).resolve().parent


def refuse_unless_empty(connection: BaseDatabaseWrapper) -> None:
    """Raises BackupError where there is a database that has tables, or something left of one."""
    path = Path(connection.settings_dict["NAME"])
    for aside in ASIDE:
        beside = path.with_name(path.name + aside)
        if beside.exists() and beside.stat().st_size and (not path.exists() or not path.stat().st_size):
            raise BackupError(f"{beside} is left of another database. Move it away, and restore again.")
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(_connect(path)) as database:
            tables = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error as fault:
        raise BackupError(f"There is something at {path} that isn't an empty database: {fault}.") from fault
    if tables:
        raise BackupError(
            f"The database {path} isn't empty. Restore overwrites nothing: stop the portal and move that file away, or "
            "name a new one with DATABASE_URL. Don't run migrate before: it makes tables."
        )


def restore(connection: BaseDatabaseWrapper, checked: Path, manifest: Manifest) -> dict[str, int]:
    """Puts a checked database into its place and gives its tables' rows. Raises BackupError; then nothing is there."""
    path = Path(connection.settings_dict["NAME"])
    refuse_unless_empty(connection)
    connection.close()
    checked.chmod(0o600)
    with checked.open("rb") as whole:
        os.fsync(whole.fileno())
    for empty in (path, *(path.with_name(path.name + aside) for aside in ASIDE)):
        empty.unlink(missing_ok=True)
    try:
        # A new name for the file, never in place of another: a portal that was started meanwhile keeps its own.
        os.link(checked, path)
    except FileExistsError:
        raise BackupError(f"Somebody made a database at {path} meanwhile. Stop the portal first.") from None
    return counts(connection)


def counts(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """The rows of each table."""
    with closing(_connect(Path(connection.settings_dict["NAME"]))) as database:
        return _counts(database)
