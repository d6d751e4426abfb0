"""Past assessments from a spreadsheet: judged row by row, written whole or not at all, the same file twice once."""

from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from groups import group_rows
from groups.models import CommunityGroup
from readiness import imports, scoring
from readiness.models import Answer, Assessment
from tests import factories
from toolkit_portal.core.spreadsheets import read_table

DATA = Path(__file__).parent.parent / "data"
CODES = ["2.1", "2.11", "2.12", "2.13", "2.14", "2.15", "2.15a", "2.15b", "2.15c", "2.15d"]
CODES += ["2.2", "2.21", "2.22", "2.23"]
HEADER = ["group", "lio", "date", "assessor", *CODES]
# The worked example of the scoring rule: 14/36, 8/16, 44.4 overall.
EXAMPLE = ["2", "1", "0", "3", "2", "0", "1", "2", "3", "N/A: no members to send", "2", "1", "2", "3"]


@pytest.fixture
def sunrise(db):
    peak = factories.make_lio(name="Peak")
    factories.make_officer(lio=peak, email="officer@peak.example")
    return factories.make_group(lio=peak, name="Sunrise", other_names="Rising Sun")


def sheet(*rows: list[str], header: list[str] | None = None) -> BytesIO:
    lines = [";".join(header or HEADER), *(";".join(row) for row in rows)]
    return BytesIO("\n".join(lines).encode())


def row(
    group: str = "Sunrise", on: str = "14/09/2025", levels: list[str] | None = None, **more: str
) -> list[str]:
    return [group, more.get("lio", ""), on, more.get("assessor", ""), *(levels or EXAMPLE)]


def judged(*rows: list[str], **options) -> imports.AssessmentImport:
    return imports.judge(
        read_table(sheet(*rows), filename="a.csv"), groups=CommunityGroup.objects.all(), **options
    )


def faults(found: imports.AssessmentImport) -> str:
    return "\n".join(str(error) for error in found.errors)


def test_the_worked_example_is_scored_exactly(sunrise):
    imports.write(judged(row(assessor="Officer@Peak.example")), by=None)
    made = Assessment.objects.get()
    assert (made.state, made.assessed_on, made.imported, made.is_latest) == (
        "complete",
        date(2025, 9, 14),
        True,
        True,
    )
    assert made.completed_by.email == "officer@peak.example"
    assert made.theme_scores == {"2.1": "350/9", "2.2": "50"}
    assert scoring.shown(scoring.from_text(made.overall_exact)) == 44
    left_out = Answer.objects.get(not_applicable=True)
    assert (left_out.criterion.code, left_out.na_reason) == ("2.15d", "no members to send")


def test_a_bare_na_gets_a_reason(sunrise):
    for text in ("N/A", "n/a", "NA", "not applicable", "N/A:"):
        levels = [*EXAMPLE]
        levels[0] = text
        found = judged(row(levels=levels))
        assert not found.errors, text
        assert found.to_write[0].reasons["2.1"] == "not stated on import"


@pytest.mark.parametrize("day", ["14/09/2025", "14 Sept 2025", "2025-09-14"])
def test_days_are_read_day_first(sunrise, day):
    assert judged(row(on=day)).to_write[0].on == date(2025, 9, 14)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"group": ""}, "“group”: is empty"),
        ({"group": "Sunrose"}, "“Sunrise”"),
        ({"on": ""}, "“date”: is empty"),
        ({"on": "31/02/2025"}, "“date”"),
        ({"on": "14/09/2099"}, "“date”"),
        ({"lio": "Nowhere"}, "isn't a known LIO"),
        ({"assessor": "nobody@nowhere.example"}, "nobody@nowhere.example"),
        ({"levels": ["5", *EXAMPLE[1:]]}, "'5' is not a level"),
        ({"levels": ["", "", *EXAMPLE[2:]]}, "“2.1, 2.11”: are empty"),
        ({"levels": ["", *EXAMPLE[1:]]}, "“2.1”: is empty"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(sunrise, changed, words):
    found = judged(row(**changed))
    assert found.errors[0].row == 2
    assert words in faults(found)
    assert [fate.fate for fate in found.fates] == ["error"]
    with pytest.raises(ValueError, match="faults"):
        imports.write(found, by=None)
    assert not Assessment.objects.exists()


def test_only_the_first_unknown_groups_get_their_nearest(sunrise, monkeypatch):
    monkeypatch.setattr(group_rows, "NEAREST_FOR", 1)
    found = judged(row(group="Sunrose"), row(group="Sunrase"))
    assert "Did you mean" in str(found.errors[0])
    assert "Did you mean" not in str(found.errors[1])


def test_missing_and_unknown_columns_are_named(sunrise):
    header = [name for name in HEADER if name != "2.12"] + ["shoe size"]
    table = read_table(sheet([*row()[:6], *row()[7:], "4"], header=header), filename="a.csv")
    found = imports.judge(table, groups=CommunityGroup.objects.all())
    assert "2.12" in faults(found)
    assert "shoe size" in faults(found)
    assert found.fates == []


def test_unknown_columns_can_be_left_out(sunrise):
    table = read_table(sheet([*row(), "4"], header=[*HEADER, "shoe size"]), filename="a.csv")
    assert imports.judge(table, groups=CommunityGroup.objects.all()).errors
    assert not imports.judge(table, groups=CommunityGroup.objects.all(), ignore_unknown=True).errors


def test_columns_may_be_chosen(sunrise):
    table = read_table(sheet(row(), header=["who", *HEADER[1:]]), filename="a.csv")
    chosen = {name: name for name in HEADER[1:]} | {"group": "who"}
    found = imports.judge(table, groups=CommunityGroup.objects.all(), columns=chosen)
    assert [fate.fate for fate in found.fates] == ["add"]


def test_a_group_is_found_by_another_name(sunrise):
    assert judged(row(group="rising sun")).to_write[0].group == sunrise.pk


def test_a_name_of_two_groups_needs_the_lio(sunrise):
    other = factories.make_group(lio=factories.make_lio(name="Vale"), name="SUNRISE")
    found = judged(row())
    assert "Peak, Vale" in faults(found)
    assert judged(row(lio="vale")).to_write[0].group == other.pk


def test_a_group_of_another_lio_than_the_row_says_is_pointed_out(sunrise):
    factories.make_group(lio=factories.make_lio(name="Vale"), name="Meadow")
    assert "Sunrise is a group of Peak, not of Vale" in faults(judged(row(lio="vale")))


def test_two_groups_of_one_name_in_one_lio_are_refused(sunrise):
    factories.make_group(lio=sunrise.lio, name="Sunrise")
    assert "different names" in faults(judged(row(lio="Peak")))


def test_the_same_file_twice_changes_nothing(sunrise):
    rows = [row(), row(), row(on="1 March 2026", levels=["3"] * 14)]
    first = judged(*rows)
    assert first.counts == {"add": 2, "nothing": 1, "error": 0}
    imports.write(first, by=None)
    again = judged(*rows)
    assert again.counts == {"add": 0, "nothing": 3, "error": 0}
    imports.write(again, by=None)
    assert Assessment.objects.count() == 2
    assert Assessment.objects.get(is_latest=True).assessed_on == date(2026, 3, 1)


def test_a_contradiction_is_an_error_in_the_file_and_with_the_record(sunrise):
    other = ["3", *EXAMPLE[1:]]
    found = judged(row(), row(levels=other))
    assert "row 2" in faults(found)
    assert found.errors[0].column == "2.1"
    imports.write(judged(row()), by=None)
    assert "recorded for that day" in faults(judged(row(levels=other)))


def test_many_groups_are_compared_without_naming_each(sunrise, monkeypatch):
    imports.write(judged(row()), by=None)
    for number in range(501):
        factories.make_group(lio=sunrise.lio, name=f"Many {number}")
    rows = [row(), *(row(group=f"Many {number}") for number in range(501))]
    assert judged(*rows).counts == {"add": 501, "nothing": 1, "error": 0}


def test_an_import_in_the_browser_leaves_a_trace(sunrise):
    from auditlog.models import LogEntry

    officer = factories.make_officer(lio=sunrise.lio)
    imports.write(judged(row()), by=officer)
    entry = LogEntry.objects.get(additional_data__act="assessments imported")
    assert (entry.actor, entry.additional_data["assessments"]) == (officer, 1)


def test_queries_do_not_grow_with_the_rows(sunrise):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(rows):
        with CaptureQueriesContext(connection) as caught:
            judged(*rows)
        return len(caught)

    assert count([row()]) == count([row(on=f"{day}/09/2025") for day in (1, 2, 3)])


@given(st.lists(st.sampled_from(["0", "1", "2", "3", "4", "4.0", "N/A"]), min_size=14, max_size=14))
def test_any_complete_row_reads_back_as_given(levels):
    reader = imports._Reader.__new__(imports._Reader)
    reader.codes, reader.by_name = CODES, {"sunrise": [(1, "Peak")]}
    reader.by_other_name, reader.lios, reader.assessors, reader.names = {}, {}, {}, []
    reader.default_lio, reader.today = None, date(2026, 1, 1)
    given_row, found = reader.read(dict(zip(HEADER, row(levels=levels), strict=True)))
    assert not found
    assert given_row is not None
    for code, text in zip(CODES, levels, strict=True):
        expected = scoring.NOT_APPLICABLE if text == "N/A" else int(float(text))
        assert given_row.levels[code] == expected


@pytest.fixture
def sample_county(db):
    factories.make_lio(name="Peak Community Support")
    factories.make_lio(name="Erewash Valley Voluntary Action")
    call_command("import_groups", DATA / "groups-messy.csv", stdout=StringIO())


def test_the_command_reads_every_messy_form_alike(sample_county):
    said = StringIO()
    call_command("import_assessments", DATA / "assessments-messy.csv", stdout=said)
    assert "Added 10" in said.getvalue()
    for name in ("assessments-messy.tsv", "assessments-messy.xlsx"):
        said = StringIO()
        call_command("import_assessments", DATA / name, stdout=said, verbosity=2)
        assert "Added 0" in said.getvalue()
    assert Assessment.objects.count() == 10


def test_a_dry_run_writes_nothing(sample_county):
    said = StringIO()
    call_command("import_assessments", DATA / "assessments-messy.csv", dry_run=True, stdout=said)
    assert "Would add 10" in said.getvalue()
    assert not Assessment.objects.exists()


def test_the_command_says_every_fault_and_writes_nothing(sample_county):
    with pytest.raises(CommandError) as refused:
        call_command("import_assessments", DATA / "assessments-wrong.csv", stdout=StringIO())
    assert "nothing was imported" in str(refused.value)
    assert not Assessment.objects.exists()


def test_one_fault_is_counted_in_the_singular(sample_county, tmp_path):
    file = tmp_path / "one.csv"
    file.write_bytes(sheet(row(group="Nobody")).getvalue())
    with pytest.raises(CommandError, match="1 fault; nothing"):
        call_command("import_assessments", file)


def test_an_unreadable_file_is_a_plain_error(db, tmp_path):
    with pytest.raises(CommandError):
        call_command("import_assessments", tmp_path / "none.csv")


def test_notes_of_the_reader_are_passed_on(sample_county, tmp_path):
    file = tmp_path / "windows.csv"
    name = "Café Créole & Friends"
    file.write_bytes(sheet(row(group=name, on="2 January 2020")).getvalue().decode().encode("cp1252"))
    said = StringIO()
    call_command("import_assessments", file, stdout=said)
    assert "Added 1" in said.getvalue()
    assert "indows" in said.getvalue()
