"""What the portal holds of a group and of a person, kind by kind. Each app registers its own when it starts.

The order matters: what is registered first goes first. Apps start from the top floor down, so what hangs on a record
goes before it. tests/groups/leaving/test_registry.py fails when a model is forgotten.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import FileField, Model, Q, QuerySet

from groups.models import CommunityGroup, User

# Never part of a copy: secrets, and what only the program needs.
LEFT_OUT = frozenset({"password", "token_hash", "client_id", "version", "name_key", "search_text", "is_demo"})


@dataclass(frozen=True)
class Person:
    """Somebody by their address, with the account of that address where there is one."""

    email: str
    user: User | None


class Fate(Enum):
    """What becomes of a person's records when they are erased."""

    GOES = "goes"
    # It stays and names nobody any more: the account and its roles.
    EMPTIED = "emptied"
    # Written by them about something else: it stays, and its author names nobody.
    STAYS = "stays"


OfGroup = Callable[[CommunityGroup], QuerySet]
OfPerson = Callable[[Person], QuerySet]


@dataclass(frozen=True, kw_only=True)
class GroupKind:
    """One kind of record of a group: all that is held, and what of it goes when the group is erased."""

    model: type[Model]
    title: str
    held: OfGroup
    goes: OfGroup
    # Called with the records that go, before they do: breaks what protects them.
    before: Callable[[QuerySet], None] | None
    # Called instead of deleting the records, for those that stay without content. Their files go all the same.
    empty: Callable[[QuerySet, User | None], None] | None
    # Date and time fields that say when it last changed; a closed group is kept from the newest of them on.
    changed: tuple[str, ...]
    left_out: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class PersonKind:
    """One kind of record of a person."""

    model: type[Model]
    title: str
    held: OfPerson
    fate: Fate
    # For what stays: the fields that name its author.
    fields: tuple[str, ...]
    # Whether a copy for the person holds these records, or only how many there are.
    copied: bool
    left_out: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How long one kind is kept: setting is its key in settings.RETENTION_DAYS.

    due: the records whose time is over, given the moment before which they must have changed last.
    """

    name: str
    title: str
    setting: str
    due: Callable[[datetime], QuerySet]


group_kinds: list[GroupKind] = []
person_kinds: list[PersonKind] = []
rules: list[Rule] = []
# Called in the erasure's transaction when all rows have gone: what is derived from them is put in order.
after_erasure: list[Callable[[], None]] = []
# Names of stored files that belong to a group without a row that names them.
loose_files: list[Callable[[CommunityGroup], list[str]]] = []
# Stored files without a row, by the first folder of their name: whether such a file, last changed then, goes now.
passing_files: dict[str, Callable[[str, datetime], bool]] = {}
# Text fields that hold nothing but a person's name.
name_fields: list[tuple[type[Model], str, str]] = []
# Models that reach a group or a person and yet hold nothing of them, and why.
not_held: dict[type[Model], str] = {}


def along(model: type[Model], path: str) -> OfGroup:
    """The records of a model whose path, such as "plan__group", ends at the group."""

    def records(group: CommunityGroup) -> QuerySet:
        return model._base_manager.filter(**{path: group.pk})

    return records


def of_group(
    model: type[Model],
    title: str,
    held: str | OfGroup,
    *,
    goes: OfGroup | None = None,
    before: Callable[[QuerySet], None] | None = None,
    empty: Callable[[QuerySet, User | None], None] | None = None,
    changed: Iterable[str] = (),
    left_out: Iterable[str] = (),
) -> None:
    """Registers a kind of record of groups. goes: what of the held goes with the group; all of it if left out."""
    records = along(model, held) if isinstance(held, str) else held
    group_kinds.append(
        GroupKind(
            model=model,
            title=title,
            held=records,
            goes=goes or records,
            before=before,
            empty=empty,
            changed=tuple(changed),
            left_out=LEFT_OUT | set(left_out),
        )
    )


def of_person(
    model: type[Model], title: str, held: OfPerson, *, fate: Fate = Fate.GOES, left_out: Iterable[str] = ()
) -> None:
    """Registers a kind of record that is about a person."""
    person_kinds.append(
        PersonKind(
            model=model,
            title=title,
            held=held,
            fate=fate,
            fields=(),
            copied=True,
            left_out=LEFT_OUT | set(left_out),
        )
    )


def written_by(model: type[Model], title: str, *fields: str, copied: bool = False) -> None:
    """Registers records that stay when their author leaves. fields: those that name the author."""

    def records(person: Person) -> QuerySet:
        if person.user is None:
            return model._base_manager.none()
        wanted = Q()
        for field in fields:
            wanted |= Q(**{field: person.user.pk})
        return model._base_manager.filter(wanted)

    person_kinds.append(
        PersonKind(
            model=model,
            title=title,
            held=records,
            fate=Fate.STAYS,
            fields=fields,
            copied=copied,
            left_out=LEFT_OUT,
        )
    )


def kept_for(name: str, title: str, setting: str, due: Callable[[datetime], QuerySet]) -> None:
    """Registers a rule of retention. Rules run in the order of registration."""
    rules.append(Rule(name=name, title=title, setting=setting, due=due))


def holds_nothing(model: type[Model], why: str) -> None:
    """Says that a model near groups or people, or with a file or an address, isn't part of what is held of them."""
    not_held[model] = why


def file_fields(model: type[Model]) -> Iterator[FileField]:
    """The fields of a model that name stored files."""
    return (field for field in model._meta.concrete_fields if isinstance(field, FileField))


def files_of(rows: QuerySet) -> list[str]:
    """The names of the stored files of these rows."""
    names = [field.name for field in file_fields(rows.model)]
    if not names:
        return []
    return [str(name) for row in rows.values_list(*names) for name in row if name]
