"""Research and surveys (toolkit section 2.15a): who asked whom when, and findings that become records."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.models import Evidence, Survey, SurveyQuestion
from evidence.recording import record_evidence
from groups.models import LIO, CommunityGroup, User

PLAIN_FIELDS = ("title", "asked_from", "asked_to", "asked_by", "sample", "language")
# From this many answers on, what a survey finds is called systematic. The rule is the portal's own.
MANY_ANSWERED = 30


class StaleSurvey(ValueError):
    """The survey was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Survey) -> None:
        super().__init__("This survey was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another LIO's survey."""


class InUse(ValueError):
    """The survey has answers or records, so it stays."""


def create_survey(
    *,
    lio: LIO,
    by: User,
    client_id: UUID | None = None,
    groups: Iterable[CommunityGroup] = (),
    **fields: Any,
) -> Survey:
    """A new survey without answers. fields: PLAIN_FIELDS.

    A client_id used before returns what it made. Raises ForeignForm where that is another LIO's, ValueError for days
    that contradict each other or a first day ahead, or groups of another LIO.
    """
    wanted = client_id or uuid4()
    if (made := _made(wanted, lio)) is not None:
        return made
    chosen = _checked(lio.pk, fields["asked_from"], fields.get("asked_to"), groups)
    try:
        with transaction.atomic():
            survey = Survey.objects.create(lio=lio, client_id=wanted, created_by=by, **fields)
            survey.groups.set(chosen)
            return survey
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := _made(wanted, lio)) is not None:
            return made
        raise


def _made(client_id: UUID, lio: LIO) -> Survey | None:
    made = Survey.objects.filter(client_id=client_id).first()
    if made is not None and made.lio_id != lio.pk:
        raise ForeignForm("This form belongs to another survey.")
    return made


def _checked(
    lio: int, asked_from: date, asked_to: date | None, groups: Iterable[CommunityGroup]
) -> list[CommunityGroup]:
    if asked_to is not None and asked_to < asked_from:
        raise ValueError("The last day can't be before the first.")
    if asked_from > timezone.localdate():
        raise ValueError("A survey is noted once it has begun; that day is still to come.")
    chosen = list(groups)
    if any(group.lio_id != lio for group in chosen):
        raise ValueError("A survey names groups of its own LIO only.")
    return chosen


def change_survey(*, survey: Survey, version: int, groups: Iterable[CommunityGroup], **fields: Any) -> Survey:
    """The survey with other facts. version is what the writer read; saving what is stored changes nothing.

    Raises StaleSurvey where it is newer and differs, ValueError as create_survey does.
    """
    with transaction.atomic():
        current = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
        chosen = _checked(
            current.lio_id,
            fields.get("asked_from", current.asked_from),
            fields.get("asked_to", current.asked_to),
            groups,
        )
        if all(getattr(current, name) == value for name, value in fields.items()) and set(chosen) == set(
            current.groups.all()
        ):
            return current
        if current.version != version:
            raise StaleSurvey(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        current.groups.set(chosen)
        return current


def is_used(survey: Survey) -> bool:
    """Whether it has answers or records."""
    return survey.responses.exists() or survey.records.exists()


def delete_survey(*, survey: Survey) -> None:
    """Deletes a survey with its questions and files that weren't imported. Raises InUse. Twice changes nothing."""
    with transaction.atomic():
        current = Survey.objects.select_for_update(of=("self",)).filter(pk=survey.pk).first()
        if current is None:
            return
        if is_used(current):
            raise InUse("This survey has answers or records, so it stays.")
        names = [str(file.file.name) for file in current.files.all() if file.file]
        current.delete()

        def remove() -> None:
            for name in names:
                default_storage.delete(name)

        transaction.on_commit(remove)


def record_finding(
    *, question: SurveyQuestion, answered: int, by: User, client_id: UUID | None = None, **fields: Any
) -> Evidence:
    """A record made of what a survey found; its days and groups are the survey's. answered: how many answered.

    fields, among them lists, as record_evidence takes them besides; raises what it raises.
    """
    survey = question.survey
    until = survey.asked_to and min(survey.asked_to, timezone.localdate())
    lists = fields.pop("lists", {})
    return record_evidence(
        lio=survey.lio,
        by=by,
        client_id=client_id,
        method=Evidence.Method.SURVEY,
        survey=survey,
        happened_on=survey.asked_from,
        until=until,
        strength=Evidence.Strength.SYSTEMATIC if answered >= MANY_ANSWERED else Evidence.Strength.SEVERAL,
        lists={"groups": survey.groups.all(), **lists},
        **fields,
    )
