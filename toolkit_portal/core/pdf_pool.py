"""Many documents at once: a few processes lay them out side by side, each bounded in time and memory.

For work that makes documents by the hundred, such as a job. What is handed in is HTML, so no process but the caller's
own has the database; each document comes out of the same door as any other (toolkit_portal.core.pdf).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from toolkit_portal.core.pdf import (
    LARGE_MEMORY_BYTES,
    LARGE_WALL_SECONDS,
    PROJECT_FOLDER,
    environment,
    is_large,
    took_too_long,
)

PROCESSES = 2
# What a layout leaves behind in memory goes with its process.
DOCUMENTS_A_PROCESS = 100


class PdfPool:
    """Processes that lay documents out, begun when they are needed, ended with the block.

    with PdfPool() as pool:
        waiting = pool.submit(html, stylesheets)
        content = waiting.result()
    """

    def __init__(self, processes: int = PROCESSES) -> None:
        # A thread feeds each process; it waits most of its time.
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="pdf")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._is_over = True
            running = list(self._running)
        for process in running:
            process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in running:
            self._end(process)

    def submit(self, html: str, stylesheets: tuple[str, ...]) -> Future[bytes]:
        """The PDF to come of what render_document_html and stylesheet_names gave.

        Its result() raises PdfTooLarge where the document takes too much time or memory. Raises PdfTooLarge at once
        where it is too long for any PDF.
        """
        is_large(html)
        return self._threads.submit(self._render, html, stylesheets)

    def _render(self, html: str, stylesheets: tuple[str, ...]) -> bytes:
        process = self._process()
        request = {"html": html, "stylesheets": stylesheets, "memory_bytes": LARGE_MEMORY_BYTES}
        clock = threading.Timer(LARGE_WALL_SECONDS, process.kill)
        clock.start()
        try:
            content = _ask(process, json.dumps(request).encode("ascii"))
        finally:
            clock.cancel()
        self._own.left -= 1
        if not content or self._own.left == 0:
            self._end(process)
            self._own.process = None
        if not content:
            raise took_too_long()
        return content

    def _process(self) -> subprocess.Popen[bytes]:
        """This thread's own process, a new one where it has none or its last one has ended."""
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        if process is not None:
            return process
        with self._lock:
            if self._is_over:
                raise took_too_long()
            process = subprocess.Popen(
                [sys.executable, "-m", "toolkit_portal.core.pdf_engine", "--many"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=PROJECT_FOLDER,
                env=environment(),
                # A signal for the worker, such as Ctrl+C, is the worker's to handle.
                start_new_session=True,
            )
            self._running.add(process)
        self._own.process, self._own.left = process, DOCUMENTS_A_PROCESS
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # half a request, to a process that is gone
                    continue
        with self._lock:
            self._running.discard(process)


def _ask(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """The answer to one request; empty where the process can't give it or is gone."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(request + b"\n")
        process.stdin.flush()
        length = int(process.stdout.readline() or 0)
        content = process.stdout.read(length)
    except (OSError, ValueError):
        return b""
    return content if len(content) == length else b""
