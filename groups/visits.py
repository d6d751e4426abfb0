"""What is done with visits: log one, change it, keep and discard drafts. Writes only; pages read by querysets."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from groups.models import CommunityGroup, User, Visit, VisitDraft

MEETING_FIELDS = (
    "happened_on",
    "happened_at",
    "how",
    "place",
    "people_met",
    "who_met",
    "also_present",
    "summary",
    "private_notes",
    "next_on",
    "next_at",
    "next_note",
)


class AlreadyLogged(ValueError):
    """The form with this client id has been logged before. `visit` is the record it made."""

    def __init__(self, visit: Visit) -> None:
        super().__init__("This visit has been logged already.")
        self.visit = visit


class StaleDraft(ValueError):
    """The draft was saved from another window since this one read it. `current` is what is stored."""

    def __init__(self, current: VisitDraft) -> None:
        super().__init__("This draft was changed in another window.")
        self.current = current


class StaleVisit(ValueError):
    """The visit was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Visit) -> None:
        super().__init__("This visit was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another person's or another group's form."""


def log_visit(
    *,
    group: CommunityGroup,
    by: User,
    client_id: UUID,
    happened_on: date,
    topics: list[str],
    happened_at: time | None = None,
    **meeting: Any,
) -> Visit:
    """The visit as a record; its draft is gone. meeting: the rest of MEETING_FIELDS.

    Raises AlreadyLogged with the record that this client id made before, ForeignForm where that is somebody
    else's, and ValueError for a visit in the future or a next date before it.
    """
    if happened_on > timezone.localdate():
        raise ValueError("A visit is logged once it has happened; a planned one is a next date.")
    if (next_on := meeting.get("next_on")) and next_on < happened_on:
        raise ValueError("The next date can't be before the visit.")
    with transaction.atomic():
        _lock_forms_of(by)
        if (logged := visit_of_form(client_id=client_id, group=group, by=by)) is not None:
            raise AlreadyLogged(logged)
        visit = Visit.objects.create(
            group=group,
            officer=by,
            client_id=client_id,
            happened_on=happened_on,
            happened_at=happened_at,
            topics=topics,
            **meeting,
        )
        VisitDraft.objects.filter(client_id=client_id, officer=by).delete()
        return visit


def visit_of_form(*, client_id: UUID, group: CommunityGroup, by: User) -> Visit | None:
    """The visit that this form made before, if any. Raises ForeignForm where it isn't this person's or group's."""
    visit = Visit.objects.filter(client_id=client_id).first()
    if visit is not None and (visit.group_id != group.pk or visit.officer_id != by.pk):
        raise ForeignForm("This form belongs to another visit.")
    return visit


def change_visit(*, visit: Visit, version: int, **meeting: Any) -> Visit:
    """The visit with new MEETING_FIELDS. version is what the writer read; the trail notes who is signed in.

    Saving what is stored already changes nothing. Raises StaleVisit where it is newer and differs.
    """
    with transaction.atomic():
        current = Visit.objects.select_for_update(of=("self",)).select_related("group").get(pk=visit.pk)
        if all(getattr(current, name) == value for name, value in meeting.items()):
            return current
        if current.version != version:
            raise StaleVisit(current)
        for name, value in meeting.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        return current


def save_draft(
    *,
    group: CommunityGroup,
    by: User,
    client_id: UUID,
    fields: Mapping[str, list[str]],
    version: int,
) -> VisitDraft:
    """Keeps a visit form as typed so far. version is what the window read; 0 is "no draft yet".

    Saving what is stored already changes nothing. Raises StaleDraft where another window has saved something
    else since, AlreadyLogged where the form has become a visit, ForeignForm where it is somebody else's.
    """
    # A null character is no text anybody types, and PostgreSQL refuses it.
    wanted = {name: [value.replace("\0", "") for value in values] for name, values in fields.items()}
    with transaction.atomic():
        _lock_forms_of(by)
        if (logged := visit_of_form(client_id=client_id, group=group, by=by)) is not None:
            raise AlreadyLogged(logged)
        draft = VisitDraft.objects.filter(client_id=client_id).first()
        if draft is None:
            return VisitDraft.objects.create(group=group, officer=by, client_id=client_id, fields=wanted)
        if draft.officer_id != by.pk or draft.group_id != group.pk:
            raise ForeignForm("This form belongs to another visit.")
        if draft.fields == wanted:
            return draft
        if draft.version != version:
            raise StaleDraft(draft)
        draft.fields, draft.version, draft.saved_at = wanted, draft.version + 1, timezone.now()
        draft.save(update_fields=["fields", "version", "saved_at"])
        return draft


def discard_draft(draft: VisitDraft) -> None:
    """Deletes a draft for good."""
    draft.delete()


def _lock_forms_of(person: User) -> None:
    """Puts this person's saves in a row until the transaction ends.

    Without it an autosave on its way while the visit is logged could leave a draft of a visit that exists.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
