"""The commands: export_subject, erase_group, erase_person, retention, sweep_files."""

import json
import stat
import uuid
import zipfile
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from groups import people
from groups.leaving.people import erase_person, find_person
from groups.models import CommunityGroup, Contact, User
from readiness import issuing
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch) -> Cast:
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: f"%PDF {uuid.uuid4()}".encode())
    return make_cast()


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_copy_of_a_group_holds_its_records_files_and_history(cast, tmp_path, capsys):
    group = cast.sunrise
    group.own_words = "We are Şilan’s neighbours"
    group.save()
    factories.make_visit(group=group, officer=cast.officer, summary="We met in the hall")
    factories.make_visit(group=cast.harbour, officer=cast.officer, summary="Of another group")
    issue = issuing.issue_plan(
        plan=factories.make_action(group=group, by=cast.officer).plan,
        by=cast.officer,
        client_id=uuid.uuid4(),
    )
    path = tmp_path / "copy.zip"
    call_command("export_subject", "--group", "sunrise", "-o", str(path))
    inside = contents(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    [itself] = json.loads(inside["the-group-itself.json"])
    assert itself["The group's own words for its communities"] == "We are Şilan’s neighbours"
    assert itself["Kind"] == "BME-led group"
    assert "Şilan" in inside["the-group-itself.json"].decode(), "letters are written as letters"
    [visit] = json.loads(inside["visits.json"])
    assert visit["Summary"] == "We met in the hall"
    [issued] = json.loads(inside["issued-plans.json"])
    assert inside[issued["Pdf"]] == issuing.stored_pdf(issue)
    assert inside[issued["Large print pdf"]] == issuing.stored_pdf(issue, large_print=True)
    history = json.loads(inside["history.json"])
    assert any(line["What"] == "Plan issued" for line in history)
    told = b"".join(inside.values()).decode()
    assert "Of another group" not in told
    assert "Visits: 1" in inside["read-me.txt"].decode()
    assert "2 files" in capsys.readouterr().out
    entry = LogEntry.objects.get(additional_data__act="copy of what is held made")
    assert (entry.object_pk, entry.additional_data["purpose"]) == (str(group.pk), "asked")


def test_the_copy_of_a_person_holds_what_is_about_them_and_no_secret(cast, tmp_path):
    Contact.objects.create(group=cast.sunrise, name="Olive", email="Officer@peak.example", phone="01234")
    factories.make_visit(group=cast.sunrise, officer=cast.officer, summary="About the group only")
    people.invite_lead(group=cast.harbour, email="officer@peak.example", name="Olive", by=cast.other_officer)
    trail = people.give_role(user=cast.lead, role="manager", by=cast.officer)
    assert trail
    path = tmp_path / "copy.zip"
    call_command("export_subject", "--email", "OFFICER@peak.example", "-o", str(path), verbosity=0)
    inside = contents(path)
    [account] = json.loads(inside["account.json"])
    assert (account["Name"], account["E-mail address"]) == ("Olive Officer", "officer@peak.example")
    assert json.loads(inside["contact-entries-of-groups.json"])[0]["Phone"] == "01234"
    assert json.loads(inside["roles.json"])[0]["Role"] == "Officer"
    assert len(json.loads(inside["invitations-they-got.json"])) == 1
    assert json.loads(inside["written-by-them.json"])["Visits they logged"] == 1
    assert any(line["What"] == "Role given" for line in json.loads(inside["what-they-did-by-the-trail.json"]))
    told = b"".join(inside.values()).decode()
    secrets = [
        User.objects.get(pk=cast.officer.pk).password,
        *people.Invitation.objects.values_list("token_hash", flat=True),
    ]
    assert not [secret for secret in secrets if secret in told]
    assert "About the group only" not in told


def test_a_missing_file_is_said_and_the_copy_is_made(cast, tmp_path, capsys):
    issue = issuing.issue_plan(
        plan=factories.make_action(group=cast.sunrise, by=cast.officer).plan,
        by=cast.officer,
        client_id=uuid.uuid4(),
    )
    default_storage.delete(issue.pdf.name)
    call_command("export_subject", "--group", str(cast.sunrise.pk), "-o", str(tmp_path / "copy.zip"))
    assert issue.pdf.name in capsys.readouterr().err
    assert b"missing" in contents(tmp_path / "copy.zip")["issued-plans.json"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--email", "nobody@example.org"), "holds nothing"),
        (("--group", "Sunrose"), "Sunrise"),
        (("--group", "Sunrise", "--purpose", "curiosity"), "curiosity"),
        ((), "required"),
        (("--group", "Sunrise", "--email", "a@b.example"), "not allowed"),
    ],
)
def test_an_unclear_request_writes_nothing(cast, tmp_path, options, words):
    path = tmp_path / "copy.zip"
    with pytest.raises(CommandError, match=words):
        call_command("export_subject", *options, "-o", str(path))
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written_is_an_error(cast, tmp_path):
    with pytest.raises(CommandError, match="Can't write"):
        call_command("export_subject", "--group", "Sunrise", "-o", str(tmp_path / "no" / "copy.zip"))


def test_erase_group_says_what_would_go_and_then_does_it(cast, capsys):
    factories.make_visit(group=cast.sunrise, officer=cast.officer)
    call_command("erase_group", "Sunrise", "--reason", "asked", "--dry-run")
    foreseen = capsys.readouterr().out
    assert CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()
    call_command("erase_group", "Sunrise", "--reason", "asked")
    done = capsys.readouterr().out
    assert "Visits: 1" in foreseen
    assert "Accounts of leads without a role now, to be erased one by one: 1" in done
    assert foreseen.replace("would be", "is") == done
    assert not CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("Sunrose", "--reason", "asked"), "Sunrise"),
        (("Sunrise", "--reason", "because"), "because"),
        (("Sunrise",), "reason"),
    ],
)
def test_erase_group_refuses_what_is_unclear(cast, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("erase_group", *options)
    assert CommunityGroup.objects.count() == 3


def test_erase_person_says_what_would_go_and_then_does_it(cast, capsys):
    call_command("erase_person", "officer@peak.example", "--dry-run")
    assert "Account: 1 (emptied)" in capsys.readouterr().out
    assert User.objects.get(pk=cast.officer.pk).is_active
    call_command("erase_person", "officer@peak.example")
    assert "is erased" in capsys.readouterr().out
    assert not User.objects.get(pk=cast.officer.pk).is_active


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_erase_person_refuses_the_last_administrator_and_strangers(cast, options):
    with pytest.raises(CommandError, match="needs an administrator"):
        call_command("erase_person", cast.administrator.email, *options)
    with pytest.raises(CommandError, match="holds nothing"):
        call_command("erase_person", "nobody@example.org", *options)
    assert User.objects.get(pk=cast.administrator.pk).is_active


def test_retention_prints_the_same_lines_dry_and_real(cast, capsys):
    call_command("retention", "--dry-run")
    foreseen = capsys.readouterr().out
    call_command("retention")
    assert capsys.readouterr().out == foreseen
    assert "Drafts of visits that nobody went on with (30 days): 0" in foreseen


@pytest.mark.django_db(transaction=True)
def test_files_that_stay_end_with_an_error_that_says_what_to_do(cast, monkeypatch, capsys):
    issuing.issue_plan(
        plan=factories.make_action(group=cast.sunrise, by=cast.officer).plan,
        by=cast.officer,
        client_id=uuid.uuid4(),
    )

    def refuse(name: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(default_storage, "delete", refuse)
    with pytest.raises(CommandError, match="sweep_files") as fault:
        call_command("erase_group", "Sunrise", "--reason", "asked")
    assert fault.value.returncode == 1
    assert "Sunrise" not in str(fault.value)
    assert not CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()


def test_sweep_files_counts_what_it_removes(cast, capsys):
    default_storage.save("plans/young.pdf", ContentFile(b"words"))
    call_command("sweep_files", "--dry-run")
    assert "Would remove 0 files." in capsys.readouterr().out
    call_command("sweep_files")
    assert "Removed 0 files." in capsys.readouterr().out


def test_what_an_erased_person_did_reads_as_former_colleague(cast):
    people.give_role(user=cast.lead, role="manager", by=cast.officer)
    erase_person(person=find_person(cast.officer.email), by=cast.administrator)
    entry = LogEntry.objects.filter(actor=cast.officer).first()
    assert str(entry.actor) == "Former colleague"
