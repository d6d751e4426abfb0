"""Entries of the trail in words that an officer reads: who changed what when."""

import json
from dataclasses import dataclass
from datetime import datetime

from auditlog.models import LogEntry
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from groups.trail import HIDDEN

VERBS = {
    LogEntry.Action.CREATE: "added",
    LogEntry.Action.UPDATE: "changed",
    LogEntry.Action.DELETE: "removed",
    LogEntry.Action.ACCESS: "",
}


@dataclass(frozen=True)
class Change:
    """One entry: when (UTC), who in words, what in words, and the fields with their values before and after."""

    at: datetime
    who: str
    what: str
    fields: tuple[tuple[str, str, str], ...]


def describe(entries: list[LogEntry]) -> list[Change]:
    """The entries as changes, in the same order. Private values read "(not shown in the log)"."""
    return [_change(entry) for entry in entries]


def _change(entry: LogEntry) -> Change:
    model = apps.get_model(entry.content_type.app_label, entry.content_type.model)
    noun = str(model._meta.verbose_name)
    act = (entry.additional_data or {}).get("act")
    what = act or f"{noun} {VERBS.get(entry.action, 'changed')}"
    who = str(entry.actor) if entry.actor else (entry.actor_email or "an import or command")
    fields = []
    # Creating a record logs every field; its line alone says enough.
    if entry.action != LogEntry.Action.CREATE:
        for name, change in (entry.changes_dict or {}).items():
            fields.append((_label(model, name), *_values(change)))
    return Change(entry.timestamp, who, what[0].upper() + what[1:], tuple(fields))


def _label(model, name: str) -> str:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))


def _values(change) -> tuple[str, str]:
    """Before and after in words. Lists of linked records come as an operation and names."""
    if isinstance(change, dict):
        names = ", ".join(str(name) for name in change.get("objects", []))
        return ("", f"added {names}") if change.get("operation") == "add" else (f"removed {names}", "")
    before, after = (_plain(value) for value in change)
    if HIDDEN in (before, after):
        return HIDDEN, HIDDEN
    return before, after


def _plain(value: object) -> str:
    if value in (None, "None", "", "[]"):
        return "empty"
    return value if isinstance(value, str) else json.dumps(value)
