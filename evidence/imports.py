"""Evidence from a spreadsheet: every row is read and judged first, then all are written or none.

A row that repeats a record (same LIO, day, method, service area and words) changes nothing; one that contradicts it
is an error. So the same file twice changes nothing. A provider or commissioner that is new goes into the directory.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from evidence.import_rows import COLUMNS, LISTS, ORGANISATIONS, REQUIRED, Given, Reader, record_key
from evidence.models import Evidence
from groups.group_rows import shortened
from groups.models import LIO, CommunityGroup
from groups.models.community_groups import name_key
from toolkit_portal.core.judged_rows import JudgedRows, RowFate
from toolkit_portal.core.spreadsheets import ColumnMatch, RowError, Table, match_columns


class EvidenceImport(JudgedRows[Given]):
    """Records of need to add; no row changes what is recorded."""


def match(headers: Table | Iterable[str]) -> ColumnMatch:
    """The file's headers matched to the columns of an import. Raises TableError where two mean the same."""
    return match_columns(headers, COLUMNS, REQUIRED)


def judge(
    table: Table,
    *,
    groups: QuerySet[CommunityGroup],
    lios: list[LIO],
    default_lio: LIO | None = None,
    columns: dict[str, str] | None = None,
    ignore_unknown: bool = False,
) -> EvidenceImport:
    """Reads every row and says what would become of it; writes nothing.

    groups, lios: those the importer may write to. default_lio: of rows that name neither. columns: known column ->
    header, where the importer has chosen them. Raises TableError where two headers mean the same column.
    """
    found = EvidenceImport()
    chosen = found.begin(table, columns, COLUMNS, REQUIRED, ignore_unknown=ignore_unknown)
    if found.errors:
        return found
    reader = Reader(groups, lios, default_lio)
    read: list[tuple[int, str, Given | None]] = []
    for row in table.rows:
        cells = {column: cell.strip() for column, cell in row.under(chosen).items()}
        given, faults = reader.read(cells)
        found.errors += [RowError(row.number, chosen.get(column, column), text) for column, text in faults]
        read.append((row.number, shortened(cells.get("summary", "")), given))
    _place(found, read)
    return found


def _place(found: EvidenceImport, read: list[tuple[int, str, Given | None]]) -> None:
    """Decides each faultless row against what is recorded and the rows before it."""
    known = _known([given for _, _, given in read if given is not None])
    rows: dict[tuple, tuple[int, Given]] = {}
    for number, name, given in read:
        if given is None:
            found.fates.append(RowFate(number, name, "error"))
            continue
        before = rows.get(given.key)
        stored = known.get(given.key)
        if before is not None:
            differs = _differs(given, _values(before[1]))
            where = f"row {before[0]}"
        elif stored is not None:
            differs = _differs(given, stored)
            where = "what is recorded"
        else:
            rows[given.key] = (number, given)
            found.to_write.append(given)
            found.fates.append(RowFate(number, name, "add", _note(given)))
            continue
        if differs:
            found.errors.append(
                RowError(
                    number,
                    ", ".join(differs),
                    f"contradicts {where}, which has the same day, service and words.",
                )
            )
            found.fates.append(RowFate(number, name, "error"))
        else:
            words = "Is recorded already." if before is None else f"Repeats row {before[0]}."
            found.fates.append(RowFate(number, name, "nothing", words))


def _note(given: Given) -> str:
    return "" if given.reviewed else "As a draft."


def _values(given: Given) -> dict[str, Any]:
    """What a row says beyond its key, comparable with a stored record's."""
    return {
        "people_affected": given.fields["people_affected"],
        "needed_instead": " ".join(given.fields["needed_instead"].casefold().split()),
        "strength": given.fields["strength"],
        **{name: name_key(given.organisations.get(name, "")) for name in ORGANISATIONS},
        **{name: frozenset(item.pk for item in given.lists[name]) for name in (*LISTS, "groups")},
    }


def _differs(given: Given, held: dict[str, Any]) -> list[str]:
    """Columns in which a row says something else than is held; what it leaves empty doesn't count."""
    return [
        name
        for name, value in _values(given).items()
        if value not in (None, "", frozenset())
        and value != held[name]
        and not (isinstance(value, frozenset) and value <= held[name])
    ]


def _known(wanted: list[Given]) -> dict[tuple, dict[str, Any]]:
    """What is recorded of the days and LIOs that the file names, by key."""
    found: dict[tuple, dict[str, Any]] = {}
    if not wanted:
        return found
    days = {given.fields["happened_on"] for given in wanted}
    keys = {given.key for given in wanted}
    records = (
        Evidence.objects.filter(
            lio__in={given.lio.pk for given in wanted}, happened_on__range=(min(days), max(days))
        )
        .select_related("provider", "commissioner")
        .prefetch_related(*LISTS, "groups")
    )
    for record in records.iterator(chunk_size=2000):
        key = record_key(
            record.lio_id, record.happened_on, record.method, record.service_area_id, record.summary
        )
        if key in keys:
            found[key] = {
                "people_affected": record.people_affected,
                "needed_instead": " ".join(record.needed_instead.casefold().split()),
                "strength": record.strength,
                **{name: name_key(str(getattr(record, name) or "")) for name in ORGANISATIONS},
                **{
                    name: frozenset(item.pk for item in getattr(record, name).all())
                    for name in (*LISTS, "groups")
                },
            }
    return found
