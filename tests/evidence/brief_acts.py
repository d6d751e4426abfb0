"""Briefs made in no time for tests: files that hold the whole document as text, and what stands in them."""

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage

from evidence import briefs
from evidence.brief_data import BriefChoice
from evidence.briefs import issue_brief, stored_file
from evidence.models import Brief, Quote
from groups.models import LIO, User
from tests import factories
from tests.cast import Cast

MARKER = "Kingfisher"


def quick_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both files in no time, with the whole document in them."""
    for name, start in (("pdf", "%PDF"), ("docx", "PK")):
        monkeypatch.setattr(
            briefs, f"render_brief_{name}", lambda document, start=start: f"{start} {document}".encode()
        )


def quoted(lio: LIO, by: User, text: str = f"{MARKER} never came.") -> Quote:
    """A quote for briefs, of a reviewed record about housing."""
    record = factories.make_evidence(lio=lio, by=by, reviewed_by=by, districts=("Chesterfield",))
    return factories.make_quote(record=record, by=by, text=text, uses="brief")


def issued(lio: LIO, by: User, *, client_id: UUID | None = None, service: str = "Housing") -> Brief:
    return issue_brief(
        lio=lio,
        choice=BriefChoice(service_area=factories.service_area(service)),
        by=by,
        client_id=client_id or uuid4(),
    )


def brief_of(cast: Cast) -> Brief:
    """The next brief of Peak's, with a quote."""
    quoted(cast.peak, cast.officer)
    return issued(cast.peak, cast.officer)


def stored_names() -> set[str]:
    """The names of all files of briefs."""
    try:
        return set(default_storage.listdir("briefs")[1])
    except FileNotFoundError:
        return set()


def new_files() -> Callable[[], int]:
    """Counts the files of briefs that have come since now."""
    before = stored_names()
    return lambda: len(stored_names() - before)


def standing_with(marker: str) -> list[int]:
    """Numbers of briefs not withdrawn that hold a text in their content or either file."""
    return [
        brief.number
        for brief in Brief.objects.filter(withdrawn_at__isnull=True)
        if marker in json.dumps(brief.snapshot)
        or any(marker.encode() in stored_file(brief, ending) for ending in ("pdf", "docx"))
    ]
