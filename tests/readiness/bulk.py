"""What tests of bulk work share: quick PDFs, orders as an officer confirms them, and what came of each row."""

import io
import uuid
from concurrent.futures import Future
from typing import Self

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from groups.models import Job
from readiness import bulk_files, issuing
from readiness.models import BulkOrder
from toolkit_portal.core.pdf import PdfTooLarge


def tiny_pdf(pages: int = 1) -> bytes:
    """A PDF with empty pages."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(made)
    return made.getvalue()


class QuickPool:
    """Stands in for the processes that lay documents out, which take a second each."""

    submitted: list[str] = []
    refused: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        pass

    def submit(self, html: str, stylesheets: tuple[str, ...]) -> Future[bytes]:
        if any(name in html for name in self.refused):
            raise PdfTooLarge("This document is too long for one PDF.")
        self.submitted.append(html)
        coming: Future[bytes] = Future()
        if any(name in html for name in self.failing):
            coming.set_exception(PdfTooLarge("This document took too long."))
        else:
            coming.set_result(tiny_pdf(3))
        return coming


def make_pdfs_quick(monkeypatch: pytest.MonkeyPatch) -> type[QuickPool]:
    """No PDF is laid out; drafts that other tests have stored are not in sight. Returns the pool that is used."""

    class Pool(QuickPool):
        submitted: list[str] = []

    monkeypatch.setattr(bulk_files, "PdfPool", Pool)
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: tiny_pdf(2))
    monkeypatch.setattr(issuing, "DRAFT_FOLDER", f"drafts-{uuid.uuid4()}/")
    return Pool


def address(name: str, **query: object) -> str:
    """The address of a page with a form id of its own."""
    words = "&".join(f"{key}={value}" for key, value in {"form": uuid.uuid4(), **query}.items())
    return f"{reverse(name)}?{words}"


def ordered(client: Client, name: str, data: dict[str, object], **query: object) -> Job:
    """Sends the form of a check page and returns the job that it has queued."""
    response = client.post(address(name, **query), data)
    assert response.status_code == 302, response.context["problem"]
    return Job.objects.get(pk=int(response["Location"].rstrip("/").rpartition("/")[2]))


def outcomes(job: Job) -> dict[str, str]:
    """What came of each group, by its name."""
    order = BulkOrder.objects.get(client_id=job.client_id)
    return {
        row.group.name: f"{row.outcome} {row.version or ''}".strip()
        for row in order.rows.select_related("group")
    }
