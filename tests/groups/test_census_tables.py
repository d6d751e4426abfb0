"""Census tables in the portal: what it comes with, loading by command, newer beside older, removal, the trail."""

import io
from datetime import date
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Sum

from groups.census_tables import add_shipped, confirm, keep, missing, read_file, remove, unmatched
from groups.models import CensusFigure, CensusTable, Community, District
from groups.reference import load_reference_data
from tests import factories
from tests.census import AMBER_VALLEY, DERBY, ENGLISH, FIGURES, INDIAN, LANGUAGES, long_csv, upload, wide_csv
from toolkit_portal.core.spreadsheets import TableError

pytestmark = pytest.mark.django_db


def load(content: bytes, *, year: int | None = None, name: str = "table.csv", by=None) -> CensusTable:
    census, digest = read_file(upload(content, name), filename=name, year=year)
    return confirm(table=keep(census=census, sha256=digest, by=by), by=by)


def command(tmp_path: Path, content: bytes, *options: str, name: str = "TS021-2021-9.csv") -> str:
    file = tmp_path / name
    file.write_bytes(content)
    out = io.StringIO()
    call_command("import_census", str(file), *options, stdout=out)
    return out.getvalue()


# What the portal comes with


def test_the_nine_areas_of_2021_come_with_the_portal():
    table = CensusTable.objects.get()
    assert (table.year, table.topic, table.is_current, table.areas_in_file) == (
        2021,
        "ethnic_group",
        True,
        331,
    )
    assert table.source == "Office for National Statistics, Census 2021"
    assert table.licence == "Open Government Licence v3.0"
    assert table.figures.count() == 9 * 19 and not table.figures.filter(community=None).exists()
    derby = table.figures.filter(gss_code=DERBY)
    assert derby.aggregate(people=Sum("people"))["people"] == 261_364
    assert table.figures.exclude(gss_code=DERBY).aggregate(people=Sum("people"))["people"] == 794_629
    white = table.figures.exclude(gss_code=DERBY).filter(community__heading="White")
    assert white.aggregate(people=Sum("people"))["people"] == 765_293
    assert missing(table) == [] and unmatched(table) == []


def test_they_are_loaded_once_and_not_where_there_is_another_table():
    load_reference_data()
    shipped = CensusTable.objects.get()
    other = load(long_csv(), year=2021)
    remove(table=shipped, by=None)
    add_shipped()
    assert list(CensusTable.objects.all()) == [other]
    remove(table=other, by=None)
    add_shipped()
    assert CensusTable.objects.get().title == "TS021 Ethnic group"


def test_a_file_that_waits_does_not_keep_them_away():
    remove(table=CensusTable.objects.get(), by=None)
    census, digest = read_file(upload(long_csv()), filename="x-2021.csv")
    keep(census=census, sha256=digest, by=None)
    add_shipped()
    assert CensusTable.objects.filter(is_current=True).count() == 1


# By command


def test_the_command_loads_and_says_what_it_understood(tmp_path):
    said = command(tmp_path, long_csv())
    assert "TS021 Ethnic group, 2021: 3 areas, 2 of them known here; 4 categories; 37,952 people." in said
    assert "It has no figures for Bolsover, Chesterfield," in said
    assert "Loaded. Reports use it from now on." in said
    table = CensusTable.objects.get(is_current=True)
    assert (table.areas_in_file, table.figures.count(), table.loaded_by) == (3, 8, None)
    assert table.figures.get(gss_code=AMBER_VALLEY, category=INDIAN).community.label == "Indian"


def test_a_dry_run_writes_nothing(tmp_path):
    before = LogEntry.objects.count()
    assert "Nothing has been written." in command(tmp_path, long_csv(), "--dry-run")
    assert CensusTable.objects.count() == 1 and CensusFigure.objects.count() == 171
    assert LogEntry.objects.count() == before


def test_the_same_file_twice_changes_nothing(tmp_path):
    command(tmp_path, wide_csv())
    before = list(CensusTable.objects.values()), list(CensusFigure.objects.values())
    assert "This file is loaded already. Nothing has changed." in command(
        tmp_path, wide_csv(), name="other.csv"
    )
    assert (list(CensusTable.objects.values()), list(CensusFigure.objects.values())) == before


def test_a_fault_is_told_and_nothing_is_written(tmp_path):
    with pytest.raises(CommandError, match=r"Row 3, .*Derby has 5 for [^\n]*\nNothing was written"):
        command(tmp_path, wide_csv(change={(DERBY, "Total: All usual residents"): 5}))
    with pytest.raises(CommandError, match="Can't open"):
        call_command("import_census", str(tmp_path / "absent.csv"))
    assert CensusTable.objects.count() == 1


def test_a_year_can_be_given(tmp_path):
    with pytest.raises(CommandError, match="of which year"):
        command(tmp_path, long_csv(), name="table.csv")
    assert "Reports as at today use a newer one." in command(
        tmp_path, long_csv(), "--year", "2011", name="table.csv"
    )


def test_categories_without_a_community_are_named_with_the_nearest(tmp_path):
    content = long_csv({DERBY: {INDIAN: 7, "Other ethnic group: Arabs": 8}})
    said = command(tmp_path, content)
    assert "“Other ethnic group: Arabs” is no community here" in said and "The nearest is “Arab”." in said
    table = CensusTable.objects.get(is_current=True)
    assert unmatched(table) == [("Other ethnic group: Arabs", "Arab")]
    Community.objects.create(label="Arabs", heading="Other ethnic group")
    command(tmp_path, content)
    assert unmatched(table) == []


def test_a_table_of_headings_alone_is_refused(tmp_path):
    with pytest.raises(CommandError, match="None of its categories is a community"):
        command(tmp_path, long_csv({DERBY: {"Asian": 7, "White": 8}}))
    assert CensusTable.objects.count() == 1


def test_languages_stand_beside_ethnic_groups(tmp_path):
    command(tmp_path, wide_csv(LANGUAGES, topic="Main language"), name="TS024-2021.csv")  # type: ignore[arg-type]
    current = CensusTable.objects.filter(is_current=True)
    assert set(current.values_list("topic", flat=True)) == {"ethnic_group", "main_language"}
    assert unmatched(current.get(topic="main_language")) == []


# Newer and older


def years(day: date) -> set[int]:
    return set(CensusFigure.objects.as_at(day).values_list("table__year", flat=True))


def test_a_newer_table_is_current_and_an_older_one_serves_earlier_days():
    old = load(long_csv(), year=2011)
    new = load(wide_csv(date=2025), year=2025)
    assert CensusTable.objects.get(is_current=True) == new
    assert not CensusTable.objects.get(pk=old.pk).is_current
    assert years(date(2025, 1, 1)) == {2025}
    assert years(date(2024, 12, 31)) == {2021}
    assert years(date(2011, 1, 1)) == {2011}
    assert years(date(2010, 12, 31)) == set()
    remove(table=new, by=None)
    assert CensusTable.objects.get(is_current=True).year == 2021


def test_of_two_tables_of_a_year_the_one_loaded_last_counts():
    later = load(long_csv(), year=2021)
    assert CensusTable.objects.get(is_current=True) == later
    assert set(CensusFigure.objects.as_at(date(2026, 1, 1)).values_list("table", flat=True)) == {later.pk}


def test_a_file_that_nobody_has_confirmed_counts_nowhere():
    census, digest = read_file(upload(long_csv()), filename="x.csv", year=2025)
    waiting = keep(census=census, sha256=digest, by=None)
    assert not waiting.is_current and years(date(2026, 1, 1)) == {2021}
    assert keep(census=census, sha256=digest, by=None).pk == waiting.pk
    assert waiting.figures.count() == 8


def test_the_database_holds_one_current_table_and_none_that_is_not_confirmed():
    older = load(long_csv(), year=2011)
    with pytest.raises(IntegrityError, match=r"one_current|topic"), transaction.atomic():
        CensusTable.objects.filter(pk=older.pk).update(is_current=True)
    with pytest.raises(IntegrityError, match="current_census_table_is_confirmed"), transaction.atomic():
        CensusTable.objects.filter(is_current=True).update(confirmed_at=None)


def test_the_trail_says_who_loaded_and_removed_what():
    administrator = factories.make_administrator()
    table = load(long_csv(), year=2021, by=administrator)
    assert confirm(table=table, by=None).loaded_by == administrator
    remove(table=table, by=administrator)
    entries = [
        entry.additional_data
        for entry in LogEntry.objects.filter(actor=administrator).order_by("pk")
        if (entry.additional_data or {}).get("act", "").startswith("census")
    ]
    assert entries == [
        {"act": "census table loaded", "year": 2021, "topic": "ethnic_group"},
        {"act": "census table removed", "year": 2021, "topic": "ethnic_group"},
    ]


def test_a_district_that_is_added_is_read_from_the_next_file():
    District.objects.create(name="Hartlepool", gss_code="E06000001")
    table = load(long_csv(FIGURES), year=2021)
    assert table.figures.filter(area="Hartlepool").count() == 4
    assert table.figures.get(area="Hartlepool", category=ENGLISH).people == 9


def test_what_cannot_be_read_raises_one_kind_of_error():
    with pytest.raises(TableError):
        read_file(upload(b"\x00\x01"), filename="x.csv")
