"""A manager's reports by mail: asked for, paused, resumed, stopped. Nobody handles another's."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from groups.models import User
from readiness.models import ReportRun, SavedView, ScheduledReport
from readiness.reports.choice import ReportChoice
from readiness.reports.forms import CountyForm
from readiness.reports.periods import first_after

MOST = 20


class ScheduleRefused(ValueError):
    """It can't be sent so. The message says why and what to do."""


def choice_of_view(view: SavedView, by: User) -> ReportChoice | None:
    """What the view asks for today; None where a filter in it doesn't fit any more."""
    form = CountyForm(QueryDict(view.query), user=by)
    return form.choice if form.is_valid() else None


def schedule_report(
    *, view: SavedView, every: str, format: str, client_id: UUID, by: User
) -> ScheduledReport:
    """Sends the view from the next month or quarter on, or gives what this client id has asked for already.

    every, format: values of ScheduledReport.Every and .Format. Raises ScheduleRefused.
    """
    if view.owner_id != by.pk or not by.roles.is_manager:
        raise PermissionDenied("Managers have their own views sent.")
    _check_filters(view, by)
    with transaction.atomic():
        # One after the other, so that two requests can't pass the limit.
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)
        if (kept := ScheduledReport.objects.filter(client_id=client_id).first()) is not None:
            if kept.owner_id != by.pk or kept.view_id != view.pk:
                raise ScheduleRefused("This form was used for something else already. Open the page again.")
            return kept
        if by.scheduled_reports.count() >= MOST:
            raise ScheduleRefused(f"You have {MOST} reports by mail. Stop one that you no longer need.")
        try:
            with transaction.atomic():
                return ScheduledReport.objects.create(
                    owner=by,
                    view=view,
                    every=every,
                    format=format,
                    next_on=first_after(timezone.localdate(), every),
                    client_id=client_id,
                )
        except IntegrityError as fault:
            raise ScheduleRefused("You get this one already. Choose another format or time.") from fault


def pause_schedule(*, schedule: ScheduledReport, by: User) -> None:
    """Sends none until it is resumed. What is being made is made and told of."""
    _own(schedule, by)
    put_to_rest(schedule, ScheduledReport.Why.ASKED)


def put_to_rest(schedule: ScheduledReport, why: ScheduledReport.Why) -> bool:
    """Pauses it for that reason, and says whether it ran until now."""
    with transaction.atomic():
        running = ScheduledReport.objects.filter(pk=schedule.pk, paused_at=None).select_for_update().first()
        if running is None:
            return False
        running.paused_at, running.paused_why = timezone.now(), why
        running.save(update_fields=["paused_at", "paused_why"])
    return True


def resume_schedule(*, schedule: ScheduledReport, by: User) -> None:
    """Sends it from the next month or quarter on. Raises ScheduleRefused where its filters don't fit any more."""
    _own(schedule, by)
    _check_filters(schedule.view, by)
    with transaction.atomic():
        resting = (
            ScheduledReport.objects.filter(pk=schedule.pk, paused_at__isnull=False)
            .select_for_update()
            .first()
        )
        if resting is not None:
            resting.paused_at, resting.paused_why = None, ""
            resting.next_on = first_after(timezone.localdate(), resting.every)
            resting.save(update_fields=["paused_at", "paused_why", "next_on"])


def stop_schedule(*, schedule: ScheduledReport, by: User) -> None:
    """Sends it no more. Files that were made stay until they expire."""
    _own(schedule, by)
    schedule.delete()


def last_runs(schedules: list[ScheduledReport]) -> dict[int, ReportRun]:
    """The newest run of each schedule, by the schedule's id, with its job. One query."""
    runs = ReportRun.objects.filter(schedule__in=schedules).select_related("job").order_by("period_end")
    return {run.schedule_id: run for run in runs}


def _own(schedule: ScheduledReport, by: User) -> None:
    if schedule.owner_id != by.pk:
        raise PermissionDenied("This is somebody else’s.")


def _check_filters(view: SavedView, by: User) -> None:
    if choice_of_view(view, by) is None:
        raise ScheduleRefused(
            "The filters of this view don’t fit any more. Save the view anew, then have that sent."
        )
