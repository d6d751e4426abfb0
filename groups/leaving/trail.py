"""What the trail says of those who leave: entries that go, names that are replaced, and the one entry that stays."""

from collections import defaultdict
from collections.abc import Iterable

from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from groups.leaving.names import Names
from groups.leaving.registry import group_kinds
from groups.models import CommunityGroup, User

BATCH = 500
ERASED_GROUP = "a group that was erased"


def ids_of_group(group: CommunityGroup) -> dict[type[Model], set[str]]:
    """The ids, as text, of all records that go with a group: those there are and those the trail remembers.

    A record removed long ago still has its entries, which name the group. They are found by what they belonged to.
    """
    ids: dict[type[Model], set[str]] = defaultdict(set)
    for kind in reversed(group_kinds):
        if kind.empty is not None:
            continue  # it stays, and so does its history
        goes = {str(pk) for pk in kind.goes(group).values_list("pk", flat=True)}
        parents = [
            (field.name, ids[field.related_model])
            for field in kind.model._meta.concrete_fields
            if (field.many_to_one or field.one_to_one) and field.related_model in ids
        ]
        remembered: set[str] = set()
        for name, known in parents:
            for part in batches(known):
                remembered |= set(
                    _entries(kind.model)
                    .filter(Q(**{f"changes__{name}__0__in": part}) | Q(**{f"changes__{name}__1__in": part}))
                    .values_list("object_pk", flat=True)
                )
        # What is still there and doesn't go, such as a record that another group told of too, keeps its history.
        ids[kind.model] |= goes | (remembered - _there(kind.model, remembered - goes))
    return ids


def entries_of(ids: dict[type[Model], set[str]]) -> list[QuerySet[LogEntry]]:
    """The entries about these records, as querysets that share none."""
    return [
        _entries(model).filter(object_pk__in=part) for model, known in ids.items() for part in batches(known)
    ]


def forget(ids: dict[type[Model], set[str]]) -> int:
    """Deletes the entries about these records, the emergency admin's too. Returns how many went."""
    gone = sum(entries.delete()[0] for entries in entries_of(ids))
    for model, known in ids.items():
        content_type = ContentType.objects.get_for_model(model)
        for part in batches(known):
            gone += AdminEntry.objects.filter(content_type=content_type, object_id__in=part).delete()[0]
    return gone


def names_of_group(group: CommunityGroup) -> Names:
    """The group's names, those it had before among them as far as the trail goes back."""
    names = [group.name, *group.other_names_list]
    for changes in _entries(CommunityGroup).filter(object_pk=str(group.pk)).values_list("changes", flat=True):
        if isinstance(changes, dict):
            for name in changes.get("name") or ():
                names.append(str(name))
            for several in changes.get("other_names") or ():
                names += str(several).splitlines()
    return Names(name for name in names if name not in {"None", ""})


def replace_links(names: Names) -> int:
    """Takes the group's names out of entries that say it was linked to another record. Returns how many changed."""
    changed = 0
    for field in CommunityGroup._meta.get_fields():
        if not (field.many_to_many and field.auto_created and isinstance(field.related_model, type)):
            continue
        linked = field.remote_field.name  # type: ignore[union-attr]
        entries = _entries(field.related_model).filter(changes__has_key=linked)
        changed += rewrite(entries, names, ERASED_GROUP)
    return changed


def rewrite(entries: QuerySet[LogEntry], names: Names, by: str) -> int:
    """Replaces names in what the entries say. Returns how many entries changed."""
    changed = 0
    for entry in entries.iterator(chunk_size=BATCH):
        before = (entry.object_repr, entry.changes, entry.changes_text, entry.additional_data)
        after = tuple(names.replaced(value, by) for value in before)
        if after != before:
            entry.object_repr, entry.changes, entry.changes_text, entry.additional_data = after
            entry.save(update_fields=["object_repr", "changes", "changes_text", "additional_data"])
            changed += 1
    return changed


def rewrite_admin(names: Names, by: str) -> int:
    """The same for the emergency admin's own entries."""
    changed = 0
    for entry in AdminEntry.objects.filter(names.condition("object_repr", "change_message")).iterator():
        entry.object_repr = names.replaced(entry.object_repr, by)[:200]
        entry.change_message = names.replaced(entry.change_message, by)
        entry.save(update_fields=["object_repr", "change_message"])
        changed += 1
    return changed


def mentioning(names: Names) -> QuerySet[LogEntry]:
    """Entries in which one of the names may stand."""
    return LogEntry.objects.annotate(
        changes_written=Cast("changes", TextField()), facts_written=Cast("additional_data", TextField())
    ).filter(names.condition("object_repr", "changes_text", "changes_written", "facts_written"))


def of_models(models: Iterable[type[Model]]) -> Q:
    """A filter for entries about records of these models."""
    return Q(content_type__in=ContentType.objects.get_for_models(*models).values())


def note(act: str, *, about: type[Model], pk: int | None, by: User | None, **facts: object) -> LogEntry:
    """Writes an act about a record that is no more, or about none. facts are plain values without names."""
    return LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(about),
        object_pk="" if pk is None else str(pk),
        object_id=pk,
        object_repr="",
        action=LogEntry.Action.ACCESS,
        changes="",
        actor=by,
        actor_email=by.email if by else None,
        additional_data={"act": act, **facts},
    )


def batches(known: Iterable[str]) -> Iterable[list[str]]:
    """The ids in parts that a query can take."""
    listed = sorted(known)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))


def _entries(model: type[Model]) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model)).order_by()


def _there(model: type[Model], ids: set[str]) -> set[str]:
    return {
        str(pk)
        for part in batches(ids)
        for pk in model._base_manager.filter(pk__in=part).values_list("pk", flat=True)
    }
