"""Ways to make a plan's PDF: the portal's in processes of their own, WeasyPrint plain, LibreOffice, Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.plan_sample import sample_plan
from readiness.plan_document import TEMPLATE, PlanDocument, plan_html
from toolkit_portal.core.pdf import PROJECT_FOLDER, STATIC_FOLDER, stylesheet_names

BASE = f"{STATIC_FOLDER.as_uri()}/"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
SOFFICE = shutil.which("soffice")


def sample(number: int) -> PlanDocument:
    """The plan of a group with this number: 10 to 20 actions."""
    return replace(sample_plan(10 + number % 11), group_name=f"Peak Sisters {number}")


def linked_html(plan: PlanDocument) -> str:
    """The plan's HTML with links to its style sheets, as any program takes it."""
    links = "".join(
        f'<link rel="stylesheet" href="{BASE}{name}">'
        for name in stylesheet_names(TEMPLATE, large_print=False)
    )
    return plan_html(plan).replace("</head>", f"{links}</head>")


def by_processes(numbers: Sequence[int], processes: int) -> float:
    """Lays out the plans of these numbers in so many processes; returns the peak MiB of all of them together."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        files = [Path(name) / f"{number}.html" for number in numbers]
        for number, file in zip(numbers, files, strict=True):
            file.write_text(plan_html(sample(number)), encoding="utf-8")
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks._plan_apart", *map(str, files[place::processes])],
                cwd=PROJECT_FOLDER,
                stdout=subprocess.PIPE,
                text=True,
            )
            for place in range(processes)
        ]
        told = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise RuntimeError("A process that lays out plans has failed, so its time says nothing.")
    return sum(float(peak) for peak in told)


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
