"""Importing in the browser: columns, a dry run of every row, all rows or none, once, and the file goes afterwards."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from groups.group_rows import Overtaken
from groups.models import CommunityGroup, Credential, ImportUpload, Membership, TrackRecord
from readiness.models import Assessment
from tests.access.table_imports import HEADERS
from tests.cast import make_cast
from toolkit_portal.views import import_steps


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("officer")


def send(client, content: bytes, *, to: str = "group_import", name: str = "groups.csv", **more):
    return client.post(
        reverse(to),
        {"file": SimpleUploadedFile(name, content), "client_id": str(uuid.uuid4())} | more,
    )


def uploaded(client, content: bytes, **more) -> ImportUpload:
    response = send(client, content, **more)
    assert response.status_code == 302, response.content.decode()
    return ImportUpload.objects.get()


def check(upload: ImportUpload) -> str:
    return reverse("import_check", args=[upload.pk])


def test_groups_come_in_step_by_step(cast, client, django_capture_on_commit_callbacks):
    upload = uploaded(client, b"\xef\xbb\xbfGROUP NAME;Towns;Shoe size\r\nNew Dawn;Buxton;4\r\nSunrise;;\r\n")
    columns = client.get(reverse("import_columns", args=[upload.pk])).content.decode()
    assert "Shoe size" in columns
    assert upload.columns == {"name": "GROUP NAME", "places": "Towns"}
    page = client.get(check(upload)).content.decode()
    assert "New Dawn" in page
    assert "Is recorded already" in page
    assert not CommunityGroup.objects.filter(name="New Dawn").exists()
    stored = upload.file.name
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(check(upload)).status_code == 302
    group = CommunityGroup.objects.get(name="New Dawn")
    assert (group.lio, group.places) == (cast.peak, "Buxton")
    assert not default_storage.exists(stored)
    assert "Imported" in client.get(check(upload)).content.decode()
    assert client.get(reverse("import_columns", args=[upload.pk])).status_code == 302


def test_columns_can_be_put_right(client):
    upload = uploaded(client, b"name,Ort\nNew Dawn,Buxton\n")
    names = list(import_steps.KINDS["groups"].columns())
    data = {f"column_{names.index('name')}": "name", f"column_{names.index('places')}": "Ort"}
    assert client.post(reverse("import_columns", args=[upload.pk]), data).status_code == 302
    client.post(check(upload))
    assert CommunityGroup.objects.get(name="New Dawn").places == "Buxton"


def test_one_heading_cannot_be_two_columns(client):
    upload = uploaded(client, b"name,Ort\nNew Dawn,Buxton\n")
    response = client.post(
        reverse("import_columns", args=[upload.pk]), {"column_0": "name", "column_1": "name"}
    )
    assert response.status_code == 422
    assert "already" in response.content.decode()


def test_one_fault_stops_all_rows(client):
    upload = uploaded(client, b"name,volunteers\nNew Dawn,3\nNext Dawn,three\n")
    for response in (client.get(check(upload)), client.post(check(upload))):
        page = response.content.decode()
        assert "1 fault to put right" in page
        assert "Row 3" in page
    assert response.status_code == 422
    assert not CommunityGroup.objects.filter(name="New Dawn").exists()


def test_past_assessments_come_in_for_ones_own_groups_only(cast, client):
    upload = uploaded(client, HEADERS.encode(), to="assessment_import")
    assert client.post(check(upload)).status_code == 302
    assert Assessment.objects.get().group == cast.sunrise
    foreign = uploaded_by = send(
        client, HEADERS.replace("Sunrise", "Meadow").encode(), to="assessment_import"
    )
    assert uploaded_by.status_code == 302
    page = client.get(foreign["Location"].replace("columns", "check")).content.decode()
    assert "Meadow” isn&#x27;t a known group" in page or "isn&#x27;t a known group" in page
    assert "Vale" not in page


def test_a_foreign_lio_in_a_row_is_unknown(client):
    upload = uploaded(client, b"name,lio\nNew Dawn,Vale\n")
    page = client.get(check(upload)).content.decode()
    assert "known LIO" in page
    assert client.post(check(upload)).status_code == 422


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "empty"),
        (b"%PDF-1.7 nonsense", "plan.pdf", "PDF"),
        (b"PK\x03\x04nonsense", "a.xlsx", "damaged"),
        (b"<html><table></table></html>", "a.csv", "web page"),
        (b"name,Group name\nA,B\n", "a.csv", "both mean"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_help(client, content, name, words):
    response = send(client, content, name=name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportUpload.objects.exists()


def test_a_file_too_large_is_refused_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr("toolkit_portal.views.imports.read_table", None)
    response = send(client, b"x" * (10 * 1024 * 1024 + 1))
    assert response.status_code == 422
    assert "10 MB" in response.content.decode()


def test_the_same_upload_twice_is_one(client):
    key = str(uuid.uuid4())
    first = send(client, b"name\nNew Dawn\n", client_id=key)
    second = send(client, b"name\nNew Dawn\n", client_id=key)
    assert first["Location"] == second["Location"]
    assert ImportUpload.objects.count() == 1


def test_rights_are_judged_again_when_it_is_confirmed(cast, client):
    upload = uploaded(client, b"name\nNew Dawn\n")
    assert cast.client("other_officer").post(check(upload)).status_code == 404
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    assert client.post(check(upload)).status_code == 403
    assert not CommunityGroup.objects.filter(name="New Dawn").exists()


def test_a_discarded_upload_leaves_no_file(client, django_capture_on_commit_callbacks):
    upload = uploaded(client, b"name\nNew Dawn\n")
    stored = upload.file.name
    assert client.get(reverse("import_discard", args=[upload.pk])).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("import_discard", args=[upload.pk]))
    assert not ImportUpload.objects.exists()
    assert not default_storage.exists(stored)


def test_forgotten_uploads_go_after_a_day(client, django_capture_on_commit_callbacks):
    upload = uploaded(client, b"name\nNew Dawn\n")
    ImportUpload.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        send(client, b"name\nNext Dawn\n")
    assert not ImportUpload.objects.filter(pk=upload.pk).exists()
    assert not default_storage.exists(upload.file.name)


def test_a_lost_file_is_asked_for_again(client):
    upload = uploaded(client, b"name\nNew Dawn\n")
    upload.file.storage.delete(upload.file.name)
    for page in ("import_columns", "import_check"):
        response = client.get(reverse(page, args=[upload.pk]), follow=True)
        assert "Choose it once more" in response.content.decode()


def test_the_template_reads_back_with_every_column_known(client):
    for name, kind in (
        ("group", "groups"),
        ("assessment", "assessments"),
        ("paper", "papers"),
        ("work", "work"),
    ):
        response = client.get(reverse(f"{name}_import_template"))
        first = response.content.decode("utf-8-sig").strip()
        assert response["Content-Disposition"] == f'attachment; filename="{kind}-template.csv"'
        assert first.split(",") == list(import_steps.KINDS[kind].columns())


def test_nothing_new_says_so(client):
    upload = uploaded(client, b"name\nSunrise\n")
    assert "nothing to import" in client.get(check(upload)).content.decode()


PAPERS = (
    b"Group,Paper,State,Expires,Shoe size\n"
    b"Sunrise,Public liability insurance,yes,1/3/2030,4\nHarbour,accounts,no,,4\n"
)


def test_papers_come_in_with_old_and_new_in_words(cast, client):
    upload = uploaded(client, PAPERS, to="paper_import")
    assert upload.kind == ImportUpload.Kind.PAPERS
    page = client.get(check(upload)).content.decode()
    assert "Sunrise: Public liability insurance" in page and "Is missing already." in page
    assert "Shoe size" in page and not Credential.objects.exists()
    client.post(check(upload))
    paper = Credential.objects.get()
    assert (paper.group, paper.state, paper.changed_by) == (cast.sunrise, "in_place", cast.officer)
    done = client.get(check(upload)).content.decode()
    assert "Changed" in done and "See the groups" in done
    again = send(client, PAPERS.replace(b"1/3/2030", b"1/3/2031"), to="paper_import")
    page = client.get(again["Location"].replace("columns", "check")).content.decode()
    assert "Expires: 1 March 2030 → 1 March 2031." in page and "<dt>Changed</dt><dd>1</dd>" in page


def test_pieces_of_work_come_in_once(cast, client):
    upload = uploaded(client, b"Group,Project,From\nSunrise,Lunch club,1/4/2024\n", to="work_import")
    assert "Sunrise: Lunch club" in client.get(check(upload)).content.decode()
    for _ in range(2):
        assert client.post(check(upload)).status_code == 302
    work = TrackRecord.objects.get()
    assert (work.group, work.title, work.changed_by) == (cast.sunrise, "Lunch club", cast.officer)


@pytest.mark.parametrize(("kind", "third"), [("paper", "kind,state"), ("work", "title")])
def test_papers_and_work_come_in_for_ones_own_groups_only(cast, client, kind, third):
    cells = "Accounts,Draft" if kind == "paper" else "Lunch club"
    upload = uploaded(client, f"group,{third}\nMeadow,{cells}\n".encode(), to=f"{kind}_import")
    for response in (client.get(check(upload)), client.post(check(upload))):
        page = response.content.decode()
        assert "“Meadow” isn&#x27;t a known group" in page and "Vale" not in page
    assert not Credential.objects.exists() and not TrackRecord.objects.exists()


def test_a_paper_that_changes_while_it_is_confirmed_is_looked_at_once_more(cast, client, monkeypatch):
    upload = uploaded(client, PAPERS, to="paper_import")

    def overtaken(*args):
        raise Overtaken

    with monkeypatch.context() as patched:
        patched.setattr("groups.paper_imports.locked_groups", overtaken)
        response = client.post(check(upload))
    page = response.content.decode()
    assert (
        response.status_code == 422 and "Look at the rows once more." in page and "Import all of it" in page
    )
    assert not Credential.objects.exists()
    client.post(check(upload))
    assert Credential.objects.get().state == "in_place"


@pytest.mark.parametrize(
    "start", ["group_import", "assessment_import", "evidence_import", "paper_import", "work_import"]
)
def test_every_kind_of_import_leads_to_the_others(client, start):
    page = client.get(reverse(start)).content.decode()
    for kind in import_steps.KINDS.values():
        assert f'href="{reverse(kind.start)}"' in page
    assert f'href="{reverse(start)}" aria-current="page"' in page


def test_papers_and_work_lead_to_their_import_where_one_may_write(cast, client):
    for page, start in (("papers", "paper_import"), ("work_list", "work_import")):
        address = reverse(page, args=[cast.sunrise.pk])
        assert reverse(start) in client.get(address).content.decode()
        assert reverse(start) not in cast.client("manager").get(address).content.decode()
