"""The pages of a brief that is issued: what it was about, its files, and how it is withdrawn."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from evidence.briefs import stored_file, withdraw_brief
from evidence.models import Brief
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.brief_acts import MARKER, brief_of, new_files, quick_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    quick_files(monkeypatch)
    return make_cast()


@pytest.fixture
def files() -> Callable[[], int]:
    return new_files()


def test_a_manager_reads_briefs_and_makes_or_withdraws_none(cast):
    brief = brief_of(cast)
    client = cast.client("manager")
    page = client.get(reverse("brief_detail", args=[brief.pk])).content.decode()
    assert brief.title in page and reverse("brief_withdraw", args=[brief.pk]) not in page
    new = {"service_area": factories.service_area().pk, "client_id": str(uuid4())}
    assert client.post(reverse("brief_new"), new).status_code == 403
    assert client.post(reverse("brief_withdraw", args=[brief.pk]), {"why": "No."}).status_code == 403
    brief.refresh_from_db()
    assert brief.withdrawn_at is None and Brief.objects.count() == 1


# Files


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("pdf", "application/pdf"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_a_file_is_handed_out_as_it_was_issued_to_be_saved_and_kept_by_no_cache(cast, ending, kind):
    brief = brief_of(cast)
    answer = cast.client("officer").get(reverse("brief_file", args=[brief.pk, ending]))
    assert answer.content == stored_file(brief, ending) and answer["Content-Type"] == kind
    disposition = answer["Content-Disposition"]
    assert disposition.startswith('attachment; filename="evidence-brief-1-housing-in-derbyshire')
    assert disposition.endswith(f'.{ending}"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    (entry,) = LogEntry.objects.filter(additional_data__act="brief downloaded")
    assert (entry.actor, entry.object_pk) == (cast.officer, str(brief.pk))
    assert entry.additional_data == {"act": "brief downloaded", "format": ending}


def test_only_the_two_files_of_a_standing_brief_can_be_asked_for(cast):
    brief = brief_of(cast)
    client = cast.client("officer")
    for ending in ("html", "PDF", "json"):
        assert client.get(reverse("brief_file", args=[brief.pk, ending])).status_code == 404
    withdraw_brief(brief=brief, by=cast.officer, why="A figure was wrong.")
    for ending in ("pdf", "docx"):
        assert client.get(reverse("brief_file", args=[brief.pk, ending])).status_code == 404
    assert not LogEntry.objects.filter(additional_data__act="brief downloaded").exists()


def test_a_damaged_file_is_not_handed_out_and_the_page_says_whom_to_tell(cast):
    brief = brief_of(cast)
    with open(default_storage.path(brief.pdf.name), "wb") as file:
        file.write(b"%PDF somebody else's")
    client = cast.client("officer")
    answer = client.get(reverse("brief_file", args=[brief.pk, "pdf"]))
    page = answer.content.decode()
    assert answer.status_code == 500 and "Content-Disposition" not in answer
    assert "Tell an administrator" in page and "somebody else" not in page
    assert not LogEntry.objects.filter(additional_data__act="brief downloaded").exists()
    assert client.get(reverse("brief_file", args=[brief.pk, "docx"])).status_code == 200


def test_a_brief_of_another_lio_shows_nothing_of_itself(cast):
    brief = brief_of(cast)
    client = cast.client("other_officer")
    for address in (
        reverse("brief_detail", args=[brief.pk]),
        reverse("brief_file", args=[brief.pk, "pdf"]),
        reverse("brief_file", args=[brief.pk, "docx"]),
        reverse("brief_withdraw", args=[brief.pk]),
    ):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 404, address
        assert brief.title not in page and "Brief 1" not in page and "Peak" not in page and MARKER not in page
    assert client.post(reverse("brief_withdraw", args=[brief.pk]), {"why": "Mine."}).status_code == 404
    brief.refresh_from_db()
    assert brief.withdrawn_at is None


# Withdrawing


def test_a_brief_is_withdrawn_after_the_question_with_its_reason_shown(
    cast, files, django_capture_on_commit_callbacks
):
    brief = brief_of(cast)
    client, address = cast.client("officer"), reverse("brief_withdraw", args=[brief.pk])
    page = client.get(address).content.decode()
    assert "Withdraw brief 1?" in page and "Copies outside the portal can’t be called back" in page
    brief.refresh_from_db()
    assert brief.withdrawn_at is None and files() == 2
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"why": "The <b>figure</b> was wrong."}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("brief_detail", args=[brief.pk]), 302)] and files() == 0
    for words in (
        "Brief 1 is withdrawn.",
        "by Olive Officer",
        "The &lt;b&gt;figure&lt;/b&gt; was wrong.",
        "Tell whoever has a copy.",
    ):
        assert words in page, words
    assert f"Withdrawn on {timezone.localdate().day} " in page
    assert "Download" not in page and address not in page and "SHA-256" not in page


@pytest.mark.parametrize("why", ["", "  ", "x" * 251])
def test_a_withdrawal_needs_a_reason_of_some_words(cast, why):
    brief = brief_of(cast)
    answer = cast.client("officer").post(reverse("brief_withdraw", args=[brief.pk]), {"why": why})
    assert answer.status_code == 422 and "Error:" in answer.content.decode()
    brief.refresh_from_db()
    assert brief.withdrawn_at is None and stored_file(brief, "pdf")


def test_a_withdrawal_sent_again_changes_nothing(cast):
    brief = brief_of(cast)
    client, address = cast.client("officer"), reverse("brief_withdraw", args=[brief.pk])
    client.post(address, {"why": "A figure was wrong."})
    assert client.post(address, {"why": "Something else"}).status_code == 302
    brief.refresh_from_db()
    assert brief.withdrawn_why == "A figure was wrong."
    assert LogEntry.objects.filter(additional_data__act="brief withdrawn").count() == 1
