"""What is done with a group's papers: note how one stands, take a file, look at a lead's file, list what is due.

An expired paper counts as missing from the day it expires. Each change is kept, so that any day can be told again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete
from django.dispatch import Signal
from django.utils import timezone

from groups import trail
from groups.models import CommunityGroup, Credential, CredentialChange, CredentialFile, CredentialKind, User
from toolkit_portal.core.attachment_files import Prepared
from toolkit_portal.core.dates import end_of
from toolkit_portal.core.kept_files import delete_on_commit, digest, parts_of, store
from toolkit_portal.core.uploads import UploadError

FACTS = (
    "state",
    "why_not_needed",
    "issued_on",
    "expires_on",
    "review_on",
    "pounds",
    "checked_by",
    "checked_on",
    "note",
)
FOLDER = "papers/"
MOST_FILES = 20
# Days before a paper expires on which an officer and the lead are told.
WARNED_DAYS = (60, 14)

State = Credential.State
# Sent with groups= (ids) and cause= (words) after what groups have in hand has changed: their routes follow.
readiness_changed = Signal()


class StalePaper(ValueError):
    """The paper was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Credential) -> None:
        super().__init__("This paper was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another paper's file."""


@dataclass(frozen=True)
class PaperLine:
    """One kind of paper as it stands for a group on a day."""

    kind: CredentialKind
    credential: Credential | None
    state: str
    """A value of Credential.State; an expired one is MISSING here."""
    expired_on: date | None
    """The day it ran out, where it has."""
    days_left: int | None
    """Days until it expires, where it is in place and will."""

    @property
    def words(self) -> str:
        """How it stands, in words."""
        return "Expired" if self.expired_on else str(State(self.state).label)

    @property
    def holds(self) -> bool:
        return self.state == State.IN_PLACE

    @property
    def sum_words(self) -> str:
        """The sum it is for, such as £5,000,000; empty without one."""
        paper = self.credential
        return f"£{paper.pounds:,}" if paper is not None and paper.pounds is not None else ""

    @property
    def expires_soon(self) -> bool:
        """Whether it runs out within the days of the first warning."""
        return self.days_left is not None and self.days_left <= WARNED_DAYS[0]

    @property
    def is_urgent(self) -> bool:
        """Whether it runs out within the days of the second warning."""
        return self.days_left is not None and self.days_left <= WARNED_DAYS[1]


def papers_of(group: CommunityGroup, day: date) -> list[PaperLine]:
    """Every kind that is offered, or that the group has, in the list's order. Two queries."""
    return matrix_of([group], day)[group.pk]


def matrix_of(groups: Sequence[CommunityGroup], day: date) -> dict[int, list[PaperLine]]:
    """The same for several groups, by group; all have the same kinds in the same order. Two queries."""
    found: dict[tuple[int, int], Credential] = {
        (paper.group_id, paper.kind_id): paper for paper in Credential.objects.filter(group__in=groups)
    }
    used = {kind for _, kind in found}
    kinds = [kind for kind in CredentialKind.objects.all() if kind.is_current or kind.pk in used]
    return {
        group.pk: [line_of(kind, found.get((group.pk, kind.pk)), day) for kind in kinds] for group in groups
    }


def line_of(kind: CredentialKind, paper: Credential | None, day: date) -> PaperLine:
    """One kind and the group's row of it, None where it has none."""
    if paper is None:
        return PaperLine(kind, None, State.MISSING, None, None)
    if paper.is_expired(day):
        return PaperLine(kind, paper, State.MISSING, paper.expires_on, None)
    left = (
        (paper.expires_on - day).days
        if paper.state == State.IN_PLACE and paper.expires_on is not None
        else None
    )
    return PaperLine(kind, paper, paper.state, None, left)


def set_paper(
    *, group: CommunityGroup, kind: CredentialKind, by: User | None, version: int, **facts: Any
) -> Credential:
    """Notes how a paper stands. facts: FACTS. version is what the writer read, 0 where there was none.

    Saving what is stored already changes nothing. Raises StalePaper where the paper is newer and differs, ValueError
    for facts that contradict each other.
    """
    check_facts(facts)
    with transaction.atomic():
        CommunityGroup.objects.select_for_update().get(pk=group.pk)
        paper = Credential.objects.filter(group=group, kind=kind).first()
        if paper is None:
            if version:
                raise ValueError("This paper was removed in the meantime.")
            paper = Credential(group=group, kind=kind, version=0)
        elif all(getattr(paper, name) == value for name, value in facts.items()):
            return paper
        elif paper.version != version:
            raise StalePaper(paper)
        for name, value in facts.items():
            setattr(paper, name, value)
        paper.version += 1
        paper.changed_by = by
        paper.save()
        keep_change(paper, by)
        # One that has run out is called so, though somebody notes it as in place.
        state = "expired" if paper.is_expired(timezone.localdate()) else paper.get_state_display().lower()
        readiness_changed.send(Credential, groups=[group.pk], cause=f"{kind}: {state}")
        return paper


def keep_change(paper: Credential, by: User | None, at: datetime | None = None) -> CredentialChange:
    """Keeps how the paper stands now, or stood at a moment."""
    return CredentialChange.objects.create(
        credential=paper,
        recorded_by=by,
        recorded_at=at or timezone.now(),
        **{name: getattr(paper, name) for name in FACTS},
    )


def check_facts(facts: dict[str, Any]) -> None:
    """Raises ValueError where facts contradict each other."""
    if facts.get("state") == State.NOT_NEEDED and not str(facts.get("why_not_needed", "")).strip():
        raise ValueError("Say why it isn't needed yet.")
    issued, expires = facts.get("issued_on"), facts.get("expires_on")
    if issued and expires and expires < issued:
        raise ValueError("It can't expire before it was issued.")
    if issued and issued > timezone.localdate():
        raise ValueError("The day it was issued is still to come.")
    if bool(facts.get("checked_by")) != bool(facts.get("checked_on")):
        raise ValueError("Say both who checked it and when.")


# Files


def add_file(
    *,
    group: CommunityGroup,
    kind: CredentialKind,
    by: User,
    prepared: Prepared,
    client_id: UUID,
    adopted_on: date | None = None,
) -> CredentialFile:
    """Stores a file of a paper. An officer's own counts as accepted; what a lead sends waits for an officer.

    adopted_on is the day on which the group adopted the paper, where the sender says so.

    A client_id used before returns what it stored. Raises ForeignForm where that is another paper's, UploadError where
    the paper has MOST_FILES already.
    """
    if (made := _made_before(client_id, group, kind)) is not None:
        return made
    is_officers = group.lio_id in by.roles.officer_lio_ids
    name = store(prepared.content, FOLDER, prepared.ending)
    try:
        with transaction.atomic():
            CommunityGroup.objects.select_for_update().get(pk=group.pk)
            paper, is_new = Credential.objects.get_or_create(
                group=group, kind=kind, defaults={"changed_by": by}
            )
            if is_new:
                keep_change(paper, by)
            if paper.files.count() >= MOST_FILES:
                raise UploadError(f"A paper holds {MOST_FILES} files at most. Delete one first.")
            file = CredentialFile.objects.create(
                client_id=client_id,
                credential=paper,
                filename=prepared.filename,
                kind=prepared.kind,
                file=name,
                size=prepared.content.size,
                sha256=digest(prepared.content),
                uploaded_by=by,
                verdict=CredentialFile.Verdict.ACCEPTED if is_officers else CredentialFile.Verdict.TO_CHECK,
                judged_by=by if is_officers else None,
                judged_at=timezone.now() if is_officers else None,
                adopted_on=adopted_on,
            )
        name = ""
        return file
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := _made_before(client_id, group, kind)) is not None:
            return made
        raise
    finally:
        if name:
            default_storage.delete(name)


def _made_before(client_id: UUID, group: CommunityGroup, kind: CredentialKind) -> CredentialFile | None:
    file = CredentialFile.objects.select_related("credential").filter(client_id=client_id).first()
    if file is not None and (file.credential.group_id, file.credential.kind_id) != (group.pk, kind.pk):
        raise ForeignForm("This form belongs to another paper.")
    return file


def judge_file(*, file: CredentialFile, by: User, accept: bool, why: str = "") -> CredentialFile:
    """An officer accepts a lead's file or says why not. Twice the same changes nothing.

    Raises ValueError without a reason for refusing, and where it has been judged otherwise already.
    """
    verdict = CredentialFile.Verdict.ACCEPTED if accept else CredentialFile.Verdict.REFUSED
    if not accept and not why.strip():
        raise ValueError("Say why, so that the group knows what to put right.")
    with transaction.atomic():
        current = CredentialFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if current.verdict == verdict:
            return current
        if current.verdict != CredentialFile.Verdict.TO_CHECK:
            raise ValueError("A colleague has decided on this file already.")
        current.verdict, current.judged_by, current.judged_at = verdict, by, timezone.now()
        current.why_refused = "" if accept else why.strip()[:250]
        current.save()
        return current


def remove_file(*, file: CredentialFile) -> None:
    """Deletes a file with its content. Twice changes nothing."""
    with transaction.atomic():
        current = CredentialFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
        if current is not None:
            current.delete()


def content_of(file: CredentialFile, *, by: User) -> Any:
    """The stored file in parts; that it was asked for enters the trail. Raises DamagedFile."""
    parts = parts_of(str(file.file.name), file.sha256)
    trail.record("paper downloaded", file, by=by, kind=file.kind)
    return parts


# What is due


def expiring(groups: QuerySet[CommunityGroup], day: date) -> QuerySet[Credential]:
    """Papers in place that run out within the days of the first warning, or have, soonest first."""
    return (
        Credential.objects.filter(
            group__in=groups.filter(status=CommunityGroup.Status.ACTIVE),
            state=State.IN_PLACE,
            expires_on__lte=day + timedelta(days=WARNED_DAYS[0]),
        )
        .select_related("group", "kind")
        .order_by("expires_on", "group__name", "pk")
    )


def to_look_at_again(groups: QuerySet[CommunityGroup], day: date) -> QuerySet[Credential]:
    """Papers in place whose day to look at them again has come, the longest ago first."""
    return (
        Credential.objects.filter(
            group__in=groups.filter(status=CommunityGroup.Status.ACTIVE),
            state=State.IN_PLACE,
            review_on__lte=day,
        )
        .exclude(expires_on__lte=day)
        .select_related("group", "kind")
        .order_by("review_on", "group__name", "pk")
    )


def files_to_check(groups: QuerySet[CommunityGroup]) -> QuerySet[CredentialFile]:
    """Files that leads have sent and nobody has looked at, oldest first."""
    return (
        CredentialFile.objects.filter(verdict=CredentialFile.Verdict.TO_CHECK, credential__group__in=groups)
        .select_related("credential__group", "credential__kind", "uploaded_by")
        .order_by("uploaded_at", "pk")
    )


def as_at(groups: Iterable[int], day: date) -> list[CredentialChange]:
    """How each paper of these groups stood at the end of a day in London: the newest change until then.

    One query. A paper that had no change yet isn't among them.
    """
    end = end_of(day)
    changes = (
        CredentialChange.objects.filter(credential__group__in=groups, recorded_at__lt=end)
        .select_related("credential__kind")
        .order_by("credential", "-recorded_at", "-pk")
    )
    found: dict[int, CredentialChange] = {}
    for change in changes.iterator(chunk_size=5000):
        found.setdefault(change.credential_id, change)
    return list(found.values())


def kinds_by_name() -> dict[str, CredentialKind]:
    """Kinds by every name a spreadsheet may use for them, in small letters: key, label and other names."""
    found: dict[str, CredentialKind] = {}
    kinds = list(CredentialKind.objects.all())
    for kind in kinds:
        for name in kind.other_names.split("\n"):
            if name.strip():
                found.setdefault(name.strip().casefold(), kind)
    # A kind's own name goes before another's other name.
    for kind in kinds:
        found[kind.key.casefold()] = found[kind.label.casefold()] = kind
    return found


def kinds_in_use() -> QuerySet[CredentialKind]:
    """Kinds that forms offer today."""
    return CredentialKind.objects.filter(retired_on__isnull=True)


def follow() -> None:
    """Connects the signal that deletes files with their rows; called once when the app is ready."""
    post_delete.connect(_remove_file_on_commit, sender=CredentialFile, dispatch_uid="credential-files")


def _remove_file_on_commit(sender: Any, instance: CredentialFile, **kwargs: Any) -> None:
    delete_on_commit(str(instance.file.name))
