"""The plans of many groups in one file: a ZIP with a file a group, or one copy for printing; either with an index."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import IO, Any

from django.utils import timezone
from django.utils.formats import date_format

from readiness.bulk_plans import PlanFile, PlanState, plan_files
from toolkit_portal.core.csv_out import write_csv
from toolkit_portal.core.file_names import file_words
from toolkit_portal.core.pdf import AUTHOR, PdfTooLarge, render_pdf
from toolkit_portal.core.pdf_merge import UNTAGGED, PdfMerger
from toolkit_portal.core.pdf_pool import PdfPool

Progress = Callable[[int, int, str], None]
TITLE = "Action plans"
TEMPLATE = "pdf/bulk_index.html"
COLUMNS = ("number", "group", "lio", "file", "what", "version", "day", "why_not")
# A table of more rows takes longer than one PDF may.
MOST_IN_INDEX = 500


def write_zip(
    target: IO[bytes],
    groups: Sequence[int],
    *,
    large_print: bool = False,
    progress: Progress = lambda done, total, words: None,
) -> list[PlanState]:
    """Writes one PDF a group, named by number and group, and an index as CSV and PDF. Returns what became of each."""
    done: list[tuple[PlanState, str]] = []
    with PdfPool() as pool, zipfile.ZipFile(target, "w") as archive:
        for each in plan_files(groups, pool, large_print=large_print):
            progress(each.state.place - 1, len(groups), "Plans")
            name = file_name(each.state) if each.content is not None else ""
            if each.content is not None:
                # A PDF is compressed already.
                archive.writestr(_entry(name), each.content)
            done.append((each.state, name))
        progress(len(groups), len(groups), "Index")
        index = io.BytesIO()
        write_csv(index, COLUMNS, (_row(state, name) for state, name in done))
        archive.writestr(_entry("00 Index.csv"), index.getvalue(), compress_type=zipfile.ZIP_DEFLATED)
        if (content := index_pdf(done, large_print=large_print, is_merged=False)) is not None:
            archive.writestr(_entry("00 Index.pdf"), content)
    return [state for state, _ in done]


def write_printing_copy(
    target: IO[bytes],
    groups: Sequence[int],
    *,
    large_print: bool = False,
    both_sides: bool = False,
    progress: Progress = lambda done, total, words: None,
) -> list[PlanState]:
    """Writes all plans as one PDF with a bookmark a group and the index in front. Returns what became of each.

    both_sides: each plan begins on the front of a sheet. The file is without tags, see toolkit_portal.core.pdf_merge.
    """
    states: list[PlanState] = []
    with PdfPool() as pool, PdfMerger(target, title=TITLE, author=AUTHOR) as merged:
        for each in plan_files(groups, pool, large_print=large_print):
            progress(each.state.place - 1, len(groups), "Plans")
            states.append(each.state)
            if each.content is not None:
                merged.add(each.content, bookmark(each), on_the_right=both_sides)
        progress(len(groups), len(groups), "Index")
        content = index_pdf([(state, "") for state in states], large_print=large_print, is_merged=True)
        if content is not None:
            merged.add(content, "What is in this copy", in_front=True, on_the_right=both_sides)
    return states


def file_name(state: PlanState) -> str:
    """Such as "0012 Sunrise, version 3.pdf"."""
    what = f"version {state.version}" if state.version else "draft"
    return f"{state.place:04d} {file_words(state.name)}, {what}.pdf"


def bookmark(each: PlanFile) -> str:
    """Such as "Sunrise, version 3"."""
    return f"{each.state.name}, {each.state.words.lower()}"


def index_pdf(done: Sequence[tuple[PlanState, str]], *, large_print: bool, is_merged: bool) -> bytes | None:
    """What is in the file and what isn't, with why, as a tagged PDF; None where it would be too long for one."""
    if len(done) > MOST_IN_INDEX:
        return None
    today = _day(timezone.localdate())
    try:
        return render_pdf(
            TEMPLATE,
            {
                "heading": TITLE,
                "day": today,
                "large_print": large_print,
                "untagged": UNTAGGED if is_merged else "",
                "within": [
                    {"state": state, "name": name, "day": _day(state.day)}
                    for state, name in done
                    if state.is_in
                ],
                "without": [state for state, _ in done if not state.is_in],
                "running_left": f"{TITLE}, {today}",
            },
            title=f"{TITLE}, {today}: what is in this file",
        )
    except PdfTooLarge:
        return None


def counts(states: Iterable[PlanState]) -> dict[str, int | str]:
    """How many of each, in words for people."""
    listed = list(states)
    found = {
        "Plans as issued": sum(state.is_in and state.version is not None for state in listed),
        "Drafts": sum(state.is_in and state.version is None for state in listed),
        "Groups without a file": sum(not state.is_in for state in listed),
    }
    return dict(found)


def _row(state: PlanState, name: str) -> list[Any]:
    return [
        state.place,
        state.name,
        state.lio,
        name,
        ("draft" if state.version is None else "issued") if state.is_in else "",
        state.version if state.is_in else None,
        state.day if state.is_in else None,
        state.why_not,
    ]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
    # Read and write for the owner alone, where it is unpacked.
    entry.external_attr = 0o600 << 16
    return entry


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""
