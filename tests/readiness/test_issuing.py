"""Issued versions: numbered, stored once, never changed, never served wrong; and the living plan's draft."""

import hashlib
import io
import logging
import threading
from uuid import UUID, uuid4

import pypdf
import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections, transaction

from readiness import issuing
from readiness.issuing import (
    ChangedSince,
    DamagedFile,
    ForeignForm,
    draft_pdf,
    forget_drafts,
    issue_plan,
    logo_of,
    newest_version,
    stored_pdf,
    to_be_issued,
)
from readiness.models import IssuedPlan
from readiness.planning import add_action, change_action, plan_of, plan_to_read
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def own_drafts(monkeypatch) -> None:
    """Drafts that other tests have stored are not in sight."""
    monkeypatch.setattr(issuing, "DRAFT_FOLDER", f"drafts-{uuid4()}/")


@pytest.fixture
def quick_pdf(monkeypatch) -> list[str]:
    """Stands in for the layout, which takes a second; the list tells what was rendered."""
    rendered: list[str] = []

    def render(document, *, large_print=False) -> bytes:
        rendered.append("large" if large_print else "usual")
        return f"%PDF {large_print} {document!r}".encode()

    monkeypatch.setattr(issuing, "render_plan", render)
    return rendered


def issue(cast: Cast, client_id: UUID | None = None, **fields) -> IssuedPlan:
    return issue_plan(plan=plan_of(cast.sunrise), by=cast.officer, client_id=client_id or uuid4(), **fields)


def files() -> set[str]:
    """Names of the issued files in storage."""
    try:
        return set(default_storage.listdir("plans")[1])
    except FileNotFoundError:
        return set()


def words_of(content: bytes) -> str:
    """The text of a PDF with plain spaces."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().replace("\u200b", "") for page in pages).split())


def test_an_issued_version_is_a_real_pdf_with_its_number_and_what_changed():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Open a bank account")
    issue(cast)
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Write an <b>equality</b> policy")
    second = issue(cast)
    usual, large = words_of(stored_pdf(second)), words_of(stored_pdf(second, large_print=True))
    for text in (usual, large):
        assert "Version 2" in text and "Draft" not in text
        assert "New: Write an <b>equality</b> policy" in text
        assert "by Olive Officer" in text
    assert second.sha256 == hashlib.sha256(stored_pdf(second)).hexdigest() != second.large_print_sha256
    assert second.assessment == newest_version(second.plan).assessment is not None


def test_what_was_issued_stays_as_it_was_whatever_happens_to_the_plan(quick_pdf):
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer, what="Before")
    first = issue(cast)
    content, kept = stored_pdf(first), first.snapshot
    change_action(action=action, version=1, what="After")
    second = issue(cast)
    first.refresh_from_db()
    assert (stored_pdf(first), first.snapshot, first.number) == (content, kept, 1)
    assert second.number == 2 and stored_pdf(second) != content
    assert first.pdf.name != second.pdf.name and len(files() & {n.pdf.name[6:] for n in (first, second)}) == 2


def test_the_same_form_makes_one_version_and_one_mail(quick_pdf, django_capture_on_commit_callbacks):
    cast = make_cast()
    client_id = uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        assert issue(cast, client_id) == issue(cast, client_id)
    assert IssuedPlan.objects.count() == 1 and len(mail.outbox) == 1
    assert len(quick_pdf) == 2


def test_leads_hear_of_it_without_a_word_about_the_group(quick_pdf, django_capture_on_commit_callbacks):
    cast = make_cast()
    cast.sunrise.name = "Chesterfield Somali Women"
    cast.sunrise.save()
    gone = factories.make_lead(group=cast.sunrise)
    gone.memberships.update(ended_at="2026-01-01T00:00Z")
    factories.make_lead(group=cast.sunrise, is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        issue(cast)
    (sent,) = mail.outbox
    assert sent.to == ["lead@sunrise.example"]
    assert f"http://127.0.0.1:8000/your-plan/?group={cast.sunrise.pk}" in sent.body
    assert "Somali" not in sent.subject + sent.body


def test_a_mail_that_fails_takes_nothing_back(quick_pdf, django_capture_on_commit_callbacks, monkeypatch):
    cast = make_cast()
    factories.make_lead(group=cast.sunrise, email="second@sunrise.example")
    tried = []

    def fail(subject, body, sender, to):
        tried.extend(to)
        raise OSError("no mail today")

    monkeypatch.setattr(issuing, "send_mail", fail)
    with django_capture_on_commit_callbacks(execute=True):
        issue(cast)
    assert sorted(tried) == ["lead@sunrise.example", "second@sunrise.example"]
    assert IssuedPlan.objects.count() == 1


def test_issuing_is_on_the_trail_with_the_version_and_no_words_of_the_plan(quick_pdf):
    cast = make_cast()
    factories.make_action(group=cast.sunrise, by=cast.officer, what="SECRET PLAN")
    made = issue(cast)
    entry = LogEntry.objects.get(additional_data__act="plan issued")
    assert (entry.actor, entry.additional_data["version"]) == (cast.officer, 1)
    assert entry.additional_data["sha256"] == made.sha256
    assert not any("SECRET" in f"{e.changes}{e.additional_data}" for e in LogEntry.objects.all())


def test_a_plan_that_changed_since_it_was_looked_at_is_not_issued(quick_pdf):
    cast = make_cast()
    before = files()
    *_, seen, _ = to_be_issued(plan_to_read(cast.sunrise))
    add_action(plan=plan_of(cast.sunrise), by=cast.officer, what="A colleague's")
    with pytest.raises(ChangedSince):
        issue(cast, seen=seen)
    number, _, seen, changes = to_be_issued(plan_to_read(cast.sunrise))
    assert (number, changes) == (1, [])
    assert issue(cast, seen=seen).number == 1
    with pytest.raises(ChangedSince):  # a colleague was faster: the version is another one now
        issue(cast, seen=seen)
    assert len(files() - before) == 2


def test_a_change_while_it_is_rendered_goes_into_the_version(monkeypatch):
    cast = make_cast()
    plan = plan_of(cast.sunrise)
    rendered = []

    def render(document, *, large_print=False) -> bytes:
        if not rendered:
            add_action(plan=plan, by=cast.officer, what="Just now")
        rendered.append(document)
        return b"%PDF " + repr(document).encode()

    monkeypatch.setattr(issuing, "render_plan", render)
    made = issue(cast)
    assert "Just now" in made.snapshot["actions"][0]["what"]
    assert b"Just now" in stored_pdf(made) and len(rendered) == 4


def test_a_plan_that_never_stands_still_is_given_up_with_nothing_left(monkeypatch):
    cast = make_cast()
    plan, before = plan_of(cast.sunrise), files()

    def render(document, *, large_print=False) -> bytes:
        add_action(plan=plan, by=cast.officer, what="Again")
        return b"%PDF"

    monkeypatch.setattr(issuing, "render_plan", render)
    with pytest.raises(ChangedSince):
        issue(cast)
    assert files() == before and not IssuedPlan.objects.exists()


def test_a_resend_that_comes_while_the_first_is_rendered_gets_the_firsts_version(monkeypatch):
    cast = make_cast()
    client_id, made = uuid4(), []

    def render(document, *, large_print=False) -> bytes:
        if not made:
            made.append(None)
            made[0] = issue(cast, client_id)
        return b"%PDF"

    monkeypatch.setattr(issuing, "render_plan", render)
    assert issue(cast, client_id) == made[0]
    assert IssuedPlan.objects.count() == 1


def test_the_client_id_of_another_groups_issue_is_refused(quick_pdf):
    cast = make_cast()
    client_id = uuid4()
    issue_plan(plan=plan_of(cast.meadow), by=cast.other_officer, client_id=client_id)
    with pytest.raises(ForeignForm):
        issue(cast, client_id)


@pytest.mark.parametrize("after", [0, 1])
def test_a_failure_leaves_neither_record_nor_file(quick_pdf, monkeypatch, after):
    cast = make_cast()
    before = files()
    save, saved = default_storage.save, []

    def fail(name, content):
        if len(saved) == after:
            raise OSError("the disk is full")
        saved.append(name)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", fail)
    with pytest.raises(OSError):
        issue(cast)
    assert files() == before and not IssuedPlan.objects.exists()
    assert not LogEntry.objects.filter(additional_data__act="plan issued").exists()


def test_a_failure_after_the_files_were_stored_takes_them_away_again(quick_pdf, monkeypatch):
    cast = make_cast()
    before = files()

    def fail(*args, **kwargs):
        raise RuntimeError("no trail")

    monkeypatch.setattr(issuing, "record", fail)
    with pytest.raises(RuntimeError):
        issue(cast)
    assert files() == before and not IssuedPlan.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_form", [True, False])
def test_officers_who_issue_at_the_same_time_never_share_a_number(quick_pdf, same_form):
    cast = make_cast()
    plan, one_id, start = plan_of(cast.sunrise), uuid4(), threading.Barrier(4)
    numbers, faults = [], []

    def press() -> None:
        try:
            start.wait()
            client_id = one_id if same_form else uuid4()
            numbers.append(issue_plan(plan=plan, by=cast.officer, client_id=client_id).number)
        except ChangedSince:
            numbers.append(None)  # three others came in between: told so, to look again
        except Exception as fault:  # pragma: no cover
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    stored = sorted(IssuedPlan.objects.values_list("number", flat=True))
    if same_form:
        assert stored == [1] and set(numbers) == {1}
    else:
        got = sorted(number for number in numbers if number)
        assert got == stored == list(range(1, len(got) + 1)) and len(got) >= 3


@pytest.mark.parametrize("large", [False, True])
def test_a_stored_file_that_was_tampered_with_is_never_given_out(quick_pdf, caplog, large):
    cast = make_cast()
    made = issue(cast)
    name = made.large_print_pdf.name if large else made.pdf.name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"%PDF something else"))
    with caplog.at_level(logging.ERROR), pytest.raises(DamagedFile):
        stored_pdf(made, large_print=large)
    assert "not the one that was issued" in caplog.text
    assert stored_pdf(made, large_print=not large)


def test_a_missing_file_is_said_and_logged(quick_pdf, caplog):
    made = issue(make_cast())
    default_storage.delete(made.pdf.name)
    with pytest.raises(DamagedFile):
        stored_pdf(made)
    assert "can't be read" in caplog.text


def test_a_draft_is_rendered_again_only_when_something_in_it_changed(quick_pdf):
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)

    def draft(**size) -> bytes:
        return draft_pdf(plan_to_read(cast.sunrise), **size)

    first = draft()
    assert draft() == first and quick_pdf == ["usual"]
    assert draft(large_print=True) != first and draft() == first and quick_pdf == ["usual", "large"]
    changes = [
        lambda: change_action(action=action, version=1, what="Another"),
        lambda: factories.make_assessment(group=cast.sunrise, by=cast.officer),
        lambda: type(cast.sunrise).objects.filter(pk=cast.sunrise.pk).update(name="Sunset"),
        lambda: type(cast.sunrise).objects.filter(pk=cast.sunrise.pk).update(caseworker=cast.officer),
        lambda: type(cast.peak).objects.filter(pk=cast.peak.pk).update(phone="01629 1"),
        lambda: issue(cast),
    ]
    for nth, change in enumerate(changes):
        change()
        quick_pdf.clear()
        content = draft()
        assert draft() == content, nth
        # The first issue is the last change: it makes "what changed" empty, so nothing differs any more.
        assert quick_pdf == (["usual"] if nth < len(changes) - 1 else []), nth


def test_only_the_newest_draft_of_each_size_is_kept(quick_pdf):
    cast = make_cast()
    folder = f"{issuing.DRAFT_FOLDER}{cast.sunrise.pk}"
    forget_drafts(cast.sunrise.pk)
    draft_pdf(plan_to_read(cast.sunrise))
    draft_pdf(plan_to_read(cast.sunrise), large_print=True)
    factories.make_action(group=cast.sunrise, by=cast.officer)
    draft_pdf(plan_to_read(cast.sunrise))
    assert len(default_storage.listdir(folder)[1]) == 2
    forget_drafts(cast.sunrise.pk)
    assert default_storage.listdir(folder)[1] == []


def test_a_draft_says_that_it_is_one():
    cast = make_cast()
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Open a bank account")
    text = words_of(draft_pdf(plan_to_read(cast.sunrise)))
    assert "Draft" in text and "Open a bank account" in text and "Version" not in text


@pytest.mark.parametrize(
    ("content", "start"),
    [(PNG, "data:image/png;base64,iVBORw0KGgo="), (b"\xff\xd8\xff", "data:image/jpeg;base64,")],
)
def test_the_lios_logo_goes_into_the_document(quick_pdf, content, start):
    cast = make_cast()
    cast.peak.logo.save("logo", ContentFile(content))
    assert logo_of(cast.peak).startswith(start)
    assert start.encode() in draft_pdf(plan_to_read(cast.sunrise))


def test_a_logo_that_is_no_image_or_is_gone_is_left_out():
    cast = make_cast()
    cast.peak.logo.save("logo", ContentFile(b"<svg/>"))
    assert logo_of(cast.peak) == ""
    default_storage.delete(cast.peak.logo.name)
    assert logo_of(cast.peak) == logo_of(cast.vale) == ""


def test_two_hundred_actions_with_hostile_words_come_out_whole():
    cast = make_cast()
    words = [
        "x" * 500,
        "<script>alert(1)</script>",
        "مجموعة النور",
        "🎉 party",
        "<img src=file:///etc/passwd>",
    ]
    for nth in range(200):
        factories.make_action(
            group=cast.sunrise, by=cast.officer, what=f"Action {nth:03} {words[nth % 5]}", due_on="2027-01-01"
        )
    text = words_of(draft_pdf(plan_to_read(cast.sunrise)))
    assert all(f"Action {nth:03}" in text for nth in range(200))
    # Where a line breaks depends on the fonts of the machine, so the spaces don't count.
    assert "".join(text.split()).count("<script>alert(1)</script>") == 40 and "root:" not in text


def test_a_plan_too_large_for_a_pdf_is_not_issued(monkeypatch):
    cast = make_cast()
    before = files()

    def refuse(document, *, large_print=False):
        raise PdfTooLarge("Too long.")

    monkeypatch.setattr(issuing, "render_plan", refuse)
    with pytest.raises(PdfTooLarge):
        issue(cast)
    assert files() == before and not IssuedPlan.objects.exists()


def test_the_database_itself_refuses_a_number_twice(quick_pdf):
    made = issue(make_cast())
    from django.db import IntegrityError

    made.pk, made.client_id = None, uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()
