"""What is done with contact between groups and commissioners: note it, change it, remind of it (toolkit 2.11–2.15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from evidence import versioned
from evidence.models import Engagement
from evidence.request_clock import Clock, clock, due_on
from groups.models import LIO, CommunityGroup, User

Kind = Engagement.Kind
COMMON = (
    "organisation", "subject", "who", "said", "outcome", "next_step", "service_area", "district", "visit",
)  # fmt: skip
# What each kind has besides.
OWN: dict[str, tuple[str, ...]] = {
    Kind.DIALOGUE: ("happened_on",),
    Kind.REQUEST: ("happened_on", "more_time", "answered_on"),
    Kind.CONSULTATION: ("opens_on", "closes_on", "responded_on"),
    Kind.FORUM: ("happened_on", "attended", "raised"),
    Kind.SPECIFICATION: ("happened_on", "section_asked", "marks_asked", "marks_obtained"),
}
REMIND_DAYS = 14
"""A request is on "My work" so many days before its answer is due, and a consultation before it closes."""


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that an engagement of a kind has."""
    return (*OWN[kind], *COMMON)


def faults(kind: str, fields: dict[str, Any], today: date) -> dict[str, str]:
    """What contradicts itself, by field, in words that say how to put it right. Empty where all is well."""
    found: dict[str, str] = {}
    happened, answered = fields.get("happened_on"), fields.get("answered_on")
    opens, closes, responded = (fields.get(name) for name in ("opens_on", "closes_on", "responded_on"))
    outcome = fields.get("outcome", "")
    for name in ("happened_on", "answered_on", "responded_on"):
        if (day := fields.get(name)) and day > today:
            found[name] = "That day is still to come."
    if outcome and outcome not in Engagement.OUTCOMES[kind]:
        found["outcome"] = "Choose one of the outcomes that are listed."
    if kind == Kind.CONSULTATION:
        if not (opens or closes or responded):
            found["closes_on"] = "Give at least one of the three days."
        if opens and closes and closes < opens:
            found["closes_on"] = "It can’t close before it opens."
        if opens and responded and responded < opens:
            found["responded_on"] = "The response can’t be older than the consultation."
    if kind == Kind.REQUEST:
        if answered and happened and answered < happened:
            found["answered_on"] = "The answer can’t be older than the request."
        if answered and outcome in ("", "no_answer"):
            found["outcome"] = "Say what the answer was."
        if not answered and outcome not in ("", "no_answer"):
            found["answered_on"] = "Say on which day they answered."
    return found


def _complete(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with those that are derived. Raises ValueError where they contradict each other."""
    for words in faults(kind, fields, timezone.localdate()).values():
        raise ValueError(words)
    unknown = set(fields) - set(fields_of(kind))
    if unknown:
        raise ValueError(f"A {kind} has no {', '.join(sorted(unknown))}.")
    return fields | derived(kind, fields)


def derived(kind: str, fields: dict[str, Any]) -> dict[str, date]:
    """What follows from the fields: the day an answer is due, and the day a consultation is listed under."""
    if kind == Kind.REQUEST:
        return {"due_on": due_on(fields["happened_on"], more_time=bool(fields.get("more_time")))}
    if kind == Kind.CONSULTATION:
        return {"happened_on": fields.get("responded_on") or fields.get("closes_on") or fields["opens_on"]}
    return {}


def note_engagement(
    *, lio: LIO, by: User | None, client_id: UUID, kind: str, groups: Iterable[CommunityGroup], **fields: Any
) -> Engagement:
    """A new engagement. fields: fields_of(kind). A client_id used before returns what it made.

    Raises versioned.ForeignForm where that is another LIO's, ValueError for fields that contradict each other and
    for groups of another LIO or none.
    """
    chosen = _of_lio(groups, lio.pk)
    engagement, _ = versioned.make(
        Engagement,
        client_id=client_id,
        owner={"lio": lio},
        by=by,
        lists={"groups": chosen},
        kind=kind,
        **_complete(kind, fields),
    )
    return engagement


def change_engagement(
    *, engagement: Engagement, by: User, version: int, groups: Iterable[CommunityGroup], **fields: Any
) -> Engagement:
    """The engagement with other fields, its kind as it was. Raises versioned.StaleRecord, and as note_engagement."""
    chosen = _of_lio(groups, engagement.lio_id)
    return versioned.change(
        engagement, by=by, version=version, lists={"groups": chosen}, **_complete(engagement.kind, fields)
    )


def _of_lio(groups: Iterable[CommunityGroup], lio: int) -> list[CommunityGroup]:
    chosen = list(groups)
    if not chosen:
        raise ValueError("Choose at least one group.")
    if any(group.lio_id != lio for group in chosen):
        raise ValueError("Choose groups of one LIO only.")
    return chosen


def clock_of(engagement: Engagement, today: date) -> Clock | None:
    """The clock of a request; None for every other kind."""
    if engagement.due_on is None:
        return None
    return clock(
        asked_on=engagement.happened_on,
        due=engagement.due_on,
        today=today,
        answered_on=engagement.answered_on,
        given_up=engagement.outcome == Engagement.Outcome.NO_ANSWER,
    )


@dataclass(frozen=True, slots=True)
class Reminder:
    """A request that waits for its answer, or a consultation that closes soon without one of the group."""

    group: CommunityGroup
    subject: str
    words: str
    tone: str
    on: date


def reminders(groups: QuerySet[CommunityGroup], today: date, most: int) -> list[Reminder]:
    """What is due within REMIND_DAYS or late, for each group, soonest first. One query."""
    until = today + timedelta(days=REMIND_DAYS)
    links: Any = Engagement.groups.through.objects.filter(communitygroup__in=groups)
    waiting = links.filter(
        Q(
            engagement__kind=Kind.REQUEST,
            engagement__answered_on__isnull=True,
            engagement__outcome="",
            engagement__due_on__lte=until,
        )
        | Q(
            engagement__kind=Kind.CONSULTATION,
            engagement__responded_on__isnull=True,
            engagement__outcome="",
            engagement__closes_on__range=(today, until),
        )
    ).select_related("engagement", "communitygroup")
    # The day of a consultation without a response is the one on which it closes.
    found = [
        _reminder(link.engagement, link.communitygroup, today)
        for link in waiting.order_by("engagement__due_on", "engagement__closes_on", "pk")[:most]
    ]
    return sorted(found, key=lambda reminder: (reminder.on, reminder.group.name))


def _reminder(engagement: Engagement, group: CommunityGroup, today: date) -> Reminder:
    standing = clock_of(engagement, today)
    if standing is not None and engagement.due_on is not None:
        return Reminder(group, engagement.subject, standing.words, standing.tone, engagement.due_on)
    left = (engagement.happened_on - today).days
    words = "Closes today" if left == 0 else f"Closes in {left} day{'' if left == 1 else 's'}"
    return Reminder(group, engagement.subject, words, "warn", engagement.happened_on)
