"""Small census tables in both published layouts, with figures made up for the tests.

Three areas, one of them not known here; four ethnic groups. What they come to:

| area           | Indian | Other Asian | English, … | Other White | total |
|----------------|--------|-------------|------------|-------------|-------|
| Amber Valley   | 500    | 3           | 9,000      | 1,200       | 10,703 |
| Derby          | 7,000  | 150         | 20,000     | 99          | 27,249 |
| Hartlepool     | 9      | 9           | 9          | 9           | 36    |
"""

import csv
import io
from collections.abc import Iterable, Mapping

from django.core.files.uploadedfile import SimpleUploadedFile

AMBER_VALLEY, DERBY, HARTLEPOOL = "E07000032", "E06000015", "E06000001"
NAMES = {AMBER_VALLEY: "Amber Valley", DERBY: "Derby", HARTLEPOOL: "Hartlepool"}
INDIAN = "Asian, Asian British or Asian Welsh: Indian"
OTHER_ASIAN = "Asian, Asian British or Asian Welsh: Other Asian"
ENGLISH = "White: English, Welsh, Scottish, Northern Irish or British"
OTHER_WHITE = "White: Other White"
CATEGORIES = (INDIAN, OTHER_ASIAN, ENGLISH, OTHER_WHITE)
FIGURES: dict[str, dict[str, int | str]] = {
    AMBER_VALLEY: dict(zip(CATEGORIES, (500, 3, 9000, 1200), strict=True)),
    DERBY: dict(zip(CATEGORIES, (7000, 150, 20000, 99), strict=True)),
    HARTLEPOOL: dict(zip(CATEGORIES, (9, 9, 9, 9), strict=True)),
}
LANGUAGES: dict[str, dict[str, int | str]] = {
    AMBER_VALLEY: {
        "English (English or Welsh in Wales)": 10000,
        "Other European language (EU): Polish": 600,
        "South Asian language: Panjabi": 40,
    },
    DERBY: {
        "English (English or Welsh in Wales)": 20000,
        "Other European language (EU): Polish": 400,
        "South Asian language: Panjabi": 300,
    },
}


def text(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as CSV with a byte order mark, as statistics offices publish it."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def long_csv(
    figures: Mapping[str, Mapping[str, int | str]] = FIGURES, *, topic: str = "Ethnic group (20 categories)"
) -> bytes:
    """One row an area and category, with one "Does not apply" an area."""
    area = "Lower Tier Local Authorities"
    rows: list[list[object]] = [[f"{area} Code", area, f"{topic} Code", topic, "Observation"]]
    for code, people in figures.items():
        rows.append([code, NAMES[code], -8, "Does not apply", 0])
        rows += [
            [code, NAMES[code], number, category, count]
            for number, (category, count) in enumerate(people.items(), start=1)
        ]
    return text(rows)


def wide_csv(
    figures: Mapping[str, Mapping[str, int]] = FIGURES,  # type: ignore[assignment]
    *,
    topic: str = "Ethnic group",
    date: object = 2021,
    change: Mapping[tuple[str, str], object] | None = None,
    leave_out: Iterable[str] = (),
) -> bytes:
    """One row an area; total, headings and categories as columns. change: (area, column) to another cell."""
    categories = list(dict.fromkeys(category for people in figures.values() for category in people))
    columns = ["Total: All usual residents"]
    for category in categories:
        heading, colon, _ = category.partition(": ")
        columns += [name for name in ([heading] if colon else []) if name not in columns]
        columns.append(category)
    columns = [name for name in columns if name not in set(leave_out)]
    rows: list[list[object]] = [
        ["date", "geography", "geography code", *(f"{topic}: {name}" for name in columns)]
    ]
    for code, people in figures.items():
        sums = {
            name: sum(number for category, number in people.items() if category.startswith(f"{name}: "))
            for name in columns
        } | {"Total: All usual residents": sum(people.values())}
        cells: list[object] = [
            (change or {}).get((code, name), f"{people.get(name, sums[name]):,}") for name in columns
        ]
        rows.append([date, NAMES[code], code, *cells])
    return text(rows)


def upload(content: bytes, name: str = "TS021-2021-2.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/csv")
