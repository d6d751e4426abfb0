"""Stored files of those who leave, and those that nothing points to."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.utils import timezone

from groups.leaving.registry import file_fields, passing_files

log = logging.getLogger(__name__)

# A file is stored a moment before its row, and a large one may take its time.
YOUNG = timedelta(days=1)


@dataclass
class Swept:
    """What a sweep has found: names of files that went or would go, and those that couldn't be removed, with why."""

    gone: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def remove(names: Iterable[str]) -> list[str]:
    """Deletes stored files. Returns those that couldn't be deleted; `manage.py sweep_files` tries them again."""
    left = []
    folders = set()
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as fault:
            log.error("A stored file of an erased record can't be removed: %s", type(fault).__name__)
            left.append(name)
        else:
            folders.add(name.rpartition("/")[0])
    for folder in folders:
        _remove_empty(folder)
    return left


def stored_files(folder: str = "") -> Iterator[str]:
    """The names of all private files, below a folder or all."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        yield f"{folder}/{name}" if folder else name
    for inner in folders:
        yield from stored_files(f"{folder}/{inner}" if folder else inner)


def named_files() -> set[str]:
    """The names of all files that a row of any model names."""
    return {
        str(name)
        for model in apps.get_models()
        for column in file_fields(model)
        for name in model._base_manager.exclude(**{column.name: ""}).values_list(column.name, flat=True)
        if name
    }


def sweep(*, dry_run: bool = False, now: datetime | None = None) -> Swept:
    """Removes private files that no row names and that are older than a day, and drafts whose time is over.

    The files are listed before the rows are read, so that a file whose row comes meanwhile counts as named.
    """
    now = now or timezone.now()
    swept = Swept()
    old: list[str] = []
    for name in stored_files():
        try:
            changed = default_storage.get_modified_time(name)
        except FileNotFoundError:  # gone meanwhile
            continue
        passing = passing_files.get(name.partition("/")[0])
        if now - changed > YOUNG and (passing is None or passing(name, changed)):
            old.append(name)
    named = named_files()
    for name in old:
        if name in named:
            continue
        if dry_run:
            swept.gone.append(name)
            continue
        try:
            default_storage.delete(name)
        except OSError as fault:
            swept.left.append((name, fault.strerror or type(fault).__name__))
        else:
            swept.gone.append(name)
    for folder in {name.rpartition("/")[0] for name in swept.gone if not dry_run}:
        _remove_empty(folder)
    return swept


def _remove_empty(folder: str) -> None:
    """Removes a folder that holds nothing any more, but none of the first floor."""
    if "/" not in folder:
        return
    try:
        if default_storage.exists(folder) and default_storage.listdir(folder) == ([], []):
            default_storage.delete(folder)
    except OSError:
        log.debug("An empty folder of private files stays for now")
