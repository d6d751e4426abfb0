"""What routes are judged by, read for any number of groups in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from evidence.models import Evidence
from groups.credentials import as_at
from groups.models import CommunityGroup, Contact, Credential, CredentialKind, TrackRecord
from readiness import scoring
from readiness.county import latest_assessments
from readiness.models import Answer, Edition
from readiness.routes import IN_PLACE, Alternatives, Facts, Paper, Scale, Standing, standing
from toolkit_portal.core.dates import end_of

FEW = 5
HELD = Paper(IN_PLACE)
NAMED_CONTACT = "named-contact"
# What the editions ask for, in their words, and which kinds of paper fulfil it: any one of the ways, all of its kinds.
# Safeguarding is asked for the people a group works with, so adults or children.
ASKS: Mapping[str, Alternatives] = {
    "governing document": [["governing-document"]],
    "bank account": [["bank-account"]],
    "equality policy": [["equality-policy"]],
    "named contact": [[NAMED_CONTACT]],
    "accounts, or cash flow and bank letter": [["accounts"], ["cash-flow", "bank-letter"]],
    "safeguarding policy": [["safeguarding-adults"], ["safeguarding-children"]],
    "data protection policy": [["data-protection"]],
    "health and safety policy": [["health-and-safety"]],
    "quality standard": [["quality-standard"]],
}


@dataclass(frozen=True)
class Ladder:
    """An edition's routes with all that judging by them needs."""

    edition: Edition
    routes: Sequence[Mapping[str, Any]]
    scale: Scale
    asks: Mapping[str, Alternatives]
    names: Mapping[str, str]
    """Label by key of the kinds of paper."""

    def standing(self, facts: Facts) -> Standing:
        """Where a group stands, in words and steps."""
        return standing(self.routes, self.scale, self.asks, facts, self.names)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Keys of the kinds of paper that the routes ask for."""
        return frozenset(
            kind
            for route in self.routes
            for name in route.get("credentials", ())
            for way in self.asks[name]
            for kind in way
        )

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes of the criteria whose levels the routes ask for."""
        return frozenset(code for route in self.routes for code in route.get("levels", ()))

    @property
    def titles(self) -> dict[str, str]:
        """Title by key of the routes, lowest first."""
        return {route["key"]: route["title"] for route in self.routes}


def current_ladder() -> Ladder | None:
    """The ladder of the edition that new assessments use; None without an edition or without routes. Four queries."""
    edition = Edition.objects.filter(is_current=True).first()
    routes = edition.settings.get("routes", ()) if edition is not None else ()
    if edition is None or not routes:
        return None
    titles, theme_titles, theme_weights, criteria = {}, {}, {}, []
    for code, title, weight in edition.themes.values_list("code", "title", "weight"):
        theme_titles[code], theme_weights[code] = title, weight
    for code, title, theme, weight in edition.criteria.values_list("code", "title", "theme__code", "weight"):
        titles[code] = title
        criteria.append(scoring.CriterionWeight(code, theme, weight))
    names = {NAMED_CONTACT: "A main contact"}
    asks: dict[str, Alternatives] = {}
    for key, label in CredentialKind.objects.values_list("key", "label"):
        names[key] = label
        asks[label.casefold()] = [[key]]
    asks |= ASKS
    for route in routes:
        for name in route.get("credentials", ()):
            # A paper that no kind answers to is simply missing.
            asks.setdefault(name, [[name]])
    return Ladder(edition, routes, Scale(criteria, theme_weights, titles, theme_titles), asks, names)


def facts_of(
    groups: QuerySet[CommunityGroup], ladder: Ladder, day: date, *, short: bool = False
) -> dict[int, Facts]:
    """What is known of each group, by its id. Eight queries at most, however many groups.

    day     today, or a day before, as it was known and true then, or a day to come, if nothing else is written.
            Of contacts, pieces of work and who took a review back no history is kept: they count as they are now
    short   only what readiness.routes.reached needs: papers in place, and levels that a route asks for
    """
    ids = list(groups.order_by().values_list("pk", flat=True))
    # As a subquery where the list is long: databases limit the number of parameters.
    scope: Any = ids if len(ids) <= 500 else groups.order_by().values("pk")
    is_past = day < timezone.localdate()
    papers = _papers(scope, day if is_past else None, ladder.kinds, short=short)
    for group in (
        Contact.objects.filter(group__in=scope, is_lead=True).order_by().values_list("group_id", flat=True)
    ):
        papers.setdefault(group, {})[NAMED_CONTACT] = HELD
    assessments = {
        group: (pk, themes, overall)
        for group, pk, themes, overall in latest_assessments(day if is_past else None)
        .filter(group__in=scope)
        .order_by()
        .values_list("group_id", "pk", "theme_scores", "overall_exact")
    }
    levels = _levels(
        latest_assessments(day if is_past else None).filter(group__in=scope), ladder.codes if short else None
    )
    evidence, work = _evidence(scope, ladder, day), _work(scope, day)
    found = {}
    for pk in ids:
        assessment, themes, overall = assessments.get(pk, (0, {}, ""))
        found[pk] = Facts(
            as_at=day,
            papers=papers.get(pk, {}),
            answers=levels.get(assessment, {}),
            themes={code: scoring.from_text(text) for code, text in themes.items()},
            overall=scoring.from_text(overall) if overall else None,
            evidence_days=evidence.get(pk, ()),
            track_record_ends=work.get(pk, ()),
        )
    return found


def _papers(
    scope: Any, day: date | None, kinds: Iterable[str], *, short: bool
) -> dict[int, dict[str, Paper]]:
    """Papers of some kinds by group and kind: as they stand, or as they stood at the end of a day."""
    found: dict[int, dict[str, Paper]] = {}
    if day is None:
        papers = Credential.objects.filter(group__in=scope, kind__key__in=list(kinds)).order_by()
        if short:
            # Apart from the many that don't run out: without a date there is nothing to convert.
            papers = papers.filter(state=Credential.State.IN_PLACE)
            for group, key in (
                papers.filter(expires_on__isnull=True)
                .values_list("group_id", "kind__key")
                .iterator(chunk_size=5000)
            ):
                if (own := found.get(group)) is None:
                    own = found[group] = {}
                own[key] = HELD
            papers = papers.filter(expires_on__isnull=False)
        rows: Iterable[Any] = papers.values_list("group_id", "kind__key", "state", "expires_on").iterator(
            chunk_size=5000
        )
    else:
        rows = (
            (change.credential.group_id, change.credential.kind.key, change.state, change.expires_on)
            for change in as_at(scope, day)
        )
    for group, key, state, expires_on in rows:
        found.setdefault(group, {})[key] = Paper(state, expires_on)
    return found


def _levels(assessments: QuerySet, codes: Iterable[str] | None) -> dict[int, dict[str, Any]]:
    """Levels by assessment and code."""
    answers = Answer.objects.filter(assessment__in=assessments.order_by().values("pk"))
    found: dict[int, dict[str, Any]] = {}
    if codes is not None:
        # To be reached a level must be there, whatever the reason why it isn't.
        for assessment, code, level in (
            answers.filter(criterion__code__in=list(codes), level__isnull=False)
            .order_by()
            .values_list("assessment_id", "criterion__code", "level")
            .iterator(chunk_size=5000)
        ):
            found.setdefault(assessment, {})[code] = level
        return found
    for assessment, code, level, not_applicable in (
        answers.order_by()
        .values_list("assessment_id", "criterion__code", "level", "not_applicable")
        .iterator(chunk_size=5000)
    ):
        found.setdefault(assessment, {})[code] = scoring.NOT_APPLICABLE if not_applicable else level
    return found


def _evidence(scope: Any, ladder: Ladder, day: date) -> dict[int, list[date]]:
    """Days of each group's newest reviewed records, as many as any route asks for. Reviewed by the end of the day."""
    most = max((route.get("evidence_records", 0) for route in ladder.routes), default=0)
    end = end_of(day)
    through: Any = Evidence.groups.through
    links = through.objects.filter(communitygroup__in=scope)
    if not isinstance(scope, list) or len(scope) > FEW:
        # As a sum, which no index serves: SQLite without statistics would look for each group beside each record.
        links = through.objects.annotate(told_by=F("communitygroup_id") + 0).filter(told_by__in=scope)
    links = (
        links.filter(evidence__state=Evidence.State.REVIEWED, evidence__last_day__lte=day)
        # A spreadsheet doesn't say when somebody reviewed a record.
        .filter(Q(evidence__reviewed_at__lt=end) | Q(evidence__imported=True))
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=F("communitygroup_id"),
                order_by=(F("evidence__last_day").desc(), F("evidence_id").desc()),
            )
        )
        .filter(place__lte=most)
        .order_by()
        .values_list("communitygroup_id", "evidence__last_day")
    )
    found: dict[int, list[date]] = {}
    for group, last in links.iterator(chunk_size=5000):
        found.setdefault(group, []).append(last)
    return found


def _work(scope: Any, day: date) -> dict[int, list[date]]:
    """Last days of each group's pieces of work that had begun; what goes on ends, so far, on the day itself."""
    found: dict[int, list[date]] = {}
    for group, starts, ends in (
        TrackRecord.objects.filter(group__in=scope)
        .exclude(starts_on__gt=day)
        .exclude(starts_on__isnull=True, ends_on__isnull=True)
        .order_by()
        .values_list("group_id", "starts_on", "ends_on")
        .iterator(chunk_size=5000)
    ):
        found.setdefault(group, []).append(
            min(ends, day) if ends is not None and starts is not None else ends or day
        )
    return found
