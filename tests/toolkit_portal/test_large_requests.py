"""Requests that are larger than their page takes: refused before anything is kept."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.cast import make_cast

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


class Endless(io.RawIOBase):
    """A body that gives zeros and counts them."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "read without a limit"
        self.given += size
        return b"\0" * size


def send(client: Client, url: str, length: int) -> tuple[int, str, Endless]:
    body = Endless()
    response = client.generic(
        "POST",
        url,
        b"",
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(length), "wsgi.input": body},
    )
    return response.status_code, response.content.decode(), body


def test_too_large_a_request_is_a_413_that_says_what_to_do(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    url = reverse("attachment_add", args=[record.pk])
    status, page, body = send(cast.client("officer"), url, 300 * MEGABYTE)
    assert status == 413
    assert "120.0\xa0MB at most" in page
    # Taken in to its end, so that a browser shows the page, and dropped.
    assert body.given == 300 * MEGABYTE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [2 * 1024 * MEGABYTE, 10**18])
def test_an_endless_request_is_let_go(length: int):
    cast = make_cast()
    status, _, body = send(cast.client("officer"), reverse("group_create"), length)
    assert status == 413
    assert body.given <= 1024 * MEGABYTE


def test_only_the_page_for_files_takes_large_ones():
    cast = make_cast()
    status, page, _ = send(cast.client("officer"), reverse("group_create"), 17 * MEGABYTE)
    assert status == 413
    assert "16.0\xa0MB at most" in page
    assert send(cast.client("officer"), "/no-such-page/", 17 * MEGABYTE)[0] == 413


def test_strangers_send_little():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    assert send(Client(), reverse("attachment_add", args=[record.pk]), 17 * MEGABYTE)[0] == 413


@pytest.mark.parametrize("length", ["", "none", "-5"])
def test_a_length_that_is_none_is_no_large_one(length: str):
    response = Client().generic("GET", reverse("privacy"), b"", CONTENT_LENGTH=length)
    assert response.status_code in {200, 400}
