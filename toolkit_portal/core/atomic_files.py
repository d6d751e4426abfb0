"""Files that are there whole or not at all."""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_output(path: str | os.PathLike[str]) -> Iterator[Path]:
    """The path of a temporary file to write; it takes the place of ``path`` when the block ends well.

    On failure the file that was at ``path`` is untouched and nothing else is left. A device or pipe
    (``/dev/stdout``) is written to at the end instead of being replaced. Raises OSError, with the
    reader's own path in it, when ``path`` is a folder or can't be written.
    """
    special = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    # What /dev/stdout stands for may have no name of its own, such as the pipe of a shell.
    target = Path(path) if special else Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "that is a folder, not a file", str(path))
    if not special and not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    folder = Path(tempfile.gettempdir()) if special else target.parent
    temporary = folder / f".{secrets.token_hex(12)}.part"
    try:
        # The mode of any new file, which is what the process's umask makes of it.
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as fault:
        raise type(fault)(fault.errno, fault.strerror, str(path)) from fault
    try:
        yield temporary
        if special:
            with temporary.open("rb") as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        else:
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
