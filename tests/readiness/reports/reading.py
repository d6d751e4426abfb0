"""Reads a report back out of each of its outputs, as (table, row, column) → what the cell says.

What a cell says: a Decimal, a date, a text, None for none, or a Hidden sign. Only the PDF needs the report to be read,
since a page's text has no cells: text_of_table() gives what a table's part of the pages must say.
"""

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
from pypdf import PdfReader

from readiness.reports.sentences import in_words
from readiness.reports.values import CountyReport, Draw, Kind, ReportTable
from readiness.reports.words import heading

Place = tuple[str, int, int]
PLACES = {Kind.LEVEL: 2, Kind.SCORE: 2, Kind.SHARE: 1}


@dataclass(frozen=True)
class Hidden:
    sign: str


def said(report: CountyReport) -> dict[Place, Any]:
    """What the values themselves say, by hand: rounded half up to the decimals of the column."""
    found: dict[Place, Any] = {}
    for table in report.tables:
        for line, row in enumerate(table.rows):
            for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
                value: Any = cell.value
                if cell.sign:
                    value = Hidden(cell.sign)
                elif isinstance(value, int):
                    value = Decimal(value)
                elif isinstance(value, Decimal) and column.kind in PLACES:
                    value = round(value + Decimal("1e-9"), PLACES[column.kind])
                found[table.key, line, place] = value
    return found


def of_text(text: str, kind: Kind) -> Any:
    """What a text says that is a number, day, sign or word in a column of that kind."""
    if text in {"<5", "*"}:
        return Hidden(text)
    if text in {"", "–"}:
        return None
    if re.fullmatch(r"[+−-]?[\d,]*\d(\.\d+)?", text):
        return Decimal(text.replace(",", "").replace("−", "-"))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}", text):
        return datetime.strptime(text, "%d %B %Y").date()
    return text[1:] if re.match(r"'[=+@-]", text) else text


def of_csv(report: CountyReport, content: bytes) -> dict[Place, Any]:
    found: dict[Place, Any] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for table in report.tables:
            text = archive.read(f"{table.key}.csv").decode("utf-8-sig")
            _, *rows = csv.reader(io.StringIO(text, newline=""))
            for line, (_, *cells) in enumerate(rows):
                for place, cell in enumerate(cells):
                    found[table.key, line, place] = of_text(cell, table.columns[place].kind)
    return found


def of_xlsx(report: CountyReport, content: bytes, names: dict[str, str]) -> dict[Place, Any]:
    """names: the sheet of each table."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found: dict[Place, Any] = {}
    for table in report.tables:
        sheet = book[names[table.key]]
        for line in range(len(table.rows)):
            for place in range(len(table.columns)):
                cell = sheet.cell(2 + line, 2 + place)
                value: Any = cell.value
                assert cell.data_type != "f" and cell.hyperlink is None
                if isinstance(value, datetime):
                    value = value.date()
                elif isinstance(value, int | float):
                    value = Decimal(repr(value))
                elif isinstance(value, str):
                    value = Hidden(value) if value in {"<5", "*"} else value
                    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                        value = date.fromisoformat(value)  # a day before spreadsheets count days
                found[table.key, line, place] = value
    return found


def of_json(report: CountyReport, text: str) -> dict[Place, Any]:
    found: dict[Place, Any] = {}
    tables = json.loads(text, parse_float=Decimal)["tables"]
    assert list(tables) == [table.key for table in report.tables]
    for table in report.tables:
        read = tables[table.key]
        for line, row in enumerate(read["rows"]):
            assert list(row["cells"]) == [column["key"] for column in read["columns"]]
            for place, value in enumerate(row["cells"].values()):
                if isinstance(value, dict):
                    value = Hidden(value["hidden"])
                elif isinstance(value, int):
                    value = Decimal(value)
                elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                    value = date.fromisoformat(value)
                found[table.key, line, place] = value
    return found


def of_written(report: CountyReport, written: Any) -> dict[Place, Any]:
    """Of the words that pages show, which `written` makes of a cell and its column's kind."""
    return {
        (table.key, line, place): of_text(written(cell, column.kind), column.kind)
        for table in report.tables
        for line, row in enumerate(table.rows)
        for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True))
    }


def pdf_text(report: CountyReport, content: bytes) -> str:
    """The text of all pages without any space, and without the lines at head and foot of each."""
    text = squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    around = [
        f"County readiness report as at {in_words(report.asked.as_at)}",
        " · ".join(value for _, value in report.asked.filters),
    ]
    for words in filter(None, around):
        text = text.replace(squeezed(words), "")
    return re.sub(r"Page\d{1,2}of\d{1,2}", "", text)


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b\u2010]+", "", text)


def missing_in_pdf(
    report: CountyReport, content: bytes, parts: dict[str, list[range]], cards: int
) -> list[Place]:
    """The cells that the PDF doesn't say in their place.

    Each table is looked for behind the one before; in it, each row is its label and then its cells, with nothing in
    between. parts: which columns of a table stand together. cards: how many figures of the summary stand in a row, with
    their labels above.
    """
    text, at, lost = pdf_text(report, content), 0, []
    by_hand = said(report)

    def words(key: str, line: int, place: int, kind: Kind) -> str:
        return squeezed(as_written(by_hand[key, line, place], kind))

    for table in report.tables:
        at = text.find(squeezed(table.title), at)
        assert at >= 0, table.title
        assert sorted(place for part in parts[table.key] for place in part) == list(range(len(table.columns)))
        if table.key == "summary":
            for start in range(0, len(table.rows), cards):
                lines = range(start, min(start + cards, len(table.rows)))
                strip = "".join(squeezed(table.rows[line].label) for line in lines)
                strip += "".join(words(table.key, line, 0, in_card(table, line)) for line in lines)
                found = text.find(strip, at)
                if found < 0:
                    lost += [(table.key, line, 0) for line in lines]
                else:
                    at = found + len(strip)
            continue
        for part in parts[table.key] if table.rows else ():
            head = squeezed(
                table.corner
                + ("In proportion" if table.draw is Draw.SHARES else "")
                + "".join(heading(table.columns[place]) for place in part)
                + (f"{heading(table.columns[0])}, in proportion" if table.draw is Draw.BARS else "")
            )
            at = text.find(head, at) + len(head)
            assert at >= len(head), (table.key, head)
            for line, row in enumerate(table.rows):
                if text.startswith(head, at):  # once more on the next page
                    at += len(head)
                cells = "".join(words(table.key, line, place, table.columns[place].kind) for place in part)
                label = squeezed(row.label)
                if re.search("[\u0600-\u06ff]", label):  # text from right to left comes out in another order
                    at += len(label)
                    label = ""
                if text.startswith(label + cells, at):
                    at += len(label + cells)
                else:
                    lost += [(table.key, line, place) for place in part]
                    at = max(at, text.find(label, at))
            # Nothing more of a number may follow, other than how many are hidden.
            if re.match(r"[\d.,]", text[at:]) and not text.startswith(f"{table.hidden}number", at):
                lost.append((table.key, len(table.rows) - 1, part[-1]))
    return lost


def in_card(table: ReportTable, line: int) -> Kind:
    """What stands in a line of the table of key figures: a change has its sign."""
    return Kind.CHANGE if table.rows[line].key.endswith("_change") else table.columns[0].kind


def as_written(value: Any, kind: Kind) -> str:
    """By hand, what people should read."""
    if isinstance(value, Hidden):
        return value.sign
    if value is None:
        return "–"
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, Decimal):
        before = "−" if value < 0 else "+" if value > 0 and kind is Kind.CHANGE else ""
        return f"{before}{abs(value):,}"
    return str(value)
