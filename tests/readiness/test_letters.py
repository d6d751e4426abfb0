"""Letters to many groups: each with its own names and dates, what is missing said before, payloads harmless."""

import csv
import io
import re
import socket
import uuid
import zipfile
from datetime import date, time, timedelta

import docx
import pypdf
import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from groups.leaving import registry
from groups.leaving.people import Person
from groups.models import Contact, Credential, CredentialKind, Job, Membership
from readiness import bulk_jobs, letter_files
from readiness.issuing import issue_plan
from readiness.letter_facts import facts_of, fill_for
from readiness.letter_keeping import ForeignForm, write_letter
from readiness.letter_texts import ALWAYS_KNOWN, PLACES, LetterText, bundled_letters, fill, unknown_places
from readiness.models import BulkOrder, Letter
from readiness.planning import plan_of
from readiness.views import bulk as views
from readiness.views import bulk_letters as letter_views
from tests import factories, jobs
from tests.cast import Cast, make_cast
from tests.readiness.bulk import address, make_pdfs_quick, ordered, outcomes
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db
PAYLOAD = (
    "<img src=file:///etc/passwd> {group} {{ settings.SECRET_KEY }} {0.__class__} =cmd|' /C calc'!A0 "
    "<script>alert(1)</script>"
)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Contact.objects.create(group=cast.sunrise, name="Amina Example", is_lead=True)
    return cast


def fill_facts(cast: Cast, monkeypatch) -> None:
    """All that a letter may say of Sunrise."""
    make_pdfs_quick(monkeypatch)
    factories.make_action(group=cast.sunrise, by=cast.officer)
    issue_plan(plan=plan_of(cast.sunrise), by=cast.officer, client_id=uuid.uuid4())
    today = timezone.localdate()
    factories.make_visit(
        group=cast.sunrise, officer=cast.officer, next_on=today + timedelta(days=3), next_at=time(10, 30)
    )
    kinds = list(CredentialKind.objects.order_by("label")[:4])
    for kind, days in zip(kinds, (60, 0, 61, 20), strict=True):
        Credential.objects.create(
            group=cast.sunrise, kind=kind, state="in_place", expires_on=today + timedelta(days=days)
        )


def write(cast: Cast, body: str = "To {group}.", title: str = "News", **facts) -> Letter:
    return write_letter(
        **{
            "by": cast.officer,
            "lio": cast.peak,
            "title": title,
            "body": body,
            "client_id": uuid.uuid4(),
            **facts,
        }
    )


def content_of(job: Job) -> io.BytesIO:
    job.refresh_from_db()
    assert (job.state, job.reason) == ("done", "")
    with default_storage.open(job.file.name) as file:
        return io.BytesIO(file.read())


def words_of(content: io.BytesIO) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(content).pages]


def test_letters_that_come_with_the_portal_fill_in_known_places_only():
    letters = bundled_letters()
    assert set(letters) == {"new-plan", "visit", "papers"}
    for letter in letters.values():
        assert not unknown_places(letter.body) and not unknown_places(letter.title, ALWAYS_KNOWN)
        assert letter.about and set(letter.needs) <= set(PLACES)


def test_places_are_filled_once_and_a_missing_one_takes_its_paragraph_along():
    letter = LetterText(
        title="To {group}", body="One {group}.\r\n\r\nTwo {papers} {next_visit} {papers}.\n \nThree {odd}."
    )
    filled = fill(letter, {"group": "{papers} {lio}", "papers": "", "contact": "{group}"})
    assert filled.title == "To {papers} {lio}"
    assert filled.paragraphs == ("One {papers} {lio}.", "Three {odd}.")
    assert filled.left_out == ("papers", "next_visit")
    assert filled.greeting == "Dear {group},"
    assert fill(letter, {}).greeting == "Dear friends,"


def test_what_is_known_of_a_group_goes_in(cast, monkeypatch):
    fill_facts(cast, monkeypatch)
    facts = facts_of([cast.sunrise, cast.harbour], cast.officer)
    kinds = list(CredentialKind.objects.order_by("label")[:4])
    today = timezone.localdate()

    def day(days: int) -> str:
        return f"{today + timedelta(days=days):%-d %B %Y}"

    assert facts[cast.sunrise.pk] == {
        "contact": "Amina Example",
        "group": "Sunrise",
        "lio": "Peak",
        "officer": "Olive Officer",
        "caseworker": "Olive Officer",
        "version": "1",
        "issued_on": day(0),
        "next_visit": f"{today + timedelta(days=3):%A} {day(3)} at 10:30",
        "papers": f"{kinds[3]} ({day(20)}) and {kinds[0]} ({day(60)})",
        "today": day(0),
    }
    assert {name for name, value in facts[cast.harbour.pk].items() if not value} == {
        "contact", "version", "issued_on", "next_visit", "papers",
    }  # fmt: skip
    cast.harbour.caseworker = cast.administrator
    assert facts_of([cast.harbour], cast.officer)[cast.harbour.pk]["caseworker"] == "Ada Admin"
    assert set(PLACES) == set(facts[cast.sunrise.pk]) - {"contact"}


def test_a_letter_about_nothing_is_not_written(cast, monkeypatch):
    fill_facts(cast, monkeypatch)
    said = {
        group.name: why
        for group, _, why in fill_for(bundled_letters()["papers"], [cast.sunrise, cast.harbour], cast.officer)
    }
    assert said == {"Sunrise": "", "Harbour": "no paper runs out within 60 days"}


def test_the_page_shows_the_first_letters_and_what_is_missing_row_by_row(cast):
    page = cast.client("officer").get(address("bulk_letters_check", letter="visit"))
    rows = {group.name: (filled.greeting, said, why) for group, filled, said, why in page.context["rows"]}
    left_out = "A paragraph is left out: no next visit is agreed."
    assert rows["Sunrise"] == ("Dear Amina Example,", [left_out], "")
    assert rows["Harbour"] == ("Dear friends,", ["No main contact: it begins “Dear friends”.", left_out], "")
    assert [group.name for group, _ in page.context["previews"]] == ["Harbour", "Sunrise"]
    html = page.content.decode()
    assert "It is time that we talked again about how things are going at Sunrise" in html
    assert html.count('name="group"') == 2 and "Meadow" not in html
    page = cast.client("officer").get(address("bulk_letters_check", letter="papers")).content.decode()
    assert "No letter: no paper runs out within 60 days." in page and "No group gets this letter now" in page


def test_one_pdf_has_a_page_a_letter(cast):
    data = {"group": [cast.sunrise.pk, cast.harbour.pk], "format": "pdf", "both_sides": "on"}
    job = ordered(cast.client("officer"), "bulk_letters_check", data, letter="visit")
    assert job.title == "Letters to 2 groups"
    jobs.run_queued()
    content = content_of(job)
    pages = words_of(content)
    assert len(pages) == 3 and not pages[1], "each begins on the front of a sheet"
    assert "Dear friends," in pages[0] and "Harbour" in pages[0]
    assert "Dear Amina Example," in pages[2] and "Olive Officer" in pages[2] and "Peak" in pages[2]
    assert "{" not in "".join(pages)
    reader = pypdf.PdfReader(content)
    assert [mark.title for mark in reader.outline] == ["Harbour", "Sunrise"]
    assert (reader.metadata.title, job.filename) == (
        "We would like to visit you", f"Letters {timezone.localdate():%Y-%m-%d}.pdf",
    )  # fmt: skip
    assert job.report == {"Letter written": 2} and set(outcomes(job).values()) == {"written"}


def test_one_word_file_has_a_page_a_letter_and_no_page_numbers(cast):
    letter = write(cast, body="First of {group}.\n\nSecond.")
    data = {"group": [cast.sunrise.pk, cast.harbour.pk], "format": "docx"}
    cast.peak.phone = "01234 567890"
    cast.peak.save()
    job = ordered(cast.client("officer"), "bulk_letters_check", data, letter=f"own-{letter.pk}")
    jobs.run_queued()
    document = docx.Document(content_of(job))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert (
        sum(text.startswith("Yours sincerely,") for text in texts) == 2
        and "First of Sunrise." in texts
        and "First of Harbour." in texts
    )
    assert "01234 567890" in texts
    breaks = [
        paragraph.text for paragraph in document.paragraphs if paragraph.paragraph_format.page_break_before
    ]
    assert breaks == ["Peak"]
    assert "Page" not in document.sections[0].footer.paragraphs[0].text
    assert job.filename.endswith(".docx")


def test_a_zip_has_a_tagged_pdf_for_each_group_and_an_index(cast):
    data = {"group": [cast.sunrise.pk, cast.harbour.pk], "format": "zip"}
    job = ordered(cast.client("officer"), "bulk_letters_check", data, letter="visit")
    jobs.run_queued()
    with zipfile.ZipFile(content_of(job)) as archive:
        assert archive.namelist() == ["0001 Harbour.pdf", "0002 Sunrise.pdf", "00 Index.csv"]
        one = pypdf.PdfReader(io.BytesIO(archive.read("0002 Sunrise.pdf")))
        rows = list(csv.reader(io.StringIO(archive.read("00 Index.csv").decode("utf-8-sig"))))
    assert "/StructTreeRoot" in one.trailer["/Root"]
    assert one.metadata.title == "We would like to visit you: letter to Sunrise"
    assert rows[1:] == [["1", "Harbour", "0001 Harbour.pdf"], ["2", "Sunrise", "0002 Sunrise.pdf"]]


def test_payloads_in_letter_and_names_are_words_everywhere(cast, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("A letter tried to reach something.")

    cast.sunrise.name = f"Sunrise {PAYLOAD}"
    cast.sunrise.save()
    Contact.objects.filter(group=cast.sunrise).update(name=PAYLOAD)
    letter = write(cast, body=f"{PAYLOAD.replace('{group}', '')} {{group}}")
    client = cast.client("officer")
    page = client.get(address("bulk_letters_check", letter=f"own-{letter.pk}")).content.decode()
    assert "<img src=file" not in page and "<script>alert" not in page
    made = {}
    for kind in ("pdf", "docx", "zip"):
        data = {"group": [cast.sunrise.pk], "format": kind}
        job = ordered(client, "bulk_letters_check", data, letter=f"own-{letter.pk}")
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", refuse)
            jobs.run_queued()
        made[kind] = content_of(job)
    words = words_of(made["pdf"])[0].replace("\u200b", "")
    for part in ("<img src=file:///etc/passwd>", "{{ settings.SECRET_KEY }}", "{0.__class__}", "root:"):
        assert (part in words) is (part != "root:")
    text = "\n".join(paragraph.text for paragraph in docx.Document(made["docx"]).paragraphs)
    assert "<script>alert(1)</script>" in text and "{{ settings.SECRET_KEY }}" in text
    with zipfile.ZipFile(made["docx"]) as parts:
        assert not [name for name in parts.namelist() if "vba" in name.lower() or "embeddings" in name]
    with zipfile.ZipFile(made["zip"]) as archive:
        assert all(re.fullmatch(r"[^/\\<>:|?*\"]+", name) for name in archive.namelist())


def test_a_group_that_lost_what_the_letter_is_about_is_told_of(cast, monkeypatch):
    fill_facts(cast, monkeypatch)
    client = cast.client("officer")
    job = ordered(
        client, "bulk_letters_check", {"group": [cast.sunrise.pk], "format": "docx"}, letter="papers"
    )
    assert job.title == "Letters to 1 group"
    Credential.objects.all().delete()
    jobs.run_queued()
    assert outcomes(job) == {"Sunrise": "no_facts"}
    job.refresh_from_db()
    assert job.report == {"No letter: what it is about is missing": 1}
    page = client.get(reverse("bulk_order", args=[BulkOrder.objects.get().pk])).content.decode()
    assert "No letter: what it is about is missing" in page


def test_many_letters_are_read_in_parts_and_a_group_that_is_gone_is_left_out(cast, monkeypatch):
    monkeypatch.setattr(letter_files, "AT_ONCE", 1)
    told = []
    said = letter_files.write_letters(
        io.BytesIO(),
        "docx",
        bundled_letters()["visit"],
        [cast.sunrise.pk, 0, cast.harbour.pk],
        cast.officer,
        progress=lambda *words: told.append(words),
    )
    assert said == [(cast.sunrise.pk, True), (cast.harbour.pk, True)]
    assert told == [(0, 3, "Letters"), (1, 3, "Letters")]


def test_a_letter_deleted_meanwhile_is_said(cast):
    letter = write(cast)
    client = cast.client("officer")
    job = ordered(
        client, "bulk_letters_check", {"group": [cast.sunrise.pk], "format": "pdf"}, letter=f"own-{letter.pk}"
    )
    assert "Delete this letter?" in client.get(reverse("letter_delete", args=[letter.pk])).content.decode()
    assert client.post(reverse("letter_delete", args=[letter.pk]), follow=True).status_code == 200
    jobs.run_queued()
    job.refresh_from_db()
    assert (job.state, job.reason) == ("failed", bulk_jobs.GONE)


def test_a_letter_too_long_for_a_pdf_is_said(cast, monkeypatch):
    def refuse(*args, **kwargs):
        raise PdfTooLarge("This document is too long for one PDF.")

    monkeypatch.setattr(letter_files, "render_pdf", refuse)
    data = {"group": [cast.sunrise.pk], "format": "pdf"}
    job = ordered(cast.client("officer"), "bulk_letters_check", data, letter="visit")
    jobs.run_queued()
    job.refresh_from_db()
    assert (job.state, job.reason) == ("failed", "This document is too long for one PDF.")


def test_a_group_that_went_to_another_lio_takes_the_file_along(cast):
    client = cast.client("officer")
    job = ordered(
        client, "bulk_letters_check", {"group": [cast.sunrise.pk], "format": "docx"}, letter="visit"
    )
    type(cast.sunrise).objects.filter(pk=cast.sunrise.pk).update(lio=cast.vale)
    jobs.run_queued()
    job.refresh_from_db()
    assert job.state == "failed" and not job.file
    assert not bulk_jobs.may_write_all(cast.manager, job.params, BulkOrder.Act.LETTERS)


def test_letters_ask_for_a_fresh_proof(cast):
    client = cast.client("officer")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    response = client.post(
        address("bulk_letters_check", letter="visit"), {"group": [cast.sunrise.pk], "format": "pdf"}
    )
    assert "reauthenticate" in response["Location"] and "letter%3Dvisit" in response["Location"]
    assert not BulkOrder.objects.exists()


def test_what_is_incomplete_is_said_and_nothing_is_kept(cast, monkeypatch):
    client = cast.client("officer")
    where = address("bulk_letters_check", letter="visit")
    assert "Tick at least one" in client.post(where, {"format": "pdf"}).content.decode()
    for group in (cast.meadow.pk, "x", 0):
        response = client.post(where, {"group": [cast.sunrise.pk, group], "format": "pdf"})
        assert response.status_code == 422 and response.context["problem"] == views.NO_ID
    assert client.post(where, {"group": [cast.sunrise.pk], "format": "exe"}).status_code == 422
    response = client.post(reverse("bulk_letters_check") + "?letter=visit", {"group": [cast.sunrise.pk]})
    assert response.context["problem"] == views.NO_ID
    assert not BulkOrder.objects.exists()
    monkeypatch.setattr(letter_views, "MOST_LETTERS", 1)
    page = client.get(where)
    assert "Only some of the groups" in page.content.decode() and len(page.context["rows"]) == 1
    assert (
        "No group fits"
        in client.get(address("bulk_letters_check", letter="visit", q="nobody")).content.decode()
    )


@pytest.mark.parametrize("key", ["", "nothing", "own-", "own-x", "own-²", "own-9999", "own-" + "9" * 30])
def test_without_a_letter_the_way_leads_to_the_letters(cast, key):
    response = cast.client("officer").get(address("bulk_letters_check", letter=key, status="active"))
    assert response["Location"] == reverse("bulk_letters") + "?status=active"


def test_where_no_group_fits_there_is_no_letter_to_choose(cast):
    client = cast.client("officer")
    assert "It goes to one group:" in client.get(address("bulk_letters", q="Sunrise")).content.decode()
    nobody = client.get(address("bulk_letters", q="nobody")).content.decode()
    assert "No group fits" in nobody and "It goes to" not in nobody
    assert reverse("bulk_letters_check") not in nobody and reverse("letter_write") not in nobody


def test_a_label_that_asks_keeps_its_mark_above_the_form(cast):
    response = cast.client("officer").post(reverse("letter_write"), {"client_id": uuid.uuid4()})
    text = response.content.decode()
    assert response.status_code == 422 and "What is it about? This field" in text and "?:" not in text
    assert "The letter: This field" in text


def test_a_colleagues_letter_is_not_in_sight(cast):
    colleague = factories.make_officer(lio=cast.peak)
    letter = write(cast, title="Only mine", by=colleague)
    client = cast.client("officer")
    assert "Only mine" not in client.get(reverse("bulk_letters")).content.decode()
    assert client.get(address("bulk_letters_check", letter=f"own-{letter.pk}")).status_code == 302
    assert client.post(reverse("letter_delete", args=[letter.pk])).status_code == 404
    assert Letter.objects.exists()


def test_a_letter_of_ones_own_is_written_once_kept_and_followed_without_its_words(cast):
    client = cast.client("officer")
    where = address("letter_write", status="active")
    data = {"title": " News ", "body": "For {group}.\n"}
    response = client.post(where, data)
    letter = Letter.objects.get()
    assert response["Location"] == f"{reverse('bulk_letters_check')}?status=active&letter=own-{letter.pk}"
    assert client.post(where, data)["Location"] == response["Location"] and Letter.objects.count() == 1
    assert (letter.owner, letter.lio, letter.title, letter.body) == (
        cast.officer,
        cast.peak,
        "News",
        "For {group}.",
    )
    entry = LogEntry.objects.filter(object_pk=str(letter.pk), content_type__model="letter").get()
    assert (
        "News" not in str(entry.changes)
        and "For" not in str(entry.changes)
        and entry.object_repr == f"Letter {letter.pk}"
    )
    assert "News" in client.get(reverse("bulk_letters")).content.decode()
    with pytest.raises(ForeignForm):
        write(cast, by=cast.other_officer, client_id=letter.client_id)
    response = cast.client("other_officer").post(where, data)
    assert response.status_code == 422 and "used for something else" in response.content.decode()
    assert client.post(reverse("letter_write"), data).status_code == 422 and Letter.objects.count() == 1


def test_a_letter_may_begin_from_one_that_comes_with_the_portal(cast):
    page = cast.client("officer").get(address("letter_write", **{"from": "visit"}))
    assert page.context["form"].initial["title"] == "We would like to visit you"
    assert cast.client("officer").get(address("letter_write", **{"from": "x"})).context["form"].initial == {}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "Version {version}", "not every group has it"),
        ("title", "", "required"),
        ("body", "Dear {name}", "Use one of: group, lio"),
        ("body", "x" * 6001, "6000"),
    ],
)
def test_places_that_nobody_can_fill_are_named(cast, field, value, words):
    data = {"title": "News", "body": "For {group}.", field: value}
    response = cast.client("officer").post(address("letter_write"), data)
    assert response.status_code == 422 and words in response.content.decode()
    assert not Letter.objects.exists()


def test_an_officer_of_two_lios_says_which_and_no_other(cast):
    Membership.objects.create(user=cast.officer, role="officer", lio=cast.vale)
    client = cast.client("officer")
    third = factories.make_lio()
    data = {"title": "News", "body": "For {group}."}
    for lio in ("", third.pk):
        assert client.post(address("letter_write"), {**data, "lio": lio}).status_code == 422
    assert client.post(address("letter_write"), {**data, "lio": cast.vale.pk}).status_code == 302
    assert Letter.objects.get().lio == cast.vale


def test_letters_are_part_of_what_is_held_of_their_writer(cast):
    letter = write(cast)
    kind = next(kind for kind in registry.person_kinds if kind.model is Letter)
    assert list(kind.held(Person(cast.officer.email, cast.officer))) == [letter]
    assert not kind.held(Person("nobody@example.org", None)).exists()


def test_days_are_in_words(cast):
    factories.make_visit(
        group=cast.sunrise, officer=cast.officer, happened_on=date(2026, 1, 5), next_on=date(2099, 3, 4)
    )
    assert facts_of([cast.sunrise], cast.officer)[cast.sunrise.pk]["next_visit"] == "Wednesday 4 March 2099"
