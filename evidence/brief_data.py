"""From what is chosen to a brief as values: reviewed records added up, told, quoted, and what could be done.

Every number passes toolkit_portal.core.disclosure. Quotes are those whose consent names briefs; groups are named with
what they agreed to have listed in the directory for commissioners, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value, Window
from django.db.models.functions import Cast, JSONObject, RowNumber
from django.utils.formats import date_format

from evidence import brief_words
from evidence.analysis import DIMENSIONS, NO_LISTS, CrossTable, Lists, table_of, within
from evidence.brief_clause import clause, questions
from evidence.brief_document import (
    AbleGroup,
    Bar,
    BriefChart,
    BriefDocument,
    BriefLio,
    BriefQuote,
    BriefTable,
    Chosen,
    Figure,
    GroupField,
    MethodSection,
    TableRow,
    Told,
)
from evidence.models import Evidence, Quote
from evidence.models.needs import EvidenceQuerySet
from groups.models import Community, CommunityGroup, Contact, District, Organisation, ServiceArea
from toolkit_portal.core.disclosure import TOTAL, Table, protect
from toolkit_portal.core.disclosure import Count as Shown

MOST_TOLD = 8
MOST_QUOTES = 10
MOST_NEEDED = 10
MOST_GROUPS = 20


@dataclass(frozen=True)
class BriefChoice:
    """What a brief is about. No districts or communities: all of them. Both days are included."""

    service_area: ServiceArea
    districts: tuple[District, ...] = ()
    communities: tuple[Community, ...] = ()
    start: date | None = None
    end: date | None = None
    commissioner: Organisation | None = None

    def apply(self, records: EvidenceQuerySet) -> EvidenceQuerySet:
        """The records that fit."""
        records = records.within(self.start, self.end).filter(service_area=self.service_area)
        for values, field_name, column in (
            (self.districts, "districts", "district_id"),
            (self.communities, "communities", "community_id"),
        ):
            if values:
                links = getattr(Evidence, field_name).through.objects.filter(
                    **{f"{column}__in": [value.pk for value in values]}
                )
                records = records.filter(pk__in=links.values("evidence_id"))
        return records

    def as_data(self) -> dict[str, Any]:
        """The choice as it is stored with an issued brief: ids and ISO days."""
        return {
            "service_area": self.service_area.pk,
            "districts": [district.pk for district in self.districts],
            "communities": [community.pk for community in self.communities],
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "commissioner": self.commissioner.pk if self.commissioner else None,
        }


@dataclass(frozen=True)
class Collected:
    """A brief, how many reviewed records it rests on, and the quotes in it."""

    document: BriefDocument
    records: int
    quotes: list[Quote] = field(default_factory=list)


def collect(
    scope: EvidenceQuerySet,
    choice: BriefChoice,
    *,
    lio: BriefLio,
    groups: QuerySet[CommunityGroup],
    number: int | None = None,
    issued_on: date | None = None,
    issued_by: str = "",
    lists: Lists = NO_LISTS,
) -> Collected:
    """The brief over the reviewed records of a scope. groups: those whose names may be looked for.

    At most sixteen queries, whatever the number of records; fewer with lists of evidence.analysis.
    """
    reviewed = scope.reviewed()
    chosen = choice.apply(reviewed)
    marked = within(reviewed, chosen)
    per_method = _per_method(marked)
    people = table_of(
        marked,
        DIMENSIONS["district"],
        DIMENSIONS["community"],
        "people",
        keep=_kept(choice),
        totals=per_method["totals"]["people"],
        lists=lists,
    )
    barriers = table_of(
        marked, DIMENSIONS["barrier"], None, "records", totals=per_method["totals"]["records"], lists=lists
    )
    records_shown, people_shown = (per_method[measure][(TOTAL,)] for measure in ("records", "people"))
    # A table that hides how many they are in all can't stand beside the methods, which add up to it.
    has_table = people.total.value not in (0, None)
    total = per_method["counted"]
    barrier_labels = _named_most(barriers)
    names = {
        "districts": [str(district) for district in choice.districts],
        "communities": [str(community) for community in choice.communities],
    }
    service = str(choice.service_area)
    sections, told = _sections(chosen, per_method)
    quotes = list(
        Quote.objects.allowed_in("brief")
        .filter(record__in=chosen.order_by())
        .order_by("-record__happened_on", "-pk")[:MOST_QUOTES]
    )
    notes = [people.note if has_table else "", barriers.note]
    document = BriefDocument(
        title=brief_words.title(service_area=service, **names),
        number=number,
        issued_on=issued_on,
        issued_by=issued_by,
        lio=lio,
        commissioner=str(choice.commissioner or ""),
        chosen=Chosen(
            service_area=service,
            districts=tuple(names["districts"]),
            communities=tuple(names["communities"]),
            period=brief_words.period_words(choice.start, choice.end),
        ),
        gap=brief_words.gap(
            service_area=service, records=records_shown, people=people_shown, barriers=barrier_labels, **names
        ),
        figures=_figures(records_shown, people_shown, sections, chosen),
        charts=(_chart(barriers),) if any(count.value != 0 for _, count, _ in barriers.bars) else (),
        tables=(_table(people),) if has_table else (),
        methods=tuple(sections),
        quotes=tuple(BriefQuote(text=quote.text, speaker=quote.speaker) for quote in quotes),
        affected=brief_words.affected(
            people=people_shown,
            records=records_shown,
            communities=_totals(people, people.columns, lambda key: (TOTAL, key)) if has_table else [],
            districts=_totals(people, people.rows, lambda key: (key, TOTAL)) if has_table else [],
        ),
        needed=_needed(told),
        law=brief_words.law_points(service),
        clause=clause(service_area=service, barriers=barrier_labels, **names) if total else (),
        questions=questions(barrier_labels) if total else (),
        groups=_able_groups(groups, choice),
        method_note=brief_words.method_note(
            lio=lio.name,
            records=records_shown,
            methods=[section.name for section in sections],
            start=choice.start,
            end=choice.end,
            is_hidden=any("<" in note or "*" in note for note in notes) or records_shown.value is None,
        ),
    )
    return Collected(document, total, quotes)


def _kept(choice: BriefChoice) -> dict[str, set[int]]:
    """Rows and columns that a brief shows: those that were chosen, where any were."""
    return {
        "district": {district.pk for district in choice.districts},
        "community": {community.pk for community in choice.communities},
    }


def _per_method(marked: EvidenceQuerySet) -> dict[str, Any]:
    """Records and people by method as they may be shown, and the true number of records chosen. One query."""
    counts: dict[str, dict[str, dict[tuple[Hashable, ...], int]]] = {
        measure: {"inside": {}, "whole": {}} for measure in ("records", "people")
    }
    for inside, method, records, people in (
        marked.order_by()
        .values("inside", "method")
        .annotate(records=Count("pk"), people=Sum("people_affected", default=0))
        .values_list("inside", "method", "records", "people")
    ):
        for measure, count in (("records", records), ("people", people)):
            for part in ("whole", "inside") if inside else ("whole",):
                kept = counts[measure][part]
                for key in ((method,), (TOTAL,)):
                    kept[key] = kept.get(key, 0) + count
    axes = (tuple(Evidence.Method.values),)
    shown: dict[str, Any] = {
        measure: protect(Table(axes, parts["inside"]), Table(axes, parts["whole"]))
        for measure, parts in counts.items()
    }
    shown["totals"] = {
        measure: {
            True: parts["inside"].get((TOTAL,), 0),
            False: parts["whole"].get((TOTAL,), 0) - parts["inside"].get((TOTAL,), 0),
        }
        for measure, parts in counts.items()
    }
    shown["counted"] = counts["records"]["inside"].get((TOTAL,), 0)
    shown["used"] = [method for method in axes[0] if counts["records"]["inside"].get((method,), 0)]
    return shown


def _sections(
    chosen: EvidenceQuerySet, per_method: Mapping[str, Any]
) -> tuple[list[MethodSection], list[Evidence]]:
    """What people told, by method: the newest records of each. Two queries."""
    sections, all_told = [], []
    newest = _newest_by_method(chosen)
    for method in per_method["used"]:
        records: Shown = per_method["records"][(method,)]
        people: Shown = per_method["people"][(method,)]
        told = _once(newest.get(method, ()))
        more = len(told) > MOST_TOLD
        told = told[:MOST_TOLD]
        all_told += told
        kind = Evidence.Method(method)
        sections.append(
            MethodSection(
                name=kind.label,
                code=Evidence.METHOD_CODES.get(kind, ""),
                records=brief_words.records_words(records),
                people=brief_words.people_words(people) if people.value != 0 else "",
                told=tuple(
                    Told(
                        summary=record.summary,
                        # The month is enough for a reader; the day could tell who it was.
                        when=date_format(record.last_day, "F Y"),
                        where=brief_words.listed(str(district) for district in record.districts.all()),
                    )
                    for record in told
                ),
                left_out="Further records of this kind are counted above and not printed here."
                if more
                else "",
                limits=brief_words.limits(method, records),
            )
        )
    return sections, all_told


def _newest_by_method(chosen: EvidenceQuerySet) -> dict[str, list[Evidence]]:
    """The newest records of each method, more than are printed, since some say the same."""
    ranked = chosen.annotate(
        place=Window(
            RowNumber(), partition_by=F("method"), order_by=(F("happened_on").desc(), F("pk").desc())
        )
    )
    found: dict[str, list[Evidence]] = {}
    for record in (
        Evidence.objects.filter(pk__in=ranked.filter(place__lte=4 * MOST_TOLD).order_by().values("pk"))
        .order_by("-happened_on", "-pk")
        .prefetch_related("districts")
    ):
        found.setdefault(record.method, []).append(record)
    return found


def _once(records: Iterable[Evidence]) -> list[Evidence]:
    """The records without those that say the same as one before."""
    found: dict[str, Evidence] = {}
    for record in records:
        found.setdefault(" ".join(record.summary.casefold().split()), record)
    return list(found.values())


def _figures(
    records: Shown, people: Shown, sections: list[MethodSection], chosen: EvidenceQuerySet
) -> tuple[Figure, ...]:
    figures = [Figure(value=_text(records), label="reviewed records")]
    if people.value != 0:
        figures.append(Figure(value=_text(people), label="people affected", note="as far as the records say"))
    figures.append(
        Figure(
            value=str(len(sections)),
            label="way of asking" if len(sections) == 1 else "ways of asking",
            note="of the toolkit’s four" if all(section.code for section in sections) else "",
        )
    )
    told_by = chosen.order_by().filter(groups__isnull=False).aggregate(n=Count("groups", distinct=True))["n"]
    if told_by:
        figures.append(
            Figure(
                value=str(told_by),
                label="community group" if told_by == 1 else "community groups",
                note="told of it",
            )
        )
    return tuple(figures)


def _text(count: Shown) -> str:
    return str(count) if count.value is None else f"{count.value:,}"


def _named_most(barriers: CrossTable) -> list[str]:
    """Labels of barriers in the order of how often they are named, as far as that is shown."""
    named = [
        (count.value, place, label)
        for place, (label, count, _) in enumerate(barriers.bars)
        if count.value != 0 and label != "Not recorded"
    ]
    # What is hidden comes after what is shown: its place would say how large it is.
    return [label for value, place, label in sorted(named, key=lambda item: (-(item[0] or 0), item[1]))]


def _chart(barriers: CrossTable) -> BriefChart:
    return BriefChart(
        title="What stands in the way",
        corner="Barrier",
        measure="Records",
        bars=tuple(
            Bar(label=label, value=count.value, text=_text(count))
            for label, count, _ in sorted(barriers.bars, key=lambda bar: -(bar[1].value or 0))
            if count.value != 0
        ),
        note=barriers.note,
    )


def _table(people: CrossTable) -> BriefTable:
    """Districts by communities, without rows and columns that are all nought."""
    rows = [key for key in people.rows if people.protected[(key, TOTAL)].value != 0]
    columns = [key for key in people.columns if people.protected[(TOTAL, key)].value != 0]

    def line(key: Hashable, label: str) -> TableRow:
        return TableRow(
            label=label,
            cells=tuple(_text(people.protected[(key, column)]) for column in [*columns, TOTAL]),
            is_total=key is TOTAL,
        )

    return BriefTable(
        title="Who and where",
        corner="District",
        columns=(*(people.columns[key] for key in columns), "Total"),
        rows=(*(line(key, people.rows[key]) for key in rows), line(TOTAL, "Total")),
        caption="People affected, by district and community.",
        note=people.note,
    )


def _totals(
    people: CrossTable, labels: Mapping[Hashable, str], place: Callable[[Hashable], tuple[Hashable, Hashable]]
) -> list[tuple[str, Shown]]:
    """Label and count of each row or column that is named and not nought."""
    counts = [(label, people.protected[place(key)]) for key, label in labels.items() if key is not None]
    return [(label, count) for label, count in counts if count.value != 0]


def _needed(told: Iterable[Evidence]) -> tuple[str, ...]:
    """What is needed instead, each once, the newest first."""
    found: dict[str, str] = {}
    for record in told:
        words = " ".join(record.needed_instead.split())
        if words:
            found.setdefault(words.casefold(), words)
    return tuple(list(found.values())[:MOST_NEEDED])


def _able_groups(groups: QuerySet[CommunityGroup], choice: BriefChoice) -> tuple[AbleGroup, ...]:
    """Active groups that do such work or serve such people there, and agreed to be listed with their name."""
    able = (
        groups.filter(status=CommunityGroup.Status.ACTIVE, directory_consent_on__isnull=False)
        .filter(Q(services=choice.service_area) | Q(communities__in=choice.communities))
        # By the stored text, since SQLite can't look into JSON: who may not be named takes nobody's place.
        .alias(agreed=Cast("directory_fields", TextField()))
        .filter(agreed__contains='"name"')
    )
    if choice.districts:
        able = able.filter(districts__in=choice.districts)
    found = list(
        able.distinct()
        .annotate(
            # In JSON, so that the three come without a query of their own.
            lead=Subquery(
                Contact.objects.filter(group=OuterRef("pk"), is_lead=True)
                .order_by("pk")
                .values(told=JSONObject(name="name", phone="phone", email="email"))[:1]
            )
        )
        .order_by("name_key", "pk")[:MOST_GROUPS]
    )
    labels = _labels_of(found)
    return tuple(
        AbleGroup(name=group.name, fields=_agreed_fields(group, labels.get(group.pk, {}))) for group in found
    )


def _labels_of(groups: Sequence[CommunityGroup]) -> dict[int, dict[str, list[str]]]:
    """What each group has in its lists, by list, in the lists' own order. One query."""
    parts = [
        getattr(CommunityGroup, name)
        .through.objects.filter(communitygroup__in=groups)
        .values_list(
            "communitygroup_id",
            Value(name),
            Value(0) if name == "districts" else f"{column}__position",
            f"{column}__name" if name == "districts" else f"{column}__label",
        )
        for name, column in (
            ("communities", "community"),
            ("districts", "district"),
            ("serves", "audienceserved"),
            ("services", "servicearea"),
        )
    ]
    found: dict[int, dict[str, list[str]]] = {}
    for group, name, _, label in sorted(parts[0].union(*parts[1:], all=True)) if groups else ():
        found.setdefault(group, {}).setdefault(name, []).append(label)
    return found


def _agreed_fields(group: Any, labels: Mapping[str, list[str]]) -> tuple[GroupField, ...]:
    """What the group agreed to have listed beside its name."""
    lead = group.lead or {}
    texts = {
        "communities": [*labels.get("communities", ()), *group.own_words.split("\n")],
        "districts": [*labels.get("districts", ()), *group.places_list],
        "languages": group.languages_list,
        "serves": labels.get("serves", []),
        "services": labels.get("services", []),
        "meeting": [group.meeting_place, group.meeting_times],
        "contact": [lead.get("name", ""), lead.get("phone", ""), lead.get("email", "")],
        "website": [group.website],
    }
    return tuple(
        GroupField(label=label, text=", ".join(dict.fromkeys(filter(None, texts[name]))))
        for name, label in CommunityGroup.DIRECTORY_FIELDS.items()
        if name in group.directory_fields and name in texts and any(texts[name])
    )
