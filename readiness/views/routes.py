"""What a group is ready for: its route with every rule, what would move it up, trying out, and how it got there."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groups.access import AuthenticatedRequest, can_edit, get_editable_group, get_group
from groups.models import CommunityGroup
from readiness.forms.routes import TryOutForm
from readiness.models import Action, RouteChange
from readiness.planning import ForeignForm, add_action, plan_of
from readiness.route_facts import Ladder, current_ladder, facts_of
from readiness.route_keeping import settle_due
from readiness.routes import Facts, Standing, Step

PER_PAGE = 25
# Where each kind of step is done: the address, and whether it takes the key of a paper besides the group.
PLACES = {
    "paper": ("paper", True),
    "level": ("case_readiness", False),
    "assessment": ("case_readiness", False),
    "evidence": ("case_evidence", False),
    "track_record": ("work_list", False),
}
# Section of the toolkit and who does it, for a step that becomes an action.
SECTIONS = {"evidence": "2.15", "track_record": "2.23"}
WHO = {"evidence": Action.Who.BOTH, "assessment": Action.Who.BOTH}


@require_safe
def case_route(request: HttpRequest, pk: int) -> HttpResponse:
    """The ladder with each rule met or not, the steps to the next rung, and the history. At most 20 queries."""
    group = get_group(request, pk)
    settle_due(CommunityGroup.objects.filter(pk=group.pk))
    ladder = current_ladder()
    context: dict[str, Any] = {
        "group": group,
        "can_edit": can_edit(request, group),
        "tab": "readiness",
        "ladder": ladder,
    }
    if ladder is not None:
        now = ladder.standing(_facts(group, ladder))
        history = RouteChange.objects.filter(group=group)
        page = Paginator(history, PER_PAGE).get_page(request.GET.get("page"))
        in_plan = _in_plan(group)
        context |= {
            "standing": now,
            "steps": [
                {
                    "step": step,
                    "url": place_of(step, group),
                    "section": step.about if step.kind == "level" else "",
                    "in_plan": key_of(step) in in_plan,
                    "client_id": uuid4(),
                }
                for step in now.steps
            ],
            "page_obj": page,
            "changes": [
                {
                    "change": change,
                    "before": ladder.titles.get(change.before, change.before),
                    "after": ladder.titles.get(change.route, change.route),
                }
                for change in page.object_list
            ],
        }
    return render(request, "readiness/route.html", context)


@require_safe
def route_try(request: HttpRequest, pk: int) -> HttpResponse:
    """Levels and papers changed on the page, and the route they would give. Nothing is stored."""
    group = get_group(request, pk)
    ladder = current_ladder()
    context: dict[str, Any] = {"group": group, "can_edit": can_edit(request, group), "tab": "readiness"}
    if ladder is None:
        return render(request, "readiness/route_try.html", context)
    facts = _facts(group, ladder)
    asked = {kind: name for kind, name in ladder.names.items() if kind in ladder.kinds}
    form = TryOutForm(
        request.GET or None,
        facts=facts,
        criteria={criterion.code: ladder.scale.titles[criterion.code] for criterion in ladder.scale.criteria},
        papers=asked,
        level_names=ladder.edition.settings.get("level_names", ()),
        evidence_months=max(route.get("evidence_months", 0) for route in ladder.routes),
        work_months=12 * max(route.get("track_record_years", 0) for route in ladder.routes),
    )
    is_valid = form.is_bound and form.is_valid()
    context |= {"form": form, "now": ladder.standing(facts)}
    if is_valid:
        context["tried"] = ladder.standing(form.tried())
    return render(
        request, "readiness/route_try.html", context, status=422 if form.is_bound and not is_valid else 200
    )


@require_POST
def route_step_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Adds a step to the plan as an action; one that is in it already stays the only one."""
    group = get_editable_group(request, pk)
    ladder = current_ladder()
    now = ladder.standing(_facts(group, ladder)) if ladder is not None else None
    wanted = request.POST.get("step", "")
    step = next((step for step in now.steps if key_of(step) == wanted), None) if now is not None else None
    if now is None or now.next is None or step is None:
        messages.info(request, "This step is done, or isn’t asked for any more. Nothing was added.")
        return redirect("case_route", pk=pk)
    if wanted in _in_plan(group):
        messages.info(request, "This step is in the plan already.")
        return redirect("case_route", pk=pk)
    try:
        add_action(
            plan=plan_of(group),
            by=request.user,
            what=step.words,
            why=f"{_rule_of(now, step)} (asked on the way to “{now.next.title}”)",
            criterion_code=step.about if step.kind == "level" else SECTIONS.get(step.kind, ""),
            who=WHO.get(step.kind, Action.Who.GROUP),
            suggestion_key=wanted,
            client_id=_client_id(request),
        )
    except ForeignForm:
        messages.error(request, "This form was used before. Press the button once more.")
        return redirect("case_route", pk=pk)
    messages.success(request, f"Added to the plan: {step.words}.")
    return redirect("case_route", pk=pk)


def _client_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return None


def _facts(group: CommunityGroup, ladder: Ladder) -> Facts:
    own = CommunityGroup.objects.filter(pk=group.pk)
    return facts_of(own, ladder, timezone.localdate())[group.pk]


def key_of(step: Step) -> str:
    """What an action that was made of a step is known by."""
    return f"route-{step.kind}-{step.about}"[:80]


def _in_plan(group: CommunityGroup) -> set[str]:
    """Keys of the steps that are open actions of the plan."""
    return set(
        Action.objects.open()
        .filter(plan__group=group, suggestion_key__startswith="route-")
        .values_list("suggestion_key", flat=True)
    )


def _rule_of(now: Standing, step: Step) -> str:
    assert now.next is not None
    return next(
        rule.words for rule in now.next.unmet if any(key_of(each) == key_of(step) for each in rule.steps)
    )


def place_of(step: Step, group: CommunityGroup) -> str:
    """Where a step is done."""
    name, has_key = PLACES[step.kind]
    if step.about == "named-contact":
        return reverse("group_profile", args=[group.pk])
    return reverse(name, args=[group.pk, step.about] if has_key else [group.pk])
