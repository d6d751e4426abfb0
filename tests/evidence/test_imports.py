"""Evidence from spreadsheets: every row judged first, all written or none, the same file twice changes nothing."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.import_rows import COLUMNS
from evidence.import_writing import write
from evidence.imports import judge
from evidence.models import Evidence, Quote, QuoteConsent
from groups.models import LIO, CommunityGroup, ImportUpload, Organisation
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.spreadsheets import Table, csv_lines, read_table

pytestmark = pytest.mark.django_db


def row(**cells) -> dict[str, str]:
    """A row that is right, with some cells otherwise."""
    return {
        "date": "14/09/2026",
        "method": "enquiry",
        "group": "Sunrise",
        "service_area": "Housing",
        "summary": "The letter came in English only.",
        **cells,
    }


def table(*rows: dict[str, str]) -> Table:
    headers = list(dict.fromkeys(name for cells in rows for name in cells))
    text = "".join(
        csv_lines(headers, [[cells.get(name, "") for name in headers] for cells in rows], bom=False)
    )
    return read_table(io.BytesIO(text.encode()), filename="evidence.csv")


def judged(*rows: dict[str, str], **options):
    return judge(
        table(*rows), groups=CommunityGroup.objects.all(), lios=list(LIO.objects.order_by("pk")), **options
    )


def imported(*rows: dict[str, str], **options):
    found = judged(*rows)
    assert not found.errors, [str(error) for error in found.errors]
    write(found, by=None, **options)
    return found


def faults(*rows: dict[str, str]) -> str:
    found = judged(*rows)
    assert not found.to_write or found.errors
    return "\n".join(str(error) for error in found.errors)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_row_becomes_a_record_with_everything_it_says(cast):
    imported(
        row(
            method="Focus group or consultation",
            districts="chesterfield; High Peak",
            communities="PAKISTANI;Roma",
            barriers="language or interpreting; Cost",
            provider="Northdale Homes",
            commissioner="The County",
            people_affected="1,200",
            needed_instead="Letters in Urdu",
            quote="Nobody could read it.",
            quote_consent="Yes",
            strength="systematic",
            reviewed="yes",
        ),
        may_review=True,
    )
    record = Evidence.objects.get()
    assert (record.lio, record.method, record.strength, record.people_affected) == (
        cast.peak,
        "focus_group",
        "systematic",
        1200,
    )
    assert (record.happened_on, record.last_day, record.criteria) == (
        date(2026, 9, 14),
        date(2026, 9, 14),
        ["2.15b"],
    )
    assert record.is_reviewed and record.imported and record.reviewed_by is None
    assert {str(value) for value in record.districts.all()} == {"Chesterfield", "High Peak"}
    assert {str(value) for value in record.communities.all()} == {"Pakistani", "Roma"}
    assert {str(value) for value in record.barriers.all()} == {"Language or interpreting", "Cost"}
    assert list(record.groups.all()) == [cast.sunrise]
    assert (str(record.provider), record.provider.is_provider) == ("Northdale Homes", True)
    assert (str(record.commissioner), record.commissioner.is_commissioner) == ("The County", True)
    quote, consent = Quote.objects.get(), QuoteConsent.objects.get()
    assert (quote.text, quote.for_briefs, quote.for_reports) == ("Nobody could read it.", True, True)
    assert (consent.asked_on, consent.imported, consent.asked_by) == (date(2026, 9, 14), True, None)


def test_what_is_left_empty_stays_unknown(cast):
    imported(row(quote="Words without consent."))
    record = Evidence.objects.get()
    assert (record.people_affected, record.provider, record.strength, record.state) == (
        None,
        None,
        "one",
        "draft",
    )
    assert not record.districts.exists() and not QuoteConsent.objects.exists()
    assert not Quote.objects.get().for_briefs


def test_rows_that_say_they_were_reviewed_wait_for_a_colleague_where_an_officer_imports(cast):
    imported(row(reviewed="yes"))
    assert Evidence.objects.get().state == "draft"


def test_the_same_file_twice_changes_nothing_in_any_spelling(cast):
    imported(row(people_affected="12", districts="Chesterfield"))
    again = imported(
        row(
            summary="  the LETTER came in  English only. ", method="Requests and enquiries", date="2026-09-14"
        ),
        row(people_affected="12", districts="Chesterfield", service_area="housing"),
    )
    assert Evidence.objects.count() == 1 and again.counts == {"add": 0, "nothing": 2, "error": 0}
    assert "recorded already" in again.fates[0].note


def test_a_row_that_contradicts_what_is_recorded_or_an_earlier_row_is_an_error(cast):
    imported(row(people_affected="12", provider="Northdale"))
    told = faults(
        row(people_affected="13"),
        row(provider="Southdale"),
        row(summary="New", people_affected="1"),
        row(summary="new", people_affected="2"),
    )
    assert "Row 2, “people_affected”: contradicts what is recorded" in told
    assert "Row 3, “provider”" in told and "Row 5, “people_affected”: contradicts row 4" in told


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"date": "31/02/2026"}, "isn't a date"),
        ({"date": f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"}, "future"),
        ({"date": ""}, "Give a date"),
        ({"method": "survay"}, "Did you mean “survey”"),
        ({"method": ""}, "is empty"),
        ({"service_area": "Housng"}, "Did you mean “Housing”"),
        ({"summary": ""}, "Say what happened"),
        ({"people_affected": "-3"}, "can't be"),
        ({"people_affected": "many"}, "no number of people"),
        ({"people_affected": "2000000"}, "no number of people"),
        ({"districts": "Chesterfeld"}, "Did you mean “Chesterfield”"),
        ({"communities": "Pakistanis"}, "“Pakistani”"),
        ({"barriers": "langage or interpreting"}, "Language or interpreting"),
        ({"group": "Sunrize"}, "“Sunrise”"),
        ({"lio": "Peek"}, "“Peak”"),
        ({"strength": "very"}, "isn't a known strength"),
        ({"reviewed": "perhaps"}, "neither yes nor no"),
        ({"quote_consent": "ask"}, "neither yes nor no"),
        ({"group": "", "lio": ""}, "Say which LIO"),
        ({"group": "Sunrise; Meadow"}, "belongs to"),
        ({"summary": "x" * 5001}, "longer than 5000"),
    ],
)
def test_each_fault_is_named_by_row_and_column_and_nothing_is_written(cast, cells, words):
    column = next(iter(cells))
    told = faults(row(summary="A good row."), row(**cells))
    assert words in told and "Row 3" in told and column in told
    with pytest.raises(ValueError, match="faults"):
        write(judged(row(**cells)), by=None)
    assert not Evidence.objects.exists() and not Organisation.objects.exists()


def test_a_group_that_two_lios_have_is_told_apart_by_the_lio(cast):
    factories.make_group(lio=cast.vale, name="Sunrise")
    assert "several groups called Sunrise" in faults(row())
    imported(row(lio="Vale"))
    assert Evidence.objects.get().lio == cast.vale


def test_missing_and_unknown_columns_are_named(cast):
    told = faults({"date": "14/09/2026", "sumary": "x"})
    assert "method, service_area, summary" in told and "Did you mean “summary”" in told
    assert not judged(row(shoe_size="4"), ignore_unknown=True).errors


def test_an_organisation_is_found_by_any_of_its_names_and_after_a_merger(cast):
    kept = factories.make_organisation(name="Northdale Homes", other_names="Northdale Housing")
    old = factories.make_organisation(name="North Dale Council Homes")
    old.merged_into = kept
    old.save()
    for number, name in enumerate(("NORTHDALE homes", "Northdale Housing", "North Dale Council Homes")):
        imported(row(summary=f"Need {number}", provider=name, commissioner=name))
    assert set(Evidence.objects.values_list("provider", flat=True)) == {kept.pk}
    kept.refresh_from_db()
    assert kept.is_commissioner and Organisation.objects.count() == 2


cells = st.fixed_dictionaries(
    {
        "date": st.dates(date(2024, 1, 1), date(2026, 9, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
        "method": st.sampled_from(Evidence.Method.values),
        "service_area": st.sampled_from(["Housing", "Transport", "Other"]),
        "summary": st.text(
            st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40
        ).filter(lambda words: words.strip()),
        "people_affected": st.one_of(st.just(""), st.integers(1, 500).map(str)),
        "districts": st.sampled_from(["", "Derby", "Derby; Bolsover"]),
        "quote": st.sampled_from(["", "Words"]),
        "quote_consent": st.sampled_from(["", "yes", "no"]),
    }
)


@given(st.lists(cells, min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_that_has_no_faults_changes_nothing_the_second_time(cast, rows):
    Evidence.objects.all().delete()
    rows = [row(**cells) for cells in rows]
    first = judged(*rows)
    if first.errors:
        return
    write(first, by=None)
    assert Evidence.objects.count() == first.counts["add"]
    second = judged(*rows)
    assert not second.errors and second.counts == {"add": 0, "nothing": len(rows), "error": 0}


def test_the_command_tells_what_it_would_do_and_then_does_it(cast, tmp_path, capsys):
    file = tmp_path / "evidence.csv"
    file.write_text(
        "date;method;group;service_area;summary\n14/09/2026;enquiry;Sunrise;Housing;Nobody rang back\n"
    )
    call_command("import_evidence", str(file), "--dry-run")
    assert "Would add 1 record, left 0 rows" in capsys.readouterr().out and not Evidence.objects.exists()
    call_command("import_evidence", str(file))
    call_command("import_evidence", str(file))
    assert "Added 0 records, left 1 row that" in capsys.readouterr().out and Evidence.objects.count() == 1
    file.write_text(
        "date;method;group;service_area;summary\n99/09/2026;enquiry;Sunrise;Housing;Nobody rang back\n"
    )
    with pytest.raises(CommandError, match="1 fault; nothing was imported"):
        call_command("import_evidence", str(file))


def test_importing_in_the_browser_goes_through_the_same_steps_and_makes_drafts(cast):
    client = cast.client("officer")
    file = io.BytesIO(
        b"When,How it was heard,Community group,Service,What happened,Reviewed,Colour\n"
        b"14/09/2026,enquiry,Sunrise,Housing,Nobody rang back,yes,red\n"
    )
    file.name = "needs.csv"
    answer = client.post(
        reverse("evidence_import"), {"file": file, "client_id": "7c4e8f0a-0000-4000-8000-000000000001"}
    )
    upload = ImportUpload.objects.get()
    assert answer.status_code == 302 and upload.kind == ImportUpload.Kind.EVIDENCE
    columns = client.get(reverse("import_columns", args=[upload.pk])).content.decode()
    assert "Colour" in columns
    check = reverse("import_check", args=[upload.pk])
    assert "Nobody rang back" in client.get(check).content.decode()
    done = client.post(check, follow=True).content.decode()
    record = Evidence.objects.get()
    assert (record.state, record.created_by, record.lio) == ("draft", cast.officer, cast.peak)
    assert reverse("evidence_list") in done
    client.post(check)
    assert Evidence.objects.count() == 1


def test_an_officer_imports_for_their_own_lio_only(cast):
    client = cast.client("officer")
    file = io.BytesIO(
        b"date,method,group,service_area,summary\n14/09/2026,enquiry,Meadow,Housing,Nobody rang back\n"
    )
    file.name = "needs.csv"
    client.post(
        reverse("evidence_import"), {"file": file, "client_id": "7c4e8f0a-0000-4000-8000-000000000002"}
    )
    check = reverse("import_check", args=[ImportUpload.objects.get().pk])
    page = client.get(check).content.decode()
    assert "“Meadow” isn&#x27;t a known group" in page
    client.post(check)
    assert not Evidence.objects.exists()


def test_the_template_names_every_column(cast):
    page = cast.client("officer").get(reverse("evidence_import_template")).content.decode("utf-8-sig")
    assert page.strip().split(",") == list(COLUMNS)
