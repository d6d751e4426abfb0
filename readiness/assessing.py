"""What is done with assessments: open a draft, answer, complete, correct. Writes only; pages read by querysets.

A draft is shared by the officers of an LIO. Each answer carries a version, so that a stale save changes nothing
and the page can show both.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from groups.credentials import readiness_changed
from groups.models import CommunityGroup, User, Visit
from readiness import scoring
from readiness.models import Answer, Assessment, Criterion, Edition


class Incomplete(ValueError):
    """An assessment can't be completed: `codes` are the criteria without an answer."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__("Not answered yet: " + ", ".join(codes))
        self.codes = codes


class AlreadyComplete(ValueError):
    """A complete assessment never changes; a correction is a new one."""


class ChangedSince(ValueError):
    """Answers of the draft were changed after the page that the request comes from was shown."""


class StaleDate(ValueError):
    """Somebody else has changed the day assessed in the meantime. `current` is what is stored now."""

    def __init__(self, current: date) -> None:
        super().__init__("The date was changed by somebody else in the meantime.")
        self.current = current


class StaleAnswer(ValueError):
    """Somebody else has changed the answer since it was read. `current` is what is stored now."""

    def __init__(self, current: Answer) -> None:
        super().__init__(f"{current.criterion.code} was changed by somebody else in the meantime.")
        self.current = current


def open_draft(
    *, group: CommunityGroup, by: User | None, on: date | None = None, client_id: UUID | None = None
) -> Assessment:
    """The group's draft, begun with the current edition if there is none. A group has one draft at a time.

    client_id: a form sent twice opens one assessment; if that one is complete by now, it is returned as it is.
    """
    known = Assessment.objects.filter(client_id=client_id).first() if client_id else None
    if known is not None and known.group_id == group.pk:
        return known
    existing = Assessment.objects.drafts().filter(group=group).first()
    if existing is not None:
        return existing
    # The id of another group's form is nobody's business: this draft gets one of its own.
    fields = {"client_id": client_id} if client_id and known is None else {}
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                group=group,
                edition=Edition.objects.get(is_current=True),
                started_by=by,
                assessed_on=on or timezone.localdate(),
                **fields,
            )
    except IntegrityError:  # a colleague or a second click began one this moment
        return Assessment.objects.drafts().get(group=group)


def save_answer(
    *,
    draft: Assessment,
    criterion: Criterion,
    by: User | None,
    level: int | None = None,
    na_reason: str = "",
    note: str = "",
    not_applicable: bool = False,
    version: int | None = None,
    visit: Visit | None = None,
) -> Answer:
    """Stores one answer of a draft and returns it. version is what the writer read; 0 is "no answer yet".

    None skips that comparison. Saving what is stored already changes nothing. Raises StaleAnswer where the
    stored answer is newer and differs, AlreadyComplete for an assessment that is no draft, and ValueError for
    "not applicable" without a reason or a level outside 0 to 4.
    """
    if not_applicable:
        level = None
        if not na_reason.strip():
            raise ValueError("Say why this doesn't apply to the group.")
    elif level is not None and level not in scoring.LEVELS:
        raise ValueError("A level is a whole number from 0 to 4.")
    wanted = {
        "level": level,
        "not_applicable": not_applicable,
        "na_reason": na_reason.strip() if not_applicable else "",
        "note": note.strip(),
    }
    with transaction.atomic():
        _locked_draft(draft)
        current = (
            Answer.objects.select_for_update(of=("self",))
            .select_related("criterion", "answered_by")
            .filter(assessment=draft, criterion=criterion)
            .first()
        )
        if current is None:
            return Answer.objects.create(
                assessment=draft, criterion=criterion, answered_by=by, visit=visit, **wanted
            )
        if all(getattr(current, name) == value for name, value in wanted.items()):
            return current
        if version is not None and version != current.version:
            raise StaleAnswer(current)
        for name, value in wanted.items():
            setattr(current, name, value)
        current.version += 1
        current.answered_by, current.answered_at = by, timezone.now()
        current.visit = visit or current.visit
        current.save()
        return current


def record_levels(
    *,
    group: CommunityGroup,
    by: User,
    on: date,
    levels: Mapping[str, int],
    visit: Visit,
    versions: Mapping[str, int] | None = None,
) -> Assessment | None:
    """Puts levels agreed on a visit, by criterion code, into the group's draft and returns it; None for no levels.

    versions: what the visit form showed for each code. Raises StaleAnswer as save_answer does, and ValueError
    for a code that the edition doesn't have.
    """
    if not levels:
        return None
    with transaction.atomic():
        draft = open_draft(group=group, by=by, on=on)
        criteria = {criterion.code: criterion for criterion in draft.edition.criteria.all()}
        answers = {answer.criterion_id: answer for answer in draft.answers.all()}
        for code, level in levels.items():
            if code not in criteria:
                raise ValueError(f"{code} is not a section of this edition.")
            known = answers.get(criteria[code].pk)
            save_answer(
                draft=draft,
                criterion=criteria[code],
                by=by,
                level=level,
                note=known.note if known else "",
                version=(versions or {}).get(code),
                visit=visit,
            )
        return draft


def change_day(*, draft: Assessment, on: date, shown: date) -> None:
    """Sets the day a draft was assessed on. shown is the day that the writer saw.

    Raises ValueError for a day to come, StaleDate where somebody else has set another one since, and
    AlreadyComplete for an assessment that is no draft.
    """
    if on > timezone.localdate():
        raise ValueError("The day of the assessment can't be in the future.")
    with transaction.atomic():
        locked = _locked_draft(draft)
        if locked.assessed_on == on:
            return
        if locked.assessed_on != shown:
            raise StaleDate(locked.assessed_on)
        locked.assessed_on = on
        locked.save(update_fields=["assessed_on"])


def seen_state(assessment: Assessment) -> str:
    """A short text that changes whenever an answer or the day of a draft does; what complete() compares."""
    versions = assessment.answers.order_by().aggregate(total=Sum("version"))["total"] or 0
    day = Assessment.objects.values_list("assessed_on", flat=True).get(pk=assessment.pk)
    return f"{versions}-{day.isoformat()}"


def score_of(assessment: Assessment) -> scoring.Score:
    """The score of a draft (provisional) or complete assessment, from its answers and its edition's weights."""
    answers: dict[str, int | None | scoring.NotApplicable] = {
        code: scoring.NOT_APPLICABLE if not_applicable else level
        for code, level, not_applicable in assessment.answers.values_list(
            "criterion__code", "level", "not_applicable"
        )
    }
    return score_answers(assessment.edition, answers)


def score_answers(
    edition: Edition, answers: Mapping[str, int | None | scoring.NotApplicable]
) -> scoring.Score:
    """Scores answers by criterion code under an edition's weights."""
    return scoring.score_assessment(*weights_of(edition), answers)


def weights_of(edition: Edition) -> tuple[list[scoring.CriterionWeight], dict[str, Decimal]]:
    """Criterion weights and theme weights of an edition, as scoring takes them."""
    return (
        [
            scoring.CriterionWeight(code, theme, weight)
            for code, theme, weight in edition.criteria.values_list("code", "theme__code", "weight")
        ],
        dict(edition.themes.values_list("code", "weight")),
    )


def bands_of(edition: Edition) -> list[tuple[int, str]]:
    """Bands as (least shown score, name), lowest first."""
    return [(least, name) for least, name in edition.settings["bands"]]


def store_score(assessment: Assessment, score: scoring.Score) -> None:
    """Sets the score columns of an assessment; the caller saves it."""
    assessment.theme_scores = {
        code: scoring.to_text(value) for code, value in score.themes.items() if value is not None
    }
    assessment.overall_exact = "" if score.overall is None else scoring.to_text(score.overall)
    assessment.overall = (
        None
        if score.overall is None
        else (Decimal(score.overall.numerator) / Decimal(score.overall.denominator)).quantize(
            Decimal("1e-8"), ROUND_HALF_UP
        )
    )
    assessment.band = (
        "" if score.overall is None else scoring.band(score.overall, bands_of(assessment.edition))
    )


def complete(
    draft: Assessment, *, by: User | None, at: datetime | None = None, seen: str | None = None
) -> Assessment:
    """Completes a draft: checks that all is answered, stores the scores, and makes it the latest if it is.

    seen is the seen_state that the person has looked at; None skips that comparison. Raises Incomplete with the
    unanswered codes, ChangedSince, and AlreadyComplete where it was completed before.
    """
    with transaction.atomic():
        draft = _locked_draft(draft)
        if seen is not None and seen != seen_state(draft):
            raise ChangedSince("Answers were changed since you looked at them.")
        score = score_of(draft)
        if not score.complete:
            answered = {answer.criterion_id for answer in draft.answers.all() if answer.is_answered}
            raise Incomplete([item.code for item in draft.edition.criteria.all() if item.pk not in answered])
        store_score(draft, score)
        draft.state = Assessment.State.COMPLETE
        draft.completed_by, draft.completed_at = by, at or timezone.now()
        draft.save()
        refresh_latest(draft.group_id)
        draft.refresh_from_db(fields=["is_latest"])
        return draft


def start_correction(*, of: Assessment, by: User, reason: str, client_id: UUID | None = None) -> Assessment:
    """A draft that corrects a complete assessment: same date and answers to begin with, and its why.

    A correction of it that is still a draft is returned as it is, so that a form sent twice begins one. Raises
    ValueError without a reason, for a draft, for one already corrected, and while another draft is open.
    """
    if not reason.strip():
        raise ValueError("Say what was wrong, so that later readers understand the correction.")
    if not of.is_complete:
        raise ValueError("Only a complete assessment can be corrected.")
    with transaction.atomic():
        Assessment.objects.select_for_update(of=("self",)).get(pk=of.pk)  # one correction at a time
        known = Assessment.objects.filter(corrects=of).first()
        if known is not None and not known.is_complete:
            return known
        if known is not None:
            raise ValueError("This assessment has been corrected already; correct the correction instead.")
        another = "The group has a draft assessment. Complete or discard it first."
        if Assessment.objects.drafts().filter(group_id=of.group_id).exists():
            raise ValueError(another)
        try:
            with transaction.atomic():
                draft = Assessment.objects.create(
                    group_id=of.group_id,
                    edition_id=of.edition_id,
                    assessed_on=of.assessed_on,
                    started_by=by,
                    corrects=of,
                    correction_reason=reason.strip(),
                    **({"client_id": client_id} if client_id else {}),
                )
        except IntegrityError as clash:  # a colleague began a draft this moment
            raise ValueError(another) from clash
        Answer.objects.bulk_create(
            Answer(
                assessment=draft,
                criterion_id=answer.criterion_id,
                level=answer.level,
                not_applicable=answer.not_applicable,
                na_reason=answer.na_reason,
                note=answer.note,
                answered_by=by,
            )
            for answer in of.answers.all()
        )
        return draft


def discard(draft: Assessment) -> None:
    """Deletes a draft and its answers. Raises AlreadyComplete for a complete one."""
    with transaction.atomic():
        _locked_draft(draft).delete()


def refresh_latest(group_id: int, *, tell: bool = True) -> None:
    """Marks the newest standing assessment of a group: by day assessed, then by when it was completed.

    tell: whether the group's route follows at once; an import of many lets all follow together.
    """
    latest = (
        Assessment.objects.complete()
        .filter(group_id=group_id)
        .exclude(correction__state=Assessment.State.COMPLETE)
        .order_by("-assessed_on", "-completed_at", "-pk")
        .values_list("pk", flat=True)
        .first()
        or 0  # no record has this number
    )
    Assessment.objects.filter(group_id=group_id, is_latest=True).exclude(pk=latest).update(is_latest=False)
    if Assessment.objects.filter(pk=latest, is_latest=False).update(is_latest=True) and tell:
        readiness_changed.send(Assessment, groups=[group_id], cause="A new assessment")


def _locked_draft(draft: Assessment) -> Assessment:
    """The draft, locked until the transaction ends."""
    locked = Assessment.objects.select_for_update(of=("self",)).select_related("edition").get(pk=draft.pk)
    if locked.is_complete:
        raise AlreadyComplete("This assessment is complete. To change it, make a correction.")
    return locked
