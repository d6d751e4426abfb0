"""An evidence brief for a commissioner as values: what its page, PDF and Word file show (toolkit, section 2.15).

The dataclasses hold no database objects, and every number in them is as it may be shown: what is hidden to protect
people comes as text ("<5", "*"). The same values always give the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefLio:
    """The local infrastructure organisation (LIO) that issues the brief, and how to reach it."""

    name: str
    contact: str = ""
    """The person to ask for."""
    phone: str = ""
    email: str = ""
    web: str = ""
    logo: str = ""
    """A ``data:image/png`` or ``data:image/jpeg`` address that the portal made itself, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the brief is about. No districts or communities: all of them."""

    service_area: str
    districts: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    period: str = ""
    """In words, such as "1 April 2025 to 31 March 2026"; see ``brief_words.period_words``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the three or four big numbers of the first page."""

    value: str
    """As shown: "412", "<5", "*", "3 of 4"."""
    label: str
    """What it counts, such as "records"."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row: its label and a text for each column."""

    label: str
    cells: tuple[str, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefTable:
    """Counts as a table. ``corner`` heads the column of row labels; ``columns`` the others."""

    title: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    caption: str = ""
    """What is counted, such as "People affected, by district and community"."""
    note: str = ""
    """What was hidden and why (``disclosure.Protected.note``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar. A hidden number has no ``value`` and therefore no length, only its text."""

    label: str
    value: int | None
    text: str = ""
    """The number as shown; ``value`` in digits when empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefChart:
    """A bar chart, drawn as a table whose rows have a bar, so that everybody gets the numbers."""

    title: str
    corner: str
    """What the bars are, such as "Barrier"."""
    measure: str
    """What their numbers count, such as "Records"."""
    bars: tuple[Bar, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one record says, with when and where in words."""

    summary: str
    when: str = ""
    where: str = ""
    """Districts, such as "Chesterfield and Bolsover"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSection:
    """What people told us in one of the four ways of section 2.15, or in another."""

    name: str
    code: str = ""
    """The toolkit's section ("2.15a"); empty for another way."""
    records: str
    """How many records, as shown, such as "14 records"."""
    people: str = ""
    """How many people, as shown, such as "fewer than 5 people"; empty where no record says how many."""
    told: tuple[Told, ...] = ()
    left_out: str = ""
    """A sentence about further records that aren't printed, if there are any."""
    limits: tuple[str, ...] = ()
    """What this way of asking can't show (``brief_words.limits``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefQuote:
    """Words of somebody who agreed to their use in briefs and isn't named."""

    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPoint:
    """A rule of law in plain words, with its source and the day it was checked (``brief_words.law_points``)."""

    title: str
    text: str
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredQuestion:
    """A question for bidders, the marks it should carry, and what a good answer shows."""

    question: str
    marks: int
    good_answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupField:
    """One thing that a group agreed to have listed, such as label "Languages", text "Urdu, Punjabi"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbleGroup:
    """A community group that could help, with what it consented to have in the directory and nothing else."""

    name: str
    fields: tuple[GroupField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefDocument:
    """Everything that one brief shows. A section with nothing to show is left out."""

    title: str
    """Such as "Mental health: what South Asian women in Chesterfield are missing"."""
    number: int | None = None
    """The brief's number; None is a draft and says so on every page."""
    issued_on: date | None = None
    """Day of issue; for a draft, the day it was printed."""
    issued_by: str = ""
    lio: BriefLio
    commissioner: str = ""
    chosen: Chosen
    gap: str
    """The gap in one sentence (``brief_words.gap``)."""
    figures: tuple[Figure, ...] = ()
    charts: tuple[BriefChart, ...] = ()
    tables: tuple[BriefTable, ...] = ()
    methods: tuple[MethodSection, ...] = ()
    quotes: tuple[BriefQuote, ...] = ()
    affected: tuple[str, ...] = ()
    """Who is affected, a sentence each."""
    needed: tuple[str, ...] = ()
    """What people need instead."""
    law: tuple[LawPoint, ...] = ()
    clause: tuple[str, ...] = ()
    """The draft clause for the service specification, a paragraph each (``brief_words.clause``)."""
    questions: tuple[ScoredQuestion, ...] = ()
    groups: tuple[AbleGroup, ...] = ()
    method_note: tuple[str, ...] = ()
    """Sources and method, a paragraph each."""
    language: str = "en-GB"
