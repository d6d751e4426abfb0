"""Papers from a spreadsheet: judged row by row, old and new shown, written whole with their history, twice once."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups import paper_imports
from groups.credentials import FACTS, readiness_changed, set_paper
from groups.group_rows import Overtaken
from groups.models import CommunityGroup, Credential, CredentialChange, CredentialKind
from groups.paper_rows import COLUMNS
from readiness.models import GroupRoute
from tests import factories
from tests.cast import Cast, make_cast
from tests.data.make_paper_samples import main
from tests.data.make_samples import EREWASH, PEAK
from toolkit_portal.core.spreadsheets import Row, Table, csv_lines, read_table

pytestmark = pytest.mark.django_db
INSURANCE = "Public liability insurance"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def row(**cells) -> dict[str, str]:
    """A row that is right, with some cells otherwise."""
    return {"group": "Sunrise", "kind": "Equality policy", "state": "In place", **cells}


def table(*rows: dict[str, str]) -> Table:
    headers = list(dict.fromkeys(name for cells in rows for name in cells))
    text = "".join(
        csv_lines(headers, [[cells.get(name, "") for name in headers] for cells in rows], bom=False)
    )
    return read_table(io.BytesIO(text.encode()), filename="papers.csv")


def judged(*rows: dict[str, str], **options) -> paper_imports.PaperImport:
    return paper_imports.judge(table(*rows), groups=CommunityGroup.objects.all(), **options)


def imported(*rows: dict[str, str], by=None) -> paper_imports.PaperImport:
    found = judged(*rows)
    assert not found.errors, [str(error) for error in found.errors]
    paper_imports.write(found, by=by)
    return found


def faults(*rows: dict[str, str], **options) -> str:
    found = judged(*rows, **options)
    assert found.errors
    with pytest.raises(ValueError, match="faults"):
        paper_imports.write(found, by=None)
    return "\n".join(str(error) for error in found.errors)


def test_a_row_becomes_a_paper_with_everything_it_says_and_its_history(cast):
    imported(
        row(
            kind="public LIABILITY insurance",
            lio="peak",
            issued="1 June 2026",
            expires="31/05/2027",
            sum="£5 million",
            checked_by="Asha  Khan",
            checked_on="2.6.26",
            note="=SUM(A1)",
        ),
        by=cast.officer,
    )
    paper, change = Credential.objects.get(), CredentialChange.objects.get()
    for kept in (paper, change):
        assert (kept.state, kept.issued_on, kept.expires_on, kept.pounds) == (
            "in_place",
            date(2026, 6, 1),
            date(2027, 5, 31),
            5_000_000,
        )
        assert (kept.checked_by, kept.checked_on, kept.note) == ("Asha Khan", date(2026, 6, 2), "=SUM(A1)")
    assert (paper.group, paper.version, paper.changed_by) == (cast.sunrise, 1, cast.officer)
    assert (change.credential, change.recorded_by) == (paper, cast.officer)
    entry = LogEntry.objects.get(additional_data__act="papers imported")
    assert (entry.actor, entry.additional_data["papers"]) == (cast.officer, 1)


@pytest.mark.parametrize("written", ["£5m", "£5 million", "5,000,000", "5000000.00", "£5M"])
def test_sums_are_read_as_people_write_them(cast, written):
    assert judged(row(kind=INSURANCE, sum=written)).to_write[0].facts["pounds"] == 5_000_000


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("in place", "in_place"),
        ("IN-PLACE", "in_place"),
        ("in_place", "in_place"),
        ("Yes", "in_place"),
        ("draft", "draft"),
        ("N/A", "not_needed"),
        ("not needed yet", "not_needed"),
        ("not_needed", "not_needed"),
        ("no", "missing"),
        ("Missing", "missing"),
    ],
)
def test_states_are_read_as_people_write_them(cast, written, state):
    found = judged(row(state=written, note="No staff"))
    assert not found.errors and found.to_write[0].facts["state"] == state


@pytest.mark.parametrize("written", ["maybe", "x", "1", "ok", "=1+1", "in progress", "✓"])
def test_a_state_that_could_mean_several_things_names_the_four(cast, written):
    told = faults(row(state=written))
    assert "Row 2, “state”" in told
    for label in Credential.State.labels:
        assert f"“{label}”" in told


def test_expired_needs_the_day_it_ran_out(cast):
    assert "give the day it ran out" in faults(row(state="Expired"))
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert "give the day it ran out" in faults(row(state="Expired", expires=f"{tomorrow:%d/%m/%Y}"))
    found = imported(row(state="Expired", expires="1/3/2025"))
    assert "counts as missing" in found.fates[0].note
    paper = Credential.objects.get()
    assert (paper.state, paper.is_expired(timezone.localdate())) == ("in_place", True)
    assert judged(row(state="expired")).counts["nothing"] == 1


def test_why_it_is_not_needed_is_taken_from_the_note(cast):
    assert "Row 2, “note”: is empty. Say here why" in faults(row(state="n/a"))
    assert "250 letters" in faults(row(state="n/a", note="x" * 251))
    imported(row(state="n/a", note="No staff yet"))
    paper = Credential.objects.get()
    assert (paper.state, paper.why_not_needed, paper.note) == ("not_needed", "No staff yet", "")
    assert judged(row(state="Not needed yet")).counts["nothing"] == 1
    found = imported(row(state="Draft"))
    assert "Why it isn't needed yet: No staff yet → nothing." in found.fates[0].note
    paper.refresh_from_db()
    assert (paper.state, paper.why_not_needed) == ("draft", "")


@pytest.mark.parametrize("name", ["equality-policy", "Equal  opportunities", "EQUALITY POLICY", "equality"])
def test_a_kind_is_found_by_key_label_and_other_names(cast, name):
    assert judged(row(kind=name)).to_write[0].kind == CredentialKind.objects.get(key="equality-policy").pk


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"group": ""}, "group", "is empty"),
        ({"group": "Sunrose"}, "group", "“Sunrise”"),
        ({"lio": "Nowhere"}, "lio", "isn't a known LIO"),
        ({"lio": "Vale"}, "group", "Sunrise is a group of Peak, not of Vale"),
        ({"kind": ""}, "kind", "is empty"),
        ({"kind": "Equalty polcy"}, "kind", "“Equality policy”"),
        ({"state": ""}, "state", "“Not needed yet”"),
        ({"issued": "31/02/2026"}, "issued", "no day 31"),
        ({"issued": "1/1/2099"}, "issued", "in the future"),
        ({"expires": "soon"}, "expires", "isn't a date"),
        ({"issued": "2/6/2026", "expires": "1/6/2026"}, "expires", "before it was issued"),
        ({"kind": INSURANCE, "sum": "lots"}, "sum", "isn't a sum"),
        ({"kind": INSURANCE, "sum": "£2,000 million"}, "sum", "£1,000,000,000"),
        ({"sum": "£5m"}, "sum", "isn't for a sum"),
        ({"checked_by": "Asha"}, "checked_on", "both who checked it and when"),
        ({"checked_on": "1/6/2026"}, "checked_by", "both who checked it and when"),
        ({"checked_by": "x" * 151, "checked_on": "1/6/2026"}, "checked_by", "150 letters"),
        ({"note": "x" * 2001}, "note", "2,000 letters"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(cast, cells, column, words):
    told = faults(row(kind="Accounts"), row(**cells))
    assert told.startswith(f"Row 3, “{column}”: ") and words in told
    assert not Credential.objects.exists()


def test_the_columns_are_found_by_what_people_call_them_and_unknown_ones_are_named(cast):
    found = judged({"Group name": "Sunrise", "PAPER": "Accounts", "Status": "yes", "Expiry date": "1/1/2030"})
    assert found.to_write[0].facts["expires_on"] == date(2030, 1, 1)
    assert "“Colour”" in faults(row(Colour="red"))
    assert judged(row(Colour="red"), ignore_unknown=True).unmatched == ("Colour",)
    assert "kind, state" in faults({"group": "Sunrise"})
    assert judged({"Wo": "Sunrise", "kind": "Accounts", "state": "yes"}, ignore_unknown=True, columns={
        "group": "Wo", "kind": "kind", "state": "state"}).counts["add"] == 1  # fmt: skip


def test_a_group_is_found_by_its_other_name_and_within_the_lio(cast):
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(other_names="Rising Sun\nrising sun")
    assert judged(row(group="rising sun")).to_write[0].group == cast.sunrise.pk
    other = factories.make_group(lio=cast.vale, name="SUNRISE")
    assert "Peak, Vale" in faults(row())
    assert judged(row(lio="vale")).to_write[0].group == other.pk
    assert judged(row(), default_lio=cast.vale).to_write[0].group == other.pk
    assert judged(row(lio="Peak"), default_lio=cast.vale).to_write[0].group == cast.sunrise.pk


def test_two_rows_about_one_paper_must_say_the_same(cast):
    found = judged(row(note="Seen"), row(group="SUNRISE", kind="equality", state="yes", note="Seen"))
    assert found.counts == {"add": 1, "update": 0, "nothing": 1, "error": 0}
    assert found.fates[1].note == "Repeats row 2."
    told = faults(row(expires="1/1/2030", note="Seen"), row(state="Draft"))
    assert told == "Row 3, “state, expires, note”: contradicts row 2, which is about the same paper."


def test_what_changes_is_said_from_old_to_new_and_history_is_kept(cast):
    kind = CredentialKind.objects.get(label=INSURANCE)
    facts = {"state": "in_place", "pounds": 2_000_000, "issued_on": date(2025, 3, 1), "note": "Mine"}
    set_paper(group=cast.sunrise, kind=kind, by=cast.officer, version=0, **facts, expires_on=date(2026, 3, 1))
    found = judged(row(kind=INSURANCE, issued="1/3/2026", expires="1/3/2027", sum="£5m"))
    assert found.fates[0].fate == "update"
    assert found.fates[0].note == (
        "Issued: 1 March 2025 → 1 March 2026. Expires: 1 March 2026 → 1 March 2027. Sum: £2,000,000 → £5,000,000."
    )
    paper_imports.write(found, by=None)
    paper = Credential.objects.get()
    assert (paper.version, paper.pounds, paper.note, paper.changed_by) == (2, 5_000_000, "Mine", None)
    assert list(CredentialChange.objects.values_list("pounds", "note").order_by("pk")) == [
        (2_000_000, "Mine"),
        (5_000_000, "Mine"),
    ]
    told = judged(row(kind=INSURANCE, issued="1/3/2024")).fates[0].note
    assert "Check it: this is older than what is recorded." in told


def test_what_contradicts_a_recorded_day_says_which(cast):
    kind = CredentialKind.objects.get(label=INSURANCE)
    days = {"issued_on": date(2025, 3, 1), "expires_on": date(2026, 3, 1)}
    set_paper(group=cast.sunrise, kind=kind, by=None, version=0, state="in_place", **days)
    assert "1 March 2026 is recorded: give the new day it expires" in faults(
        row(kind=INSURANCE, issued="1/10/2026")
    )
    assert "1 March 2025 is recorded as the day of issue" in faults(row(kind=INSURANCE, expires="1/1/2025"))


def test_a_new_day_of_issue_sets_the_day_to_look_at_it_again(cast):
    imported(row(issued="1/6/2026"))
    assert Credential.objects.get().review_on == date(2028, 6, 1)
    Credential.objects.update(review_on=date(2027, 1, 1))
    imported(row(issued="1/6/2026", note="Seen"))
    assert Credential.objects.get().review_on == date(2027, 1, 1)


def test_what_is_new_is_said_as_it_was_understood(cast):
    note = judged(row(kind=INSURANCE, sum="£5m", expires="1.3.30")).fates[0].note
    assert note == "How it stands: In place. Expires: 1 March 2030. Sum: £5,000,000."


def test_missing_where_nothing_is_noted_writes_nothing(cast):
    found = imported(row(state="no"))
    assert found.counts["nothing"] == 1 and found.fates[0].note == "Is missing already."
    assert not Credential.objects.exists()


def test_a_kind_that_is_asked_for_no_more_is_refused_where_the_group_has_none(cast):
    imported(row())
    CredentialKind.objects.filter(key="equality-policy").update(retired_on=date(2026, 1, 1))
    assert judged(row(state="Draft")).counts["update"] == 1
    assert "isn't asked for any more" in faults(row(group="Harbour"))


def test_what_was_changed_since_it_was_judged_is_not_written_over(cast):
    imported(row(state="Draft"))
    found = judged(row())
    paper = Credential.objects.get()
    set_paper(group=cast.sunrise, kind=paper.kind, by=cast.officer, version=1, state="missing")
    with pytest.raises(Overtaken, match="in the meantime"):
        paper_imports.write(found, by=None)
    paper.refresh_from_db()
    assert (paper.state, paper.version) == ("missing", 2)
    gone = judged(row(group="Harbour"))
    cast.harbour.delete()
    with pytest.raises(Overtaken):
        paper_imports.write(gone, by=None)


def test_routes_follow_once(cast):
    told = []

    def listen(sender, groups, cause, **kwargs):
        told.append((groups, cause))

    readiness_changed.connect(listen)
    try:
        imported(row(), row(kind="Accounts"), row(group="Harbour"))
        imported(row())
    finally:
        readiness_changed.disconnect(listen)
    assert told == [(sorted([cast.sunrise.pk, cast.harbour.pk]), "Papers were imported")]
    assert GroupRoute.objects.filter(group__in=[cast.sunrise, cast.harbour]).count() == 2


def test_queries_do_not_grow_with_the_rows(cast):
    def count(*rows):
        with CaptureQueriesContext(connection) as caught:
            found = judged(*rows)
        assert not found.errors
        with CaptureQueriesContext(connection) as writing:
            paper_imports.write(found, by=cast.officer)
        return len(caught), len(writing)

    names = ("Equality policy", "Accounts", INSURANCE)
    imported(*(row(group=name, kind="Bank letter") for name in ("Sunrise", "Harbour")), by=cast.officer)
    imported(*(row(group="Harbour", kind=name, state="Draft") for name in names[1:]))
    assert count(row(state="Draft"), row(group="Harbour", kind="Accounts")) == count(
        *(row(kind=name) for name in ("Bank account", "Governing document", "Accounts")),
        *(row(group="Harbour", kind=name, state="Not needed yet", note="Small") for name in names[1:]),
    )
    assert count(row(group="Harbour"))[0] == 3


def test_five_thousand_rows_take_seconds(cast):
    groups = [CommunityGroup(lio=cast.peak, name=f"Many {n}", name_key=f"many {n}") for n in range(500)]
    CommunityGroup.objects.bulk_create(groups)
    kinds = list(CredentialKind.objects.values_list("label", flat=True)[:10])
    for state in ("Draft", "In place"):
        begun = datetime.now()
        found = imported(
            *(
                row(group=group.name, kind=kind, state=state, issued="1/6/2026")
                for group in groups
                for kind in kinds
            )
        )
        assert len(found.to_write) == 5000
        assert datetime.now() - begun < timedelta(seconds=60)
    assert CredentialChange.objects.count() == 10_000
    for paper in Credential.objects.prefetch_related("changes"):
        assert [change.state for change in paper.changes.all()] == ["in_place", "draft"]


anything = st.text(st.characters(), max_size=30)
tempting = st.one_of(
    anything,
    st.sampled_from(
        [
            "Sunrise",
            "Equality policy",
            INSURANCE,
            "yes",
            "n/a",
            "Draft",
            "Expired",
            "1/6/2026",
            "2027-06-01",
            "£5m",
            "\x00",
            "\ud800",
        ]
    ),
)


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_a_sign_that_no_database_keeps_is_a_fault(cast, sign):
    cells = {"group": "Sunrise", "kind": "Accounts", "state": "yes", "note": f"Seen{sign}"}
    found = paper_imports.judge(Table(tuple(cells), (Row(2, cells),)), groups=CommunityGroup.objects.all())
    assert "can't be kept" in str(found.errors[0])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, tempting)), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_gives_clean_faults_or_is_written(cast, rows):
    headers = tuple(COLUMNS)
    given_table = Table(headers, tuple(Row(number, cells) for number, cells in enumerate(rows, 2)))
    found = paper_imports.judge(given_table, groups=CommunityGroup.objects.all())
    assert len(found.fates) == len(rows)
    for error in found.errors:
        assert error.row in range(2, 2 + len(rows)) and error.message and len(str(error)) < 600
    if not found.errors:
        paper_imports.write(found, by=None)


right = st.fixed_dictionaries(
    {
        "group": st.sampled_from(["Sunrise", "Harbour", "Meadow"]),
        "kind": st.sampled_from(["Equality policy", INSURANCE, "Accounts"]),
        "state": st.sampled_from(["yes", "no", "draft", "n/a", "expired"]),
        "issued": st.sampled_from(["", "1/6/2026", "14 Sept 2025"]),
        "expires": st.sampled_from(["", "1/10/2026", "1/1/2030"]),
        "note": st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40),
    }
)


@given(st.lists(right, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_without_faults_changes_nothing_the_second_time(cast, rows):
    Credential.objects.all().delete()
    first = judged(*rows)
    if first.errors:
        return
    paper_imports.write(first, by=None)
    before = list(Credential.objects.order_by("pk").values())
    again = judged(*rows)
    assert not again.errors and again.counts["nothing"] == len(rows)
    paper_imports.write(again, by=None)
    assert list(Credential.objects.order_by("pk").values()) == before
    assert CredentialChange.objects.count() == len(before)


def test_the_command_tells_what_it_would_do_and_then_does_it(cast, tmp_path: Path, capsys):
    file = tmp_path / "papers.csv"
    file.write_text("Group;Kind;State\nSunrise;Equality policy;yes\nSunrise;Accounts;no\n")
    call_command("import_credentials", str(file), "--dry-run")
    said = capsys.readouterr().out
    assert "Row 2: Sunrise: Equality policy: add. How it stands: In place." in said
    assert "Would add 1 paper, change 0, leave 1 row that repeats what is known." in said
    assert not Credential.objects.exists()
    call_command("import_credentials", str(file))
    assert "Added 1 paper, changed 0, left 1 row" in capsys.readouterr().out
    call_command("import_credentials", str(file), "--verbosity", "2")
    said = capsys.readouterr().out
    assert "Is recorded already." in said and "left 2 rows that repeat what is known." in said
    file.write_bytes("Group;Kind;State;Note\nSunrise;Equality policy;no;Café\n".encode("cp1252"))
    call_command("import_credentials", str(file))
    said = capsys.readouterr().out
    assert "Windows-1252" in said and "changed 1" in said
    file.write_text("Group;Kind;State;Colour\nSunrise;Equality policy;perhaps;red\n")
    with pytest.raises(CommandError, match=r"“Colour”(.|\n)*1 fault; nothing was imported"):
        call_command("import_credentials", str(file))
    with pytest.raises(CommandError, match=r"In place”\.\n1 fault"):
        call_command("import_credentials", str(file), "--ignore-unknown")
    with pytest.raises(CommandError, match="Can't open"):
        call_command("import_credentials", str(tmp_path / "none.csv"))


DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def sample_groups(db):
    factories.make_lio(name=PEAK)
    factories.make_lio(name=EREWASH)
    call_command("import_groups", DATA / "groups-messy.csv", verbosity=0)


def kept() -> list[dict]:
    return list(Credential.objects.order_by("group__name", "kind").values("group__name", "kind__key", *FACTS))


@pytest.mark.parametrize("names", [("csv", "xlsx"), ("xlsx", "csv")])
def test_messy_files_of_either_kind_give_the_same_papers(sample_groups, names, capsys):
    first, second = (DATA / f"papers-messy.{ending}" for ending in names)
    call_command("import_credentials", first)
    assert "Added 9 papers" in capsys.readouterr().out
    before = kept()
    call_command("import_credentials", second)
    assert "Added 0 papers, changed 0" in capsys.readouterr().out
    assert kept() == before and Credential.objects.filter(note__startswith="=").count() == 1


def test_each_wrong_row_is_named_with_what_helps(sample_groups):
    with pytest.raises(CommandError) as refused:
        call_command("import_credentials", DATA / "papers-wrong.csv")
    told = str(refused.value).split("\n")
    for line, words in zip(
        told,
        (
            "Row 2, “Group Name”: “Buxton Bangladeshi Woman Circle” isn't a known group. Did you mean “Buxton Bang",
            "Row 3, “LIO”: “Peek Community Suport” isn't a known LIO. Did you mean “Peak Community Support”",
            "Row 4, “Paper”: “Public liabilty insurance” isn't a known kind of paper. Did you mean “Public liab",
            "Row 5, “STATUS”: “in progress” could mean several things. Use “Not needed yet”",
            "Row 6, “Issue date”: “4/31/2026” isn't a date: there is no month 31. Write the day first",
            "Row 7, “Expiry-date”: It can't expire before it was issued.",
            "Row 8, “Cover”: “five million or so” isn't a sum",
            "Row 9, “checked_on”: is empty. Say both",
            "Row 10, “Checked by”: is empty. Say both",
            "Row 11, “Notes”: is empty. Say here why it isn't needed yet.",
            "Row 13, “STATUS”: contradicts row 12",
            "11 faults; nothing was imported.",
        ),
        strict=True,
    ):
        assert line.startswith(words)


def test_the_samples_are_as_their_script_writes_them(tmp_path: Path):
    main(tmp_path)
    written = sorted(tmp_path.iterdir())
    assert len(written) == 5
    for file in written:
        assert file.read_bytes() == (DATA / file.name).read_bytes(), file.name


def test_the_command_says_when_it_was_overtaken(cast, tmp_path: Path, monkeypatch):
    file = tmp_path / "papers.csv"
    file.write_text("Group;Kind;State\nSunrise;Equality policy;yes\n")

    def overtaken(*args):
        raise Overtaken

    monkeypatch.setattr("groups.paper_imports.locked_groups", overtaken)
    with pytest.raises(CommandError, match="Look at the rows once more"):
        call_command("import_credentials", str(file))
