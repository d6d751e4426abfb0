"""What is done with a group's partnerships: note one, change it, say how far it is (toolkit section 2.21)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from evidence import versioned
from evidence.models import Partnership, PartnershipStage
from evidence.models.partnerships import Stage
from groups.models import CommunityGroup, District, ServiceArea, User

FIELDS = ("prime", "opportunity", "pounds", "note")
LISTS = ("services", "districts")


def note_partnership(
    *,
    group: CommunityGroup,
    by: User | None,
    client_id: UUID,
    stage: str,
    stage_on: date,
    services: Iterable[ServiceArea] = (),
    districts: Iterable[District] = (),
    **fields: Any,
) -> Partnership:
    """A new partnership at its first stage. fields: FIELDS. A client_id used before returns what it made.

    Raises versioned.ForeignForm where that is another group's, ValueError for a day ahead.
    """
    _check(stage, stage_on)
    with transaction.atomic():
        partnership, is_new = versioned.make(
            Partnership,
            client_id=client_id,
            owner={"group": group},
            by=by,
            lists={"services": services, "districts": districts},
            stage=stage,
            stage_on=stage_on,
            **fields,
        )
        if is_new:
            PartnershipStage.objects.create(
                partnership=partnership, stage=stage, reached_on=stage_on, recorded_by=by
            )
        return partnership


def change_partnership(
    *,
    partnership: Partnership,
    by: User,
    version: int,
    services: Iterable[ServiceArea],
    districts: Iterable[District],
    **fields: Any,
) -> Partnership:
    """The partnership with other FIELDS. Raises versioned.StaleRecord where a colleague was first."""
    return versioned.change(
        partnership,
        by=by,
        version=version,
        lists={"services": services, "districts": districts},
        **fields,
    )


def reach_stage(*, partnership: Partnership, by: User, stage: str, on: date) -> Partnership:
    """Adds an entry to the history; the newest by day, then by writing, is how far the partnership is.

    The same stage on the same day twice is one entry. Raises ValueError for a day ahead.
    """
    _check(stage, on)
    with transaction.atomic():
        current = Partnership.objects.select_for_update(of=("self",)).get(pk=partnership.pk)
        if not current.history.filter(stage=stage, reached_on=on).exists():
            current.history.create(stage=stage, reached_on=on, recorded_by=by)
        newest = current.history.latest("reached_on", "pk")
        if (current.stage, current.stage_on) != (newest.stage, newest.reached_on):
            current.stage, current.stage_on = newest.stage, newest.reached_on
            current.changed_by = by
            current.save(update_fields=["stage", "stage_on", "changed_by", "updated_at"])
        return current


def _check(stage: str, on: date) -> None:
    if stage not in Stage.values:
        raise ValueError("Choose one of the stages that are listed.")
    if on > timezone.localdate():
        raise ValueError("That day is still to come.")


class OnlyStage(ValueError):
    """A partnership has at least one stage."""


def take_back_stage(*, entry: PartnershipStage, by: User) -> Partnership:
    """Removes an entry of the history that was wrong. Twice changes nothing. Raises OnlyStage for the last one left."""
    with transaction.atomic():
        current = Partnership.objects.select_for_update(of=("self",)).get(pk=entry.partnership_id)
        others = current.history.exclude(pk=entry.pk)
        if not others.exists():
            raise OnlyStage("This is the only stage. Change it by adding the right one first.")
        for stored in current.history.filter(pk=entry.pk):
            stored.delete()
        newest = others.latest("reached_on", "pk")
        if (current.stage, current.stage_on) != (newest.stage, newest.reached_on):
            current.stage, current.stage_on = newest.stage, newest.reached_on
            current.changed_by = by
            current.save(update_fields=["stage", "stage_on", "changed_by", "updated_at"])
        return current
