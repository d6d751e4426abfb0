"""How groups stood at the end of a day, as it was known then: status, latest assessment, route.

The list behind a figure and the figure itself both come from here, so that they can't differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from groups.models import CommunityGroup
from groups.states import status_at
from readiness.models import Assessment, RouteChange
from toolkit_portal.core.dates import end_of


def assessments_at(day: date, groups: Sequence[int] | None = None) -> QuerySet[Assessment]:
    """Each group's latest assessment as it was known at the end of the day. groups: ids, where only theirs are wanted.

    One that was completed later isn't among them, whatever day it speaks of; one whose correction came later is.
    """
    wanted = Q() if groups is None else Q(group__in=groups)
    if day >= timezone.localdate():
        return Assessment.objects.filter(wanted, is_latest=True)
    end = end_of(day)
    corrected = Assessment.objects.complete().filter(corrects=OuterRef("pk"), completed_at__lt=end)
    newest = (
        Assessment.objects.complete()
        .filter(wanted, Q(completed_at__lt=end), ~Exists(corrected), assessed_on__lte=day)
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=F("group_id"),
                order_by=[F("assessed_on").desc(), F("completed_at").desc(), F("pk").desc()],
            )
        )
        .filter(place=1)
    )
    return Assessment.objects.filter(pk__in=newest.values("pk"))


def known_at(groups: QuerySet[CommunityGroup], day: date) -> QuerySet[CommunityGroup]:
    """Those that were in the portal by the end of the day, or of whom an assessment up to it has been imported."""
    if day >= timezone.localdate():
        return groups
    end = end_of(day)
    imported = Assessment.objects.filter(group=OuterRef("pk"), imported=True, completed_at__lt=end)
    return groups.filter(Q(created_at__lt=end) | Exists(imported))


def with_status_at(groups: QuerySet[CommunityGroup], day: date) -> QuerySet[CommunityGroup]:
    """The groups with status_at: their status at the end of the day."""
    if day >= timezone.localdate():
        return groups.annotate(status_at=F("status"))
    return groups.annotate(status_at=status_at(day))


def route_at(day: date) -> Coalesce:
    """The key of the route at the end of the day, as the portal held it, for annotate(); empty where none was judged.

    The first change after the day says what the route was before it; without one it is the route that is kept.
    """
    kept = Coalesce(F("route__route"), Value(""))
    if day >= timezone.localdate():
        return kept
    later = RouteChange.objects.filter(group=OuterRef("pk"), changed_at__gte=end_of(day))
    return Coalesce(Subquery(later.order_by("changed_at", "pk").values("before")[:1]), kept)
