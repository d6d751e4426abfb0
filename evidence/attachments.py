"""Files of a record of evidence: stored, read and deleted. toolkit_portal.core.attachment_files decides which."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models.signals import post_delete

from evidence.models import Attachment, Evidence
from evidence.recording import files_changed
from groups import trail
from groups.models import User
from toolkit_portal.core.attachment_files import Prepared
from toolkit_portal.core.kept_files import (
    DamagedFile,
    delete_on_commit,
    digest,
    opened,
    parts_of,
    store_prepared,
)
from toolkit_portal.core.uploads import UploadError

MOST_FILES = 20
FOLDER = "evidence/"


def made_before(record: Evidence, client_id: UUID) -> Attachment | None:
    """The file that this form has stored already."""
    return Attachment.objects.filter(record=record, client_id=client_id).first()


def attach(
    *, record: Evidence, by: User, prepared: Prepared, client_id: UUID, description: str = ""
) -> Attachment:
    """Stores the file with its row, or neither; a reviewed record is a draft again.

    A client_id used before returns what it stored. Raises UploadError where the record has MOST_FILES already.
    """
    if (made := made_before(record, client_id)) is not None:
        return made
    attachment = Attachment(
        client_id=client_id,
        record=record,
        filename=prepared.filename,
        kind=prepared.kind,
        size=prepared.content.size,
        sha256=digest(prepared.content),
        description=description.strip()[:200],
        uploaded_by=by,
    )
    stored: list[str] = []
    try:
        # Before the lock, so that nobody waits for a slow storage.
        stored = list(store_prepared(prepared, FOLDER))
        attachment.file.name, attachment.thumbnail.name = stored
        with transaction.atomic():
            current = files_changed(record=record, by=by)
            if current.attachments.count() >= MOST_FILES:
                raise UploadError(f"A record holds {MOST_FILES} files at most. Delete one first.")
            attachment.save(force_insert=True)
        stored = []
    except Evidence.DoesNotExist:
        raise UploadError("The record was deleted in the meantime.") from None
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := made_before(record, client_id)) is not None:
            return made
        raise
    finally:
        for name in filter(None, stored):
            default_storage.delete(name)
    return attachment


def detach(*, attachment: Attachment, by: User) -> None:
    """Deletes a file; a reviewed record is a draft again. Twice changes nothing."""
    with transaction.atomic():
        current = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment.pk).first()
        if current is not None:
            files_changed(record=current.record, by=by)
            current.delete()


def content_of(attachment: Attachment, *, by: User) -> Iterator[bytes]:
    """The stored file in parts; that it was asked for enters the trail. Raises DamagedFile, before the first part."""
    parts = parts_of(str(attachment.file.name), attachment.sha256)
    trail.record("evidence file downloaded", attachment, by=by, kind=attachment.kind)
    return parts


def thumbnail_of(attachment: Attachment) -> bytes:
    """The small picture, PNG or JPEG. Raises DamagedFile where there is none."""
    if not attachment.thumbnail:
        raise DamagedFile
    with opened(str(attachment.thumbnail.name)) as file:
        content: bytes = file.read()
    return content


def remove_files_on_commit(sender: Any, instance: Attachment, **kwargs: Any) -> None:
    """Deletes a deleted row's files once that is certain; whoever deletes the record deletes its files so too."""
    delete_on_commit(*(str(file.name) for file in (instance.file, instance.thumbnail) if file))


def follow() -> None:
    """Connects the signal; called once when the app is ready."""
    post_delete.connect(remove_files_on_commit, sender=Attachment, dispatch_uid="attachment-files")
