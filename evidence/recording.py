"""What is done with records of unmet need: write one, change it, review it or send it back.

A record counts once a second person of the LIO has reviewed it; whoever wrote or last changed it can't. Any change
afterwards makes it a draft again.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from evidence.consent import quote_goes
from evidence.models import Evidence
from groups import trail
from groups.credentials import readiness_changed
from groups.models import LIO, CommunityGroup, User

PLAIN_FIELDS = (
    "happened_on",
    "until",
    "method",
    "service_area",
    "provider",
    "commissioner",
    "visit",
    "who_affected",
    "people_affected",
    "summary",
    "needed_instead",
    "strength",
    "criteria",
    "survey",
)
AGAIN = "A record of need was changed and waits for review again"
LISTS = ("districts", "communities", "barriers", "groups")


class StaleRecord(ValueError):
    """The record was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Evidence) -> None:
        super().__init__("This record was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another LIO's record."""


class NotReviewable(ValueError):
    """This person can't review the record as it stands; the message says why."""


def record_evidence(
    *,
    lio: LIO,
    by: User | None,
    client_id: UUID | None = None,
    lists: Mapping[str, Iterable] | None = None,
    **fields: Any,
) -> Evidence:
    """A new draft. fields: PLAIN_FIELDS; lists: LISTS, each with its objects.

    The groups must belong to the LIO. A client_id used before returns the record that it made. Raises ForeignForm
    where that is another LIO's, ValueError for dates that contradict each other or lie ahead.
    """
    wanted = client_id or uuid4()
    if (made := made_before(wanted, lio)) is not None:
        return made
    check_days(fields["happened_on"], fields.get("until"))
    chosen = {name: list(values) for name, values in (lists or {}).items()}
    if any(group.lio_id != lio.pk for group in chosen.get("groups", [])):
        raise ValueError("A record names groups of its own LIO only.")
    fields["criteria"] = fields.get("criteria") or sections_of(fields["method"])
    try:
        with transaction.atomic():
            record = Evidence.objects.create(
                lio=lio, client_id=wanted, created_by=by, changed_by=by, **fields
            )
            for name, values in chosen.items():
                getattr(record, name).set(values)
            return record
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := made_before(wanted, lio)) is not None:
            return made
        raise


def made_before(client_id: UUID, lio: LIO) -> Evidence | None:
    """The record that a form has made already. Raises ForeignForm where it is another LIO's."""
    record = Evidence.objects.filter(client_id=client_id).first()
    if record is not None and record.lio_id != lio.pk:
        raise ForeignForm("This form belongs to another record.")
    return record


def sections_of(method: str) -> list[str]:
    """The toolkit sections that a record supports if its writer names none: the one of its method, if it has one."""
    code = Evidence.METHOD_CODES.get(Evidence.Method(method))
    return [code] if code else []


def check_days(happened_on: date, until: date | None) -> None:
    """Raises ValueError where a period runs backwards or reaches into the future."""
    if until is not None and until < happened_on:
        raise ValueError("The last day can't be before the first.")
    if (until or happened_on) > timezone.localdate():
        raise ValueError("A need is recorded once it has been heard; that day is still to come.")


def change_evidence(
    *, record: Evidence, by: User, version: int, lists: Mapping[str, Iterable] | None = None, **fields: Any
) -> Evidence:
    """The record with new PLAIN_FIELDS and LISTS, a draft again. version is what the writer read.

    Saving what is stored already changes nothing, but a record that was sent back waits for review again: what was
    asked may have been about its quotes or files. Raises StaleRecord where it is newer and differs, ValueError as
    record_evidence does.
    """
    check_days(fields.get("happened_on", record.happened_on), fields.get("until", record.until))
    chosen = {name: list(values) for name, values in (lists or {}).items()}
    if fields.get("criteria") == []:
        fields["criteria"] = sections_of(fields.get("method", record.method))
    with transaction.atomic():
        current = Evidence.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if any(group.lio_id != current.lio_id for group in chosen.get("groups", [])):
            raise ValueError("A record names groups of its own LIO only.")
        same_lists = all(set(getattr(current, name).all()) == set(values) for name, values in chosen.items())
        same = same_lists and all(getattr(current, name) == value for name, value in fields.items())
        if same and (current.sent_back_at is None or current.version != version):
            return current
        if current.version != version:
            raise StaleRecord(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.changed_by = by
        was_reviewed, told = current.is_reviewed, list(current.groups.values_list("pk", flat=True))
        _make_draft(current)
        current.sent_back_at = current.sent_back_by = None
        current.sent_back_why = ""
        current.save()
        for name, values in chosen.items():
            getattr(current, name).set(values)
        if was_reviewed:
            readiness_changed.send(Evidence, groups=told, cause=AGAIN)
        return current


def _tell_groups(record: Evidence, cause: str) -> None:
    readiness_changed.send(Evidence, groups=list(record.groups.values_list("pk", flat=True)), cause=cause)


def _make_draft(record: Evidence) -> None:
    record.state = Evidence.State.DRAFT
    record.reviewed_at = record.reviewed_by = None


def files_changed(*, record: Evidence, by: User) -> Evidence:
    """The record after a file came or went: a draft again, last changed by this person. Within a transaction.

    One that was sent back stays so until its writer saves it. Raises Evidence.DoesNotExist.
    """
    current = Evidence.objects.select_for_update(of=("self",)).get(pk=record.pk)
    was_reviewed = current.is_reviewed
    current.version += 1
    current.changed_by = by
    _make_draft(current)
    current.save()
    if was_reviewed:
        _tell_groups(current, AGAIN)
    return current


def why_not_reviewable(record: Evidence, by: User) -> str:
    """Why this person can't review the record, in words; "" where they can."""
    if record.lio_id not in by.roles.officer_lio_ids:
        return "Only officers of the record's own LIO review it."
    if by.pk in {record.created_by_id, record.changed_by_id}:
        return "You wrote or changed this record, so a colleague reviews it."
    if record.is_reviewed:
        return "This record has been reviewed already."
    return ""


def review(*, record: Evidence, by: User, version: int) -> Evidence:
    """Marks a draft as reviewed. Sent twice it changes nothing. Raises NotReviewable and StaleRecord."""
    with transaction.atomic():
        current = Evidence.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if current.is_reviewed and current.reviewed_by_id == by.pk:
            return current
        if why := why_not_reviewable(current, by):
            raise NotReviewable(why)
        if current.version != version:
            raise StaleRecord(current)
        current.state = Evidence.State.REVIEWED
        current.reviewed_by, current.reviewed_at = by, timezone.now()
        current.sent_back_at = current.sent_back_by = None
        current.sent_back_why = ""
        current.version += 1
        current.save()
        trail.record("evidence reviewed", current, by=by)
        _tell_groups(current, "A record of need was reviewed")
        return current


def send_back(*, record: Evidence, by: User, version: int, why: str) -> Evidence:
    """Gives a draft back to its writer with a reason. Raises NotReviewable, StaleRecord, ValueError without one."""
    if not why.strip():
        raise ValueError("Say what is missing, so that the writer can mend it.")
    with transaction.atomic():
        current = Evidence.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if reason := why_not_reviewable(current, by):
            raise NotReviewable(reason)
        if current.version != version:
            raise StaleRecord(current)
        current.sent_back_by, current.sent_back_at = by, timezone.now()
        current.sent_back_why = why.strip()
        current.version += 1
        current.save()
        trail.record("evidence sent back", current, by=by)
        return current


def delete_draft(*, record: Evidence, by: User) -> None:
    """Deletes a draft with its quotes and files; enquiries and visits that it was made of are free again.

    Raises ValueError for a reviewed one, which may stand in a brief that was sent.
    """
    with transaction.atomic():
        current = Evidence.objects.select_for_update(of=("self",)).filter(pk=record.pk).first()
        if current is None:
            return
        if current.is_reviewed:
            raise ValueError("A reviewed record can't be deleted.")
        for quote in current.quotes.all():
            quote_goes(quote=quote, by=by)
        # What was said in a focus group stays there.
        current.quotes.filter(focus_group__isnull=False).update(record=None)
        current.delete()


def to_review(user: User) -> models.QuerySet[Evidence]:
    """Drafts that wait for this person: of their LIO, written and changed by others, not sent back."""
    return (
        Evidence.objects.editable_by(user)
        .filter(state=Evidence.State.DRAFT, sent_back_at__isnull=True)
        .exclude(created_by=user)
        .exclude(changed_by=user)
    )


def likely_duplicates(record: Evidence, user: User) -> list[Evidence]:
    """Other records that may be the same need heard once: same service area, days within a fortnight, alike in words.

    At most five, most alike first, of those that the person may see.
    """
    from datetime import timedelta

    from rapidfuzz import fuzz

    near = (
        Evidence.objects.visible_to(user)
        .filter(
            service_area_id=record.service_area_id,
            happened_on__range=(
                record.happened_on - timedelta(days=14),
                record.last_day + timedelta(days=14),
            ),
        )
        .exclude(pk=record.pk)
        .order_by("-happened_on", "-pk")[:300]
    )
    scored = [(fuzz.token_set_ratio(record.summary, other.summary), other) for other in near]
    alike = [(score, other) for score, other in scored if score >= ALIKE]
    return [other for _, other in sorted(alike, key=lambda pair: (-pair[0], -pair[1].pk))[:5]]


# Two accounts of one appointment in other words scored 83 to 91, two of different ones at the same service 55 to 72.
ALIKE = 80


def groups_offered(user: User) -> models.QuerySet[CommunityGroup]:
    """Groups that a person may name in a record."""
    return CommunityGroup.objects.editable_by(user)
