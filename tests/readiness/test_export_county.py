"""manage.py export_county: the columns and values that others script against."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from groups.models import CommunityGroup, District
from readiness.assessing import complete, start_correction
from readiness.models import Answer
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
CODES = (
    ["2.1", "2.11", "2.12", "2.13", "2.14", "2.15", "2.15a", "2.15b", "2.15c", "2.15d", "2.2", "2.21", "2.22", "2.23"]
)  # fmt: skip
HEADER = [
    *("group", "lio", "districts", "kind", "status", "assessed_on"),
    *("score_2_1", "score_2_2", "overall", "band"),
    *(f"level_{code}" for code in CODES),
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def export(path: Path, *options: str) -> list[dict[str, str]]:
    call_command("export_county", "--format", "csv", "-o", str(path), *options, verbosity=0)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days_ago(number: int):
    return timezone.localdate() - timedelta(days=number)


def test_csv_has_the_stated_columns_and_a_row_for_every_group(cast, tmp_path, capsys):
    rows = export(tmp_path / "county.csv")
    assert list(rows[0]) == HEADER
    assert [row["group"] for row in rows] == ["Harbour", "Meadow", "Sunrise"]
    assert "Wrote 3 groups" in capsys.readouterr().out


def test_row_of_an_assessed_group(cast, tmp_path):
    cast.sunrise.districts.set(District.objects.filter(name__in=["Derby", "Bolsover"]))
    # Theme 2.1: levels 2 × 9 and 3, so 21 of 40; theme 2.2: 1, 2, 2, 2, so 7 of 16.
    assessment = factories.make_assessment(
        group=cast.sunrise, by=cast.officer, levels={"2.1": 3, "2.2": 1}, assessed_on=days_ago(4)
    )
    row = export(tmp_path / "county.csv")[2]
    assert row["group"] == "Sunrise"
    assert (row["lio"], row["districts"]) == ("Peak", "Bolsover; Derby")
    assert (row["kind"], row["status"]) == ("BME-led group", "Active")
    assert row["assessed_on"] == days_ago(4).isoformat()
    assert (row["score_2_1"], row["score_2_2"], row["overall"]) == ("52.50", "43.75", "48.13")  # 48.125
    assert row["band"] == assessment.band
    assert (row["level_2.1"], row["level_2.2"], row["level_2.15d"]) == ("3", "1", "2")


def test_not_applicable_and_never_assessed(cast, tmp_path):
    assessment = factories.make_assessment(group=cast.sunrise, by=cast.officer)
    Answer.objects.filter(assessment=assessment, criterion__code="2.15d").update(
        level=None, not_applicable=True, na_reason="Too few members"
    )
    harbour, _, sunrise = export(tmp_path / "county.csv")
    assert sunrise["level_2.15d"] == "N/A"
    assert {harbour[name] for name in HEADER[5:]} == {""}


def test_xlsx_holds_the_same_values_as_numbers_and_dates(cast, tmp_path):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.1": 3, "2.2": 1})
    rows = export(tmp_path / "county.csv")
    call_command("export_county", "--format", "xlsx", "-o", str(tmp_path / "county.xlsx"), verbosity=0)
    header, *lines = openpyxl.load_workbook(tmp_path / "county.xlsx").active.iter_rows(values_only=True)
    assert list(header) == HEADER
    for row, line in zip(rows, lines, strict=True):
        assert [row[name] for name in HEADER[:5]] == [cell or "" for cell in line[:5]]
        assert row["assessed_on"] == ("" if line[5] is None else line[5].date().isoformat())
        assert [Decimal(row[name]) if row[name] else None for name in HEADER[6:9]] == [
            None if cell is None else Decimal(str(cell)) for cell in line[6:9]
        ]
        assert [row[name] for name in HEADER[10:]] == [
            "" if cell is None else str(cell) for cell in line[10:]
        ]
    assert isinstance(lines[2][8], float)


def test_as_at_takes_assessments_up_to_that_day(cast, tmp_path):
    for age, level in ((100, 1), (50, 2), (1, 4)):
        factories.make_assessment(
            group=cast.sunrise, by=cast.officer, levels=level, assessed_on=days_ago(age)
        )

    def overall(day) -> str:
        return export(tmp_path / "county.csv", "--as-at", day.isoformat())[2]["overall"]

    assert overall(days_ago(101)) == ""
    assert overall(days_ago(100)) == "25.00"
    assert overall(days_ago(50)) == "50.00"
    assert overall(days_ago(2)) == "50.00"
    assert overall(days_ago(-5)) == "100.00"


def test_a_correction_counts_from_the_day_it_was_made(cast, tmp_path):
    wrong = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4, assessed_on=days_ago(60))
    correction = start_correction(of=wrong, by=cast.officer, reason="All levels were one too high")
    correction.answers.update(level=3)
    complete(correction, by=cast.officer)
    assert export(tmp_path / "county.csv")[2]["overall"] == "75.00"
    earlier = export(tmp_path / "county.csv", "--as-at", days_ago(30).isoformat())
    assert earlier[2]["overall"] == "100.00"


def test_lio_limits_the_groups_whatever_the_case(cast, tmp_path):
    assert [row["group"] for row in export(tmp_path / "county.csv", "--lio", "vale")] == ["Meadow"]


def test_an_empty_county_is_a_header_alone(cast, tmp_path):
    CommunityGroup.objects.all().delete()
    assert export(tmp_path / "county.csv") == []
    assert (tmp_path / "county.csv").read_text().startswith("group,lio,")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--lio", "Peek"), "Peak"),
        (("--as-at", "31/02/2026"), "--as-at"),
        (("--as-at", "soon"), "--as-at"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(cast, tmp_path, options, words):
    path = tmp_path / "county.csv"
    path.write_text("before")
    with pytest.raises(CommandError, match=words) as fault:
        export(path, *options)
    assert fault.value.returncode == 1
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_error(cast, tmp_path):
    with pytest.raises(CommandError, match="Can't write"):
        export(tmp_path / "nowhere" / "county.csv")


def test_failure_while_writing_leaves_the_old_file(cast, tmp_path, monkeypatch):
    path = tmp_path / "county.xlsx"
    path.write_text("before")

    def fail(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("readiness.management.commands.export_county.write_sheet", fail)
    with pytest.raises(CommandError, match="No space left"):
        call_command("export_county", "--format", "xlsx", "-o", str(path))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
