"""XLSX and ODS, read in a process of its own: a hostile or huge workbook ends that process, not the portal.

Run as a program (``python -m toolkit_portal.core.workbooks``) it is that process.
"""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from toolkit_portal.core.tables import TableError, TableLimits, tidy_cell

_PROJECT_FOLDER = Path(__file__).resolve().parents[2]
# 20,000 rows of 25 columns take about 1 second and 200 MB.
_CPU_SECONDS = 15
_WALL_SECONDS = 25
_MEMORY_BYTES = 1024 * 1024 * 1024
# So that several imports at a time can't take all memory.
_turns = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read: numbered rows of tidied text."""

    name: str
    rows: list[tuple[int, list[str]]]
    notes: tuple[str, ...]


def read_workbook(content: bytes, *, kind: str, limits: TableLimits) -> Sheet:
    """The first visible sheet with content. ``kind`` is "xlsx" or "ods". Raises TableError."""
    request = {"rows": limits.rows, "columns": limits.columns}
    with _turns:
        try:
            finished = subprocess.run(  # noqa: S603 - our own program, no shell
                [sys.executable, "-m", "toolkit_portal.core.workbooks", json.dumps(request)],
                input=content,
                capture_output=True,
                cwd=_PROJECT_FOLDER,
                timeout=_WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TableError(_TOO_LARGE) from None
    if finished.returncode != 0:
        raise TableError(_TOO_LARGE)
    answer = json.loads(finished.stdout)
    if fault := answer.get("fault"):
        raise TableError(fault)
    rows = [(number, [tidy_cell(cell) for cell in cells]) for number, cells in answer["rows"]]
    return Sheet(tidy_cell(answer["sheet"]), rows, tuple(answer["notes"]))


_TOO_LARGE = (
    "The workbook is damaged or too large to read. Copy the table into a new workbook, save that as XLSX "
    "and choose it."
)


def _main() -> None:
    """Reads a workbook from standard input, writes JSON to standard output, within limits."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from toolkit_portal.core.workbook_cells import first_sheet

    answer = first_sheet(sys.stdin.buffer.read(), **json.loads(sys.argv[1]))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
