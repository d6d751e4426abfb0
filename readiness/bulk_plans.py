"""Plans of many groups as files: each group's newest issued version, else its living plan marked draft.

Groups without any plan are told of too. Files are read, rendered and handed on one after the other, so that memory
doesn't grow with their number; drafts that aren't stored yet are rendered by two processes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.issuing import DamagedFile, Draft, first_drafts, keep_draft, kept_draft, stored_pdf
from readiness.models import Action, BulkRow, IssuedPlan, Plan
from readiness.plan_document import TEMPLATE, plan_html
from toolkit_portal.core.pdf import PdfTooLarge, stylesheet_names
from toolkit_portal.core.pdf_pool import PdfPool

# Read and rendered ahead of what is written.
AT_ONCE = 20

Outcome = BulkRow.Outcome


@dataclass(frozen=True)
class PlanState:
    """Which file a group's plan would be now. outcome: VERSION, DRAFT or NO_PLAN of BulkRow.Outcome."""

    place: int
    """From 1, in the order asked for."""
    group_id: int
    name: str
    lio: str
    outcome: str
    version: int | None = None
    day: date | None = None
    """Day of issue; today for a draft."""

    @property
    def is_in(self) -> bool:
        """Whether there is a file of it."""
        return self.outcome in {Outcome.VERSION, Outcome.DRAFT}

    @property
    def words(self) -> str:
        """What the file is; empty where there is none."""
        if not self.is_in:
            return ""
        return f"Version {self.version}" if self.outcome == Outcome.VERSION else "Draft"

    @property
    def why_not(self) -> str:
        """Why there is no file; empty where there is one."""
        reason = "" if self.is_in else str(Outcome(self.outcome).label).partition(": ")[2]
        return reason[:1].upper() + reason[1:]


@dataclass(frozen=True)
class PlanFile:
    """A group's plan as a file; content is None where there is none, and state says why."""

    state: PlanState
    content: bytes | None


def newest_versions(groups: Iterable[int]) -> QuerySet[IssuedPlan]:
    """The newest issued version of each of these groups that has one."""
    newer = IssuedPlan.objects.filter(plan=OuterRef("plan"), number__gt=OuterRef("number"))
    return IssuedPlan.objects.filter(~Exists(newer), plan__group__in=list(groups)).order_by()


def states_of(groups: Sequence[int], *, first: int = 1) -> list[PlanState]:
    """How the plans of these groups stand, in the order given. Three queries. Groups that are gone are left out."""
    issues = {
        group: (number, issued_at)
        for group, number, issued_at in newest_versions(groups).values_list(
            "plan__group_id", "number", "issued_at"
        )
    }
    begun = set(
        Action.objects.filter(plan__group__in=groups)
        .order_by()
        .values_list("plan__group_id", flat=True)
        .distinct()
    )
    facts = {
        pk: (name, lio)
        for pk, name, lio in CommunityGroup.objects.filter(pk__in=groups)
        .order_by()
        .values_list("pk", "name", "lio__name")
    }
    found = []
    for place, pk in enumerate(groups, start=first):
        if pk not in facts:
            continue
        name, lio = facts[pk]
        state = PlanState(place, pk, name, lio, Outcome.NO_PLAN)
        if pk in issues:
            number, at = issues[pk]
            state = replace(state, outcome=Outcome.VERSION, version=number, day=timezone.localdate(at))
        elif pk in begun:
            state = replace(state, outcome=Outcome.DRAFT, day=timezone.localdate())
        found.append(state)
    return found


def plan_files(groups: Sequence[int], pool: PdfPool, *, large_print: bool = False) -> Iterator[PlanFile]:
    """The plans of these groups as files, in the order given. Yields those without a file too."""
    ahead: deque[_Coming] = deque()
    for start in range(0, len(groups), AT_ONCE):
        ahead.extend(_coming(groups[start : start + AT_ONCE], start + 1, pool, large_print))
        while len(ahead) > AT_ONCE:
            yield _arrived(ahead.popleft(), large_print)
    while ahead:
        yield _arrived(ahead.popleft(), large_print)


@dataclass
class _Coming:
    """A file that is about to be written: stored, kept, or being rendered."""

    state: PlanState
    draft: Draft | None = None
    kept: bytes | None = None
    rendering: Future[bytes] | None = None
    too_large: bool = False


def _coming(groups: Sequence[int], first: int, pool: PdfPool, large_print: bool) -> list[_Coming]:
    coming = [_Coming(state) for state in states_of(groups, first=first)]
    by_group = {one.state.group_id: one for one in coming if one.state.outcome == Outcome.DRAFT}
    plans = list(
        Plan.objects.filter(group__in=list(by_group)).select_related("group__lio", "group__caseworker")
    )
    for draft in first_drafts(plans, large_print=large_print):
        one = by_group[draft.group_id]
        one.draft = draft
        one.kept = kept_draft(draft)
        if one.kept is None:
            try:
                one.rendering = pool.submit(
                    plan_html(draft.document, large_print=large_print),
                    stylesheet_names(TEMPLATE, large_print=large_print),
                )
            except PdfTooLarge:
                one.too_large = True
    return coming


def _arrived(one: _Coming, large_print: bool) -> PlanFile:
    state = one.state
    if state.outcome == Outcome.VERSION:
        try:
            issue = IssuedPlan.objects.defer("snapshot").get(
                plan__group=state.group_id, number=state.version or 0
            )
            return PlanFile(state, stored_pdf(issue, large_print=large_print))
        except DamagedFile:
            return PlanFile(replace(state, outcome=Outcome.DAMAGED), None)
    if one.draft is None:
        return PlanFile(state, None)
    if one.rendering is not None:
        try:
            one.kept = one.rendering.result()
        except PdfTooLarge:
            one.too_large = True
        else:
            keep_draft(one.draft, one.kept)
    if one.too_large:
        return PlanFile(replace(state, outcome=Outcome.TOO_LARGE), None)
    return PlanFile(state, one.kept)
