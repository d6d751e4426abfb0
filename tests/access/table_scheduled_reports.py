"""Access to the county report's files and reports by mail: managers only, schedules their own."""

from collections.abc import Mapping
from uuid import uuid4

from django.utils import timezone

from groups.models import User
from readiness.models import SavedView, ScheduledReport
from tests.access.rows import Row
from tests.cast import Cast


def view_of(owner: User) -> SavedView:
    # A name is taken once.
    return SavedView.objects.create(owner=owner, name=f"View {uuid4()}", query="kind=network")


def schedule_of(owner: User, **facts: object) -> Mapping[str, object]:
    schedule = ScheduledReport.objects.create(
        owner=owner,
        view=view_of(owner),
        every="month",
        format="pdf",
        next_on=timezone.localdate(),
        **facts,
    )
    return {"pk": schedule.pk}


def own(cast: Cast) -> Mapping[str, object]:
    return schedule_of(cast.manager)


def paused(cast: Cast) -> Mapping[str, object]:
    return schedule_of(cast.manager, paused_at=timezone.now(), paused_why="asked")


def others(cast: Cast) -> Mapping[str, object]:
    return schedule_of(cast.administrator)


def to_send(cast: Cast) -> Mapping[str, object]:
    return {"every": "quarter", "format": "xlsx", "client_id": uuid4()}


SEEN, DONE, NOT_THEIRS = {"manager": 200}, {"manager": 302}, {"manager": 404}

ROWS = [
    Row(
        "county_report_make",
        get=SEEN,
        post=DONE,
        otherwise=403,
        query="?format=xlsx&kind=network",
        data=lambda cast: {"format": "json", "query": "kind=network", "client_id": uuid4()},
    ),
    Row(
        "scheduled_report_new",
        kwargs=lambda cast: {"pk": view_of(cast.manager).pk},
        get=SEEN,
        post=DONE,
        otherwise=403,
        data=to_send,
    ),
    Row(
        "scheduled_report_new",
        kwargs=lambda cast: {"pk": view_of(cast.administrator).pk},
        get=NOT_THEIRS,
        post=NOT_THEIRS,
        otherwise=403,
        query="?others",
        data=to_send,
    ),
    Row("scheduled_report_pause", kwargs=own, post=DONE, otherwise=403),
    Row("scheduled_report_pause", kwargs=others, post=NOT_THEIRS, otherwise=403, query="?others"),
    Row("scheduled_report_resume", kwargs=paused, post=DONE, otherwise=403),
    Row("scheduled_report_resume", kwargs=others, post=NOT_THEIRS, otherwise=403, query="?others"),
    Row("scheduled_report_stop", kwargs=own, get=SEEN, post=DONE, otherwise=403),
    Row(
        "scheduled_report_stop",
        kwargs=others,
        get=NOT_THEIRS,
        post=NOT_THEIRS,
        otherwise=403,
        query="?others",
    ),
]
