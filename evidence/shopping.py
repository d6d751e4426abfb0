"""Mystery shopping (toolkit section 2.15d): visits to a service with a made-up request, and what they show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from evidence.models import Evidence, MysteryVisit
from evidence.recording import made_before, record_evidence
from groups.models import LIO, User

LISTS = ("districts", "communities", "groups")
# What an ending is worth beside the checklist's items, in halves of one item.
_ENDINGS = {
    MysteryVisit.Outcome.HELPED: 2,
    MysteryVisit.Outcome.PARTLY: 1,
    MysteryVisit.Outcome.SENT_ON: 0,
    MysteryVisit.Outcome.NOT_HELPED: 0,
}


class StaleVisit(ValueError):
    """The visit was changed since it was read. `current` is what is stored."""

    def __init__(self, current: MysteryVisit) -> None:
        super().__init__("This visit was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another LIO's visit."""


class InRecord(ValueError):
    """A visit is part of a record of evidence; the message says what to do."""


def score(checklist: Mapping[str, bool | None], outcome: str) -> int:
    """How the visitor was received, from 0 to 100, rounded half up.

    The share of "yes" among the items of the checklist that came up, with the ending as one item more: what was
    asked for counts as yes, part of it as half, being sent on or getting no help as no. Items that didn't come up
    count neither way. The rule is the portal's own; toolkit section 2.15d names no score.
    """
    came_up = [answer for answer in checklist.values() if answer is not None]
    halves = 2 * sum(came_up) + _ENDINGS[MysteryVisit.Outcome(outcome)]
    items = len(came_up) + 1
    return (100 * halves + items) // (2 * items)


def checklist_of(visit: MysteryVisit) -> dict[str, bool | None]:
    """The visit's answers by item."""
    return {item: getattr(visit, item) for item in MysteryVisit.CHECKLIST}


def score_of(visit: MysteryVisit) -> int:
    """The score of a stored visit."""
    return score(checklist_of(visit), visit.outcome)


def note_visit(
    *,
    lio: LIO,
    by: User,
    client_id: UUID | None = None,
    lists: Mapping[str, Iterable] | None = None,
    **fields: Any,
) -> MysteryVisit:
    """A new visit. A client_id used before returns the visit that it made; ForeignForm where that is another LIO's.

    Raises ValueError where a group is of another LIO.
    """
    wanted = client_id or uuid4()
    if (made := _made(wanted, lio)) is not None:
        return made
    chosen = _checked(lists, lio.pk)
    try:
        with transaction.atomic():
            visit = MysteryVisit.objects.create(lio=lio, client_id=wanted, created_by=by, **fields)
            for name, values in chosen.items():
                getattr(visit, name).set(values)
            return visit
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := _made(wanted, lio)) is not None:
            return made
        raise


def _made(client_id: UUID, lio: LIO) -> MysteryVisit | None:
    visit = MysteryVisit.objects.filter(client_id=client_id).first()
    if visit is not None and visit.lio_id != lio.pk:
        raise ForeignForm("This form belongs to another visit.")
    return visit


def _checked(lists: Mapping[str, Iterable] | None, lio: int) -> dict[str, list]:
    chosen = {name: list(values) for name, values in (lists or {}).items()}
    if any(group.lio_id != lio for group in chosen.get("groups", [])):
        raise ValueError("A mystery visit names groups of its own LIO only.")
    return chosen


def change_visit(
    *, visit: MysteryVisit, version: int, lists: Mapping[str, Iterable] | None = None, **fields: Any
) -> MysteryVisit:
    """The visit with other facts. version is what the writer read; saving what is stored changes nothing.

    Raises StaleVisit where it is newer and differs, InRecord where it is part of a record.
    """
    with transaction.atomic():
        current = MysteryVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        chosen = _checked(lists, current.lio_id)
        if all(getattr(current, name) == value for name, value in fields.items()) and all(
            set(getattr(current, name).all()) == set(values) for name, values in chosen.items()
        ):
            return current
        _check_free(current)
        if current.version != version:
            raise StaleVisit(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        for name, values in chosen.items():
            getattr(current, name).set(values)
        return current


def _check_free(visit: MysteryVisit) -> None:
    if visit.record_id is not None:
        raise InRecord("This visit is part of a record of evidence, so it stays as it is.")


def delete_visit(*, visit: MysteryVisit) -> None:
    """Deletes a visit. Raises InRecord where it is part of a record; deleted twice is no fault."""
    with transaction.atomic():
        current = MysteryVisit.objects.select_for_update(of=("self",)).filter(pk=visit.pk).first()
        if current is not None:
            _check_free(current)
            current.delete()


@dataclass(frozen=True)
class Figures:
    """What several visits have in common: how many, mean score (rounded half up), longest wait in minutes or None."""

    visits: int
    mean: int
    longest: int | None


@dataclass(frozen=True)
class Comparison:
    """Visits to one service side by side.

    overall     all of them
    languages   the same for each language that visitors used, by name without regard to case
    items       for each item of the checklist its words, in how many visits it was yes and in how many it came up
    """

    overall: Figures
    languages: tuple[tuple[str, Figures], ...]
    items: tuple[tuple[str, int, int], ...]


def compare(visits: Sequence[MysteryVisit]) -> Comparison:
    """Compares at least one visit. Reads nothing from the database."""
    spoken: dict[str, list[MysteryVisit]] = {}
    names: dict[str, str] = {}
    for visit in visits:
        key = " ".join(visit.language.split()).casefold()
        names.setdefault(key, " ".join(visit.language.split()))
        spoken.setdefault(key, []).append(visit)
    answers = [checklist_of(visit) for visit in visits]
    return Comparison(
        overall=_figures(visits),
        languages=tuple((names[key], _figures(spoken[key])) for key in sorted(spoken)),
        items=tuple(
            (
                words,
                sum(answer[item] is True for answer in answers),
                sum(answer[item] is not None for answer in answers),
            )
            for item, words in MysteryVisit.CHECKLIST.items()
        ),
    )


def _figures(visits: Sequence[MysteryVisit]) -> Figures:
    scores = [score_of(visit) for visit in visits]
    waits = [visit.minutes_waited for visit in visits if visit.minutes_waited is not None]
    return Figures(
        visits=len(visits),
        mean=(2 * sum(scores) + len(scores)) // (2 * len(scores)),
        longest=max(waits, default=None),
    )


def period_of(visits: Sequence[MysteryVisit]) -> tuple[date, date | None]:
    """First and last day of the visits; the last is None where it is the first."""
    days = [visit.visited_on for visit in visits]
    return min(days), max(days) if max(days) != min(days) else None


def summary_of(visits: Sequence[MysteryVisit]) -> str:
    """What the visits showed, in words, for the record that is made of them."""
    found = compare(visits)
    where = str(visits[0].service or visits[0].provider)
    if len(visits) == 1:
        words = f"A mystery visit to {where} in {visits[0].language} scored {found.overall.mean} out of 100."
    else:
        scores = sorted(score_of(visit) for visit in visits)
        words = (
            f"{len(visits)} mystery visits to {where} scored {scores[0]} to {scores[-1]} out of 100,"
            f" {found.overall.mean} on average."
        )
    if found.overall.longest:
        minutes = "minute" if found.overall.longest == 1 else "minutes"
        words += f" The longest wait was {found.overall.longest} {minutes}."
    for item, yes, asked in found.items:
        if yes < asked:
            words += f" {item}: in {yes} of {asked} {'visit' if asked == 1 else 'visits'}."
    return words


def record_visits(
    *,
    visits: Iterable[MysteryVisit],
    by: User,
    client_id: UUID | None = None,
    lists: Mapping[str, Iterable] | None = None,
    **fields: Any,
) -> Evidence:
    """One record made of visits to one provider, which then count in no other.

    Days, provider, groups and strength come from the visits; fields and lists as record_evidence takes them besides.
    A client_id used before returns the record that it made. Raises ValueError for visits of several LIOs or
    providers or for none, InRecord where one is part of a record already.
    """
    with transaction.atomic():
        wanted = sorted({visit.pk for visit in visits})
        locked = list(
            MysteryVisit.objects.select_for_update(of=("self",))
            .filter(pk__in=wanted)
            .select_related("lio", "provider")
            .order_by("pk")
        )
        if not locked or len(locked) != len(wanted):
            raise ValueError("Choose at least one visit. Some may have been deleted in the meantime.")
        lio = locked[0].lio
        if client_id is not None and (made := made_before(client_id, lio)) is not None:
            return made
        if len({(visit.lio_id, visit.provider_id) for visit in locked}) > 1:
            raise ValueError("A record is made of visits to one provider. Choose visits to the same one.")
        if any(visit.record_id for visit in locked):
            raise InRecord("One of these visits is part of a record already.")
        first, last = period_of(locked)
        record = record_evidence(
            lio=lio,
            by=by,
            client_id=client_id,
            happened_on=first,
            until=last,
            method=Evidence.Method.MYSTERY_SHOPPING,
            strength=Evidence.Strength.ONE if len(locked) == 1 else Evidence.Strength.SEVERAL,
            provider=locked[0].provider,
            lists={"groups": {group for visit in locked for group in visit.groups.all()}, **(lists or {})},
            **fields,
        )
        for visit in locked:
            visit.record = record
            visit.save(update_fields=["record"])
        return record
