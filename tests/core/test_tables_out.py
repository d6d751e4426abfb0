"""Writing tables: whole, typed, and with nothing in them that a spreadsheet program would run."""

import csv
import datetime as dt
import io
import os
import stat
import unicodedata
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.db.models import IntegerChoices, TextChoices
from hypothesis import example, given
from hypothesis import strategies as st

from toolkit_portal.core.spreadsheets import (
    Chart,
    Look,
    Series,
    Sheet,
    Styled,
    TableError,
    atomic_output,
    csv_lines,
    read_table,
    write_csv,
    write_xlsx,
)
from toolkit_portal.core.tables import FORMULA_START
from toolkit_portal.core.xlsx_rows import MOST_CELL_CHARACTERS

RUN_BY_SPREADSHEETS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1+1", "\xa0@x", "=cmd|'/c calc'!A1", "-",
    "＝1+1", "＋1", "－1", "＠x", "+44 7700 900101", "-5", "\u2003=1", "\u3000@x",
]  # fmt: skip
HARMLESS = ["a=1", "1-2", "'quoted'", "5", "x@y.example", "–dash", "http://x.example", "", " x", "N/A"]


class Colour(TextChoices):
    RED = "red", "Red"


class Level(IntegerChoices):
    THREE = 3, "Three"


def csv_cells(row) -> list[str]:
    text = "".join(csv_lines(["h"] * len(row), [row], bom=False))
    return list(csv.reader(io.StringIO(text, newline="")))[1]


def xlsx_cells(row) -> list:
    out = io.BytesIO()
    write_xlsx(out, [Sheet("S", ["h"] * len(row), [row])])
    sheet = openpyxl.load_workbook(out).active
    return [sheet.cell(2, position) for position in range(1, len(row) + 1)]


@pytest.mark.parametrize("text", RUN_BY_SPREADSHEETS)
def test_text_that_looks_like_a_formula_is_made_inert_in_csv(text):
    assert csv_cells([text]) == ["'" + text]
    header = next(csv_lines([text], [], bom=False))
    assert header.lstrip('"').startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_written_to_csv_as_it_is(text):
    assert csv_cells([text, "x"]) == [text, "x"]


@pytest.mark.parametrize(
    "text", [*RUN_BY_SPREADSHEETS, *filter(None, HARMLESS), "{=1}", "https://x.example/a"]
)
def test_text_is_text_in_xlsx_never_a_formula_number_or_link(text):
    [cell] = xlsx_cells([text])
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value == text.replace("\r", "\n")


def test_numbers_stay_numbers_negative_ones_too():
    row = [-3, -2.5, Decimal("-1.50"), 0, 10**6, Level.THREE]
    assert csv_cells(row) == ["-3", "-2.5", "-1.50", "0", "1000000", "3"]
    assert [(cell.data_type, cell.value) for cell in xlsx_cells(row)] == [
        ("n", -3), ("n", -2.5), ("n", -1.5), ("n", 0), ("n", 1000000), ("n", 3),
    ]  # fmt: skip


def test_numbers_that_no_spreadsheet_holds_are_empty_or_text():
    row = [float("nan"), float("-inf"), Decimal("NaN"), 10**17 + 1, 10**400]
    assert csv_cells(row)[:4] == ["", "", "", str(10**17 + 1)]
    assert [cell.value for cell in xlsx_cells(row)] == [None, None, None, str(10**17 + 1), str(10**400)]


def test_dates_are_iso_in_csv_and_dates_in_xlsx():
    utc = dt.datetime(2026, 7, 1, 13, 30, tzinfo=dt.UTC)
    row = [dt.date(2026, 9, 14), utc, dt.time(9, 5), dt.date(1850, 1, 2)]
    assert csv_cells(row) == ["2026-09-14", "2026-07-01 14:30", "09:05:00", "1850-01-02"]
    day, moment, clock, old = xlsx_cells(row)
    assert (day.value, day.number_format) == (dt.datetime(2026, 9, 14), "d mmmm yyyy")
    assert moment.value == dt.datetime(2026, 7, 1, 14, 30)
    assert clock.value == dt.time(9, 5)
    assert old.value == "1850-01-02"


def test_truth_nothing_and_choices_read_as_words():
    row = [True, False, None, Colour.RED]
    assert csv_cells(row) == ["yes", "no", "", "red"]
    assert [cell.value for cell in xlsx_cells(row)] == ["yes", "no", None, "red"]


def test_unprintable_characters_are_left_out():
    row = ["a\x00b\x0bc\ud800d\ufeff", "x"]
    assert csv_cells(row)[0] == "abcd"
    assert xlsx_cells(row)[0].value == "abcd"


def test_csv_has_a_byte_order_mark_unless_told_otherwise_and_ends_lines_as_excel_does():
    out = io.BytesIO()
    write_csv(out, ["name"], [["ő"]])
    assert out.getvalue() == b"\xef\xbb\xbfname\r\n\xc5\x91\r\n"
    text = io.StringIO(newline="")
    write_csv(text, ["name"], [["ő"]], bom=False)
    assert text.getvalue() == "name\r\nő\r\n"


def test_csv_is_given_piece_by_piece_as_rows_come():
    asked = []

    def rows():
        for number in range(1000):
            asked.append(number)
            yield [number]

    pieces = csv_lines(["n"], rows())
    assert next(pieces) == "\ufeffn\r\n"
    assert asked == []
    assert next(pieces).startswith("0\r\n")
    assert len(asked) < 500
    assert "".join(pieces).endswith("999\r\n")


def without_unseen(text: str) -> bool:
    return text == text.strip() and not text.endswith(".0") and "\u202f" not in text and "\xa0" not in text


words = (
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20)
    | st.sampled_from(RUN_BY_SPREADSHEETS)
    | st.text("'=+-@;,\t\"\nab", max_size=8)
)
cells = words.map(lambda text: unicodedata.normalize("NFC", text)).map(str.strip)
cells = cells.filter(without_unseen)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8))
@example([["'=1", "''+x", "'\tx"], ["'", "''", "'-"]])
def test_what_write_csv_writes_read_table_reads_again(rows):
    headers = ("name", "2.1", "notes")
    out = io.BytesIO()
    write_csv(out, headers, rows)
    table = read_table(out)
    assert table.headers == headers
    assert [list(row.cells.values()) for row in table.rows] == [row for row in rows if any(row)]


@given(st.text(max_size=30))
def test_no_text_at_all_comes_out_of_csv_as_a_formula(text):
    [cell, _] = csv_cells([text, "x"])
    assert cell.startswith("'") or not FORMULA_START.match(cell)
    assert not cell.strip().startswith(("=", "+", "-", "@"))


@given(st.lists(cells.filter(lambda text: "\r" not in text), min_size=1, max_size=4))
@example(["_x", "_x41_", "<b>&amp;</b>", "]]>", '"', "𝒳 😀", " both ends "])
def test_xlsx_gives_back_every_text_as_it_was(row):
    assert [cell.value or "" for cell in xlsx_cells(row)] == row


def test_text_that_looks_like_an_escaped_character_stays_as_it_is():
    out = io.BytesIO()
    write_xlsx(out, [Sheet("S", ["h", "i"], [["_x0041_", "a_x000D_b"]])])
    assert list(read_table(out).rows[0].cells.values()) == ["_x0041_", "a_x000D_b"]


def test_rows_and_sheets_of_different_lengths_stay_in_place():
    out = io.BytesIO()
    rows = [[1, None, "c"], [], [None, None, None], ["", "b"], [None] * 30 + ["AE"]]
    write_xlsx(out, [Sheet("One", ["h"], rows), Sheet("Two", [], []), Sheet("Three", ["x"], [[-1]])])
    workbook = openpyxl.load_workbook(out)
    found = {
        cell.coordinate: cell.value for line in workbook["One"] for cell in line if cell.value is not None
    }
    assert found == {"A1": "h", "A2": 1, "C2": "c", "B5": "b", "AE6": "AE"}
    assert workbook["One"].dimensions == "A1:AE6"
    assert workbook["Three"]["A2"].value == -1
    with pytest.raises(TableError, match="16,384 columns"):
        write_xlsx(io.BytesIO(), [Sheet("Wide", ["h"], [[1] * 16_385])])


def test_xlsx_has_bold_headers_that_stay_in_sight_filters_widths_title_and_language():
    out = io.BytesIO()
    write_xlsx(
        out, [Sheet("Groups", ["name", "2.1"], iter([["A", 3], ["B", 2]]), widths=[40, 8])], title="County"
    )
    workbook = openpyxl.load_workbook(out)
    sheet = workbook["Groups"]
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.column_dimensions["A"].width == pytest.approx(40, abs=1)
    assert workbook.properties.title == "County"
    assert workbook.custom_doc_props["Language"].value == "en-GB"


def test_words_above_numbers_stand_to_the_right_as_they_do():
    rows = [["A", 3, Decimal("2.50"), dt.date(2026, 3, 14)]]
    out = io.BytesIO()
    write_xlsx(
        out,
        [
            Sheet("S", ["name", "level", "score", "day"], rows, formats=("", "", "0.00"), numbers=[1]),
            Sheet("Without", ["name", "day"], []),
        ],
    )
    first, second = openpyxl.load_workbook(out).worksheets
    assert [cell.alignment.horizontal for cell in first[1]] == [None, "right", "right", None]
    assert all(cell.font.b and cell.alignment.wrap_text for cell in first[1])
    assert [cell.alignment.horizontal for cell in second[1]] == [None, None]
    # Room below them for the buttons of the filters.
    assert (first.row_dimensions[1].height, second.row_dimensions[1].height) == (30, None)


def test_sheet_names_that_excel_refuses_are_mended():
    out = io.BytesIO()
    wanted = ["a/b:c*?[d]", "'x'", "", "n" * 40, "N" * 40, "History"]
    write_xlsx(out, [Sheet(name, ["h"], []) for name in wanted])
    names = openpyxl.load_workbook(out).sheetnames
    assert names == ["a b c   d", "x", "Sheet", "n" * 31, "N" * 29 + " 2", "History 2"]


def test_text_longer_than_a_cell_is_cut_and_says_so():
    [long_cell, emoji_cell, fits] = xlsx_cells(["x" * 40_000, "😀" * 20_000, "y" * MOST_CELL_CHARACTERS])
    assert long_cell.value.endswith("x … [cut]")
    assert len(long_cell.value) == MOST_CELL_CHARACTERS
    assert emoji_cell.value.endswith("😀 … [cut]")
    assert len(emoji_cell.value.encode("utf-16-le")) // 2 <= MOST_CELL_CHARACTERS
    assert fits.value == "y" * MOST_CELL_CHARACTERS


def test_more_rows_than_a_sheet_holds_are_refused_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit_portal.core.xlsx_out.MOST_XLSX_ROWS", 3)
    with pytest.raises(TableError, match="Choose CSV instead"):
        write_xlsx(tmp_path / "x.xlsx", [Sheet("S", ["h"], [["x"]] * 4)])
    assert list(tmp_path.iterdir()) == []


def broken_rows():
    yield ["fine"]
    raise RuntimeError("the database went away")


@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, write):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    target = tmp_path / "out"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="went away"):
        if write == "csv":
            write_csv(target, ["h"], broken_rows())
        else:
            write_xlsx(target, [Sheet("S", ["h"], broken_rows())])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert target.read_text() == "old"


def test_a_finished_file_takes_the_old_ones_place_and_mode_also_behind_a_link(tmp_path):
    old, link = tmp_path / "old", tmp_path / "link"
    old.write_text("old")
    old.chmod(0o640)
    link.symlink_to(old)
    with atomic_output(link) as path:
        path.write_text("new")
        assert old.read_text() == "old"
    assert link.is_symlink()
    assert old.read_text() == "new"
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "old"]


def test_a_new_file_has_the_mode_of_any_other_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with atomic_output(tmp_path / "made") as path:
        path.write_text("x")
    assert (tmp_path / "made").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_csv(pipe, ["h"], [["x"]], bom=False)
        assert os.read(reader, 100) == b"h\r\nx\r\n"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_pipe_without_a_name_is_written_to():
    """As behind /dev/stdout in a shell."""
    reader, writer = os.pipe()
    try:
        write_csv(f"/dev/fd/{writer}", ["h"], [["x"]], bom=False)
        assert os.read(reader, 100) == b"h\r\nx\r\n"
    finally:
        os.close(reader)
        os.close(writer)


def test_a_folder_or_a_missing_folder_is_named(tmp_path):
    with pytest.raises(IsADirectoryError, match="a folder, not a file"):
        write_csv(tmp_path, ["h"], [])
    with pytest.raises(FileNotFoundError, match="no such folder"):
        write_csv(tmp_path / "none" / "x.csv", ["h"], [])


def test_cells_and_columns_may_have_a_look_and_filters_may_leave_rows_out():
    rows = [
        [Styled("=1+1", Look(bold=True)), 1234, Styled(dt.date(2026, 3, 14), Look(number="d mmm yyyy"))],
        [Styled(None, Look(bold=True)), Decimal("2.50"), Styled(3, Look(number="+0", right=True))],
        ["Total", None, None],
    ]
    out = io.BytesIO()
    write_xlsx(out, [Sheet("S", ["a", "b", "c"], rows, formats=("", "0.00"), frozen_columns=1, filtered=2)])
    sheet = openpyxl.load_workbook(out).active
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].font.b) == ("=1+1", "s", True)
    assert [sheet[name].number_format for name in ("B2", "B3", "C2", "C3")] == [
        "0.00",
        "0.00",
        "d mmm yyyy",
        "+0",
    ]
    assert sheet["C2"].value == dt.datetime(2026, 3, 14) and sheet["C3"].alignment.horizontal == "right"
    assert sheet["A3"].value is None
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:C3", "B2")


def test_words_of_a_chart_are_never_the_address_of_a_cell():
    chart = Chart("=S!$A$1", ["x"], [Series(1, "=S!$B$1", [-5])], at=(0, 3))
    out = io.BytesIO()
    write_xlsx(out, [Sheet("S", ["a", "b"], [["x", -5]], charts=[chart])])
    with zipfile.ZipFile(out) as archive:
        text = archive.read("xl/charts/chart1.xml").decode()
    assert "<a:t>S! $A$1</a:t>" in text and "<c:v>S! $B$1</c:v>" in text
    assert "<c:f>S!$A$1</c:f>" not in text and "<c:f>S!$B$1</c:f>" not in text
    assert '<c:min val="0"/>' not in text  # bars on both sides of nothing


def test_long_headers_and_wrapped_text_have_the_height_they_need():
    long = Styled("word " * 30, Look(wrap=True))
    out = io.BytesIO()
    write_xlsx(
        out,
        [
            Sheet(
                "A", ["Assessed in the last twelve months", "b"], [[long, 1], ["c", 2]], (12, 12), wraps=True
            ),
            Sheet("B", ["a"], [[long]], (12,)),
        ],
    )
    first, second = openpyxl.load_workbook(out).worksheets
    heights = [first.row_dimensions[row].height for row in (1, 2, 3)]
    assert heights[0] == 75 and heights[1] >= 15 * 150 / 12 and heights[2] == 15
    # Only where a sheet says so is every cell looked at.
    assert second.row_dimensions[2].height is None
    assert [cell.value for cell in first["B"]] == ["b", 1, 2]


def test_a_sheet_is_printed_as_wide_as_a_page_with_its_header_on_each():
    out = io.BytesIO()
    write_xlsx(out, [Sheet("A", ["a", "b"], [[1, 2]])])
    sheet = openpyxl.load_workbook(out).active
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1" and sheet.sheet_properties.pageSetUpPr.fitToPage
