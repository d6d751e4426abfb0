"""The two layouts in which census tables are published, each read into the same form. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from groups.models import CensusTable
from toolkit_portal.core.spreadsheets import RowError, Table, TableError, label_key, normalise_header

MOST_FAULTS = 50
MOST_PEOPLE = 100_000_000
LONGEST_CATEGORY = 250
TOPICS = {"ethnic group": CensusTable.Topic.ETHNIC_GROUP, "main language": CensusTable.Topic.MAIN_LANGUAGE}
_NUMBER = re.compile(r"\d+|\d{1,3}(?:[, ]\d{3})+")
_MEASURES = re.compile(r"\s*;\s*measures?\s*:\s*values?\s*$", re.IGNORECASE)


class CensusError(TableError):
    """The table can't be used. faults: each one with its row and column, in words."""

    def __init__(self, *faults: RowError | str) -> None:
        self.faults = tuple(str(fault) for fault in faults)
        super().__init__("\n".join(self.faults))


@dataclass
class Area:
    """What a file says of one area that is known here."""

    name: str
    row: int
    people: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


@dataclass
class Found:
    """What either layout comes to, not yet held against its totals."""

    topic: CensusTable.Topic
    layout: str
    column: str = ""
    """Where the numbers stand; empty in a wide table, where each category has a column of its own."""
    headers: dict[str, str] = field(default_factory=dict)
    """The column of each category of a wide table."""
    seen: set[str] = field(default_factory=set)
    areas: dict[str, Area] = field(default_factory=dict)
    years: set[str] = field(default_factory=set)
    faults: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, row: int, column: str, message: str) -> None:
        self.faults.append(RowError(row, column, message))
        if len(self.faults) == MOST_FAULTS:
            raise CensusError(*self.faults, "There may be more; these are the first.")

    def add(self, area: Area, category: str, cell: str, row: int, column: str) -> None:
        """Notes a figure, or the fault in it."""
        try:
            people = _whole(cell)
        except ValueError as fault:
            self.fault(row, column, str(fault))
            return
        if category in area.people:
            self.fault(row, column, f"{area.name} has “{category}” in row {area.rows[category]} already.")
            return
        area.people[category], area.rows[category] = people, row


def read_layout(table: Table, known: Mapping[str, str]) -> Found:
    """What the table says of areas that are known here, in whichever layout it is. Raises CensusError for another."""
    names = {normalise_header(header): header for header in table.headers}
    if "observation" in names:
        return _long(table, names, known)
    if "geographycode" in names:
        return _wide(table, names, known)
    raise CensusError(
        "This isn’t a census table as the Office for National Statistics publishes it. It needs a column "
        "“Observation”, or a column “geography code” and one column a category."
    )


def _long(table: Table, names: Mapping[str, str], known: Mapping[str, str]) -> Found:
    """Rows of area, category and number."""
    number = names["observation"]
    pairs = {
        names[key.removesuffix("code")]: header
        for key, header in names.items()
        if key.endswith("code") and key.removesuffix("code") in names
    }
    topical = [header for header in pairs if _topic(header)]
    others = [header for header in pairs if not _topic(header)]
    if len(topical) != 1:
        raise CensusError(
            "It needs one column such as “Ethnic group (20 categories)” or “Main language (95 categories)”, "
            "and beside it one of the same name with “Code” behind."
        )
    if len(others) != 1:
        raise CensusError(
            f"It is broken down by {' and '.join(f'“{header}”' for header in others)}. Choose a table by area alone."
            if others
            else "It needs a column for the area, such as “Lower Tier Local Authorities”, and one for its code."
        )
    category_column, area_column = topical[0], others[0]
    topic = _topic(category_column)
    assert topic is not None
    found = Found(topic, "long", number)
    date = names.get("date") or names.get("year")
    for row in table.rows:
        code = row.cells[pairs[area_column]].upper()
        if not code:
            found.fault(row.number, pairs[area_column], "Say which area it is.")
            continue
        found.seen.add(code)
        if code not in known:
            continue
        category = row.cells[category_column]
        if row.cells[pairs[category_column]] == "-8" or label_key(category) == "doesnotapply":
            continue
        area = found.areas.setdefault(code, Area(known[code], row.number))
        if date:
            found.years.add(row.cells[date])
        if not category or len(category) > LONGEST_CATEGORY:
            found.fault(row.number, category_column, "Say which category it is, in 250 characters at most.")
            continue
        found.add(area, category, row.cells[number], row.number, number)
    return found


def _wide(table: Table, names: Mapping[str, str], known: Mapping[str, str]) -> Found:
    """A row an area, a column a category."""
    columns: dict[str, str] = {}
    topics = set()
    for header in table.headers:
        start, colon, rest = header.partition(":")
        category = _MEASURES.sub("", rest).strip()
        if colon and category and (topic := _topic(start)):
            topics.add(topic)
            columns[header] = category
    if len(topics) != 1:
        raise CensusError(
            "Its categories aren’t those of ethnic group or main language. "
            "Each column must be headed such as “Ethnic group: White: Roma”."
        )
    used = {*columns, *(names[key] for key in ("date", "geography", "geographycode") if key in names)}
    found = Found(topics.pop(), "wide", headers={category: header for header, category in columns.items()})
    if long := [header for header, category in columns.items() if len(category) > LONGEST_CATEGORY]:
        raise CensusError(RowError(0, long[0][:40], "The heading has more than 250 characters."))
    if not any(is_total(category) for category in columns.values()):
        raise CensusError(
            "It has no column with the total, such as “Ethnic group: Total: All usual residents”, "
            "so nobody could tell whether columns are missing."
        )
    if left := [header for header in table.headers if header not in used]:
        found.notes.append(f"Left out: {', '.join(left[:10])}{' and others' if len(left) > 10 else ''}.")
    for row in table.rows:
        code = row.cells[names["geographycode"]].upper()
        if not code:
            found.fault(row.number, names["geographycode"], "Say which area it is.")
            continue
        if code in known and code in found.areas:
            first = found.areas[code].row
            found.fault(row.number, names["geographycode"], f"{known[code]} stands in row {first} already.")
            continue
        found.seen.add(code)
        if code not in known:
            continue
        area = found.areas[code] = Area(known[code], row.number)
        if "date" in names:
            found.years.add(row.cells[names["date"]])
        for header, category in columns.items():
            found.add(area, category, row.cells[header], row.number, header)
    return found


def is_total(category: str) -> bool:
    return re.match(r"total\b", category, re.IGNORECASE) is not None


def _topic(header: str) -> CensusTable.Topic | None:
    folded = " ".join(header.casefold().split())
    return next((topic for start, topic in TOPICS.items() if re.match(rf"{start}\b", folded)), None)


def _whole(cell: str) -> int:
    """A number of people as programs write it. Raises ValueError in words."""
    if not cell:
        raise ValueError("There is no number.")
    shown = cell if len(cell) <= 40 else cell[:39] + "…"
    if not (cell.isascii() and len(cell) < 40 and _NUMBER.fullmatch(cell)):
        raise ValueError(f"“{shown}” isn’t a whole number of people from 0 up.")
    people = int(cell.replace(",", "").replace(" ", ""))
    if people > MOST_PEOPLE:
        raise ValueError(f"“{shown}” is more than there can be.")
    return people
