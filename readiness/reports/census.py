"""The census figures of a report: those of the day, for its districts.

They are published for everybody and are shown as they are, small ones too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from groups.models import CensusFigure, CensusTable
from readiness.reports.choice import ReportChoice

AT_LEAST = 100
"""People of a community in a district, or with a language in the county, from whom on a group is looked for.

Among fewer, a group of their own is seldom to be expected, and a list of every handful would hide the large gaps.
"""
NARROWED = "Only the groups that this report is about are counted; others may name them."


@dataclass(frozen=True)
class Census:
    """People of the report's districts by the census; empty where there is no table of the day."""

    communities: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """By community and GSS code."""
    others: Mapping[str, int] = field(default_factory=dict)
    """By category, for those that are no community here."""
    languages: Mapping[str, int] = field(default_factory=dict)
    """By category of the table of main languages."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where the figures are from, by topic."""

    def people(self, community: int) -> int:
        return sum(people for (pk, _), people in self.communities.items() if pk == community)


def read_census(choice: ReportChoice, codes: Iterable[str]) -> Census:
    """The figures of those areas in the tables of the day. One query."""
    communities: Counter[tuple[int, str]] = Counter()
    others: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    sources: dict[str, str] = {}
    rows = (
        CensusFigure.objects.as_at(choice.as_at)
        .filter(gss_code__in=list(codes))
        .order_by("pk")
        .values_list(
            "table__topic", "table__title", "table__source", "table__licence",
            "gss_code", "category", "community", "people",
        )
    )  # fmt: skip
    for topic, title, source, licence, code, category, community, people in rows:
        sources[topic] = f"Source: {source}, {title}; {licence}."
        if topic == CensusTable.Topic.MAIN_LANGUAGE:
            languages[category] += people
        elif community is not None:
            communities[community, code] += people
        else:
            others[category] += people
    return Census(communities, others, languages, sources)


def note_of(census: Census, topic: str, warning: str, *, narrowed: bool) -> str:
    """Where the figures are from, and how not to read them."""
    source = census.sources.get(
        topic, "There is no census table for these districts and that day, so its figures are missing here."
    )
    return " ".join([source, warning, *([NARROWED] if narrowed else [])])
