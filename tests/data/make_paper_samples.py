"""Writes the sample tables of papers and pieces of work, the same bytes each time. Everything in them is invented."""

import datetime as dt
from pathlib import Path

from tests.data.make_samples import EREWASH, FOLDER, GROUPS, PEAK, csv_text, write_xlsx

CIRCLE, FAMILIES, URDU, CHINESE, POLISH, CREOLE = (str(row[0]) for row in GROUPS[:6])
PAPER_HEADERS = (
    "Group Name", "LIO", "Paper", "STATUS", "Issue date", "Expiry-date", "Cover", "Checked by", "checked_on", "Notes",
)  # fmt: skip

# In the order of the headings: as people type it, and where a workbook has a number or date of its own, that behind it.
PAPERS: tuple[tuple[object, ...], ...] = (
    (CIRCLE, PEAK, "Constitution", "in place", ("14/09/2019", dt.date(2019, 9, 14)), "", "", "Nadia Officer",
     ("3 March 2026", dt.date(2026, 3, 3)), "Signed copy seen."),
    (CIRCLE, PEAK, "public-liability", "Yes", ("1.4.26", dt.date(2026, 4, 1)), ("31/03/2027", dt.date(2027, 3, 31)),
     ("£5 million", 5_000_000), "", "", "Renewed through the hall’s scheme;\nask for the letter."),
    (CIRCLE, PEAK, "Employer's liability", "n/a", "", "", "", "", "", "No staff"),
    (f" {FAMILIES} ", "", "EQUAL OPPORTUNITIES POLICY", "Draft", "", "", "", "", "", ""),
    ("Arab families", PEAK.upper(), "Safeguarding", "Missing", "", "", "", "", "", "Offered the model policy"),
    (URDU, PEAK, "Bank account", "no", "", "", "", "", "", ""),
    (CHINESE, PEAK, "PLI", "Expired", ("2025-04-01", dt.date(2025, 4, 1)), ("31 March 2026", dt.date(2026, 3, 31)),
     ("2,000,000", 2_000_000), "", "", "=renewal quote asked for"),
    (CHINESE, PEAK, "PQASSO", "In  place", ("9-4-2025", dt.date(2025, 4, 9)), ("9/4/2028", dt.date(2028, 4, 9)), "",
     "", "", "Level 1"),
    (POLISH, EREWASH, "Child protection policy", "in place", ("1 Sept 2025", dt.date(2025, 9, 1)), "", "", "", "", ""),
    (CREOLE, EREWASH, "GDPR", "in place", ("12 Jan 2026", dt.date(2026, 1, 12)), "", "", "", "", "Désirée keeps it"),
)  # fmt: skip

WORK_HEADERS = (
    "Community group", "LIO", "Project", "Funder", "Contract value", "Start date", "End date", "People", "Outcomes",
    "Service areas",
)  # fmt: skip

WORK: tuple[tuple[object, ...], ...] = (
    (CIRCLE, PEAK, "Sewing and English", "A trust", ("£4,800", 4_800), ("1 April 2024", dt.date(2024, 4, 1)),
     ("31/03/2025", dt.date(2025, 3, 31)), 38, "Eleven women went on to a college course.", "Education"),
    (CIRCLE, PEAK, "Sewing and English", "A trust", ("5.2k", 5_200), ("1 April 2025", dt.date(2025, 4, 1)), "", 41, "",
     "Education; employment & benefits"),
    ("AFA", "", "Form filling on Fridays", "", "", ("2023-10-06", dt.date(2023, 10, 6)), "Ongoing", "1,150",
     "Fewer benefits stopped by mistake.", "Advice and legal"),
    (CHINESE, PEAK, "午餐会 Lunch club", "The council’s adult care", ("£12.5k", 12_500),
     ("9-4-2022", dt.date(2022, 4, 9)), ("8 April 2025", dt.date(2025, 4, 8)), 62,
     "Thirty people had a carer’s assessment\nin their own language.", "Adult social care;Health care"),
    (POLISH, EREWASH, "Święto szkoły – open day", "", "", ("14 June 2026", dt.date(2026, 6, 14)),
     ("14 June 2026", dt.date(2026, 6, 14)), "", "", ""),
    (CREOLE, EREWASH, "Kitchen trainees", "A provider of training", ("£20,000", 20_000), "", "", 9,
     "Six found work.", "Employment and benefits"),
)  # fmt: skip


def typed(rows: tuple[tuple[object, ...], ...]) -> list[list[object]]:
    """The rows as a workbook holds them: numbers and dates as such."""
    return [[cell[1] if isinstance(cell, tuple) else cell for cell in row] for row in rows]


def written(rows: tuple[tuple[object, ...], ...]) -> list[list[object]]:
    """The rows as a text file holds them, with an empty line, and the first row once more at the end."""
    cells = [[cell[0] if isinstance(cell, tuple) else cell for cell in row] for row in rows]
    return [*cells[:2], [], *cells[2:], list(cells[0])]


def wrong_papers() -> list[list[object]]:
    """One fault a row, in a known place."""
    good: list[object] = [
        CIRCLE,
        PEAK,
        "Public liability",
        "In place",
        "1/4/2026",
        "31/3/2027",
        "£5m",
        "",
        "",
        "",
    ]
    faults: dict[int, str] = {
        0: "Buxton Bangladeshi Woman Circle",
        1: "Peek Community Suport",
        2: "Public liabilty insurance",
        3: "in progress",
        4: "4/31/2026",
        5: "1/4/2025",
        6: "five million or so",
        7: "Nadia Officer",
        8: "3 March 2026",
    }
    return [[*good[:place], value, *good[place + 1 :]] for place, value in faults.items()] + [
        [*good[:2], "Accounts", "Not needed yet", *[""] * 6],
        [*good[:3], "Draft", *good[4:]],
        good,
    ]


def main(folder: Path = FOLDER) -> None:
    """Writes every sample into ``folder``."""
    (folder / "papers-messy.csv").write_bytes(
        csv_text(PAPER_HEADERS, written(PAPERS), ";").encode("utf-8-sig")
    )
    sheets = {"Papers": [list(PAPER_HEADERS), *typed(PAPERS)], "About": [["Invented papers."]]}
    write_xlsx(folder / "papers-messy.xlsx", sheets)
    (folder / "papers-wrong.csv").write_bytes(csv_text(PAPER_HEADERS, wrong_papers()).encode())
    (folder / "work-messy.csv").write_bytes(csv_text(WORK_HEADERS, written(WORK)).encode("utf-8-sig"))
    write_xlsx(folder / "work-messy.xlsx", {"Work": [list(WORK_HEADERS), *typed(WORK)]})


if __name__ == "__main__":
    main()
