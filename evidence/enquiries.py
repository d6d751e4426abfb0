"""Requests and enquiries (toolkit section 2.15c): noted in two taps, and many of them made into one record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, models, transaction
from django.db.models import Count
from django.utils import timezone

from evidence.models import Enquiry, Evidence
from evidence.recording import made_before, record_evidence
from groups.models import LIO, Community, CommunityGroup, District, ServiceArea, User
from toolkit_portal.core.disclosure import SMALLEST_SHOWN, is_small


class ForeignForm(ValueError):
    """The client id belongs to somebody else's enquiry."""


class AnotherEnquiry(ValueError):
    """The form has noted something else before. `made` is what it noted."""

    def __init__(self, made: Enquiry) -> None:
        super().__init__("This form has noted an enquiry before.")
        self.made = made


class InRecord(ValueError):
    """The enquiry counts in a record of evidence; the message says what to do."""


class StaleBatch(ValueError):
    """Enquiries were noted, deleted or made into a record since the page was read. `number` is how many there are."""

    def __init__(self, number: int) -> None:
        super().__init__("The enquiries have changed in the meantime.")
        self.number = number


def note_enquiry(
    *,
    lio: LIO,
    by: User,
    service_area: ServiceArea,
    outcome: str,
    asked_on: date | None = None,
    district: District | None = None,
    community: Community | None = None,
    group: CommunityGroup | None = None,
    client_id: UUID | None = None,
) -> Enquiry:
    """One enquiry, today if no day is said. The same form sent again returns what it noted.

    Raises AnotherEnquiry where the form has noted another service area or outcome before, ForeignForm where that was
    somebody else's, ValueError for a day ahead or a group of another LIO.
    """
    day = asked_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValueError("That day is still to come.")
    if group is not None and group.lio_id != lio.pk:
        raise ValueError("An enquiry names a group of its own LIO only.")
    wanted = client_id or uuid4()
    said = {"service_area": service_area, "outcome": outcome}
    if (made := _noted(wanted, lio, by, said)) is not None:
        return made
    try:
        with transaction.atomic():
            return Enquiry.objects.create(
                client_id=wanted,
                lio=lio,
                officer=by,
                asked_on=day,
                district=district,
                community=community,
                group=group,
                **said,
            )
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := _noted(wanted, lio, by, said)) is not None:
            return made
        raise


def _noted(client_id: UUID, lio: LIO, by: User, said: Mapping[str, Any]) -> Enquiry | None:
    made = Enquiry.objects.filter(client_id=client_id).select_related("service_area").first()
    if made is None:
        return None
    if (made.lio_id, made.officer_id) != (lio.pk, by.pk):
        raise ForeignForm("This form belongs to another enquiry.")
    if any(getattr(made, name) != value for name, value in said.items()):
        raise AnotherEnquiry(made)
    return made


def last_of(by: User) -> Enquiry | None:
    """The enquiry that this person noted last today and may take back; None without one."""
    newest = (
        Enquiry.objects.editable_by(by)
        .filter(officer=by)
        .select_related("service_area")
        .order_by("-noted_at", "-pk")
        .first()
    )
    return newest if newest is not None and not why_not_taken_back(newest, by) else None


def why_not_taken_back(enquiry: Enquiry, by: User) -> str:
    """Why this person can't undo an enquiry, in words; "" where they can: their own, of the same day, in no record."""
    if enquiry.officer_id != by.pk:
        return "Only who noted an enquiry can undo it."
    if timezone.localdate(enquiry.noted_at) != timezone.localdate():
        return "This enquiry was noted on another day. Delete it in the list of its month."
    if enquiry.record_id is not None:
        return "This enquiry counts in a record of evidence already."
    return ""


def take_back(*, enquiry: Enquiry, by: User) -> None:
    """Deletes an enquiry noted by mistake. Raises ValueError where why_not_taken_back gives a reason."""
    with transaction.atomic():
        current = Enquiry.objects.select_for_update(of=("self",)).filter(pk=enquiry.pk).first()
        if current is None:
            return
        if why := why_not_taken_back(current, by):
            raise ValueError(why)
        current.delete()


def delete_enquiry(*, enquiry: Enquiry) -> None:
    """Deletes an enquiry. Raises InRecord where it counts in a record; deleted twice is no fault."""
    with transaction.atomic():
        current = Enquiry.objects.select_for_update(of=("self",)).filter(pk=enquiry.pk).first()
        if current is None:
            return
        if current.record_id is not None:
            raise InRecord("This enquiry counts in a record of evidence, so it stays.")
        current.delete()


@dataclass(frozen=True)
class Batch:
    """Which enquiries become one record: of one LIO about one service area in a period, perhaps in one district."""

    lio: LIO
    service_area: ServiceArea
    start: date
    end: date
    district: District | None = None

    def free(self) -> models.QuerySet[Enquiry]:
        """Those of them that count in no record yet."""
        found = Enquiry.objects.filter(
            lio=self.lio,
            service_area=self.service_area,
            asked_on__range=(self.start, self.end),
            record__isnull=True,
        )
        return found.filter(district=self.district) if self.district else found

    def by_outcome(self) -> dict[str, int]:
        """How many of the free ones ended how, by outcome."""
        counted = dict(self.free().order_by().values_list("outcome").annotate(Count("pk")))
        return {outcome: counted.get(outcome, 0) for outcome in Enquiry.Outcome.values}

    def places(self) -> dict[str, list[int]]:
        """Districts and communities of the record, as ids: only where every enquiry names one."""
        found: dict[str, list[int]] = {}
        for name, key in (("districts", "district"), ("communities", "community")):
            named = set(self.free().order_by().values_list(key, flat=True).distinct())
            found[name] = [] if None in named else sorted(named)
        return found


def summary_of(batch: Batch, outcomes: Mapping[str, int]) -> str:
    """The batch in words: "61 people asked about Housing; for 23 nothing was available."

    These words go where no table protects them, so a number of 1 to 4 stands in neither part of the sentence, nor
    one from which it follows.
    """
    asked, nothing = sum(outcomes.values()), outcomes[Enquiry.Outcome.NOTHING]
    who = "Fewer than five people" if asked < SMALLEST_SHOWN else f"{asked} people"
    if nothing == asked:
        rest = "nothing was available for any of them"
    elif nothing == 0:
        rest = "all were helped or referred elsewhere"
    elif asked < SMALLEST_SHOWN or is_small(nothing):
        rest = "for some of them nothing was available"
    elif is_small(asked - nothing):
        rest = "for nearly all of them nothing was available"
    else:
        rest = f"for {nothing} nothing was available"
    return f"{who} asked about {batch.service_area}; {rest}."


def record_batch(
    *,
    batch: Batch,
    by: User,
    number: int,
    client_id: UUID | None = None,
    lists: Mapping[str, Iterable] | None = None,
    **fields: Any,
) -> Evidence:
    """One record made of all free enquiries of the batch, which then count in no other.

    number: how many its writer saw. fields and lists as record_evidence takes them besides days, method, strength
    and groups, which follow from the enquiries. A client_id used before returns the record that it made. Raises
    StaleBatch where there are more or fewer now, ValueError for none.
    """
    with transaction.atomic():
        locked = list(batch.free().select_for_update(of=("self",)).order_by("pk"))
        if client_id is not None and (made := made_before(client_id, batch.lio)) is not None:
            return made
        if len(locked) != number:
            raise StaleBatch(len(locked))
        if not locked:
            raise ValueError("There is no enquiry to make a record of.")
        groups = CommunityGroup.objects.filter(pk__in={enquiry.group_id for enquiry in locked})
        record = record_evidence(
            lio=batch.lio,
            by=by,
            client_id=client_id,
            happened_on=batch.start,
            until=batch.end if batch.end != batch.start else None,
            method=Evidence.Method.ENQUIRY,
            service_area=batch.service_area,
            strength=Evidence.Strength.ONE if number == 1 else Evidence.Strength.SEVERAL,
            lists={"groups": groups, **(lists or {})},
            **fields,
        )
        Enquiry.objects.filter(pk__in=[enquiry.pk for enquiry in locked]).update(record=record)
        return record
