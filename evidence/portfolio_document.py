"""A group's one-page portfolio as values: what its page, PDF and Word file show (toolkit, sections 2.21 and 2.22).

The dataclasses hold no database objects, and every count of people in them is as it may be shown. The same values
always give the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evidence.brief_document import BriefLio
from toolkit_portal.core.disclosure import Count

MOST_WORKS = 4
MOST_QUOTES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioWork:
    """One piece of work. The referee is given only where they agreed to be named."""

    title: str
    for_whom: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    pounds: int | None = None
    people: Count | None = None
    """People reached; None where it isn't known."""
    outcomes: str = ""
    proves: tuple[str, ...] = ()
    """Titles of the toolkit's sections that it is proof of."""
    referee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioNeed:
    """What the group has told of: reviewed records of unmet need, added up (toolkit 2.15a to 2.15d)."""

    records: Count
    people: Count
    """People affected; 0 where no record says."""
    first_on: date
    last_on: date
    methods: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()
    """Those named most, in the order of the list and not of their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioQuote:
    """What somebody said who agreed to its use in the group's portfolio, and who, without a name."""

    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioDocument:
    """Everything that a portfolio shows. A section with nothing to show is left out."""

    group_name: str
    made_on: date
    lio: BriefLio
    other_names: tuple[str, ...] = ()
    kind: str = ""
    """A value of CommunityGroup.Kind."""
    districts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    founded: int | None = None
    legal_form: str = ""
    """In words; empty for a group that has none."""
    charity_number: str = ""
    company_number: str = ""
    serves: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    """The communities as the profile describes them, in the group's own words where there are any."""
    languages: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    volunteers: Count | None = None
    paid_staff: Count | None = None
    members: Count | None = None
    works: tuple[PortfolioWork, ...] = ()
    has_more_works: bool = False
    need: PortfolioNeed | None = None
    quotes: tuple[PortfolioQuote, ...] = ()
    quote_ids: tuple[int, ...] = ()
    """Numbers of the quotes in it, so that whatever is made of it can follow a consent that is withdrawn."""
    papers: tuple[str, ...] = ()
    """Papers in place on that day, by name."""
    contact: tuple[str, ...] = ()
    """Name, telephone and e-mail of the main contact as far as they may be shown; empty: the LIO's are."""
    website: str = ""
    left_out: tuple[str, ...] = ()
    """What was chosen and had no room on the page, such as "1 quote"."""
    language: str = "en-GB"
