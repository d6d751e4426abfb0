"""Erasing a group: nothing of it is left in the database, its free pages, the trail or the files."""

import hashlib
import uuid
from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from evidence.models import (
    Attachment,
    Brief,
    Engagement,
    Enquiry,
    Evidence,
    FocusGroup,
    FocusTheme,
    MysteryVisit,
    Survey,
    SurveyFile,
    SurveyQuestion,
    SurveyResponse,
)
from groups import people
from groups.leaving import registry
from groups.leaving.groups import Reason, erase_group, what_goes
from groups.models import (
    CommunityGroup,
    Contact,
    Credential,
    CredentialChange,
    CredentialFile,
    CredentialKind,
    GroupState,
    ImportUpload,
    Job,
    PaperReminder,
    TrackRecord,
    TrackRecordFile,
    Visit,
)
from readiness import issuing
from readiness.assessing import complete, start_correction
from readiness.models import Action, BulkOrder, BulkRow, Edition, IssuedPlan, RouteChange, Target
from tests import factories
from tests.cast import Cast, make_cast
from tests.groups.leaving import markers
from tests.groups.leaving.markers import MARK, WORD

SHARED = "Both groups told of this."


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast; plans become PDFs in no time."""
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: f"%PDF {uuid.uuid4()}".encode())
    return make_cast()


def seed_jobs(cast: Cast, group: CommunityGroup) -> None:
    """A file made about the group, and a table of the county in which it stands."""
    now = timezone.now()
    ended = {"kind": "a-kind", "state": "done", "ended_at": now, "expires_at": now + timedelta(days=7)}
    named = Job.objects.create(
        owner=cast.officer, title=MARK, scope="groups", file=markers.keep_file("jobs/named"), **ended
    )
    named.groups.set([group])
    markers.mark_rows(Job.objects.filter(pk=named.pk))
    Job.objects.create(
        owner=cast.manager,
        title="Table of the county",
        scope="county",
        file=markers.keep_file("jobs/county"),
        filename=f"{MARK}.xlsx",
        report={MARK: 1},
        **ended,
    )


@pytest.fixture
def seeded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> CommunityGroup:
    """Sunrise, full of markers, those in its PDFs included."""
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: f"%PDF {MARK} {uuid.uuid4()}".encode())
    return seed(cast)


def seed_readiness(cast: Cast, group: CommunityGroup) -> None:
    """Assessments with a correction, targets, a plan with everything that can hang on one, both PDFs and drafts."""
    wrong = factories.make_assessment(
        group=group, by=cast.officer, assessed_on=timezone.localdate() - timedelta(days=90)
    )
    correction = start_correction(of=wrong, by=cast.officer, reason="One level was wrong")
    correction.answers.filter(criterion__code="2.15d").update(
        level=None, not_applicable=True, na_reason="Few"
    )
    complete(correction, by=cast.officer)
    factories.make_draft(group=group, by=cast.officer, levels={"2.1": 3})
    Target.objects.create(
        group=group, criterion_code="2.1", level=4, by_date=date(2027, 1, 1), agreed_by=cast.officer
    )
    action = factories.make_action(group=group, by=cast.officer)
    factories.make_action(group=group, by=cast.officer, state=Action.State.DROPPED, dropped_reason="No time")
    factories.make_help_note(action=action, by=cast.lead)
    order = BulkOrder.objects.create(owner=cast.officer, act="issue")
    BulkRow.objects.create(order=order, group=group, position=1)
    plan = action.plan
    issuing.issue_plan(plan=plan, by=cast.officer, client_id=uuid.uuid4())
    for large_print in (False, True):
        issuing.draft_pdf(plan, large_print=large_print)


def seed_evidence(cast: Cast, group: CommunityGroup) -> None:
    """One of each that the group alone has told, with files and a brief that quotes it."""
    common = {"lio": cast.peak, "created_by": cast.officer}
    record = factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=cast.manager, groups=(group,)
    )
    sent_back = factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(group,))
    Evidence.objects.filter(pk=sent_back.pk).update(
        sent_back_at=timezone.now(), sent_back_by=cast.manager, sent_back_why="Say more"
    )
    quote = factories.make_quote(record=record, by=cast.officer, uses="brief report")
    Attachment.objects.create(
        record=record,
        filename="photo.png",
        kind="png",
        file=markers.keep_file("evidence/photo"),
        thumbnail=markers.keep_file("evidence/small"),
        size=9,
        sha256="0" * 64,
        uploaded_by=cast.officer,
    )
    focus = FocusGroup.objects.create(title="Housing", held_on=date(2026, 3, 1), people_came=9, **common)
    FocusTheme.objects.create(focus_group=focus, text="Letters", raised_by=3)
    survey = Survey.objects.create(
        title="Needs", asked_from=date(2026, 3, 1), asked_by="Peak", sample="Members", **common
    )
    SurveyQuestion.objects.create(survey=survey, text="What is missing?", kind="words", separator=";")
    SurveyResponse.objects.create(survey=survey, key="1" * 64)
    SurveyFile.objects.create(
        survey=survey, filename="a.csv", file=markers.keep_file("surveys/a"), uploaded_by=cast.officer
    )
    mystery = MysteryVisit.objects.create(
        provider=factories.make_organisation(),
        service_area=factories.service_area(),
        scenario="A repair",
        visited_on=date(2026, 3, 1),
        language="Urdu",
        outcome="helped",
        **common,
    )
    for one in (focus, survey, mystery):
        one.groups.add(group)
    Enquiry.objects.create(
        lio=cast.peak,
        officer=cast.officer,
        service_area=factories.service_area(),
        outcome="helped",
        group=group,
    )
    brief = Brief.objects.create(
        lio=cast.peak,
        number=1,
        title="Housing",
        pdf=markers.keep_file("briefs/one"),
        docx=markers.keep_file("briefs/two"),
        issued_by=cast.officer,
        snapshot={"groups": [{"name": MARK}]},
    )
    brief.quotes.add(quote)


def seed_papers(cast: Cast, group: CommunityGroup) -> None:
    """A paper with its history and file, and a piece of work with a file."""
    stored = {"size": 9, "sha256": "0" * 64, "uploaded_by": cast.officer, "kind": "pdf"}
    checked = {"checked_by": "Olive", "checked_on": date(2026, 3, 1), "changed_by": cast.officer}
    paper = Credential.objects.create(
        group=group, kind=CredentialKind.objects.get(key="equality-policy"), state="in_place", **checked
    )
    CredentialChange.objects.create(credential=paper, recorded_by=cast.officer)
    PaperReminder.objects.create(
        credential=paper, person=cast.lead, expires_on=timezone.localdate() + timedelta(days=14), days=14
    )
    CredentialFile.objects.create(
        credential=paper,
        filename="policy.pdf",
        file=markers.keep_file("papers/one"),
        verdict="refused",
        why_refused="Not signed",
        judged_by=cast.officer,
        judged_at=timezone.now(),
        **stored,
    )
    RouteChange.objects.create(
        group=group,
        edition=Edition.objects.get(is_current=True),
        route="be-heard",
        went_up=True,
        cause="A paper",
    )
    GroupState.objects.create(group=group, status="active")
    work = TrackRecord.objects.create(group=group, title="Lunches", changed_by=cast.officer)
    TrackRecordFile.objects.create(
        track_record=work, filename="thanks.pdf", file=markers.keep_file("work/one"), **stored
    )


def seed_influence(cast: Cast, group: CommunityGroup) -> None:
    """Contact of every kind, a partnership with its stage, an indicator with its figure."""
    visit = group.visits.first()
    for kind in Engagement.Kind.values:
        factories.make_engagement(groups=[group], by=cast.officer, kind=kind, visit=visit)
    factories.make_partnership(group=group, by=cast.officer)
    factories.make_indicator(group=group, by=cast.officer, figures=[3])


def seed(cast: Cast) -> CommunityGroup:
    """Sunrise with one record of every kind that can be held of a group, each text in it a marker."""
    group = cast.sunrise
    CommunityGroup.objects.filter(pk=group.pk).update(
        directory_consent_by="Leila", directory_consent_on=date(2026, 1, 2)
    )
    contact = Contact.objects.create(group=group, name=MARK, email=f"{WORD}@example.org", is_lead=True)
    visit = factories.make_visit(group=group, officer=cast.officer, summary=MARK)
    factories.make_visit_draft(group=group, officer=cast.officer)
    people.invite_lead(group=group, email=f"{WORD}@lead.example", name=MARK, by=cast.officer)
    people.break_glass(user=cast.administrator, group=group, reason=f"{MARK} rang us up")
    ImportUpload.objects.create(
        owner=cast.officer,
        kind="groups",
        lio=cast.peak,
        filename="groups.csv",
        file=default_storage.save("imports/sheet.table", ContentFile(f"name\n{MARK}\n".encode())),
    )
    seed_jobs(cast, group)
    seed_readiness(cast, group)
    seed_evidence(cast, group)
    seed_papers(cast, group)
    seed_influence(cast, group)
    group.refresh_from_db()
    group.name = MARK
    group.save()
    for kind in reversed(registry.group_kinds):
        if kind.empty is None and kind.model not in {ImportUpload} and kind.model is not Enquiry:
            before = set(registry.files_of(kind.goes(group)))
            markers.mark_rows(kind.goes(group))
            assert set(registry.files_of(kind.goes(group))) == before
    # History of what was removed long before, of links with records that stay, and in the emergency admin.
    factories.make_engagement(groups=[group, cast.harbour], by=cast.officer, subject=SHARED)
    late_contact = Contact.objects.create(group=group, name=MARK)
    late_contact.delete()
    late_visit = factories.make_visit(group=group, officer=cast.officer)
    late_visit.delete()
    shared = factories.make_evidence(
        lio=cast.peak, by=cast.officer, summary=SHARED, groups=(group, cast.harbour)
    )
    shared.visit = visit
    shared.save()
    AdminEntry.objects.create(
        user=cast.administrator,
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(contact.pk),
        object_repr=MARK,
        action_flag=CHANGE,
        change_message=MARK,
    )
    return group


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_group_is_left_anywhere(cast: Cast, seeded: CommunityGroup):
    group = seeded
    # The test would notice: the marker stands in the table of every kind that has a text, in files, and in the trail.
    tables = markers.tables_with_marker()
    for kind in registry.group_kinds:
        texts = [field for field in kind.model._meta.concrete_fields if markers.marked(field) is not None]
        assert not texts or kind.model in {ImportUpload} or kind.model._meta.db_table in tables, kind.title
    assert {LogEntry._meta.db_table, AdminEntry._meta.db_table} <= tables
    # Two issued, two drafts, two of evidence, one of a survey, two of a brief, one import, two of jobs.
    assert len(markers.files_with_marker()) == 14
    foreseen = what_goes(group)
    others = CommunityGroup.objects.exclude(pk=group.pk).count()

    erased = erase_group(group=group, by=cast.administrator, reason=Reason.ASKED)

    assert markers.rows_with_marker() == []
    assert markers.files_with_marker() == []
    if connection.vendor == "sqlite":
        assert not markers.raw_database_holds_marker()
    assert erased.files_left == []
    assert erased.counts == foreseen.counts
    assert CommunityGroup.objects.count() == others
    assert Evidence.objects.get().summary == SHARED
    assert list(Evidence.objects.get().groups.all()) == [cast.harbour]
    assert Enquiry.objects.get().group is None
    told_together = Engagement.objects.get()
    assert told_together.subject == SHARED and list(told_together.groups.all()) == [cast.harbour]
    brief = Brief.objects.get()
    assert (brief.number, brief.pdf.name, brief.snapshot) == (1, "", {})
    assert brief.withdrawn_by == cast.administrator


@pytest.mark.django_db(transaction=True)
def test_one_entry_says_who_erased_it_when_and_how_much_and_names_nothing(cast: Cast, seeded: CommunityGroup):
    pk = seeded.pk
    erased = erase_group(group=seeded, by=cast.administrator, reason=Reason.MISTAKE)
    entry = LogEntry.objects.get(additional_data__act="group erased")
    assert entry == erased.entry
    assert (entry.actor, entry.object_pk, entry.object_repr) == (cast.administrator, str(pk), "")
    assert entry.additional_data["reason"] == "mistake"
    assert entry.additional_data["counts"]["Issued plans"] == 1
    assert entry.additional_data["counts"]["The group itself"] == 1
    content_type = ContentType.objects.get_for_model(CommunityGroup)
    assert LogEntry.objects.filter(content_type=content_type, object_pk=str(pk)).count() == 1


@pytest.mark.django_db
def test_another_group_keeps_all_it_has(cast: Cast, django_capture_on_commit_callbacks):
    factories.make_assessment(group=cast.harbour, by=cast.officer)
    action = factories.make_action(group=cast.harbour, by=cast.officer)
    issue = issuing.issue_plan(plan=action.plan, by=cast.officer, client_id=uuid.uuid4())
    kept = LogEntry.objects.filter(object_repr__contains="Harbour").count()
    assert kept
    with django_capture_on_commit_callbacks(execute=True):
        erase_group(group=cast.sunrise, by=cast.administrator, reason=Reason.ASKED)
    assert issuing.stored_pdf(issue)
    assert Action.objects.get() == action
    assert LogEntry.objects.filter(object_repr__contains="Harbour").count() == kept


@pytest.mark.django_db
def test_looking_at_what_would_go_changes_nothing(cast: Cast):
    factories.make_visit(group=cast.sunrise, officer=cast.officer)
    entries = LogEntry.objects.count()
    found = what_goes(cast.sunrise)
    assert found.counts["Visits"] == 1
    assert found.leads_without_role == 1
    assert (Visit.objects.count(), LogEntry.objects.count()) == (1, entries)


@pytest.mark.django_db
def test_an_unknown_reason_erases_nothing(cast: Cast):
    with pytest.raises(ValueError, match="asked"):
        erase_group(group=cast.sunrise, by=cast.administrator, reason="They are a Roma group")
    assert CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_removed_is_reported_and_its_row_is_gone(cast: Cast, monkeypatch):
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    issue = issuing.issue_plan(plan=action.plan, by=cast.officer, client_id=uuid.uuid4())
    remove = default_storage.delete

    def refuse(name: str) -> None:
        if name == issue.pdf.name:
            raise PermissionError(13, "Permission denied")
        remove(name)

    monkeypatch.setattr(default_storage, "delete", refuse)
    erased = erase_group(group=cast.sunrise, by=cast.administrator, reason=Reason.ASKED)
    assert erased.files_left == [issue.pdf.name]
    assert not IssuedPlan.objects.exists()
    assert not default_storage.exists(issue.large_print_pdf.name)


@pytest.mark.django_db(transaction=True)
def test_a_failure_half_way_leaves_rows_and_files_as_they_were(cast: Cast, monkeypatch):
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    issue = issuing.issue_plan(plan=action.plan, by=cast.officer, client_id=uuid.uuid4())

    def fail(*args: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("groups.leaving.trail.replace_links", fail)
    with pytest.raises(RuntimeError):
        erase_group(group=cast.sunrise, by=cast.administrator, reason=Reason.ASKED)
    assert CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists()
    assert hashlib.sha256(issuing.stored_pdf(issue)).hexdigest() == issue.sha256
