"""Targets: a level that group and officer agree to reach by a date, one for each criterion at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from groups.models import CommunityGroup, User
from readiness import scoring
from readiness.models import Target


@dataclass(frozen=True, slots=True)
class Aim:
    """A level from 1 to 4 and the day to reach it by."""

    level: int
    by: date


class StaleTarget(ValueError):
    """Somebody else has changed targets since they were read. `codes` says which; nothing was saved."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__("Targets were changed by somebody else in the meantime: " + ", ".join(codes))
        self.codes = codes


def targets_of(group: CommunityGroup) -> dict[str, Target]:
    """A group's targets by criterion code."""
    return {target.criterion_code: target for target in Target.objects.filter(group=group).order_by()}


def aims_of(group: CommunityGroup) -> dict[str, Aim]:
    """A group's targets as plain values by criterion code."""
    return {code: Aim(target.level, target.by_date) for code, target in targets_of(group).items()}


def agree_targets(
    *,
    group: CommunityGroup,
    by: User,
    wanted: Mapping[str, Aim | None],
    shown: Mapping[str, Aim | None],
) -> int:
    """Sets, changes and removes (None) targets by criterion code, all or none. Returns how many changed.

    shown is what the writer saw; codes that they left as shown are not touched. Raises StaleTarget where
    somebody else has changed one that the writer changed too, and ValueError for a level outside 1 to 4 or a
    new day that isn't in the future.
    """
    changes = {code: aim for code, aim in wanted.items() if aim != shown.get(code)}
    for code, aim in changes.items():
        if aim is None:
            continue
        if aim.level not in scoring.LEVELS or aim.level == 0:
            raise ValueError(f"{code}: a target is a level from 1 to {scoring.TOP_LEVEL}.")
        if aim.by <= timezone.localdate():
            raise ValueError(f"{code}: the day to reach a target by is in the future.")
    with transaction.atomic():
        # The group's row is the lock: two people's changes come one after the other.
        CommunityGroup.objects.select_for_update(of=("self",)).only("pk").get(pk=group.pk)
        stored = targets_of(group)
        now = {code: Aim(target.level, target.by_date) for code, target in stored.items()}
        changes = {code: aim for code, aim in changes.items() if aim != now.get(code)}
        if stale := [code for code in changes if now.get(code) != shown.get(code)]:
            raise StaleTarget(stale)
        for code, aim in changes.items():
            if aim is None:
                stored[code].delete()
            elif code in stored:
                target = stored[code]
                target.level, target.by_date = aim.level, aim.by
                target.agreed_by, target.agreed_at = by, timezone.now()
                target.save()
            else:
                Target.objects.create(
                    group=group, criterion_code=code, level=aim.level, by_date=aim.by, agreed_by=by
                )
    return len(changes)
