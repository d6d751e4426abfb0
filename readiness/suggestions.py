"""Suggested actions: what the edition offers a group at its levels, for an officer to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from groups.models import User
from readiness.models import Action, Assessment, Plan, SuggestedAction
from readiness.planning import add_action


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggested action of a criterion at the group's level, and whether the plan has it already."""

    action: SuggestedAction
    level: int
    known: Action | None
    """The plan's action that came from it, where there is one."""

    @property
    def is_open_to_choose(self) -> bool:
        """One that was dropped may be taken up again; one that is open or done stands in the plan."""
        return self.known is None or self.known.state == Action.State.DROPPED

    def due_on(self, today: date) -> date:
        return today + timedelta(weeks=self.action.weeks)


@dataclass(frozen=True, slots=True)
class Choice:
    """A suggestion that an officer has chosen, with who does it and by when."""

    action: SuggestedAction
    who: str
    due_on: date | None


def suggestions_for(plan: Plan, assessment: Assessment) -> list[Suggestion]:
    """What the edition suggests at each answered level, in three queries: lowest level first, at a tie theme 2.2
    before 2.1 (working with providers opens the next step of the route), then the edition's order.
    """
    levels: dict[int, int] = {
        criterion: level
        for criterion, level in assessment.answers.values_list("criterion_id", "level")
        if level is not None
    }
    known = {
        (action.criterion_code, action.suggestion_key): action
        for action in Action.objects.filter(plan_id=plan.pk).exclude(suggestion_key="").order_by("pk")
    }
    offered = SuggestedAction.objects.filter(criterion__in=levels).select_related("criterion__theme")
    found = [
        Suggestion(action, action.level, known.get((action.criterion.code, action.key)))
        for action in offered
        if levels[action.criterion_id] == action.level
    ]
    return sorted(
        found,
        key=lambda item: (
            item.level,
            -item.action.criterion.theme.position,
            item.action.criterion.position,
            item.action.position,
            item.action.pk,
        ),
    )


def add_suggestions(*, plan: Plan, by: User, choices: Iterable[Choice], client_id: UUID) -> list[Action]:
    """Puts what an officer has chosen into the plan, all or nothing; returns the actions that are new.

    Each is there once: a suggestion that a colleague has added meanwhile, or that the same form brought
    before, is passed over.
    """
    added = []
    with transaction.atomic():
        Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        standing = set(
            plan.actions.exclude(suggestion_key="")
            .exclude(state=Action.State.DROPPED)
            .values_list("criterion_code", "suggestion_key")
        )
        for choice in choices:
            criterion, suggestion = choice.action.criterion, choice.action
            if (criterion.code, suggestion.key) in standing:
                continue
            added.append(
                add_action(
                    plan=plan,
                    by=by,
                    what=suggestion.what,
                    client_id=uuid5(client_id, f"{criterion.code} {suggestion.key}"),
                    criterion_code=criterion.code,
                    first_step=suggestion.first_step,
                    who=choice.who,
                    due_on=choice.due_on,
                    support=suggestion.support,
                    suggestion_key=suggestion.key,
                )
            )
    return added
