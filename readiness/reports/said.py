"""Which groups a list holds, in words: "Active groups that moved up a band between … and …, in Derby"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from evidence.models import Engagement
from evidence.models.partnerships import Stage
from groups.models import CommunityGroup
from readiness.models import Action
from readiness.reports.behind import Behind
from readiness.reports.choice import ReportChoice
from readiness.reports.papers import STANDS
from readiness.reports.sentences import in_words
from readiness.reports.spine import Move

STATUSES = {
    "": "Groups",
    CommunityGroup.Status.ACTIVE: "Active groups",
    CommunityGroup.Status.DORMANT: "Dormant groups",
    CommunityGroup.Status.CLOSED: "Closed groups",
}
STOOD = {**STANDS, "soon": "in place and expires soon"}


@dataclass(frozen=True)
class Labels:
    """Names of what an address tells by id or key; what isn't in them any more is called by its key."""

    lios: Mapping[int, str]
    districts: Mapping[int, str]
    communities: Mapping[int, str]
    routes: Mapping[str, str]
    papers: Mapping[str, str]


def list_in_words(choice: ReportChoice, which: Behind, labels: Labels, q: str, today: date) -> str:
    """The list as one sentence without its full stop."""
    clauses = _clauses(choice, which, labels)
    parts = [" ".join([STATUSES.get(which.status, "Groups"), *clauses[:1]]), *clauses[1:]]
    parts += [value for _, value in choice.words]
    text = ", ".join([*parts, f"found by “{q}”"] if q else parts)
    on = in_words(choice.as_at)
    text = "All groups" if text == "Groups" else text
    return text if choice.as_at >= today or on in text else f"{text}, as at {on}"


def _clauses(choice: ReportChoice, which: Behind, labels: Labels) -> list[str]:
    on, before = in_words(choice.as_at), in_words(choice.compare)
    found = [
        which.move and _moved(which.move, on, before),
        which.assessed
        and {
            "yes": "with an assessment",
            "no": "not assessed yet",
            "recent": f"assessed in the 12 months up to {on}",
            "stale": f"last assessed more than 12 months before {on}",
        }[which.assessed],
        which.band and f"in the band “{which.band}”",
        which.band_before and f"that were in the band “{which.band_before}” on {before}",
        which.at and f"ready to “{labels.routes.get(which.at, which.at)}”",
        which.at_before
        and f"that were ready to “{labels.routes.get(which.at_before, which.at_before)}” on {before}",
        which.plan and "without an issued plan",
        which.visited and f"{'' if which.visited == 'yes' else 'not '}visited between {before} and {on}",
        which.section and _at_level(which.section, which.level),
        which.paper and _stands(labels.papers.get(which.paper, which.paper), which.stands),
        which.late and _late(which.late),
        which.account and f"whose level for section {which.account} is above what is on record",
        which.contact and f"in contact between {before} and {on} ({_label(Engagement.Kind, which.contact)})",
        which.partner and f"with a partnership ({_label(Stage, which.partner)})",
        which.of_kind
        and f"of the kind “{dict(CommunityGroup.Kind.choices).get(which.of_kind, which.of_kind)}”",
        which.in_lio is not None and f"of {labels.lios.get(which.in_lio or 0, 'an LIO that is no more')}",
        which.in_district is not None and _in_district(which.in_district, labels),
        which.in_community is not None
        and f"of the community “{labels.communities.get(which.in_community or 0, 'one that is no more')}”",
    ]
    return [str(words) for words in found if words]


def _moved(move: str, on: str, before: str) -> str:
    between = f"between {before} and {on}"
    return {
        Move.UP: f"that moved up a band {between}",
        Move.DOWN: f"that moved down a band {between}",
        Move.SAME: f"that were assessed again {between} and stayed in their band",
        Move.NEW: f"that were assessed for the first time {between}",
        Move.WAITING: f"that were not assessed again {between}",
        Move.NEVER: f"that had not been assessed by {on}",
    }[Move(move)]


def _at_level(section: str, level: str) -> str:
    if level == "na":
        return f"to whom section {section} doesn’t apply"
    return f"at level {level} of section {section}" if level else f"with a level for section {section}"


def _stands(paper: str, stands: str) -> str:
    words = STOOD.get(stands, stands)
    return f"whose paper “{paper}” is {words[:1].lower()}{words[1:]}"


def _label(choices: Any, key: str) -> str:
    return str(dict(choices.choices).get(key, key)).lower()


def _late(who: str) -> str:
    does = dict(Action.Who.choices).get(who)
    return f"with a late action (who does it: {str(does).lower()})" if does else "with a late action"


def _in_district(pk: int, labels: Labels) -> str:
    return f"in {labels.districts.get(pk, 'a district that is no more')}" if pk else "without a district"
