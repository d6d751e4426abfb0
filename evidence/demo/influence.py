"""Contact with commissioners, partnerships and figures of the demo county: for every other group, in bulk."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.engagements import derived
from evidence.models import Engagement, Indicator, IndicatorValue, Partnership, PartnershipStage
from evidence.models.partnerships import Stage
from groups.models import CommunityGroup, Organisation, ServiceArea, User

if TYPE_CHECKING:
    from evidence.demo.county import DemoCounty

BATCH = 500
ROWS = 2000
KINDS = Engagement.Kind.values
# How many of each kind a busy group has in a year and a half, from least to most.
OFTEN = {
    "dialogue": (1, 4),
    "request": (0, 2),
    "consultation": (0, 3),
    "forum": (0, 4),
    "specification": (0, 1),
}
MONTHS_OF_FIGURES = 6


def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "influence.toml").read_text(encoding="utf-8"))


@dataclass
class _Made:
    """Rows of one batch of groups, with the group of each."""

    contacts: list[tuple[Engagement, int]]
    partnerships: list[tuple[Partnership, list[PartnershipStage]]]
    indicators: list[tuple[Indicator, list[IndicatorValue]]]
    services: list[tuple[Partnership, int]]


def add_influence(county: DemoCounty, organisations: Sequence[Organisation]) -> None:
    """Adds the records for every other group. The same county gives the same."""
    words = _words()
    areas = list(ServiceArea.objects.current().values_list("pk", flat=True))
    chosen = county.groups[::2]
    for start in range(0, len(chosen), BATCH):
        made = _Made([], [], [], [])
        for group in chosen[start : start + BATCH]:
            _Group(county, words, organisations, areas, group, made).write()
        _store(made)


@dataclass
class _Group:
    """Writes what one group did."""

    county: DemoCounty
    words: dict[str, Any]
    organisations: Sequence[Organisation]
    areas: list[int]
    group: CommunityGroup
    made: _Made

    @property
    def pick(self) -> random.Random:
        return self.county.chance

    def write(self) -> None:
        officer = self.pick.choice(self.county.officers[self.group.lio_id])
        busy = self.pick.random() < 0.6
        for kind in KINDS:
            least, most = OFTEN[kind]
            for _ in range(self.pick.randint(least, most) if busy else int(self.pick.random() < 0.4)):
                self.made.contacts.append((self._contact(kind, officer), self.group.pk))
        if self.pick.random() < 0.3:
            self._waiting(officer)
        if self.pick.random() < 0.5:
            self._partnership(officer)
        for indicator in self.words["indicators"][: self.pick.choice([0, 0, 1, 2, 3])]:
            self._indicator(indicator, officer)

    def _waiting(self, officer: User) -> None:
        """A request without an answer yet, or a consultation that closes soon."""
        day = self.county.today - timedelta(days=self.pick.randint(12, 33))
        if self.pick.random() < 0.6:
            kind, fields = "request", {"happened_on": day, "next_step": ""}
        else:
            closes = self.county.today + timedelta(days=self.pick.randint(2, 13))
            kind, fields = "consultation", {"opens_on": day, "closes_on": closes, "next_step": ""}
        self.made.contacts.append((self._row(kind, officer, day, fields), self.group.pk))

    def _contact(self, kind: str, officer: User) -> Engagement:
        day = self.county.past_day()
        fields: dict[str, Any] = {} if kind == "consultation" else {"happened_on": day}
        return self._row(kind, officer, day, fields | getattr(self, f"_{kind}")(day))

    def _row(self, kind: str, officer: User, day: date, fields: dict[str, Any]) -> Engagement:
        texts = self.words[kind]
        said = self.pick.choice(texts["said"])
        fields.setdefault("next_step", self.pick.choice(texts["next_steps"]))
        return Engagement(
            client_id=self.county.uuid(),
            lio_id=self.group.lio_id,
            kind=kind,
            organisation=self._organisation(kind),
            subject=self.pick.choice(texts["subjects"]),
            said=said if _has_answer(kind, fields) else "",
            created_by=officer,
            changed_by=officer,
            created_at=self._written(day),
            is_demo=True,
            **fields,
            **derived(kind, fields),
        )

    def _organisation(self, kind: str) -> Organisation:
        wanted: Callable[[Organisation], bool] = {
            "forum": lambda one: one.is_forum,
            "dialogue": lambda one: one.is_commissioner or one.is_provider,
        }.get(kind, lambda one: one.is_commissioner)
        return self.pick.choice([one for one in self.organisations if wanted(one)])

    def _written(self, day: date) -> datetime:
        return self.county.moment(min(day + timedelta(days=self.pick.randint(0, 3)), self.county.today))

    def _dialogue(self, day: date) -> dict[str, Any]:
        outcomes = ["", "more_talks", "change_promised", "change_made", "no_change"]
        return {
            "who": self.pick.choice(self.words["dialogue"]["who"]),
            "outcome": self.pick.choices(outcomes, [3, 4, 2, 1, 2])[0],
        }

    def _request(self, day: date) -> dict[str, Any]:
        back = day + timedelta(days=self.pick.randint(9, 44))
        if back > self.county.today or self.pick.random() < 0.12:
            is_old = (self.county.today - day).days > 120
            return {"outcome": "no_answer"} if is_old else {"next_step": ""}
        outcome = self.pick.choices(["provided", "partly", "not_held", "refused"], [4, 3, 3, 1])[0]
        return {"answered_on": back, "outcome": outcome}

    def _consultation(self, day: date) -> dict[str, Any]:
        opens = day - timedelta(days=self.pick.randint(14, 40))
        closes = day + timedelta(days=self.pick.randint(0, 14))
        answered = self.pick.random() < 0.7
        return {
            "opens_on": opens,
            "closes_on": closes,
            "responded_on": day if answered else None,
            "outcome": self.pick.choice(["", "", "taken_up", "noted", "not_taken_up"]) if answered else "",
        }

    def _forum(self, day: date) -> dict[str, Any]:
        raised = self.pick.random() < 0.4
        return {
            "attended": self.pick.randint(1, 3),
            "raised": raised,
            "outcome": self.pick.choice(["answered", "taken_on", "noted"]) if raised else "",
        }

    def _specification(self, day: date) -> dict[str, Any]:
        asked = self.pick.choice([5, 10, 15])
        outcome = self.pick.choices(["", "with_marks", "without_marks", "not_taken_up"], [4, 1, 2, 1])[0]
        return {
            "section_asked": self.pick.choice(self.words["specification"]["sections"]),
            "marks_asked": asked,
            "marks_obtained": 5 if outcome == "with_marks" else None,
            "outcome": outcome,
        }

    def _partnership(self, officer: User) -> None:
        texts, pick = self.words["partnership"], self.pick
        stages = list(Stage.values)[: pick.choices(range(1, 7), [3, 4, 3, 2, 2, 1])[0]]
        day = self.county.past_day()
        history = []
        for stage in stages:
            history.append(
                PartnershipStage(
                    stage=stage, reached_on=day, recorded_by=officer, recorded_at=self._written(day)
                )
            )
            day += timedelta(days=pick.randint(20, 90))
            if day > self.county.today:
                break
        partnership = Partnership(
            client_id=self.county.uuid(),
            group=self.group,
            prime=pick.choice([one for one in self.organisations if one.is_provider]),
            opportunity=pick.choice(texts["opportunities"]),
            note=pick.choice(texts["notes"]),
            pounds=pick.choice([None, 3_000, 5_500, 12_000, 24_000]),
            stage=history[-1].stage,
            stage_on=history[-1].reached_on,
            created_by=officer,
            changed_by=officer,
            created_at=history[0].recorded_at,
            is_demo=True,
        )
        self.made.partnerships.append((partnership, history))
        self.made.services.append((partnership, pick.choice(self.areas)))

    def _indicator(self, texts: dict[str, Any], officer: User) -> None:
        pick, figures = self.pick, []
        end = self.county.today.replace(day=1) - timedelta(days=1)
        for _ in range(pick.randint(1, MONTHS_OF_FIGURES)):
            figures.append(
                IndicatorValue(
                    period_end=end,
                    value=Decimal(pick.randint(texts["least"], texts["most"])),
                    recorded_by=officer,
                    recorded_at=self._written(end),
                )
            )
            end = end.replace(day=1) - timedelta(days=1)
        indicator = Indicator(
            client_id=self.county.uuid(),
            group=self.group,
            title=texts["title"],
            kind=texts["kind"],
            unit=texts["unit"],
            target=Decimal(texts["target"]) if pick.random() < 0.7 else None,
            created_by=officer,
            changed_by=officer,
            created_at=figures[-1].recorded_at,
            is_demo=True,
        )
        self.made.indicators.append((indicator, figures))


def _has_answer(kind: str, fields: dict[str, Any]) -> bool:
    """Whether there was anything to write down: an answer to a request, a response to a consultation."""
    if kind == "request":
        return fields.get("answered_on") is not None
    return kind != "consultation" or fields.get("responded_on") is not None


def _store(made: _Made) -> None:
    """The rows of a batch in a few queries; what hangs on them gets their ids."""
    Engagement.objects.bulk_create([one for one, _ in made.contacts], batch_size=ROWS)
    links: Any = Engagement.groups.through
    links.objects.bulk_create(
        (links(engagement_id=one.pk, communitygroup_id=group) for one, group in made.contacts),
        batch_size=ROWS,
    )
    Partnership.objects.bulk_create([one for one, _ in made.partnerships], batch_size=ROWS)
    areas: Any = Partnership.services.through
    areas.objects.bulk_create(
        (areas(partnership_id=one.pk, servicearea_id=area) for one, area in made.services), batch_size=ROWS
    )
    for partnership, history in made.partnerships:
        for entry in history:
            entry.partnership = partnership
    PartnershipStage.objects.bulk_create(
        (entry for _, history in made.partnerships for entry in history), batch_size=ROWS
    )
    Indicator.objects.bulk_create([one for one, _ in made.indicators], batch_size=ROWS)
    for indicator, figures in made.indicators:
        for figure in figures:
            figure.indicator = indicator
    IndicatorValue.objects.bulk_create(
        (figure for _, figures in made.indicators for figure in figures), batch_size=ROWS
    )
