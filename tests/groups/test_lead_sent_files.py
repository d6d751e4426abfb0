"""Files that leads have sent: handed out to them, taken back while they wait, and nothing of others'."""

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.urls import reverse

from groups.credentials import judge_file
from groups.lead_papers import AlreadyJudged, take_back
from groups.models import CredentialFile
from tests import factories
from tests.access.table_evidence_attachments import picture
from tests.cast import Cast, make_cast
from tests.groups.test_lead_papers import list_of, paper_of, send, url_of
from toolkit_portal.core.kept_files import NOTHING_RUNS

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("lead")


def test_a_file_comes_back_to_be_saved_and_the_trail_knows(cast, client):
    file = send(cast.sunrise, cast.lead, name="größe.txt")
    answer = client.get(reverse("lead_paper_file", args=[file.pk]))
    assert b"".join(answer.streaming_content) == b"All are welcome."
    assert answer["Content-Disposition"].startswith("attachment; ") and answer["Content-Length"] == "16"
    assert answer["Content-Security-Policy"] == NOTHING_RUNS
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.get(additional_data__act="paper downloaded")
    assert entry.actor == cast.lead


def test_a_damaged_file_is_said_to_be_so(cast, client):
    file = send(cast.sunrise, cast.lead)
    CredentialFile.objects.filter(pk=file.pk).update(sha256="0" * 64)
    response = client.get(reverse("lead_paper_file", args=[file.pk]))
    assert response.status_code == 500 and "be given out" in response.content.decode()


def test_an_officers_own_file_is_nothing_for_the_lead(cast, client):
    file = send(cast.sunrise, cast.officer, name="officers.txt")
    assert "officers.txt" not in paper_of(cast) + list_of(cast)
    for name in ("lead_paper_file", "lead_paper_file_delete"):
        assert client.get(reverse(name, args=[file.pk])).status_code == 404


def test_papers_of_another_lead_are_a_404(cast):
    file = send(cast.sunrise, cast.lead)
    stranger = cast.client("other_lead")
    for url in (
        reverse("lead_papers", args=[cast.sunrise.pk]),
        url_of(cast.sunrise),
        reverse("lead_paper_file", args=[file.pk]),
        reverse("lead_paper_file_delete", args=[file.pk]),
    ):
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, {"chosen": picture()}).status_code in {404, 405}
    assert CredentialFile.objects.get() == file


def test_a_file_that_waits_can_be_taken_back_after_asking(cast, client, django_capture_on_commit_callbacks):
    file = send(cast.sunrise, cast.lead)
    url = reverse("lead_paper_file_delete", args=[file.pk])
    assert url in paper_of(cast)
    assert "ours.txt" in client.get(url).content.decode() and CredentialFile.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url, follow=True)
    assert "taken the file back" in response.content.decode()
    assert not CredentialFile.objects.exists() and not default_storage.exists(file.file.name)
    take_back(file=file, by=cast.lead)


@pytest.mark.parametrize("accept", [True, False])
def test_a_file_that_was_looked_at_stays(cast, client, accept):
    file = send(cast.sunrise, cast.lead)
    judge_file(file=file, by=cast.officer, accept=accept, why="Page 2 is missing")
    url = reverse("lead_paper_file_delete", args=[file.pk])
    assert url not in paper_of(cast)
    for ask in (client.get, client.post):
        response = ask(url, follow=True)
        assert "looked at this file already" in response.content.decode()
    assert CredentialFile.objects.get() == file


def test_a_file_judged_between_question_and_answer_stays(cast):
    read = send(cast.sunrise, cast.lead)
    judge_file(file=read, by=cast.officer, accept=True)
    assert read.verdict == "to_check", "the lead's page was read before"
    with pytest.raises(AlreadyJudged):
        take_back(file=read, by=cast.lead)
    assert CredentialFile.objects.exists()


def test_a_fellow_leads_file_is_seen_and_read_but_not_taken_back(cast):
    fellow = factories.make_lead(group=cast.sunrise, email="second@sunrise.example", name="Farah Fellow")
    file = send(cast.sunrise, fellow)
    client, url = cast.client("lead"), reverse("lead_paper_file_delete", args=[file.pk])
    page = paper_of(cast)
    assert "Farah Fellow" in page and url not in page
    assert client.get(reverse("lead_paper_file", args=[file.pk])).status_code == 200
    assert client.get(url).status_code == client.post(url).status_code == 404
    with pytest.raises(ValueError, match="Only who sent"):
        take_back(file=file, by=cast.lead)
    assert CredentialFile.objects.exists()
