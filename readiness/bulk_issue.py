"""Issues the plans of many groups: what would be issued, row by row, and the job that issues what was confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from groups.jobs import JobContext, Params, Result
from groups.models import CommunityGroup, User
from readiness.bulk_orders import begun, note, tally
from readiness.bulk_plans import newest_versions
from readiness.issuing import ChangedSince, issue_plan, to_be_issued
from readiness.models import BulkOrder, BulkRow, IssuedPlan, Plan
from readiness.plan_changes import changes_between
from readiness.plan_snapshot import Snapshot, own_fingerprint
from readiness.planning import plan_of, plan_to_read
from readiness.snapshot_taking import take_snapshots
from toolkit_portal.core.pdf import PdfBusy, PdfTooLarge

KIND = "issue-plans"
ACT = BulkOrder.Act.ISSUE
Outcome = BulkRow.Outcome


@dataclass(frozen=True)
class IssueLine:
    """What issuing would do for one group. why_not is an outcome where it would do nothing, else empty."""

    group: CommunityGroup
    number: int
    snapshot: Snapshot
    changes: tuple[str, ...]
    mark: str
    why_not: str

    @property
    def why_not_words(self) -> str:
        """Why this plan isn't issued, in words."""
        label = str(Outcome(self.why_not).label).partition(": ")[2] if self.why_not else ""
        return label[:1].upper() + label[1:]


def why_not(snapshot: Snapshot, number: int, changes: Sequence[str]) -> str:
    """Why a plan isn't issued together with others; issued by itself it could be all the same."""
    if not snapshot["actions"]:
        return Outcome.NO_ACTIONS
    return Outcome.NOT_CHANGED if number > 1 and not changes else ""


def issue_lines(groups: Sequence[CommunityGroup]) -> list[IssueLine]:
    """A line for each group, in as many queries as for one. The groups should come with lio and caseworker."""
    plans = {plan.group_id: plan for plan in Plan.objects.filter(group__in=groups)}
    for group in groups:
        # With the group at hand, nothing of it is read again.
        plans.setdefault(group.pk, Plan(group=group)).group = group
    listed = [plans[group.pk] for group in groups]
    before = {
        plan: (number, snapshot)
        for plan, number, snapshot in newest_versions([group.pk for group in groups]).values_list(
            "plan_id", "number", "snapshot"
        )
    }
    lines = []
    for plan, snapshot in zip(listed, take_snapshots(listed), strict=True):
        last, earlier = before.get(plan.pk, (0, None))
        changes = tuple(changes_between(earlier, snapshot)) if earlier else ()
        number = last + 1
        lines.append(
            IssueLine(
                group=plan.group,
                number=number,
                snapshot=snapshot,
                changes=changes,
                mark=own_fingerprint(snapshot, number),
                why_not=why_not(snapshot, number, changes),
            )
        )
    return lines


def may(user: User, params: Params) -> bool:
    """An officer may have their own order done. Which groups are theirs is judged at each row."""
    return (
        user.roles.is_officer
        and BulkOrder.objects.filter(pk=int(str(params["order"])), owner=user, act=ACT).exists()
    )


def run(context: JobContext) -> Result:
    """Issues one plan after the other. What a killed worker has issued or noted already stays as it is."""
    order, groups = begun(context, ACT)
    waiting = dict(order.rows.waiting().values_list("group_id", "seen"))
    for place, group in enumerate(groups):
        context.progress(place, len(groups), "Plans")
        if group in waiting:
            note(order, [(group, *_issue(order, group, waiting))])
    return Result(report=tally(order))


def issue_id(order: BulkOrder, group: int) -> UUID:
    """The client id of the version that an order makes for a group: the same however often it is tried."""
    return uuid5(order.client_id, f"group {group}")


def _issue(order: BulkOrder, group_id: int, seen: Mapping[int, str]) -> tuple[str, int | None]:
    client_id = issue_id(order, group_id)
    made = IssuedPlan.objects.filter(client_id=client_id, plan__group=group_id).first()
    if made is not None:  # by a worker that was killed before it could note it
        return Outcome.ISSUED, made.number
    by = User.objects.get(pk=order.owner_id)
    group = CommunityGroup.objects.editable_by(by).filter(pk=group_id).first()
    if group is None:
        return Outcome.NO_RIGHT, None
    number, snapshot, mark, changes = to_be_issued(plan_to_read(group))
    if mark != seen[group_id]:
        return Outcome.CHANGED, None
    if reason := why_not(snapshot, number, changes):
        return reason, None
    try:
        issue = issue_plan(plan=plan_of(group), by=by, client_id=client_id, seen=mark)
    except ChangedSince:
        return Outcome.CHANGED, None
    except PdfBusy:
        return Outcome.BUSY, None
    except PdfTooLarge:
        return Outcome.TOO_LARGE, None
    return Outcome.ISSUED, issue.number
