"""Archives that are damaged or made to do harm are refused before anything is written; failures leave nothing."""

import gzip
import hashlib
import json
import sqlite3
import tarfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tests.toolkit_portal import backup_acts as acts
from toolkit_portal.core import backup_sqlite
from toolkit_portal.core.backups import (
    BackupError,
    DamagedBackup,
    check_backup,
    make_backup,
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of a small SQLite database and three files."""
    path = acts.small_backup(tmp_path)
    check_backup(path)
    return path


def refused(path: Path, target: Path, words: str = "[a-z]") -> None:
    """Neither checked nor restored, and nothing is written, not even for a moment that a crash could keep."""
    with pytest.raises(DamagedBackup, match=words):
        check_backup(path)
    with pytest.raises(DamagedBackup, match=words):
        acts.restore_small(path, target)
    assert acts.left_in(target) == []


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    head = tarfile.TarInfo(name)
    head.size = len(content)
    for field, value in fields.items():
        setattr(head, field, value)
    return head, content


def flipped(content: bytes, place: int) -> bytes:
    """The archive with a bit changed there, or at the next place where that changes what is in it.

    Among zeros a copy from elsewhere gives the same zeros, and nothing is damaged then.
    """
    for at in range(place, len(content)):
        damaged = content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]
        try:
            if gzip.decompress(damaged) != gzip.decompress(content):
                return damaged
        except (OSError, EOFError, zlib.error):
            return damaged
    raise AssertionError("No bit behind that place matters.")


@pytest.mark.parametrize("part", range(12))
def test_a_flipped_bit_is_found(small: Path, tmp_path: Path, part: int):
    content = small.read_bytes()
    broken = tmp_path / "broken.tar.gz"
    # From behind gzip's own head, whose date and system mean nothing, to the last byte of its sum and length.
    broken.write_bytes(flipped(content, 10 + (len(content) - 11) * part // 11))
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
    refused(acts.changed(small, "manifest.json", acts.says(**values)), tmp_path / "target", words)


def test_an_archive_of_a_later_form_asks_for_the_newer_portal(small: Path, tmp_path: Path):
    with pytest.raises(BackupError, match="newer version"):
        check_backup(acts.changed(small, "manifest.json", acts.says(format=2)))


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


def test_a_damaged_page_makes_no_backup(tmp_path: Path):
    database = acts.small_database(tmp_path / "portal.sqlite3", rows=2000)
    with (tmp_path / "portal.sqlite3").open("r+b") as file:
        file.seek(4 * 4096)  # a page of rows
        file.write(b"\xff" * 4096)
    with pytest.raises(BackupError, match=r"damaged|can't be copied"):
        make_backup(
            tmp_path / "backup.tar.gz",
            connection=database,
            storage=acts.storage_at(tmp_path / "files"),
            file_columns=[],
        )
    assert acts.left_in(tmp_path) == ["portal.sqlite3"]


def test_an_index_that_lacks_a_row_makes_no_backup(tmp_path: Path):
    """Every row can be read and counted; only SQLite's own check tells that searches would miss one."""
    place = tmp_path / "portal.sqlite3"
    database = acts.small_database(place)
    with closing(sqlite3.connect(place)) as raw, raw:
        raw.execute("CREATE INDEX by_name ON place (name)")
        index = raw.execute("SELECT * FROM sqlite_master WHERE name = 'by_name'").fetchone()
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("DELETE FROM sqlite_master WHERE name = 'by_name'")
    with closing(sqlite3.connect(place)) as raw, raw:
        raw.execute("INSERT INTO place VALUES (1000, 'Not in the index')")
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
    with pytest.raises(BackupError, match="by_name"):
        make_backup(
            tmp_path / "backup.tar.gz",
            connection=database,
            storage=acts.storage_at(tmp_path / "files"),
            file_columns=[],
        )
    assert acts.left_in(tmp_path) == ["portal.sqlite3"]
