"""The archive of a backup: written and read as a stream, with a manifest at its end that says what must be in it.

    database.sqlite3 or database.dump    the database as it was at one moment
    files/…                              the private files under the names that records know them by
    manifest.json                        size and SHA-256 of each, rows of each table, versions

The manifest comes last, since hashes are known once the bytes have gone by. So an archive that ends early has none.
"""

import gzip
import hashlib
import io
import json
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FILES = "files/"
PART = 1024 * 1024
# A hundred thousand files make a manifest of about 20 MB.
MOST_MANIFEST_BYTES = 256 * 1024 * 1024
# gzip's usual: a database shrinks to a fifth, PDFs and photos hardly.
LEVEL = 6
_BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, OverflowError)


class BackupError(Exception):
    """A backup can't be made, read or restored. The message says why and what to do, fit to show."""


class DamagedBackup(BackupError):
    """The archive isn't what was written."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """What a member of the archive must be."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an archive holds. `made_at` is in UTC; `tables` are numbers of rows; `gone` are files that weren't there."""

    product: str
    made_at: str
    vendor: str
    database_version: str
    migrations: list[list[str]]
    tables: dict[str, int]
    members: dict[str, Member]
    gone: list[str]
    format: int = FORMAT

    @property
    def database(self) -> str:
        """The name of the database's member."""
        return DATABASES[self.vendor]

    @property
    def rows(self) -> int:
        """How many rows all tables hold together."""
        return sum(self.tables.values())

    @property
    def files(self) -> int:
        """How many private files there are."""
        return len(self.members) - 1


def digest_of(file: "IO[bytes] | ArchivedFile", to: Callable[[bytes], object] = bool) -> Member:
    """Size and SHA-256 of all that follows in a file, given on part by part."""
    made, size = hashlib.sha256(), 0
    while part := file.read(PART):
        made.update(part)
        size += len(part)
        to(part)
    return Member(size=size, sha256=made.hexdigest())


class ArchiveWriter:
    """Takes members one after another; `members` says what they were."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}

    def add(self, name: str, file: IO[bytes], size: int) -> None:
        """Adds what follows in the file, which must have exactly that many bytes. Raises OSError where it has fewer."""
        head = tarfile.TarInfo(name)
        head.size, head.mode, head.mtime = size, 0o600, int(time.time())
        reader = _Hashing(file)
        self._archive.addfile(head, reader)
        self._archive.members = []  # type: ignore[attr-defined]  # it would remember every one
        self.members[name] = reader.member()

    def close(self, manifest: Manifest) -> None:
        """Writes the manifest, after which nothing follows."""
        content = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
        self.add(MANIFEST, io.BytesIO(content), len(content))


class _Hashing(io.RawIOBase):
    """Reads a file and notes what went by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._made, self._size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self._made.update(part)
        self._size += len(part)
        return part

    def member(self) -> Member:
        return Member(size=self._size, sha256=self._made.hexdigest())


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """An archive to be written to a file that is there already, so that its mode is the caller's choice."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive,
    ):
        yield ArchiveWriter(archive)


def members(path: Path) -> Iterator[tuple[str, "ArchivedFile"]]:
    """Name and content of each member, in order; the content must be read before the next one is asked for.

    Raises DamagedBackup for a file that isn't such an archive or ends early, for a member that isn't a plain file, or
    one whose name could lead out of a folder or stands there twice; OSError where the file can't be read.
    """
    seen: set[str] = set()
    # Opened here and not by tarfile, which wouldn't read the last bytes, where gzip's own sum is.
    with gzip.open(path, "rb") as packed:
        with _telling_damage(path):
            archive = tarfile.open(fileobj=packed, mode="r|")  # noqa: SIM115  # closing it would change nothing
        while True:
            with _telling_damage(path):
                head = archive.next()
            if head is None:
                break
            archive.members = []  # type: ignore[attr-defined]
            _check_head(head, seen)
            seen.add(head.name)
            yield head.name, ArchivedFile(path, archive.extractfile(head))
        with _telling_damage(path):
            while packed.read(PART):
                pass


class ArchivedFile(io.RawIOBase):
    """A member's content. Damage that comes to light while it is read is raised as DamagedBackup."""

    def __init__(self, path: Path, file: IO[bytes] | None) -> None:
        assert file is not None
        self._path, self._file = path, file

    def read(self, size: int = -1) -> bytes:
        with _telling_damage(self._path):
            return self._file.read(size)


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as fault:
        raise DamagedBackup(f"{path} is damaged, cut off or no backup of the portal ({fault}).") from fault


def _check_head(head: tarfile.TarInfo, seen: set[str]) -> None:
    name = head.name
    parts = name.split("/")
    if head.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or head.issparse():
        raise DamagedBackup(f"{name!r} in the backup is a link, a folder or a device, which no backup holds.")
    if not name or "\\" in name or "\0" in name or {"", ".", ".."} & set(parts):
        raise DamagedBackup(f"{name!r} in the backup leads out of its folder, so nothing was written.")
    if name in seen:
        raise DamagedBackup(f"{name!r} is in the backup twice.")
    if name not in {MANIFEST, *DATABASES.values()} and not name.startswith(FILES):
        raise DamagedBackup(f"{name!r} has no place in a backup.")


def verified(path: Path, *, database_to: Path) -> Manifest:
    """The manifest of an archive in which every size and hash is right; its database is written to a new file.

    Raises BackupError, and OSError where a file can't be read or written.
    """
    found: dict[str, Member] = {}
    said: bytes | None = None
    for name, content in members(path):
        if name == MANIFEST:
            said = _bounded(content)
        elif name in DATABASES.values():
            # "x": a second database in the archive finds the first one's file.
            try:
                with database_to.open("xb") as copy:
                    found[name] = digest_of(content, copy.write)
            except FileExistsError:
                raise DamagedBackup("The backup holds two databases.") from None
        else:
            found[name] = digest_of(content)
    if said is None:
        raise DamagedBackup(f"{path} has no manifest: it is cut off, or no backup of the portal.")
    manifest = _read(said)
    _compare(manifest.members, found)
    return manifest


def _bounded(content: "ArchivedFile") -> bytes:
    said = bytearray()
    while part := content.read(PART):  # one large read would set aside the most at once
        said += part
        if len(said) > MOST_MANIFEST_BYTES:
            raise DamagedBackup("The backup's manifest is far too long.")
    return bytes(said)


def _read(said: bytes) -> Manifest:
    try:
        values: dict[str, Any] = json.loads(said)
        if int(values["format"]) > FORMAT:
            raise BackupError(
                f"The backup was made by a newer version of the portal ({values.get('product')}). Use that version."
            )
        manifest = Manifest(
            **{**values, "members": {name: Member(**member) for name, member in values["members"].items()}}
        )
        held = {name for name in manifest.members if not name.startswith(FILES)}
        if held != {manifest.database}:
            raise DamagedBackup("The backup doesn't hold exactly one database.")
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise DamagedBackup("The backup's manifest can't be read.") from fault
    return manifest


def _compare(wanted: dict[str, Member], found: dict[str, Member]) -> None:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            raise DamagedBackup(f"{name!r} is missing from the backup.")
        if name not in wanted:
            raise DamagedBackup(f"{name!r} is in the backup, but its manifest doesn't know it.")
        if wanted[name] != found[name]:
            raise DamagedBackup(f"{name!r} in the backup isn't what was saved: its size or SHA-256 differs.")
