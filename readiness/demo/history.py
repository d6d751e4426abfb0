"""How the demo county's groups came to their routes: judged again after each thing that happened, as the portal does.

What is written in bulk tells nobody, so the moments are read from the records themselves. On any day the route is the
one that readiness.route_facts finds for that day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from django.utils import timezone

from evidence.models import Evidence
from groups.demo.shared import DAYS_BACK
from groups.models import CommunityGroup, Contact, Credential, CredentialChange, TrackRecord
from readiness import scoring
from readiness.demo.groups import County, moment
from readiness.models import Answer, Assessment, RouteChange
from readiness.route_facts import NAMED_CONTACT, Ladder, current_ladder
from readiness.route_keeping import lapses
from readiness.routes import IN_PLACE, Facts, Paper, reached

BATCH = 500
EARLY = 6  # the hour at which a night's passing is noticed


@dataclass
class Known:
    """What is known of a group at a moment."""

    papers: dict[str, Paper] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    themes: dict[str, Fraction | None] = field(default_factory=dict)
    overall: Fraction | None = None
    evidence: list[date] = field(default_factory=list)
    works: list[tuple[date, date | None]] = field(default_factory=list)

    def facts(self, day: date) -> Facts:
        return Facts(
            day,
            papers=self.papers,
            answers=self.answers,
            themes=self.themes,
            overall=self.overall,
            evidence_days=self.evidence,
            track_record_ends=[day if ends is None else min(ends, day) for _, ends in self.works],
        )


@dataclass(frozen=True)
class Happening:
    """Something that may move a group, when, and what is known from then on."""

    at: datetime
    cause: str
    learn: Callable[[Known], object]


def add_route_history(county: County) -> int:
    """Notes each change of a group's route in the last eighteen months: six queries a batch. Returns how many."""
    ladder = current_ladder()
    if ladder is None:
        return 0
    since = county.today - timedelta(days=DAYS_BACK)
    number = 0
    ids = list(CommunityGroup.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        with_contact = set(
            Contact.objects.filter(group__in=some, is_lead=True).values_list("group_id", flat=True)
        )
        happened: dict[int, list[Happening]] = {pk: [] for pk in some}
        for add in (_papers, _assessments, _evidence, _works):
            add(happened, some, ladder)
        changes: list[RouteChange] = []
        for pk in some:
            known = Known(papers={NAMED_CONTACT: Paper(IN_PLACE)} if pk in with_contact else {})
            changes += _changes(pk, known, happened[pk], ladder, since, county.today)
        RouteChange.objects.bulk_create(changes, batch_size=2000)
        number += len(changes)
    return number


def _changes(
    group: int, known: Known, happened: list[Happening], ladder: Ladder, since: date, today: date
) -> list[RouteChange]:
    """Judges the group after each thing that happened, in order. What came before that day is where it began."""
    places = {key: place for place, key in enumerate(ladder.titles)}
    changes = []
    before = reached(ladder.routes, ladder.asks, known.facts(since))
    for thing in sorted(happened, key=lambda thing: thing.at):
        day = timezone.localdate(thing.at)
        if day > today:
            break
        thing.learn(known)
        key = reached(ladder.routes, ladder.asks, known.facts(day))
        if key != before and day > since:
            changes.append(
                RouteChange(
                    group_id=group,
                    edition=ladder.edition,
                    before=before,
                    route=key,
                    went_up=places[key] > places[before],
                    cause=thing.cause,
                    changed_at=thing.at,
                )
            )
        before = key
    return changes


def _papers(happened: dict[int, list[Happening]], some: Sequence[int], ladder: Ladder) -> None:
    words = dict(Credential.State.choices)
    for group, key, state, expires_on, at in (
        CredentialChange.objects.filter(credential__group__in=some, credential__kind__key__in=ladder.kinds)
        .order_by("recorded_at", "pk")
        .values_list("credential__group", "credential__kind__key", "state", "expires_on", "recorded_at")
    ):
        name, paper = ladder.names[key], Paper(state, expires_on)
        happened[group].append(
            Happening(
                at,
                f"{name}: {words[state].lower()}",
                partial(_hold, key, paper),
            )
        )
        if state == IN_PLACE and expires_on is not None:
            happened[group].append(Happening(moment(expires_on, EARLY), f"{name} expired", _nothing))


def _assessments(happened: dict[int, list[Happening]], some: Sequence[int], ladder: Ladder) -> None:
    levels: dict[int, dict[str, Any]] = {}
    for assessment, code, level, not_applicable in Answer.objects.filter(
        assessment__group__in=some, criterion__code__in=ladder.codes
    ).values_list("assessment_id", "criterion__code", "level", "not_applicable"):
        levels.setdefault(assessment, {})[code] = scoring.NOT_APPLICABLE if not_applicable else level
    for each in Assessment.objects.standing().filter(group__in=some).order_by("assessed_on", "pk"):
        assert each.completed_at is not None
        happened[each.group_id].append(
            Happening(each.completed_at, "A new assessment", partial(_assess, each, levels.get(each.pk, {})))
        )


def _evidence(happened: dict[int, list[Happening]], some: Sequence[int], ladder: Ladder) -> None:
    months = max((route.get("evidence_months", 0) for route in ladder.routes), default=0)
    through: Any = Evidence.groups.through
    for group, last_day, at in (
        through.objects.filter(communitygroup__in=some, evidence__state=Evidence.State.REVIEWED)
        .order_by("evidence__reviewed_at", "pk")
        .values_list("communitygroup_id", "evidence__last_day", "evidence__reviewed_at")
    ):
        happened[group] += [
            Happening(
                at,
                "A record of need was reviewed",
                partial(_hear, last_day),
            ),
            Happening(moment(lapses(last_day, months), EARLY), "A record of need grew too old", _nothing),
        ]


def _works(happened: dict[int, list[Happening]], some: Sequence[int], ladder: Ladder) -> None:
    months = 12 * max((route.get("track_record_years", 0) for route in ladder.routes), default=0)
    for group, starts, ends in (
        TrackRecord.objects.filter(group__in=some, starts_on__isnull=False)
        .order_by("starts_on", "pk")
        .values_list("group_id", "starts_on", "ends_on")
    ):
        assert starts is not None
        happened[group].append(
            Happening(
                moment(starts, 10),
                "A piece of work was added",
                partial(_work, starts, ends),
            )
        )
        if ends is not None:
            happened[group].append(
                Happening(moment(lapses(ends, months), EARLY), "A piece of work is too long ago", _nothing)
            )


def _hold(key: str, paper: Paper, known: Known) -> None:
    known.papers[key] = paper


def _assess(assessment: Assessment, levels: dict[str, Any], known: Known) -> None:
    known.answers = levels
    known.themes = {code: scoring.from_text(text) for code, text in assessment.theme_scores.items()}
    known.overall = scoring.from_text(assessment.overall_exact)


def _hear(day: date, known: Known) -> None:
    known.evidence.append(day)


def _work(starts: date, ends: date | None, known: Known) -> None:
    known.works.append((starts, ends))


def _nothing(known: Known) -> None:
    """Time alone has passed."""
