"""Backups: what is saved comes back whole, into an empty place only."""

import hashlib
import json
import sqlite3
import stat
import subprocess
import sys
import tracemalloc
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from evidence.models import Attachment
from readiness import issuing
from readiness.models import IssuedPlan
from tests.toolkit_portal import backup_acts as acts
from tests.toolkit_portal.commands import ROOT, clean_environment
from toolkit_portal.core import backups
from toolkit_portal.core.backups import BackupError, make_backup, restore_backup

COLUMNS = [("meeting", "file")]


@pytest.fixture
def files(settings, tmp_path: Path, monkeypatch) -> Path:
    """The folder of private files, empty and this test's own; plans are issued without the layout's seconds."""
    folder = tmp_path / "private"
    options = {**settings.STORAGES["default"]["OPTIONS"], "location": str(folder)}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": options},
    }
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: f"%PDF {uuid.uuid4()}".encode())
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of a small SQLite database and three files."""
    return acts.small_backup(tmp_path)


def as_this_version(path: Path) -> Path:
    """The archive as if this version of the portal had made it, with all its migrations."""
    loader = backups.MigrationLoader(None)

    def change(content: bytes) -> bytes:
        return json.dumps(
            {**json.loads(content), "migrations": sorted(map(list, loader.disk_migrations))}
        ).encode()

    return acts.changed(path, "manifest.json", change)


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_county_comes_back_with_every_row_and_file(files: Path, tmp_path: Path, capsys):
    acts.make_county()
    rows, stored = acts.rows_of(connection), acts.contents_of(default_storage)
    assert len(stored) == 3 * 2 + 2, "three pictures with thumbnails, a plan in two sizes"
    path = tmp_path / "county.tar.gz"
    call_command("backup", "-o", str(path))
    call_command("check_backup", str(path))
    assert "8 private files" in capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    elsewhere = FileSystemStorage(location=tmp_path / "elsewhere" / "files")
    with acts.empty_database(tmp_path) as database:
        done = restore_backup(path, connection=database, storage=elsewhere)
        assert acts.rows_of(database) == rows
        database.check_constraints()
    assert acts.contents_of(elsewhere) == stored
    assert done.missing_migrations == []
    assert done.manifest.gone == []
    for attachment in Attachment.objects.all():
        with elsewhere.open(attachment.file.name) as file:
            assert hashlib.sha256(file.read()).hexdigest() == attachment.sha256
    plan = IssuedPlan.objects.get()
    with elsewhere.open(plan.pdf.name) as file:
        assert hashlib.sha256(file.read()).hexdigest() == plan.sha256


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_the_manifest_says_what_was_saved(files: Path, tmp_path: Path):
    acts.make_county()
    rows = acts.rows_of(connection)
    path = tmp_path / "county.tar.gz"
    call_command("backup", "-o", str(path), stdout=sys.stderr)
    *members, (last, content) = acts.take_apart(path)
    assert last.name == "manifest.json"
    said = json.loads(content)
    assert said["vendor"] == connection.vendor
    assert said["made_at"].endswith("+00:00")
    assert said["product"] == backups.product_version()
    counted = {table.removeprefix("public."): number for table, number in said["tables"].items()}
    assert {table: counted[table] for table in rows} == {table: len(rows[table]) for table in rows}
    assert ["groups", "0001_people_places_groups_visits"] in said["migrations"]
    assert said["members"] == {
        head.name: {"size": len(held), "sha256": hashlib.sha256(held).hexdigest()} for head, held in members
    }


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_the_trail_says_that_a_backup_was_made_and_restored(files: Path, tmp_path: Path):
    """The command itself, as whoever runs the portal gives it."""
    path = tmp_path / "county.tar.gz"
    call_command("backup", "-o", str(path), stdout=sys.stderr)
    assert LogEntry.objects.get(additional_data__act="backup made").additional_data["files"] == 0
    with acts.empty_database(tmp_path) as database:
        known = database.settings_dict
        url = (
            f"sqlite:///{known['NAME']}"
            if connection.vendor == "sqlite"
            else f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
        )
        ended = subprocess.run(
            [sys.executable, "manage.py", "restore", str(path)],
            cwd=ROOT,
            env=clean_environment(tmp_path / "var", DATABASE_URL=url, PORTAL_ENV="test"),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "erase them again" in ended.stdout
        with database.cursor() as cursor:
            cursor.execute("SELECT additional_data FROM auditlog_logentry ORDER BY id DESC LIMIT 1")
            said = cursor.fetchone()[0]
    assert (said if isinstance(said, dict) else json.loads(said))["act"] == "backup restored"


def test_any_storage_will_do(tmp_path: Path):
    """One without paths, as a bucket."""
    storage, other = InMemoryStorage(), InMemoryStorage()
    for name in acts.NAMES:
        storage.save(name, ContentFile(name.encode()))
    path = tmp_path / "backup.tar.gz"
    database = acts.small_database(tmp_path / "source.sqlite3")
    made = make_backup(path, connection=database, storage=storage, file_columns=COLUMNS)
    assert made.files == 3
    restore_backup(path, connection=acts.sqlite_at(tmp_path / "new" / "portal.sqlite3"), storage=other)
    assert acts.contents_of(other) == {name: name.encode() for name in acts.NAMES}


def test_a_file_of_any_size_takes_little_memory(tmp_path: Path):
    storage = acts.storage_at(tmp_path / "files")
    storage.save("large.bin", ContentFile(b"0123456789abcdef" * (3 * 1024 * 1024)))
    database = acts.small_database(tmp_path / "source.sqlite3")
    path = tmp_path / "backup.tar.gz"
    tracemalloc.start()
    try:
        make_backup(path, connection=database, storage=storage, file_columns=COLUMNS)
        acts.restore_small(path, tmp_path / "target")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (tmp_path / "target" / "files" / "large.bin").stat().st_size == 48 * 1024 * 1024
    assert most < 12 * 1024 * 1024


def test_a_backup_never_takes_the_place_of_another(small: Path, tmp_path: Path):
    before = small.read_bytes()
    database = acts.sqlite_at(tmp_path / "source" / "portal.sqlite3")
    with pytest.raises(BackupError, match="overwrites nothing"):
        make_backup(small, connection=database, storage=InMemoryStorage(), file_columns=[])
    assert small.read_bytes() == before


def test_without_a_database_there_is_no_backup(tmp_path: Path):
    path = tmp_path / "backup.tar.gz"
    with pytest.raises(BackupError, match="no database"):
        make_backup(
            path, connection=acts.sqlite_at(tmp_path / "none"), storage=InMemoryStorage(), file_columns=[]
        )
    assert acts.left_in(tmp_path) == []


def test_a_database_with_tables_is_left_as_it_is(small: Path, tmp_path: Path):
    acts.small_database(tmp_path / "target" / "portal.sqlite3", rows=0)
    before = (tmp_path / "target" / "portal.sqlite3").read_bytes()
    with pytest.raises(BackupError, match="isn't empty"):
        acts.restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == ["portal.sqlite3"]
    assert (tmp_path / "target" / "portal.sqlite3").read_bytes() == before


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_the_portals_own_database_is_not_restored_over(files: Path, tmp_path: Path):
    path = tmp_path / "county.tar.gz"
    make_backup(path, connection=connection, storage=default_storage, file_columns=[])
    before = acts.rows_of(connection)
    with pytest.raises(BackupError, match="isn't empty"):
        restore_backup(path, connection=connection, storage=default_storage)
    assert acts.rows_of(connection) == before


@pytest.mark.parametrize("aside", ["-wal", "-journal"])
def test_what_is_left_of_another_database_is_not_mixed_in(small: Path, tmp_path: Path, aside: str):
    """SQLite would play it into the restored one."""
    left = tmp_path / "target" / f"portal.sqlite3{aside}"
    left.parent.mkdir()
    left.write_bytes(b"pages of another database")
    with pytest.raises(BackupError, match="left of another database"):
        acts.restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == [left.name]


def test_a_storage_with_files_is_left_as_it_is(small: Path, tmp_path: Path):
    acts.storage_at(tmp_path / "target" / "files", "plans/other.pdf")
    with pytest.raises(BackupError, match=r"private files already, such as plans/other\.pdf"):
        acts.restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == ["files/plans/other.pdf"]


def test_a_backup_with_migrations_of_a_newer_portal_is_refused(small: Path, tmp_path: Path):
    def newer(content: bytes) -> bytes:
        said = json.loads(content)
        return json.dumps({**said, "product": "9.9.9", "migrations": [["groups", "0999_later"]]}).encode()

    later = acts.changed(small, "manifest.json", newer)
    with pytest.raises(BackupError, match=r"version 9\.9\.9 of the portal.*groups\.0999_later"):
        acts.restore_small(later, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == []


def test_an_archive_that_changes_while_it_is_restored_leaves_nothing(
    small: Path, tmp_path: Path, monkeypatch
):
    check = backups.backup_sqlite.check

    def somebody_swaps_it(*given) -> None:
        check(*given)
        acts.changed(small, "files/c.txt", lambda content: b"Other words").replace(small)

    monkeypatch.setattr(backups.backup_sqlite, "check", somebody_swaps_it)
    with pytest.raises(BackupError, match="changed while it was restored"):
        acts.restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == []


def test_a_storage_that_gives_other_names_takes_no_backup(small: Path, tmp_path: Path, monkeypatch):
    """A record would name a file that isn't there."""
    monkeypatch.setattr(
        FileSystemStorage, "get_available_name", lambda self, name, max_length=None: f"{name}_1"
    )
    with pytest.raises(BackupError, match="under another name"):
        acts.restore_small(small, tmp_path / "target")
    assert acts.left_in(tmp_path / "target") == []


def test_a_file_that_was_lost_before_is_noted(tmp_path: Path):
    database = acts.small_database(tmp_path / "source.sqlite3")
    with closing(sqlite3.connect(tmp_path / "source.sqlite3")) as raw, raw:
        raw.execute("UPDATE meeting SET file = 'plans/lost.pdf' WHERE id = 3")
        raw.execute("UPDATE meeting SET file = 'c.txt' WHERE id = 4")
    path = tmp_path / "backup.tar.gz"
    storage = acts.storage_at(tmp_path / "files", *acts.NAMES)
    assert make_backup(path, connection=database, storage=storage, file_columns=COLUMNS).gone == [
        "plans/lost.pdf"
    ]


def test_after_an_older_backup_the_missing_migrations_are_named(small: Path, tmp_path: Path):
    assert (
        "groups.0001_people_places_groups_visits"
        in acts.restore_small(small, tmp_path / "a").missing_migrations
    )
    assert acts.restore_small(as_this_version(small), tmp_path / "b").missing_migrations == []


def test_a_backup_of_the_other_database_is_refused(small: Path, tmp_path: Path, monkeypatch):
    """The words are the same in both directions; a stand-in for PostgreSQL says that it is empty."""
    database = acts.sqlite_at(tmp_path / "target" / "portal.sqlite3")
    database.vendor = "postgresql"
    monkeypatch.setattr(backups.backup_postgresql, "refuse_unless_empty", lambda connection: None)
    with pytest.raises(BackupError, match="of SQLite and DATABASE_URL names PostgreSQL"):
        restore_backup(small, connection=database, storage=InMemoryStorage())


def test_commands_say_what_is_wrong_in_a_sentence(tmp_path: Path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("check_backup", str(tmp_path / "none.tar.gz"))
    (tmp_path / "text.tar.gz").write_text("Not a backup")
    with pytest.raises(CommandError, match="no backup of the portal"):
        call_command("check_backup", str(tmp_path / "text.tar.gz"))
