"""Languages that no group speaks: those in which people told of need, and those of the census."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, QuerySet, Value

from evidence.models import FocusGroup, MysteryVisit, Survey
from groups.models import CensusTable, CommunityGroup, User
from readiness.reports.census import AT_LEAST, Census, note_of
from readiness.reports.choice import ReportChoice
from readiness.reports.languages import spoken, widened
from readiness.reports.sentences import listed
from readiness.reports.values import Cell, Column, Kind, ReportTable, Row
from toolkit_portal.core.dates import end_of

SOURCES = {"focus": "Focus group", "visit": "Mystery visit", "survey": "Survey"}
SPEAKS = "A group may have speakers of a language that its profile doesn’t name."
_GROUP = "group"


def heard_languages(
    choice: ReportChoice, active: QuerySet[CommunityGroup], user: User | None
) -> tuple[set[str], dict[str, tuple[str, list[str]]]]:
    """Keys of the languages that active groups speak; and by key the name and sources of those used to tell of need.

    One query. Sources are named and never counted: how often one language was heard could be one person.
    """

    def texts(source: str, found: QuerySet[Any], name: str) -> QuerySet[Any]:
        marked = found.exclude(**{name: ""}).annotate(source=Value(source, output_field=CharField()))
        return marked.order_by().values_list("source", name)

    def told(model: Any, day: str) -> QuerySet[Any]:
        seen = model.objects.all() if user is None else model.objects.visible_to(user)
        return seen.filter(created_at__lt=end_of(choice.as_at), **{f"{day}__lte": choice.as_at})

    rows = texts(_GROUP, active, "languages").union(
        texts("focus", told(FocusGroup, "held_on"), "language"),
        texts("visit", told(MysteryVisit, "visited_on"), "language"),
        texts("survey", told(Survey, "asked_from"), "language"),
    )
    of_groups: set[str] = set()
    heard: dict[str, tuple[str, list[str]]] = {}
    for source, text in sorted(rows):
        for key, name in spoken(text).items():
            if source == _GROUP:
                of_groups.add(key)
                continue
            _, where = heard.setdefault(key, (name, []))
            if SOURCES[source] not in where:
                where.append(SOURCES[source])
    return widened(of_groups), heard


def languages(
    census: Census,
    of_groups: set[str],
    heard: Mapping[str, tuple[str, list[str]]],
    *,
    narrowed: bool,
) -> ReportTable:
    """A row a language that was used to tell of need, or that many speak by the census, and that no group speaks."""
    left = {key: told for key, told in heard.items() if key not in of_groups}
    found: list[tuple[int, str, str, list[str]]] = []
    counted: dict[tuple[str, ...], tuple[str, int]] = {}
    for category, people in census.languages.items():
        label, before = counted.get(tuple(spoken(category)), (category.rpartition(": ")[2], 0))
        counted[tuple(spoken(category))] = label, before + people
    for keys, (label, people) in counted.items():
        if not keys or set(keys) & of_groups:
            continue
        where = [name for key in keys if key in left for name in left.pop(key)[1]]
        if where or people >= AT_LEAST:
            found.append((people, " ".join(keys), label, where))
    found += [(-1, key, name, where) for key, (name, where) in left.items()]
    found.sort(key=lambda row: (-row[0], row[2]))
    return ReportTable(
        key="languages",
        title="Languages that no group speaks",
        corner="Language",
        columns=(
            Column("people", "People whose main language it is, by the census"),
            Column("heard", "Used to tell of need in", Kind.TEXT),
        ),
        rows=tuple(
            Row(
                key.replace(" ", "-"),
                name,
                (
                    Cell(people if people >= 0 else None),
                    Cell(listed(sorted(set(where), key=list(SOURCES.values()).index)) or None),
                ),
            )
            for people, key, name, where in found
        ),
        about=(
            "Languages of focus groups, mystery visits and surveys up to the day, whatever the filters, and those "
            f"of at least {AT_LEAST} people by the census, that stand in no active group’s profile. Enquiries and "
            "records keep no language. English is left out: every service speaks it."
        ),
        note=note_of(census, CensusTable.Topic.MAIN_LANGUAGE, SPEAKS, narrowed=narrowed),
    )
