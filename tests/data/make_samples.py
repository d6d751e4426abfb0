"""Writes the sample tables beside this file, the same bytes each time. Everything in them is invented."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

FOLDER = Path(__file__).resolve().parent
PEAK = "Peak Community Support"
EREWASH = "Erewash Valley Voluntary Action"
_A_DAY = dt.datetime(2026, 9, 1)

GROUP_HEADERS = (
    "Name ", "Other Names", "LIO", "KIND", "Status", "Communities", "own words", "Districts", "Places",
    "Languages", "Serves", "Services", "Legal_Form", "Charity Number", "Company number", "Income-band",
    "Paid staff", "Volunteers", "Founded", "Contact Name", "Contact Role", "Contact Email", "Contact Phone",
    "Website", "Notes",
)  # fmt: skip

# In the order of the headings. Numbers are numbers in the workbooks.
GROUPS: tuple[tuple[str | int, ...], ...] = (
    (
        "Buxton Bangladeshi Women's Circle", "Buxton Mohila Shomiti", PEAK, "BME-led group", "Active",
        "Bangladeshi", "Sylheti-speaking families", "High Peak", "Buxton; Fairfield", "Bengali; Sylheti; English",
        "Women; Families", "Advice and legal; Health care", "Unincorporated association", "", "", "£1,000–£10,000",
        0, 12, 2009, "Shirin Akhtar", "Chair", "shirin@circle.example", "01298 555 0101", "",
        "Meets on Thursdays.\nAsk for the side door.",
    ),
    (
        "جمعية الأسرة العربية – Arab Family Association", "AFA; Arab families", f"{PEAK}  ", "bme-led group", "active",
        "Arab", "Yemeni and Syrian families", "high peak;Derbyshire Dales ", "Glossop;Matlock;Glossop",
        "Arabic ; English", "families; Refugees and people seeking asylum", "Immigration and asylum;EDUCATION",
        "Charity (unincorporated)", 1999901, "", "£10,000-£25,000", 1, 25, 2015, "Yusuf al-Haddad", "Secretary",
        "yusuf@afa.example", "+44 7700 900101", "https://afa.example", "",
    ),
    (
        "اردو ادبی حلقہ Urdu Literary Circle", "", PEAK.upper(), "Informal network", "Active", "Pakistani; Indian",
        "Urdu speakers", "Chesterfield; North  East Derbyshire", "Chesterfield", "Urdu;Punjabi;English",
        "Older people", "Leisure & culture", "none yet", "", "", "none", 0, 6, 1987, "Nasreen Malik", "",
        "", "07700 900102", "", "Small, but known to everybody.",
    ),
    (
        "德比郡华人协会 Derbyshire Chinese Association", "Chinese Lunch Club", PEAK, "BME–led group", "Active",
        "Chinese; Any other Asian background", "Cantonese and Mandarin speakers", "Chesterfield;Bolsover",
        "Staveley; Clowne", "Cantonese; Mandarin; English", "Older people; Carers", "Adult social care;Health care",
        "Charitable incorporated organisation", 1999902, "", "£25,000–£100,000", 2, 30, 1994, "May Cheung", "Manager",
        "may@chinese.example", "01246 555 0102", "www.chinese.example", "",
    ),
    (
        "Polska Szkoła Sobotnia Ilkeston", "Polish Saturday School", EREWASH, "BME-led group", "Active",
        "Any other White background", "Polish; Ukrainian", "Erewash", "Ilkeston\nLong Eaton", "Polish;English",
        "Children and young people;Families", "Education", "Charity (unincorporated)", 1999903, "",
        "£10,000–£25,000", 0, 18, 2008, "Zofia Wiśniewska", "Head teacher", "zofia@szkola.example", "0115 555 0103",
        "", "",
    ),
    (
        "Café Créole & Friends", "Créole Kitchen", EREWASH, "BME-led group", "Active",
        "Caribbean; African; White and Black Caribbean", "Dominican and Congolese families", "Erewash; Amber Valley",
        "Long Eaton; Heanor", "English;French", "Whole community", "Leisure and culture; Employment and benefits",
        "Community interest company", "", "09999904", "£25,000 – £100,000", 3, 9, 2017, "Désirée Joseph", "Director",
        "desiree@creole.example", "0115 555 0104", "https://creole.example", "Says: “ring first – mornings only”.",
    ),
    (
        "Amber Valley Roma Support", "", EREWASH, "Emerging group", "Active", "Roma", "Slovak Roma", "Amber Valley",
        "Ripley; Alfreton", "Slovak; Romani", "Families; Children and young people", "Housing; Education", "None yet",
        "", "", "under £1,000", 0, 4, 2025, "Jana Horváthová", "", "jana@roma.example", "", "", "",
    ),
    (
        "Erewash Befriending", "Befriending Line", EREWASH, "Generic group serving BME residents", "Dormant",
        "Indian; Pakistani; Irish", "", "Erewash", "Sandiacre", "English", "Older people; Disabled people and people "
        "with long-term illness", "Mental health", "Charitable company", 1999905, "09999905", "over £250,000", 7, 40,
        1999, "Sam Hartley", "Co-ordinator", "sam@befriending.example", "0115 555 0105", "", "Paused since spring.",
    ),
    (
        "Derby Road African Elders' Lunch", "", EREWASH, "bme-led branch", "Closed", "African", "", "Derby; Erewash",
        "Derby", "English; Shona", "Older people", "Adult social care", "Other", "", "", "£1,000–£10,000", 0, 5, 2003,
        "", "", "", "", "", "Closed when the hall was sold.",
    ),
)  # fmt: skip

CODES = (
    "2.1", "2.11", "2.12", "2.13", "2.14", "2.15", "2.15a", "2.15b", "2.15c", "2.15d", "2.2", "2.21", "2.22",
    "2.23",
)  # fmt: skip
ASSESSMENT_HEADERS = ("Group", "LIO", "DATE ", "Assessor", *(code.upper() for code in CODES))

# Group, date as written, date meant, then a level a code.
ASSESSMENTS: tuple[tuple[str, str, dt.date, str], ...] = (
    (GROUPS[0][0], "14/09/2025", dt.date(2025, 9, 14), "1 0 1 0 2 0 1 1 0 0 2 1 1 N/A"),
    (GROUPS[0][0], "3 March 2026", dt.date(2026, 3, 3), "2 1 1 0 2 1 1 2 1 0 2 2 1 N/A: no contracts yet"),
    (GROUPS[1][0], "14 Sept 2025", dt.date(2025, 9, 14), "0 0 0 1 1 0 0 0 1 0 1 0 0 0"),
    (GROUPS[1][0], "2026-03-20", dt.date(2026, 3, 20), "1 1 0 1 1 0 1 1 2 0 1 1 0 1"),
    (GROUPS[2][0], "7.2.26", dt.date(2026, 2, 7), "0 0 n/a 0 1 0 0 0 0 0 0 0 0 n/a"),
    (GROUPS[3][0], "Monday 15 September 2025", dt.date(2025, 9, 15), "3 3 2 2 4 2 3 3 2 1 3 3 3 2"),
    (GROUPS[3][0], "9-4-2026", dt.date(2026, 4, 9), "4 3 3 3 4 3 3 4 3 2 4 3 4 3"),
    (GROUPS[4][0], "01/10/25", dt.date(2025, 10, 1), "1 1 0 0 1 0 2 1 1 0 2 1 2 1"),
    (GROUPS[5][0], "12 Jan 2026", dt.date(2026, 1, 12), "2 2 1 1 3 1 2 2 1 1 3 2 2 2"),
    (GROUPS[7][0], "30/11/2024", dt.date(2024, 11, 30), "3 2 2 3 1 2 1 1 3 4 3 3 4 4"),
)  # fmt: skip


GROUPS_LIO = {row[0]: row[2] for row in GROUPS}


def levels(text: str) -> list[str]:
    """The fourteen levels of a line, with an N/A's reason kept together."""
    start, _, reason = text.partition("N/A: ")
    return [*start.split(), *([f"N/A: {reason}"] if reason else [])]


def group_rows() -> list[list[str | int]]:
    """The groups with what people leave in cells: spaces around, a row twice, lines with nothing."""
    rows: list[list[str | int]] = [list(row) for row in GROUPS]
    rows[0][0] = f"  {rows[0][0]} "
    rows[3][5] = f"\u00a0{rows[3][5]}\u00a0"
    rows[6][22] = "\u202a\u202c"
    return [*rows[:3], [], *rows[3:6], ["", " ", "\u00a0"], *rows[6:], list(rows[4])]


def assessment_rows() -> list[list[str]]:
    """Past assessments, with one row twice and levels as programs write them."""
    rows = []
    for position, (group, day, _, line) in enumerate(ASSESSMENTS):
        cells = levels(line)
        if position % 3 == 1:
            cells = [f"{cell}.0" if cell.isdigit() else cell for cell in cells]
        rows.append([str(group), "" if position % 2 else str(GROUPS_LIO[group]).strip(), day, "", *cells])
    return [*rows[:4], [], *rows[4:], list(rows[2])]


def csv_text(headers: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headers)
    for row in rows:
        writer.writerow(row) if row else out.write("\r\n")
    return out.getvalue()


def write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for position, value in enumerate(row, 1):
                if value != "":
                    cell = sheet.cell(number, position, value)
                    if isinstance(value, dt.date):
                        cell.number_format = "dd/mm/yyyy"
                    elif isinstance(value, str):
                        cell.data_type = "s"
    workbook.properties.created = workbook.properties.modified = _A_DAY
    out = io.BytesIO()
    workbook.save(out)
    path.write_bytes(steady(out.getvalue()))


def write_ods(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    document = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        document.spreadsheet.addElement(table)
        for values in rows:
            row = TableRow()
            table.addElement(row)
            for value in values or [""]:
                if isinstance(value, int):
                    cell = TableCell(valuetype="float", value=str(value))
                elif isinstance(value, dt.date):
                    cell = TableCell(valuetype="date", datevalue=value.isoformat())
                elif value == "":
                    row.addElement(TableCell())
                    continue
                else:
                    cell = TableCell(valuetype="string")
                for line in str(value).split("\n"):
                    cell.addElement(P(text=line))
                row.addElement(cell)
    out = io.BytesIO()
    document.save(out)
    path.write_bytes(steady(out.getvalue()))


def steady(content: bytes) -> bytes:
    """The same archive with the same time on every part, and without the time it was saved."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                start, _, rest = data.partition(b"<dcterms:modified")
                _, _, end = rest.partition(b"</dcterms:modified>")
                data = start + end
            kept = zipfile.ZipInfo(entry.filename, _A_DAY.timetuple()[:6])
            kept.compress_type = entry.compress_type
            target.writestr(kept, data)
    return out.getvalue()


def wrong_groups() -> list[list[object]]:
    """One fault a row, in a known place."""
    good = dict(zip(GROUP_HEADERS, GROUPS[0], strict=True))
    faults = {
        "Name ": "",
        "LIO": "Peek Community Suport",
        "KIND": "BME lead",
        "Communities": "Bangladeshi; Pakistanni",
        "Districts": "High Peake",
        "Volunteers": "about twelve",
        "Founded": "199",
        "Contact Email": "shirin at circle",
    }
    rows = []
    for number, (column, value) in enumerate(faults.items(), 1):
        rows.append(list({**good, "Name ": f"Invented group {number}", column: value}.values()))
    return rows


def wrong_assessments() -> list[list[str]]:
    """One fault a row, in a known place."""
    group, fine = str(GROUPS[0][0]), levels("1 0 1 0 2 0 1 1 0 0 2 1 1 N/A")
    return [
        [group, PEAK, "14/10/2025", "", *fine[:4], "", *fine[5:]],
        [group, PEAK, "15/10/2025", "", "5", *fine[1:]],
        [group, PEAK, "16/10/2225", "", *fine],
        [group, PEAK, "10/17/2025", "", *fine],
        ["Buxton Bangladeshi Woman Circle", PEAK, "18/10/2025", "", *fine],
        [group, PEAK, "", "", *fine],
        [group, PEAK, "19/10/2025", "nobody@nowhere.example", *fine],
    ]


def main(folder: Path = FOLDER) -> None:
    """Writes every sample into ``folder``."""
    rows = group_rows()
    comma = csv_text(GROUP_HEADERS, rows)
    (folder / "groups-messy.csv").write_bytes(comma.encode("utf-8-sig"))
    semicolons = csv_text([header.upper() for header in GROUP_HEADERS], rows, ";")
    (folder / "groups-messy-semicolons.csv").write_bytes(semicolons.encode("utf-8"))
    latin = [row for row in rows if not row or _fits("".join(map(str, row)))]
    (folder / "groups-messy-windows-1252.csv").write_bytes(
        csv_text(GROUP_HEADERS, latin).encode("windows-1252")
    )
    (folder / "groups-wrong.csv").write_bytes(csv_text(GROUP_HEADERS, wrong_groups()).encode())

    notes: list[list[object]] = [["Invented groups, for trying imports."]]
    sheets: dict[str, list[list[object]]] = {
        "Groups": [[], list(GROUP_HEADERS), *map(list, rows)],
        "About": notes,
    }
    write_xlsx(folder / "groups-messy.xlsx", sheets)
    write_ods(folder / "groups-messy.ods", sheets)

    past = assessment_rows()
    (folder / "assessments-messy.csv").write_bytes(csv_text(ASSESSMENT_HEADERS, past).encode("utf-8-sig"))
    (folder / "assessments-messy.tsv").write_bytes(csv_text(ASSESSMENT_HEADERS, past, "\t").encode("utf-16"))
    wrong = csv_text(ASSESSMENT_HEADERS, wrong_assessments(), ";")
    (folder / "assessments-wrong.csv").write_bytes(wrong.encode())
    typed: list[list[object]] = [[_as_number(header) for header in ASSESSMENT_HEADERS]]
    meant = {(str(group), day): date for group, day, date, _ in ASSESSMENTS}
    for row in past:
        cells: list[object] = [_as_number(cell) for cell in row]
        if row:
            cells[2] = meant[row[0], row[2]]
        typed.append(cells)
    write_xlsx(folder / "assessments-messy.xlsx", {"Past assessments": typed})


def _fits(text: str) -> bool:
    try:
        text.encode("windows-1252")
    except UnicodeEncodeError:
        return False
    return True


def _as_number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
