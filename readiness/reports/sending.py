"""Reports that come by themselves: queued on their day, told of when they are made.

Running it twice sends nothing twice. A night that was missed is made up for, once however many there were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from groups.jobs import JobRefused, queue_job
from groups.jobs.kinds import kind_of, may_have
from groups.models import Job, User
from groups.people import portal_link
from readiness.models import ReportRun, ScheduledReport
from readiness.reports.choice import ReportChoice
from readiness.reports.jobs import KIND, SCHEDULE, params_of, title_of
from readiness.reports.periods import ended_before, first_after
from readiness.reports.schedules import choice_of_view, put_to_rest


@dataclass(frozen=True)
class Sent:
    """How many a run has queued, left for the next run since their owner has too many unfinished files, put to rest,
    told of, and couldn't tell of."""

    queued: int = 0
    waiting: int = 0
    paused: int = 0
    told: int = 0
    untold: int = 0


def send_due(day: date) -> Sent:
    """Queues what is due on the day, whatever nights were missed, and tells of what was made and not told of yet."""
    queued = waiting = paused = 0
    for schedule in _running():
        if (why := reason_to_rest(schedule, day)) is not None:
            paused += put_to_rest(schedule, why)
        elif schedule.next_on <= day:
            try:
                queued += queue_period(schedule.pk, day)
            except JobRefused:
                waiting += 1
    told = untold = 0
    for run in _untold():
        try:
            told += tell(run)
        except (OSError, ValueError):  # smtplib's faults, and addresses that can't be written in a mail
            untold += 1
    return Sent(queued, waiting, paused, told, untold)


def look(day: date) -> Sent:
    """What send_due() would do; changes nothing. It can't tell who has too many unfinished files."""
    reasons = [(schedule, reason_to_rest(schedule, day)) for schedule in _running()]
    due = sum(why is None and schedule.next_on <= day for schedule, why in reasons)
    return Sent(queued=due, paused=sum(why is not None for _, why in reasons), told=sum(1 for _ in _untold()))


def _running() -> list[ScheduledReport]:
    return list(
        ScheduledReport.objects.filter(paused_at=None)
        .select_related("owner", "view")
        .order_by("next_on", "pk")
    )


def _untold() -> list[ReportRun]:
    return list(ReportRun.objects.filter(told_at=None, job__state=Job.State.DONE).select_related("job"))


def reason_to_rest(schedule: ScheduledReport, day: date) -> ScheduledReport.Why | None:
    """Why it can't go on: its owner may not have the report, or its filters don't fit any more. None: it can."""
    if _owner(schedule, day) is None:
        return ScheduledReport.Why.RIGHTS
    return ScheduledReport.Why.FILTERS if choice_for(schedule, day) is None else None


def _owner(schedule: ScheduledReport, day: date) -> User | None:
    """The owner, read anew, where they may sign in and have the report of the whole county: views are managers' own."""
    as_at, compare = ended_before(day, schedule.every)
    kind = kind_of(KIND)
    assert kind is not None
    return may_have(kind, schedule.owner_id, params_of(ReportChoice(as_at, compare), schedule.format))


def choice_for(schedule: ScheduledReport, day: date) -> ReportChoice | None:
    """What is asked on that day: the view as at the end of the month or quarter that has ended, compared with the end
    of the one before, or with the days that the view keeps. None where its filters don't fit any more."""
    choice = choice_of_view(schedule.view, schedule.owner)
    if choice is None or schedule.view.keeps_days:
        return choice
    as_at, compare = ended_before(day, schedule.every)
    return replace(choice, as_at=as_at, compare=compare)


def queue_period(schedule_id: int, day: date) -> bool:
    """Queues the report of the period that has ended, once however often and by however many it is called.

    Says whether this call did. Raises JobRefused, with nothing changed, where its owner has too many unfinished files.
    """
    with transaction.atomic():
        # Locked, so that who comes second finds it done, and a pause or stop comes before or after.
        schedule = (
            ScheduledReport.objects.filter(pk=schedule_id, paused_at=None, next_on__lte=day)
            .select_related("owner", "view")
            .select_for_update(of=("self",))
            .first()
        )
        choice = choice_for(schedule, day) if schedule is not None else None
        if schedule is None or choice is None:
            return False
        period_end = ended_before(day, schedule.every)[0]
        ScheduledReport.objects.filter(pk=schedule.pk).update(next_on=first_after(day, schedule.every))
        try:
            with transaction.atomic():
                run = ReportRun.objects.create(schedule=schedule, period_end=period_end)
        except IntegrityError:  # it was told of already, though its next day was set back
            return False
        run.job = queue_job(
            kind=KIND,
            by=schedule.owner,
            params={**params_of(choice, schedule.format), SCHEDULE: schedule.pk},
            title=title_of(choice, schedule.format),
            client_id=uuid4(),
        )
        run.save(update_fields=["job"])
    return True


def tell_of_job(job: Job) -> None:
    """Tells the owner that a job for a schedule is done; nothing for one that they asked for themselves."""
    if SCHEDULE in job.params and (run := ReportRun.objects.filter(job=job).first()) is not None:
        tell(run)


def tell(run: ReportRun) -> bool:
    """Sends the one mail about a report that is made, and says whether this call did.

    It has no figure and no name of a group, a view or a community: others may read it. Raises OSError or ValueError
    where it can't be sent; the next run tries again.
    """
    schedule = ScheduledReport.objects.get(pk=run.schedule_id)
    job = run.job
    assert job is not None
    owner = _owner(schedule, timezone.localdate())
    if owner is None:
        put_to_rest(schedule, ScheduledReport.Why.RIGHTS)
        return False
    now = timezone.now()
    if not ReportRun.objects.filter(pk=run.pk, told_at=None).update(told_at=now, made_at=job.ended_at):
        return False
    context = {
        "owner": owner,
        "schedule": schedule,
        "job": job,
        "link": portal_link(reverse("job", args=[job.pk])),
    }
    try:
        send_mail(
            "Your county report is ready",
            render_to_string("county/report_mail.txt", context),
            None,
            [owner.email],
        )
    except (OSError, ValueError):
        ReportRun.objects.filter(pk=run.pk).update(told_at=None)
        raise
    return True


def send_daily(day: date) -> bool:
    """The same as a worker's daily act: whether nothing is left for later."""
    sent = send_due(day)
    return not (sent.waiting or sent.untold)
