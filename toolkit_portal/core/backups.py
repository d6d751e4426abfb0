"""Backups: database and private files in one archive, made while people write, restored into an empty place only.

The database is copied first, as it was at one moment, then the files. A file is stored before the row that names it, so
every file that the copy's rows name was there when its files were listed. What was withdrawn or erased in between is
noted as gone.
"""

import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import IO

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import Storage
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from toolkit_portal.core import backup_archive, backup_postgresql, backup_sqlite
from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.backup_archive import (
    FILES,
    ArchiveWriter,
    BackupError,
    DamagedBackup,
    Manifest,
    Member,
    digest_of,
)
from toolkit_portal.core.backup_database import Columns, compare_counts

WORKING = ".portal-backup-"
_VENDORS: dict[str, ModuleType] = {"sqlite": backup_sqlite, "postgresql": backup_postgresql}
_WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was restored, and migrations of this version that the restored database still lacks."""

    manifest: Manifest
    missing_migrations: list[str]


def product_version() -> str:
    """The portal's version, such as 0.1.0."""
    with (Path(__file__).parents[2] / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def make_backup(
    path: Path, *, connection: BaseDatabaseWrapper, storage: Storage, file_columns: Columns
) -> Manifest:
    """Writes a backup that only its maker can read, whole or not at all, and gives its manifest.

    file_columns are the tables and columns that name private files. Raises BackupError, also where there is a file at
    path already, and OSError where one can't be read or written.
    """
    if path.is_file():
        raise BackupError(
            f"There is a file at {path} already. Choose another name: a backup overwrites nothing."
        )
    vendor = _VENDORS[connection.vendor]
    with atomic_output(path) as output:
        output.chmod(0o600)
        with (
            tempfile.TemporaryDirectory(prefix=WORKING, dir=output.parent) as folder,
            vendor.snapshot(connection, Path(folder), file_columns) as taken,
            backup_archive.writing(output) as archive,
        ):
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            if not taken.tables:
                raise BackupError("The database has no tables, so there is nothing to back up.")
            with taken.path.open("rb") as copy:
                archive.add(backup_archive.DATABASES[connection.vendor], copy, taken.path.stat().st_size)
            taken.path.unlink()
            gone = _add_files(archive, storage, Path(folder))
            gone |= {name for name in taken.file_names if FILES + name not in archive.members}
            manifest = Manifest(
                product=product_version(),
                made_at=made_at,
                vendor=connection.vendor,
                database_version=taken.version,
                migrations=taken.migrations,
                tables=taken.tables,
                members=dict(archive.members),
                gone=sorted(gone),
            )
            archive.close(manifest)
    return manifest


def _add_files(archive: ArchiveWriter, storage: Storage, folder: Path) -> set[str]:
    """Adds every stored file, and gives the names of those that went between being listed and being read."""
    gone = set()
    for name in stored_files(storage):
        # By way of a file of our own: its size must be known before its first byte, and a bucket may break off.
        with tempfile.TemporaryFile(dir=folder) as kept:
            try:
                with storage.open(name) as stored:
                    size = digest_of(stored, kept.write).size
            except Exception:
                # Each kind of storage has errors of its own; what counts is whether the file is there.
                if storage.exists(name):
                    raise
                gone.add(name)
                continue
            kept.seek(0)
            archive.add(FILES + name, kept, size)
    return gone


def stored_files(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all files in a storage, below a folder or all."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:  # none was ever stored, or the folder went meanwhile
        return
    for name in sorted(names):
        yield f"{folder}/{name}" if folder else name
    for inner in sorted(folders):
        yield from stored_files(storage, f"{folder}/{inner}" if folder else inner)


def left_behind(path: Path) -> list[Path]:
    """What backups that were killed have left in the folder of path, or one that runs is at. It holds people's data."""
    return sorted([*path.parent.glob(f"{WORKING}*"), *path.parent.glob(f".{'[0-9a-f]' * 24}.part")])


def check_backup(path: Path) -> Manifest:
    """The manifest of a sound backup: structure, sizes, hashes, the database's own checks, rows of each table.

    Raises BackupError, and OSError where the file can't be read.
    """
    with tempfile.TemporaryDirectory(prefix=WORKING) as folder:
        return _checked(path, Path(folder) / "database")


def _checked(path: Path, database: Path) -> Manifest:
    manifest = backup_archive.verified(path, database_to=database)
    _VENDORS[manifest.vendor].check(database, manifest)
    return manifest


def restore_backup(path: Path, *, connection: BaseDatabaseWrapper, storage: Storage) -> Restored:
    """Restores a backup into an empty database and an empty storage, after checking all of it.

    Nothing is overwritten, and where it fails nothing stays. Raises BackupError, and OSError where a file can't be
    read or written.
    """
    vendor = _VENDORS[connection.vendor]
    vendor.refuse_unless_empty(connection)
    if (name := next(stored_files(storage), None)) is not None:
        raise BackupError(
            f"There are private files already, such as {name}. Restore overwrites nothing: name an empty folder with "
            "VAR_DIR (or an empty FILES_FOLDER of the bucket). If a restore was cut off, delete what it has left."
        )
    place = vendor.place_of(connection)
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=WORKING, dir=place) as folder:
        database = Path(folder) / "database"
        manifest = backup_archive.verified(path, database_to=database)
        if manifest.vendor != connection.vendor:
            raise BackupError(
                f"The backup is of {_WORDS[manifest.vendor]} and DATABASE_URL names {_WORDS[connection.vendor]}. "
                "A backup goes back to the kind of database that it comes from."
            )
        missing = _migrations_missing(manifest)
        vendor.check(database, manifest)
        written: list[str] = []
        try:
            _restore_files(path, manifest, storage, written, Path(folder))
            # The database last and at one go: rows never name a file that isn't there.
            found = vendor.restore(connection, database, manifest)
        except BaseException:
            _take_back(storage, written)
            raise
    try:
        compare_counts(manifest, found)
    except DamagedBackup as fault:
        raise BackupError(
            f"Somebody wrote to the database while it was restored, so don't use it. {fault}"
        ) from fault
    return Restored(manifest=manifest, missing_migrations=missing)


def _migrations_missing(manifest: Manifest) -> list[str]:
    """Migrations of this version that aren't in the backup. Raises BackupError where the backup has others."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    replaced = {old for migration in loader.disk_migrations.values() for old in migration.replaces}
    applied = {(app, name) for app, name in manifest.migrations}
    if unknown := sorted(applied - known - replaced):
        raise BackupError(
            f"The backup was made by version {manifest.product} of the portal, and this is {product_version()}, which "
            f"doesn't know {'.'.join(unknown[0])}. Restore with that version of the portal."
        )
    return sorted(
        f"{app}.{name}"
        for (app, name), migration in loader.disk_migrations.items()
        if (app, name) not in applied and not set(migration.replaces) & applied
    )


def _restore_files(
    path: Path, manifest: Manifest, storage: Storage, written: list[str], folder: Path
) -> None:
    """Stores each file under its own name, after its hash has been compared once more. Notes each name before."""
    for member, content in backup_archive.members(path):
        if not member.startswith(FILES):
            continue
        with tempfile.TemporaryFile(dir=folder) as kept:
            if manifest.members.get(member) != digest_of(content, kept.write):
                raise DamagedBackup(f"{member!r} in the backup changed while it was restored.")
            kept.seek(0)
            name = member.removeprefix(FILES)
            written.append(name)
            if (given := _store(storage, name, kept)) != name:
                written.append(given)
                raise BackupError(f"The storage took {name} under another name ({given}).")
    if len(written) != manifest.files:
        raise DamagedBackup("The backup changed while it was restored.")


def _store(storage: Storage, name: str, content: IO[bytes]) -> str:
    try:
        return storage.save(name, File(content, name))
    except SuspiciousFileOperation as fault:
        raise DamagedBackup(f"{name!r} can't be the name of a stored file.") from fault


def _take_back(storage: Storage, names: Iterable[str]) -> None:
    """Deletes what a failed restore has stored, with the folders that are empty then."""
    folders = set()
    for name in names:
        with suppress(OSError, SuspiciousFileOperation):
            storage.delete(name)
        parts = name.split("/")[:-1]
        folders |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    for folder in sorted(folders, key=len, reverse=True):
        with suppress(OSError, SuspiciousFileOperation):
            if storage.listdir(folder) == ([], []):
                storage.delete(folder)


__all__ = [
    "BackupError",
    "DamagedBackup",
    "Manifest",
    "Member",
    "Restored",
    "check_backup",
    "left_behind",
    "make_backup",
    "restore_backup",
    "stored_files",
]
