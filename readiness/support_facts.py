"""What the record holds of groups for suggested levels, as at any day, read in two queries however many groups.

A fact counts if it happened by the day and within the time that record_facts names, and was known: written down by
the end of a day, and reviewed by then where a record of need asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import models
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast

from evidence.models import Engagement, Evidence, Indicator, Partnership, PartnershipStage
from evidence.models.partnerships import Stage
from groups.models import CommunityGroup, TrackRecord
from readiness.record_facts import (
    Contact,
    Facts,
    Figures,
    Heard,
    Partner,
    Work,
    since,
    still_counts,
    work_since,
)
from toolkit_portal.core.dates import end_of

CHUNK = 500
PROVEN = ("2.22", "2.23")
Kind, Outcome = Engagement.Kind, Engagement.Outcome
CHANGED = {
    Kind.DIALOGUE: Outcome.CHANGE_MADE,
    Kind.CONSULTATION: Outcome.TAKEN_UP,
    Kind.FORUM: Outcome.TAKEN_ON,
    Kind.SPECIFICATION: Outcome.WITH_MARKS,
}
Fact = Contact | Heard | Partner | Figures | Work


def facts_by_group(
    groups: QuerySet[CommunityGroup], day: date, *, known_by: date | None = None
) -> Iterator[tuple[int, Facts]]:
    """Group and facts, ordered by the group's id, for those of which there is something. Two queries, one group
    at a time in memory.

    known_by: what was written down by the end of this day, `day` itself unless another is given.
    """
    scope = groups.order_by().values("pk")
    known = end_of(known_by or day)
    rows = merge(_contacts(scope, day, known), _others(scope, day, known), key=itemgetter(0))
    for group, found in groupby(rows, key=itemgetter(0)):
        facts: dict[type, list[Any]] = {kind: [] for kind in (Contact, Heard, Partner, Figures, Work)}
        for _, fact in found:
            facts[type(fact)].append(fact)
        yield (
            group,
            Facts(facts[Contact], facts[Heard], facts[Partner], facts[Figures], facts[Work]),
        )


def facts_of_group(group: int, day: date, *, known_by: date | None = None) -> Facts:
    """The facts of one group, by its id. Two queries."""
    found = facts_by_group(CommunityGroup.objects.filter(pk=group), day, known_by=known_by)
    return next((facts for _, facts in found), Facts())


def _contacts(scope: Any, day: date, known: datetime) -> Iterator[tuple[int, Fact]]:
    """Each talk, request and so on of each group."""
    first = since(day)
    links: Any = Engagement.groups.through.objects
    rows = (
        links.filter(
            communitygroup__in=scope, engagement__created_at__lt=known, engagement__happened_on__gte=first
        )
        # A consultation stands under its last day, and its first may have passed.
        .filter(Q(engagement__happened_on__lte=day) | Q(engagement__kind=Kind.CONSULTATION))
        .order_by("communitygroup_id", "engagement__happened_on", "engagement_id")
        .values_list(
            "communitygroup_id",
            "engagement__kind",
            "engagement__happened_on",
            "engagement__organisation_id",
            "engagement__organisation__is_commissioner",
            "engagement__organisation__is_provider",
            "engagement__outcome",
            "engagement__answered_on",
            "engagement__opens_on",
            "engagement__closes_on",
            "engagement__responded_on",
            "engagement__raised",
            "engagement__section_asked",
            "engagement__marks_asked",
            "engagement__marks_obtained",
        )
    )
    for (
        group, kind, on, organisation, is_commissioner, is_provider, outcome, answered, opens, closes, responded,
        raised, section, marks_asked, marks_obtained,
    ) in rows.iterator(chunk_size=CHUNK):  # fmt: skip
        is_done, is_settled = False, bool(outcome)
        if kind == Kind.REQUEST:
            is_done = answered is not None and answered <= day
        elif kind == Kind.CONSULTATION:
            is_settled = responded is not None and responded <= day
            is_done = is_settled and (closes is None or responded <= closes)
            on = responded if is_settled else opens or closes or on
            if on > day:
                continue
        elif kind == Kind.FORUM:
            is_done = raised
        elif kind == Kind.SPECIFICATION:
            is_done = bool(section) or marks_asked is not None
            is_settled = is_settled or marks_obtained is not None
        yield (
            group,
            Contact(
                kind=kind,
                on=on,
                organisation=organisation,
                is_commissioner=is_commissioner,
                is_provider=is_provider,
                is_done=is_done,
                is_settled=is_settled,
                changed=bool(marks_obtained) or (bool(outcome) and outcome == CHANGED.get(kind)),
            ),
        )


def _others(scope: Any, day: date, known: datetime) -> Iterator[tuple[int, Fact]]:
    """Reviewed records of need by method, partnerships as they stood, indicators with figures, and what pieces of work
    prove: one query for all.
    """
    columns = ("of", "what", "words", "on", "organisation", "number", "flag")
    parts = [
        part.order_by().values_list(*columns)
        for part in (
            _heard(scope, day, known),
            _partners(scope, day, known),
            _figures(scope, day, known),
            *(_work(scope, day, known, code) for code in PROVEN),
        )
    ]
    rows = parts[0].union(*parts[1:], all=True).order_by("of", "what", "words", "on")
    for group, what, words, on, organisation, number, flag in rows.iterator(chunk_size=CHUNK):
        if what == "partner":
            # Of one whose history is younger than the day there is no stage.
            if words and still_counts(words, on, day):
                yield group, Partner(words, on, organisation, bool(flag))
        elif what == "heard":
            yield group, Heard(words, number, on)
        elif what == "figures":
            yield group, Figures(words, number, on, bool(flag))
        else:
            yield group, Work(words, number)


def _text(text: str) -> Value:
    return Value(text, models.CharField())


def _heard(scope: Any, day: date, known: datetime) -> QuerySet:
    links: Any = Evidence.groups.through.objects
    found: QuerySet = (
        links.filter(
            communitygroup__in=scope,
            evidence__state=Evidence.State.REVIEWED,
            evidence__last_day__gte=since(day),
            evidence__last_day__lte=day,
            evidence__created_at__lt=known,
        )
        # A spreadsheet doesn't say when somebody reviewed a record.
        .filter(Q(evidence__reviewed_at__lt=known) | Q(evidence__imported=True))
        .values("communitygroup_id", "evidence__method")
        .annotate(
            of=F("communitygroup_id"),
            what=_text("heard"),
            words=Cast("evidence__method", models.CharField()),
            on=Min("evidence__last_day"),
            organisation=Value(0, models.BigIntegerField()),
            number=Count("pk"),
            flag=Value(False, BooleanField()),
        )
    )
    return found


def _partners(scope: Any, day: date, known: datetime) -> QuerySet:
    history = PartnershipStage.objects.filter(
        partnership=OuterRef("pk"), reached_on__lte=day, recorded_at__lt=known
    )
    newest = history.order_by("-reached_on", "-pk")
    return Partnership.objects.filter(group__in=scope).annotate(
        of=F("group_id"),
        what=_text("partner"),
        words=Cast(Subquery(newest.values("stage")[:1]), models.CharField()),
        on=Subquery(newest.values("reached_on")[:1]),
        organisation=F("prime_id"),
        number=Value(1, models.IntegerField()),
        flag=Exists(history.filter(stage=Stage.SUB_CONTRACT)),
    )


def _figures(scope: Any, day: date, known: datetime) -> QuerySet:
    counted = Q(
        values__period_end__gte=since(day), values__period_end__lte=day, values__recorded_at__lt=known
    )
    return Indicator.objects.filter(counted, group__in=scope).annotate(
        of=F("group_id"),
        what=_text("figures"),
        words=Cast("kind", models.CharField()),
        on=Min("values__period_end"),
        organisation=Value(0, models.BigIntegerField()),
        number=Count("values"),
        flag=ExpressionWrapper(Q(target__isnull=False), BooleanField()),
    )


def _work(scope: Any, day: date, known: datetime, code: str) -> QuerySet:
    first = work_since(day)
    recent = Q(ends_on__gte=first) | Q(ends_on__isnull=True, starts_on__isnull=False)
    return (
        TrackRecord.objects.filter(recent, group__in=scope, created_at__lt=known)
        .exclude(starts_on__gt=day)
        .exclude(outcomes="")
        .annotate(proven=Cast("proves", models.TextField()))
        .filter(proven__contains=f'"{code}"')
        .values("group_id")
        .annotate(
            of=F("group_id"),
            what=_text("work"),
            words=_text(code),
            on=Value(day, models.DateField()),
            organisation=Value(0, models.BigIntegerField()),
            number=Count("pk"),
            flag=Value(False, BooleanField()),
        )
    )
