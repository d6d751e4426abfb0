"""Run every benchmark, print each figure beside its reference and write ``benchmarks/latest.json``.

    python -m benchmarks            all of them, with enough rounds for steady medians
    python -m benchmarks --smoke    few rounds: shows that they run, says little about speed
    python -m benchmarks plan_pdf   only the named ones

A benchmark is a module of this package with ``run(smoke: bool) -> list[Figure]``. The exit status is 0 when
all ran, whether or not a target is met: a busy machine is no fault of the code.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import django

import benchmarks
from benchmarks.figures import Figure

LATEST = Path(__file__).parent / "latest.json"


def main() -> int:
    """Run the benchmarks that the command line asks for; return 0, or 1 when a name is unknown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the portal's speed.")
    parser.add_argument("names", nargs="*", help="benchmarks to run; all when none is named")
    parser.add_argument("--smoke", action="store_true", help="few rounds, only to show that they run")
    wanted = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toolkit_portal.settings")
    os.environ.setdefault("DEMO", "1")
    django.setup()
    runners = {
        module.__name__.rpartition(".")[2]: module.run
        for module in (
            importlib.import_module(f"benchmarks.{found.name}")
            for found in pkgutil.iter_modules(benchmarks.__path__)
            if not found.name.startswith("_")
        )
        if hasattr(module, "run")
    }
    unknown = sorted(set(wanted.names) - set(runners))
    if unknown:
        print(
            f"No benchmark is called {unknown[0]}; there are: {', '.join(sorted(runners))}.",
            file=sys.stderr,
        )
        return 1
    figures = [
        figure for name in sorted(runners) if name in (wanted.names or runners)
        for figure in runners[name](wanted.smoke)
    ]  # fmt: skip
    print(table(figures))
    LATEST.write_text(
        json.dumps([record(figure) for figure in figures], indent=2) + "\n",
        encoding="utf-8",
    )
    return 0


def table(figures: list[Figure]) -> str:
    """Return the figures as lines of text in columns."""
    width = max([len(figure.name) for figure in figures], default=4)
    lines = [f"{'':{width}}  {'value':>10}  {'reference':>10}  {'ratio':>7}  {'target':>8}  met   unit"]
    for figure in figures:
        sign = "≤" if figure.better == "lower" else "≥"
        lines.append(
            f"{figure.name:{width}}  {figure.value:10.4g}  {figure.reference:10.4g}  {figure.ratio:7.3f}"
            f"  {sign} {figure.target:6.3g}  {'yes' if figure.met else 'NO ':4}  {figure.unit}"
        )
    return "\n".join(lines)


def record(figure: Figure) -> dict[str, str | float | bool]:
    """Return what ``latest.json`` holds of one figure."""
    return {
        "name": figure.name,
        "value": figure.value,
        "reference": figure.reference,
        "ratio": figure.ratio,
        "target": figure.target,
        "met": figure.met,
    }


if __name__ == "__main__":
    sys.exit(main())
