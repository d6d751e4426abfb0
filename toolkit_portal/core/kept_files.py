"""Files kept under private names: stored whole, known by their SHA-256, handed out to whoever may have them."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http.response import HttpResponseBase

from toolkit_portal.core.attachment_files import Prepared
from toolkit_portal.core.uploads import private_name

PART = 1024 * 1024
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; sandbox"


class DamagedFile(Exception):
    """The stored file is gone or isn't what was stored."""


def digest(file: Any) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Rewinds it."""
    made = hashlib.sha256()
    file.seek(0)
    while part := file.read(PART):
        made.update(part)
    file.seek(0)
    return made.hexdigest()


def id_of_file(form: UUID, owner: object, file: Any) -> UUID:
    """The client id of one of a form's files: the same for the same content sent again to the same record."""
    return uuid5(form, f"{owner} {digest(file)}")


def store(content: Any, folder: str, ending: str) -> str:
    """Stores a file in a folder ("papers/") and returns its private name."""
    content.seek(0)
    return default_storage.save(private_name(folder, ending), content)


def store_prepared(prepared: Prepared, folder: str) -> tuple[str, str]:
    """Stores a file and its small picture; their private names, the picture's empty where there is none."""
    name = store(prepared.content, folder, prepared.ending)
    if not prepared.thumbnail:
        return name, ""
    try:
        ending = "jpg" if prepared.thumbnail.startswith(b"\xff\xd8") else "png"
        return name, store(ContentFile(prepared.thumbnail), folder, ending)
    except BaseException:
        default_storage.delete(name)
        raise


def delete_on_commit(*names: str) -> None:
    """Deletes stored files once it is certain: a file that is gone doesn't come back with a transaction."""

    def remove() -> None:
        for name in filter(None, names):
            default_storage.delete(name)

    transaction.on_commit(remove)


def parts_of(name: str, sha256: str) -> Iterator[bytes]:
    """The stored file in parts. Raises DamagedFile, before the first part, where it isn't what was stored."""
    with opened(name) as file:
        if digest(file) != sha256:
            raise DamagedFile
    return _parts(name)


def _parts(name: str) -> Iterator[bytes]:
    # Opened when the first part is asked for: an answer that nobody reads leaves no file open.
    with default_storage.open(name) as file:
        while part := file.read(PART):
            yield part


def opened(name: str) -> Any:
    """The stored file, open. Raises DamagedFile where it is gone."""
    try:
        return default_storage.open(name)
    except OSError:
        raise DamagedFile from None


def harmless(response: HttpResponseBase) -> HttpResponseBase:
    """The answer with headers under which nothing in it runs, whatever it holds."""
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
