"""The status of groups over time: noted where it changes, read as at any day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from groups.models import CommunityGroup, GroupState
from toolkit_portal.core.dates import end_of


def note_status(group: CommunityGroup) -> None:
    """Keeps the group's status from now on, where it isn't the one noted last. Call it where the group is saved."""
    newest = GroupState.objects.filter(group=group).first()
    if newest is None or newest.status != group.status:
        GroupState.objects.create(group=group, status=group.status)


def note_new(groups: Iterable[CommunityGroup]) -> None:
    """Keeps the status of groups that were made in bulk, from the moment each was made."""
    GroupState.objects.bulk_create(
        (GroupState(group=group, status=group.status, since=group.created_at) for group in groups),
        batch_size=2000,
    )


def status_at(day: date) -> Coalesce:
    """The status of a group at the end of a day, for annotate(); of a group without a noted one, today's."""
    newest = GroupState.objects.filter(group=OuterRef("pk"), since__lt=end_of(day)).order_by("-since", "-pk")
    return Coalesce(Subquery(newest.values("status")[:1]), F("status"))
