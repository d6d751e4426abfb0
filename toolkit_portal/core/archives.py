"""Zip archives (XLSX, ODS, DOCX …) checked before anything is unpacked."""

import lzma
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO


class ArchiveError(ValueError):
    """The archive is broken, encrypted or would unpack to too much. The message is fit to show."""


_DAMAGED = "The file is damaged and can't be opened."
# What Python's zip reader raises on broken or unusual archives.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    OSError,
    ValueError,
    LookupError,
    RuntimeError,
    EOFError,
)


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """How much an archive may hold. A year's sheet of 20,000 rows unpacks to about 40 MB."""

    entries: int = 2_000
    unpacked_bytes: int = 150 * 1024 * 1024
    # Spreadsheets shrink to a tenth, very regular ones to a fiftieth; deflate's own limit is a thousandth.
    ratio: int = 200
    # Below this size a high ratio harms nobody.
    ratio_from_bytes: int = 5 * 1024 * 1024


def check_archive(file: BinaryIO, *, limits: ArchiveLimits | None = None) -> tuple[str, ...]:
    """The names in a zip archive, after checking its directory; nothing is unpacked.

    The sizes are those that the archive states. Who unpacks it must also bound memory, since they may lie.
    Raises ArchiveError.
    """
    limits = limits or ArchiveLimits()
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except _BROKEN:
        raise ArchiveError(_DAMAGED) from None
    if len(entries) > limits.entries:
        raise ArchiveError("The file holds far more parts than a document needs, so it wasn't opened.")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ArchiveError("The file is locked with a password. Save it without one and try again.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.unpacked_bytes or (
        unpacked > limits.ratio_from_bytes and unpacked > limits.ratio * max(packed, 1)
    ):
        raise ArchiveError("The file would unpack to far more than its size, so it wasn't opened.")
    return tuple(entry.filename for entry in entries)


def read_start(file: BinaryIO, name: str, most_bytes: int) -> bytes:
    """The first bytes of one entry of an archive that was checked. Raises ArchiveError."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(name) as entry:
            return entry.read(most_bytes)
    except _BROKEN:
        raise ArchiveError(_DAMAGED) from None
