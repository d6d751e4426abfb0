"""python -m benchmarks._export_apart WAY FILE: exports in a process of its own and prints the MiB it took."""

from __future__ import annotations

import sys
from pathlib import Path

import django

from benchmarks._processes import peak_mib, resident_mib, start_peak


def main() -> None:
    """Prints what the process held before and the most that it held meanwhile."""
    django.setup()
    from benchmarks._export_rows import COLUMNS, WAYS, ExportRow

    way, path = WAYS[sys.argv[1]], Path(sys.argv[2])
    # What any process of the portal holds before it exports anything: the modules, and a query sent.
    ExportRow.objects.order_by("pk").values_list(*COLUMNS).first()
    start_peak()
    before = resident_mib()
    way(path)
    print(before, peak_mib())


if __name__ == "__main__":
    main()
