"""The groups behind a number: the report's choice, and which of its groups the number counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from groups.models import CommunityGroup
from readiness.reports.choice import ReportChoice
from readiness.reports.spine import Move, SpineRow

# Names in an address: each narrows the report's groups to those that a number has counted.
NAMES = (
    "status", "band", "band_before", "at", "at_before", "move", "assessed", "in_lio", "in_district", "in_community",
    "of_kind", "plan", "visited", "section", "level", "paper", "stands", "late",
    "account", "contact", "partner",
)  # fmt: skip


@dataclass(frozen=True)
class Behind:
    """Which of the report's groups a number has counted; nothing set: all that are active on the day."""

    status: str = CommunityGroup.Status.ACTIVE
    band: str = ""
    band_before: str = ""
    at: str = ""
    """The key of a route on the day."""
    at_before: str = ""
    move: str = ""
    assessed: str = ""
    """"yes", "no", "recent" or "stale"."""
    in_lio: int | None = None
    in_district: int | None = None
    """0: groups without one."""
    in_community: int | None = None
    of_kind: str = ""
    plan: str = ""
    """"none": no version issued by the day."""
    visited: str = ""
    """"yes" or "no": visited or not between the two days."""
    section: str = ""
    level: str = ""
    """A level from 0 to 4, or "na"; with a section."""
    paper: str = ""
    stands: str = ""
    """How the paper stands: a key of readiness.reports.papers.STANDS."""
    late: str = ""
    """"yes": it has an action whose day had passed; or who does such an action, a value of Action.Who."""

    account: str = ""
    """A criterion whose level stands above what is on record."""
    contact: str = ""
    """It was in contact since the earlier day: a value of Engagement.Kind."""
    partner: str = ""
    """It had a partnership at this stage."""

    @property
    def query(self) -> str:
        """As the query of an address, without what is as usual."""
        usual = Behind()
        return urlencode(
            {name: getattr(self, name) for name in NAMES if getattr(self, name) != getattr(usual, name)}
        )

    def fits(self, row: SpineRow, *, visited: bool) -> bool:
        """Whether the number has counted this group, by what the pass over the groups knows."""
        if self.status and row.status != self.status:
            return False
        if self.band and (row.now is None or row.now.band != self.band):
            return False
        if self.band_before and (row.before is None or row.before.band != self.band_before):
            return False
        if (self.at and row.route != self.at) or (self.at_before and row.route_before != self.at_before):
            return False
        if self.move and row.move != self.move:
            return False
        if self.of_kind and row.kind != self.of_kind:
            return False
        if self.in_lio is not None and row.lio != self.in_lio:
            return False
        if self.in_district is not None and self.in_district not in (row.districts or (0,)):
            return False
        if self.in_community is not None and self.in_community not in row.communities:
            return False
        if self.plan == "none" and row.issued:
            return False
        if self.visited and visited != (self.visited == "yes"):
            return False
        return {
            "": True,
            "yes": row.now is not None,
            "no": row.now is None,
            "recent": row.is_recent,
            "stale": row.now is not None and not row.is_recent,
        }[self.assessed]


def read_behind(query: Any) -> Behind:
    """What an address says; what nobody could mean is passed over, so that an old link still shows a list."""
    given: dict[str, Any] = {name: str(query.get(name, ""))[:80] for name in NAMES if name in query}
    for name in ("in_lio", "in_district", "in_community"):
        if name in given:
            digits = given[name].isascii() and given[name].isdecimal() and len(given[name]) < 19
            given[name] = int(given[name]) if digits else None
    if given.get("assessed") not in (None, "", "yes", "no", "recent", "stale"):
        given["assessed"] = ""
    if given.get("visited") not in (None, "", "yes", "no"):
        given["visited"] = ""
    if given.get("move") and given["move"] not in set(Move):
        given["move"] = ""
    return Behind(**given)


def link(choice: ReportChoice, **which: Any) -> str:
    """The query of the list of groups behind a number of this report."""
    return "&".join(filter(None, (choice.query, Behind(**which).query)))


__all__ = ["NAMES", "Behind", "link", "read_behind"]
