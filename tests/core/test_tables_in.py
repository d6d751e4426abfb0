"""Reading tables that other people made."""

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.data.make_samples import GROUPS, main
from toolkit_portal.core.archives import ArchiveLimits
from toolkit_portal.core.spreadsheets import (
    Sheet,
    Table,
    TableError,
    TableLimits,
    normalise_header,
    read_table,
    write_xlsx,
)

SAMPLES = Path(__file__).resolve().parents[1] / "data"


def read(content: bytes | str, *, encoding: str = "utf-8", limits: TableLimits | None = None) -> Table:
    data = content.encode(encoding) if isinstance(content, str) else content
    return read_table(io.BytesIO(data), filename="sample", limits=limits)


def workbook_bytes(fill) -> bytes:
    workbook = openpyxl.Workbook()
    fill(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def rows_of(table: Table) -> list[dict[str, str]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_every_delimiter_and_encoding_gives_the_same_table(delimiter, encoding):
    text = f'name{delimiter}places\r\nCafé{delimiter}"Ripley{delimiter} Belper\nand ""Heanor"""\r\n'
    table = read(text, encoding=encoding)
    assert rows_of(table) == [{"name": "Café", "places": f'Ripley{delimiter} Belper\nand "Heanor"'}]
    assert (table.delimiter, table.encoding) == (delimiter, encoding.removesuffix("-sig"))


def test_big_endian_utf_16_is_read_by_its_mark():
    assert rows_of(read(b"\xfe\xff" + "name\nعربي".encode("utf-16-be"))) == [{"name": "عربي"}]


def test_a_single_column_with_semicolons_in_its_cells_stays_one_column():
    assert rows_of(read("places\nBuxton; Glossop\n")) == [{"places": "Buxton; Glossop"}]


def test_excels_own_separator_line_is_obeyed_and_not_counted():
    table = read("sep=;\r\nname;kind\r\nA, B;x\r\n")
    assert table.rows[0].number == 2
    assert rows_of(table) == [{"name": "A, B", "kind": "x"}]


def test_windows_1252_is_noted_so_that_somebody_checks_the_names():
    assert "Windows-1252" in read("name\nCafé", encoding="windows-1252").notes[0]
    assert read("name\nCafé").notes == ()


def test_empty_rows_are_left_out_and_numbers_stay_those_of_the_spreadsheet():
    table = read('\n\nname,kind\n\n"A\nB",x\n , \n\xa0,\nC,\n')
    assert [(row.number, row.cells["name"]) for row in table.rows] == [(5, "A\nB"), (8, "C")]


def test_unseen_signs_around_cells_go_and_those_inside_words_stay():
    persian = "می\u200cخواهم"
    table = read(f"\ufeffname ,phone\n\xa0 {persian}\u200b ,\u202a+44 1298 555 0101\u202c\n")
    assert rows_of(table) == [{"name": persian, "phone": "+44 1298 555 0101"}]


def test_a_composed_and_a_decomposed_letter_read_alike():
    assert rows_of(read("name\nCafe\u0301")) == rows_of(read("name\nCafé"))


def test_a_quotation_mark_inside_a_cell_needs_no_doubling():
    assert rows_of(read('name,size\nThe 12" club,2\n')) == [{"name": 'The 12" club', "size": "2"}]


def test_a_quotation_mark_never_closed_is_an_error_that_names_the_row():
    with pytest.raises(TableError, match="Row 3 opens a quotation mark"):
        read('name,kind\nA,x\n"B,y\nC,z\nD,w\n')


def test_headings_in_workbooks_keep_criterion_codes_apart():
    def fill(workbook):
        workbook.active.append(["Group", 2.1, 2.11, 2.15, "2.15A", 2.2, 2.21])
        workbook.active.append(["x", 0, 1.0, 2, 3, 4, "N/A"])

    table = read(workbook_bytes(fill))
    assert table.headers == ("Group", "2.1", "2.11", "2.15", "2.15A", "2.2", "2.21")
    assert list(table.rows[0].cells.values()) == ["x", "0", "1", "2", "3", "4", "N/A"]


def test_cells_of_a_workbook_read_as_a_person_sees_them():
    def fill(workbook):
        sheet = workbook.active
        sheet.append(["day", "moment", "clock", "flag", "long", "part", "sum", "text"])
        values = [dt.date(2026, 9, 14), dt.datetime(2026, 9, 14, 10, 30), dt.time(14, 5), True]
        sheet.append([*values, 447700900101.0, 0.1 + 0.2, -2.5, " 2.10 "])

    cells = list(read(workbook_bytes(fill)).rows[0].cells.values())
    assert cells == ["2026-09-14", "2026-09-14 10:30", "14:05", "yes", "447700900101", "0.3", "-2.5", "2.10"]


def test_a_table_that_starts_further_down_and_right_keeps_row_numbers_and_column_letters():
    def fill(workbook):
        sheet = workbook.active
        for address, value in {"C4": "name", "D4": "kind", "C6": "x", "F6": "stray"}.items():
            sheet[address] = value

    with pytest.raises(TableError, match="Column F has something in row 6 but no heading"):
        read(workbook_bytes(fill))

    def clean(workbook):
        fill(workbook)
        workbook.active["F6"] = None

    table = read(workbook_bytes(clean))
    assert [(row.number, row.cells) for row in table.rows] == [(6, {"name": "x", "kind": ""})]


def test_hidden_and_empty_sheets_are_passed_over_and_unread_ones_named():
    def fill(workbook):
        workbook.active.title = "Empty"
        hidden = workbook.create_sheet("Secret")
        hidden.append(["secret"])
        hidden.sheet_state = "hidden"
        workbook.create_sheet("Groups").append(["name"])
        workbook.create_sheet("Lists").append(["kinds"])

    table = read(workbook_bytes(fill))
    assert (table.sheet, table.headers) == ("Groups", ("name",))
    assert "“Lists”" in table.notes[0]
    assert "Secret" not in table.notes[0]


def test_formula_errors_are_noted():
    def fill(workbook):
        workbook.active.append(["name", "size"])
        workbook.active.append(["x", "#N/A"])
        workbook.active["B2"].data_type = "e"

    table = read(workbook_bytes(fill))
    assert rows_of(table) == [{"name": "x", "size": ""}]
    assert table.notes[0].startswith("1 cell shows a formula error")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty"),
        ("\n \n,,\n", "The table is empty"),
        ("name,Other names,other-names\n", "Columns B and C have the same heading"),
        ("name,,kind\nA,loose,x\n", "Column B has something in row 2"),
        ("name\nA,extra\n", "Column B has something in row 2"),
        ("Our groups\nname,kind\n", "no title above it"),
        ("<!DOCTYPE html><html><body>name,kind</body></html>", "a web page or drawing"),
        ("  <svg xmlns='http://www.w3.org/2000/svg'/>", "a web page or drawing"),
        ("%PDF-1.7 name,kind", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old".decode("latin-1"), "older Excel file"),
        ("name\x00kind", "of a kind this portal doesn't know"),
    ],
)
def test_what_is_no_table_is_refused_in_words(text, message):
    with pytest.raises(TableError, match=message):
        read(text, encoding="latin-1")


def test_bytes_that_no_encoding_knows_are_refused():
    with pytest.raises(TableError, match="characters can't be read"):
        read(b"name\nx\x81\xff\n")


def test_the_name_of_a_file_is_not_believed(tmp_path):
    path = tmp_path / "groups.csv"
    write_xlsx(path, [Sheet("Groups", ["name"], [["x"]])])
    assert rows_of(read_table(path, filename="groups.csv")) == [{"name": "x"}]


def test_a_file_that_is_not_there_is_a_table_error(tmp_path):
    with pytest.raises(TableError, match=r"none\.csv: No such file"):
        read_table(tmp_path / "none.csv")


class NeverRead(io.BytesIO):
    """A file that can say how long it is and must not be read."""

    def read(self, *args):
        raise AssertionError("read before its size was checked")


def test_a_file_too_large_is_refused_before_it_is_read():
    with pytest.raises(TableError, match=r"has 2 MB; the most is 1\.5 MB"):
        read_table(NeverRead(bytes(2 * 1024 * 1024)), limits=TableLimits(file_bytes=3 * 512 * 1024))


@pytest.mark.parametrize("make", ["csv", "xlsx"])
def test_limits_on_rows_columns_and_cells_hold_in_every_format(make):
    def table_of(headers, rows):
        if make == "csv":
            return ("\n".join(",".join(row) for row in [headers, *rows])).encode()
        out = io.BytesIO()
        write_xlsx(out, [Sheet("S", headers, rows)])
        return out.getvalue()

    limits = TableLimits(rows=3, columns=4, cell_characters=10)
    assert len(read(table_of(list("abcd"), [list("1234")] * 3), limits=limits).rows) == 3
    with pytest.raises(TableError, match="more than 3 rows"):
        read(table_of(list("abcd"), [list("1234")] * 4), limits=limits)
    with pytest.raises(TableError, match="has 5 columns; the most is 4"):
        read(table_of(list("abcde"), []), limits=limits)
    with pytest.raises(TableError, match="Cell B2 has 11 characters"):
        read(table_of(list("ab"), [["x", "y" * 11]]), limits=limits)


def zip_of(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_never_opened():
    bomb = zip_of({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(20 * 1024 * 1024)})
    assert len(bomb) < 50_000
    with pytest.raises(TableError, match="unpack to far more than its size"):
        read(bomb)
    many = zip_of({f"xl/{number}": b"" for number in range(12)} | {"xl/workbook.xml": b""})
    with pytest.raises(TableError, match="far more parts"):
        read(many, limits=TableLimits(archive=ArchiveLimits(entries=10)))


def test_an_archive_that_lies_about_its_sizes_ends_in_a_message():
    sheet = b"<worksheet><sheetData>" + b"<row/>" * 5_000_000
    honest = zip_of({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": sheet})
    real = struct.pack("<I", len(sheet))
    assert honest.count(real) >= 2
    with pytest.raises(TableError):
        read(honest.replace(real, struct.pack("<I", 1000)))


@pytest.mark.parametrize("address", ["XFD1048576", "A1048576", "XFD2"])
def test_a_cell_in_the_far_corner_of_a_sheet_does_no_harm(address):
    def fill(workbook):
        workbook.active["A1"] = "name"
        workbook.active[address] = "far"

    if address.startswith("A"):
        assert [row.number for row in read(workbook_bytes(fill)).rows] == [1048576]
    else:
        with pytest.raises(TableError):
            read(workbook_bytes(fill))


def test_an_ods_that_repeats_cells_without_end_does_no_harm():
    def ods(rows: str) -> bytes:
        names = (
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        )
        content = (
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        )
        kind = b"application/vnd.oasis.opendocument.spreadsheet"
        return zip_of({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": b"<x/>"})

    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    plain = cell.format("", "name")
    padded = '<table:table-cell table:number-columns-repeated="16000"/>'
    below = f'<table:table-row table:number-rows-repeated="1048000">{padded}</table:table-row>'
    assert read(ods(f"<table:table-row>{plain}{padded}</table:table-row>{below}")).headers == ("name",)
    endless = cell.format(' table:number-columns-repeated="16384"', "x")
    with pytest.raises(TableError):
        read(ods(f'<table:table-row table:number-rows-repeated="1048576">{endless}</table:table-row>'))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Other_Names ", "other names"), ("INCOME-BAND", "income band"), ("Name *", "name"), ("Notes:", "notes"),
        ("2.15 A", "2.15a"), ("ｎａｍｅ", "name"), ("e‑mail", "email"),
    ],
)  # fmt: skip
def test_headers_written_differently_are_the_same(written, meant):
    assert normalise_header(written) == normalise_header(meant)


def test_codes_that_differ_by_their_dots_or_digits_are_different():
    codes = ["2.1", "2.11", "2.12", "2.15", "2.15a", "2.15b", "2.2", "2.21", "21"]
    assert len({normalise_header(code) for code in codes}) == len(codes)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600))
@example(b"PK\x03\x04" + bytes(60))
@example(b"PK\x05\x06" + bytes(18))
@example(b"\xff\xfea")
@example(b'"')
@example(b"a\r\r\nb")
def test_random_bytes_raise_nothing_but_table_errors(content):
    try:
        assert read(content).headers
    except TableError as fault:
        assert str(fault).endswith(".")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["groups-messy.xlsx", "groups-messy.ods"]), st.data())
def test_damaged_workbooks_raise_nothing_but_table_errors(name, data):
    content = bytearray((SAMPLES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(len(content) // 2, len(content))) :]
    try:
        assert read(bytes(content)).headers
    except TableError as fault:
        assert str(fault).endswith(".")


def test_the_messy_samples_all_hold_the_same_groups():
    comma = read_table(SAMPLES / "groups-messy.csv")
    assert [row.cells["Name"] for row in comma.rows] == [*(str(row[0]) for row in GROUPS), GROUPS[4][0]]
    for name in ("groups-messy.xlsx", "groups-messy.ods"):
        assert rows_of(read_table(SAMPLES / name)) == rows_of(comma)
    values = [list(cells.values()) for cells in rows_of(comma)]
    semicolons = rows_of(read_table(SAMPLES / "groups-messy-semicolons.csv"))
    assert [list(cells.values()) for cells in semicolons] == values
    latin = rows_of(read_table(SAMPLES / "groups-messy-windows-1252.csv"))
    assert latin
    assert all(list(cells.values()) in values for cells in latin)


def test_the_sample_script_writes_the_committed_files_again(tmp_path):
    main(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == 10
    assert written == {name: (SAMPLES / name).read_bytes() for name in written}
