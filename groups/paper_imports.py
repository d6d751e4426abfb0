"""Papers from a spreadsheet: every row is read and judged first, then all of them are written or none.

A row that repeats what is recorded changes nothing, and what it leaves empty stays as it is. One that says otherwise
changes the paper, whose history keeps how it stood; one that contradicts an earlier row is an error. So the same file
twice changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from groups import trail
from groups.credentials import FACTS, State, check_facts, readiness_changed
from groups.group_rows import Cells, Overtaken, RowsImport, day_words, locked_groups, shortened, today
from groups.models import LIO, CommunityGroup, Credential, CredentialChange, User
from groups.paper_rows import COLUMNS, FOUR, REQUIRED, Given, Reader
from toolkit_portal.core.dates import months_after
from toolkit_portal.core.judged_rows import RowFate
from toolkit_portal.core.spreadsheets import ColumnMatch, Table, match_columns

# Where each fact stands in the file, and what it is called where it changes.
COLUMN_OF = {
    "state": "state",
    "why_not_needed": "note",
    "issued_on": "issued",
    "expires_on": "expires",
    "pounds": "sum",
    "checked_by": "checked_by",
    "checked_on": "checked_on",
    "note": "note",
}
CALLED = {
    "state": "How it stands",
    "why_not_needed": "Why it isn't needed yet",
    "issued_on": "Issued",
    "expires_on": "Expires",
    "review_on": "Look at it again",
    "pounds": "Sum",
    "checked_by": "Checked by",
    "checked_on": "Checked on",
    "note": "Note",
}


@dataclass(frozen=True)
class PaperToWrite:
    """A paper as it is to stand: every one of FACTS."""

    group: int
    kind: int
    facts: dict[str, Any]


class PaperImport(RowsImport[PaperToWrite]):
    FATES: ClassVar[tuple[str, ...]] = ("add", "update", "nothing", "error")


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
) -> PaperImport:
    """Reads every row and says what would become of it; writes nothing. Three queries.

    groups: those the importer may write to. default_lio: of rows that name none. columns: known column -> header,
    where the importer has chosen them. Raises TableError where two headers mean the same column.
    """
    found = PaperImport()
    chosen = found.begin(table, columns, COLUMNS, REQUIRED, ignore_unknown=ignore_unknown)
    if found.errors:
        return found
    reader = Reader(groups, default_lio)
    read: list[tuple[int, str, Given | None, list[tuple[str, str]]]] = []
    for row in table.rows:
        cells = Cells(row.under(chosen))
        given = reader.read(cells)
        name = f"{shortened(cells.cells['group'])}: {given.kind if given else shortened(cells.cells['kind'])}"
        read.append((row.number, name, given, cells.faults))
    found.groups = {given.group for _, _, given, _ in read if given}
    recorded = {
        (paper.group_id, paper.kind_id): paper
        for paper in Credential.objects.filter(group__in=found.groups).order_by()
    }
    found.seen = {(paper.pk, paper.version) for paper in recorded.values()}
    rows: dict[tuple[int, int], tuple[int, Given]] = {}
    for number, name, given, faults in read:
        if given is not None:
            key = (given.group, given.kind.pk)
            faults = _place(found, number, name, given, rows.get(key), recorded.get(key))
            rows.setdefault(key, (number, given))
        if faults:
            found.refuse(number, name, faults, chosen)
    return found


def _place(
    found: PaperImport,
    number: int,
    name: str,
    given: Given,
    before: tuple[int, Given] | None,
    paper: Credential | None,
) -> list[tuple[str, str]]:
    """Decides a faultless row against an earlier one and what is recorded; what contradicts, as (column, message)."""
    if before is not None:
        facts, others = given.facts, before[1].facts
        differs = {COLUMN_OF[fact] for fact in FACTS if facts.get(fact) != others.get(fact)}
        if differs:
            columns = ", ".join(column for column in COLUMNS if column in differs)
            return [(columns, f"contradicts row {before[0]}, which is about the same paper.")]
        found.fates.append(RowFate(number, name, "nothing", f"Repeats row {before[0]}."))
        return []
    held = {fact: getattr(paper or Credential(), fact) for fact in FACTS}
    facts = merged(held, given)
    if (fault := _contradiction(facts, given)) is not None:
        return [fault]
    if facts == held:
        words = "Is recorded already." if paper else "Is missing already."
        found.fates.append(RowFate(number, name, "nothing", words))
        return []
    if paper is None and given.kind.retired_on:
        return [("kind", f"“{given.kind}” isn't asked for any more.")]
    found.to_write.append(PaperToWrite(given.group, given.kind.pk, facts))
    found.fates.append(
        RowFate(number, name, "update" if paper else "add", " ".join(_notes(held, facts, bool(paper))))
    )
    return []


def merged(held: dict[str, Any], given: Given) -> dict[str, Any]:
    """How a paper would stand: what is held, with what the row gives over it."""
    facts = held | given.facts
    if facts["state"] != State.NOT_NEEDED:
        facts["why_not_needed"] = ""
    issued = given.facts.get("issued_on")
    if issued and issued != held["issued_on"] and given.kind.review_months:
        facts["review_on"] = months_after(issued, given.kind.review_months)
    return facts


def _contradiction(facts: dict[str, Any], given: Given) -> tuple[str, str] | None:
    """What contradicts itself once a row is laid over what is held, as (column, message)."""
    if facts["state"] == State.NOT_NEEDED and not facts["why_not_needed"]:
        return "note", "is empty. Say here why it isn't needed yet."
    if given.lapsed and (facts["expires_on"] is None or facts["expires_on"] > today()):
        return "state", f"says that it has expired: give the day it ran out, or use {FOUR}."
    try:
        check_facts(facts)
    except ValueError as fault:
        words = str(fault)
        if "expires_on" not in given.facts:
            words += f" {day_words(facts['expires_on'])} is recorded: give the new day it expires."
        else:
            words += f" {day_words(facts['issued_on'])} is recorded as the day of issue."
        return "expires", words
    return None


def _notes(held: dict[str, Any], facts: dict[str, Any], is_known: bool) -> list[str]:
    """What a person should see before it is written: every fact that changes, from old to new."""
    notes = [
        f"{CALLED[fact]}: {_words(held[fact], fact)} → {_words(facts[fact], fact)}."
        if is_known
        else f"{CALLED[fact]}: {_words(facts[fact], fact)}."
        for fact in FACTS
        if facts[fact] != held[fact] or (fact == "state" and not is_known)
    ]
    if any(held[day] and facts[day] and facts[day] < held[day] for day in ("issued_on", "checked_on")):
        notes.append("Check it: this is older than what is recorded.")
    if facts["state"] == State.IN_PLACE and facts["expires_on"] and facts["expires_on"] <= today():
        notes.append("It has run out, so it counts as missing.")
    return notes


def _words(value: Any, fact: str) -> str:
    if value in (None, ""):
        return "nothing"
    if fact == "state":
        return str(State(value).label)
    if isinstance(value, date):
        return day_words(value)
    return f"£{value:,}" if fact == "pounds" else shortened(str(value))


def write(judged: PaperImport, *, by: User | None) -> None:
    """Writes all that was judged, in one transaction, with its history; a bounded number of queries.

    Raises ValueError where the file has faults, Overtaken where a paper of its groups has changed since.
    """
    judged.must_be_faultless()
    if not judged.to_write:
        return
    now = timezone.now()
    with transaction.atomic():
        recorded = {
            (group, kind): (pk, version)
            for group, kind, pk, version in Credential.objects.filter(group__in=locked_groups(judged))
            .order_by()
            .values_list("group_id", "kind_id", "pk", "version")
        }
        if set(recorded.values()) != judged.seen:
            raise Overtaken
        papers = [
            Credential(
                group_id=row.group,
                kind_id=row.kind,
                version=recorded.get((row.group, row.kind), (0, 0))[1] + 1,
                changed_by=by,
                **row.facts,
            )
            for row in judged.to_write
        ]
        # New ones and those that are recorded at once; bulk_update() would take ten times as long.
        Credential.objects.bulk_create(
            papers,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["group", "kind"],
            update_fields=[*FACTS, "version", "changed_by", "updated_at"],
        )
        CredentialChange.objects.bulk_create(
            (
                CredentialChange(credential=paper, recorded_by=by, recorded_at=now, **row.facts)
                for paper, row in zip(papers, judged.to_write, strict=True)
            ),
            batch_size=1000,
        )
        readiness_changed.send(
            Credential, groups=sorted({row.group for row in judged.to_write}), cause="Papers were imported"
        )
        if by is not None:
            trail.record("papers imported", by, by=by, papers=len(judged.to_write))
