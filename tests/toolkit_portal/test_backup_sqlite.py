"""SQLite's copy for a backup is of one moment, whichever journal it keeps and however busy it is."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.toolkit_portal import backup_acts as acts
from toolkit_portal.core import backup_sqlite
from toolkit_portal.core.backups import BackupError, check_backup, make_backup


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_what_is_not_committed_is_not_copied_and_what_is_committed_is(tmp_path: Path, journal: str):
    """The file itself may hold half of a transaction, or lack one that is in the log: copying it would be wrong."""
    source = tmp_path / "portal.sqlite3"
    database = acts.small_database(source)
    with closing(sqlite3.connect(source, isolation_level=None, check_same_thread=False)) as writer:
        writer.execute(f"PRAGMA journal_mode={journal}")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("INSERT INTO place VALUES (1000, 'Committed')")
        writer.execute(
            "PRAGMA cache_size=5"
        )  # pages, so that the transaction writes to the file before its end
        writer.execute("BEGIN")
        writer.executemany(
            "INSERT INTO place VALUES (?, ?)", [(n, "Never committed" * 50) for n in range(2000, 4000)]
        )
        end = threading.Timer(0.5, lambda: writer.execute("ROLLBACK"))
        end.start()
        try:
            made = make_backup(
                tmp_path / "backup.tar.gz",
                connection=database,
                storage=acts.storage_at(tmp_path / "files"),
                file_columns=[],
            )
        finally:
            end.join()
    assert made.tables == {"place": 51, "meeting": 50}
    check_backup(tmp_path / "backup.tar.gz")


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_a_database_that_is_never_quiet_is_copied_all_the_same(tmp_path: Path, monkeypatch, journal: str):
    """Each write of another begins SQLite's stepwise copy anew, but for one that looks at the log's one moment."""
    source = tmp_path / "portal.sqlite3"
    database = acts.small_database(source, rows=20_000)
    with closing(sqlite3.connect(source)) as writer:
        writer.execute(f"PRAGMA journal_mode={journal}")
    monkeypatch.setattr(backup_sqlite, "STEP", 1)
    monkeypatch.setattr(backup_sqlite, "MOST_SECONDS", 6)
    if journal == "WAL":
        monkeypatch.setattr(backup_sqlite, "MOST_RESTARTS", 10**9)
    step = backup_sqlite._Watch.__call__

    def slowly(*given: object) -> None:
        time.sleep(0.005)  # time for others to write between two steps, as in a large database
        step(*given)

    monkeypatch.setattr(backup_sqlite._Watch, "__call__", slowly)
    over, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(source, isolation_level=None, timeout=20)) as writer:
            while not over.is_set():
                writer.execute("UPDATE place SET name = name || '.' WHERE id = 19999")
                written.append(1)
                time.sleep(0.005)  # SQLite doesn't queue: a writer without pauses starves whoever reads

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while not written:
            time.sleep(0.01)
        before = len(written)
        make_backup(
            tmp_path / "backup.tar.gz",
            connection=database,
            storage=acts.storage_at(tmp_path / "files"),
            file_columns=[],
        )
        assert len(written) > before
    finally:
        over.set()
        thread.join()
    assert check_backup(tmp_path / "backup.tar.gz").tables["place"] == 20_000


def test_a_write_after_every_single_step_is_noticed(tmp_path: Path, monkeypatch):
    """Then the copy gets no further, and no further back either."""
    database = acts.small_database(tmp_path / "portal.sqlite3", rows=2000)
    monkeypatch.setattr(backup_sqlite, "STEP", 1)
    monkeypatch.setattr(backup_sqlite, "MOST_SECONDS", 3)
    step, writes = backup_sqlite._Watch.__call__, []
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)) as other:

        def disturb(*given: object) -> None:
            other.execute("UPDATE place SET name = name || '.' WHERE id = 7")
            writes.append(1)
            step(*given)

        monkeypatch.setattr(backup_sqlite._Watch, "__call__", disturb)
        make_backup(
            tmp_path / "backup.tar.gz",
            connection=database,
            storage=acts.storage_at(tmp_path / "files"),
            file_columns=[],
        )
    # The first step, three that begin anew, one too many, and all at one go.
    assert len(writes) == 1 + backup_sqlite.MOST_RESTARTS + 1 + 1
    check_backup(tmp_path / "backup.tar.gz")


def test_a_database_that_stays_locked_ends_the_backup_with_words(tmp_path: Path, monkeypatch):
    """Somebody locks it before the copy, or between two steps of it."""
    database = acts.small_database(tmp_path / "portal.sqlite3", rows=2000)
    storage = acts.storage_at(tmp_path / "files")
    monkeypatch.setattr(backup_sqlite, "STEP", 1)
    monkeypatch.setattr(backup_sqlite, "WAIT", 0.1)
    monkeypatch.setattr(backup_sqlite, "MOST_SECONDS", 0.5)
    step = backup_sqlite._Watch.__call__
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)) as other:

        def lock(*given: object) -> None:
            if not other.in_transaction:
                other.execute("BEGIN EXCLUSIVE")
            step(*given)

        monkeypatch.setattr(backup_sqlite._Watch, "__call__", lock)
        for words in ("too busy", "is locked"):
            with pytest.raises(BackupError, match=words):
                make_backup(tmp_path / "backup.tar.gz", connection=database, storage=storage, file_columns=[])
    assert not (tmp_path / "backup.tar.gz").exists()
