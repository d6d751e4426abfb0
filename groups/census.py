"""Reading a census table as the Office for National Statistics publishes it, long or wide. Pure: writes nothing.

Long: one row an area and category, the number in "Observation"; the code -8 means "Does not apply".
Wide: one row an area, a column a category such as "Ethnic group: White: Roma", with totals and headings between.
Totals and headings are checked against their parts and never counted themselves. Tables of ethnic group and of main
language are read alike.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from groups.models import CensusTable
from toolkit_portal.core.spreadsheets import (
    RowError,
    Table,
    TableError,
    TableLimits,
    label_key,
    match_label,
    normalise_header,
)

# A table of 95 languages and 331 areas has 31,445 rows.
LIMITS = TableLimits(rows=50_000, columns=500)
MOST_FAULTS = 50
MOST_CATEGORIES = 300
MOST_PEOPLE = 100_000_000
LONGEST_CATEGORY = 250
TOPICS = {"ethnic group": CensusTable.Topic.ETHNIC_GROUP, "main language": CensusTable.Topic.MAIN_LANGUAGE}
# What the census calls a community, where our list has it in other words. Labels of 2011 come after those of 2021.
OTHER_LABELS = {
    "Other White": "Any other White background",
    "Other Mixed or Multiple ethnic groups": "Any other Mixed or Multiple background",
    "Other Asian": "Any other Asian background",
    "Other Black": "Any other Black, Black British or Caribbean background",
    "English/Welsh/Scottish/Northern Irish/British": "English, Welsh, Scottish, Northern Irish or British",
    "Other Mixed": "Any other Mixed or Multiple background",
}
_OTHER_KEYS = {label_key(published): label for published, label in OTHER_LABELS.items()}
# Only the census of 2021 had these among its ethnic groups, so a file without a year can be told by them.
_OF_2021 = {"Black, Black British, Black Welsh, Caribbean or African: African", "White: Roma"}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_NUMBER = re.compile(r"\d+|\d{1,3}(?:[, ]\d{3})+")
_MEASURES = re.compile(r"\s*;\s*measures?\s*:\s*values?\s*$", re.IGNORECASE)
_CODE_OF_TABLE = re.compile(r"(?<![A-Za-z])([A-Z]{2}\d{3})(?!\d)", re.IGNORECASE)


class CensusError(TableError):
    """The table can't be used. faults: each one with its row and column, in words."""

    def __init__(self, *faults: RowError | str) -> None:
        self.faults = tuple(str(fault) for fault in faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Figure:
    """People of a category in an area that is known here."""

    gss_code: str
    area: str
    category: str
    people: int


@dataclass(frozen=True)
class Census:
    """A table that has been read and fits together."""

    topic: CensusTable.Topic
    title: str
    year: int
    layout: str
    """"long" or "wide"."""
    areas: int
    """How many areas the file has."""
    codes: tuple[str, ...]
    """Those of them that are known here."""
    categories: tuple[str, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Area:
    """What a file says of one area that is known here."""

    name: str
    row: int
    people: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


@dataclass
class _Found:
    """What either layout comes to, not yet held against its totals."""

    topic: CensusTable.Topic
    layout: str
    column: str
    """Where a fault of a category stands: the column, with {} for the category in a wide table."""
    seen: set[str] = field(default_factory=set)
    areas: dict[str, _Area] = field(default_factory=dict)
    years: set[str] = field(default_factory=set)
    faults: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, row: int, column: str, message: str) -> None:
        self.faults.append(RowError(row, column, message))
        if len(self.faults) == MOST_FAULTS:
            raise CensusError(*self.faults, "There may be more; these are the first.")

    def add(self, area: _Area, category: str, cell: str, row: int, column: str) -> None:
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


def read_census(
    table: Table, *, known: Mapping[str, str], filename: str = "", year: int | None = None, latest: int = 2100
) -> Census:
    """The figures of the areas that are known here: known maps GSS code to name.

    year: of the census, where the file doesn't say; latest: the newest year there can be one of.
    Raises CensusError, which names rows and columns.
    """
    names = {normalise_header(header): header for header in table.headers}
    if "observation" in names:
        found = _long(table, names, known)
    elif "geographycode" in names:
        found = _wide(table, names, known)
    else:
        raise CensusError(
            "This isn’t a census table as the Office for National Statistics publishes it. It needs a column "
            "“Observation”, or a column “geography code” and one column a category."
        )
    if not found.faults and not found.areas:
        example = next(iter(known.items()), ("", ""))
        raise CensusError(
            f"None of its {len(found.seen)} areas is known here. It must have figures for council areas by their "
            f"code, such as {example[0]} for {example[1]}."
            if example[0]
            else "No council area is known here yet."
        )
    categories = _parts(found)
    if found.faults:
        raise CensusError(*found.faults)
    return Census(
        topic=found.topic,
        title=" ".join([*_CODE_OF_TABLE.findall(filename)[:1], found.topic.label]),
        year=_year(found, year, filename, categories, latest),
        layout=found.layout,
        areas=len(found.seen),
        codes=tuple(found.areas),
        categories=categories,
        figures=tuple(
            Figure(code, area.name, category, area.people[category])
            for code, area in found.areas.items()
            for category in categories
        ),
        notes=(*table.notes, *found.notes),
    )


def match_community(category: str, labels: Iterable[str]) -> str | None:
    """The community that a category of the census means, by the last part of its name; None where there is none."""
    known = list(labels)
    last = category.rpartition(": ")[2]
    return (
        match_label(category, known)
        or match_label(last, known)
        or match_label(_OTHER_KEYS.get(label_key(last), ""), known)
    )


def _long(table: Table, names: Mapping[str, str], known: Mapping[str, str]) -> _Found:
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
    found = _Found(topic, "long", number)
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
        area = found.areas.setdefault(code, _Area(known[code], row.number))
        if date:
            found.years.add(row.cells[date])
        if not category or len(category) > LONGEST_CATEGORY:
            found.fault(row.number, category_column, "Say which category it is, in 250 characters at most.")
            continue
        found.add(area, category, row.cells[number], row.number, number)
    return found


def _wide(table: Table, names: Mapping[str, str], known: Mapping[str, str]) -> _Found:
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
    found = _Found(topics.pop(), "wide", "")
    if long := [header for header, category in columns.items() if len(category) > LONGEST_CATEGORY]:
        raise CensusError(RowError(0, long[0][:40], "The heading has more than 250 characters."))
    if not any(_is_total(category) for category in columns.values()):
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
        area = found.areas[code] = _Area(known[code], row.number)
        if "date" in names:
            found.years.add(row.cells[names["date"]])
        for header, category in columns.items():
            found.add(area, category, row.cells[header], row.number, header)
    return found


def _parts(found: _Found) -> tuple[str, ...]:
    """The categories that aren't the sum of others; faults for figures that are missing and sums that don't fit."""
    every = list(dict.fromkeys(category for area in found.areas.values() for category in area.people))
    if len(every) > MOST_CATEGORIES:
        raise CensusError(f"It has {len(every):,} categories; the most is {MOST_CATEGORIES}.")
    headings = {over for category in every for over in _over(category)} & set(every)
    parts = tuple(category for category in every if category not in headings and not _is_total(category))
    if found.areas and not parts and not found.faults:
        raise CensusError("It has a total and no categories.")
    whole = {category for category in every if _is_total(category)}
    complete = not found.faults
    for area in found.areas.values():
        missing = [category for category in every if category not in area.people]
        # A figure that couldn't be read has had its fault already.
        for category in missing if complete else ():
            found.fault(area.row, found.column, f"{area.name} has no figure for “{category}”.")
        if missing or not complete:
            continue
        sums = dict.fromkeys(whole | headings, 0)
        for category in parts:
            for over in {*whole, *_over(category)} & sums.keys():
                sums[over] += area.people[category]
        for over, added in sums.items():
            if added != area.people[over]:
                found.fault(
                    area.rows[over],
                    found.column or over,
                    f"“{over}” of {area.name} is {area.people[over]:,}, and its parts come to {added:,}.",
                )
    return parts


def _over(category: str) -> list[str]:
    """The headings that a category may stand under: "A" and "A: B" of "A: B: C"."""
    steps = category.split(": ")
    return [": ".join(steps[:number]) for number in range(1, len(steps))]


def _is_total(category: str) -> bool:
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


def _year(found: _Found, given: int | None, filename: str, categories: Iterable[str], latest: int) -> int:
    """The year of the census: as the file says, else as given, else of the file's name, else by its categories."""
    stated = {next(iter(_YEAR.findall(cell)), cell) for cell in found.years if cell}
    if len(stated) > 1:
        raise CensusError(
            f"It holds several dates: {', '.join(sorted(stated))[:80]}. Choose a table of one census."
        )
    text = next(iter(stated), "")
    if text and not _YEAR.fullmatch(text):
        raise CensusError(f"“{text[:40]}” isn’t a year.")
    if text and given is not None and int(text) != given:
        raise CensusError(f"The file says that it is of {text}, not {given}.")
    in_name = _YEAR.search(filename)
    if text:
        year = int(text)
    elif given is not None:
        year = given
    elif in_name:
        year = int(in_name[1])
    elif set(categories) >= _OF_2021:
        year = 2021
    else:
        raise CensusError("The file doesn’t say of which year it is. Give the year as well.")
    if not 1801 <= year <= latest:
        raise CensusError(f"There is no census of {year}: the year must lie between 1801 and {latest}.")
    return year
