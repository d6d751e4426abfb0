"""Issuing a plan, and the PDFs: a living plan's draft and the versions as they were issued."""

import re
import unicodedata

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, get_editable_group, get_group
from groups.models import CommunityGroup
from readiness.forms.plans import IssueForm
from readiness.issuing import (
    ChangedSince,
    DamagedFile,
    ForeignForm,
    draft_pdf,
    issue_plan,
    stored_pdf,
    to_be_issued,
)
from readiness.models import Action, IssuedPlan
from readiness.plan_snapshot import OPEN_STATES, Snapshot
from readiness.planning import plan_of, plan_to_read
from toolkit_portal.core.pdf import PdfTooLarge


@require_http_methods(["GET", "HEAD", "POST"])
def plan_issue(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What would be frozen, with anything that looks forgotten; sending it issues the next version."""
    group = get_editable_group(request, pk)
    plan = plan_to_read(group)
    problem, status = "", 200
    if request.method == "POST":
        form = IssueForm(request.POST)
        if form.is_valid():
            try:
                issue = issue_plan(
                    plan=plan_of(group),
                    by=request.user,
                    client_id=form.cleaned_data["client_id"],
                    seen=form.cleaned_data["seen"],
                )
            except (ChangedSince, ForeignForm):
                problem, status = (
                    "The plan has changed since this page was shown. Nothing is issued yet: look at it again.",
                    409,
                )
            except PdfTooLarge as fault:
                problem, status = f"{fault} Nothing is issued yet.", 422
            else:
                messages.success(
                    request, f"Version {issue.number} is issued. The group’s leads can see it now."
                )
                return redirect("case_plan", pk=group.pk)
        else:
            problem, status = "The form came back incomplete. Nothing is issued yet: look at it again.", 422
    number, snapshot, seen, changes = to_be_issued(plan)
    actions = snapshot["actions"]
    context = {
        "group": group,
        "can_edit": True,
        "tab": "plan",
        "problem": problem,
        "number": number,
        "form": IssueForm(initial={"seen": seen}),
        "warnings": warnings_about(snapshot, number, changes),
        "changes": changes,
        "steps": list(Action.objects.filter(plan_id=plan.pk).open()),
        "done": sum(action["state"] == Action.State.DONE for action in actions),
        "leads": group.memberships.live().filter(role="lead").count(),
        "standing": snapshot["standing"],
    }
    return render(request, "plans/issue.html", context, status=status)


def warnings_about(snapshot: Snapshot, number: int, changes: list[str]) -> list[str]:
    """What an officer may have forgotten, a sentence each. None of it keeps a plan from being issued."""
    steps = [action for action in snapshot["actions"] if action["state"] in OPEN_STATES]
    today = timezone.localdate().isoformat()
    late = sum(bool(step["due_on"]) and step["due_on"] < today for step in steps)
    undated = sum(not step["due_on"] for step in steps)
    found = []
    if not steps:
        found.append("The plan has no open actions.")
    if late:
        found.append(f"{late} open action{' is' if late == 1 else 's are'} past the agreed day.")
    if undated:
        found.append(f"{undated} open action{' has' if undated == 1 else 's have'} no date.")
    if not snapshot["standing"]:
        found.append("There is no complete assessment yet, so the plan can’t say where the group is.")
    if not snapshot["contacts"]:
        found.append("The group has no caseworker, so the plan names nobody to call but your organisation.")
    if number > 1 and not changes:
        found.append(f"Nothing has changed since version {number - 1}.")
    return found


@require_safe
def plan_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The living plan as a PDF marked draft; ?large=1 in large print."""
    group = get_group(request, pk)
    large = request.GET.get("large") == "1"
    try:
        content = draft_pdf(plan_to_read(group), large_print=large)
    except PdfTooLarge as fault:
        return render(
            request,
            "plans/pdf_problem.html",
            {"group": group, "problem": str(fault), "can_edit": False, "tab": "plan"},
            status=422,
        )
    return _pdf(content, f"{group.name} plan draft{' large print' if large else ''}")


@require_safe
def issued_plan_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as it was issued, for readers of the case file and the group's lead; ?large=1 in large print."""
    issue = get_object_or_404(
        IssuedPlan.objects.filter(
            Q(plan__group__in=CommunityGroup.objects.visible_to(request.user))
            | Q(plan__group__in=CommunityGroup.objects.led_by(request.user))
        )
        .select_related("plan__group")
        .defer("snapshot"),
        pk=pk,
    )
    large = request.GET.get("large") == "1"
    try:
        content = stored_pdf(issue, large_print=large)
    except DamagedFile:
        return render(request, "plans/damaged.html", {"issue": issue}, status=500)
    return _pdf(
        content, f"{issue.plan.group.name} plan version {issue.number}{' large print' if large else ''}"
    )


def _pdf(content: bytes, title: str) -> HttpResponse:
    """A PDF that the browser shows and saves under a plain name, and takes for nothing else."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:100] or "plan"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
