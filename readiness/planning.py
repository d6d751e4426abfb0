"""What is done with the living plan: actions added, changed and reported on. Writes only; pages read by querysets.

Every change counts up the plan's revision. An action carries a version, so that a stale save changes nothing and
the page can show both.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from groups.models import CommunityGroup, User, Visit
from readiness.models import Action, ActionNote, Plan

CONTENT_FIELDS = ("criterion_code", "what", "why", "first_step", "who", "person", "due_on", "support")


class StaleAction(ValueError):
    """Somebody else has changed the action since it was read. `current` is what is stored now."""

    def __init__(self, current: Action) -> None:
        super().__init__("This action was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to a form of another plan or person."""


def plan_of(group: CommunityGroup) -> Plan:
    """The group's living plan, begun if there is none. Two at once get the same one."""
    # get_or_create looks again when another transaction was faster; the group is unique.
    return Plan.objects.get_or_create(group=group)[0]


def plan_to_read(group: CommunityGroup) -> Plan:
    """The group's living plan with its group, LIO and caseworker; an empty one, not stored, if there is none."""
    return Plan.objects.select_related("group__lio", "group__caseworker").filter(group=group).first() or Plan(
        group=group
    )


def add_action(
    *,
    plan: Plan,
    by: User,
    what: str,
    client_id: UUID | None = None,
    criterion_code: str = "",
    why: str = "",
    first_step: str = "",
    who: str = Action.Who.GROUP,
    person: str = "",
    due_on: date | None = None,
    support: str = "",
    suggestion_key: str = "",
    visit: Visit | None = None,
) -> Action:
    """A new action of the plan, to do. A client_id used before returns the action that it made.

    Raises ValueError for an action without words or an unknown "who", and ForeignForm where the client id made
    an action of another plan.
    """
    if not what.strip():
        raise ValueError("Say what will be done.")
    if who not in Action.Who.values:
        raise ValueError("An action is done by the group, the LIO or both.")
    if (made := _made_before(client_id, plan)) is not None:
        return made
    try:
        with transaction.atomic():
            action = Action.objects.create(
                plan=plan,
                created_by=by,
                what=what.strip(),
                criterion_code=criterion_code,
                why=why.strip(),
                first_step=first_step.strip(),
                who=who,
                person=person.strip(),
                due_on=due_on,
                support=support.strip(),
                suggestion_key=suggestion_key,
                visit=visit,
                **({"client_id": client_id} if client_id else {}),
            )
            _count_up(plan.pk)
    except IntegrityError:  # the same form, sent twice at once
        if (made := _made_before(client_id, plan)) is None:
            raise
        return made
    return action


def change_action(*, action: Action, version: int, **content: Any) -> Action:
    """The action with new CONTENT_FIELDS. version is what the writer read; the trail notes who is signed in.

    Saving what is stored already changes nothing. Raises StaleAction where it is newer and differs, and
    ValueError for an action without words or a field that isn't content.
    """
    if unknown := set(content) - set(CONTENT_FIELDS):
        raise ValueError(f"Not content of an action: {', '.join(sorted(unknown))}")
    wanted = {name: value.strip() if isinstance(value, str) else value for name, value in content.items()}
    if not wanted.get("what", "kept"):
        raise ValueError("Say what will be done.")
    with transaction.atomic():
        current = _locked(action)
        if _holds(current, wanted):
            return current
        if current.version != version:
            raise StaleAction(current)
        return _store(current, wanted)


def report_progress(
    *,
    action: Action,
    by: User,
    state: str,
    text: str = "",
    version: int | None = None,
    reason: str = "",
    done_on: date | None = None,
    client_id: UUID | None = None,
) -> ActionNote | None:
    """Sets an action's state and keeps what was said; returns the note, None where there is nothing to note.

    version: what the writer read; None skips that comparison. A client_id used before changes nothing and
    returns its note. Raises StaleAction where the action is newer and its state differs from the wanted one,
    and ValueError for "dropped" without a reason or "done" on a day to come.
    """
    wanted = _state_fields(state, reason, done_on)
    with transaction.atomic():
        current = _locked(action)
        if (said := _said_before(client_id, current, by)) is not None:
            return said
        changed = not _holds(current, wanted)
        if changed:
            if version is not None and version != current.version:
                raise StaleAction(current)
            _store(current, wanted)
        if not changed and not text.strip():
            return None
        return _note(current, by=by, text=text, client_id=client_id, state_after=state if changed else "")


def report_as_lead(
    *,
    action: Action,
    by: User,
    state: str,
    seen_state: str,
    text: str = "",
    client_id: UUID | None = None,
) -> ActionNote | None:
    """The group's lead says how an action goes: to do, doing or done. Returns the note that keeps it.

    seen_state is the state that the lead's page showed. Raises StaleAction where it is another by now, and
    ValueError for a state that isn't a lead's to set.
    """
    if state not in {Action.State.TO_DO, Action.State.DOING, Action.State.DONE}:
        raise ValueError("Only your LIO can take an action out of the plan.")
    with transaction.atomic():
        current = _locked(action)
        if (said := _said_before(client_id, current, by)) is not None:
            return said
        if current.state == state:
            return (
                _note(current, by=by, text=text, client_id=client_id, by_lead=True) if text.strip() else None
            )
        if current.state != seen_state or current.state == Action.State.DROPPED:
            raise StaleAction(current)
        _store(current, _state_fields(state, "", None))
        return _note(current, by=by, text=text, client_id=client_id, by_lead=True, state_after=state)


def ask_for_help(*, action: Action, by: User, text: str, client_id: UUID | None = None) -> ActionNote:
    """The lead's call for help with an action; officers see it until one marks it as answered.

    Raises ValueError where nothing is said, so that the officer knows what to bring.
    """
    if not text.strip():
        raise ValueError("Say in a few words what you need help with.")
    with transaction.atomic():
        current = _locked(action)
        if (said := _said_before(client_id, current, by)) is not None:
            return said
        return _note(current, by=by, text=text, client_id=client_id, by_lead=True, kind=ActionNote.Kind.HELP)


def answer_help(*, note: ActionNote, by: User, text: str = "", client_id: UUID | None = None) -> None:
    """Marks a call for help as answered, with the reply where there is one. A second time changes nothing more."""
    with transaction.atomic():
        action = _locked(note.action)
        if _said_before(client_id, action, by) is not None:
            return
        # The trail of who answered is the first one's.
        ActionNote.objects.filter(pk=note.pk, kind=ActionNote.Kind.HELP, answered_at__isnull=True).update(
            answered_at=timezone.now(), answered_by=by
        )
        if text.strip():
            _note(action, by=by, text=text, client_id=client_id)


def open_help(user: User) -> QuerySet[ActionNote]:
    """Calls for help of leads that nobody has answered, of the groups this officer works with, oldest first."""
    return (
        ActionNote.objects.filter(
            kind=ActionNote.Kind.HELP,
            answered_at__isnull=True,
            action__plan__group__in=CommunityGroup.objects.editable_by(user),
        )
        .select_related("action__plan__group", "author")
        .order_by("written_at", "pk")
    )


def _state_fields(state: str, reason: str, done_on: date | None) -> dict[str, Any]:
    """The columns that belong to a state: "dropped" has its reason and "done" its day, others have neither."""
    if state not in Action.State.values:
        raise ValueError("An action is to do, doing, done or dropped.")
    if state == Action.State.DROPPED and not reason.strip():
        raise ValueError("Say why this was dropped.")
    today = timezone.localdate()
    if state == Action.State.DONE and done_on is not None and done_on > today:
        raise ValueError("The day it was done can't be in the future.")
    return {
        "state": state,
        "dropped_reason": reason.strip() if state == Action.State.DROPPED else "",
        "done_on": (done_on or today) if state == Action.State.DONE else None,
    }


def _holds(action: Action, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(action, name) == value for name, value in wanted.items())


def _store(action: Action, wanted: Mapping[str, Any]) -> Action:
    for name, value in wanted.items():
        setattr(action, name, value)
    action.version += 1
    action.save()
    _count_up(action.plan_id)
    return action


def _note(
    action: Action,
    *,
    by: User,
    text: str,
    client_id: UUID | None,
    by_lead: bool = False,
    kind: str = ActionNote.Kind.PROGRESS,
    state_after: str = "",
) -> ActionNote:
    return ActionNote.objects.create(
        action=action,
        author=by,
        by_lead=by_lead,
        kind=kind,
        text=text.strip(),
        state_after=state_after,
        **({"client_id": client_id} if client_id else {}),
    )


def _locked(action: Action) -> Action:
    """The action, locked until the transaction ends, so that what was compared is what is changed."""
    return Action.objects.select_for_update(of=("self",)).select_related("plan").get(pk=action.pk)


def _count_up(plan_id: int) -> None:
    Plan.objects.filter(pk=plan_id).update(revision=F("revision") + 1)


def _made_before(client_id: UUID | None, plan: Plan) -> Action | None:
    action = Action.objects.filter(client_id=client_id).first() if client_id else None
    if action is not None and action.plan_id != plan.pk:
        raise ForeignForm("This form belongs to another plan.")
    return action


def _said_before(client_id: UUID | None, action: Action, by: User) -> ActionNote | None:
    note = ActionNote.objects.filter(client_id=client_id).first() if client_id else None
    if note is not None and (note.action_id != action.pk or note.author_id != by.pk):
        raise ForeignForm("This form belongs to another note.")
    return note
