"""How long things are kept: rules in days per kind, counted by the day in Derbyshire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from groups.leaving import files, registry, trail
from groups.leaving.groups import Reason, erase_group, erasing
from groups.leaving.registry import Rule
from groups.models import CommunityGroup, User


@dataclass(frozen=True)
class Due:
    """A rule, its days, and how many records its time is over for, or was."""

    rule: Rule
    days: int
    number: int


@dataclass
class Run:
    """What a run of all rules removed, and files that couldn't be removed."""

    lines: list[Due] = field(default_factory=list)
    files_left: list[str] = field(default_factory=list)


def limit(days: int, today: date) -> datetime:
    """The moment before which a record must have changed last to go today.

    What changed on some day is kept for that many days after it and goes on the last of them: with 30 days a draft
    of 1 March goes on 31 March. With none, what ended before now goes at once.
    """
    if days == 0:
        return timezone.now()
    return timezone.make_aware(datetime.combine(today - timedelta(days=days - 1), time.min))


def due_today(today: date | None = None) -> list[Due]:
    """Each rule with how many records would go today. Changes nothing."""
    today = today or timezone.localdate()
    return [
        Due(rule, days, rule.due(limit(days, today)).count())
        for rule in registry.rules
        for days in [settings.RETENTION_DAYS[rule.setting]]
    ]


def run(today: date | None = None, *, by: User | None = None) -> Run:
    """Applies every rule, and notes in the trail what went where anything did.

    What is due is read for all rules before the first is applied, so that the numbers are those of due_today.
    """
    today = today or timezone.localdate()
    planned = []
    for rule in registry.rules:
        days = settings.RETENTION_DAYS[rule.setting]
        rows = rule.due(limit(days, today))
        planned.append((rule, days, rows.model, list(rows.values_list("pk", flat=True))))
    done = Run()
    for rule, days, model, ids in planned:
        act = _ERASE.get(rule.name, _erase_rows)
        done.lines.append(Due(rule, days, act(model, ids, done)))
    counts = {line.rule.name: line.number for line in done.lines if line.number}
    if set(counts) - {"sessions"}:
        trail.note("retention applied", about=CommunityGroup, pk=None, by=by, counts=counts)
    return done


def _erase_rows(model: type[Model], ids: list, done: Run) -> int:
    with erasing():
        stored: list[str] = []
        number = 0
        for start in range(0, len(ids), trail.BATCH):
            part = model._base_manager.filter(pk__in=ids[start : start + trail.BATCH])
            stored += registry.files_of(part)
            # What a row takes with it isn't counted.
            number += part.delete()[1].get(model._meta.label, 0)
        transaction.on_commit(lambda: done.files_left.extend(files.remove(stored)))
    return number


def _erase_invitations(model: type[Model], ids: list, done: Run) -> int:
    """An invitation's entries in the trail name the address, so they go with it."""
    with transaction.atomic():
        trail.forget({model: {str(pk) for pk in ids}})
        return _erase_rows(model, ids, done)


def _erase_groups(model: type[Model], ids: list, done: Run) -> int:
    number = 0
    for group in CommunityGroup.objects.filter(pk__in=ids):
        erased = erase_group(group=group, by=None, reason=Reason.EXPIRED)
        done.files_left.extend(erased.files_left)
        number += 1
    return number


_ERASE: dict[str, Callable[[type[Model], list, Run], int]] = {
    "invitations": _erase_invitations,
    "closed_groups": _erase_groups,
}
