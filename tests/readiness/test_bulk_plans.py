"""Plans of many groups in one file: the same groups as the list's filter, an index, and nobody else's plan."""

import csv
import io
import time
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.jobs import sweeping
from groups.leaving import registry
from groups.leaving.groups import erase_group
from groups.leaving.people import Person, erase_person
from groups.models import CommunityGroup, Job
from readiness import bulk_files, bulk_orders, bulk_plans
from readiness.bulk_files import write_printing_copy, write_zip
from readiness.bulk_plans import states_of
from readiness.issuing import issue_plan
from readiness.models import BulkOrder, BulkRow, IssuedPlan
from readiness.planning import plan_of
from readiness.views import bulk as views
from tests import factories, jobs
from tests.cast import Cast, make_cast
from tests.readiness.bulk import QuickPool, address, make_pdfs_quick, ordered, outcomes
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def pool(monkeypatch) -> type[QuickPool]:
    return make_pdfs_quick(monkeypatch)


def issue(cast: Cast, group: CommunityGroup) -> IssuedPlan:
    factories.make_action(group=group, by=cast.officer)
    return issue_plan(plan=plan_of(group), by=cast.officer, client_id=uuid.uuid4())


def content_of(job: Job) -> io.BytesIO:
    job.refresh_from_db()
    assert (job.state, job.reason) == ("done", "")
    with default_storage.open(job.file.name) as file:
        return io.BytesIO(file.read())


def index_of(archive: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    text = archive.read("00 Index.csv").decode("utf-8-sig")
    return {row["group"]: row for row in csv.DictReader(io.StringIO(text))}


def words_of(content: io.BytesIO | bytes) -> str:
    read = content if isinstance(content, io.BytesIO) else io.BytesIO(content)
    return " ".join(
        " ".join(page.extract_text().replace("\u200b", "") for page in pypdf.PdfReader(read).pages).split()
    )


def test_the_zip_has_the_newest_version_or_a_draft_and_says_who_has_neither(cast, pool):
    issue(cast, cast.sunrise)
    second = issue(cast, cast.sunrise)
    factories.make_action(group=cast.harbour, by=cast.officer)
    factories.make_group(lio=cast.peak, name="=Zebra / no: plan")
    job = ordered(cast.client("officer"), "bulk_files", {"format": "zip"})
    jobs.run_queued()
    with zipfile.ZipFile(content_of(job)) as archive:
        assert archive.namelist() == [
            "0001 Harbour, draft.pdf",
            "0002 Sunrise, version 2.pdf",
            "00 Index.csv",
            "00 Index.pdf",
        ]
        with default_storage.open(second.pdf.name) as stored:
            assert archive.read("0002 Sunrise, version 2.pdf") == stored.read()
        index, words = index_of(archive), words_of(archive.read("00 Index.pdf"))
    today = timezone.localdate().isoformat()
    assert [index["Sunrise"][name] for name in ("file", "what", "version", "day", "why_not")] == [
        "0002 Sunrise, version 2.pdf", "issued", "2", today, "",
    ]  # fmt: skip
    assert [index["Harbour"][name] for name in ("what", "version", "why_not")] == ["draft", "", ""]
    without = index["'=Zebra / no: plan"]
    assert (without["file"], without["why_not"]) == ("", "There is no plan yet")
    assert "=Zebra / no: plan" in words and "There is no plan yet" in words and "Version 2" in words
    assert job.report == {"Plans as issued": 1, "Drafts": 1, "Groups without a file": 1}
    assert outcomes(job) == {"Sunrise": "version 2", "Harbour": "draft", "=Zebra / no: plan": "no_plan"}
    page = (
        cast.client("officer").get(reverse("bulk_order", args=[BulkOrder.objects.get().pk])).content.decode()
    )
    assert "In the file as issued: version 2" in page and "there is no plan yet" in page


def test_the_printing_copy_has_a_bookmark_a_group_and_says_that_it_has_no_tags(cast, pool):
    issue(cast, cast.sunrise)
    factories.make_action(group=cast.harbour, by=cast.officer)
    client = cast.client("officer")
    assert "no tags for screen readers" in client.get(address("bulk_files")).content.decode()
    job = ordered(client, "bulk_files", {"format": "pdf", "both_sides": "on"})
    jobs.run_queued()
    reader = pypdf.PdfReader(content_of(job))
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    # The index and its blank back, three pages and a blank one, two pages.
    assert marks == [("What is in this copy", 0), ("Harbour, draft", 2), ("Sunrise, version 1", 6)]
    assert len(reader.pages) == 8 and reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert "no tags" in reader.metadata.subject and reader.metadata.title == "Action plans"
    assert "/StructTreeRoot" not in reader.trailer["/Root"]
    assert "no tags for screen readers" in words_of(content_of(job))
    assert job.filename.startswith("Action plans, printing copy ")


def test_plans_are_real_ones_in_large_print_too(cast, tmp_path, monkeypatch):
    from readiness import issuing

    monkeypatch.setattr(issuing, "DRAFT_FOLDER", f"drafts-{uuid.uuid4()}/")
    factories.make_action(group=cast.harbour, by=cast.officer, what="Open a <b>bank</b> account")
    with (tmp_path / "plans.zip").open("wb") as file:
        write_zip(file, [cast.harbour.pk], large_print=True)
    with zipfile.ZipFile(tmp_path / "plans.zip") as archive:
        first = archive.read("0001 Harbour, draft.pdf")
        assert "in large print" in words_of(archive.read("00 Index.pdf"))
    assert "Open a <b>bank</b> account" in words_of(first) and "Draft" in words_of(first)
    # The stored draft is taken the second time: nothing is laid out but the index.
    with (tmp_path / "plans.pdf").open("wb") as file:
        write_printing_copy(file, [cast.harbour.pk], large_print=True)
    assert "Open a <b>bank</b> account" in words_of((tmp_path / "plans.pdf").read_bytes())


def test_a_draft_is_laid_out_once(cast, pool):
    factories.make_action(group=cast.harbour, by=cast.officer)
    for _ in range(2):
        write_zip(io.BytesIO(), [cast.harbour.pk])
    assert len(pool.submitted) == 1


def test_damaged_and_overlong_plans_are_named_and_the_others_are_there(cast, pool, monkeypatch):
    first = issue(cast, cast.sunrise)
    default_storage.delete(first.pdf.name)
    for name in ("Overlong", "Slow", "Good"):
        factories.make_action(group=factories.make_group(lio=cast.peak, name=name), by=cast.officer)
    monkeypatch.setattr(pool, "refused", ("Overlong",))
    monkeypatch.setattr(pool, "failing", ("Slow",))
    job = ordered(cast.client("officer"), "bulk_files", {"format": "zip"})
    jobs.run_queued()
    assert outcomes(job) == {
        "Good": "draft", "Harbour": "no_plan", "Overlong": "too_large", "Slow": "too_large", "Sunrise": "damaged 1",
    }  # fmt: skip
    with zipfile.ZipFile(content_of(job)) as archive:
        assert archive.namelist()[0] == "0001 Good, draft.pdf" and len(archive.namelist()) == 3
        assert "damaged" in index_of(archive)["Sunrise"]["why_not"]


def test_files_are_read_ahead_in_parts_and_come_in_order(cast, pool, monkeypatch):
    monkeypatch.setattr(bulk_plans, "AT_ONCE", 2)
    groups = [factories.make_group(lio=cast.peak) for _ in range(5)]
    for group in groups:
        factories.make_action(group=group, by=cast.officer)
    coming = bulk_plans.plan_files([group.pk for group in groups], pool())
    next(coming)
    assert len(pool.submitted) == 4, "two parts, not all"
    assert [each.state.place for each in coming] == [2, 3, 4, 5]


def test_a_group_that_is_gone_meanwhile_is_left_out(cast, pool):
    gone = cast.harbour.pk
    factories.make_action(group=cast.sunrise, by=cast.officer)
    cast.other_lead.memberships.all().delete()
    cast.harbour.delete()
    there = states_of([gone, cast.sunrise.pk, cast.meadow.pk])
    assert [(state.name, state.words, state.why_not) for state in there] == [
        ("Sunrise", "Draft", ""), ("Meadow", "", "There is no plan yet"),
    ]  # fmt: skip


def test_an_index_too_long_for_a_pdf_is_a_table_only(cast, pool, monkeypatch):
    factories.make_action(group=cast.harbour, by=cast.officer)
    for change in ("MOST_IN_INDEX", "render_pdf"):
        with monkeypatch.context() as patch:
            if change == "MOST_IN_INDEX":
                patch.setattr(bulk_files, change, 0)
            else:

                def refuse(*args, **kwargs):
                    raise PdfTooLarge("This document is too long for one PDF.")

                patch.setattr(bulk_files, change, refuse)
            target = io.BytesIO()
            write_zip(target, [cast.harbour.pk])
            with zipfile.ZipFile(target) as archive:
                assert archive.namelist() == ["0001 Harbour, draft.pdf", "00 Index.csv"]
            copy = io.BytesIO()
            write_printing_copy(copy, [cast.harbour.pk])
            assert len(pypdf.PdfReader(copy).outline) == 1


def test_the_filter_is_that_of_the_list_of_groups(cast, pool):
    cast.harbour.status = "dormant"
    cast.harbour.caseworker = cast.officer
    cast.harbour.save()
    for group in (cast.sunrise, cast.harbour):
        factories.make_action(group=group, by=cast.officer)
    client = cast.client("officer")
    for query in ("?status=dormant", "?mine=on", "?q=harb"):
        listed = client.get(reverse("group_list") + query)
        assert [group.name for group in listed.context["groups"]] == ["Harbour"]
        assert f'href="{reverse("bulk_files")}{query}' in listed.content.decode()
        page = client.get(reverse("bulk_files") + query, follow=True)
        assert [state.name for state in page.context["states"]] == ["Harbour"]
    assert page.context["choice"].words == ["Name, other name or place: harb"]
    page = client.get(reverse("bulk") + f"?status=dormant&mine=on&district={factories.district().pk}")
    assert page.context["form"].words == [
        "District: Chesterfield", "Status: Dormant", "Only groups I am the caseworker of",
    ]  # fmt: skip
    job = ordered(client, "bulk_files", {"format": "zip"}, status="dormant")
    assert set(outcomes(job)) == {"Harbour"}


def test_managers_have_the_county_and_officers_their_own(cast, pool):
    for group in (cast.sunrise, cast.meadow):
        factories.make_action(group=group, by=cast.officer)
    job = ordered(cast.client("manager"), "bulk_files", {"format": "zip"})
    assert set(outcomes(job)) == {"Sunrise", "Harbour", "Meadow"}
    page = cast.client("officer").get(address("bulk_files", lio=cast.vale.pk)).content.decode()
    assert "Meadow" not in page
    for name in ("bulk_issue", "bulk_letters", "letter_write", "bulk_letters_check"):
        assert cast.client("manager").get(address(name)).status_code == 403
    page = cast.client("manager").get(reverse("bulk")).content.decode()
    assert reverse("bulk_files") in page and reverse("bulk_issue") not in page


def test_rights_are_judged_when_it_runs_and_when_it_is_fetched(cast, pool):
    factories.make_action(group=cast.sunrise, by=cast.officer)
    client = cast.client("officer")
    job = ordered(client, "bulk_files", {"format": "zip"}, q="sunrise")
    jobs.run_queued()
    later = ordered(client, "bulk_files", {"format": "zip"}, q="sunrise")
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(lio=cast.vale)
    jobs.run_queued()
    later.refresh_from_db()
    assert later.state == "failed" and "may no longer" in later.reason
    assert client.get(reverse("job_file", args=[job.pk])).status_code == 404
    order = BulkOrder.objects.get(client_id=job.client_id)
    assert "Sunrise" not in client.get(reverse("bulk_order", args=[order.pk])).content.decode()
    assert not bulk_orders.may_read_all(cast.other_officer, {"order": order.pk}, BulkOrder.Act.FILES)


def test_a_file_asks_for_a_fresh_proof_and_keeps_the_filter(cast):
    factories.make_action(group=cast.sunrise, by=cast.officer)
    client = cast.client("officer")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 1800}]
    session.save()
    response = client.post(address("bulk_files", status="active"), {"format": "zip"})
    assert response.status_code == 302 and "reauthenticate" in response["Location"]
    assert "status%3Dactive" in response["Location"]
    assert not BulkOrder.objects.exists() and not Job.objects.exists()


def test_the_same_form_twice_is_one_order_and_another_persons_form_is_refused(cast):
    factories.make_action(group=cast.sunrise, by=cast.officer)
    where = address("bulk_files")
    first = cast.client("officer").post(where, {"format": "zip"})
    assert cast.client("officer").post(where, {"format": "zip"})["Location"] == first["Location"]
    assert BulkOrder.objects.count() == Job.objects.count() == 1
    response = cast.client("manager").post(where, {"format": "zip"})
    assert response["Location"] == where and BulkOrder.objects.count() == Job.objects.count() == 1
    entry = LogEntry.objects.get(additional_data__act="bulk work asked for")
    assert (entry.additional_data["groups"], entry.actor) == (2, cast.officer)


def test_what_is_refused_keeps_no_order(cast):
    factories.make_action(group=cast.sunrise, by=cast.officer)
    client = cast.client("officer")
    for _ in range(5):
        ordered(client, "bulk_files", {"format": "zip"})
    where = address("bulk_files")
    response = client.post(where, {"format": "zip"}, follow=True)
    assert "aren’t finished" in response.content.decode()
    assert BulkOrder.objects.count() == 5


def test_what_cannot_be_asked_for_says_why(cast, monkeypatch):
    client = cast.client("officer")
    response = client.post(address("bulk_files"), {"format": "zip"})
    assert response.status_code == 422 and "None of these groups has a plan" in response.content.decode()
    factories.make_action(group=cast.sunrise, by=cast.officer)
    assert client.post(reverse("bulk_files"), {"format": "zip"}).context["problem"] == views.NO_ID
    assert client.post(address("bulk_files"), {"format": "exe"}).status_code == 422
    monkeypatch.setattr(views, "MOST_FILES", 1)
    page = client.get(address("bulk_files")).content.decode()
    assert "These are 2 groups. At most 1 fit" in page and "Make the file" not in page
    assert client.post(address("bulk_files"), {"format": "zip"}).status_code == 422
    assert not BulkOrder.objects.exists()


@pytest.mark.parametrize("name", ["bulk_files", "bulk_issue", "letter_write", "bulk_letters_check"])
def test_a_form_gets_an_id_and_keeps_the_filter(cast, name):
    response = cast.client("officer").get(reverse(name) + "?status=active&letter=visit")
    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse(name)}?status=active&letter=visit&form=")


def test_no_group_at_all_leads_back_to_the_list(cast):
    client = cast.client("officer")
    for name in ("bulk_files", "bulk_issue", "bulk"):
        assert "No group fits" in client.get(address(name, q="nobody")).content.decode()


@pytest.mark.parametrize("name", ["bulk", "bulk_files", "bulk_issue", "bulk_letters", "bulk_letters_check"])
def test_pages_take_as_many_queries_for_three_groups_as_for_one(cast, name):
    cast.harbour.lio = cast.vale
    cast.harbour.save()
    client = cast.client("officer")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(name, letter="visit")).status_code == 200
        return len(captured)

    def fill(group: CommunityGroup) -> None:
        factories.make_assessment(group=group, by=cast.officer)
        issue(cast, group)
        factories.make_action(group=group, by=cast.officer)
        factories.make_visit(
            group=group, officer=cast.officer, next_on=timezone.localdate() + timedelta(days=3)
        )

    fill(cast.sunrise)
    queries()
    one = queries()
    for _ in range(2):
        fill(factories.make_group(lio=cast.peak))
    queries()
    assert queries() == one <= 20


def test_what_came_of_it_takes_as_many_queries_for_three_groups_as_for_one(cast):
    client = cast.client("officer")
    order = BulkOrder.objects.create(owner=cast.officer, act="files")
    BulkRow.objects.create(order=order, group=cast.sunrise, position=1)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("bulk_order", args=[order.pk]))
        return len(captured)

    queries()
    one = queries()
    for place in (2, 3):
        BulkRow.objects.create(order=order, group=factories.make_group(lio=cast.peak), position=place)
    assert queries() == one <= 20


def test_an_erased_group_leaves_orders_and_takes_the_file(cast, pool, django_capture_on_commit_callbacks):
    for group in (cast.sunrise, cast.harbour):
        factories.make_action(group=group, by=cast.officer)
    job = ordered(cast.client("officer"), "bulk_files", {"format": "zip"})
    jobs.run_queued()
    job.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        erase_group(group=cast.sunrise, by=cast.administrator, reason="asked")
    assert not Job.objects.filter(pk=job.pk).exists() and not default_storage.exists(str(job.file))
    assert [row.group.name for row in BulkRow.objects.all()] == ["Harbour"]


def test_an_order_whose_groups_are_all_erased_fails_with_a_reason(cast):
    factories.make_action(group=cast.sunrise, by=cast.officer)
    job = ordered(cast.client("officer"), "bulk_files", {"format": "zip"}, q="sunrise")
    BulkRow.objects.all().delete()
    jobs.run_queued()
    job.refresh_from_db()
    assert job.state == "failed" and "erased" in job.reason
    page = (
        cast.client("officer").get(reverse("bulk_order", args=[BulkOrder.objects.get().pk])).content.decode()
    )
    assert "Nothing left to tell" in page


def test_a_row_that_goes_while_its_file_is_made_is_no_fault(cast):
    order = BulkOrder.objects.create(owner=cast.officer, act="files")
    BulkRow.objects.create(order=order, group=cast.sunrise, position=1)
    bulk_orders.note(order, [(cast.harbour.pk, "draft", None), (cast.sunrise.pk, "draft", None)])
    assert list(order.rows.values_list("outcome", flat=True)) == ["draft"]
    assert str(order) == f"Order {order.pk}" and str(order.rows.get()).endswith(f"of order {order.pk}")


def test_orders_go_after_their_week_and_with_the_person(cast):
    factories.make_action(group=cast.sunrise, by=cast.officer)
    job = ordered(cast.client("officer"), "bulk_files", {"format": "zip"})
    rule = next(rule for rule in registry.rules if rule.name == "bulk_orders")
    tomorrow = timezone.now() + timedelta(days=1)
    assert not rule.due(tomorrow).exists(), "its job is there"
    Job.objects.filter(pk=job.pk).delete()
    assert rule.due(tomorrow).count() == 1 and not rule.due(timezone.now() - timedelta(days=7)).exists()
    kinds = [kind for kind in registry.person_kinds if kind.model is BulkOrder]
    assert not kinds[0].held(Person("nobody@example.org", None)).exists()
    erase_person(person=Person(cast.officer.email, cast.officer), by=cast.administrator)
    assert not BulkOrder.objects.exists()


def test_a_killed_worker_leaves_no_half_file_and_the_next_one_makes_it_whole(cast, pool):
    from groups.jobs import context as contexts
    from groups.jobs import running

    factories.make_action(group=cast.sunrise, by=cast.officer)
    job = ordered(cast.client("officer"), "bulk_files", {"format": "zip"})
    taken = running.claim(job.pk)
    contexts.working_files.begin(taken.token).write_text("half")
    jobs.let_lease_run_out(job)
    sweeping.sweep()
    jobs.run_queued()
    with zipfile.ZipFile(content_of(job)) as archive:
        assert archive.testzip() is None


def run_command(*args: str) -> str:
    out = io.StringIO()
    call_command("export_plans", *args, stdout=out)
    return out.getvalue()


def test_the_command_writes_what_is_filtered(cast, pool, tmp_path):
    issue(cast, cast.sunrise)
    factories.make_action(group=cast.meadow, by=cast.other_officer)
    cast.sunrise.districts.add(factories.district())
    target = tmp_path / "plans.zip"
    said = run_command("--zip", str(target))
    assert "Plans as issued: 1\nDrafts: 1\nGroups without a file: 1\n" in said
    assert "Not in it: Harbour (There is no plan yet)" in said
    for args in (
        ["--lio", "peak", "--status", "active"],
        ["--district", "chesterfield"],
        ["--kind", "bme-led group", "--lio", "Peak"],
    ):
        run_command(*args, "--zip", str(target))
        with zipfile.ZipFile(target) as archive:
            names = archive.namelist()
        assert names[-3].endswith("Sunrise, version 1.pdf") and not any("Meadow" in name for name in names)
    run_command("--large-print", "--both-sides", "--pdf", str(tmp_path / "plans.pdf"))
    assert len(pypdf.PdfReader(tmp_path / "plans.pdf").outline) == 3


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--lio", "Pek"], "Did you mean “Peak”"),
        (["--district", "Chesterfeild"], "Did you mean “Chesterfield”"),
        (["--kind", "Club"], "isn't a known kind"),
        (["--status", "Gone"], "isn't a known status"),
        ([], "None of these groups has a plan"),
    ],
)
def test_the_command_says_what_is_wrong_and_writes_nothing(cast, pool, tmp_path, args, words):
    target = tmp_path / "plans.zip"
    target.write_text("from last year")
    with pytest.raises(CommandError, match=words):
        run_command(*args, "--zip", str(target))
    assert target.read_text() == "from last year" and list(tmp_path.iterdir()) == [target]


def test_the_command_says_that_a_file_cannot_be_written(cast, pool):
    with pytest.raises(CommandError, match=r"Can't write /nowhere/plans[.]zip: there is no such folder"):
        run_command("--zip", str(Path("/nowhere/plans.zip")))
