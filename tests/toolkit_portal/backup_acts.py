"""What the tests of backups share: a county with files, empty places, and archives that are taken apart."""

import io
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from PIL import Image

from evidence.attachments import attach
from evidence.models import Attachment, Evidence
from readiness import issuing
from readiness.planning import plan_of
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.attachment_files import prepare
from toolkit_portal.core.backups import Restored, make_backup, restore_backup, stored_files

# With REQUIRE_BROWSER=1 nothing that is owed is left out: then a missing pg_dump fails.
needs_programs = pytest.mark.skipif(
    connection.vendor == "postgresql"
    and not shutil.which("pg_dump")
    and os.environ.get("REQUIRE_BROWSER") != "1",
    reason="pg_dump isn't installed: sudo apt-get install postgresql-client",
)
NAMES = ("plans/a.pdf", "evidence/deep/b.png", "c.txt")
Contents = list[tuple[tarfile.TarInfo, bytes]]


def make_county() -> Cast:
    """The cast with a visit, needs with a file each, and an issued plan."""
    cast = make_cast()
    factories.make_visit(group=cast.sunrise, officer=cast.officer, summary="Şilan said: “Zażółć”\n\\.\tچائے")
    for number in range(3):
        add_file(factories.make_evidence(lio=cast.peak, by=cast.officer), cast, shade=number)
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    factories.make_action(group=cast.sunrise, by=cast.officer)
    issuing.issue_plan(plan=plan_of(cast.sunrise), by=cast.officer, client_id=uuid4())
    return cast


def add_file(record: Evidence, cast: Cast, *, shade: int = 0) -> Attachment:
    """A picture of that shade in the record of need."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (shade % 256, shade // 256, 0)).save(out, "PNG")
    sent = SimpleUploadedFile("letter.png", out.getvalue(), content_type="image/png")
    return attach(record=record, by=cast.officer, prepared=prepare(sent, "letter.png"), client_id=uuid4())


@contextmanager
def empty_database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """An empty database of the kind that the tests run on."""
    other = connection.copy("elsewhere")
    if connection.vendor == "sqlite":
        other.settings_dict["NAME"] = str(folder / "elsewhere" / "portal.sqlite3")
        try:
            yield other
        finally:
            other.close()
        return
    name = f"{connection.settings_dict['NAME']}_{secrets.token_hex(4)}"
    other.settings_dict["NAME"] = name
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield other
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def rows_of(database: BaseDatabaseWrapper) -> dict[str, list[str]]:
    """Every row of every table, as text in a fixed order."""
    with database.cursor() as cursor:
        found = {}
        for table in sorted(database.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
        return found


def contents_of(storage: Storage) -> dict[str, bytes]:
    """Every stored file."""
    found = {}
    for name in stored_files(storage):
        with storage.open(name) as file:
            found[name] = file.read()
    return found


def small_database(path: Path, *, rows: int = 50) -> BaseDatabaseWrapper:
    """A SQLite database of two tables, whatever the tests run on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        database.execute(
            "CREATE TABLE meeting (id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL REFERENCES place, file TEXT)"
        )
        database.executemany("INSERT INTO place VALUES (?, ?)", [(n, f"Hall {n}") for n in range(rows)])
        database.executemany("INSERT INTO meeting VALUES (?, ?, ?)", [(n, n, "") for n in range(rows)])
    return sqlite_at(path)


def sqlite_at(path: Path) -> BaseDatabaseWrapper:
    """Django's way to a SQLite database that may not be there yet."""
    return ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}})[
        "default"
    ]


def storage_at(folder: Path, *names: str) -> FileSystemStorage:
    """A storage with small files of these names."""
    storage = FileSystemStorage(location=folder)
    for name in names:
        assert storage.save(name, ContentFile(f"What {name} holds. ".encode() * 40)) == name
    return storage


def take_apart(path: Path) -> Contents:
    """All members of an archive with what they hold."""
    with tarfile.open(path, "r:gz") as archive:
        return [
            (head, file.read() if (file := archive.extractfile(head)) else b"")
            for head in archive.getmembers()
        ]


def put_together(path: Path, contents: Contents) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for head, content in contents:
            archive.addfile(head, io.BytesIO(content))
    return path


def changed(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A second archive beside the first, with one member changed."""
    contents = []
    for head, content in take_apart(path):
        if head.name == name:
            content = change(content)
            head.size = len(content)
        contents.append((head, content))
    return put_together(path.with_name(f"changed-{secrets.token_hex(4)}.tar.gz"), contents)


def left_in(folder: Path) -> list[str]:
    """Everything below a folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def small_backup(folder: Path) -> Path:
    """A backup of a small SQLite database and three files, which lie below the folder."""
    path = folder / "backup.tar.gz"
    database = small_database(folder / "source" / "portal.sqlite3")
    storage = storage_at(folder / "source" / "files", *NAMES)
    make_backup(path, connection=database, storage=storage, file_columns=[("meeting", "file")])
    return path


def restore_small(path: Path, target: Path) -> Restored:
    """Restores such a backup below the target."""
    return restore_backup(
        path,
        connection=sqlite_at(target / "portal.sqlite3"),
        storage=FileSystemStorage(location=target / "files"),
    )


def says(**values: object) -> Callable[[bytes], bytes]:
    """A change of a manifest."""
    return lambda content: json.dumps({**json.loads(content), **values}).encode()
