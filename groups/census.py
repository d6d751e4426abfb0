"""Reading a census table as the Office for National Statistics publishes it, long or wide. Pure: writes nothing.

Long: one row an area and category, the number in "Observation"; the code -8 means "Does not apply".
Wide: one row an area, a column a category such as "Ethnic group: White: Roma", with totals and headings between.
Totals and headings are checked against their parts and never counted themselves. Tables of ethnic group and of main
language are read alike.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from groups.census_layouts import CensusError, Found, is_total, read_layout
from groups.models import CensusTable
from toolkit_portal.core.spreadsheets import Table, TableLimits, label_key, match_label

# A table of 95 languages and 331 areas has 31,445 rows.
LIMITS = TableLimits(rows=50_000, columns=500)
MOST_CATEGORIES = 300
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
_CODE_OF_TABLE = re.compile(r"(?<![A-Za-z])([A-Z]{2}\d{3})(?!\d)", re.IGNORECASE)


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


def read_census(
    table: Table, *, known: Mapping[str, str], filename: str = "", year: int | None = None, latest: int = 2100
) -> Census:
    """The figures of the areas that are known here: known maps GSS code to name.

    year: of the census, where the file doesn't say; latest: the newest year there can be one of.
    Raises CensusError, which names rows and columns.
    """
    found = read_layout(table, known)
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


def _parts(found: Found) -> tuple[str, ...]:
    """The categories that aren't the sum of others; faults for figures that are missing and sums that don't fit."""
    every = list(dict.fromkeys(category for area in found.areas.values() for category in area.people))
    if len(every) > MOST_CATEGORIES:
        raise CensusError(f"It has {len(every):,} categories; the most is {MOST_CATEGORIES}.")
    headings = {over for category in every for over in _over(category)} & set(every)
    parts = tuple(category for category in every if category not in headings and not is_total(category))
    if found.areas and not parts and not found.faults:
        raise CensusError("It has a total and no categories.")
    whole = {category for category in every if is_total(category)}
    complete = not found.faults
    for area in found.areas.values():
        missing = [category for category in every if category not in area.people]
        # A figure that couldn't be read has had its fault already.
        for category in missing if complete else ():
            found.fault(area.row, found.column, f"{area.name} has no figure for “{category}”.")
        if missing or not complete:
            continue
        sums = {category: 0 for category in every if category in headings or category in whole}
        for category in parts:
            for over in {*whole, *_over(category)} & sums.keys():
                sums[over] += area.people[category]
        for over, added in sums.items():
            if added != area.people[over]:
                found.fault(
                    area.rows[over],
                    found.column or found.headers[over],
                    f"{area.name} has {area.people[over]:,} for “{over}”, and the parts come to {added:,}.",
                )
    return parts


def _over(category: str) -> list[str]:
    """The headings that a category may stand under: "A" and "A: B" of "A: B: C"."""
    steps = category.split(": ")
    return [": ".join(steps[:number]) for number in range(1, len(steps))]


def _year(found: Found, given: int | None, filename: str, categories: Iterable[str], latest: int) -> int:
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
