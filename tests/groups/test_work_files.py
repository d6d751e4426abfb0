"""Files of pieces of work in the browser: taken, refused, handed out to be saved, deleted."""

from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groups.models import TrackRecord, TrackRecordFile
from tests.access.table_evidence_attachments import picture
from tests.cast import Cast, make_cast
from tests.groups.test_work_pages import noted, with_file
from toolkit_portal.core.kept_files import NOTHING_RUNS

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("officer")


def test_a_file_is_added_once_and_handed_out_to_be_saved(cast, client):
    work = noted(cast)
    url = reverse("work_file_add", args=[work.pk]) + f"?form={uuid4()}"
    for _ in range(2):
        response = client.post(url, {"chosen": picture(), "description": "The letter"})
        assert response["Location"].endswith(f"#work-{work.pk}")
    file = TrackRecordFile.objects.get()
    assert (file.kind, file.description, file.uploaded_by) == ("png", "The letter", cast.officer)
    answer = client.get(reverse("work_file", args=[file.pk]))
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\x89PNG") and answer["Content-Length"] == str(len(content))
    assert answer["Content-Disposition"] == 'attachment; filename="letter.png"'
    assert answer["Content-Security-Policy"] == NOTHING_RUNS
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert LogEntry.objects.filter(additional_data__act="file of a piece of work downloaded").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.txt", b"x" * 5000 + b"<script>alert(1)</script>", "could run something"),
        ("x.exe", b"MZ", "as programs"),
        ("empty.txt", b"", "The file is empty."),
    ],
)
def test_a_file_that_could_run_is_refused_in_words(cast, client, name, content, words):
    url = reverse("work_file_add", args=[noted(cast).pk]) + f"?form={uuid4()}"
    response = client.post(url, {"chosen": SimpleUploadedFile(name, content)})
    assert response.status_code == 422 and words in response.content.decode()
    assert not TrackRecordFile.objects.exists()


def test_a_file_of_twenty_megabytes_is_not_turned_away_at_the_door(cast, client):
    """16 MB is the most of other pages; what is wrong with this one, its own page says."""
    url = reverse("work_file_add", args=[noted(cast).pk]) + f"?form={uuid4()}"
    response = client.post(url, {"chosen": SimpleUploadedFile("a.txt", b"x" * 20_000_000)})
    assert response.status_code == 422 and "the most is 15 MB" in response.content.decode()


def test_a_damaged_file_is_said_to_be_so(cast, client):
    file = with_file(cast, noted(cast))
    TrackRecordFile.objects.filter(pk=file.pk).update(sha256="0" * 64)
    response = client.get(reverse("work_file", args=[file.pk]))
    assert response.status_code == 500 and "be given out" in response.content.decode()


def test_deleting_a_file_asks_first_and_keeps_the_work(cast, client):
    file = with_file(cast, noted(cast))
    url = reverse("work_file_delete", args=[file.pk])
    assert "thanks.txt" in client.get(url).content.decode() and TrackRecordFile.objects.exists()
    assert client.post(url).status_code == 302
    assert not TrackRecordFile.objects.exists() and TrackRecord.objects.exists()
