"""Plans issued together: what will happen row by row, what was looked at is what is issued, and nothing twice."""

import uuid
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from groups.jobs import context as contexts
from groups.jobs import running, sweeping
from groups.models import CommunityGroup, Membership
from readiness import bulk_issue, issuing
from readiness.bulk_issue import issue_id, issue_lines
from readiness.issuing import ChangedSince, issue_plan, to_be_issued
from readiness.models import Action, BulkOrder, BulkRow, IssuedPlan, Plan
from readiness.planning import plan_of, plan_to_read
from readiness.views import bulk as views
from tests import factories, jobs
from tests.cast import Cast, make_cast
from tests.readiness.bulk import address, make_pdfs_quick, ordered, outcomes
from toolkit_portal.core.pdf import PdfBusy, PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch) -> Cast:
    make_pdfs_quick(monkeypatch)
    cast = make_cast()
    for group in (cast.sunrise, cast.harbour):
        factories.make_action(group=group, by=cast.officer, what=f"Open an account for {group}")
    return cast


def issue(cast: Cast, group: CommunityGroup) -> IssuedPlan:
    return issue_plan(plan=plan_of(group), by=cast.officer, client_id=uuid.uuid4())


def ticks(cast: Cast, **query: object) -> list[str]:
    """What the page's boxes send."""
    page = cast.client("officer").get(address("bulk_issue", **query))
    return [f"{line.group.pk}:{line.mark}" for line, _ in page.context["lines"] if not line.why_not]


def test_the_page_says_row_by_row_what_would_be_issued_and_why_not(cast):
    issue(cast, cast.sunrise)
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Write <b>a policy</b>")
    issue(cast, cast.harbour)
    factories.make_group(lio=cast.peak, name="Empty")
    page = cast.client("officer").get(address("bulk_issue"))
    lines = {line.group.name: line for line, _ in page.context["lines"]}
    assert (lines["Sunrise"].number, lines["Sunrise"].changes) == (2, ("New: Write <b>a policy</b>",))
    assert lines["Harbour"].why_not_words == "Nothing has changed since the last version"
    assert lines["Empty"].why_not_words == "The plan has no actions"
    html = page.content.decode()
    assert "New: Write &lt;b&gt;a policy&lt;/b&gt;" in html and "<b>a policy" not in html
    assert html.count('name="row"') == 1 and f'value="{cast.sunrise.pk}:{lines["Sunrise"].mark}"' in html
    assert "The group has no caseworker" in html and "Meadow" not in html


def test_lines_and_marks_are_those_of_issuing_one_by_one(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    issue(cast, cast.sunrise)
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3)
    factories.make_assessment(group=cast.harbour, by=cast.officer, levels=1)
    empty = factories.make_group(lio=cast.peak)
    groups = list(CommunityGroup.objects.filter(lio=cast.peak).select_related("lio", "caseworker"))
    for line in issue_lines(groups):
        number, snapshot, mark, changes = to_be_issued(plan_to_read(line.group))
        assert (line.number, line.snapshot, line.mark) == (number, snapshot, mark)
        assert list(line.changes) == changes
    assert not Plan.objects.filter(group=empty).exists()


def test_those_ticked_are_issued_and_their_leads_hear_of_it(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
        assert job.title == "Issue 2 plans"
    with django_capture_on_commit_callbacks(execute=True):
        jobs.run_queued()
    job.refresh_from_db()
    assert (job.state, job.report) == ("done", {"Issued": 2})
    assert outcomes(job) == {"Sunrise": "issued 1", "Harbour": "issued 1"}
    assert sorted(to for message in mail.outbox for to in message.to) == [
        cast.other_lead.email,
        cast.lead.email,
    ]
    assert {issued.issued_by for issued in IssuedPlan.objects.all()} == {cast.officer}
    assert LogEntry.objects.filter(additional_data__act="plan issued", actor=cast.officer).count() == 2
    client = cast.client("officer")
    order = BulkOrder.objects.get()
    page = client.get(reverse("job", args=[job.pk])).content.decode()
    assert reverse("bulk_order", args=[order.pk]) in page and "What happened, row by row" in page
    page = client.get(reverse("bulk_order", args=[order.pk])).content.decode()
    assert page.count("Issued: version 1") == 2
    assert reverse("bulk_order", args=[order.pk]) in client.get(reverse("bulk")).content.decode()


def test_before_it_is_done_the_rows_wait(cast):
    job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
    client = cast.client("officer")
    where = reverse("bulk_order", args=[BulkOrder.objects.get().pk])
    assert where in client.get(reverse("job", args=[job.pk])).content.decode()
    assert "Waits" in client.get(where).content.decode()


def test_only_what_was_ticked_is_issued(cast):
    wanted = [value for value in ticks(cast) if value.startswith(f"{cast.sunrise.pk}:")]
    job = ordered(cast.client("officer"), "bulk_issue", {"row": wanted})
    jobs.run_queued()
    assert outcomes(job) == {"Sunrise": "issued 1"} and job.title == "Issue 1 plan"
    assert IssuedPlan.objects.count() == 1


def test_a_plan_that_has_changed_since_is_said_so_and_the_others_are_issued(cast):
    job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
    factories.make_action(group=cast.sunrise, by=cast.officer, what="One more")
    jobs.run_queued()
    assert outcomes(job) == {"Sunrise": "changed", "Harbour": "issued 1"}
    assert not IssuedPlan.objects.filter(plan__group=cast.sunrise).exists()
    page = (
        cast.client("officer").get(reverse("bulk_order", args=[BulkOrder.objects.get().pk])).content.decode()
    )
    assert "the plan has changed since you looked at it" in page


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (ChangedSince("It changes."), "changed"),
        (PdfTooLarge("Too long."), "too_large"),
        (PdfBusy("Others."), "busy"),
    ],
)
def test_one_that_cannot_be_issued_keeps_no_other_from_it(cast, monkeypatch, fault, outcome):
    real = issuing.issue_plan

    def refuse(*, plan, **facts):
        if plan.group_id == cast.harbour.pk:
            raise fault
        return real(plan=plan, **facts)

    monkeypatch.setattr(bulk_issue, "issue_plan", refuse)
    job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
    jobs.run_queued()
    assert outcomes(job) == {"Harbour": outcome, "Sunrise": "issued 1"}


def test_a_row_that_no_page_offers_is_not_issued(cast):
    """Sent by hand, with the right mark."""
    issue(cast, cast.sunrise)
    marks = []
    for group in (cast.sunrise, factories.make_group(lio=cast.peak, name="Empty")):
        marks.append(f"{group.pk}:{to_be_issued(plan_to_read(group))[2]}")
    job = ordered(cast.client("officer"), "bulk_issue", {"row": marks})
    jobs.run_queued()
    assert outcomes(job) == {"Sunrise": "not_changed", "Empty": "no_actions"}
    assert IssuedPlan.objects.count() == 1 and not Plan.objects.filter(group__name="Empty").exists()


def test_rights_are_judged_group_by_group_when_it_runs(cast):
    job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(lio=cast.vale)
    jobs.run_queued()
    order = BulkOrder.objects.get()
    assert order.rows.get(group=cast.sunrise).outcome == "no_right"
    assert order.rows.get(group=cast.harbour).outcome == "issued"
    assert not IssuedPlan.objects.filter(plan__group=cast.sunrise).exists()
    assert job.pk


def test_somebody_who_is_no_officer_any_more_issues_nothing(cast):
    job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now() - timedelta(seconds=1))
    jobs.run_queued()
    job.refresh_from_db()
    assert (job.state, IssuedPlan.objects.count()) == ("failed", 0)
    assert outcomes(job) == {"Sunrise": "waiting", "Harbour": "waiting"}
    assert not bulk_issue.may(cast.other_officer, job.params)


class Killed(BaseException):
    """The worker is no more."""


@pytest.mark.parametrize("moment", ["before it is noted", "after it is noted"])
def test_a_killed_and_resumed_job_issues_nothing_twice(
    cast, monkeypatch, moment, django_capture_on_commit_callbacks
):
    job = ordered(cast.client("officer"), "bulk_issue", {"row": ticks(cast)})
    real, calls = bulk_issue.note, []

    def kill(order, rows):
        calls.append(rows)
        if moment == "after it is noted":
            real(order, rows)
        raise Killed

    taken = running.claim(job.pk)
    assert taken is not None
    with monkeypatch.context() as patch:
        patch.setattr(bulk_issue, "note", kill)
        with pytest.raises(Killed), django_capture_on_commit_callbacks(execute=True):
            kind = running.kind_of(job.kind)
            kind.run(contexts.JobContext(taken, kind, cast.officer))
    assert IssuedPlan.objects.count() == 1 and len(calls) == 1
    jobs.let_lease_run_out(job)
    sweeping.sweep()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.run_queued()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.report) == ("done", 2, {"Issued": 2})
    assert outcomes(job) == {"Sunrise": "issued 1", "Harbour": "issued 1"}
    assert IssuedPlan.objects.count() == 2 and len(mail.outbox) == 2
    order = BulkOrder.objects.get()
    assert {issued.client_id for issued in IssuedPlan.objects.all()} == {
        issue_id(order, cast.sunrise.pk), issue_id(order, cast.harbour.pk),
    }  # fmt: skip


def test_a_form_sent_twice_issues_once(cast):
    where, rows = address("bulk_issue"), ticks(cast)
    client = cast.client("officer")
    first = client.post(where, {"row": rows})
    jobs.run_queued()
    assert client.post(where, {"row": rows})["Location"] == first["Location"]
    jobs.run_queued()
    assert IssuedPlan.objects.count() == 2 and BulkRow.objects.count() == 2


def test_another_lios_group_among_the_rows_refuses_them_all(cast):
    factories.make_action(group=cast.meadow, by=cast.other_officer)
    foreign = f"{cast.meadow.pk}:{to_be_issued(plan_to_read(cast.meadow))[2]}"
    response = cast.client("officer").post(address("bulk_issue"), {"row": [*ticks(cast), foreign]})
    assert response.status_code == 422 and response.context["problem"] == views.NO_ID
    assert "Meadow" not in response.content.decode() and not BulkOrder.objects.exists()


@pytest.mark.parametrize("rows", [["1"], ["1:x"], ["x:" + "0" * 32], ["9" * 19 + ":" + "0" * 32]])
def test_what_no_page_has_sent_is_refused(cast, rows):
    response = cast.client("officer").post(address("bulk_issue"), {"row": rows})
    assert response.status_code == 422 and response.context["problem"] == views.NO_ID


def test_nothing_ticked_no_form_id_and_too_many_are_said(cast, monkeypatch):
    client = cast.client("officer")
    assert "Tick at least one group" in client.post(address("bulk_issue")).content.decode()
    rows = ticks(cast)
    response = client.post(reverse("bulk_issue"), {"row": rows})
    assert response.status_code == 422 and response.context["problem"] == views.NO_ID
    monkeypatch.setattr(views, "MOST_TO_ISSUE", 1)
    page = client.post(address("bulk_issue"), {"row": rows}).content.decode()
    assert "At most 1 plans" in page and "this is page 1 of 2" in page
    assert Action.objects.count() == 2 and not BulkOrder.objects.exists()


def test_where_none_can_be_issued_there_is_no_button(cast):
    Action.objects.all().delete()
    page = cast.client("officer").get(address("bulk_issue")).content.decode()
    assert "None of these plans can be issued now" in page and "Issue the ticked plans" not in page
