"""Tender packs: what goes in, what is named as missing, the job that makes it, and who may have it."""

import io
import time
import uuid
import zipfile
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from evidence import pack_jobs
from evidence.consent import withdraw_consent
from evidence.pack_jobs import KIND, PackTooLarge, make_pack
from evidence.packs import contents_of, lines_of, newest_files
from evidence.portfolio_layout import in_one_row
from groups.credentials import add_file, judge_file, set_paper
from groups.jobs import JobRefused, queue_job
from groups.models import CommunityGroup, Credential, CredentialFile, CredentialKind, Job, Membership
from tests import factories
from tests.cast import Cast, make_cast
from tests.jobs import run_queued
from toolkit_portal.core.attachment_files import prepare
from toolkit_portal.core.kept_files import DamagedFile

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
LETTER = b"We treat everybody fairly.\n"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def kind(key: str) -> CredentialKind:
    return CredentialKind.objects.get(key=key)


def put(
    cast: Cast, key: str, state: str = "in_place", *, content: bytes = b"", by=None, **facts
) -> Credential:
    """A paper of Sunrise, with a file where content is given."""
    group = cast.sunrise
    stored = Credential.objects.filter(group=group, kind=kind(key)).first()
    paper = set_paper(
        group=group,
        kind=kind(key),
        by=cast.officer,
        version=stored.version if stored else 0,
        state=state,
        **facts,
    )
    if content:
        add_file(
            group=group,
            kind=kind(key),
            by=by or cast.officer,
            prepared=prepare(ContentFile(content), f"{key}.txt"),
            client_id=uuid.uuid4(),
        )
    return paper


def usual(cast: Cast) -> set[int]:
    return newest_files(lines_of(cast.sunrise, TODAY()))


def packed(cast: Cast, files: set[int] | None = None, **what) -> zipfile.ZipFile:
    target = io.BytesIO()
    make_pack(target, cast.sunrise, TODAY(), usual(cast) if files is None else files, **what)
    return zipfile.ZipFile(target)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def why(cast: Cast) -> dict[str, str]:
    return {line.line.kind.key: line.why_not for line in lines_of(cast.sunrise, TODAY()) if not line.can_go}


def test_what_is_in_place_goes_in_with_number_and_dates(cast):
    put(
        cast,
        "equality-policy",
        content=LETTER,
        issued_on=TODAY() - timedelta(days=30),
        checked_by="Olive Officer",
        checked_on=TODAY(),
    )
    with packed(cast) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "00 Index.pdf",
            "01 Profile sheet.pdf",
            "02 Portfolio.pdf",
            "03 Portfolio for changing.docx",
            "04 Equality policy.txt",
        ]
        assert archive.read("04 Equality policy.txt") == LETTER
        index = text_of(archive.read("00 Index.pdf"))
    issued = TODAY() - timedelta(days=30)
    assert "Sunrise" in index and f"{issued:%-d %B %Y}" in index and "Olive Officer" in index
    assert "Equality policy 04 Equality policy.txt" in index


def test_a_very_long_name_stands_whole_in_the_head_and_in_one_row_at_the_foot(cast):
    name = (
        "Women of many communities together for health, housing, hope and a fair hearing in all of Derbyshire"
    )
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(name=name)
    cast.sunrise.refresh_from_db()
    with packed(cast) as archive:
        index = text_of(archive.read("00 Index.pdf"))
    assert index.count(name) == 1 and f"Papers of {in_one_row(name)}, as of" in index


def test_what_is_missing_or_has_run_out_is_named_with_the_reason(cast):
    put(cast, "data-protection", "draft", content=LETTER)
    put(cast, "employers-liability", "not_needed", why_not_needed="No staff yet")
    put(
        cast,
        "accounts",
        content=LETTER,
        issued_on=TODAY() - timedelta(days=400),
        expires_on=TODAY(),
    )
    put(cast, "governing-document")
    found = why(cast)
    assert found["data-protection"] == "Only a draft so far"
    assert found["employers-liability"] == "Not needed yet: No staff yet"
    assert found["accounts"] == f"Expired on {TODAY():%-d %B %Y}"
    assert found["governing-document"] == "In place, but no file is kept here"
    assert found["equality-policy"] == "Missing"
    assert found["public-liability"] == "Not there yet; it is needed once you win"
    with packed(cast) as archive:
        index = text_of(archive.read("00 Index.pdf"))
        assert not any(name.startswith("04") for name in archive.namelist())
    for reason in found.values():
        assert reason in index


def test_a_paper_goes_in_until_the_day_before_it_expires(cast):
    put(cast, "accounts", content=LETTER, expires_on=TODAY() + timedelta(days=1))
    assert len(usual(cast)) == 1
    tomorrow = TODAY() + timedelta(days=1)
    contents = contents_of(cast.sunrise, tomorrow, usual(cast))
    assert not contents.included
    assert f"Expired on {tomorrow:%-d %B %Y}" in [item.why for item in contents.left_out]


def test_the_newest_file_goes_in_unless_others_are_chosen(cast):
    put(cast, "equality-policy", content=b"first")
    put(cast, "equality-policy", content=b"second")
    every = set(CredentialFile.objects.values_list("pk", flat=True))
    assert len(every) == 2 and len(usual(cast)) == 1
    with packed(cast, profile=False, portfolio=False) as archive:
        assert archive.namelist() == ["00 Index.pdf", "01 Equality policy.txt"]
        assert archive.read("01 Equality policy.txt") == b"second"
    with packed(cast, every, profile=False, portfolio=False) as archive:
        assert sorted(archive.read(name) for name in archive.namelist()[1:]) == [b"first", b"second"]
        assert "file 2 of 2" in text_of(archive.read("00 Index.pdf"))
    with packed(cast, set(), profile=True, portfolio=False) as archive:
        assert "Not chosen" in text_of(archive.read("00 Index.pdf"))


def test_a_file_that_nobody_has_accepted_never_goes_in(cast):
    put(cast, "equality-policy", content=LETTER, by=cast.lead)
    file = CredentialFile.objects.get()
    assert not usual(cast)
    assert not contents_of(cast.sunrise, TODAY(), {file.pk}).included
    judge_file(file=file, by=cast.officer, accept=True)
    assert usual(cast) == {file.pk}


def test_a_file_of_another_group_never_goes_in(cast):
    put(cast, "equality-policy", content=LETTER)
    foreign = CredentialFile.objects.get()
    assert not contents_of(cast.harbour, TODAY(), {foreign.pk}).included


def test_the_same_pack_has_the_same_bytes(cast):
    put(cast, "equality-policy", content=LETTER)
    once, twice = io.BytesIO(), io.BytesIO()
    for target in (once, twice):
        make_pack(target, cast.sunrise, TODAY(), usual(cast), profile=False, portfolio=False)
    first, second = (zipfile.ZipFile(file) for file in (once, twice))
    assert [item.date_time for item in first.infolist()] == [item.date_time for item in second.infolist()]
    assert first.read("01 Equality policy.txt") == second.read("01 Equality policy.txt")


def test_a_damaged_file_spoils_the_pack_by_name_of_the_fault(cast, settings):
    put(cast, "equality-policy", content=LETTER)
    CredentialFile.objects.update(sha256="0" * 64)
    with pytest.raises(DamagedFile):
        packed(cast)


def test_too_much_for_one_pack_is_refused_before_anything_is_made(cast, monkeypatch):
    put(cast, "equality-policy", content=LETTER)
    monkeypatch.setattr(pack_jobs, "MOST_BYTES", len(LETTER) - 1)
    with pytest.raises(PackTooLarge, match="Choose fewer"):
        packed(cast)


def test_names_in_the_archive_are_taken_by_every_system(cast):
    CredentialKind.objects.filter(key="equality-policy").update(label='Equality: "all"/<any>\u202e?')
    put(cast, "equality-policy", content=LETTER)
    with packed(cast, profile=False, portfolio=False) as archive:
        assert archive.namelist()[1] == "01 Equality all any.txt"


# The page and the job


def order(cast: Cast, actor: str = "officer", **data) -> Job:
    response = cast.client(actor).post(
        reverse("tender_pack", args=[cast.sunrise.pk]),
        {"client_id": str(uuid.uuid4()), "papers": sorted(usual(cast)), **data},
    )
    assert response.status_code == 302, response.content.decode()
    return Job.objects.latest("pk")


def test_the_page_offers_what_holds_and_says_why_the_rest_does_not(cast):
    put(cast, "equality-policy", content=LETTER)
    put(cast, "data-protection", "draft")
    page = cast.client("officer").get(reverse("tender_pack", args=[cast.sunrise.pk]))
    text = page.content.decode()
    assert "Equality policy: equality-policy.txt" in text and "Only a draft so far" in text
    assert [box.data["selected"] for box in page.context["form"]["papers"]] == [True]


def test_nothing_chosen_is_said_in_words(cast):
    answer = cast.client("officer").post(reverse("tender_pack", args=[cast.sunrise.pk]), {})
    assert answer.status_code == 422 and "Choose at least one thing" in answer.content.decode()
    assert not Job.objects.exists()


def test_whoever_has_to_give_the_password_first_finds_the_same_things_ticked(cast):
    put(cast, "equality-policy", content=LETTER)
    put(cast, "data-protection", content=LETTER)
    wanted = CredentialFile.objects.get(credential__kind__key="data-protection").pk
    client = cast.client("officer")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    answer = client.post(
        reverse("tender_pack", args=[cast.sunrise.pk]), {"papers": [wanted], "portfolio": "on"}
    )
    assert "reauthenticate" in answer["Location"] and not Job.objects.exists()
    [then] = parse_qs(urlsplit(answer["Location"]).query)["next"]
    page = client.get(then)
    form = page.context["form"]
    assert [box.data["value"] for box in form["papers"] if box.data["selected"]] == [wanted]
    assert (form["profile"].value(), form["portfolio"].value()) == (False, True)
    assert "Your choice is still here" in page.content.decode()
    assert "Your choice" not in client.get(urlsplit(then).path).content.decode()
    assert client.get(urlsplit(then).path + "?chosen=1&papers=x").status_code == 200


def test_a_file_that_is_no_choice_is_refused(cast):
    put(cast, "equality-policy", "draft", content=LETTER)
    answer = cast.client("officer").post(
        reverse("tender_pack", args=[cast.sunrise.pk]), {"papers": [CredentialFile.objects.get().pk]}
    )
    assert answer.status_code == 422 and not Job.objects.exists()


def test_an_officer_has_a_pack_made_and_fetches_it(cast):
    put(cast, "equality-policy", content=LETTER)
    job = order(cast, profile="on")
    assert job.title == "Tender pack of Sunrise" and run_queued() == 1
    answer = cast.client("officer").get(reverse("job_file", args=[job.pk]))
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert "02 Equality policy.txt" in archive.namelist()
    assert cast.client("manager").get(reverse("job_file", args=[job.pk])).status_code == 404


def test_a_paper_that_runs_out_before_it_is_made_is_listed_and_not_in_it(cast):
    paper = put(cast, "equality-policy", content=LETTER)
    job = order(cast)
    Credential.objects.filter(pk=paper.pk).update(expires_on=TODAY())
    run_queued()
    job.refresh_from_db()
    assert job.report == {
        "Documents": 0,
        "Papers listed as not in it": job.report["Papers listed as not in it"],
    }


def test_the_right_is_judged_when_it_is_queued_made_and_fetched(cast):
    put(cast, "equality-policy", content=LETTER)
    with pytest.raises(JobRefused):
        queue_job(
            kind=KIND,
            by=cast.other_officer,
            params={"group": cast.sunrise.pk, "files": [], "profile": True, "portfolio": False},
            title="Tender pack",
            client_id=uuid.uuid4(),
        )
    made = order(cast)
    run_queued()
    waiting = order(cast)
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    run_queued()
    waiting.refresh_from_db()
    assert waiting.state == Job.State.FAILED and not waiting.has_file
    client = cast.client("officer")
    assert client.get(reverse("job_file", args=[made.pk])).status_code in {403, 404}


def test_a_damaged_file_fails_the_job_with_what_to_do(cast):
    put(cast, "equality-policy", content=LETTER)
    CredentialFile.objects.update(sha256="0" * 64)
    job = order(cast)
    run_queued()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "damaged" in job.reason and not job.has_file


def test_a_withdrawn_quote_takes_the_packs_of_its_group_with_it(cast):
    record = factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        reviewed_by=factories.make_officer(lio=cast.peak),
        groups=(cast.sunrise,),
    )
    quote = factories.make_quote(record=record, by=cast.officer, uses="portfolio")
    record.state, record.reviewed_by, record.reviewed_at = "reviewed", cast.manager, timezone.now()
    record.save()
    job = order(cast, portfolio="on")
    run_queued()
    job.refresh_from_db()
    assert job.has_file
    with default_storage.open(job.file.name) as file, zipfile.ZipFile(file) as archive:
        assert quote.text in text_of(archive.read("01 Portfolio.pdf"))
    withdraw_consent(quote=quote, by=cast.officer)
    job.refresh_from_db()
    assert not job.has_file and "withdrawn a quote" in job.reason


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_number_of_queries_for_any_number_of_files(
    cast, django_assert_max_num_queries, count
):
    keys = ["equality-policy", "accounts", "data-protection"]
    for key in keys[:count]:
        put(cast, key, content=LETTER)
    client = cast.client("officer")
    client.get(reverse("tender_pack", args=[cast.sunrise.pk]))
    with django_assert_max_num_queries(QUERIES):
        client.get(reverse("tender_pack", args=[cast.sunrise.pk]))


QUERIES = 14


# The command


def test_the_command_writes_the_pack(cast, tmp_path, capsys):
    put(cast, "equality-policy", content=LETTER)
    target = tmp_path / "pack.zip"
    call_command("tender_pack", "--group", "sunrise", "-o", str(target))
    assert "4 documents of Sunrise" in capsys.readouterr().out
    assert "04 Equality policy.txt" in zipfile.ZipFile(target).namelist()


@pytest.mark.parametrize(
    ("group", "name", "words"),
    [
        ("Sunset", "pack.zip", "no group called"),
        ("Sunrise", "pack.pdf", "must end in .zip"),
        ("Sunrise", "missing/pack.zip", "Can't write"),
    ],
)
def test_the_command_says_what_is_wrong_and_writes_nothing(cast, tmp_path, group, name, words):
    with pytest.raises(CommandError, match=words):
        call_command("tender_pack", "--group", group, "-o", str(tmp_path / name))
    assert not list(tmp_path.iterdir())


def test_the_command_names_a_damaged_file(cast, tmp_path):
    put(cast, "equality-policy", content=LETTER)
    CredentialFile.objects.update(sha256="0" * 64)
    with pytest.raises(CommandError, match="damaged"):
        call_command("tender_pack", "--group", "Sunrise", "-o", str(tmp_path / "pack.zip"))
    assert not list(tmp_path.iterdir())
