"""How papers stood on a day: each kind by in place, running out, expired, draft, not needed, missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from groups.credentials import WARNED_DAYS
from groups.models import CommunityGroup, Credential, CredentialChange
from toolkit_portal.core.dates import end_of

# How a paper stands on a day, in the order of the columns.
STANDS = {
    "in_place": "In place",
    "soon": f"In place, expires within {WARNED_DAYS[0]} days",
    "draft": "Draft",
    "not_needed": "Not needed yet",
    "expired": "Expired",
    "missing": "Missing",
}


def _stands(day: date) -> Case:
    in_place = Credential.State.IN_PLACE
    return Case(
        When(Q(state=in_place, expires_on__lte=day), then=Value("expired")),
        When(Q(state=in_place, expires_on__lte=day + timedelta(days=WARNED_DAYS[0])), then=Value("soon")),
        default=F("state"),
        output_field=CharField(),
    )


def papers_at(day: date, groups: Sequence[int] | None = None) -> QuerySet:
    """A row a paper as it stood at the end of the day: of_group, of_kind, stands. One without a row was missing.

    groups: ids, where only theirs are wanted.
    """
    if day >= timezone.localdate():
        papers = Credential.objects.all() if groups is None else Credential.objects.filter(group__in=groups)
        return papers.order_by().annotate(of_group=F("group_id"), of_kind=F("kind_id"), stands=_stands(day))
    changes = CredentialChange.objects.filter(recorded_at__lt=end_of(day))
    if groups is not None:
        changes = changes.filter(credential__group__in=groups)
    newest = changes.annotate(
        place=Window(
            RowNumber(),
            partition_by=F("credential_id"),
            order_by=[F("recorded_at").desc(), F("pk").desc()],
        )
    ).filter(place=1)
    return (
        CredentialChange.objects.filter(pk__in=newest.values("pk"))
        .order_by()
        .annotate(of_group=F("credential__group_id"), of_kind=F("credential__kind_id"), stands=_stands(day))
    )


def counts(groups: QuerySet[CommunityGroup], day: date) -> dict[int, Counter[str]]:
    """How many of the groups' papers stand how, by kind: one query. Missing ones without a row aren't counted."""
    found: dict[int, Counter[str]] = {}
    rows = (
        papers_at(day)
        .filter(of_group__in=groups.order_by().values("pk"))
        .values("of_kind", "stands")
        .annotate(number=Count("pk"))
        .values_list("of_kind", "stands", "number")
    )
    for kind, stands, number in rows:
        found.setdefault(kind, Counter())[stands] += number
    return found


def groups_with(
    groups: QuerySet[CommunityGroup], day: date, key: str, stands: str
) -> QuerySet[CommunityGroup]:
    """Those whose paper of that kind stood so on the day; missing means not there or without a row."""
    rows = papers_at(day)
    kind = "credential__kind__key" if rows.model is CredentialChange else "kind__key"
    rows = rows.filter(**{kind: key})
    if stands == "missing":
        there = rows.exclude(stands="missing")
        return groups.exclude(pk__in=there.values("of_group"))
    return groups.filter(pk__in=rows.filter(stands=stands).values("of_group"))
