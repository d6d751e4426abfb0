"""What the pass over the groups adds up: counters alone, so that ten thousand groups take no more room than ten."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction

from readiness import scoring
from readiness.reports.spine import Move, SpineRow


@dataclass
class Tally:
    """Counts of active groups: of the whole county, of one LIO, of one district."""

    groups: int = 0
    assessed: int = 0
    recent: int = 0
    """Assessed within the twelve months up to the day."""
    stale: int = 0
    """Assessed, and not within those twelve months."""
    unplanned: int = 0
    """Without an issued plan."""
    visited: int = 0
    """Visited between the two days."""
    bands: Counter[str] = field(default_factory=Counter)
    bands_before: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    routes_before: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    _scores: Counter[str] = field(default_factory=Counter)
    _scores_before: Counter[str] = field(default_factory=Counter)

    def add(self, row: SpineRow, *, visited: bool) -> None:
        """Counts an active group."""
        self.groups += 1
        self.visited += visited
        self.unplanned += not row.issued
        self.routes[row.route] += 1
        self.routes_before[row.route_before] += 1
        self.moves[row.move] += 1
        self.kinds[row.kind] += 1
        if row.now is not None:
            self.assessed += 1
            self.recent += row.is_recent
            self.stale += not row.is_recent
            self.bands[row.now.band] += 1
            if row.now.overall:
                self._scores[row.now.overall] += 1
        if row.before is not None:
            self.bands_before[row.before.band] += 1
            if row.before.overall:
                self._scores_before[row.before.overall] += 1

    def merge(self, other: Tally) -> None:
        """Counts all that another tally has counted."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))

    @property
    def score(self) -> Decimal | None:
        """The mean of the latest overall scores, two decimals; None where nobody has one."""
        return mean_of(self._scores)

    @property
    def score_before(self) -> Decimal | None:
        """The same on the earlier day, of the groups that are active on the later one."""
        return mean_of(self._scores_before)

    def moved(self, move: Move) -> int:
        return self.moves[move]


_COUNTERS = [kept.name for kept in fields(Tally) if kept.default_factory is Counter]
_NUMBERS = [kept.name for kept in fields(Tally) if kept.name not in _COUNTERS]


def mean_of(scores: Counter[str]) -> Decimal | None:
    """The mean of exact scores, given as text with how many groups have each, rounded half up to two decimals."""
    number = scores.total()
    if not number:
        return None
    total = sum((scoring.from_text(text) * times for text, times in scores.items()), Fraction(0))
    return scoring.two_decimals(total / number)


@dataclass
class CountyTally:
    """All that the pass adds up."""

    everything: Tally = field(default_factory=Tally)
    lios: dict[int, Tally] = field(default_factory=dict)
    districts: dict[int, Tally] = field(default_factory=dict)
    """A group that works in several districts counts in each; nobody's district is 0."""
    communities: Counter[int] = field(default_factory=Counter)
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Active groups by community and district."""
    status: Counter[str] = field(default_factory=Counter)

    def place(self, row: SpineRow) -> None:
        """Counts an active group's communities, and each of them in each of its districts."""
        for community in row.communities:
            self.communities[community] += 1
            for district in row.districts:
                self.pairs[community, district] += 1


def tally_of(rows: Iterable[SpineRow], *, visited_from: date) -> CountyTally:
    """Adds up the rows. visited_from: a visit on that day or later counts as one between the two days.

    A group that isn't active counts by its status alone. Each other is counted once, with those of its LIO that work in
    the same districts; these are then put together.
    """
    county = CountyTally()
    alike: defaultdict[tuple[int, tuple[int, ...]], Tally] = defaultdict(Tally)
    for row in rows:
        county.status[row.status] += 1
        if row.is_active:
            visited = row.last_visit is not None and row.last_visit >= visited_from
            alike[row.lio, row.districts].add(row, visited=visited)
            county.place(row)
    for (lio, districts), found in alike.items():
        county.everything.merge(found)
        county.lios.setdefault(lio, Tally()).merge(found)
        for district in districts or (0,):
            county.districts.setdefault(district, Tally()).merge(found)
    return county
