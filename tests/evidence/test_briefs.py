"""Issuing and withdrawing briefs: numbered, kept as they were sent, all or nothing, gone with a consent in them."""

import hashlib
import json
import logging
from collections.abc import Callable
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.utils import timezone

from evidence import briefs
from evidence.brief_data import BriefChoice
from evidence.briefs import DamagedFile, ForeignForm, NothingToSay, issue_brief, stored_file, withdraw_brief
from evidence.consent import note_consent, withdraw_consent
from evidence.models import Brief, Evidence
from evidence.quotes import change_quote, delete_quote
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.brief_acts import MARKER, issued, new_files, quick_files, quoted, standing_with
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    quick_files(monkeypatch)
    return make_cast()


@pytest.fixture
def files() -> Callable[[], int]:
    """How many files of briefs there are more than when the test began."""
    return new_files()


# Issuing


def test_numbers_follow_each_other_in_each_lio_from_one(cast):
    quoted(cast.peak, cast.officer)
    quoted(cast.vale, cast.other_officer)
    assert [issued(cast.peak, cast.officer).number for _ in range(3)] == [1, 2, 3]
    assert [issued(cast.vale, cast.other_officer).number for _ in range(2)] == [1, 2]


def test_an_issued_brief_keeps_what_it_said_and_both_files_with_their_sums(cast, files):
    quote = quoted(cast.peak, cast.officer)
    council = factories.make_organisation(name="Council", is_commissioner=True)
    choice = BriefChoice(
        service_area=factories.service_area(), districts=(factories.district(),), commissioner=council
    )
    brief = issue_brief(lio=cast.peak, choice=choice, by=cast.officer, client_id=uuid4())
    brief.refresh_from_db()
    assert (brief.issued_by, brief.commissioner, brief.lio) == (cast.officer, council, cast.peak)
    assert brief.choice == choice.as_data() and list(brief.quotes.all()) == [quote]
    assert brief.title == brief.snapshot["title"] and brief.title.startswith("Housing in Chesterfield")
    assert brief.snapshot["number"] == 1 and brief.snapshot["issued_by"] == "Olive Officer"
    assert brief.snapshot["issued_on"] == timezone.localdate().isoformat()
    assert brief.snapshot["quotes"] == [{"text": quote.text, "speaker": ""}]
    assert "logo" not in brief.snapshot["lio"] and brief.snapshot["law"]
    assert files() == 2
    for ending, start, told in (("pdf", b"%PDF", brief.pdf_sha256), ("docx", b"PK", brief.docx_sha256)):
        content = stored_file(brief, ending)
        assert content.startswith(start) and MARKER.encode() in content
        assert hashlib.sha256(content).hexdigest() == told


def test_an_issued_brief_stays_as_it_was_when_its_records_change(cast):
    quoted(cast.peak, cast.officer)
    brief = issued(cast.peak, cast.officer)
    before = stored_file(brief, "pdf")
    Evidence.objects.update(summary="Written anew.")
    brief.refresh_from_db()
    assert stored_file(brief, "pdf") == before and "Written anew." not in json.dumps(brief.snapshot)
    assert brief.withdrawn_at is None


def test_the_same_form_again_returns_its_brief_and_stores_nothing(cast, files):
    quoted(cast.peak, cast.officer)
    form = uuid4()
    first = issued(cast.peak, cast.officer, client_id=form)
    quoted(cast.peak, cast.officer, text="Another voice")
    assert issued(cast.peak, cast.officer, client_id=form) == first
    assert (Brief.objects.count(), files()) == (1, 2)
    assert LogEntry.objects.filter(additional_data__act="brief issued").count() == 1


def test_the_form_of_another_lios_brief_makes_nothing(cast, files):
    quoted(cast.peak, cast.officer)
    quoted(cast.vale, cast.other_officer)
    theirs = issued(cast.vale, cast.other_officer)
    with pytest.raises(ForeignForm):
        issued(cast.peak, cast.officer, client_id=theirs.client_id)
    assert Brief.objects.get() == theirs and files() == 2


def test_without_a_reviewed_record_of_its_own_an_lio_has_nothing_to_issue(cast, files):
    quoted(cast.vale, cast.other_officer)
    factories.make_evidence(lio=cast.peak, by=cast.officer)
    with pytest.raises(NothingToSay):
        issued(cast.peak, cast.officer)
    assert (Brief.objects.count(), files()) == (0, 0)


@pytest.mark.parametrize("failing", ["render_brief_pdf", "render_brief_docx"])
def test_a_document_that_cannot_be_made_leaves_nothing(cast, files, monkeypatch, failing):
    def fail(document):
        raise PdfTooLarge("Too much for one document.")

    quoted(cast.peak, cast.officer)
    monkeypatch.setattr(briefs, failing, fail)
    with pytest.raises(PdfTooLarge):
        issued(cast.peak, cast.officer)
    assert (Brief.objects.count(), files()) == (0, 0)


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_full_disk_leaves_neither_record_nor_file(cast, files, monkeypatch, fails_at):
    """The file that can't be written whole is there in part, as on a disk that has run full."""
    save, calls = default_storage.save, []

    def until_full(name, content):
        calls.append(name)
        save(name, content)
        if len(calls) == fails_at:
            raise OSError(28, "No space left on device")
        return name

    quoted(cast.peak, cast.officer)
    monkeypatch.setattr(default_storage, "save", until_full)
    with pytest.raises(OSError, match="No space left"):
        issued(cast.peak, cast.officer)
    assert len(calls) == fails_at
    assert (Brief.objects.count(), files()) == (0, 0)
    monkeypatch.undo()


def test_a_record_that_cannot_be_written_leaves_no_file(cast, files, monkeypatch):
    def fail(act, *args, **facts):
        raise RuntimeError("the trail can't be written")

    quoted(cast.peak, cast.officer)
    monkeypatch.setattr(briefs.trail, "record", fail)
    with pytest.raises(RuntimeError):
        issued(cast.peak, cast.officer)
    assert (Brief.objects.count(), files()) == (0, 0)


def test_the_trail_says_that_a_brief_was_issued_and_withdrawn_and_nothing_that_is_in_it(cast):
    quoted(cast.peak, cast.officer)
    brief = issued(cast.peak, cast.officer)
    withdraw_brief(brief=brief, by=cast.officer, why=f"{MARKER} again.")
    acts = {entry.additional_data["act"]: entry for entry in LogEntry.objects.filter(action=3)}
    assert acts["brief issued"].actor == acts["brief withdrawn"].actor == cast.officer
    assert acts["brief issued"].additional_data == {
        "act": "brief issued",
        "number": 1,
        "sha256": brief.pdf_sha256,
    }
    assert acts["brief withdrawn"].additional_data == {"act": "brief withdrawn", "number": 1}
    for entry in LogEntry.objects.all():
        written = f"{entry.changes}{entry.additional_data}{entry.object_repr}{entry.changes_text}"
        assert MARKER not in written and "Housing in" not in written


# Withdrawing


def test_a_withdrawn_brief_loses_its_files_and_content_and_keeps_its_number(
    cast, files, django_capture_on_commit_callbacks
):
    quoted(cast.peak, cast.officer)
    brief = issued(cast.peak, cast.officer)
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        withdraw_brief(brief=brief, by=cast.officer, why="  A figure was wrong. ")
    # Were the transaction taken back now, the brief would still have its files.
    assert files() == 2
    for act in callbacks:
        act()
    assert files() == 0
    brief.refresh_from_db()
    assert (brief.withdrawn_by, brief.withdrawn_why) == (cast.officer, "A figure was wrong.")
    assert (brief.snapshot, brief.quotes.count()) == ({}, 0)
    assert (brief.pdf.name, brief.docx.name, brief.pdf_sha256, brief.docx_sha256) == ("", "", "", "")
    assert issued(cast.peak, cast.officer).number == 2
    with pytest.raises(DamagedFile):
        stored_file(brief, "pdf")


def test_withdrawing_twice_changes_nothing(cast):
    quoted(cast.peak, cast.officer)
    brief = issued(cast.peak, cast.officer)
    first = withdraw_brief(brief=brief, by=cast.officer, why="A figure was wrong.")
    again = withdraw_brief(brief=brief, by=cast.other_officer, why="Another reason")
    assert (again.withdrawn_at, again.withdrawn_by, again.withdrawn_why) == (
        first.withdrawn_at,
        cast.officer,
        "A figure was wrong.",
    )
    assert LogEntry.objects.filter(additional_data__act="brief withdrawn").count() == 1


def test_a_reason_is_demanded(cast):
    quoted(cast.peak, cast.officer)
    brief = issued(cast.peak, cast.officer)
    with pytest.raises(ValueError, match="Say why"):
        withdraw_brief(brief=brief, by=cast.officer, why=" \n")
    brief.refresh_from_db()
    assert brief.withdrawn_at is None and stored_file(brief, "pdf")


@pytest.mark.parametrize("end", ["withdrawn", "refused", "other words", "deleted", "narrower"])
def test_whatever_ends_a_consent_withdraws_the_briefs_that_rest_on_it_and_no_other(cast, end):
    other = quoted(cast.vale, cast.other_officer)
    theirs = issued(cast.vale, cast.other_officer)
    quote = quoted(cast.peak, cast.officer)
    both = [issued(cast.peak, cast.officer) for _ in range(2)]
    noted = {"quote": quote, "by": cast.officer, "asked_on": timezone.localdate()}
    if end == "withdrawn":
        withdraw_consent(quote=quote, by=cast.officer)
    elif end == "refused":
        note_consent(was_given=False, **noted)
    elif end == "narrower":
        note_consent(was_given=True, for_reports=True, **noted)
    elif end == "deleted":
        delete_quote(quote=quote, by=cast.officer)
    else:
        change_quote(quote=quote, by=cast.officer, version=1, text="I never said so.", speaker="")
    for brief in both:
        brief.refresh_from_db()
        assert brief.withdrawn_why == "Consent to a quote in it was withdrawn.", end
        assert (brief.withdrawn_by, brief.snapshot) == (cast.officer, {})
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None and list(theirs.quotes.all()) == [other]


def test_a_consent_that_still_names_briefs_leaves_them_standing(cast):
    quote = quoted(cast.peak, cast.officer)
    note_consent(
        quote=quote,
        by=cast.officer,
        asked_on=timezone.localdate(),
        was_given=True,
        for_briefs=True,
        for_reports=True,
    )
    brief = issued(cast.peak, cast.officer)
    note_consent(quote=quote, by=cast.officer, asked_on=timezone.localdate(), was_given=True, for_briefs=True)
    brief.refresh_from_db()
    assert brief.withdrawn_at is None and standing_with(MARKER) == [1]


# The stored files


@pytest.mark.parametrize("ending", ["pdf", "docx"])
@pytest.mark.parametrize("harm", ["missing", "changed"])
def test_a_damaged_file_is_never_handed_out_and_the_log_says_so(cast, caplog, ending, harm):
    quoted(cast.peak, cast.officer)
    brief = issued(cast.peak, cast.officer)
    name = getattr(brief, ending).name
    if harm == "missing":
        default_storage.delete(name)
    else:
        with open(default_storage.path(name), "ab") as file:
            file.write(b" ")
    with caplog.at_level(logging.ERROR, logger="evidence.briefs"), pytest.raises(DamagedFile):
        stored_file(brief, ending)
    (line,) = caplog.messages
    assert f"brief {brief.pk}" in line and MARKER not in line
    assert stored_file(brief, "docx" if ending == "pdf" else "pdf")
