"""Pieces of work from a spreadsheet: every row is read and judged first, then all of them are written or none.

A row is about a piece of work that is recorded where group and title are the same, and the day it began unless one of
them has none. It may fill in what was empty; where it contradicts, it is an error. So the same file twice changes
nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet

from groups import trail
from groups.credentials import readiness_changed
from groups.group_rows import (
    Cells,
    GroupFinder,
    Overtaken,
    RowsImport,
    day_words,
    locked_groups,
    shortened,
)
from groups.models import LIO, CommunityGroup, ServiceArea, TrackRecord, User
from groups.models.community_groups import name_key
from groups.models.credentials import MOST_POUNDS
from groups.track_records import check_fields
from toolkit_portal.core.judged_rows import RowFate
from toolkit_portal.core.spreadsheets import (
    ColumnMatch,
    Table,
    label_key,
    match_columns,
    split_values,
    unknown_value_message,
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "group": ("name", "group name", "community group"),
    "lio": ("local infrastructure organisation",),
    "title": ("piece of work", "what was done", "project", "work"),
    "for_whom": ("funder", "commissioner", "paid by"),
    "value": ("worth", "sum", "amount", "contract value", "value in pounds"),
    "start": ("from", "started", "start date", "starts on"),
    "end": ("to", "until", "ended", "end date", "ends on"),
    "people_reached": ("people", "number of people", "beneficiaries"),
    "outcomes": ("outcome", "what came of it", "results"),
    "services": ("service", "service area", "service areas"),
}
REQUIRED = ("group", "title")
FACTS = ("title", "for_whom", "pounds", "starts_on", "ends_on", "people_reached", "outcomes")
COLUMN_OF = {"pounds": "value", "starts_on": "start", "ends_on": "end"}
MOST_LETTERS = 5_000
MOST_PEOPLE = 1_000_000
# What people write where a piece of work hasn't ended.
STILL = {"ongoing", "present", "now", "today", "continuing", "current"}
NOTHING: tuple[Any, ...] = (None, "", frozenset())


@dataclass
class Work:
    """A piece of work as it is recorded or as an earlier row gave it, and what would be written of it."""

    group: int
    values: dict[str, Any]
    pk: int | None = None
    from_row: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)


class WorkImport(RowsImport[Work]):
    FATES: ClassVar[tuple[str, ...]] = ("add", "fill in", "nothing", "error")


def match(headers: Table | Iterable[str]) -> ColumnMatch:
    """The file's headers matched to the columns of an import. Raises TableError where two mean the same."""
    return match_columns(headers, COLUMNS, REQUIRED)


def judge(
    table: Table,
    *,
    groups: QuerySet[CommunityGroup],
    default_lio: LIO | None = None,
    columns: dict[str, str] | None = None,
    ignore_unknown: bool = False,
) -> WorkImport:
    """Reads every row and says what would become of it; writes nothing. Four queries.

    groups: those the importer may write to. default_lio: of rows that name none. columns: known column -> header,
    where the importer has chosen them. Raises TableError where two headers mean the same column.
    """
    found = WorkImport()
    chosen = found.begin(table, columns, COLUMNS, REQUIRED, ignore_unknown=ignore_unknown)
    if found.errors:
        return found
    reader = _Reader(groups, default_lio)
    read = []
    for row in table.rows:
        cells = Cells(row.under(chosen))
        given = reader.read(cells)
        name = f"{shortened(cells.cells['group'])}: {shortened(cells.cells['title'])}"
        read.append((row.number, name, given, cells.faults))
    known = _known(found, {given[0] for _, _, given, _ in read if given})
    for number, name, given, faults in read:
        if given is not None:
            group, values = given
            same = known.setdefault((group, name_key(values["title"]) or values["title"]), [])
            faults = _place(found, number, name, Work(group, values, from_row=number), same)
        if faults:
            found.refuse(number, name, faults, chosen)
    return found


def _known(found: WorkImport, groups: set[int]) -> dict[tuple[int, str], list[Work]]:
    """What is recorded of the file's groups, by group and title."""
    found.groups = groups
    known: dict[tuple[int, str], list[Work]] = {}
    for work in TrackRecord.objects.filter(group__in=groups).order_by("pk").prefetch_related("services"):
        found.seen.add((work.pk, work.version))
        values = {name: getattr(work, name) for name in FACTS} | {"services": frozenset(work.services.all())}
        key = (work.group_id, name_key(work.title) or work.title)
        known.setdefault(key, []).append(Work(work.group_id, values, pk=work.pk))
    return known


def _place(found: WorkImport, number: int, name: str, row: Work, same: list[Work]) -> list[tuple[str, str]]:
    """Decides a faultless row against those of the same group and title; what contradicts, as (column, message)."""
    given = {fact: value for fact, value in row.values.items() if fact != "title" and value not in NOTHING}
    for work in same:
        if all(_agrees(work.values[fact], value) for fact, value in given.items()):
            words = f"Repeats row {work.from_row}." if work.from_row else "Is recorded already."
            found.fates.append(RowFate(number, name, "nothing", words))
            return []
    starts = row.values["starts_on"]
    fits = [work for work in same if starts is not None and work.values["starts_on"] == starts] or [
        work for work in same if starts is None or work.values["starts_on"] is None
    ]
    if len(fits) > 1:
        return [("title", f"{len(fits)} pieces of work have this title. Give the day it began.")]
    if not fits:
        row.changes = row.values
        note = "The group has work of this title with another start." if same else ""
        same.append(row)
        found.to_write.append(row)
        found.fates.append(RowFate(number, name, "add", note))
        return []
    work = fits[0]
    fills = {fact: value for fact, value in given.items() if work.values[fact] in NOTHING}
    where = f"row {work.from_row}" if work.from_row else "what is recorded"
    clashes = [
        (
            COLUMN_OF.get(fact, fact),
            f"contradicts {where}: {_words(work.values[fact])} there, {_words(value)} here.",
        )
        for fact, value in given.items()
        if fact not in fills and not _agrees(work.values[fact], value)
    ]
    if not clashes:
        clashes = _check(work.values | fills)
    if clashes:
        return clashes
    if work.pk is not None and not work.changes:
        found.to_write.append(work)
    work.values = work.values | fills
    work.changes = work.changes | fills
    filled = ", ".join(COLUMN_OF.get(fact, fact).replace("_", " ") for fact in fills)
    found.fates.append(RowFate(number, name, "fill in", f"Adds {filled}."))
    return []


def _check(values: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        check_fields(values)
    except ValueError as fault:
        return [("end", str(fault))]
    return []


def _agrees(held: Any, value: Any) -> bool:
    """Whether a value repeats what is held; services do when they name nothing new."""
    if isinstance(value, frozenset):
        return value <= held
    if isinstance(value, str):
        return " ".join(held.split()).casefold() == " ".join(value.split()).casefold()
    return held == value


def _words(value: Any) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, date):
        return day_words(value)
    return f"{value:,}" if isinstance(value, int) else shortened(str(value))


class _Reader(GroupFinder):
    """Turns the text of a row into what it gives, with every fault by column."""

    def __init__(self, groups: QuerySet[CommunityGroup], default_lio: LIO | None) -> None:
        super().__init__(groups, default_lio)
        self.services = {label_key(service.label): service for service in ServiceArea.objects.all()}

    def read(self, cells: Cells) -> tuple[int, dict[str, Any]] | None:
        """The group's id and what the row gives, or None where it has faults."""
        group = self.find(cells.cells["group"], cells.cells.get("lio", ""), cells.faults)
        if not cells.cells["title"].strip():
            cells.fault("title", "is empty. Say in a few words what was done.")
        is_going_on = cells.cells.get("end", "").strip().casefold() in STILL
        values = {
            "title": cells.line("title", 200),
            "for_whom": cells.line("for_whom", 200),
            "pounds": cells.pounds("value", MOST_POUNDS),
            "starts_on": cells.day("start"),
            "ends_on": None if is_going_on else cells.day("end", ahead=True),
            "people_reached": cells.number("people_reached", MOST_PEOPLE),
            "outcomes": cells.words("outcomes", MOST_LETTERS),
            "services": self._services(cells),
        }
        cells.faults += _check(values)
        return None if cells.faults or group is None else (group, values)

    def _services(self, cells: Cells) -> frozenset[ServiceArea]:
        found = set()
        for words in split_values(cells.cells.get("services", "")):
            service = self.services.get(label_key(words))
            if service is None:
                known = [service.label for service in self.services.values()]
                cells.fault("services", unknown_value_message("service area", words, known))
            else:
                found.add(service)
        return frozenset(found)


def write(judged: WorkImport, *, by: User | None) -> None:
    """Writes all that was judged, in one transaction; a bounded number of queries.

    Raises ValueError where the file has faults, Overtaken where work of its groups has changed since.
    """
    judged.must_be_faultless()
    if not judged.to_write:
        return
    with transaction.atomic():
        recorded = {
            work.pk: work for work in TrackRecord.objects.filter(group__in=locked_groups(judged)).order_by()
        }
        if {(work.pk, work.version) for work in recorded.values()} != judged.seen:
            raise Overtaken
        works: list[TrackRecord] = []
        for row in judged.to_write:
            work = recorded[row.pk] if row.pk else TrackRecord(group_id=row.group, version=0)
            work.pk = None
            for name in FACTS:
                setattr(work, name, row.values[name])
            work.version += 1
            work.changed_by = by
            works.append(work)
        # New ones and those that are recorded at once, which their client ids tell; bulk_update() would take ten times
        # as long.
        TrackRecord.objects.bulk_create(
            works,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["client_id"],
            update_fields=[*FACTS, "version", "changed_by", "updated_at"],
        )
        through = TrackRecord.services.through
        through.objects.bulk_create(
            (
                through(trackrecord_id=work.pk, servicearea_id=service.pk)
                for work, row in zip(works, judged.to_write, strict=True)
                for service in row.changes.get("services", ())
            ),
            batch_size=2000,
        )
        readiness_changed.send(
            TrackRecord,
            groups=sorted({row.group for row in judged.to_write}),
            cause="Pieces of work were imported",
        )
        if by is not None:
            trail.record("pieces of work imported", by, by=by, works=len(judged.to_write))
