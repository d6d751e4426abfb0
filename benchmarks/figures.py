"""What a benchmark reports, and how two ways of doing the same work are timed against each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value beside its reference, both from the same run and in ``unit``.

    ``target`` bounds the ratio of value to reference: at most for ``better="lower"``, at least for
    ``better="higher"``. For an absolute target give the allowed amount as reference and 1.0 as target.
    """

    name: str
    value: float
    reference: float
    target: float
    better: str = "lower"
    unit: str = "s CPU"

    @property
    def ratio(self) -> float:
        """Value divided by reference; 0 when the reference is 0."""
        return self.value / self.reference if self.reference else 0.0

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of the target."""
        return self.ratio <= self.target if self.better == "lower" else self.ratio >= self.target


def interleaved(
    rounds: int, *ways: Callable[[], object], clock: Callable[[], float] = time.process_time
) -> list[float]:
    """Return the median seconds of each way, measured in turn so that a busy machine hurts all alike.

    CPU seconds of this process; with clock=time.perf_counter time as it passes, where the work is another process's.
    """
    times: list[list[float]] = [[] for _ in ways]
    for way in ways:
        way()
    for _ in range(rounds):
        for spent, way in zip(times, ways, strict=True):
            start = clock()
            way()
            spent.append(clock() - start)
    return [statistics.median(spent) for spent in times]
