"""Making and changing the records of influence and partnership so that nobody's words are lost.

A form's id makes one record, however often it is sent. A save over a colleague's change is refused.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction

from groups.models import User

M = TypeVar("M", bound=models.Model)


class StaleRecord(ValueError):
    """The record was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Any) -> None:
        super().__init__("This was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another record."""


def make(
    model: type[M],
    *,
    client_id: UUID,
    owner: Mapping[str, models.Model],
    by: User | None,
    lists: Mapping[str, Iterable],
    **fields: Any,
) -> tuple[M, bool]:
    """The new record, or the one that the client_id has made before, and whether it is new.

    owner: the one field that says whose it is. Raises ForeignForm where the made one is somebody else's.
    """
    if (made := made_before(model, client_id, owner)) is not None:
        return made, False
    try:
        with transaction.atomic():
            record = model._base_manager.create(
                client_id=client_id, created_by=by, changed_by=by, **owner, **fields
            )
            for name, values in lists.items():
                getattr(record, name).set(values)
            return record, True
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := made_before(model, client_id, owner)) is not None:
            return made, False
        raise


def made_before(model: type[M], client_id: UUID, owner: Mapping[str, models.Model]) -> M | None:
    """What a form has made already. Raises ForeignForm where it is somebody else's."""
    record = model._base_manager.filter(client_id=client_id).first()
    if record is not None and any(getattr(record, f"{name}_id") != whose.pk for name, whose in owner.items()):
        raise ForeignForm("This form belongs to another record.")
    return record


def change(record: M, *, by: User, version: int, lists: Mapping[str, Iterable], **fields: Any) -> M:
    """The record with other fields and lists. Saving what is stored already changes nothing.

    version is what the writer read. Raises StaleRecord where the stored one is newer and differs, and the model's
    DoesNotExist where it was deleted in the meantime.
    """
    with transaction.atomic():
        current: Any = type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
        wanted = {name: {one.pk for one in values} for name, values in lists.items()}
        if all(getattr(current, name) == value for name, value in fields.items()) and all(
            set(getattr(current, name).values_list("pk", flat=True)) == ids for name, ids in wanted.items()
        ):
            return current
        if current.version != version:
            raise StaleRecord(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.changed_by = by
        current.save()
        for name, ids in wanted.items():
            getattr(current, name).set(ids)
        return current


def delete(record: models.Model) -> None:
    """Deletes a record. Twice changes nothing."""
    with transaction.atomic():
        current = type(record)._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
        if current is not None:
            current.delete()
