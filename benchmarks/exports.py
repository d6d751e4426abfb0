"""Exports of 200,000 rows of eight columns beside the database's own tool and openpyxl, and the memory they take."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks._county import bare_connection, database_url, new_database, set_apart
from benchmarks._export_rows import ExportRow, make_rows, to_csv, to_xlsx, to_xlsx_by_openpyxl
from benchmarks._processes import family_cpu
from benchmarks.figures import Figure, interleaved

MOST_MIB = 60
COPY = f"COPY (SELECT * FROM {ExportRow._meta.db_table} ORDER BY id) TO STDOUT WITH CSV HEADER"
SELECT = f"SELECT * FROM {ExportRow._meta.db_table} ORDER BY id"


def run(smoke: bool) -> list[Figure]:
    """Time beside each reference, and the memory that a process of its own takes. 4,000 rows in a smoke run."""
    number = 4_000 if smoke else 200_000
    with new_database(), tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        make_rows(number)
        set_apart()
        out = Path(folder)
        figures = _csv(2 if smoke else 5, number, out)
        ours, reference = interleaved(
            1 if smoke else 2,
            lambda: to_xlsx(out / "ours.xlsx"),
            lambda: to_xlsx_by_openpyxl(out / "openpyxl.xlsx"),
        )
        figures.append(
            Figure(
                name=f"XLSX of {number:,} rows, against openpyxl write_only",
                value=ours,
                reference=reference,
                target=0.6,
            )
        )
        for way in ("csv", "xlsx"):
            before, peak = _memory_of(way, out / f"child.{way}")
            figures.append(
                Figure(
                    name=f"{way.upper()} of {number:,} rows: memory beyond the {before:.0f} MiB held before",
                    value=peak - before,
                    reference=MOST_MIB,
                    target=1,
                    unit="MiB",
                )
            )
    return figures


def _csv(rounds: int, number: int, out: Path) -> list[Figure]:
    """CSV against sqlite3 -csv, or against COPY through the driver."""

    def ours() -> None:
        to_csv(out / "ours.csv")

    if connection.vendor == "sqlite":
        tool = shutil.which("sqlite3")
        if tool is None:
            print("exports: sqlite3 is not installed, so CSV is not measured.", file=sys.stderr)
            return []
        value, reference = interleaved(rounds, ours, _by_tool(tool, out / "sqlite3.csv"), clock=family_cpu)
        return [
            Figure(
                name=f"CSV of {number:,} rows, against sqlite3 -csv",
                value=value,
                reference=reference,
                target=3,
            )
        ]
    with bare_connection() as driver:
        # A server's work isn't this process's, so the clock is the one on the wall.
        value, reference = interleaved(
            rounds, ours, _by_copy(driver, out / "copy.csv"), clock=time.perf_counter
        )
    return [
        Figure(
            name=f"CSV of {number:,} rows, against COPY",
            value=value,
            reference=reference,
            target=1.2,
            unit="s",
        )
    ]


def _by_tool(tool: str, path: Path) -> Callable[[], None]:
    command = [tool, "-csv", "-header", str(connection.settings_dict["NAME"]), SELECT]

    def write() -> None:
        with path.open("wb") as file:
            subprocess.run(command, stdout=file, check=True)

    return write


def _by_copy(driver: Any, path: Path) -> Callable[[], None]:
    def write() -> None:
        with path.open("wb") as file:
            driver.cursor().copy_expert(COPY, file)

    return write


def _memory_of(way: str, path: Path) -> tuple[float, float]:
    """Peak memory in MiB of a process of its own, before it exports and after."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks._export_apart", way, str(path)],
        env={**os.environ, "DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = told.stdout.split()
    return float(before), float(after)
