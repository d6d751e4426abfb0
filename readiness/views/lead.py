"""The group lead's own page: the plan as it was issued, and how its actions go."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, get_led_group, leads_only
from groups.lead_papers import notices_of
from groups.models import CommunityGroup
from readiness.forms.plans import LeadForm
from readiness.issuing import newest_version
from readiness.models import Action, ActionNote, IssuedPlan, Plan
from readiness.plan_snapshot import OPEN_STATES, strengths_in_words, where_you_are
from readiness.planning import ForeignForm, StaleAction, ask_for_help, report_as_lead
from readiness.route_facts import NAMED_CONTACT, Ladder, current_ladder, facts_of
from readiness.route_keeping import route_of
from readiness.route_words import lead_has_words, lead_words
from readiness.routes import Step
from toolkit_portal.core.form_ids import send_again


@dataclass(frozen=True, slots=True)
class IssuedAction:
    """An action in the words of the newest version, with its live state."""

    words: dict[str, Any]
    live: Action
    client_id: UUID
    """Of the form beside it."""

    @property
    def due_on(self) -> date | None:
        return date.fromisoformat(self.words["due_on"]) if self.words["due_on"] else None

    @property
    def is_late(self) -> bool:
        due = self.due_on
        return self.is_open and due is not None and due < timezone.localdate()

    @property
    def is_open(self) -> bool:
        return self.live.state in OPEN_STATES

    @property
    def is_leads_to_report(self) -> bool:
        """Whether the group has a part in it; how the LIO's own actions go, its officers say."""
        return self.words["who"] != Action.Who.LIO

    @property
    def waits_for_help(self) -> bool:
        return any(
            note.kind == ActionNote.Kind.HELP and note.answered_at is None for note in self.live.notes.all()
        )


@leads_only
@require_safe
def lead_plan(request: AuthenticatedRequest) -> HttpResponse:
    """The plan of the group that this person leads; ?group= chooses where they lead several. At most 20 queries."""
    asked = request.GET.get("group", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        raise Http404("No such group.")
    group = get_led_group(request, int(asked) if asked else None)
    issue = _newest(group)
    actions = _issued_actions(issue) if issue else []
    waiting = [action for action in actions if action.is_open]
    standing = issue.snapshot["standing"] if issue else None
    return render(
        request,
        "lead/plan.html",
        {
            "group": group,
            "led": CommunityGroup.objects.led_by(request.user).only("pk", "name"),
            "issue": issue,
            "standing": standing,
            "where_you_are": where_you_are(standing),
            "route": route_of(group),
            "paper_notices": notices_of(group, timezone.localdate()),
            "strengths": strengths_in_words(standing) if standing else [],
            "yours": [action for action in waiting if action.is_leads_to_report],
            "theirs": [action for action in waiting if not action.is_leads_to_report],
            "finished": [action for action in actions if action.live.state == Action.State.DONE],
            "dropped": [
                action
                for action in actions
                if action.live.state == Action.State.DROPPED and action.words["state"] != Action.State.DROPPED
            ],
        },
    )


@leads_only
@require_safe
def lead_route(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What the group is ready for, what it has already, and what would help next, in words that encourage."""
    group = get_led_group(request, pk)
    ladder = current_ladder()
    context: dict[str, Any] = {"group": group}
    if ladder is not None:
        own = CommunityGroup.objects.filter(pk=group.pk)
        now = ladder.standing(facts_of(own, ladder, timezone.localdate())[group.pk])
        context |= {
            "standing": now,
            "has": [lead_has_words(rule, ladder.scale) for rule in (now.next or now.route).rules if rule.met],
            "titles": list(ladder.titles.values()),
            "steps": [
                {"words": lead_words(step, ladder.scale.titles), "url": _lead_place(step, group, ladder)}
                for step in now.steps
            ],
        }
    return render(request, "lead/route.html", context)


def _lead_place(step: Step, group: CommunityGroup, ladder: Ladder) -> str:
    """Where a lead can do a step or read what to try; empty for what is done together with the officer."""
    if step.kind == "paper" and step.about != NAMED_CONTACT:
        return reverse("lead_paper", args=[group.pk, step.about])
    if step.kind == "level":
        return reverse("toolkit_section", args=[ladder.edition.code, step.about])
    return ""


@leads_only
@require_http_methods(["GET", "HEAD", "POST"])
def lead_action(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One action of the issued plan: done, begun, not done after all, help wanted, or a note."""
    action, group = _led_action(request, pk)
    form = LeadForm(
        request.POST if request.method == "POST" else None, initial={"seen_state": action.live.state}
    )
    status, changed = 200, False
    if request.method == "POST":
        status = 422
        if (
            form.is_valid()
            and not action.is_leads_to_report
            and form.cleaned_data["act"] in Action.State.values
        ):
            form.add_error(None, "Your LIO does this one. You can ask for help with it or write a note.")
        if form.is_valid():
            try:
                words = _say(request, action.live, form.cleaned_data)
            except StaleAction:
                status, changed = 409, True
                action, group = _led_action(request, pk)
                form = LeadForm(initial={"seen_state": action.live.state, "text": form.cleaned_data["text"]})
            except ForeignForm:
                send_again(form, client_id=str(uuid4()))
                form.add_error(None, "This form was used for something else before. Send it again.")
            else:
                messages.success(request, words)
                return redirect(f"{reverse('lead_plan')}?group={group.pk}#action-{action.live.pk}")
    context = {"group": group, "item": action, "form": form, "changed": changed}
    return render(request, "lead/action.html", context, status=status)


def _say(request: AuthenticatedRequest, action: Action, data: dict[str, Any]) -> str:
    """Keeps what the lead said; the words to thank them with."""
    common = {"action": action, "by": request.user, "text": data["text"], "client_id": data["client_id"]}
    act = data["act"]
    if act == LeadForm.HELP:
        ask_for_help(**common)
        return "Your LIO sees that you ask for help, and will get in touch."
    state = action.state if act == LeadForm.NOTE else act
    report_as_lead(state=state, seen_state=data["seen_state"], **common)
    return {
        LeadForm.DONE: "Well done! This is marked as done.",
        LeadForm.DOING: "Good: this is marked as begun.",
        LeadForm.TO_DO: "This is back on your list.",
        LeadForm.NOTE: "Your note is saved. Your LIO sees it.",
    }[act]


def _newest(group: CommunityGroup) -> IssuedPlan | None:
    plan = Plan.objects.filter(group=group).first()
    return newest_version(plan) if plan else None


def _issued_actions(issue: IssuedPlan) -> list[IssuedAction]:
    """The actions of a version by day, those without a date last."""
    live = {
        action.pk: action
        for action in Action.objects.filter(plan=issue.plan_id).prefetch_related(
            Prefetch("notes", ActionNote.objects.select_related("author", "answered_by"))
        )
    }
    return [
        IssuedAction(words, live[words["id"]], uuid4())
        for words in sorted(issue.snapshot["actions"], key=lambda words: words["due_on"] or "9999")
        if words["id"] in live
    ]


def _led_action(request: AuthenticatedRequest, pk: int) -> tuple[IssuedAction, CommunityGroup]:
    """An action that the newest version of a group's plan shows to this lead. Raises Http404 for any other."""
    action = (
        Action.objects.filter(pk=pk, plan__group__in=CommunityGroup.objects.led_by(request.user))
        .select_related("plan")
        .first()
    )
    if action is None:
        raise Http404("No such action.")
    group = get_led_group(request, action.plan.group_id)
    issue = _newest(group)
    for item in _issued_actions(issue) if issue else []:
        if item.live.pk == pk:
            return item, group
    raise Http404("No such action.")
