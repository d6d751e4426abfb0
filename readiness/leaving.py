"""What readiness holds of groups and people: assessments, plans, their files."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from groups.leaving import registry
from groups.leaving.registry import Person
from groups.models import CommunityGroup, Job
from readiness.issuing import DRAFT_FOLDER
from readiness.models import (
    Action,
    ActionNote,
    Answer,
    Assessment,
    BulkOrder,
    BulkRow,
    GroupRoute,
    IssuedPlan,
    Letter,
    Plan,
    ReportRun,
    RouteChange,
    SavedView,
    ScheduledReport,
    Target,
)

# A draft's PDF is made again whenever somebody wants it.
DRAFTS_KEPT = timedelta(days=30)


def register() -> None:
    """Tells the registry of groups/leaving which records and files are about a group or a person."""
    registry.of_group(BulkRow, "Places in bulk work", "group", left_out=["seen"])
    registry.of_group(IssuedPlan, "Issued plans", "plan__group", changed=["issued_at"], left_out=["snapshot"])
    registry.of_group(
        ActionNote, "Notes on actions", "action__plan__group", changed=["written_at", "answered_at"]
    )
    registry.of_group(Action, "Actions", "plan__group", changed=["updated_at"])
    registry.of_group(Plan, "Action plans", "group", left_out=["revision"])
    registry.of_group(RouteChange, "Changes of route", "group", changed=["changed_at"])
    registry.of_group(GroupRoute, "Route", "group", left_out=["holds_until", "lapses"])
    registry.of_group(Target, "Agreed targets", "group", changed=["agreed_at"])
    registry.of_group(Answer, "Answers", "assessment__group", changed=["answered_at"])
    registry.of_group(
        Assessment,
        "Assessments",
        "group",
        before=_forget_corrections,
        changed=["started_at", "completed_at"],
    )
    registry.loose_files.append(drafts_of)
    registry.passing_files[DRAFT_FOLDER.rstrip("/")] = draft_has_passed
    registry.name_fields.append((Action, "person", "plan__group"))
    registry.of_person(ScheduledReport, "Reports of the county by mail", _schedules_of)
    registry.holds_nothing(ReportRun, "The day and the job of a report by mail, with which it goes.")
    registry.of_person(SavedView, "Saved views of the county", _views_of)
    registry.of_person(BulkRow, "Groups of the bulk work they asked for", _rows_of)
    # Orders before letters, which they name.
    registry.of_person(BulkOrder, "Bulk work they asked for", _orders_of)
    registry.of_person(Letter, "Letters they wrote for several groups", _letters_of)
    registry.kept_for(
        "bulk_orders",
        "What was done with many groups at once, row by row",
        "jobs",
        # A job's page leads there.
        lambda before: BulkOrder.objects.filter(created_at__lt=before).exclude(
            client_id__in=Job.objects.values("client_id")
        ),
    )
    registry.written_by(IssuedPlan, "Plans they issued", "issued_by")
    registry.written_by(ActionNote, "Notes they wrote on actions", "author", "answered_by")
    registry.written_by(Action, "Actions they wrote", "created_by")
    registry.written_by(Target, "Targets they agreed", "agreed_by")
    registry.written_by(Answer, "Answers they gave", "answered_by")
    registry.written_by(Assessment, "Assessments they made", "started_by", "completed_by")


def _views_of(person: Person) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=person.user) if person.user else SavedView.objects.none()


def _rows_of(person: Person) -> QuerySet[BulkRow]:
    return BulkRow.objects.filter(order__in=_orders_of(person))


def _orders_of(person: Person) -> QuerySet[BulkOrder]:
    return BulkOrder.objects.filter(owner=person.user) if person.user else BulkOrder.objects.none()


def _letters_of(person: Person) -> QuerySet[Letter]:
    return Letter.objects.filter(owner=person.user) if person.user else Letter.objects.none()


def _schedules_of(person: Person) -> QuerySet[ScheduledReport]:
    schedules = ScheduledReport.objects.all()
    return schedules.filter(owner=person.user) if person.user else schedules.none()


def drafts_of(group: CommunityGroup) -> list[str]:
    """The names of the stored PDFs of the group's living plan."""
    folder = f"{DRAFT_FOLDER}{group.pk}"
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]


def draft_has_passed(name: str, changed: datetime) -> bool:
    """Whether a stored draft goes: it has lain there for more than 30 days, or its group is no more."""
    if timezone.now() - changed > DRAFTS_KEPT:
        return True
    group_id = name.removeprefix(DRAFT_FOLDER).partition("/")[0]
    return not (group_id.isdecimal() and CommunityGroup.objects.filter(pk=int(group_id)).exists())


def _forget_corrections(assessments: QuerySet[Assessment]) -> None:
    # A correction protects what it corrects, and here both go.
    assessments.update(corrects=None, correction_reason="")
