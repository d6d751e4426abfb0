"""Where groups are missing: communities and languages of the census, and those of people who told of need.

A group may serve people without naming the census's word for them, so the tables say that no group names them, never
that nobody serves them. Census figures are published for everybody and are shown as they are, small ones too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from evidence.analysis import Lists
from groups.models import CensusTable, Community, CommunityGroup, District, User
from groups.reference import COMMUNITIES
from readiness.reports.behind import link
from readiness.reports.census import AT_LEAST, Census, note_of, read_census
from readiness.reports.choice import ReportChoice
from readiness.reports.language_gaps import heard_languages, languages
from readiness.reports.sentences import listed
from readiness.reports.tally import CountyTally, Tally
from readiness.reports.values import Cell, Column, Kind, ReportTable, Row

MAJORITY = COMMUNITIES[0][1][0]
"""The group that most people belong to. The toolkit is about all others, and it would head every list."""

NAMES = "A group may serve people without naming the census’s word for them: “no group” means that none names them."


def coverage(
    choice: ReportChoice,
    tally: CountyTally,
    active: QuerySet[CommunityGroup],
    lists: Lists,
    districts: Iterable[int],
    *,
    by: User | None,
) -> list[ReportTable]:
    """Communities, gaps and languages. Two queries.

    active: the active groups of the report; districts: the ids of those it shows.
    """
    shown: dict[int, District] = {
        district.pk: district for district in _listed(lists, "district") if district.pk in set(districts)
    }
    census = read_census(choice, [district.gss_code for district in shown.values()])
    communities: list[Community] = [
        community
        for community in _listed(lists, "community")
        if (choice.community is None or community.pk == choice.community.pk)
        and (
            community.retired_on is None
            or community.retired_on > choice.as_at
            or tally.communities[community.pk]
        )
    ]
    narrowed = choice.is_filtered or (by is not None and not by.roles.is_manager)
    return [
        _communities(choice, tally, census, communities, shown, narrowed=narrowed),
        _gaps(choice, tally, census, communities, shown, narrowed=narrowed),
        languages(census, *heard_languages(choice, active, by), narrowed=narrowed),
    ]


def _listed(lists: Lists, key: str) -> list[Any]:
    return list(lists[key])


def _missing_in(
    tally: CountyTally, census: Census, community: Community, districts: Mapping[int, District]
) -> dict[int, int]:
    """Districts where enough people of the community live and no group names them, with how many people."""
    if community.label == MAJORITY:
        return {}
    return {
        pk: people
        for pk, district in districts.items()
        if (people := census.communities.get((community.pk, district.gss_code), 0)) >= AT_LEAST
        and not tally.pairs[community.pk, pk]
    }


def _communities(
    choice: ReportChoice,
    tally: CountyTally,
    census: Census,
    communities: Iterable[Community],
    districts: Mapping[int, District],
    *,
    narrowed: bool,
) -> ReportTable:
    """A row a community: how many people, how many groups, and in which districts there is none."""
    known = CensusTable.Topic.ETHNIC_GROUP in census.sources

    def row(community: Community) -> Row:
        without = _missing_in(tally, census, community, districts)
        judged = known and community.label != MAJORITY and community.from_census
        counted = any(pk == community.pk for pk, _ in census.communities)
        return Row(
            str(community.pk),
            community.label,
            (
                Cell(census.people(community.pk) if counted else None),
                Cell(tally.communities[community.pk], groups=link(choice, in_community=community.pk)),
                Cell(len(without) if judged or without else None),
                Cell(_named(without, districts)),
            ),
        )

    rows = [row(community) for community in communities]
    if choice.community is None:
        rows += [
            Row(f"census-{number}", category.rpartition(": ")[2], (Cell(people), Cell(), Cell(), Cell()))
            for number, (category, people) in enumerate(census.others.items(), start=1)
        ]
        people = sum(census.communities.values()) + sum(census.others.values())
        total = (
            Cell(people if known else None),
            Cell(tally.everything.groups, groups=link(choice)),
            Cell(),
            Cell(),
        )
        rows.append(Row("total", "All residents and active groups", total, is_total=True))
    return ReportTable(
        key="communities",
        title="Communities and the groups that name them",
        corner="Community",
        columns=(
            Column("people", "People, by the census"),
            Column("groups", "Active groups that name them"),
            Column("districts", "Districts without such a group"),
            Column("names", "Which districts", Kind.TEXT),
        ),
        rows=tuple(rows),
        about=(
            "A group that names several communities counts in each of their rows and once in the total. "
            f"A district counts as without where at least {AT_LEAST} people of the community live."
        ),
        note=note_of(census, CensusTable.Topic.ETHNIC_GROUP, NAMES, narrowed=narrowed),
    )


def _named(without: Iterable[int], districts: Mapping[int, District]) -> str | None:
    names = [districts[pk].name for pk in without]
    return "All" if len(names) == len(districts) > 1 else listed(names) or None


def _gaps(
    choice: ReportChoice,
    tally: CountyTally,
    census: Census,
    communities: Iterable[Community],
    districts: Mapping[int, District],
    *,
    narrowed: bool,
) -> ReportTable:
    """A row a community and district with people and no group, most people first."""
    found = [
        (people, community, districts[pk])
        for community in communities
        for pk, people in _missing_in(tally, census, community, districts).items()
    ]
    found.sort(key=lambda gap: (-gap[0], gap[1].position, gap[2].name))
    return ReportTable(
        key="gaps",
        title="Where no group names the people who live there",
        corner="Community",
        columns=(
            Column("district", "District", Kind.TEXT),
            Column("people", "People, by the census"),
            Column("groups", "Active groups there that name them"),
            Column("elsewhere", "Active groups that name them elsewhere"),
            Column("working", "Active groups that work there"),
        ),
        rows=tuple(
            Row(
                f"{community.pk}-{district.pk}",
                community.label,
                (
                    Cell(district.name),
                    Cell(people),
                    Cell(0),
                    Cell(tally.communities[community.pk], groups=link(choice, in_community=community.pk)),
                    Cell(
                        tally.districts.get(district.pk, Tally()).groups,
                        groups=link(choice, in_district=district.pk),
                    ),
                ),
            )
            for people, community, district in found
        ),
        about=(
            f"Communities of at least {AT_LEAST} people in a district, most people first. “{MAJORITY}” is left out: "
            "the toolkit is about all other communities, those among “White” too."
        ),
        note=note_of(census, CensusTable.Topic.ETHNIC_GROUP, NAMES, narrowed=narrowed),
    )
