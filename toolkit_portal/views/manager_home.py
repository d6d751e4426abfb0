""" "The county today": where a manager starts. Its state in words, what changed in a month, and what needs them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from groups.access import AuthenticatedRequest
from groups.models import LIO, CommunityGroup, CredentialKind, District, Job, User
from readiness.models import Edition, SavedView
from readiness.reports import actions, papers
from readiness.reports.behind import link
from readiness.reports.choice import ReportChoice
from readiness.reports.sentences import Figures, number, sentences
from readiness.reports.spine import Bands, Move, recent_from, spine
from readiness.reports.tally import CountyTally, tally_of
from readiness.reports.values import Sentence
from readiness.route_keeping import settle_due
from toolkit_portal.core.dates import months_after

JOBS_SHOWN = 3
PAPERS_SHOWN = 5
SENTENCES = 3
"""How many of the report's sentences stand here: those on assessments, movement and the score."""


@dataclass(frozen=True)
class Line:
    """One thing, and the query of the groups it speaks of."""

    text: str
    groups: str = ""


@dataclass(frozen=True)
class Today:
    """What the page tells of the county."""

    choice: ReportChoice
    groups: int
    sentences: tuple[Sentence, ...]
    changes: list[Line]
    unassessed: list[Line] = field(default_factory=list)
    late: list[Line] = field(default_factory=list)
    expired: list[Line] = field(default_factory=list)
    empty_districts: list[str] = field(default_factory=list)


def manager_home(request: AuthenticatedRequest) -> HttpResponse:
    """The page. At most 20 queries, however many groups there are."""
    today = timezone.localdate()
    settle_due(CommunityGroup.objects.visible_to(request.user))
    return render(
        request,
        "home/county_today.html",
        {
            "today": today,
            "county": county_today(request.user, today),
            "jobs": list(Job.objects.of(request.user)[:JOBS_SHOWN]),
            "views": list(SavedView.objects.filter(owner=request.user)),
        },
    )


def county_today(user: User, today: date) -> Today:
    """The county on this day against the same day a month before. At most twelve queries."""
    choice = ReportChoice(as_at=today, compare=months_after(today, -1))
    edition = Edition.objects.filter(is_current=True).first()
    scope = choice.groups(user)
    active = choice.active(scope)
    tally = tally_of(
        spine(choice, scope, Bands(edition.band_names if edition else ()), recent_from(today)),
        visited_from=choice.compare,
    )
    late = actions.late_by_lio_and_who(active, today)
    expired = _expired(choice, papers.counts(active, today))
    empty = [
        district.name
        for district in District.objects.all()
        if (district.ends_on is None or district.ends_on > today)
        and (district.starts_on is None or district.starts_on <= today)
        and district.pk not in tally.districts
    ]
    return Today(
        choice=choice,
        groups=tally.everything.groups,
        sentences=_sentences(choice, tally),
        changes=_changes(choice, tally),
        unassessed=_unassessed(choice, tally),
        late=_late(choice, late),
        expired=expired,
        empty_districts=empty if tally.everything.groups else [],
    )


def _sentences(choice: ReportChoice, tally: CountyTally) -> tuple[Sentence, ...]:
    of = tally.everything
    figures = Figures(
        as_at=choice.as_at,
        compare=choice.compare,
        groups=of.groups,
        assessed=of.assessed,
        recent=of.recent,
        up=of.moves[Move.UP],
        down=of.moves[Move.DOWN],
        new=of.moves[Move.NEW],
        score=of.score,
        score_before=of.score_before,
        best_route="",
        at_best_route=0,
        empty_districts=(),
        late=0,
        expired=0,
        records=0,
    )
    links = {
        "recent": link(choice, assessed="recent") if of.recent else "",
        "up": link(choice, move=Move.UP) if of.moves[Move.UP] else "",
    }
    # What is late or expired is told further down, with where.
    return sentences(figures, links)[: SENTENCES if of.assessed else 1]


def _changes(choice: ReportChoice, tally: CountyTally) -> list[Line]:
    of = tally.everything
    several = (
        (of.moves[Move.UP], "moved up a band", {"move": Move.UP}),
        (of.moves[Move.DOWN], "moved down a band", {"move": Move.DOWN}),
        (of.moves[Move.SAME], "assessed again, in the same band", {"move": Move.SAME}),
        (of.moves[Move.NEW], "assessed for the first time", {"move": Move.NEW}),
        (of.visited, "visited", {"visited": "yes"}),
    )
    return [
        Line(f"{number(count, 'group', 'groups')} {words}", link(choice, **which))
        for count, words, which in several
        if count
    ]


def _unassessed(choice: ReportChoice, tally: CountyTally) -> list[Line]:
    of = tally.everything
    return [
        Line(f"{number(count, 'group', 'groups')} {words}", link(choice, assessed=key))
        for count, words, key in (
            (of.stale, "last assessed longer ago", "stale"),
            (of.groups - of.assessed, "never assessed", "no"),
        )
        if count
    ]


def _late(choice: ReportChoice, late: Counter[tuple[int, str]]) -> list[Line]:
    """Late actions by LIO, most first. One query, where any is late."""
    by_lio: Counter[int] = Counter()
    for (lio, _), count in late.items():
        by_lio[lio] += count
    names = dict(LIO.objects.filter(pk__in=by_lio).values_list("pk", "name")) if by_lio else {}
    return [
        Line(f"{names[lio]}: {number(count, 'action', 'actions')}", link(choice, late="yes", in_lio=lio))
        for lio, count in sorted(by_lio.items(), key=lambda one: (-one[1], names[one[0]]))
    ]


def _expired(choice: ReportChoice, counted: dict[int, Counter[str]]) -> list[Line]:
    """Kinds of paper that have expired for most groups, most first. One query, where any has."""
    numbers = {kind: found["expired"] for kind, found in counted.items() if found["expired"]}
    kinds = {kind.pk: kind for kind in CredentialKind.objects.filter(pk__in=numbers)} if numbers else {}
    lines = [
        Line(
            f"{kinds[pk].label}: {number(count, 'group', 'groups')}",
            link(choice, paper=kinds[pk].key, stands="expired"),
        )
        for pk, count in sorted(numbers.items(), key=lambda one: (-one[1], kinds[one[0]].label))
    ]
    return lines[:PAPERS_SHOWN]
