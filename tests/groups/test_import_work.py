"""Pieces of work from a spreadsheet: judged row by row, gaps filled, contradictions refused, twice once."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups import work_imports
from groups.credentials import readiness_changed
from groups.group_rows import Overtaken
from groups.models import CommunityGroup, TrackRecord
from tests import factories
from tests.cast import Cast, make_cast
from tests.data.make_samples import EREWASH, PEAK
from toolkit_portal.core.spreadsheets import Row, Table, csv_lines, read_table

DATA = Path(__file__).parent.parent / "data"
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def row(**cells) -> dict[str, str]:
    """A row that is right, with some cells otherwise."""
    return {"group": "Sunrise", "title": "Lunch club", **cells}


def table(*rows: dict[str, str]) -> Table:
    headers = list(dict.fromkeys(name for cells in rows for name in cells))
    text = "".join(
        csv_lines(headers, [[cells.get(name, "") for name in headers] for cells in rows], bom=False)
    )
    return read_table(io.BytesIO(text.encode()), filename="work.csv")


def judged(*rows: dict[str, str], **options) -> work_imports.WorkImport:
    return work_imports.judge(table(*rows), groups=CommunityGroup.objects.all(), **options)


def imported(*rows: dict[str, str], by=None) -> work_imports.WorkImport:
    found = judged(*rows)
    assert not found.errors, [str(error) for error in found.errors]
    work_imports.write(found, by=by)
    return found


def faults(*rows: dict[str, str]) -> str:
    found = judged(*rows)
    assert found.errors
    with pytest.raises(ValueError, match="faults"):
        work_imports.write(found, by=None)
    return "\n".join(str(error) for error in found.errors)


def everything() -> list[dict]:
    return [
        values | {"services": sorted(map(str, TrackRecord.objects.get(pk=values["id"]).services.all()))}
        for values in TrackRecord.objects.order_by("pk").values()
    ]


def test_a_row_becomes_a_piece_of_work_with_everything_it_says(cast):
    imported(
        {
            "Community group": "sunrise",
            "LIO": "PEAK",
            "Project": "  Lunch   club ",
            "Funder": "The County",
            "Contract value": "£12.5k",
            "From": "1 April 2024",
            "To": "31.3.2027",
            "Beneficiaries": "1,200",
            "What came of it": "=People came back",
            "Services": "housing; Adult Social Care;Housing",
        },
        by=cast.officer,
    )
    work = TrackRecord.objects.get()
    assert (work.group, work.title, work.for_whom, work.pounds) == (
        cast.sunrise,
        "Lunch club",
        "The County",
        12_500,
    )
    assert (work.starts_on, work.ends_on, work.people_reached) == (date(2024, 4, 1), date(2027, 3, 31), 1200)
    assert (work.outcomes, work.version, work.changed_by) == ("=People came back", 1, cast.officer)
    assert {str(service) for service in work.services.all()} == {"Housing", "Adult social care"}
    entry = LogEntry.objects.get(additional_data__act="pieces of work imported")
    assert (entry.actor, entry.additional_data["works"]) == (cast.officer, 1)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"group": "Sunrose"}, "group", "“Sunrise”"),
        ({"lio": "Vale"}, "group", "Sunrise is a group of Peak, not of Vale"),
        ({"title": ""}, "title", "is empty"),
        ({"title": "x" * 201}, "title", "200 letters"),
        ({"value": "lots"}, "value", "isn't a sum"),
        ({"start": "1/1/2099"}, "start", "in the future"),
        ({"start": "2024"}, "start", "isn't a date"),
        ({"start": "2/6/2026", "end": "1/6/2026"}, "end", "It can't end before it began."),
        ({"people_reached": "about 50"}, "people_reached", "whole number"),
        ({"people_reached": "-3"}, "people_reached", "whole number"),
        ({"people_reached": "1,000,001"}, "people_reached", "1,000,000"),
        ({"people_reached": "9" * 5000}, "people_reached", "whole number"),
        ({"outcomes": "x" * 5001}, "outcomes", "5,000 letters"),
        ({"services": "Housing;Healthcar"}, "services", "“Health care”"),
        ({"title": "Walks", "start": "1/6/2025"}, "title", "2 pieces of work have this title"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(cast, cells, column, words):
    if cells.get("title") == "Walks":
        for _ in range(2):
            TrackRecord.objects.create(group=cast.sunrise, title="Walks", outcomes="Many came")
    before = TrackRecord.objects.count()
    told = faults(row(title="Another"), row(**cells))
    assert told.startswith(f"Row 3, “{column}”: ") and words in told
    assert TrackRecord.objects.count() == before


def test_work_that_goes_on_has_no_end(cast):
    for words in ("", "Ongoing", "present"):
        assert judged(row(start="1/4/2024", end=words)).to_write[0].values["ends_on"] is None


def test_what_was_empty_is_filled_in_and_nothing_else_touched(cast):
    kept = TrackRecord.objects.create(
        group=cast.sunrise, title="Lunch club", outcomes="Mine", referee="Asha", proves=["2.23"]
    )
    found = imported(
        row(title="LUNCH club", start="1/4/2024", people_reached="12", services="Housing", outcomes="mine")
    )
    assert found.fates[0].fate == "fill in"
    assert found.fates[0].note == "Adds start, people reached, services."
    kept.refresh_from_db()
    assert (kept.title, kept.starts_on, kept.people_reached, kept.version) == (
        "Lunch club",
        date(2024, 4, 1),
        12,
        2,
    )
    assert (kept.outcomes, kept.referee, kept.proves) == ("Mine", "Asha", ["2.23"])
    assert [str(service) for service in kept.services.all()] == ["Housing"]


@pytest.mark.parametrize("known", ["file", "record"])
def test_a_contradiction_is_an_error_and_nothing_is_written(cast, known):
    first = row(value="500", end="1/6/2026", services="Housing")
    other = row(value="£600", end="2/6/2026", services="Transport")
    if known == "record":
        imported(first)
        told, where, number = faults(row(title="New one"), other), "what is recorded", 3
    else:
        told, where, number = faults(first, other), "row 2", 3
    assert f"Row {number}, “value”: contradicts {where}: 500 there, 600 here." in told
    assert "“end”: contradicts" in told and "1 June 2026 there, 2 June 2026 here" in told
    assert "Housing there, Transport here" in told
    assert not TrackRecord.objects.filter(title="New one").exists()


def test_filling_in_a_start_after_the_recorded_end_is_an_error(cast):
    TrackRecord.objects.create(group=cast.sunrise, title="Lunch club", ends_on=date(2024, 1, 1))
    assert "It can't end before it began." in faults(row(start="1/4/2024"))


def test_the_same_title_with_another_start_is_another_piece_of_work(cast):
    rows = [row(start="1/7/2024"), row(start="1/7/2025"), row(start="1/7/2025", value="10"), row()]
    found = imported(*rows)
    assert [fate.fate for fate in found.fates] == ["add", "add", "fill in", "nothing"]
    assert "another start" in found.fates[1].note and "Repeats row 2." in found.fates[3].note
    assert TrackRecord.objects.count() == 2
    assert judged(*rows).counts["nothing"] == 4
    assert "2 pieces of work have this title" in faults(row(people_reached="5"))


def test_the_same_file_twice_changes_nothing(cast):
    rows = [row(value="10", services="Housing"), row(group="Harbour"), row(title="«…»")]
    imported(*rows)
    before = everything()
    assert imported(*rows).counts == {"add": 0, "fill in": 0, "nothing": 3, "error": 0}
    assert everything() == before


def test_what_was_changed_since_it_was_judged_is_not_written_over(cast):
    work = TrackRecord.objects.create(group=cast.sunrise, title="Lunch club")
    found = judged(row(value="10"))
    TrackRecord.objects.filter(pk=work.pk).update(pounds=20, version=2)
    with pytest.raises(Overtaken):
        work_imports.write(found, by=None)
    work.refresh_from_db()
    assert work.pounds == 20


def test_routes_follow_once(cast):
    told = []

    def listen(sender, groups, cause, **kwargs):
        told.append((groups, cause))

    readiness_changed.connect(listen)
    try:
        imported(row(), row(title="Walks"), row(group="Harbour"))
        imported(row())
    finally:
        readiness_changed.disconnect(listen)
    assert told == [(sorted([cast.sunrise.pk, cast.harbour.pk]), "Pieces of work were imported")]


def test_queries_do_not_grow_with_the_rows(cast):
    def count(*rows):
        with CaptureQueriesContext(connection) as caught:
            found = judged(*rows)
        assert not found.errors
        with CaptureQueriesContext(connection) as writing:
            work_imports.write(found, by=cast.officer)
        return len(caught), len(writing)

    imported(
        *(row(title=f"Old {n}", group=name) for n in range(4) for name in ("Sunrise", "Harbour")),
        by=cast.officer,
    )
    one = count(
        row(title="Old 0", services="Housing"), row(group="Harbour", services="Housing", title="New 0")
    )
    three = count(
        *(row(title=f"Old {n}", services="Housing", value="10") for n in (1, 2, 3)),
        *(row(title=f"New {n}", group="Harbour", services="Housing;Education") for n in (1, 2, 3)),
    )
    assert one == three and one[0] == 4


def test_five_thousand_rows_take_seconds(cast):
    groups = [CommunityGroup(lio=cast.peak, name=f"Many {n}", name_key=f"many {n}") for n in range(500)]
    CommunityGroup.objects.bulk_create(groups)
    for more in ({}, {"value": "£500", "services": "Housing"}):
        begun = datetime.now()
        rows = (
            row(group=group.name, title=f"Work {n}", start="1/6/2026", **more)
            for group in groups
            for n in range(10)
        )
        assert len(imported(*rows).to_write) == 5000
        assert datetime.now() - begun < timedelta(seconds=60)
    assert TrackRecord.objects.filter(pounds=500, version=2).count() == 5000
    assert TrackRecord.objects.filter(services__label="Housing").count() == 5000


anything = st.text(st.characters(), max_size=30)
tempting = st.one_of(
    anything,
    st.sampled_from(
        ["Sunrise", "Lunch club", "1/6/2026", "ongoing", "£5m", "Housing; Other", "٣", "\x00", "\ud800"]
    ),
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(work_imports.COLUMNS, tempting)), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_gives_clean_faults_or_is_written(cast, rows):
    given_table = Table(
        tuple(work_imports.COLUMNS), tuple(Row(number, cells) for number, cells in enumerate(rows, 2))
    )
    found = work_imports.judge(given_table, groups=CommunityGroup.objects.all())
    assert len(found.fates) == len(rows)
    for error in found.errors:
        assert error.row in range(2, 2 + len(rows)) and error.message and len(str(error)) < 600
    if not found.errors:
        work_imports.write(found, by=None)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
right = st.fixed_dictionaries(
    {
        "group": st.sampled_from(["Sunrise", "Harbour"]),
        "title": st.one_of(st.sampled_from(["Lunch club", "lunch CLUB", "Walks"]), words),
        "value": st.sampled_from(["", "", "£500", "0"]),
        "start": st.sampled_from(["", "1/6/2025", "1/6/2026"]),
        "end": st.sampled_from(["", "ongoing", "1/10/2026"]),
        "outcomes": st.one_of(st.just(""), words),
        "services": st.sampled_from(["", "Housing", "Housing;Education"]),
    }
)


@given(st.lists(right, min_size=1, max_size=6))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_without_faults_changes_nothing_the_second_time(cast, rows):
    TrackRecord.objects.all().delete()
    first = judged(*rows)
    if first.errors:
        return
    work_imports.write(first, by=None)
    assert TrackRecord.objects.count() == first.counts["add"]
    before = everything()
    again = judged(*rows)
    assert not again.errors and again.counts["nothing"] == len(rows)
    work_imports.write(again, by=None)
    assert everything() == before


def test_the_command_tells_what_it_would_do_and_then_does_it(cast, tmp_path: Path, capsys):
    file = tmp_path / "work.csv"
    file.write_text("Group;Title;From\nSunrise;Lunch club;1/4/2024\n")
    call_command("import_track_record", str(file), "--dry-run")
    said = capsys.readouterr().out
    assert "Row 2: Sunrise: Lunch club: add." in said
    assert "Would add 1 piece of work, fill in 0, leave 0 rows that repeat what is known." in said
    assert not TrackRecord.objects.exists()
    call_command("import_track_record", str(file))
    call_command("import_track_record", str(file))
    said = capsys.readouterr().out
    assert "Added 1 piece of work, filled in 0, left 0 rows" in said
    assert "Added 0 pieces of work, filled in 0, left 1 row that repeats what is known." in said
    assert TrackRecord.objects.get().changed_by is None and timezone.localdate() > date(2024, 4, 1)


@pytest.mark.parametrize("names", [("csv", "xlsx"), ("xlsx", "csv")])
def test_messy_files_of_either_kind_give_the_same_work(db, names, capsys):
    factories.make_lio(name=PEAK)
    factories.make_lio(name=EREWASH)
    call_command("import_groups", DATA / "groups-messy.csv", verbosity=0)
    first, second = (DATA / f"work-messy.{ending}" for ending in names)
    call_command("import_track_record", first)
    assert "Added 6 pieces of work" in capsys.readouterr().out
    before = everything()
    call_command("import_track_record", second)
    assert "Added 0 pieces of work, filled in 0" in capsys.readouterr().out
    assert everything() == before


def test_a_group_is_found_within_the_usual_lio(cast):
    other = factories.make_group(lio=cast.vale, name="Sunrise")
    assert "Peak, Vale" in faults(row())
    assert judged(row(), default_lio=cast.vale).to_write[0].group == other.pk


def test_missing_and_unknown_columns_are_named(cast):
    told = faults({"group": "Sunrise", "Colour": "red"})
    assert "“title”: missing" in told.casefold() and "“Colour” isn't a known column" in told
    assert judged(row(Colour="red"), ignore_unknown=True).counts["add"] == 1
