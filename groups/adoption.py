"""A group has adopted a paper: it is in place from that day, is to be looked at again, and was seen by an officer."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from groups.credentials import State, add_file, judge_file, set_paper
from groups.models import CommunityGroup, Credential, CredentialFile, CredentialKind, User
from toolkit_portal.core.attachment_files import Prepared
from toolkit_portal.core.dates import months_after

LONGEST_NOTE = 2_000


def review_after(kind: CredentialKind, adopted_on: date) -> date | None:
    """The day to look again at a paper of this kind; None where the kind has no such time."""
    return months_after(adopted_on, kind.review_months) if kind.review_months else None


def check_adoption(adopted_on: date, review_on: date | None) -> None:
    """Raises ValueError for a day that is still to come, or a look that comes before it."""
    if adopted_on > timezone.localdate():
        raise ValueError("The day it was adopted is still to come.")
    if review_on is not None and review_on <= adopted_on:
        raise ValueError("The day to look at it again comes after the day it was adopted.")


def adopt_paper(
    *,
    group: CommunityGroup,
    kind: CredentialKind,
    by: User,
    version: int,
    adopted_on: date,
    review_on: date | None = None,
    prepared: Prepared | None = None,
    client_id: UUID | None = None,
) -> Credential:
    """Notes that the group has adopted the paper, and keeps its file where there is one: both or neither.

    Without review_on it is the kind's time after adoption. version is what the writer read, 0 where there was none.
    The same sent again changes nothing. Raises StalePaper where the paper is newer and differs, ForeignForm and
    UploadError as add_file does, ValueError for days that can't be.
    """
    review_on = review_on or review_after(kind, adopted_on)
    check_adoption(adopted_on, review_on)
    with transaction.atomic():
        before = Credential.objects.filter(group=group, kind=kind).first()
        paper = set_paper(
            group=group,
            kind=kind,
            by=by,
            version=version,
            state=State.IN_PLACE,
            why_not_needed="",
            issued_on=adopted_on,
            expires_on=_still_to_come(before, adopted_on),
            review_on=review_on,
            note=_note(before, adopted_on),
            checked_by=str(by)[:150],
            checked_on=timezone.localdate(),
        )
        if prepared is not None and client_id is not None:
            add_file(
                group=group, kind=kind, by=by, prepared=prepared, client_id=client_id, adopted_on=adopted_on
            )
        return paper


def accept_adopted(
    *, file: CredentialFile, by: User, version: int, adopted_on: date, review_on: date | None = None
) -> Credential:
    """Accepts a lead's file and notes its paper as adopted: both or neither.

    Raises ValueError where the file was judged otherwise already, and what adopt_paper raises.
    """
    with transaction.atomic():
        judge_file(file=file, by=by, accept=True)
        return adopt_paper(
            group=file.credential.group,
            kind=file.credential.kind,
            by=by,
            version=version,
            adopted_on=adopted_on,
            review_on=review_on,
        )


def _still_to_come(paper: Credential | None, adopted_on: date) -> date | None:
    """The day on which the paper expires, unless that was the end of the one before."""
    expires_on = paper.expires_on if paper else None
    return (
        expires_on if expires_on is not None and expires_on > max(adopted_on, timezone.localdate()) else None
    )


def _note(paper: Credential | None, adopted_on: date) -> str:
    """The paper's note with a line on the adoption, once; as it was where it has no room."""
    line = f"Adopted on {adopted_on:%-d %B %Y}."
    before = paper.note if paper else ""
    if line in before.splitlines():
        return before
    note = f"{before}\n{line}".strip()
    return note if len(note) <= LONGEST_NOTE else before
