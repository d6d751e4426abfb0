"""How the report's outputs look and what they say of themselves; the numbers are compared in test_same_numbers.py."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from pypdf import PdfReader

from readiness.reports import csv_files, group_rows, json_file, pdf, xlsx
from readiness.reports.about import NOTHING_HIDDEN, about, hidden_lines
from readiness.reports.choice import ReportChoice
from readiness.reports.collect import collect
from readiness.reports.parts import parts_of
from readiness.reports.tiles import tiles, tone
from readiness.reports.values import Cell, Column, CountyReport, Kind, ReportTable
from readiness.reports.words import aloud, heading, moment, number_of, written
from tests.readiness.reports.county import days_ago, make_county
from tests.readiness.reports.samples import SMALL, STAR, row, sample


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (1234, Kind.COUNT, "1,234"),
        (0, Kind.PEOPLE, "0"),
        (3, Kind.CHANGE, "+3"),
        (-2, Kind.CHANGE, "−2"),
        (0, Kind.CHANGE, "0"),
        (Decimal("-0.00"), Kind.CHANGE, "0.00"),
        (Decimal("2.25"), Kind.LEVEL, "2.25"),
        (Decimal("38.9"), Kind.SHARE, "38.9"),
        (Decimal("38.125"), Kind.SCORE, "38.13"),
        (Decimal("58.33"), Kind.COUNT, "58.33"),
        (Decimal("1E+3"), Kind.COUNT, "1,000"),
        (date(2026, 3, 14), Kind.COUNT, "14 March 2026"),
        ("none yet", Kind.DAY, "none yet"),
        (None, Kind.SCORE, "–"),
    ],
)
def test_how_a_value_is_written(value, kind, words):
    assert written(Cell(value), kind) == words


def test_hidden_values_and_none_are_said_in_words_aloud():
    assert written(SMALL, Kind.PEOPLE) == "<5"
    assert written(STAR, Kind.PEOPLE) == "*"
    assert [aloud(cell, Kind.PEOPLE) for cell in (SMALL, STAR, Cell(None), Cell(1200), Cell(None, "?"))] == [
        "fewer than 5",
        "hidden",
        "none",
        "1,200",
        "hidden",
    ]
    assert number_of(SMALL, Kind.PEOPLE) is None


def test_headings_of_shares_say_what_they_are():
    assert heading(Column("share", "Share", Kind.SHARE)) == "Share (%)"
    assert heading(Column("share", "% of all", Kind.SHARE)) == "% of all"
    assert heading(Column("groups", "Groups")) == "Groups"
    assert moment(datetime(2026, 4, 1, 9, 5, tzinfo=UTC)) == "1 April 2026, 9:05"


def without_tables() -> CountyReport:
    found = sample()
    return CountyReport(
        asked=found.asked.__class__(
            as_at=found.asked.as_at,
            compare=found.asked.compare,
            filters=(),
            query="",
            by="P",
            made_at=found.asked.made_at,
        ),
        sentences=(),
        tables=(),
    )


def test_every_output_says_what_was_asked_what_is_hidden_and_what_words_mean():
    text = {part.heading: dict(part.lines) for part in about(sample())}
    asked = text["What was asked"]
    assert asked["As at"] == "31 March 2026" and asked["Compared with"] == "31 March 2025"
    assert asked["LIO"] == "Peak & Dale <CVS>"
    # A clock in Derbyshire is an hour ahead in April.
    assert (asked["Made by"], asked["Made on"]) == ("Person Nine", "1 April 2026, 9:05")
    hidden = text["What is hidden and why"]
    assert hidden["Labels that mislead"] == "2 numbers are hidden"
    assert "Main figures" not in hidden
    assert text["What the words mean"]["Level"] == "How far a group has come, 0 to 4."
    assert text["Tables"]["Every kind"] == "A note of its own."
    one = sample().table("kinds_of_column")
    assert hidden_lines(sample())[1] == ("Every kind", "2 numbers are hidden")
    assert one.hidden == 2


def test_a_report_without_filters_and_hidden_numbers_says_so():
    found = without_tables()
    assert hidden_lines(found) == (("", NOTHING_HIDDEN),)
    assert "every group" in dict(about(found)[0].lines)["Filters"]
    assert NOTHING_HIDDEN in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(pdf.render_report_pdf(found))).pages
    )


def book(report: CountyReport | None = None):
    file = io.BytesIO()
    xlsx.write_workbook(
        file,
        report or sample(),
        (["group", "overall"], [["=1+1", Decimal("48.10")]]),
        looks={"formats": ("", "0.00"), "frozen_columns": 1},
    )
    return openpyxl.load_workbook(file), file


def test_the_workbook_has_a_sheet_for_each_table_between_about_and_groups():
    found, _ = book()
    assert found.sheetnames == [
        "About", "In figures", "Kinds of column", "Odd labels", "Parts", "Places", "Heat", "Wide", "Empty", "Groups",
    ]  # fmt: skip
    about_text = "\n".join(str(cell.value) for line in found["About"] for cell in line if cell.value)
    assert "What is hidden and why" in about_text and "Peak & Dale <CVS>" in about_text
    assert "Labels that mislead (sheet “Odd labels”)" in about_text
    groups = found["Groups"]
    assert (groups["A2"].value, groups["A2"].data_type, groups["B2"].number_format) == ("=1+1", "s", "0.00")


def test_sheets_keep_headers_and_labels_in_sight_and_filter_rows_without_totals():
    found, _ = book()
    sheet = found["Odd labels"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:D6"
    assert sheet["A1"].value == "=Corner" and sheet["A1"].data_type == "s"
    assert sheet["A7"].value == "Total" and sheet["A7"].font.b and not sheet["A6"].font.b
    assert sheet.column_dimensions["A"].width > 30
    assert found["Kinds of column"]["A8"].value == "A note of its own."
    assert found["About"].auto_filter.ref is None


def test_headers_stand_to_the_right_above_all_but_words():
    found, _ = book()
    table = sample().tables[1]
    assert table.key == "kinds_of_column"
    sides = [cell.alignment.horizontal for cell in found["Kinds of column"][1]]
    assert sides == [None, *(None if column.kind is Kind.TEXT else "right" for column in table.columns)]
    assert {None, "right"} == set(sides[1:])
    assert found["Groups"]["B1"].alignment.horizontal == "right"


def test_the_sheet_of_groups_has_room_for_names_and_sides_by_column():
    codes = ("2.1", "2.11")
    names, looks = group_rows.header(codes), group_rows.looks(codes)
    widths = dict(zip(names, looks["widths"], strict=True))
    assert (
        widths["group"] > 30 and widths["last_visit"] >= len("14 September 2026") and widths["level_2.1"] < 15
    )
    to_the_right = {names[place] for place in looks["numbers"]}
    to_the_right |= {name for name, number in zip(names, looks["formats"], strict=True) if number}
    assert to_the_right == {
        *("score_2_1", "score_2_2", "overall", "level_2.1", "level_2.11", "actions_overdue", "papers_missing")
    }


def test_number_formats_follow_the_kind():
    found, _ = book()
    line = found["Kinds of column"]
    assert line["C2"].number_format == '#,##0;"−"#,##0;#,##0'
    assert line["E2"].number_format == '#,##0.00;"−"#,##0.00;#,##0.00'
    assert line["G2"].number_format == '#,##0.0;"−"#,##0.0;#,##0.0'
    assert line["H2"].number_format == '+#,##0;"−"#,##0;#,##0'
    assert line["I2"].number_format == "d mmmm yyyy"
    assert line["D3"].value == "<5" and line["D3"].alignment.horizontal == "right"


def test_charts_and_colour_scale_are_the_spreadsheets_own():
    found, file = book()
    assert {name: len(found[name]._charts) for name in found.sheetnames if found[name]._charts} == {
        "Odd labels": 1,
        "Parts": 1,
        "Places": 1,
    }
    with zipfile.ZipFile(file) as archive:
        bars, shares, _ = (archive.read(f"xl/charts/chart{number}.xml").decode() for number in (1, 2, 3))
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    # Of five rows, without the total; the hidden number of "@here" is no number.
    assert "$A$2:$A$6" in bars and "<c:v>41</c:v>" in bars and "<c:v>67</c:v>" not in bars
    assert shares.count("<c:ser>") == 3 and 'val="percentStacked"' in shares
    assert "A bar for each row of the table on this sheet." in drawing
    rules = found["Heat"].conditional_formatting
    assert [str(rule.sqref) for rule in rules] == ["B2:C3"]


def test_a_heat_table_without_rows_has_no_scale():
    empty = ReportTable("h", "H", "C", (Column("1", "A", Kind.LEVEL),), (), draw=sample().table("heat").draw)
    assert xlsx.table_sheet(empty).scales == []


def test_one_table_alone_as_csv():
    text = "".join(csv_files.table_csv(sample().table("odd_labels"), bom=False))
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[0] == ["'=Corner", "Groups", "Share (%)", "'+Change"]
    assert lines[1] == ["'=1+1", "41", "61.2", "-2"]
    assert lines[3] == ["'@here", "<5", "*", ""]
    assert "".join(csv_files.table_csv(sample().table("parts"))).startswith("\ufeffPaper,")


def test_json_is_as_the_data_dictionary_says():
    text = "".join(json_file.json_pieces(sample()))
    read = json.loads(text, parse_float=Decimal)
    assert list(read) == ["version", "asked", "sentences", "tables", "definitions"]
    assert read["asked"]["filters"][0] == {"name": "LIO", "value": "Peak & Dale <CVS>"}
    assert read["asked"]["made_at"] == "2026-04-01T09:05:00+01:00"
    assert str(read["tables"]["places"]["rows"][0]["cells"]["score"]) == "41.00"
    assert read["tables"]["odd_labels"]["rows"][2]["cells"] == {
        "now": {"hidden": "<5"},
        "share": {"hidden": "*"},
        "=x": None,
    }
    assert read["tables"]["odd_labels"]["rows"][5]["total"] is True
    assert read["tables"]["empty"]["rows"] == []
    assert json.loads("".join(json_file.json_pieces(without_tables())))["tables"] == {}


def test_the_pdf_is_tagged_titled_and_on_its_side():
    content = pdf.render_report_pdf(sample())
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo["/Title"]) == "County readiness report as at 31 March 2026"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        box = [float(number) for number in document.pages[0].MediaBox]
    assert box[2] > box[3]
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)
    assert "Page 1 of" in text and "There is nothing to count here." in text
    assert "Labels that mislead: 2 numbers are hidden." in text and "How far a group has come" in text


def test_wide_tables_are_split_into_parts_of_about_one_width():
    wide = sample().table("wide")
    assert parts_of(wide) == [range(10), range(10, 20), range(20, 30)]
    assert parts_of(sample().table("heat")) == [range(3)]
    [shown] = [table for table in pdf.layout(sample())["tables"] if table["title"] == wide.title]
    assert [part["words"] for part in shown["parts"]] == ["Part 1 of 3", "Part 2 of 3", "Part 3 of 3"]


def test_bars_of_shares_fill_the_whole_and_leave_out_what_is_not_there():
    assert pdf.pieces([3, 0, 997]) == ((2, 100),)
    assert pdf.pieces([1, 1, 1]) == ((0, 33), (1, 34), (2, 33))
    assert pdf.pieces([0, 0]) == ()


def test_bars_and_tones_of_the_pdf():
    tables = {table["title"]: table for table in pdf.layout(sample())["tables"]}
    lines = tables["Labels that mislead"]["parts"][0]["lines"]
    assert [line.bar for line in lines] == [((3, 100),), ((3, 2),), (), ((3, 61),), (), ()]
    tones = [
        [cell.tone for cell in line.cells] for line in tables["Levels of the sample"]["parts"][0]["lines"]
    ]
    assert tones == [["t-0", "t-4", ""], ["", "t-3", ""]]


def test_districts_lie_about_where_they_do_and_unknown_ones_below():
    found = tiles(sample().table("places"))
    labels = [[tile.label if tile else "" for tile in line] for line in found]
    assert labels == [["High Peak", "", ""], ["", "Derby", ""], ["A new council", "", ""]]
    derby = found[1][1]
    assert derby is not None and (derby.text, derby.tone) == ("12", 4)
    assert [tone(number, 12) for number in (0, 1, 3, 4, 12)] == [0, 1, 1, 2, 4]
    assert tone(3, 0) == 0
    assert tiles(ReportTable("d", "D", "D", (Column("n", "N"),), (row("1", "Nowhere", 0),)))[0][0] is not None


@pytest.mark.django_db
def test_the_data_dictionary_names_every_table_and_column():
    county = make_county()
    report = collect(ReportChoice(as_at=days_ago(0), compare=days_ago(365)), by=county.manager)
    codes = set(re.findall(r"`([^`\n]+)`", Path("docs/data-dictionary.md").read_text(encoding="utf-8")))
    named = {
        *(table.key for table in report.tables),
        *(column.key for table in report.tables for column in table.columns if not column.key.isdecimal()),
        *(row.key for table in report.tables if table.key in {"summary", "movement"} for row in table.rows),
        *(name for name in group_rows.header([])),
        *Kind,
    }
    assert named - codes == set()
