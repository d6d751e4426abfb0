"""A group's living plan: its actions, those suggested, and how they go."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, can_edit, get_editable_group, get_group
from groups.models import CommunityGroup
from readiness.forms.plans import (
    WHO_CHOICES,
    ActionForm,
    AnswerHelpForm,
    ProgressForm,
    SuggestionForm,
)
from readiness.models import Action, ActionNote, Assessment, Edition, Plan
from readiness.planning import (
    CONTENT_FIELDS,
    ForeignForm,
    StaleAction,
    add_action,
    answer_help,
    change_action,
    plan_of,
    plan_to_read,
    report_progress,
)
from readiness.suggestions import Choice, add_suggestions, suggestions_for
from readiness.support import by_account
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form

FIELD_WORDS = {
    "what": "What will be done",
    "why": "Why",
    "first_step": "First step",
    "who": "Who does it",
    "person": "Name of the person",
    "due_on": "By when",
    "support": "Help your organisation gives",
    "criterion_code": "Toolkit section",
}
ANOTHER_FORM = "This form was used for something else before. Check what you typed and send it again."


@require_safe
def case_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The group's actions by day, what was said about them, and the versions issued. 12 queries at most."""
    group = get_group(request, pk)
    plan = Plan.objects.filter(group=group).first()
    actions: list[Action] = []
    if plan is not None:
        actions = list(
            plan.actions.prefetch_related(
                Prefetch("notes", ActionNote.objects.select_related("author", "answered_by"))
            )
        )
    who = request.GET.get("who", "")
    who = who if who in Action.Who.values else ""
    edition = _edition_of(group)
    titles = dict(edition.criteria.values_list("code", "title")) if edition else {}
    shown = [
        (action, titles.get(action.criterion_code, "")) for action in actions if not who or action.who == who
    ]
    issues = list(plan.issues.select_related("issued_by").defer("snapshot")) if plan else []
    notes = [note for action in actions for note in action.notes.all()]
    return render(
        request,
        "plans/case_plan.html",
        {
            "group": group,
            "can_edit": can_edit(request, group),
            "tab": "plan",
            "plan": plan,
            "actions": actions,
            "open_actions": [row for row in shown if row[0].state in _OPEN],
            "closed_actions": [row for row in shown if row[0].state not in _OPEN],
            "late": sum(action.is_late for action in actions),
            "who": who,
            "who_choices": WHO_CHOICES,
            "edition": edition,
            "help_notes": [
                note for note in notes if note.kind == ActionNote.Kind.HELP and note.answered_at is None
            ],
            "issues": issues,
            "next_number": issues[0].number + 1 if issues else 1,
        },
    )


_OPEN = {Action.State.TO_DO, Action.State.DOING}


@require_http_methods(["GET", "HEAD", "POST"])
def plan_suggestions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What the edition suggests at the group's levels; the officer ticks what goes into the plan."""
    group = get_editable_group(request, pk)
    latest = Assessment.objects.filter(group=group, is_latest=True).select_related("edition").first()
    if latest is None:
        return render(request, "plans/no_suggestions.html", {"group": group, "can_edit": True, "tab": "plan"})
    plan = plan_to_read(group)
    today = timezone.localdate()
    posted = request.POST if request.method == "POST" else None
    rows = [
        (
            suggestion,
            SuggestionForm(
                posted,
                prefix=f"s{suggestion.action.pk}",
                initial={"who": suggestion.action.who, "due_on": suggestion.due_on(today)},
            )
            if suggestion.is_open_to_choose
            else None,
        )
        for suggestion in suggestions_for(plan, latest)
    ]
    client_id, nothing_chosen, wrong = _client_id(request), False, []
    if posted is not None:
        chosen = [
            (item, form) for item, form in rows if form and form.is_valid() and form.cleaned_data["chosen"]
        ]
        wrong = [form for _, form in rows if form and form.errors]
        nothing_chosen = not chosen and not wrong
        if chosen and not wrong:
            added = add_suggestions(
                plan=plan_of(group),
                by=request.user,
                choices=[
                    Choice(item.action, form.cleaned_data["who"], form.cleaned_data["due_on"])
                    for item, form in chosen
                ],
                client_id=client_id,
            )
            count = len(added)
            if count:
                messages.success(request, f"{count} action{'' if count == 1 else 's'} added to the plan.")
            else:
                messages.info(request, "These actions are in the plan already.")
            return redirect("case_plan", pk=group.pk)
        if nothing_chosen and any(name.endswith("-chosen") for name in posted):
            messages.info(request, "These actions are in the plan already.")
            return redirect("case_plan", pk=group.pk)
    return render(
        request,
        "plans/suggestions.html",
        {
            "group": group,
            "can_edit": True,
            "tab": "plan",
            "latest": latest,
            "edition": latest.edition,
            "rows": rows,
            "told": by_account(latest, {item.action.criterion.code: item.level for item, _ in rows}),
            "client_id": client_id,
            "nothing_chosen": nothing_chosen,
            "wrong": wrong,
        },
        status=422 if nothing_chosen or wrong else 200,
    )


def _client_id(request: HttpRequest) -> UUID:
    """The id of the form that was sent, or a new one."""
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return uuid4()


@require_http_methods(["GET", "HEAD", "POST"])
def action_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """An action in the officer's own words. A form sent twice makes one."""
    group = get_editable_group(request, pk)
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if (
        sent
        and request.method != "POST"
        and Action.objects.filter(client_id=sent, plan__group=group).exists()
    ):
        messages.info(request, "This action is in the plan already.")
        return redirect("case_plan", pk=group.pk)
    edition = _edition_of(group)
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        sections=_sections(edition),
        initial={
            "client_id": sent or uuid4(),
            "criterion_code": request.GET.get("section", "") if edition else "",
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                add_action(
                    plan=plan_of(group),
                    by=request.user,
                    client_id=form.cleaned_data["client_id"],
                    **form.content(),
                )
            except ForeignForm:
                send_again(form, client_id=str(uuid4()))
                form.add_error(None, ANOTHER_FORM)
            else:
                messages.success(request, "Action added to the plan.")
                return redirect("case_plan", pk=group.pk)
    context = {"group": group, "can_edit": True, "tab": "plan", "form": form}
    return render(request, "plans/action_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def action_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Another wording, person or day. A save over a colleague's change is refused and shows both."""
    action, group = _editable_action(request, pk)
    sections = _sections(_edition_of(group))
    kept = {name: getattr(action, name) for name in CONTENT_FIELDS}
    differences: list[tuple[str, Any, Any]] = []
    if request.method == "POST":
        form = ActionForm(request.POST, sections=sections, initial=kept)
        status = 422
        if form.is_valid():
            try:
                change_action(action=action, version=form.cleaned_data["version"] or 0, **form.content())
            except StaleAction as stale:
                status = 409
                differences = _differences(form.content(), stale.current, sections)
                # Sending it again is a decision made in sight of both.
                send_again(form, version=str(stale.current.version))
            else:
                messages.success(request, "Action saved.")
                return redirect("case_plan", pk=group.pk)
    else:
        form = ActionForm(sections=sections, initial={**kept, "version": action.version})
        status = 200
    context = {
        "group": group,
        "can_edit": True,
        "tab": "plan",
        "form": form,
        "action": action,
        "differences": differences,
    }
    return render(request, "plans/action_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def action_note(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """How an action goes: its state and a note, with everything said so far."""
    action, group = _editable_action(request, pk)
    stale: Action | None = None
    if request.method == "POST":
        form = ProgressForm(request.POST)
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                note = report_progress(
                    action=action,
                    by=request.user,
                    state=data["state"],
                    text=data["text"],
                    version=data["version"],
                    reason=data["reason"],
                    done_on=data["done_on"],
                    client_id=data["client_id"],
                )
            except StaleAction as found:
                status, stale = 409, found.current
                send_again(form, version=str(stale.version))
            except ForeignForm:
                send_again(form, client_id=str(uuid4()))
                form.add_error(None, ANOTHER_FORM)
            else:
                if note is None:
                    messages.info(request, "Nothing was changed.")
                else:
                    messages.success(request, "Progress saved.")
                return redirect(f"{reverse('case_plan', args=[group.pk])}#action-{action.pk}")
    else:
        form = ProgressForm(
            initial={
                "state": action.state,
                "done_on": action.done_on,
                "reason": action.dropped_reason,
                "version": action.version,
            }
        )
        status = 200
    context = {
        "group": group,
        "can_edit": True,
        "tab": "plan",
        "form": form,
        "action": action,
        "stale": stale,
        "notes": action.notes.select_related("author", "answered_by"),
    }
    return render(request, "plans/progress.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def help_reply(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A lead's call for help: reply, or mark it as answered."""
    note = get_object_or_404(
        ActionNote.objects.filter(
            kind=ActionNote.Kind.HELP,
            action__plan__group__in=CommunityGroup.objects.visible_to(request.user),
        ).select_related("action__plan", "author", "answered_by"),
        pk=pk,
    )
    group = get_editable_group(request, note.action.plan.group_id)
    form = AnswerHelpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_help(
                note=note,
                by=request.user,
                text=form.cleaned_data["text"],
                client_id=form.cleaned_data["client_id"],
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, ANOTHER_FORM)
        else:
            messages.success(request, "Marked as answered.")
            return redirect(f"{reverse('case_plan', args=[group.pk])}#action-{note.action_id}")
    context = {"group": group, "can_edit": True, "tab": "plan", "form": form, "note": note}
    return render(request, "plans/help_reply.html", context, status=422 if form.errors else 200)


def _editable_action(request: HttpRequest, pk: int) -> tuple[Action, CommunityGroup]:
    """An action of a group whose case file this person may write.

    Raises Http404 where they may not even read it, PermissionDenied where they may only read.
    """
    action = get_object_or_404(
        Action.objects.visible_to(request.user).select_related("plan__group__lio", "plan__group__caseworker"),
        pk=pk,
    )
    if not can_edit(request, action.plan.group):
        raise PermissionDenied("Only officers of this group's LIO can change its plan.")
    return action, action.plan.group


def _edition_of(group: CommunityGroup) -> Edition | None:
    """The edition that the group's sections are named by: its latest assessment's, else the current one."""
    latest = Assessment.objects.filter(group=group, is_latest=True).select_related("edition").first()
    return latest.edition if latest else Edition.objects.filter(is_current=True).first()


def _sections(edition: Edition | None) -> list[tuple[str, str]]:
    if edition is None:
        return []
    return [(code, f"{code} {title}") for code, title in edition.criteria.values_list("code", "title")]


def _differences(
    typed: dict[str, Any], stored: Action, sections: list[tuple[str, str]]
) -> list[tuple[str, Any, Any]]:
    """Field words, what was typed and what is stored, for the fields where the two differ."""
    words = {"who": dict(Action.Who.choices), "criterion_code": dict(sections)}

    def said(name: str, value: Any) -> Any:
        if name == "due_on" and value:
            return f"{value:%-d %B %Y}"
        return words[name].get(value, value) if name in words else value

    return [
        (label, said(name, typed[name]), said(name, getattr(stored, name)))
        for name, label in FIELD_WORDS.items()
        if typed[name] != getattr(stored, name)
    ]
