"""Pages under load: 20 people at work on the demo county at once, with three workers as `make run` has them."""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks._county import database_url, new_database
from benchmarks._visitor import Seen, Visitor
from benchmarks.figures import Figure
from toolkit_portal.core.pdf import PROJECT_FOLDER

# Twenty people: officers of three organisations, three at each account as in several windows, and county managers.
ACCOUNTS = [f"officer{number}@demo.example" for number in ("", 2, 3, 4, 5, 6)] * 3 + [
    "manager@demo.example"
] * 2
WORKERS = 3
# Half of the pages within half a second and 19 of 20 within two: no design has set these, they are what a person
# doesn't notice and what one still bears.
MOST_P50, MOST_P95 = 0.5, 2.0
LEAST_ASKED = 4


def run(smoke: bool) -> list[Figure]:
    """Median and 95th percentile of each page, failures, and complaints of the database."""
    seconds, think = (8.0, 0.2) if smoke else (150.0, 2.0)
    people = ACCOUNTS[-4:] if smoke else ACCOUNTS
    with new_database(), _served() as (base, log):
        seen = _at_work(base, people, seconds, think)
        complaints = log.read_text(encoding="utf-8", errors="replace").lower()
    asked = sum(map(len, seen.seconds.values()))
    for fault in sorted(set(seen.faults)):
        print(f"load: {fault} ({seen.faults.count(fault)} times)", file=sys.stderr)
    figures = [
        Figure(
            name=f"requests that failed, of {asked} by {len(people)} people",
            value=len(seen.faults),
            reference=asked,
            target=0,
            unit="requests",
        ),
        Figure(
            name="complaints that the database is locked",
            value=complaints.count("locked") + complaints.count("deadlock"),
            reference=asked,
            target=0,
            unit="lines",
        ),
    ]
    for page, times in sorted(seen.seconds.items()):
        if len(times) < LEAST_ASKED:
            continue
        for name, value, most in (
            ("p50", statistics.median(times), MOST_P50),
            ("p95", statistics.quantiles(times, n=20, method="inclusive")[-1], MOST_P95),
        ):
            figures.append(
                Figure(
                    name=f"{page}, {name} of {len(times)}", value=value, reference=most, target=1, unit="s"
                )
            )
    return figures


def _at_work(base: str, people: list[str], seconds: float, think: float) -> Seen:
    visitors = [Visitor(base, email, random.Random(place), think) for place, email in enumerate(people)]
    threads = [threading.Thread(target=visitor.work, args=(seconds,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = Seen()
    for visitor in visitors:
        seen.faults += visitor.seen.faults
        for page, times in visitor.seen.seconds.items():
            seen.seconds.setdefault(page, []).extend(times)
    return seen


@contextmanager
def _served() -> Iterator[tuple[str, Path]]:
    """The demo county of 48 groups, served in a folder of its own; its address, and the file with what it says."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        base = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "DEMO": "1",
            "VAR_DIR": name,
            "DATABASE_URL": database_url(),
            "PORTAL_URL": base,
        }
        for command in (["collectstatic", "--noinput", "--verbosity", "0"], ["demo_county"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=PROJECT_FOLDER, env=environment, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        log = Path(name) / "gunicorn.log"
        with log.open("wb") as file:
            server = subprocess.Popen(
                [
                    sys.executable, "-m", "gunicorn", "toolkit_portal.wsgi:application", "--bind", f"127.0.0.1:{port}",
                    "--workers", str(WORKERS), "--timeout", "60", "--no-control-socket", "--log-level", "warning",
                ],
                cwd=PROJECT_FOLDER, env=environment, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                _wait_for(f"{base}/health/", server)
                yield base, log
            finally:
                server.terminate()
                server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("The server has ended, so nothing can be measured.")
        try:
            with urlopen(address, timeout=10):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("The server doesn't answer within a minute, so nothing can be measured.")
