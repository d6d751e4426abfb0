"""What is on record of a group, as plain values: contact, needs heard, partnerships, figures, pieces of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from toolkit_portal.core.dates import months_after

MONTHS = 12
WORK_MONTHS = 36
"""Pieces of work, and sub-contracts that have ended, count for three years: commissioners ask for that."""
# Stages of a partnership from which on somebody has been approached, and those with an agreement.
APPROACHED = frozenset({"approached", "agreed", "bid_named", "sub_contract"})
AGREED = frozenset({"agreed", "bid_named", "sub_contract"})


@dataclass(frozen=True, slots=True)
class Contact:
    """One talk, request, consultation, forum meeting or specification.

    kind      as evidence.models.Engagement
    is_done   an answer came, a response was sent in time, a matter was raised, a section or marks were asked for
    is_settled  what came of it is known; of a consultation, that a response was sent
    changed   a point was taken up, a service was changed, or marks were obtained
    """

    kind: str
    on: date
    organisation: int = 0
    is_commissioner: bool = False
    is_provider: bool = False
    is_done: bool = False
    is_settled: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Reviewed records of need by one method: how many, and the day of the first."""

    method: str
    number: int
    first_on: date


@dataclass(frozen=True, slots=True)
class Partner:
    """A partnership as it stood: its stage, since when, and whether it was ever a sub-contract."""

    stage: str
    on: date
    organisation: int = 0
    was_sub_contract: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """An indicator of which there are figures: outcome or output, how many, the first, and whether it has an aim."""

    kind: str
    number: int
    first_on: date
    has_aim: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """Pieces of work of the last three years that prove a section: how many. The portal knows no day of proving."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record of one group for a day: within 12 months before it unless a class above says otherwise."""

    contacts: Sequence[Contact] = ()
    heard: Sequence[Heard] = ()
    partners: Sequence[Partner] = ()
    figures: Sequence[Figures] = ()
    work: Sequence[Work] = ()
    _by_kind: dict[str, list[Contact]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for contact in self.contacts:
            self._by_kind.setdefault(contact.kind, []).append(contact)

    def of(self, kind: str) -> list[Contact]:
        """The contacts of one kind."""
        return self._by_kind.get(kind, [])


def since(day: date) -> date:
    """The first day of the 12 months that end on a day."""
    return months_after(day, -MONTHS)


def work_since(day: date) -> date:
    """The first day of the three years that end on a day."""
    return months_after(day, -WORK_MONTHS)


def still_counts(stage: str, on: date, day: date) -> bool:
    """Whether a partnership counts on a day: an idea or approach for 12 months, one that ended for three years."""
    if stage in AGREED:
        return True
    return on >= (work_since(day) if stage == "ended" else since(day))
