"""Files of jobs while they are made: beside their final place, named after the token of whoever makes them.

They appear under their own name by being renamed, so there is never half a file. What a killed worker leaves is found
by the token.
"""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

FOLDER = "jobs"
PART = "part"
DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Moved(File):
    """A file on this disk that the storage may rename instead of copying it."""

    def temporary_file_path(self) -> str:
        """Where it lies now, as Django's storage asks for it."""
        return str(self.name)


def part_path(token: UUID) -> Path:
    """Where the file is made: on the disk of the finished ones; for a bucket, in the folder for temporary files."""
    name = f"{token.hex}.{PART}"
    if isinstance(default_storage, FileSystemStorage):
        return Path(default_storage.path(f"{FOLDER}/{name}"))
    return Path(tempfile.gettempdir()) / f"portal-job-{name}"


def begin(token: UUID) -> Path:
    """Makes an empty file that only the portal can read, to be written by the job."""
    path = part_path(token)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def finish(token: UUID, ending: str) -> str:
    """Puts the written file in its place, whole, and gives its private name."""
    path = part_path(token)
    with path.open("rb+") as written:
        os.fsync(written.fileno())
        # For a bucket it is read; on a disk it is renamed.
        name = default_storage.save(f"{FOLDER}/{token.hex}.{ending}", Moved(written, name=str(path)))
    path.unlink(missing_ok=True)
    return name


def clear(token: UUID) -> None:
    """Removes whatever was made under this token and isn't the result of a job."""
    with suppress(OSError):
        part_path(token).unlink(missing_ok=True)
    with suppress(OSError):
        for name in default_storage.listdir(FOLDER)[1]:
            if name.startswith(f"{token.hex}."):
                default_storage.delete(f"{FOLDER}/{name}")
