"""The county report of 10,000 groups, four assessments each, and 200,000 records, beside bare SQL and a loop."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks._bare_report import statements
from benchmarks._county import bare_connection
from benchmarks._naive_report import by_loop
from benchmarks._processes import cpu_of
from benchmarks._report_county import report_county
from benchmarks.figures import Figure, interleaved
from groups.models import CommunityGroup, User
from readiness.reports.choice import ReportChoice, year_before
from readiness.reports.collect import collect

SIZES = (300, 3_000, 10_000)
SMOKE_SIZES = (30, 90)
MOST_QUERIES = 25
MOST_TIMES_BARE = 2
# Nothing but the database's answers may grow with the groups, and those come a few thousand rows at a time.
MOST_MEMORY_GROWTH = 1.5
DAYS_AGO = 200
# A loop over 10,000 groups would take minutes; so many are enough to know what one of them costs.
LOOPED = 300


@dataclass(frozen=True)
class Measured:
    """What one county gave, by the name of the day."""

    seconds: dict[str, float]
    bare: dict[str, float]
    queries: dict[str, int]
    mib: dict[str, float]
    loop_a_group: float


def run(smoke: bool) -> list[Figure]:
    """Figures of the largest county, and how time and memory grew from the smallest to it."""
    sizes = SMOKE_SIZES if smoke else SIZES
    found = {}
    for groups in sizes:
        with report_county(groups):
            found[groups] = _measured(2 if smoke else 5)
    least, most = found[sizes[0]], found[sizes[-1]]
    figures = [
        Figure(
            name=f"report of {sizes[-1]:,} groups, {day}, against bare SQL for the same figures",
            value=most.seconds[day],
            reference=most.bare[day],
            target=MOST_TIMES_BARE,
        )
        for day in most.seconds
    ]
    for day in most.seconds:
        figures += [
            Figure(
                name=f"queries of the report, {day}",
                value=most.queries[day],
                reference=MOST_QUERIES,
                target=1,
                unit="queries",
            ),
            Figure(
                name=f"time of the report, {day}, {sizes[-1]:,} groups against {sizes[0]:,}",
                value=most.seconds[day],
                reference=least.seconds[day],
                # Linear.
                target=sizes[-1] / sizes[0],
            ),
            *(
                Figure(
                    name=f"memory of the report, {day}, {groups:,} groups against {before:,}",
                    value=found[groups].mib[day],
                    reference=found[before].mib[day],
                    target=MOST_MEMORY_GROWTH,
                    unit="MiB",
                )
                for before, groups in pairwise(sizes)
            ),
        ]
    figures.append(
        Figure(
            name="report, today, for each group, against a loop over groups without unmet need",
            value=most.seconds["today"] / sizes[-1],
            reference=most.loop_a_group,
            target=1,
        )
    )
    return figures


def _days() -> dict[str, date]:
    today = timezone.localdate()
    return {"today": today, "a past day": today - timedelta(days=DAYS_AGO)}


def _measured(rounds: int) -> Measured:
    """Ours and the bare SQL in turn, for both days."""
    manager = User.objects.get(email="manager@demo.example")
    found = Measured({}, {}, {}, {}, 0)
    for name, day in _days().items():
        choice = ReportChoice(as_at=day, compare=year_before(day))

        def ours(choice: ReportChoice = choice) -> object:
            return collect(choice, by=manager)

        with bare_connection() as driver:
            bare = _bare(driver, statements(choice.as_at, choice.compare, today=name == "today"))
            clock = _clock(driver)
            found.seconds[name], found.bare[name] = interleaved(rounds, ours, bare, clock=clock)
        with CaptureQueriesContext(connection) as queries:
            ours()
        found.queries[name] = len(queries)
        found.mib[name] = _memory(ours)
    some = list(CommunityGroup.objects.select_related("lio")[:LOOPED])
    with bare_connection() as driver:
        clock = _clock(driver)
        start = clock()
        by_loop(some, timezone.localdate(), year_before(timezone.localdate()))
        spent = clock() - start
    return Measured(found.seconds, found.bare, found.queries, found.mib, spent / len(some))


def _clock(driver: Any) -> Callable[[], float]:
    """CPU seconds of this process, and of the two that the PostgreSQL server has for its connections.

    The server works without helpers meanwhile, whose time would not be seen, for both ways alike.
    """
    if connection.vendor == "sqlite":
        return time.process_time
    servers = []
    for cursor in (connection.cursor(), driver.cursor()):
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        servers.append(cursor.fetchone()[0])
    return lambda: time.process_time() + sum(map(cpu_of, servers))


def _bare(driver: Any, wanted: list[str]) -> Callable[[], object]:
    def fetch() -> int:
        cursor, rows = driver.cursor(), 0
        for statement in wanted:
            cursor.execute(statement)
            rows += len(cursor.fetchall())
        return rows

    return fetch


def _memory(way: Callable[[], object]) -> float:
    """The most that Python holds at once while it goes this way, in MiB."""
    tracemalloc.start()
    try:
        way()
        return tracemalloc.get_traced_memory()[1] / 1024 / 1024
    finally:
        tracemalloc.stop()
