"""Bulk work: what can be done with the groups of a filter, plans as files, plans to be issued, what came of it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, case_readers_only, officers_only
from groups.jobs import JobRefused
from groups.models import CommunityGroup, Job
from groups.sign_in import to_proof
from readiness.bulk_issue import issue_lines
from readiness.bulk_jobs import FILES, ISSUE
from readiness.bulk_orders import MOST_FILES, MOST_TO_ISSUE, ForeignForm, order_and_queue, tally
from readiness.bulk_plans import states_of
from readiness.forms.bulk import BulkFilterForm, PlanFilesForm
from readiness.models import Action, BulkOrder, BulkRow, IssuedPlan
from readiness.route_keeping import settle_due
from readiness.views.issued_plans import warnings_about
from toolkit_portal.core.form_ids import form_id, to_new_form

PER_PAGE = 50
RECENT = 10
NO_ID = "The form came back incomplete. Nothing was done: look at it again."
_TICKED = re.compile(r"(\d{1,18}):([0-9a-f]{32})")


def filtered(
    request: AuthenticatedRequest, groups: QuerySet[CommunityGroup]
) -> tuple[BulkFilterForm, QuerySet[CommunityGroup]]:
    """The filter of the address, and what of these groups fits it, by name."""
    form = BulkFilterForm(request.GET, user=request.user)
    if request.method != "POST":  # whose page has done so; a refused form writes nothing
        settle_due(groups)
    return form, form.apply(groups)


def confirm(request: AuthenticatedRequest, **order: Any) -> HttpResponse:
    """Keeps the order, queues its job and leads to the job's page; back to the form where that is refused."""
    try:
        job = order_and_queue(by=request.user, **order)
    except (JobRefused, ForeignForm) as fault:
        messages.error(request, str(fault))
        return redirect(request.get_full_path())
    return redirect("job", pk=job.pk)


@require_safe
@case_readers_only
def bulk(request: AuthenticatedRequest) -> HttpResponse:
    """What can be done with these groups, and what this person has had done lately."""
    form, groups = filtered(request, CommunityGroup.objects.visible_to(request.user))
    orders = BulkOrder.objects.filter(owner=request.user)[:RECENT]
    return render(request, "bulk/bulk.html", {"form": form, "number": groups.count(), "orders": list(orders)})


@require_http_methods(["GET", "HEAD", "POST"])
@case_readers_only
def bulk_files(request: AuthenticatedRequest) -> HttpResponse:
    """Which plans would be in the file, row by row; sending the form has it made."""
    if (new := to_new_form(request)) is not None:
        return new
    choice, groups = filtered(request, CommunityGroup.objects.visible_to(request.user))
    issued = Exists(IssuedPlan.objects.filter(plan__group=OuterRef("pk")))
    number, with_issue = groups.count(), groups.filter(issued).count()
    drafts = groups.filter(~issued, Exists(Action.objects.filter(plan__group=OuterRef("pk")))).count()
    client_id, is_posted = form_id(request), request.method == "POST"
    form = PlanFilesForm(request.POST if is_posted else None)
    problem = ""
    if is_posted and client_id is None:
        problem = NO_ID
    elif number > MOST_FILES:
        problem = f"These are {number} groups. At most {MOST_FILES} fit in one file: take a filter, such as a district."
    elif is_posted and not with_issue + drafts:
        problem = "None of these groups has a plan yet."
    elif is_posted and client_id is not None and form.is_valid():
        if (proof := to_proof(request, request.get_full_path())) is not None:
            return proof
        return confirm(
            request,
            act=BulkOrder.Act.FILES,
            kind=FILES,
            groups=list(groups.values_list("pk", flat=True)),
            client_id=client_id,
            title="Action plans as a ZIP"
            if form.cleaned_data["format"] == "zip"
            else "Action plans for printing",
            options=form.cleaned_data,
        )
    page = Paginator(groups.values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "choice": choice,
        "form": form,
        "problem": problem,
        "page_obj": page,
        "states": states_of(list(page.object_list), first=page.start_index()),
        "number": number,
        "issued": with_issue,
        "drafts": drafts,
        "without": number - with_issue - drafts,
        "may_ask": 0 < number <= MOST_FILES and with_issue + drafts > 0,
    }
    return render(request, "bulk/files.html", context, status=422 if is_posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def bulk_issue(request: AuthenticatedRequest) -> HttpResponse:
    """Which plans would be issued, row by row, with what has changed; sending the form issues those ticked."""
    if (new := to_new_form(request)) is not None:
        return new
    own = CommunityGroup.objects.editable_by(request.user)
    problem = ""
    if request.method == "POST":
        client_id, seen = form_id(request), _ticked(request.POST.getlist("row"))
        if client_id is None or seen is None or own.filter(pk__in=list(seen)).count() != len(seen):
            problem = NO_ID
        elif not seen:
            problem = "Tick at least one group whose plan is to be issued."
        elif len(seen) > MOST_TO_ISSUE:
            problem = f"At most {MOST_TO_ISSUE} plans can be issued at once."
        else:
            return _issue(request, own, seen, client_id)
    choice, groups = filtered(request, own)
    page = Paginator(groups.select_related("lio", "caseworker"), MOST_TO_ISSUE).get_page(
        request.GET.get("page")
    )
    lines = issue_lines(list(page.object_list))
    context = {
        "choice": choice,
        "problem": problem,
        "page_obj": page,
        "lines": [
            (line, [] if line.why_not else warnings_about(line.snapshot, line.number, list(line.changes)))
            for line in lines
        ],
        "able": sum(not line.why_not for line in lines),
    }
    return render(request, "bulk/issue.html", context, status=422 if problem else 200)


def _issue(
    request: AuthenticatedRequest, own: QuerySet[CommunityGroup], seen: dict[int, str], client_id: UUID
) -> HttpResponse:
    groups = list(own.filter(pk__in=list(seen)).order_by("name_key", "pk").values_list("pk", flat=True))
    return confirm(
        request,
        act=BulkOrder.Act.ISSUE,
        kind=ISSUE,
        groups=groups,
        seen=seen,
        client_id=client_id,
        title=f"Issue {len(groups)} plan{'' if len(groups) == 1 else 's'}",
    )


def _ticked(values: list[str]) -> dict[int, str] | None:
    """The mark that was seen, by group; None for what no page of ours has sent."""
    found = [_TICKED.fullmatch(value) for value in values]
    return {int(match[1]): match[2] for match in found if match} if all(found) else None


@require_safe
@case_readers_only
def bulk_order(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What came of one's own order, row by row. Groups that aren't theirs any more are not named."""
    order = get_object_or_404(BulkOrder.objects.filter(owner=request.user), pk=pk)
    visible = CommunityGroup.objects.visible_to(request.user)
    rows = BulkRow.objects.filter(order=order, group__in=visible.order_by().values("pk")).select_related(
        "group"
    )
    page = Paginator(rows.order_by("position"), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "bulk/order.html",
        {
            "order": order,
            "job": Job.objects.of(request.user).filter(client_id=order.client_id).first(),
            "tally": list(tally(order).items()),
            "page_obj": page,
        },
    )
