"""What is done with a group's pieces of work: note one, change it, delete it, keep its files (toolkit 2.22, 2.23)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete
from django.utils import timezone

from groups import trail
from groups.credentials import readiness_changed
from groups.models import CommunityGroup, ServiceArea, TrackRecord, TrackRecordFile, User
from toolkit_portal.core.attachment_files import Prepared
from toolkit_portal.core.kept_files import delete_on_commit, digest, parts_of, store
from toolkit_portal.core.uploads import UploadError

FIELDS = (
    "title",
    "for_whom",
    "pounds",
    "starts_on",
    "ends_on",
    "people_reached",
    "outcomes",
    "proves",
    "referee",
    "referee_contact",
    "referee_agreed_on",
)
FOLDER = "work/"
MOST_FILES = 10


class StaleWork(ValueError):
    """The piece of work was changed since it was read. `current` is what is stored."""

    def __init__(self, current: TrackRecord) -> None:
        super().__init__("This piece of work was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another group's piece of work."""


def add_work(
    *,
    group: CommunityGroup,
    by: User | None,
    client_id: UUID,
    services: Iterable[ServiceArea] = (),
    **fields: Any,
) -> TrackRecord:
    """A new piece of work. fields: FIELDS. A client_id used before returns what it made.

    Raises ForeignForm where that is another group's, ValueError for fields that contradict each other.
    """
    if (made := made_before(client_id, group)) is not None:
        return made
    check_fields(fields)
    try:
        with transaction.atomic():
            work = TrackRecord.objects.create(group=group, client_id=client_id, changed_by=by, **fields)
            work.services.set(services)
            readiness_changed.send(TrackRecord, groups=[group.pk], cause="A piece of work was added")
            return work
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := made_before(client_id, group)) is not None:
            return made
        raise


def made_before(client_id: UUID, group: CommunityGroup) -> TrackRecord | None:
    """What a form has made already. Raises ForeignForm where it is another group's."""
    work = TrackRecord.objects.filter(client_id=client_id).first()
    if work is not None and work.group_id != group.pk:
        raise ForeignForm("This form belongs to another group.")
    return work


def change_work(
    *, work: TrackRecord, by: User, version: int, services: Iterable[ServiceArea] | None = None, **fields: Any
) -> TrackRecord:
    """The piece of work with new FIELDS. Saving what is stored already changes nothing.

    Raises StaleWork where it is newer and differs, ValueError as add_work does.
    """
    check_fields(fields)
    with transaction.atomic():
        current = TrackRecord.objects.select_for_update(of=("self",)).select_related("group").get(pk=work.pk)
        wanted = None if services is None else {service.pk for service in services}
        same = wanted is None or wanted == set(current.services.values_list("pk", flat=True))
        if same and all(getattr(current, name) == value for name, value in fields.items()):
            return current
        if current.version != version:
            raise StaleWork(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.changed_by = by
        current.save()
        if wanted is not None:
            current.services.set(wanted)
        readiness_changed.send(TrackRecord, groups=[current.group_id], cause="A piece of work was changed")
        return current


def delete_work(*, work: TrackRecord) -> None:
    """Deletes a piece of work with its files. Twice changes nothing."""
    with transaction.atomic():
        current = (
            TrackRecord.objects.select_for_update(of=("self",))
            .select_related("group")
            .filter(pk=work.pk)
            .first()
        )
        if current is not None:
            group = current.group_id
            current.delete()
            readiness_changed.send(TrackRecord, groups=[group], cause="A piece of work was deleted")


def check_fields(fields: dict[str, Any]) -> None:
    """Raises ValueError where fields contradict each other."""
    starts, ends = fields.get("starts_on"), fields.get("ends_on")
    if starts and ends and ends < starts:
        raise ValueError("It can't end before it began.")
    if fields.get("referee_agreed_on") and not fields.get("referee"):
        raise ValueError("Name the referee who agreed.")
    agreed = fields.get("referee_agreed_on")
    if agreed and agreed > timezone.localdate():
        raise ValueError("The day the referee agreed is still to come.")


def done_until(group: CommunityGroup, day: date) -> QuerySet[TrackRecord]:
    """Pieces of work that had begun by that day, newest first."""
    return TrackRecord.objects.filter(group=group).exclude(starts_on__gt=day).prefetch_related("services")


# Files


def add_file(
    *, work: TrackRecord, by: User, prepared: Prepared, client_id: UUID, description: str = ""
) -> TrackRecordFile:
    """Stores a file of a piece of work. A client_id used before returns what it stored.

    Raises UploadError where it has MOST_FILES already.
    """
    if (made := _file_made_before(client_id, work)) is not None:
        return made
    name = store(prepared.content, FOLDER, prepared.ending)
    try:
        with transaction.atomic():
            current = TrackRecord.objects.select_for_update(of=("self",)).get(pk=work.pk)
            if current.files.count() >= MOST_FILES:
                raise UploadError(f"A piece of work holds {MOST_FILES} files at most. Delete one first.")
            file = TrackRecordFile.objects.create(
                client_id=client_id,
                track_record=current,
                filename=prepared.filename,
                kind=prepared.kind,
                file=name,
                size=prepared.content.size,
                sha256=digest(prepared.content),
                description=description.strip()[:200],
                uploaded_by=by,
            )
        name = ""
        return file
    except TrackRecord.DoesNotExist:
        raise UploadError("The piece of work was deleted in the meantime.") from None
    except IntegrityError:
        if (made := _file_made_before(client_id, work)) is not None:
            return made
        raise
    finally:
        if name:
            default_storage.delete(name)


def _file_made_before(client_id: UUID, work: TrackRecord) -> TrackRecordFile | None:
    file = TrackRecordFile.objects.filter(client_id=client_id).first()
    if file is not None and file.track_record_id != work.pk:
        raise ForeignForm("This form belongs to another piece of work.")
    return file


def remove_file(*, file: TrackRecordFile) -> None:
    """Deletes a file with its content. Twice changes nothing."""
    with transaction.atomic():
        current = TrackRecordFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
        if current is not None:
            current.delete()


def content_of(file: TrackRecordFile, *, by: User) -> Any:
    """The stored file in parts; that it was asked for enters the trail. Raises DamagedFile."""
    parts = parts_of(str(file.file.name), file.sha256)
    trail.record("file of a piece of work downloaded", file, by=by, kind=file.kind)
    return parts


def follow() -> None:
    """Connects the signal that deletes files with their rows; called once when the app is ready."""
    post_delete.connect(_remove_file_on_commit, sender=TrackRecordFile, dispatch_uid="track-record-files")


def _remove_file_on_commit(sender: Any, instance: TrackRecordFile, **kwargs: Any) -> None:
    delete_on_commit(str(instance.file.name))
