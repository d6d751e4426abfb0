"""Builds the demo county in bulk: a few queries a thousand groups, so that 10,000 take minutes, not hours."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from evidence import search_index
from evidence.demo.county import DemoCounty, add_evidence
from groups.demo.files import add_files
from groups.demo.papers import add_papers
from groups.demo.shared import DemoGroup, DemoGroups
from groups.demo.work import add_work
from groups.models import AudienceServed, Community, CommunityGroup, District, ServiceArea
from readiness import scoring
from readiness.demo.groups import County, add_groups, add_people
from readiness.demo.history import add_route_history
from readiness.demo.readiness import (
    Standing,
    add_assessments,
    add_plans,
    add_unfinished_work,
    is_ahead,
    issue_plans,
)
from readiness.models import Edition, SuggestedAction
from readiness.route_keeping import settle
from readiness.routes import Facts, reached

BATCH = 500
# What routes ask of scores; the other rules are met by what is made for it.
SCORE_RULES = frozenset({"key", "after", "theme_scores", "levels", "overall"})
MOST_IN_HAND = 3
ISSUED_PLANS = 6  # each takes a second or two to render, so only some groups have one


class DemoRefused(ValueError):
    """The demo doesn't go into a database that holds groups, nor anywhere outside demo mode."""


@dataclass
class Made:
    """How much was made."""

    groups: int = 0
    visits: int = 0
    assessments: int = 0
    actions: int = 0
    issued: int = 0
    evidence: int = 0
    briefs: int = 0
    papers: int = 0
    works: int = 0
    moves: int = 0
    """How often a group came to another route."""


@transaction.atomic
def build(
    *,
    groups: int = 48,
    seed: int = 1,
    issued: int | None = None,
    evidence: int = 0,
    today: date | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Made:
    """Makes the whole demo county, or nothing, and returns how much it holds.

    The same seed and day make the same county. issued is how many groups get an issued plan with its PDFs (six);
    evidence how many records of unmet need there are, with everything else of evidence where there is one.
    Raises DemoRefused outside demo mode and where the database holds groups already.
    """
    if not settings.DEMO:
        raise DemoRefused("The demo can only be loaded in demo mode. Set DEMO=1, never with real data.")
    if CommunityGroup.objects.exists():
        raise DemoRefused("This database holds groups already. The demo goes into an empty one only.")
    county = _prepared(seed, today or timezone.localdate())
    made = Made()
    add_people(county)
    shown = _to_show(county, seed)
    for start in range(0, groups, BATCH):
        batch, visits = add_groups(county, start, min(start + BATCH, groups))
        latest, assessments = add_assessments(county, batch, start)
        made.groups += len(batch)
        made.visits += visits
        made.assessments += assessments
        made.actions += add_plans(county, batch, latest, start)
        entries = _in_hand(county, shown, batch, latest, start)
        made.papers += add_papers(shown, entries)
        made.works += add_work(shown, entries)
        if groups > BATCH:
            say(f"{made.groups} of {groups} groups")
    # Before the lead is there, who would get a mail at every start.
    made.issued = issue_plans(county, ISSUED_PLANS if issued is None else issued)
    first, lead = add_unfinished_work(county)
    add_files(shown, own=first, lead=lead)
    if evidence:
        told = add_evidence(
            DemoCounty(
                chance=county.chance,
                today=county.today,
                uuid=county.uuid,
                lios=county.lios,
                officers=county.officers,
                groups=list(CommunityGroup.objects.order_by("pk")),
            ),
            records=evidence,
            briefs=0 if issued == 0 else None,
            say=say,
        )
        made.evidence, made.briefs = told.records, told.briefs
    # Most of it was written past the signals that search and routes listen to.
    search_index.rebuild()
    made.moves = add_route_history(county)
    settle(CommunityGroup.objects.all(), "", day=county.today)
    return made


def _prepared(seed: int, today: date) -> County:
    """What is in the database before: the edition and the listed values."""
    edition = Edition.objects.get(is_current=True)
    suggestions: dict[tuple[int, int], list[SuggestedAction]] = {}
    for suggestion in SuggestedAction.objects.filter(criterion__edition=edition).order_by("position", "key"):
        suggestions.setdefault((suggestion.criterion_id, suggestion.level), []).append(suggestion)
    return County(
        chance=random.Random(seed),
        today=today,
        edition=edition,
        criteria=list(edition.criteria.order_by("position")),
        suggestions=suggestions,
        districts={district.name: district for district in District.objects.all()},
        communities={value.label: value for value in Community.objects.all()},
        serves={value.label: value for value in AudienceServed.objects.all()},
        services={value.label: value for value in ServiceArea.objects.all()},
    )


def _to_show(county: County, seed: int) -> DemoGroups:
    """What papers and work are made of. Their chance is their own: the rest of the county doesn't depend on it."""
    chance = random.Random(f"papers and work {seed}")
    return DemoGroups(
        chance=chance,
        today=county.today,
        officers=county.officers,
        uuid=lambda: UUID(int=chance.getrandbits(128), version=4),
    )


def _in_hand(
    county: County,
    shown: DemoGroups,
    groups: list[CommunityGroup],
    latest: dict[int, Standing],
    start: int,
) -> list[DemoGroup]:
    """Most groups have in hand what the route asks for that their scores allow; some have more, or did until lately."""
    routes = [
        {name: rule for name, rule in route.items() if name in SCORE_RULES}
        for route in county.edition.settings.get("routes", ())
    ]
    places = {"": 0} | {route["key"]: place for place, route in enumerate(routes)}
    entries = []
    for number, group in enumerate(groups, start):
        standing = latest[group.pk]
        themes = standing.assessment.theme_scores
        facts = Facts(
            county.today,
            answers=standing.levels,
            themes={code: scoring.from_text(text) for code, text in themes.items()},
            overall=scoring.from_text(standing.assessment.overall_exact),
        )
        rung = places[reached(routes, {}, facts)]
        luck = "" if is_ahead(number) else shown.chance.choice(["slipped", "more", *[""] * 6])
        most = 1 if group.legal_form == CommunityGroup.LegalForm.NONE_YET else MOST_IN_HAND
        entries.append(DemoGroup(group, min(most, rung + (luck == "more")), number == 0, luck == "slipped"))
    return entries
