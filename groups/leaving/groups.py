"""A group leaves: everything the portal holds of it goes, its history and its files included."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.db import connection, models, transaction

from groups.jobs.fence import raise_fence
from groups.leaving import files, registry, trail
from groups.models import CommunityGroup, Membership, User


class Reason(models.TextChoices):
    """Why a group is erased. A list, so that nothing about the group is written down."""

    ASKED = "asked", "The group asked for it"
    EXPIRED = "expired", "The time for keeping it is over"
    MISTAKE = "mistake", "It was entered by mistake"
    TWICE = "twice", "It was there twice"


@dataclass
class GroupErasure:
    """What goes, or went, with a group: rows by kind, entries of the trail, files and those not removed."""

    group_id: int
    rows: dict[str, int] = field(default_factory=dict)
    trail: int = 0
    files: int = 0
    files_left: list[str] = field(default_factory=list)
    entry: LogEntry | None = None
    # Accounts whose only role was lead of this group. They stay; erasing a person is an act of its own.
    leads_without_role: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Everything by kind, without kinds of which there is nothing."""
        return {title: number for title, number in self._all() if number}

    def _all(self) -> Iterator[tuple[str, int]]:
        yield from self.rows.items()
        yield "Entries of the trail", self.trail
        yield "Stored files", self.files


@contextmanager
def erasing() -> Iterator[None]:
    """One transaction, in which deleting writes no new entries about what is deleted, and no job starts.

    On SQLite with a write-ahead log, the log is emptied afterwards: it holds old pages.
    """
    with transaction.atomic(), disable_auditlog():
        raise_fence()
        yield
        for act in registry.after_erasure:
            act()
        if connection.vendor == "sqlite":
            transaction.on_commit(_empty_the_log, robust=True)


def what_goes(group: CommunityGroup) -> GroupErasure:
    """What erasing this group would take with it. Changes nothing."""
    found = GroupErasure(group_id=group.pk)
    for kind in registry.group_kinds:
        rows = kind.goes(group)
        found.rows[kind.title] = rows.count()
        found.files += len(registry.files_of(rows))
    found.files += sum(len(loose(group)) for loose in registry.loose_files)
    found.trail = sum(entries.count() for entries in trail.entries_of(trail.ids_of_group(group)))
    found.leads_without_role = _leads_without_role(group)
    return found


def erase_group(*, group: CommunityGroup, by: User | None, reason: str) -> GroupErasure:
    """Erases a group with all that hangs on it. Files go after the commit; files_left names those that couldn't.

    One entry of the trail stays: who, when, why and how many of each kind, without a name. Raises ValueError for a
    reason that isn't one of Reason, and CommunityGroup.DoesNotExist where the group has gone meanwhile.
    """
    if reason not in Reason.values:
        raise ValueError(f"The reason must be one of: {', '.join(Reason.values)}.")
    with erasing():
        locked = CommunityGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
        erased = what_goes(locked)
        names = trail.names_of_group(locked)
        ids = trail.ids_of_group(locked)
        stored = [name for loose in registry.loose_files for name in loose(locked)]
        for kind in registry.group_kinds:
            rows = kind.goes(locked)
            stored += registry.files_of(rows)
            if kind.empty is not None:
                kind.empty(rows, by)
                continue
            if kind.before is not None:
                kind.before(rows)
            if kind.model is CommunityGroup:
                _unlink(locked)
            # By id: what a kind's rows hang on may be named by a join, and rows can't be deleted through one.
            kind.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()
        # Not before: what names the group is found by the names that the trail remembers.
        trail.forget(ids)
        trail.replace_links(names)
        erased.entry = trail.note(
            "group erased",
            about=CommunityGroup,
            pk=erased.group_id,
            by=by,
            reason=reason,
            counts=erased.counts,
        )
        transaction.on_commit(lambda: erased.files_left.extend(files.remove(stored)))
    return erased


def _unlink(group: CommunityGroup) -> None:
    """Takes the group off records that stay. Deleting the group would do so too, but tell nobody who follows them."""
    for link in CommunityGroup._meta.related_objects:
        if link.many_to_many and (accessor := link.get_accessor_name()):
            getattr(group, accessor).clear()


def _leads_without_role(group: CommunityGroup) -> int:
    leads = Membership.objects.live().filter(group=group).values("user")
    elsewhere = Membership.objects.live().exclude(group=group).values("user")
    return User.objects.filter(pk__in=leads).exclude(pk__in=elsewhere).count()


def _empty_the_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
