"""The cards of an assessment page, one for each criterion: what is asked, what was said, what is being said.

A card carries the version and a digest of the answer it shows. Saving takes only cards that were changed, so a
colleague's answer to another card is never mistaken for a conflict, and one to the same card never overwritten.
"""

from dataclasses import dataclass, field

from django.http import QueryDict

from groups.models import User
from readiness import scoring
from readiness.assessing import StaleAnswer, save_answer, score_answers
from readiness.forms.assessments import THEIRS, AnswerForm, chosen, mark_of, prefix_of
from readiness.models import Answer, Assessment, Criterion
from readiness.suggested_levels import Suggestion
from readiness.support import suggestions_of


@dataclass(slots=True)
class Choice:
    """One of the five levels as a radio button."""

    value: str
    word: str
    says: str
    is_checked: bool
    was_last_time: bool


@dataclass(slots=True)
class Card:
    """One criterion on the page. `conflict` is a colleague's answer that a changed card has met; `suggestion` what the
    record suggests, None where no rule says anything.
    """

    criterion: Criterion
    form: AnswerForm
    stored: Answer | None
    last: Answer | None
    level_names: list[str]
    conflict: Answer | None = None
    was_saved: bool = False
    suggestion: Suggestion | None = None
    mark: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.mark = mark_of(self.stored)

    @property
    def key(self) -> str:
        return prefix_of(self.criterion)

    @property
    def chosen(self) -> str:
        """What is ticked: what was posted, otherwise what is stored."""
        return str(self.form["answer"].value() or "")

    @property
    def choices(self) -> list[Choice]:
        last = chosen(self.last)
        return [
            Choice(
                value=str(item.level),
                word=self.level_names[item.level].capitalize(),
                says=item.text,
                is_checked=self.chosen == str(item.level),
                was_last_time=last == str(item.level),
            )
            for item in self.criterion.descriptors.all()
        ]

    @property
    def is_by_account(self) -> bool:
        """Whether the level that is ticked stands above what the record supports."""
        return (
            self.suggestion is not None
            and self.chosen.isdigit()
            and not self.suggestion.supports(int(self.chosen))
        )

    @property
    def can_be_opened_again(self) -> bool:
        return bool(self.stored and self.stored.is_answered)

    def show_stored(self) -> None:
        """Puts what is stored on the card in place of what was posted."""
        self.form = AnswerForm(initial=_initial(self.stored), prefix=self.key)
        self.mark = mark_of(self.stored)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a draft is: answered criteria of all, the provisional scores as shown, and its band."""

    answered: int
    total: int
    overall: int | None
    themes: dict[str, int | None]

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total


def last_time(draft: Assessment) -> Assessment | None:
    """What a draft is compared with: the one it corrects, otherwise the group's latest; None for the first.

    Levels of another edition describe something else, so an assessment under another edition doesn't count.
    """
    if draft.corrects is not None:
        return draft.corrects
    return Assessment.objects.filter(group=draft.group_id, is_latest=True, edition=draft.edition_id).first()


def answers_of(assessment: Assessment | None) -> dict[int, Answer]:
    """The answers of an assessment by criterion id, with who gave them."""
    if assessment is None:
        return {}
    return {
        answer.criterion_id: answer
        for answer in assessment.answers.select_related("answered_by", "criterion").order_by()
    }


def with_suggestions(cards: list[Card], draft: Assessment) -> list[Card]:
    """The cards, each with what the record suggests. Two queries."""
    suggestions = suggestions_of(draft)
    for card in cards:
        card.suggestion = suggestions.get(card.criterion.code)
    return cards


def cards_of(
    draft: Assessment,
    *,
    theme: str | None = None,
    last: Assessment | None = None,
    posted: QueryDict | None = None,
) -> list[Card]:
    """The cards of one theme, or of all; with posted, filled with what was sent. Cards not sent are left out."""
    criteria = draft.edition.criteria.select_related("theme").prefetch_related("descriptors")
    if theme is not None:
        criteria = criteria.filter(theme__code=theme)
    stored, before = answers_of(draft), answers_of(last)
    cards = []
    for criterion in criteria:
        answer = stored.get(criterion.pk)
        prefix = prefix_of(criterion)
        if posted is not None and f"{prefix}-mark" not in posted:
            continue
        cards.append(
            Card(
                criterion=criterion,
                form=AnswerForm(posted, initial=_initial(answer), prefix=prefix),
                stored=answer,
                last=before.get(criterion.pk),
                level_names=draft.edition.settings["level_names"],
            )
        )
    return cards


def save_cards(cards: list[Card], *, draft: Assessment, by: User) -> None:
    """Stores each changed card that is in order. Others keep their errors, or get `conflict`; none is lost.

    Raises AlreadyComplete where the assessment was completed in the meantime.
    """
    for card in cards:
        if not card.form.is_valid():
            card.mark = card.form["mark"].value() or card.mark
            continue
        if card.form.cleaned_data["keep"] == THEIRS or card.form.is_untouched:
            card.show_stored()
            continue
        try:
            card.stored = save_answer(
                draft=draft,
                criterion=card.criterion,
                by=by,
                version=card.form.version,
                **card.form.stored_values(),
            )
        except StaleAnswer as stale:
            card.stored = card.conflict = stale.current
        else:
            card.was_saved = True
        card.mark = mark_of(card.stored)


def progress_of(draft: Assessment) -> Progress:
    """How far a draft is, from what is stored."""
    answers: dict[str, int | None | scoring.NotApplicable] = {
        code: scoring.NOT_APPLICABLE if not_applicable else level
        for code, level, not_applicable in draft.answers.order_by().values_list(
            "criterion__code", "level", "not_applicable"
        )
    }
    score = score_answers(draft.edition, answers)
    return Progress(
        answered=score.answered,
        total=score.total,
        overall=None if score.overall is None else scoring.shown(score.overall),
        themes={
            code: None if value is None else scoring.shown(value) for code, value in score.themes.items()
        },
    )


def _initial(answer: Answer | None) -> dict[str, str]:
    return {
        "answer": chosen(answer),
        "na_reason": answer.na_reason if answer else "",
        "note": answer.note if answer else "",
    }
