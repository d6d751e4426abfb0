"""evidence_table: unmet need as a file, by command."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evidence.management.commands import evidence_table
from groups.models import Community, ServiceArea
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_analysis import reviewed

pytestmark = pytest.mark.django_db

# By hand, people by service area and district. Housing: 3, 20 and 12; Health care: 30, 40 and, in a draft, 100.
# 3 is small, so three more go with it, round a rectangle of rows and columns; everything else stays.
GOLDEN = """\
Service area,Bolsover,Chesterfield,High Peak,Total
Health care,*,*,0,70
Housing,<5,*,12,35
Total,33,60,12,105
"""


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def county(cast) -> Cast:
    """Two services by three districts, of two LIOs, and a draft."""
    lists = {
        "service_area": ("Health care", "Housing"),
        "district": ("Bolsover", "Chesterfield", "High Peak"),
    }
    ServiceArea.objects.exclude(label__in=lists["service_area"]).delete()
    type(factories.district()).objects.exclude(name__in=lists["district"]).delete()
    for service, district, people, day in (
        ("Housing", "Bolsover", 3, date(2026, 1, 10)),
        ("Housing", "Chesterfield", 20, date(2026, 2, 10)),
        ("Health care", "Bolsover", 30, date(2026, 3, 10)),
        ("Health care", "Chesterfield", 40, date(2026, 4, 10)),
    ):
        reviewed(cast, service=service, districts=(district,), people_affected=people, happened_on=day)
    factories.make_evidence(
        lio=cast.vale, by=cast.other_officer, reviewed_by=cast.officer, districts=("High Peak",),
        people_affected=12, happened_on=date(2026, 5, 10),
    )  # fmt: skip
    factories.make_evidence(
        lio=cast.peak, by=cast.officer, service="Health care", districts=("High Peak",), people_affected=100,
    )  # fmt: skip
    return cast


def write(target: Path, *more: str, rows="service_area", columns="district", measure="people") -> str:
    """What the file holds, its lines ended as on this system."""
    call_command(
        "evidence_table", "--rows", rows, "--columns", columns, "--measure", measure, "-o", str(target), *more
    )
    return target.read_bytes().decode().replace("\r\n", "\n")


def table(text: str) -> dict[str, dict[str, str]]:
    """Cells by row and column."""
    lines = list(csv.DictReader(text.splitlines()))
    name = next(iter(lines[0]))
    return {line[name]: line for line in lines}


def test_the_file_is_as_worked_out_by_hand(county, tmp_path, capsys):
    assert write(tmp_path / "need.csv") == GOLDEN
    said = capsys.readouterr().out
    assert f"Wrote service area by district to {tmp_path / 'need.csv'}." in said
    assert "<5 stands for 1 to 4" in said and "(1 number)" in said and "* hides 3 numbers" in said
    assert (tmp_path / "need.csv").read_bytes().count(b"\r\n") == 4


def test_the_other_way_round_the_same_is_hidden(county, tmp_path):
    assert write(tmp_path / "need.csv", rows="district", columns="service_area") == (
        "District,Health care,Housing,Total\n"
        "Bolsover,*,<5,33\n"
        "Chesterfield,*,*,60\n"
        "High Peak,0,12,12\n"
        "Total,70,35,105\n"
    )


def test_records_are_counted_where_records_are_asked_for(county, tmp_path):
    found = table(write(tmp_path / "need.csv", measure="records"))
    # Five records in all, two and three of a service.
    assert found["Total"]["Total"] == "5"
    assert found["Housing"]["Total"] in ("<5", "*") and found["Health care"]["High Peak"] == "0"


def test_a_period_takes_both_its_days_and_keeps_the_rows(county, tmp_path):
    # With fifty more where there were three, nothing is small, so every total is shown.
    reviewed(county, districts=("Bolsover",), people_affected=50, happened_on=date(2026, 1, 10))

    def total(*options: str) -> str:
        found = table(write(tmp_path / "need.csv", *options))
        assert list(found) == ["Health care", "Housing", "Total"]
        return found["Total"]["Total"]

    assert total("--from", "2026-02-10", "--to", "10/04/2026") == "90"
    assert total("--from", "2026-02-11", "--to", "2026-04-10") == "70"
    assert total("--from", "2026-02-10", "--to", "2026-04-09") == "50"
    assert total("--from", "2026-05-11") == "0"
    assert total("--to", "2026-05-10") == "155"


def test_what_a_period_leaves_out_is_protected(county, tmp_path):
    # All but the three of January: 102 beside the 105 of all would give them away.
    assert table(write(tmp_path / "need.csv", "--from", "2026-02-01"))["Total"]["Total"] == "*"


def test_nothing_recorded_is_a_table_of_noughts(cast, tmp_path, capsys):
    found = table(write(tmp_path / "need.csv"))
    assert {cell for line in found.values() for name, cell in line.items() if name != "Service area"} == {"0"}
    assert capsys.readouterr().out.endswith("once in the total.\n")


def test_people_nobody_placed_stand_in_a_row_of_their_own(county, tmp_path):
    reviewed(county, people_affected=50)
    found = table(write(tmp_path / "need.csv", rows="district", columns="service_area"))
    assert list(found) == ["Bolsover", "Chesterfield", "High Peak", "Not recorded", "Total"]
    assert found["Not recorded"]["Housing"] == "50" and found["Total"]["Total"] == "155"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": "town"}, "--rows: invalid choice: 'town'.*service_area.*district.*community.*barrier"),
        ({"columns": "lio"}, "--columns: invalid choice"),
        ({"measure": "groups"}, "--measure: invalid choice: 'groups'.*people.*records"),
        ({"rows": "district"}, "two different things"),
        ({"--from": "yesterday"}, "--from: "),
        ({"--to": "31/02/2026"}, "--to: "),
        ({"--from": "2026-02-01", "--to": "2026-01-01"}, "--to lies before --from. Turn them round"),
    ],
)
def test_what_can_not_be_is_refused_in_words_and_leaves_no_file(county, tmp_path, changes, words):
    more = [part for name, value in changes.items() if name.startswith("--") for part in (name, value)]
    named = {name: value for name, value in changes.items() if not name.startswith("--")}
    with pytest.raises(CommandError, match=words):
        write(tmp_path / "need.csv", *more, **named)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["--rows", "--columns", "--measure", "-o"])
def test_each_option_but_the_period_is_needed(missing, tmp_path):
    options = {
        "--rows": "service_area", "--columns": "district", "--measure": "people", "-o": str(tmp_path / "n.csv"),
    }  # fmt: skip
    del options[missing]
    with pytest.raises(CommandError, match=f"required: {missing}"):
        call_command("evidence_table", *[part for option in options.items() for part in option])


def test_a_place_that_can_not_be_written_is_named(county, tmp_path):
    for place, words in (
        (tmp_path / "no" / "need.csv", "no such folder"),
        (tmp_path, "a folder, not a file"),
    ):
        with pytest.raises(CommandError, match=f"Can't write {place}: .*{words}"):
            write(place)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_fails_half_way_leaves_the_old_one(county, tmp_path, monkeypatch):
    target = tmp_path / "need.csv"
    target.write_text("last year's")

    def broken(table):
        def rows():
            yield ["Housing", 1]
            raise OSError(28, "No space left on device")

        return ["Service area", "Total"], rows()

    monkeypatch.setattr(evidence_table, "csv_rows", broken)
    with pytest.raises(CommandError, match="No space left"):
        write(target)
    assert target.read_text() == "last year's" and list(tmp_path.iterdir()) == [target]


def test_labels_that_look_like_formulas_are_inert(cast, tmp_path):
    Community.objects.create(label="=HYPERLINK(1)", heading="Other ethnic group")
    ServiceArea.objects.create(label="@SUM(A1)")
    text = write(tmp_path / "need.csv", columns="community")
    found = table(text)
    assert found["'@SUM(A1)"]["'=HYPERLINK(1)"] == "0"
    assert ",=" not in text and "\n@" not in text
