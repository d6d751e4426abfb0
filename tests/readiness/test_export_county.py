"""manage.py export_county: the columns and values that others script against."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from groups.models import CommunityGroup, Credential, CredentialKind, District
from readiness.assessing import complete, start_correction
from readiness.models import Answer, RouteChange
from readiness.route_keeping import settle_due
from tests import factories
from tests.cast import Cast, make_cast
from tests.readiness.reports.county import make_county, noon
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db
CODES = (
    ["2.1", "2.11", "2.12", "2.13", "2.14", "2.15", "2.15a", "2.15b", "2.15c", "2.15d", "2.2", "2.21", "2.22", "2.23"]
)  # fmt: skip
HEADER = [
    *("group", "lio", "districts", "kind", "status", "assessed_on"),
    *("score_2_1", "score_2_2", "overall", "band"),
    *(f"level_{code}" for code in CODES),
    *("route", "last_visit", "plan_state", "actions_overdue", "papers_missing"),
]
# Where the first columns end that describe an assessment.
LEVELS_END = 10 + len(CODES)


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
    assert {harbour[name] for name in HEADER[5:LEVELS_END]} == {""}


def test_xlsx_holds_the_same_values_as_numbers_and_dates(cast, tmp_path):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.1": 3, "2.2": 1})
    rows = export(tmp_path / "county.csv")
    call_command("export_county", "--format", "xlsx", "-o", str(tmp_path / "county.xlsx"), verbosity=0)
    book = openpyxl.load_workbook(tmp_path / "county.xlsx")
    header, *lines = book["Groups"].iter_rows(values_only=True)
    assert book.sheetnames[0] == "About" and "Levels" in book.sheetnames
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
    assert book["Groups"]["H4"].number_format == "0.00"
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
        (("--compare", "soon"), "--compare"),
        (
            ("--as-at", "2026-01-31", "--compare", "2026-01-31"),
            "--compare: choose a day before 31 January 2026",
        ),
        (("--district", "Darby"), "Derby"),
        (("--format", "ods"), "--format: choose csv, xlsx, pdf or json"),
        (("--format", "json", "--tables"), "--tables goes with --format csv alone"),
        (("--format", "pdf", "--as-at", "2100-01-01"), "still to come"),
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

    monkeypatch.setattr("readiness.reports.files.write_workbook", fail)
    with pytest.raises(CommandError, match="No space left"):
        call_command("export_county", "--format", "xlsx", "-o", str(path))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_last_columns_say_what_stands_and_what_is_late(cast, tmp_path):
    sunrise = cast.sunrise
    usual = CredentialKind.objects.current().filter(is_usual=True)
    for key, facts in {
        "equality-policy": {"state": "in_place"},
        "accounts": {"state": "in_place", "expires_on": days_ago(1)},
        "governing-document": {"state": "not_needed", "why_not_needed": "Not formed yet"},
        "bank-account": {"state": "draft"},
    }.items():
        Credential.objects.create(group=sunrise, kind=usual.get(key=key), **facts)
    factories.make_visit(group=sunrise, officer=cast.officer, happened_on=days_ago(3))
    factories.make_action(group=sunrise, by=cast.officer, due_on=days_ago(1))
    factories.make_action(group=sunrise, by=cast.officer, due_on=days_ago(-1))
    harbour, meadow, row = export(tmp_path / "county.csv")
    assert row["last_visit"] == days_ago(3).isoformat()
    assert (row["plan_state"], row["actions_overdue"]) == ("not issued", "1")
    assert row["papers_missing"] == str(usual.count() - 2)
    assert (harbour["last_visit"], harbour["plan_state"], harbour["actions_overdue"]) == ("", "none", "0")
    assert meadow["papers_missing"] == str(usual.count())
    assert row["route"] == "Build foundations"


def test_the_last_columns_are_as_at_the_day_too(tmp_path):
    county = make_county()
    RouteChange.objects.create(
        group=county.groups["Ash"],
        edition=factories.current_edition(),
        before="be-heard",
        route="build-foundations",
        went_up=False,
        cause="A paper expired",
        changed_at=noon(5),
    )
    path = tmp_path / "county.csv"
    usual = CredentialKind.objects.current().filter(is_usual=True).count()
    ash, birch, cedar, _, elder = export(path)
    assert (ash["last_visit"], ash["plan_state"], ash["actions_overdue"]) == (
        days_ago(30).isoformat(),
        "version 1 issued",
        "1",
    )
    assert (birch["papers_missing"], cedar["papers_missing"]) == (str(usual), str(usual - 1))
    assert (cedar["actions_overdue"], elder["status"], ash["route"]) == ("0", "Closed", "Build foundations")
    ash, birch, cedar, _, elder = export(path, "--as-at", days_ago(31).isoformat())
    assert (ash["last_visit"], ash["plan_state"], ash["route"]) == ("", "not issued", "Be heard")
    assert (birch["papers_missing"], cedar["papers_missing"]) == (str(usual), str(usual))
    assert cedar["actions_overdue"] == "1"  # done ten days ago, due sixty days ago
    ash, birch, _, _, elder = export(path, "--as-at", days_ago(101).isoformat())
    assert (birch["papers_missing"], elder["status"], ash["plan_state"]) == (
        str(usual - 1),
        "Active",
        "not issued",
    )


def test_groups_that_were_not_known_on_the_day_are_left_out(cast, tmp_path):
    factories.make_group(lio=cast.vale, name="New", created_at=timezone.now() - timedelta(days=3))
    assert len(export(tmp_path / "county.csv")) == 4
    names = [row["group"] for row in export(tmp_path / "county.csv", "--as-at", days_ago(4).isoformat())]
    assert names == ["Harbour", "Meadow", "Sunrise"]


def test_district_limits_the_groups(cast, tmp_path):
    cast.sunrise.districts.set(District.objects.filter(name="High Peak"))
    rows = export(tmp_path / "county.csv", "--district", "high peak", "--lio", "Peak")
    assert [row["group"] for row in rows] == ["Sunrise"]


@pytest.mark.parametrize("options", [(), ("--as-at", "2026-01-31")])
def test_queries_do_not_grow_with_groups(cast, tmp_path, options, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(20) as seen:
            export(tmp_path / "county.csv", *options)
        return len(seen)

    for group in CommunityGroup.objects.exclude(pk=cast.sunrise.pk):
        group.delete()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    with_one = queries()
    for _ in range(2):
        group = factories.make_group(lio=cast.peak)
        factories.make_assessment(group=group, by=cast.officer)
        factories.make_visit(group=group, officer=cast.officer)
        factories.make_action(group=group, by=cast.officer, due_on=days_ago(1))
    settle_due(CommunityGroup.objects.all())
    assert queries() <= with_one


def test_groups_are_read_in_lots_and_come_out_the_same(cast, tmp_path, monkeypatch):
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    whole = export(tmp_path / "county.csv")
    monkeypatch.setattr("readiness.county.LOT", 2)
    assert export(tmp_path / "county.csv") == whole


def test_all_tables_as_csv_come_in_a_zip(cast, tmp_path, capsys):
    cast.sunrise.districts.set(District.objects.filter(name="Derby"))
    path = tmp_path / "county.zip"
    call_command("export_county", "--format", "csv", "--tables", "-o", str(path), "--lio", "peak")
    with zipfile.ZipFile(path) as archive:
        assert {"about.csv", "groups.csv", "summary.csv", "need_by_district.csv"} <= set(archive.namelist())
        about = archive.read("about.csv").decode()
        groups = list(csv.DictReader(io.StringIO(archive.read("groups.csv").decode(), newline="")))
    assert "What was asked,LIO,Peak" in about and "What was asked,Made by,A command" in about
    assert [row["group"] for row in groups] == ["Harbour", "Sunrise"]
    assert "Wrote 2 groups" in capsys.readouterr().out


def test_pdf_and_json_hold_the_tables_compared_with_the_day_that_was_asked(tmp_path):
    make_county()
    options = ("--as-at", days_ago(1).isoformat(), "--compare", days_ago(90).isoformat())
    for kind in ("json", "pdf"):
        call_command("export_county", "--format", kind, "-o", str(tmp_path / kind), *options, verbosity=0)
    read = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    assert read["asked"]["compared_with"] == days_ago(90).isoformat()
    figures = {row["key"]: row["cells"]["number"] for row in read["tables"]["summary"]["rows"]}
    assert (figures["groups"], figures["closed"]) == (4, 1)
    assert (tmp_path / "pdf").read_bytes().startswith(b"%PDF")


def test_a_document_that_is_too_long_says_so_and_nothing_is_written(cast, tmp_path, monkeypatch):
    def fail(*args, **options):
        raise PdfTooLarge("This document is too long for one PDF.")

    monkeypatch.setattr("readiness.reports.files.render_report_pdf", fail)
    with pytest.raises(CommandError, match="too long for one PDF"):
        call_command("export_county", "--format", "pdf", "-o", str(tmp_path / "county.pdf"))
    assert list(tmp_path.iterdir()) == []
