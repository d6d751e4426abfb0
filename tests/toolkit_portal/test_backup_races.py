"""Backups while people write: whole as at one moment, never half a file, and nobody is kept from writing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import connection, transaction

from evidence.attachments import detach
from evidence.models import Attachment
from groups.models import AudienceServed, ServiceArea
from tests import factories
from tests.cast import make_cast
from tests.toolkit_portal import backup_acts as acts
from tests.toolkit_portal.commands import ROOT, clean_environment
from toolkit_portal.core import backup_postgresql, backups
from toolkit_portal.core.backups import check_backup, make_backup, restore_backup
from toolkit_portal.management.commands.backup import _file_columns

WRITERS = 8


@pytest.fixture
def files(settings, tmp_path: Path) -> Path:
    """The folder of private files, empty and this test's own."""
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": str(tmp_path / "private")}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    return tmp_path / "private"


@contextmanager
def writing(write) -> Iterator[list[int]]:
    """Eight threads that write until the block ends; the list counts each one's rounds. Their faults are raised."""
    rounds, faults, over = [0] * WRITERS, [], threading.Event()

    def go_on(number: int) -> None:
        try:
            while not over.is_set():
                write(number, rounds[number])
                rounds[number] += 1
                time.sleep(0.005)  # as between two requests
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=go_on, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield rounds
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=120)
    assert faults == []


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_backup_among_eight_writers_is_of_one_moment_and_holds_their_files(files: Path, tmp_path: Path):
    cast = make_cast()
    records = [factories.make_evidence(lio=cast.peak, by=cast.officer) for _ in range(WRITERS)]

    def write(number: int, turn: int) -> None:
        # Two tables in one transaction: a backup has both rows or neither.
        with transaction.atomic():
            ServiceArea.objects.create(label=f"race {number}-{turn}", position=turn)
            AudienceServed.objects.create(label=f"race {number}-{turn}", position=turn)
        attachment = acts.add_file(records[number], cast, shade=number * 1000 + turn)
        if turn % 3:  # some stay, up to the most that a record holds
            detach(attachment=attachment, by=cast.officer)
        elif turn > 30:
            detach(attachment=records[number].attachments.order_by("pk").first(), by=cast.officer)

    made = []
    with writing(write) as rounds:
        deadline = time.monotonic() + 60
        while min(rounds) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        for number in range(3):
            before = sum(rounds)
            path = tmp_path / f"{number}.tar.gz"
            made.append(
                make_backup(
                    path, connection=connection, storage=default_storage, file_columns=_file_columns()
                )
            )
            assert sum(rounds) > before, "nobody wrote meanwhile, so nothing is proved"
    for number, manifest in enumerate(made):
        path, elsewhere = (
            tmp_path / f"{number}.tar.gz",
            FileSystemStorage(location=tmp_path / f"files-{number}"),
        )
        with acts.empty_database(tmp_path / str(number)) as database:
            restore_backup(path, connection=database, storage=elsewhere)
            database.check_constraints()
            rows = acts.rows_of(database)
            with database.cursor() as cursor:
                cursor.execute("SELECT label FROM groups_servicearea WHERE label LIKE 'race %'")
                services = {row[0] for row in cursor.fetchall()}
                cursor.execute("SELECT label FROM groups_audienceserved WHERE label LIKE 'race %'")
                assert {row[0] for row in cursor.fetchall()} == services
                cursor.execute(
                    "SELECT file FROM evidence_attachment UNION SELECT thumbnail FROM evidence_attachment"
                )
                named = {row[0] for row in cursor.fetchall() if row[0]}
        assert len(services) > WRITERS
        assert len(rows["groups_servicearea"]) >= len(services)
        stored = set(acts.contents_of(elsewhere))
        assert named - stored == set(manifest.gone) & named
        assert not stored & set(manifest.gone)
        # What is gone was withdrawn while the backup ran, and is withdrawn still.
        assert not set(manifest.gone) & set(Attachment.objects.values_list("file", flat=True))


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_file_that_comes_with_its_row_just_before_the_copy_is_in_it(
    files: Path, tmp_path: Path, monkeypatch
):
    """Were the files listed first, the row would be saved without its file."""
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    vendor = backups._VENDORS[connection.vendor]
    snapshot = vendor.snapshot

    def somebody_writes_first(*given):
        acts.add_file(record, cast)
        return snapshot(*given)

    monkeypatch.setattr(vendor, "snapshot", somebody_writes_first)
    path = tmp_path / "county.tar.gz"
    made = make_backup(path, connection=connection, storage=default_storage, file_columns=_file_columns())
    assert f"files/{Attachment.objects.get().file.name}" in made.members
    assert made.gone == []


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_file_withdrawn_between_listing_and_copying_is_noted_as_gone(
    files: Path, tmp_path: Path, monkeypatch, capsys
):
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    kept, withdrawn = acts.add_file(record, cast, shade=1), acts.add_file(record, cast, shade=2)
    lost = {withdrawn.file.name, withdrawn.thumbnail.name} - {""}
    names = backups.stored_files

    def withdrawn_meanwhile(storage, folder: str = ""):
        listed = list(names(storage, folder))
        detach(attachment=withdrawn, by=cast.officer)
        return iter(listed)

    monkeypatch.setattr(backups, "stored_files", withdrawn_meanwhile)
    path = tmp_path / "county.tar.gz"
    call_command("backup", "-o", str(path))
    monkeypatch.undo()
    made = check_backup(path)
    assert set(made.gone) == lost
    assert withdrawn.file.name in capsys.readouterr().err
    assert f"files/{kept.file.name}" in made.members


@acts.needs_programs
@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_read_stops_the_backup(files: Path, tmp_path: Path, monkeypatch):
    """Only what is gone may be missing."""
    default_storage.save("plans/a.pdf", ContentFile(b"words"))

    def refuse(name: str, mode: str = "rb"):
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(default_storage._wrapped, "_open", refuse)
    with pytest.raises(PermissionError):
        make_backup(
            tmp_path / "county.tar.gz", connection=connection, storage=default_storage, file_columns=[]
        )
    assert not (tmp_path / "county.tar.gz").exists()


@acts.needs_programs
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts in the copy itself")
@pytest.mark.django_db(transaction=True)
def test_rows_are_counted_at_the_moment_of_the_dump(files: Path, tmp_path: Path, monkeypatch):
    run = backup_postgresql._run

    def somebody_writes_next(*given) -> None:
        run(*given)
        ServiceArea.objects.create(label="After the dump", position=0)

    monkeypatch.setattr(backup_postgresql, "_run", somebody_writes_next)
    path = tmp_path / "county.tar.gz"
    made = make_backup(path, connection=connection, storage=default_storage, file_columns=[])
    monkeypatch.undo()
    assert made.tables["public.groups_servicearea"] == ServiceArea.objects.count() - 1
    check_backup(path)


def test_a_backup_that_is_killed_leaves_no_file_under_its_name(tmp_path: Path, capsys):
    """kill -9 while it writes. What it leaves is named by the next backup."""
    var, folder = tmp_path / "var", tmp_path / "backups"
    folder.mkdir()
    acts.small_database(var / "portal.sqlite3", rows=20_000)
    (var / "files").mkdir()
    for number in range(4):
        (var / "files" / f"{number}.bin").write_bytes(os.urandom(16 * 1024 * 1024))
    path = folder / "county.tar.gz"
    for least in (1, 5 * 1024 * 1024):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "backup", "-o", str(path)],
            cwd=ROOT,
            env=clean_environment(var, DEMO="1"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if any(part.stat().st_size >= least for part in folder.glob("*.part")) or path.exists():
                break
            time.sleep(0.005)
        process.kill()
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, "it wasn't killed in the middle"
        assert not path.exists()
        for part in backups.left_behind(path):
            if part.is_file():
                part.unlink()
    assert backups.left_behind(path), "the folder with its copy of the database"
