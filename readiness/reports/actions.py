"""Actions whose day had passed on a day and that were still open then."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.models import Action
from toolkit_portal.core.dates import end_of


def late_at(day: date) -> QuerySet[Action]:
    """Open and late at the end of the day.

    When an action was done is kept; when it was dropped is known as its last change, and the day it was due is the one
    that stands now.
    """
    if day >= timezone.localdate():
        return Action.objects.late(day)
    end = end_of(day)
    return Action.objects.filter(
        Q(state__in=[Action.State.TO_DO, Action.State.DOING])
        | Q(state=Action.State.DONE, done_on__gt=day)
        | Q(state=Action.State.DROPPED, updated_at__gte=end),
        created_at__lt=end,
        due_on__lt=day,
    )


def late_by_lio_and_who(groups: QuerySet[CommunityGroup], day: date) -> Counter[tuple[int, str]]:
    """How many, by LIO and who does it. One query."""
    rows = (
        late_at(day)
        .filter(plan__group__in=groups.order_by().values("pk"))
        .order_by()
        .values("plan__group__lio", "who")
        .annotate(number=Count("pk"))
        .values_list("plan__group__lio", "who", "number")
    )
    found: Counter[tuple[int, str]] = Counter()
    for lio, who, number in rows:
        found[lio, who] += number
    return found


def groups_with_late(groups: QuerySet[CommunityGroup], day: date, who: str) -> QuerySet[CommunityGroup]:
    """Those with such an action on the day; who: only such as they do, a value of Action.Who, or "yes" for any."""
    late = late_at(day).order_by()
    if who in Action.Who.values:
        late = late.filter(who=who)
    return groups.filter(pk__in=late.values("plan__group"))
