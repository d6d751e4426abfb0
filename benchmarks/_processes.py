"""What processes take, as Linux counts it: memory of this one, CPU time of this one and all below it."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def resident_mib() -> float:
    """MiB that this process holds now."""
    return _status("VmRSS:", "self")


def peak_mib(pid: int | str = "self") -> float:
    """The most a process has held since it began, or since start_peak(); 0 of one that has ended.

    (The peak of getrusage is inherited by children.)
    """
    return _status("VmHWM:", pid)


def children() -> list[int]:
    """The processes that this one has begun and that run, without those that are still copies of it."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:  # the thread has ended meanwhile
            continue
    return [pid for pid in found if _command(pid) not in (b"", _command("self"))]


def _command(pid: int | str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def start_peak() -> None:
    """Lets the peak begin anew from what is held now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _status(name: str, pid: int | str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0) / 1024


def family_cpu() -> float:
    """CPU seconds of this process, of all below it that run, and of those that have ended and were waited for."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (
                (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            )
        except OSError:  # it has ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        spent[int(folder.name)] = sum(map(int, fields[11:15]))
    family, older = {os.getpid()}, set()
    while family != older:
        older = set(family)
        family |= {pid for pid, parent in parents.items() if parent in family}
    return sum(spent.get(pid, 0) for pid in family) / TICKS


def cpu_of(pid: int) -> float:
    """CPU seconds of another process of this machine, such as the database server's for one connection."""
    fields = (
        Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    )
    return sum(map(int, fields[11:13])) / TICKS
