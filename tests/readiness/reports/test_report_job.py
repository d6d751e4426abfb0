"""The county report as a job: who may have it, what it covers, what comes out."""

import csv
import io
import json
import uuid
import zipfile
from datetime import date

import openpyxl
import pytest
from django.core.files.storage import default_storage

from groups.jobs import Covers, JobRefused, queue_job
from groups.jobs.kinds import kind_of
from groups.models import Community, District, Job, User
from readiness.reports import jobs
from readiness.reports.choice import ReportChoice, year_before
from readiness.reports.files import FORMATS
from tests import factories
from tests.jobs import run_queued
from tests.readiness.reports.county import SmallCounty, days_ago, make_county
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> SmallCounty:
    return make_county()


def params(format: str = "json", **facts) -> dict[str, object]:
    choice = ReportChoice(as_at=days_ago(0), compare=days_ago(365))
    return {**jobs.params_of(choice, format), **facts}


def done(by: User, format: str = "json", **facts) -> Job:
    job = queue_job(
        kind=jobs.KIND, by=by, params=params(format, **facts), title="Report", client_id=uuid.uuid4()
    )
    run_queued()
    job.refresh_from_db()
    return job


def content(job: Job) -> bytes:
    assert job.state == Job.State.DONE, job.reason
    with default_storage.open(str(job.file)) as file:
        return file.read()


def test_a_manager_gets_the_whole_county(county):
    job = done(county.manager)
    read = json.loads(content(job))
    assert read["asked"]["by"] == str(county.manager)
    assert {row["label"] for row in read["tables"]["lios"]["rows"]} == {"Peak", "Vale", "County"}
    assert job.filename == f"county-report-{days_ago(0):%Y-%m-%d}.json"
    assert job.report == {
        "Groups": 5,
        "Tables": len(read["tables"]),
        "Numbers hidden": read["asked"]["hidden"],
    }
    assert job.scope == Job.Scope.COUNTY


def test_an_officer_gets_their_own_lio_alone(county):
    job = done(county.officer, "groups", lio=county.peak.pk)
    rows = list(csv.DictReader(io.StringIO(content(job).decode("utf-8-sig"), newline="")))
    assert [row["group"] for row in rows] == ["Ash", "Birch"]
    assert job.report == {"Groups": 2} and job.filename.startswith("county-groups-")
    assert (job.scope, job.lio) == (Job.Scope.LIO, county.peak)


@pytest.mark.parametrize("facts", [{}, {"lio": "vale"}, {"lio": None, "district": 1}])
def test_an_officer_may_not_have_more_than_that(county, facts):
    if facts.get("lio") == "vale":
        facts = {"lio": county.vale.pk}
    with pytest.raises(JobRefused):
        done(county.officer, **facts)


def test_leads_and_administrators_may_not_have_it(county):
    for user in (factories.make_lead(group=county.groups["Ash"]), factories.make_administrator()):
        assert not jobs.may(user, params(lio=county.peak.pk))


@pytest.mark.parametrize(
    "facts",
    [
        {"format": "ods"},
        {"as_at": "soon"},
        {"compare": "2026-02-30"},
        {"as_at": "2026-01-31", "compare": "2026-01-31"},
    ],
)
def test_what_nobody_could_mean_is_refused(county, facts):
    assert not jobs.may(county.manager, params(**facts))
    assert jobs.may(county.manager, params())


def test_without_its_days_a_job_is_refused(county):
    assert not jobs.may(county.manager, {"format": "csv"})


def test_it_asks_for_a_proof_of_who_is_there():
    kind = kind_of(jobs.KIND)
    assert kind is not None and kind.needs_proof


def test_what_it_covers(county):
    assert jobs.covers(county.manager, params()) == Covers(county=True)
    assert jobs.covers(county.manager, params(lio=county.vale.pk)) == Covers(lio=county.vale.pk)


def test_every_filter_comes_through_and_back(county):
    choice = ReportChoice(
        as_at=date(2026, 3, 31),
        compare=year_before(date(2026, 3, 31)),
        lio=county.peak,
        district=District.objects.get(name="Derby"),
        community=Community.objects.get(label="Pakistani"),
        kind="network",
        route="be-heard",
        route_title="Be heard",
    )
    assert jobs.choice_of(jobs.params_of(choice, "pdf")) == choice
    assert jobs.title_of(choice, "pdf") == "County report as at 31 March 2026: PDF"


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_made(county, format):
    job = done(county.manager, format)
    made = content(job)
    assert job.content_type == FORMATS[format].content_type and job.filename.endswith(FORMATS[format].ending)
    if format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(made))["Groups"]
        assert [cell.value for cell in sheet["A"]] == ["group", "Ash", "Birch", "Cedar", "Dogwood", "Elder"]
    if format == "csv":
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            assert archive.read("groups.csv").startswith(b"\xef\xbb\xbfgroup,")


def test_a_day_before_is_told_as_it_was_known(county):
    read = json.loads(content(done(county.manager, as_at=days_ago(101).isoformat())))
    figures = {row["key"]: row["cells"]["number"] for row in read["tables"]["summary"]["rows"]}
    assert (figures["groups"], figures["closed"]) == (5, 0)


@pytest.mark.parametrize("facts", [{"route": "be-famous"}, {"kind": "club"}, {"district": 999_999}])
def test_a_filter_that_is_gone_fails_with_a_reason(county, facts):
    job = done(county.manager, **facts)
    assert (job.state, job.reason) == (Job.State.FAILED, jobs.GONE)


def test_a_report_without_an_edition_has_no_route_to_filter_by(county):
    factories.current_edition().__class__.objects.update(is_current=False)
    assert done(county.manager, route="be-heard").reason == jobs.GONE
    assert done(county.manager, "groups").report == {"Groups": 5}


def test_a_document_that_is_too_long_fails_with_its_words(county, monkeypatch):
    def fail(*args):
        raise PdfTooLarge("This document is too long for one PDF.")

    monkeypatch.setattr("readiness.reports.files.render_report_pdf", fail)
    assert done(county.manager, "pdf").reason == "This document is too long for one PDF."


def test_progress_is_told_in_words(county, monkeypatch, tmp_path):
    from readiness.reports.files import write_report

    told: list[tuple[int, int, str]] = []
    choice = ReportChoice(as_at=days_ago(0), compare=days_ago(365))
    monkeypatch.setattr("readiness.county.LOT", 2)
    write_report(
        tmp_path / "county.zip",
        "csv",
        choice,
        by=county.manager,
        progress=lambda done, total, words: told.append((done, total, words)),
    )
    assert told == [
        (0, 0, "Adding up the figures"),
        (0, 0, "Writing the tables"),
        (2, 5, "groups"),
        (4, 5, "groups"),
        (5, 5, "groups"),
    ]
