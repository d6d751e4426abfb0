"""What happens when a backup or restore can't be finished: nothing of it stays, and the words say what to do."""

import os
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection

from tests.toolkit_portal import backup_acts as acts
from toolkit_portal.core import backup_postgresql, backup_sqlite
from toolkit_portal.core.backups import (
    BackupError,
    DamagedBackup,
    check_backup,
    make_backup,
    restore_backup,
)

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's programs")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of a small SQLite database and three files."""
    return acts.small_backup(tmp_path)


class FullDisk(FileSystemStorage):
    """Takes two files."""

    taken = 0

    def _save(self, name, content):
        self.taken += 1
        if self.taken > 2:
            Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
            Path(self.path(name)).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        return super()._save(name, content)


def test_a_full_disk_leaves_neither_files_nor_a_database(small: Path, tmp_path: Path):
    target = tmp_path / "target"
    with pytest.raises(OSError, match="No space"):
        restore_backup(
            small,
            connection=acts.sqlite_at(target / "portal.sqlite3"),
            storage=FullDisk(location=target / "files"),
        )
    assert acts.left_in(target) == []
    assert list((target / "files").iterdir()) == [], "no empty folders either"


def test_a_database_that_cannot_take_its_place_leaves_no_files(small: Path, tmp_path: Path, monkeypatch):
    def fail(*names: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(OSError, match="Read-only"):
        acts.restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == []


def test_a_database_that_somebody_makes_meanwhile_is_kept(small: Path, tmp_path: Path, monkeypatch):
    target, link = tmp_path / "target", os.link

    def somebody_is_first(source: Path, path: Path) -> None:
        acts.small_database(Path(path), rows=3)
        link(source, path)

    monkeypatch.setattr(os, "link", somebody_is_first)
    with pytest.raises(BackupError, match="Stop the portal first"):
        acts.restore_small(small, target)
    assert acts.left_in(target) == ["portal.sqlite3"]
    assert backup_sqlite.counts(acts.sqlite_at(target / "portal.sqlite3")) == {"place": 3, "meeting": 3}


@on_postgresql
@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_restore_that_fails_half_way_leaves_an_empty_database(tmp_path: Path):
    """A type of the name that a later table wants stops pg_restore in the middle."""
    path = tmp_path / "county.tar.gz"
    make_backup(
        path, connection=connection, storage=acts.storage_at(tmp_path / "files", *acts.NAMES), file_columns=[]
    )
    with acts.empty_database(tmp_path) as database:
        with database.cursor() as cursor:
            cursor.execute("CREATE TYPE readiness_plan AS ENUM ('in the way')")
        with pytest.raises(BackupError, match=r"nothing of it was: .*readiness_plan"):
            restore_backup(path, connection=database, storage=FileSystemStorage(location=tmp_path / "target"))
        with database.cursor() as cursor:
            assert database.introspection.table_names(cursor) == []
    assert acts.left_in(tmp_path / "target") == []


@on_postgresql
@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_dump_with_other_rows_than_the_manifest_says_is_refused(tmp_path: Path):
    path = tmp_path / "county.tar.gz"
    storage = acts.storage_at(tmp_path / "files")
    made = make_backup(path, connection=connection, storage=storage, file_columns=[])
    assert check_backup(path).tables == made.tables
    fewer = {**made.tables, "public.groups_district": made.tables["public.groups_district"] - 1}
    with pytest.raises(DamagedBackup, match="groups_district"):
        check_backup(acts.changed(path, "manifest.json", acts.says(tables=fewer)))


@on_postgresql
@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_newer_server_is_refused(tmp_path: Path):
    path = tmp_path / "county.tar.gz"
    make_backup(path, connection=connection, storage=acts.storage_at(tmp_path / "files"), file_columns=[])
    newer = acts.changed(path, "manifest.json", acts.says(database_version="99.1"))
    with acts.empty_database(tmp_path) as database:
        with pytest.raises(BackupError, match="PostgreSQL 99, this server is"):
            restore_backup(
                newer, connection=database, storage=FileSystemStorage(location=tmp_path / "target")
            )
        with database.cursor() as cursor:
            assert database.introspection.table_names(cursor) == []


@on_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "words"),
    [
        (None, r"pg_dump isn't installed.*postgresql-client-\d+"),
        ("echo 'pg_dump (PostgreSQL) 9.6.24'", r"pg_dump is version 9, older than .*postgresql-client-\d+"),
    ],
)
def test_a_missing_or_old_program_is_named_with_its_package(
    tmp_path: Path, monkeypatch, script: str | None, words: str
):
    programs = tmp_path / "programs"
    programs.mkdir()
    if script:
        (programs / "pg_dump").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    path = tmp_path / "county.tar.gz"
    with pytest.raises(BackupError, match=words):
        make_backup(path, connection=connection, storage=acts.storage_at(tmp_path / "files"), file_columns=[])
    assert not path.exists()


def test_the_password_is_not_among_a_programs_arguments(tmp_path: Path):
    program = tmp_path / "shows"
    program.write_text(
        '#!/bin/sh\necho "$@" >"$(dirname "$0")/arguments"\necho "$PGPASSWORD" >"$(dirname "$0")/told"\n'
    )
    program.chmod(0o755)
    database = acts.sqlite_at(tmp_path / "x")
    database.settings_dict |= {"PASSWORD": "secret word", "USER": "portal", "HOST": "db", "PORT": 5432}
    backup_postgresql._run([str(program), "--file=x"], database, "It failed")
    assert (tmp_path / "told").read_text() == "secret word\n"
    assert (tmp_path / "arguments").read_text() == "--file=x\n"
