"""How much contact and partnership groups have, as at a day, for the county's report. One query."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value

from evidence.models import Engagement, Partnership, PartnershipStage
from evidence.models.partnerships import Stage
from groups.models import CommunityGroup
from toolkit_portal.core.dates import end_of


def counts_at(groups: QuerySet[CommunityGroup], since: date, day: date) -> dict[str, dict[str, int]]:
    """{"engagements": number by kind, "partnerships": number by stage}, every kind and stage in it, 0 where none is.

    Engagements of these groups from since to day, both included, that were written down by the end of the day; one of
    several groups counts once. A consultation counts under the day of its response, else its last or first day.
    Partnerships at the stage that each had reached by the day, as it was known then.
    """
    scope: Any = groups.order_by().values("pk")
    links: Any = Engagement.groups.through.objects
    contact = (
        _engagements(since, day)
        .filter(pk__in=links.filter(communitygroup__in=scope).values("engagement_id"))
        .order_by()
        .annotate(of=_word("engagements"))
        .values_list("of", "kind")
        .annotate(number=Count("pk"))
    )
    partners = (
        _partnerships(day)
        .filter(group__in=scope)
        .order_by()
        .annotate(of=_word("partnerships"))
        .values_list("of", "stage_then")
        .annotate(number=Count("pk"))
    )
    found: dict[str, dict[str, int]] = {
        "engagements": dict.fromkeys(Engagement.Kind.values, 0),
        "partnerships": dict.fromkeys(Stage.values, 0),
    }
    rows: Any = contact.union(partners, all=True)
    for of, key, number in rows:
        found[of][key] = number
    return found


def groups_in_contact(
    groups: QuerySet[CommunityGroup], since: date, day: date, kind: str
) -> QuerySet[CommunityGroup]:
    """Those with an engagement of that kind that counts_at() counts."""
    return groups.filter(pk__in=_engagements(since, day).filter(kind=kind).order_by().values("groups"))


def groups_in_partnership(
    groups: QuerySet[CommunityGroup], day: date, stage: str
) -> QuerySet[CommunityGroup]:
    """Those with a partnership at that stage as counts_at() counts it."""
    return groups.filter(pk__in=_partnerships(day).filter(stage_then=stage).order_by().values("group"))


def _engagements(since: date, day: date) -> QuerySet[Engagement]:
    return Engagement.objects.filter(happened_on__gte=since, happened_on__lte=day, created_at__lt=end_of(day))


def _partnerships(day: date) -> QuerySet[Any]:
    """With stage_then: the stage that each had reached by the day, as it was known then."""
    newest = PartnershipStage.objects.filter(
        partnership=OuterRef("pk"), reached_on__lte=day, recorded_at__lt=end_of(day)
    ).order_by("-reached_on", "-pk")
    return Partnership.objects.annotate(stage_then=Subquery(newest.values("stage")[:1])).filter(
        ~Q(stage_then=None)
    )


def _word(text: str) -> Value:
    return Value(text, output_field=CharField())
