"""python -m benchmarks._plan_apart FILE ...: makes PDFs of these files of HTML and prints the process's peak MiB."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks._processes import peak_mib
from toolkit_portal.core.pdf_engine import render_html

STYLESHEETS = ("document.css", "plan.css")


def main() -> None:
    """One PDF after the other, none kept, as a process does that lays documents out for a job."""
    for name in sys.argv[1:]:
        if not render_html(Path(name).read_text(encoding="utf-8"), STYLESHEETS).startswith(b"%PDF"):
            raise RuntimeError(f"{name} makes no PDF.")
    print(peak_mib())


if __name__ == "__main__":
    main()
