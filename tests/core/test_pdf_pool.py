"""Documents laid out side by side: the same PDFs, bounded, and nothing of ours in those processes."""

import io
import os
import threading
import time

import pypdf
import pytest

from toolkit_portal.core import pdf_pool
from toolkit_portal.core.pdf import PdfTooLarge, stylesheet_names
from toolkit_portal.core.pdf_engine import render_html
from toolkit_portal.core.pdf_pool import PdfPool

SHEETS = stylesheet_names("pdf/document.html", large_print=False)


def html(words: str) -> str:
    return f"<!DOCTYPE html><html lang='en-GB'><head><title>{words}</title></head><body><h1>{words}</h1></body></html>"


def words_of(content: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text().split("\n")[0]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_documents_are_those_of_the_one_door_and_their_processes_end_with_the_block():
    with PdfPool() as pool:
        coming = [pool.submit(html(f"Plan {number}"), SHEETS) for number in range(4)]
        contents = [each.result() for each in coming]
        pids = [process.pid for process in pool._running]
    assert [words_of(content) for content in contents] == [f"Plan {number}" for number in range(4)]
    root = pypdf.PdfReader(io.BytesIO(contents[0])).trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert len(contents[0]) == pytest.approx(len(render_html(html("Plan 0"), SHEETS)), abs=20)
    assert pids and not any(is_there(pid) for pid in pids)


def test_what_takes_too_long_is_ended_and_the_next_one_is_made(monkeypatch):
    monkeypatch.setattr(pdf_pool, "LARGE_WALL_SECONDS", 0.01)
    with PdfPool(1) as pool:
        with pytest.raises(PdfTooLarge, match="too long"):
            pool.submit(html("Slow"), SHEETS).result()
        monkeypatch.setattr(pdf_pool, "LARGE_WALL_SECONDS", 28)
        assert words_of(pool.submit(html("Next"), SHEETS).result()) == "Next"


def test_what_takes_too_much_memory_is_refused_and_the_others_are_made(monkeypatch):
    monkeypatch.setattr(pdf_pool, "LARGE_MEMORY_BYTES", 40 * 1024 * 1024)
    with PdfPool(1) as pool, pytest.raises(PdfTooLarge):
        pool.submit(html("Large"), SHEETS).result()


def test_a_document_that_no_pdf_can_hold_is_refused_at_once():
    with PdfPool() as pool:
        with pytest.raises(PdfTooLarge, match="too long"):
            pool.submit("<p>" * 30_001, SHEETS)
        assert not pool._running


def test_a_process_is_replaced_after_so_many_documents(monkeypatch):
    monkeypatch.setattr(pdf_pool, "DOCUMENTS_A_PROCESS", 1)
    seen = []
    ask = pdf_pool._ask

    def noted(process, request):
        seen.append(process.pid)
        return ask(process, request)

    monkeypatch.setattr(pdf_pool, "_ask", noted)
    with PdfPool(1) as pool:
        for number in range(2):
            pool.submit(html(str(number)), SHEETS).result()
    assert len(set(seen)) == 2 and not is_there(seen[0])


def test_work_that_is_broken_off_leaves_no_process_and_no_document_waiting():
    threads = threading.active_count()
    with pytest.raises(KeyError), PdfPool(1) as pool:
        coming = [pool.submit(html(str(number)), SHEETS) for number in range(5)]
        coming[0].result()
        pids = [process.pid for process in pool._running]
        raise KeyError
    assert not any(is_there(pid) for pid in pids)
    assert coming[-1].cancelled()
    for _ in range(100):
        if threading.active_count() <= threads:
            break
        time.sleep(0.02)
    assert threading.active_count() <= threads


def test_those_processes_get_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for them")
    with PdfPool(1) as pool:
        pool.submit(html("Plan"), SHEETS).result()
        (process,) = pool._running
        with open(f"/proc/{process.pid}/environ", "rb") as environment:
            assert b"SECRET_KEY" not in environment.read()
