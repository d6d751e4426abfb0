"""Bulk work as it was confirmed: an order with a row a group, and the job that does it and notes what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse

from groups import trail
from groups.jobs import Covers, JobContext, JobFault, Params, queue_job
from groups.models import CommunityGroup, Job, User
from readiness.bulk_plans import PlanState
from readiness.models import BulkOrder, BulkRow, Letter

# At once: what a job does in its time, and an officer can look through.
MOST_FILES = 1000
MOST_TO_ISSUE = 50
MOST_LETTERS = 300
AT_ONCE = 500


class ForeignForm(ValueError):
    """The client id belongs to another order."""


def order_and_queue(
    *,
    act: BulkOrder.Act,
    kind: str,
    by: User,
    groups: Sequence[int],
    client_id: UUID,
    title: str,
    seen: Mapping[int, str] | None = None,
    options: Mapping[str, object] | None = None,
    letter: Letter | None = None,
) -> Job:
    """Keeps what was confirmed and queues the job that does it; the same client id gives the job it has made.

    Raises ForeignForm for another person's or act's client id, JobRefused of groups.jobs; then nothing is kept.
    """
    with transaction.atomic():
        order, is_new = BulkOrder.objects.get_or_create(
            client_id=client_id,
            defaults={"owner": by, "act": act, "options": dict(options or {}), "letter": letter},
        )
        if order.owner_id != by.pk or order.act != act:
            raise ForeignForm("This form was used for something else already. Open the page again.")
        if is_new:
            BulkRow.objects.bulk_create(
                [
                    BulkRow(order=order, group_id=group, position=place, seen=(seen or {}).get(group, ""))
                    for place, group in enumerate(groups, start=1)
                ],
                batch_size=AT_ONCE,
            )
            trail.record("bulk work asked for", order, by=by, bulk=str(act), groups=len(groups))
        return queue_job(kind=kind, by=by, params={"order": order.pk}, title=title, client_id=client_id)


def order_of(owner: User, params: Params, act: BulkOrder.Act) -> BulkOrder | None:
    """The order of a job of this person."""
    return (
        BulkOrder.objects.filter(pk=int(str(params["order"])), owner=owner, act=act)
        .select_related("letter", "owner")
        .first()
    )


def may_read_all(user: User, params: Params, act: BulkOrder.Act) -> bool:
    """Whether the order is theirs and they may read the case file of each of its groups."""
    return _all_within(order_of(user, params, act), CommunityGroup.objects.visible_to(user))


def may_write_all(user: User, params: Params, act: BulkOrder.Act) -> bool:
    """Whether the order is theirs and they may write the case file of each of its groups."""
    return _all_within(order_of(user, params, act), CommunityGroup.objects.editable_by(user))


def _all_within(order: BulkOrder | None, theirs: QuerySet[CommunityGroup]) -> bool:
    return order is not None and not order.rows.exclude(group__in=theirs.order_by().values("pk")).exists()


def covers(user: User, params: Params) -> Covers:
    """All groups that the order has."""
    rows = BulkRow.objects.filter(order=int(str(params["order"]))).order_by("position")
    return Covers(groups=tuple(rows.values_list("group_id", flat=True)))


def ways(params: Params) -> list[tuple[str, str]]:
    """The page that says row by row what came of it."""
    return [(reverse("bulk_order", args=[int(str(params["order"]))]), "What happened, row by row")]


def begun(context: JobContext, act: BulkOrder.Act) -> tuple[BulkOrder, list[int]]:
    """The order of a job and its groups, in their order. Raises JobFault where it is gone or empty."""
    order = order_of(context.owner, context.params, act)
    groups = list(order.rows.order_by("position").values_list("group_id", flat=True)) if order else []
    if order is None or not groups:
        raise JobFault("What was to be done is no more: its groups have been erased. Choose groups again.")
    return order, groups


def note(order: BulkOrder, outcomes: Iterable[tuple[int, str, int | None]]) -> None:
    """Notes what came of each group: its id, an outcome, and the version where there is one."""
    rows = {row.group_id: row for row in order.rows.all()}
    changed = []
    for group, outcome, version in outcomes:
        # A group that was erased while its file was made has no row any more.
        if (row := rows.get(group)) is not None:
            row.outcome, row.version = outcome, version
            changed.append(row)
    BulkRow.objects.bulk_update(changed, ["outcome", "version"], batch_size=AT_ONCE)


def note_files(order: BulkOrder, states: Iterable[PlanState]) -> None:
    """The same for plans as files."""
    note(order, ((state.group_id, state.outcome, state.version) for state in states))


def tally(order: BulkOrder) -> dict[str, int | str]:
    """How many rows came to what, in words."""
    counted = dict(
        order.rows.order_by().values("outcome").annotate(number=Count("pk")).values_list("outcome", "number")
    )
    return {
        str(BulkRow.Outcome(value).label): counted[value] for value in BulkRow.Outcome if value in counted
    }
