"""Plans in bulk: two processes beside one, memory from few plans to many; LibreOffice and Chromium at the same work.

BENCHMARK_PLANS=1000 says how many are many; 300 in an ordinary run, 12 in a smoke run.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks._plan_ways import (
    CHROMIUM,
    SOFFICE,
    by_libreoffice,
    by_processes,
    chromium,
    linked_html,
    sample,
)
from benchmarks._processes import family_cpu
from benchmarks.figures import Figure, interleaved
from readiness.plan_document import render_plan

FEW = 10
MOST_MIB = 200
# What both workers together may take more for many plans than for few: a tenth, for the allocator's own room.
MOST_GROWTH = 1.1
# The portal's PDFs are tagged, with titles and languages; LibreOffice's and Chromium's answers to the same HTML aren't.
# No target was set beside them. These bounds are what was measured when the portal was designed, so that it shows
# when the distance grows: LibreOffice 0.34 times and Chromium 0.15 times a plain render, ours 0.72.
BESIDE_LIBREOFFICE = 0.72 / 0.34
BESIDE_CHROMIUM = 0.72 / 0.15


def run(smoke: bool) -> list[Figure]:
    """Time, memory, and peers."""
    many = 12 if smoke else int(os.environ.get("BENCHMARK_PLANS", "300"))
    batch = range(4 if smoke else 24)
    rounds = 1 if smoke else 3
    one, two = interleaved_once(rounds, batch)
    few_mib = by_processes(range(4 if smoke else FEW), 2)
    many_mib = by_processes(range(many), 2)
    return [
        Figure(
            name=f"{len(batch)} plans by two processes, times as fast as by one",
            value=one,
            reference=two,
            target=1.6,
            better="higher",
            unit="s",
        ),
        Figure(
            name=f"memory of both processes, {many} plans against {4 if smoke else FEW}",
            value=many_mib,
            reference=few_mib,
            target=MOST_GROWTH,
            unit="MiB",
        ),
        Figure(
            name=f"memory of both processes, {many} plans, against the most allowed",
            value=many_mib,
            reference=MOST_MIB,
            target=1,
            unit="MiB",
        ),
        *_beside_libreoffice(rounds, batch),
        *_beside_chromium(rounds, batch),
    ]


def interleaved_once(rounds: int, batch: range) -> tuple[float, float]:
    """Median seconds as they pass for the batch by one process and by two, without a round to warm up: each process
    begins anew, as a worker's do.
    """
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for processes, spent in times.items():
            start = time.perf_counter()
            by_processes(batch, processes)
            spent.append(time.perf_counter() - start)
    return statistics.median(times[1]), statistics.median(times[2])


@contextmanager
def _files(batch: range) -> Iterator[tuple[list[Path], Path]]:
    """Files with the plans' HTML, and a folder for what is made of them."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name)
        files = [folder / f"plan-{number}.html" for number in batch]
        for number, file in zip(batch, files, strict=True):
            file.write_text(linked_html(sample(number)), encoding="utf-8")
        yield files, folder


def _ours(batch: range) -> None:
    for number in batch:
        render_plan(sample(number))


def _beside_libreoffice(rounds: int, batch: range) -> list[Figure]:
    if SOFFICE is None:
        print("plans: LibreOffice is not installed, so nothing is measured beside it.", file=sys.stderr)
        return []
    with _files(batch) as (files, folder):
        ours, reference = interleaved(
            rounds, lambda: _ours(batch), lambda: by_libreoffice(files, folder), clock=family_cpu
        )
    return [
        Figure(
            name=f"{len(batch)} plans, tagged, against LibreOffice in one call, untagged",
            value=ours,
            reference=reference,
            target=BESIDE_LIBREOFFICE,
        )
    ]


def _beside_chromium(rounds: int, batch: range) -> list[Figure]:
    if CHROMIUM is None:
        print("plans: Chromium is not installed, so nothing is measured beside it.", file=sys.stderr)
        return []
    with _files(batch) as (files, folder), chromium() as running:
        browser: Any = running
        page = browser.new_page()

        def theirs() -> None:
            for file in files:
                page.goto(file.as_uri())
                page.pdf(path=folder / f"{file.stem}.pdf", format="A4")

        ours, reference = interleaved(rounds, lambda: _ours(batch), theirs, clock=family_cpu)
    return [
        Figure(
            name=f"{len(batch)} plans, tagged, against a warm Chromium",
            value=ours,
            reference=reference,
            target=BESIDE_CHROMIUM,
        )
    ]
