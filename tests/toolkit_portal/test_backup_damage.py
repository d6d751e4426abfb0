"""Archives that are damaged or made to do harm are refused before anything is written; failures leave nothing."""

import hashlib
import json
import os
import tarfile
from collections.abc import Callable
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

NAMES = ("plans/a.pdf", "evidence/deep/b.png", "c.txt")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's programs")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of a small SQLite database and three files."""
    path = tmp_path / "backup.tar.gz"
    database = acts.small_database(tmp_path / "source" / "portal.sqlite3")
    storage = acts.storage_at(tmp_path / "source" / "files", *NAMES)
    make_backup(path, connection=database, storage=storage, file_columns=[])
    check_backup(path)
    return path


def refused(path: Path, target: Path, words: str = "[a-z]") -> None:
    """Neither checked nor restored, and nothing is written, not even for a moment that a crash could keep."""
    with pytest.raises(DamagedBackup, match=words):
        check_backup(path)
    with pytest.raises(DamagedBackup, match=words):
        restore_small(path, target)
    assert acts.left_in(target) == []


def restore_small(path: Path, target: Path) -> None:
    restore_backup(
        path,
        connection=acts.sqlite_at(target / "portal.sqlite3"),
        storage=FileSystemStorage(location=target / "files"),
    )


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    head = tarfile.TarInfo(name)
    head.size = len(content)
    for field, value in fields.items():
        setattr(head, field, value)
    return head, content


@pytest.mark.parametrize("part", range(12))
def test_a_flipped_bit_is_found(small: Path, tmp_path: Path, part: int):
    content = bytearray(small.read_bytes())
    # From behind gzip's own head, whose date and system mean nothing, to the last byte of its sum and length.
    content[10 + (len(content) - 11) * part // 11] ^= 0x10
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(content)
    refused(broken, tmp_path / "target")


@pytest.mark.parametrize("left", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_an_archive_that_was_cut_off_is_found(small: Path, tmp_path: Path, left: float):
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(small.read_bytes()[: int(small.stat().st_size * left)])
    refused(broken, tmp_path / "target")


@pytest.mark.parametrize("name", ["manifest.json", "database.sqlite3", "files/c.txt"])
def test_a_missing_member_is_named(small: Path, tmp_path: Path, name: str):
    contents = [one for one in acts.take_apart(small) if one[0].name != name]
    refused(
        acts.put_together(tmp_path / "broken.tar.gz", contents),
        tmp_path / "target",
        "no manifest" if name == "manifest.json" else f"'{name}' is missing",
    )


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (member("../evil.txt", b"evil"), "leads out of its folder"),
        (member("files/../../evil.txt", b"evil"), "leads out of its folder"),
        (member("files/a/./b", b"evil"), "leads out of its folder"),
        (member("/tmp/evil.txt", b"evil"), "leads out of its folder"),
        (member("files//tmp/evil.txt", b"evil"), "leads out of its folder"),
        (member("files/..\\evil.txt", b"evil"), "leads out of its folder"),
        (member("files/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link"),
        (member("files/link", type=tarfile.LNKTYPE, linkname="files/c.txt"), "is a link"),
        (member("files/folder", type=tarfile.DIRTYPE), "a folder"),
        (member("files/pipe", type=tarfile.FIFOTYPE), "a device"),
        (member("evil.txt", b"evil"), "has no place in a backup"),
        (member("files/evil.txt", b"evil"), "its manifest doesn't know it"),
        (member("files/c.txt", b"evil"), "twice"),
        (member("database.dump", b"evil"), "two databases"),
    ],
    ids=lambda value: value[0].name if isinstance(value, tuple) else None,
)
def test_a_member_that_no_backup_holds_is_refused(
    small: Path, tmp_path: Path, extra: tuple[tarfile.TarInfo, bytes], words: str
):
    contents = acts.take_apart(small)
    broken = acts.put_together(tmp_path / "broken.tar.gz", [*contents[:-1], extra, contents[-1]])
    refused(broken, tmp_path / "target", words)


def test_a_name_that_leads_out_is_refused_though_the_manifest_agrees(small: Path, tmp_path: Path):
    name, content = "files/../../evil.txt", b"evil"

    def agree(manifest: bytes) -> bytes:
        said = json.loads(manifest)
        said["members"][name] = {"size": 4, "sha256": hashlib.sha256(content).hexdigest()}
        return json.dumps(said).encode()

    *contents, manifest = acts.take_apart(acts.changed(small, "manifest.json", agree))
    broken = acts.put_together(tmp_path / "broken.tar.gz", [*contents, member(name, content), manifest])
    refused(broken, tmp_path / "target", "leads out of its folder")
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("name", ["database.sqlite3", "files/c.txt"])
def test_other_content_of_the_same_size_is_found(small: Path, tmp_path: Path, name: str):
    broken = acts.changed(small, name, lambda content: content[:-1] + b"!")
    refused(broken, tmp_path / "target", "size or SHA-256 differs")


def says(**values: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **values}).encode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"tables": {"place": 49, "meeting": 50}}, "place has 50 rows, and the backup’s manifest says 49"),
        ({"tables": {"place": 50}}, "meeting is unknown to"),
        ({"tables": {"place": 50, "meeting": 50, "visit": 0}}, "visit is missing"),
        ({"members": {}}, "exactly one database"),
        ({"vendor": "oracle"}, "can't be read"),
        ({"surprise": 1}, "can't be read"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(
    small: Path, tmp_path: Path, values: dict[str, object], words: str
):
    refused(acts.changed(small, "manifest.json", says(**values)), tmp_path / "target", words)


def test_an_archive_of_a_later_form_asks_for_the_newer_portal(small: Path, tmp_path: Path):
    with pytest.raises(BackupError, match="newer version"):
        check_backup(acts.changed(small, "manifest.json", says(format=2)))


def test_a_database_whose_rows_name_nothing_makes_no_backup(tmp_path: Path):
    """SQLite lets that happen where somebody writes without the portal."""
    database = acts.small_database(tmp_path / "portal.sqlite3")
    with backup_sqlite._connect(tmp_path / "portal.sqlite3") as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("DELETE FROM place WHERE id = 7")
    raw.close()
    path = tmp_path / "backup.tar.gz"
    with pytest.raises(BackupError, match="a row of meeting names one of place"):
        make_backup(path, connection=database, storage=acts.storage_at(tmp_path / "files"), file_columns=[])
    assert not path.exists()


def test_a_damaged_database_makes_no_backup(tmp_path: Path):
    database = acts.small_database(tmp_path / "portal.sqlite3", rows=2000)
    with (tmp_path / "portal.sqlite3").open("r+b") as file:
        file.seek(4 * 4096)  # a page of rows
        file.write(b"\xff" * 4096)
    path = tmp_path / "backup.tar.gz"
    with pytest.raises(BackupError, match=r"damaged|can't be copied"):
        make_backup(path, connection=database, storage=acts.storage_at(tmp_path / "files"), file_columns=[])
    assert acts.left_in(tmp_path) == ["portal.sqlite3"]


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
        restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == []


def test_a_database_that_somebody_makes_meanwhile_is_kept(small: Path, tmp_path: Path, monkeypatch):
    target, link = tmp_path / "target", os.link

    def somebody_is_first(source: Path, path: Path) -> None:
        acts.small_database(Path(path), rows=3)
        link(source, path)

    monkeypatch.setattr(os, "link", somebody_is_first)
    with pytest.raises(BackupError, match="Stop the portal first"):
        restore_small(small, target)
    assert acts.left_in(target) == ["portal.sqlite3"]
    assert backup_sqlite.counts(acts.sqlite_at(target / "portal.sqlite3")) == {"place": 3, "meeting": 3}


@on_postgresql
@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_restore_that_fails_half_way_leaves_an_empty_database(tmp_path: Path):
    """A type of the name that a later table wants stops pg_restore in the middle."""
    path = tmp_path / "county.tar.gz"
    make_backup(
        path, connection=connection, storage=acts.storage_at(tmp_path / "files", *NAMES), file_columns=[]
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
        check_backup(acts.changed(path, "manifest.json", says(tables=fewer)))


@on_postgresql
@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_newer_server_is_refused(tmp_path: Path):
    path = tmp_path / "county.tar.gz"
    make_backup(path, connection=connection, storage=acts.storage_at(tmp_path / "files"), file_columns=[])
    newer = acts.changed(path, "manifest.json", says(database_version="99.1"))
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
