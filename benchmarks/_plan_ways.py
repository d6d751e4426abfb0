"""Ways to make a plan's PDF: the portal's in processes of their own, WeasyPrint plain, LibreOffice, Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks._processes import children, peak_mib
from benchmarks.plan_sample import sample_plan
from readiness.plan_document import TEMPLATE, PlanDocument, plan_html
from toolkit_portal.core.pdf import STATIC_FOLDER, stylesheet_names
from toolkit_portal.core.pdf_pool import PdfPool

BASE = f"{STATIC_FOLDER.as_uri()}/"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
SOFFICE = shutil.which("soffice")
STYLESHEETS = stylesheet_names(TEMPLATE, large_print=False)
# Documents that wait for a process, for each process.
AHEAD = 2


def sample(number: int) -> PlanDocument:
    """The plan of a group with this number: 10 to 20 actions."""
    return replace(sample_plan(10 + number % 11), group_name=f"Peak Sisters {number}")


def linked_html(plan: PlanDocument) -> str:
    """The plan's HTML with links to its style sheets, as any program takes it."""
    links = "".join(f'<link rel="stylesheet" href="{BASE}{name}">' for name in STYLESHEETS)
    return plan_html(plan).replace("</head>", f"{links}</head>")


def by_processes(numbers: Sequence[int], processes: int) -> float:
    """Lays out the plans of these numbers in so many processes, as a job does; returns the most MiB that they held.

    The peaks of those that ran at one time are added up, whether or not they were at their peaks together.
    """
    most = 0.0
    with PdfPool(processes) as pool:
        coming: deque[Future[bytes]] = deque()
        for number in numbers:
            coming.append(pool.submit(plan_html(sample(number)), STYLESHEETS))
            if len(coming) > AHEAD * processes:
                most = max(most, _laid_out(coming.popleft()))
        while coming:
            most = max(most, _laid_out(coming.popleft()))
    return most


def _laid_out(document: Future[bytes]) -> float:
    """Waits for a PDF; returns the MiB of the processes below this one, each at its peak until now."""
    if not document.result().startswith(b"%PDF"):
        raise RuntimeError("A plan makes no PDF, so its time says nothing.")
    return sum(map(peak_mib, children()))


def by_libreoffice(files: Sequence[Path], folder: Path) -> None:
    """All files to PDF in one call, as mail merge does: one start, then a document after the other."""
    assert SOFFICE is not None
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf:writer_web_pdf_Export",
            "--outdir",
            str(folder),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
    )
    if not all((folder / f"{file.stem}.pdf").is_file() for file in files):
        raise RuntimeError("LibreOffice hasn't made every file, so its time says nothing.")


@contextmanager
def chromium() -> Iterator[object]:
    """A browser without a window, for its print to PDF."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, in which Django otherwise refuses to query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as running:
            browser = running.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
            try:
                yield browser
            finally:
                browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
