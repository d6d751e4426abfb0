"""What is done with a group's indicators: choose one, note its figures (toolkit section 2.23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from evidence import versioned
from evidence.models import Indicator, IndicatorValue
from groups.models import CommunityGroup, User

FIELDS = ("title", "kind", "unit", "target")
BARS_SHOWN = 24


def note_indicator(*, group: CommunityGroup, by: User | None, client_id: UUID, **fields: Any) -> Indicator:
    """A new indicator. fields: FIELDS. A client_id used before returns what it made.

    Raises versioned.ForeignForm where that is another group's.
    """
    return versioned.make(Indicator, client_id=client_id, owner={"group": group}, by=by, lists={}, **fields)[
        0
    ]


def change_indicator(*, indicator: Indicator, by: User, version: int, **fields: Any) -> Indicator:
    """The indicator with other FIELDS. Raises versioned.StaleRecord where a colleague was first."""
    return versioned.change(indicator, by=by, version=version, lists={}, **fields)


class FigureKnown(ValueError):
    """The period has another figure already. `current` is that one."""

    def __init__(self, current: IndicatorValue) -> None:
        super().__init__("There is another figure for this period.")
        self.current = current


def note_figure(
    *, indicator: Indicator, by: User, period_end: date, value: Decimal, replace: Decimal | None = None
) -> IndicatorValue:
    """The figure of a period. The same twice is one; replace: the stored figure that the writer has seen and corrects.

    Raises FigureKnown where the period has another, ValueError for a day ahead.
    """
    if period_end > timezone.localdate():
        raise ValueError("That day is still to come.")
    with transaction.atomic():
        # The indicator's row stands for its figures: two writers come one after the other.
        Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
        known = indicator.values.filter(period_end=period_end).first()
        if known is None:
            return indicator.values.create(period_end=period_end, value=value, recorded_by=by)
        if known.value == value:
            return known
        if known.value != replace:
            raise FigureKnown(known)
        known.value, known.recorded_by, known.recorded_at = value, by, timezone.now()
        known.save()
        return known


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure in a chart: its length of 100, and whether it reaches the target (None without one)."""

    figure: IndicatorValue
    length: int
    reaches: bool | None


@dataclass(frozen=True, slots=True)
class IndicatorChart:
    """The figures of an indicator, oldest first, and where its target stands of 100 (None without one)."""

    indicator: Indicator
    bars: tuple[Bar, ...]
    target_at: int | None
    left_out: int


def chart_of(indicator: Indicator) -> IndicatorChart:
    """The newest figures as bars. Reads indicator.values.all(), so prefetch them."""
    figures = list(indicator.values.all())
    shown = figures[-BARS_SHOWN:]
    target = indicator.target
    most = max([figure.value for figure in shown] + [target or Decimal(0)], default=Decimal(0))

    def length(value: Decimal) -> int:
        return round(100 * value / most) if most else 0

    return IndicatorChart(
        indicator=indicator,
        bars=tuple(
            Bar(figure, length(figure.value), None if target is None else figure.value >= target)
            for figure in shown
        ),
        target_at=None if target is None else min(99, length(target)),
        left_out=len(figures) - len(shown),
    )
