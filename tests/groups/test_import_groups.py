"""Groups from a spreadsheet: messy files read alike, repeats change nothing, contradictions write nothing."""

from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from groups import imports
from groups.models import LIO, CommunityGroup, Contact
from tests import factories
from toolkit_portal.core.spreadsheets import csv_lines, read_table

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def peak(db):
    return factories.make_lio(name="Peak")


def judged(text: str, *, lio: LIO | None = None, **options) -> imports.GroupImport:
    table = read_table(BytesIO(text.encode()), filename="groups.csv")
    return imports.judge(table, lios=list(LIO.objects.all()), default_lio=lio, **options)


def faults(found: imports.GroupImport) -> str:
    return "\n".join(str(error) for error in found.errors)


def test_a_full_row_becomes_a_full_group(peak):
    text = (
        "Name;Other names;KIND;status;communities;own words;districts;places;languages;serves;services;"
        "legal form;charity number;company number;income band;paid staff;volunteers;founded;contact name;"
        "contact role;contact email;contact phone;website;notes\n"
        "Sunrise;Rising Sun; bme-led GROUP ;active;roma;Roma families;Derby; Pear Tree ;Romani;women;housing;"
        "none yet;123;456;£1,000-£10,000;1;1,200;1999;Asha;Chair;asha@sunrise.example;01332 1;sunrise.example;Hi\n"
    )
    found = judged(text, lio=peak)
    assert not found.errors, faults(found)
    imports.write(found, by=None)
    group = CommunityGroup.objects.get()
    assert (group.kind, group.status, group.legal_form) == ("bme_led", "active", "none_yet")
    assert (group.income_band, group.paid_staff, group.volunteers, group.founded) == ("1k_10k", 1, 1200, 1999)
    assert [str(item) for item in group.communities.all()] == ["Roma"]
    assert [str(item) for item in group.districts.all()] == ["Derby"]
    assert group.website == "https://sunrise.example"
    person = Contact.objects.get()
    assert (person.name, person.role, person.email, person.is_lead) == (
        "Asha",
        "Chair",
        "asha@sunrise.example",
        True,
    )


def test_a_contact_without_a_name_keeps_its_address(peak):
    imports.write(judged("name,email\nSunrise,asha@sunrise.example\n", lio=peak), by=None)
    assert Contact.objects.get().name == "asha@sunrise.example"


def test_the_same_file_twice_changes_nothing(peak):
    text = "name,volunteers,districts\nSunrise,3,Derby;Erewash\nSunrise,3,Derby\n"
    first = judged(text, lio=peak)
    assert first.counts == {"add": 1, "fill in": 0, "nothing": 1, "error": 0}
    imports.write(first, by=None)
    before = CommunityGroup.objects.values().get()
    again = judged(text, lio=peak)
    assert again.counts == {"add": 0, "fill in": 0, "nothing": 2, "error": 0}
    imports.write(again, by=None)
    assert CommunityGroup.objects.values().get() == before


def test_what_was_empty_is_filled_in_and_nothing_else_touched(peak):
    factories.make_group(lio=peak, name="Sunrise", volunteers=3, notes="Mine")
    found = judged(
        "name,volunteers,members of staff,places\nSUNRISE,3,,Ripley\n", lio=peak, ignore_unknown=True
    )
    assert found.counts["fill in"] == 1
    imports.write(found, by=None)
    group = CommunityGroup.objects.get()
    assert (group.places, group.volunteers, group.notes, group.version) == ("Ripley", 3, "Mine", 2)


@pytest.mark.parametrize("known", ["file", "record"])
def test_a_contradiction_is_an_error_and_nothing_is_written(peak, known):
    text = "name,volunteers\nSunrise,3\nNew one,1\n"
    if known == "record":
        factories.make_group(lio=peak, name="Sunrise", volunteers=4)
    else:
        text += "sunrise,4\n"
    found = judged(text, lio=peak)
    assert "contradicts" in faults(found)
    with pytest.raises(ValueError, match="faults"):
        imports.write(found, by=None)
    assert not CommunityGroup.objects.filter(name="New one").exists()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("name", "", "is empty"),
        ("name", "x" * 201, "200 letters"),
        ("kind", "BME lead", "BME-led group"),
        ("status", "asleep", "status"),
        ("districts", "High Peake", "High Peak"),
        ("communities", "Pakistanni;Roma", "Pakistani"),
        ("volunteers", "about twelve", "whole number"),
        ("volunteers", "10001", "whole number"),
        ("founded", "199", "1800"),
        ("founded", "2999", "whole number"),
        ("contact_email", "asha at home", "e-mail"),
        ("website", "not a site", "web address"),
        ("website", "https://example.org/" + "x" * 200, "longer"),
        ("charity_number", "1" * 21, "longer"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(peak, column, value, words):
    text = f"name,{column}\nSunrise,{value}\n" if column != "name" else f"name,notes\n{value},x\n"
    found = judged(text, lio=peak)
    assert [error.row for error in found.errors] == [2]
    assert found.errors[0].column == column
    assert words in faults(found)


def test_an_unknown_column_is_an_error_unless_left_out(peak):
    assert "shoe size" in faults(judged("name,shoe size\nSunrise,4\n", lio=peak))
    assert not judged("name,shoe size\nSunrise,4\n", lio=peak, ignore_unknown=True).errors
    assert "name" in faults(judged("volunteers\n4\n", lio=peak))


def test_the_lio_comes_from_the_row_or_from_the_choice(peak):
    vale = factories.make_lio(name="Vale")
    assert "Say which LIO" in faults(judged("name\nSunrise\n"))
    assert "isn't a known LIO" in faults(judged("name,lio\nSunrise,Nowhere\n"))
    assert "Vale is not Peak" in faults(judged("name,lio\nSunrise,vale\n", lio=peak))
    found = judged("name,lio\nSunrise,vale\nSunrise,peak\n")
    assert [lio for lio, _ in found.to_write] == [vale, peak]


def test_two_known_groups_of_one_name_are_left_to_a_person(peak):
    for _ in range(2):
        factories.make_group(lio=peak, name="Sunrise")
    assert "2 groups called Sunrise" in faults(judged("name\nSunrise\n", lio=peak))


def test_a_very_like_name_is_pointed_out(peak):
    factories.make_group(lio=peak, name="Chesterfield Asian Women's Group")
    found = judged("name\nAsian Womens Group Chesterfield\n", lio=peak)
    assert found.fates[0].fate == "add"
    assert "Very like" in found.fates[0].note


def test_an_import_by_a_person_leaves_a_trace(peak):
    from auditlog.models import LogEntry

    officer = factories.make_officer(lio=peak)
    imports.write(judged("name\nSunrise\n", lio=peak), by=officer)
    assert LogEntry.objects.get(additional_data__act="groups imported").actor == officer


@pytest.fixture
def sample_lios(db):
    factories.make_lio(name="Peak Community Support")
    factories.make_lio(name="Erewash Valley Voluntary Action")


FILES = [
    "groups-messy.csv",
    "groups-messy-semicolons.csv",
    "groups-messy-windows-1252.csv",
    "groups-messy.xlsx",
    "groups-messy.ods",
]


def everything() -> list[dict]:
    left_out = {"id", "client_id", "created_at", "updated_at"}
    return [
        {name: value for name, value in row.items() if name not in left_out}
        | {
            "districts": sorted(map(str, CommunityGroup.objects.get(pk=row["id"]).districts.all())),
            "communities": sorted(map(str, CommunityGroup.objects.get(pk=row["id"]).communities.all())),
        }
        for row in CommunityGroup.objects.order_by("name").values()
    ]


def test_every_messy_form_gives_the_same_groups(sample_lios):
    found = {}
    for name in ("groups-messy.csv", "groups-messy.xlsx", "groups-messy.ods", "groups-messy-semicolons.csv"):
        CommunityGroup.objects.all().delete()
        call_command("import_groups", DATA / name, stdout=StringIO())
        found[name] = everything()
        assert len(found[name]) == 9
    first, *others = found.values()
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", FILES)
def test_a_second_import_in_any_form_changes_nothing(sample_lios, name):
    call_command("import_groups", DATA / "groups-messy.csv", stdout=StringIO())
    before = everything()
    said = StringIO()
    call_command("import_groups", DATA / name, stdout=said)
    assert "Added 0, filled in 0" in said.getvalue()
    assert everything() == before


def test_the_command_writes_nothing_on_a_dry_run_or_a_fault(sample_lios):
    said = StringIO()
    call_command("import_groups", DATA / "groups-messy.csv", dry_run=True, stdout=said)
    assert "Would add 9" in said.getvalue()
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_groups", DATA / "groups-wrong.csv", stdout=StringIO())
    with pytest.raises(CommandError, match="Nowhere"):
        call_command("import_groups", DATA / "groups-messy.csv", lio="Nowhere")
    with pytest.raises(CommandError):
        call_command("import_groups", DATA / "none.csv")
    assert not CommunityGroup.objects.exists()


def test_the_command_takes_an_lio_for_rows_that_name_none(sample_lios, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("name\nSunrise\n")
    call_command("import_groups", file, lio="peak community support", stdout=StringIO())
    assert CommunityGroup.objects.get().lio.name == "Peak Community Support"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)


class TwiceIsOnce(TestCase):
    """Whatever names and notes a file holds, importing it again finds nothing to do."""

    @settings(max_examples=25)
    @given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
    def test_twice_is_once(self, rows):
        lio = factories.make_lio()
        text = "".join(csv_lines(["name", "notes"], rows))
        first = judged(text, lio=lio)
        if first.errors:  # two rows of one name with other notes, or a name of punctuation only
            return
        imports.write(first, by=None)
        again = judged(text, lio=lio)
        assert not again.errors
        assert again.counts["nothing"] == len(rows)
