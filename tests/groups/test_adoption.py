"""Noting that a group has adopted a paper: once, with its days, its file, and whoever saw it."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from groups import credentials
from groups.adoption import LONGEST_NOTE, accept_adopted, adopt_paper, review_after
from groups.credentials import StalePaper, judge_file
from groups.models import Credential, CredentialChange, CredentialFile
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind, noted, sent
from toolkit_portal.core.attachment_files import Prepared, prepare
from toolkit_portal.core.uploads import UploadError

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 3)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed() -> Prepared:
    return prepare(ContentFile(b"Signed."), "signed.txt")


def adopted(cast: Cast, *, version: int = 0, adopted_on: date = DAY, **options) -> Credential:
    return adopt_paper(
        group=cast.sunrise,
        kind=kind(options.pop("key", "equality-policy")),
        by=cast.officer,
        version=version,
        adopted_on=adopted_on,
        **options,
    )


def test_it_is_in_place_from_that_day_seen_today_and_looked_at_again_in_its_time(cast):
    paper = adopted(cast)
    assert (paper.state, paper.issued_on, paper.review_on) == ("in_place", DAY, date(2028, 5, 3))
    assert (paper.checked_by, paper.checked_on) == ("Olive Officer", timezone.localdate())
    assert paper.note == "Adopted on 3 May 2026."
    assert CredentialChange.objects.get().state == "in_place"
    assert review_after(kind("bank-account"), DAY) is None


def test_the_day_to_look_at_it_again_may_be_another(cast):
    assert adopted(cast, review_on=date(2026, 9, 1)).review_on == date(2026, 9, 1)


def test_the_same_sent_twice_is_one_change_and_one_file(cast):
    form = uuid.uuid4()
    for _ in range(2):
        adopted(cast, prepared=signed(), client_id=form)
    file = CredentialFile.objects.get()
    assert (file.adopted_on, file.verdict) == (DAY, "accepted")
    assert CredentialChange.objects.count() == 1


def test_a_note_stays_and_a_reason_goes(cast):
    noted(cast, state="not_needed", why_not_needed="Few of us", note="Ask in May")
    paper = adopted(cast, version=1)
    assert (paper.note, paper.why_not_needed) == ("Ask in May\nAdopted on 3 May 2026.", "")
    full = "x" * LONGEST_NOTE
    noted(cast, "complaints", note=full)
    assert adopted(cast, key="complaints", version=1).note == full


def test_an_end_that_has_passed_goes_and_one_to_come_stays(cast):
    today = timezone.localdate()
    noted(cast, expires_on=DAY - timedelta(days=30))
    assert adopted(cast, version=1).expires_on is None
    noted(cast, "complaints", expires_on=today + timedelta(days=30))
    assert adopted(cast, key="complaints", version=1).expires_on == today + timedelta(days=30)


def test_a_newer_paper_stops_it_and_no_file_is_kept(cast):
    noted(cast, state="draft", note="Theirs")
    with pytest.raises(StalePaper):
        adopted(cast, prepared=signed(), client_id=uuid.uuid4())
    assert Credential.objects.get().state == "draft"
    assert not CredentialFile.objects.exists()


def test_a_file_that_has_no_room_leaves_the_paper_as_it_was(cast, monkeypatch):
    sent(cast)
    monkeypatch.setattr(credentials, "MOST_FILES", 1)
    names = set(default_storage.listdir("papers")[1])
    with pytest.raises(UploadError):
        adopted(cast, version=1, prepared=signed(), client_id=uuid.uuid4())
    assert Credential.objects.get().state == "missing"
    assert set(default_storage.listdir("papers")[1]) == names


@pytest.mark.parametrize(("later", "words"), [(1, "still to come"), (0, "comes after")])
def test_days_that_cannot_be_are_refused(cast, later, words):
    today = timezone.localdate()
    with pytest.raises(ValueError, match=words):
        adopted(cast, adopted_on=today + timedelta(days=later), review_on=today)
    assert not Credential.objects.exists()


def test_a_leads_file_is_accepted_with_its_adoption_or_not_at_all(cast):
    file = sent(cast, adopted_on=DAY)
    with pytest.raises(StalePaper):
        accept_adopted(file=file, by=cast.officer, version=0, adopted_on=DAY)
    file.refresh_from_db()
    assert file.verdict == "to_check"
    for _ in range(2):
        paper = accept_adopted(file=file, by=cast.officer, version=1, adopted_on=DAY)
    file.refresh_from_db()
    assert (file.verdict, paper.state, paper.version) == ("accepted", "in_place", 2)


def test_a_file_that_was_sent_back_is_not_adopted(cast):
    file = sent(cast)
    judge_file(file=file, by=cast.officer, accept=False, why="Sign it")
    with pytest.raises(ValueError, match="already"):
        accept_adopted(file=file, by=cast.officer, version=1, adopted_on=DAY)
    assert Credential.objects.get().state == "missing"
