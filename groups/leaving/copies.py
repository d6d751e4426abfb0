"""A copy of everything that is held of a group or a person, as a ZIP of plain data and files (UK GDPR article 15)."""

import json
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.db.models import FileField, Model, QuerySet, TextChoices
from django.utils import timezone
from django.utils.text import capfirst

from groups.history import describe
from groups.leaving import registry, trail
from groups.leaving.people import held
from groups.leaving.registry import Person
from groups.models import CommunityGroup, User


class Purpose(TextChoices):
    """Why a copy is made. It opens a case file, so the trail must say why."""

    ASKED = "asked", "They asked for a copy"
    LEAVING = "leaving", "They leave, and get a copy before they are erased"
    AUTHORITY = "authority", "A court or the Information Commissioner asked for it"


@dataclass
class Copy:
    """What a copy holds: records by kind, the number of files, and files that were missing."""

    counts: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing: list[str] = field(default_factory=list)


def write_group(target: IO[bytes], *, group: CommunityGroup, by: User | None, purpose: str) -> Copy:
    """Writes the copy of a group, with its history and its files, and notes in the trail that it was made.

    Raises ValueError for a purpose that isn't one of Purpose.
    """
    _check(purpose)
    made = Copy()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in reversed(registry.group_kinds):
            _write_rows(archive, kind.title, kind.held(group), kind.left_out, made)
        entries = [entry for part in trail.entries_of(trail.ids_of_group(group)) for entry in part]
        _write_entries(archive, "History", entries, made)
        for name in [name for loose in registry.loose_files for name in loose(group)]:
            _write_file(archive, name, f"files/{name.replace('/', '-')}", made)
        _write_cover(archive, f"the group {group.name}", made)
    _note(CommunityGroup, group.pk, by, purpose, made)
    return made


def write_person(target: IO[bytes], *, person: Person, by: User | None, purpose: str) -> Copy:
    """Writes the copy of what is about a person. What they wrote about others is counted, not copied.

    Raises ValueError for a purpose that isn't one of Purpose.
    """
    _check(purpose)
    made = Copy()
    written: dict[str, int] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, number in held(person):
            if not kind.copied:
                written[kind.title] = number
            elif kind.model is LogEntry:
                _write_entries(archive, kind.title, list(kind.held(person)), made)
            else:
                _write_rows(archive, kind.title, kind.held(person), kind.left_out, made)
        if written:
            archive.writestr("written-by-them.json", _json(written))
        _write_cover(archive, f"the person with the address {person.email}", made)
    _note(User, person.user.pk if person.user else None, by, purpose, made)
    return made


def _check(purpose: str) -> None:
    if purpose not in Purpose.values:
        raise ValueError(f"The purpose must be one of: {', '.join(Purpose.values)}.")


def _note(about: type[Model], pk: int | None, by: User | None, purpose: str, made: Copy) -> None:
    trail.note(
        "copy of what is held made",
        about=about,
        pk=pk,
        by=by,
        purpose=purpose,
        records=sum(made.counts.values()),
    )


def _write_rows(
    archive: zipfile.ZipFile, title: str, rows: QuerySet, left_out: frozenset[str], made: Copy
) -> None:
    several = [column.name for column in rows.model._meta.many_to_many]
    records = [
        _record(row, left_out, archive, made) for row in rows.order_by("pk").prefetch_related(*several)
    ]
    if records:
        made.counts[title] = len(records)
        archive.writestr(f"{_slug(title)}.json", _json(records))


def _write_entries(archive: zipfile.ZipFile, title: str, entries: list[LogEntry], made: Copy) -> None:
    entries.sort(key=lambda entry: (entry.timestamp, entry.pk))
    if entries:
        made.counts[title] = len(entries)
        lines = [
            {
                "When": _plain(change.at),
                "Who": change.who,
                "What": change.what,
                "Changed": {name: [before, after] for name, before, after in change.fields},
            }
            for change in describe(entries)
        ]
        archive.writestr(f"{_slug(title)}.json", _json(lines))


def _record(row: Model, left_out: frozenset[str], archive: zipfile.ZipFile, made: Copy) -> dict[str, object]:
    """A record with the labels that people read. Files are put beside it and named here."""
    found: dict[str, object] = {}
    for column in row._meta.concrete_fields:
        if column.name in left_out:
            continue
        label = "Number" if column.primary_key else capfirst(str(column.verbose_name))
        value = getattr(row, column.name)
        if isinstance(column, FileField):
            if not value:
                continue
            ending = value.name.rpartition(".")[2]
            inside = f"files/{_slug(row._meta.verbose_name or '')}-{row.pk}-{_slug(column.name)}.{ending}"
            value = inside if _write_file(archive, value.name, inside, made) else "(the file is missing)"
        elif column.choices:
            value = getattr(row, f"get_{column.name}_display")()
        found[label] = _plain(value)
    for several in row._meta.many_to_many:
        if several.name not in left_out:
            found[capfirst(str(several.verbose_name))] = [
                str(one) for one in getattr(row, several.name).all()
            ]
    return found


def _write_file(archive: zipfile.ZipFile, name: str, inside: str, made: Copy) -> bool:
    try:
        with default_storage.open(name) as stored:
            archive.writestr(inside, stored.read())
    except OSError:
        made.missing.append(name)
        return False
    made.files += 1
    return True


def _write_cover(archive: zipfile.ZipFile, whom: str, made: Copy) -> None:
    today = timezone.localdate()
    lines = [
        f"What this portal holds of {whom}, on {today:%-d %B %Y}.",
        "",
        *(f"{title}: {number}" for title, number in made.counts.items()),
        f"Files: {made.files}",
        *(["", "These files are missing: " + ", ".join(made.missing)] if made.missing else []),
        "",
        "Each .json file is plain text: any text editor or browser opens it. Days are written year, month, day.",
        "Passwords and other secrets are left out.",
        "If something is wrong, or should be deleted, ask the organisation that sent you this copy.",
        "If you are not happy with its answer, you can turn to the Information Commissioner's Office (ico.org.uk).",
        "",
    ]
    archive.writestr("read-me.txt", "\n".join(lines))


def _plain(value: Any) -> object:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    return str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False) + "\n"


def _slug(title: object) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(title).casefold()).strip("-")
