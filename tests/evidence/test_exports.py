"""Reviewed records as files: only they, with quotes only as far as consent goes, inert, and fit to come back."""

import csv
import io
import time

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.consent import withdraw_consent
from evidence.imports import judge
from evidence.models import Evidence
from groups.models import LIO, CommunityGroup
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.spreadsheets import read_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def reviewed(cast: Cast, **fields) -> Evidence:
    return factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        reviewed_by=factories.make_officer(lio=cast.peak),
        groups=(cast.sunrise,),
        districts=("Chesterfield", "High Peak"),
        barriers=("Cost",),
        **fields,
    )


def rows_of(client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(reverse("evidence_export") + f"?format=csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_only_reviewed_records_leave_and_only_ones_own(cast):
    reviewed(cast, summary="Counts", people_affected=7)
    factories.make_evidence(lio=cast.peak, by=cast.officer, summary="Draft")
    factories.make_evidence(lio=cast.vale, by=cast.other_officer, reviewed_by=cast.manager, summary="Theirs")
    assert [row["summary"] for row in rows_of(cast.client("officer"))] == ["Counts"]
    assert {row["summary"] for row in rows_of(cast.client("manager"))} == {"Counts", "Theirs"}
    assert rows_of(cast.client("manager"), f"&lio={cast.vale.pk}")[0]["summary"] == "Theirs"
    row = rows_of(cast.client("officer"))[0]
    assert (row["districts"], row["people_affected"], row["reviewed"]) == (
        "Chesterfield; High Peak",
        "7",
        "yes",
    )
    assert LogEntry.objects.filter(additional_data__act="evidence exported").count() == 4


def test_a_quote_leaves_only_with_consent_for_reports_and_stays_once_that_is_withdrawn(cast):
    record = reviewed(cast)
    factories.make_quote(record=record, by=cast.officer, text="Never asked")
    factories.make_quote(record=record, by=cast.officer, text="For briefs only", uses="brief")
    allowed = factories.make_quote(record=record, by=cast.officer, text="You may", uses="report")
    row = rows_of(cast.client("officer"))[0]
    assert (row["quote"], row["quote_consent"]) == ("You may", "yes")
    withdraw_consent(quote=allowed, by=cast.officer)
    row = rows_of(cast.client("officer"))[0]
    assert (row["quote"], row["quote_consent"]) == ("", "")


def test_the_file_asks_for_a_fresh_proof_and_leads_back_to_the_list(cast):
    client = cast.client("officer")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 1800}]
    session.save()
    answer = client.get(reverse("evidence_export") + "?format=xlsx&method=enquiry")
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    assert "ready%3Dxlsx" in answer["Location"]
    page = (
        cast.client("officer").get(reverse("evidence_list") + "?ready=xlsx&method=enquiry").content.decode()
    )
    assert "the file is ready" in page and "method=enquiry&amp;format=xlsx" in page
    assert client.get(reverse("evidence_export")).status_code == 400


def test_words_that_look_like_formulas_are_inert_in_both_files(cast, tmp_path):
    reviewed(cast, summary="=1+1", needed_instead="+cmd")
    row = rows_of(cast.client("officer"))[0]
    assert (row["summary"], row["needed_instead"]) == ("'=1+1", "'+cmd")
    target = tmp_path / "evidence.xlsx"
    call_command("export_evidence", "--format", "xlsx", "-o", str(target))
    sheet = openpyxl.load_workbook(target).active
    found = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert (found["summary"].value, found["summary"].data_type) == ("=1+1", "s")


def test_a_file_that_was_exported_repeats_what_is_recorded(cast, tmp_path):
    record = reviewed(cast, people_affected=12, needed_instead="Letters in Urdu")
    record.provider = factories.make_organisation(name="Northdale")
    record.save()
    target = tmp_path / "evidence.csv"
    call_command("export_evidence", "--format", "csv", "-o", str(target))
    found = judge(read_table(target), groups=CommunityGroup.objects.all(), lios=list(LIO.objects.all()))
    assert not found.errors and found.counts == {"add": 0, "nothing": 1, "error": 0}


def test_the_command_takes_a_period_and_an_lio_and_names_faults(cast, tmp_path, capsys):
    reviewed(cast)
    target = tmp_path / "evidence.csv"
    call_command("export_evidence", "--format", "csv", "-o", str(target), "--lio", "vale")
    assert "Wrote 0 reviewed records" in capsys.readouterr().out
    call_command(
        "export_evidence", "--format", "csv", "-o", str(target), "--from", "1/1/2020", "--to", "31/12/2199"
    )
    assert "Wrote 1 reviewed record to" in capsys.readouterr().out
    for options, words in (
        (["--lio", "Peek"], "Did you mean “Peak”"),
        (["--from", "tomorrow"], "--from"),
        (["--from", "2/1/2026", "--to", "1/1/2026"], "before --from"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("export_evidence", "--format", "csv", "-o", str(tmp_path / "other.csv"), *options)
    assert not (tmp_path / "other.csv").exists()
    with pytest.raises(CommandError, match="Can't write"):
        call_command("export_evidence", "--format", "csv", "-o", str(tmp_path / "no" / "such.csv"))


def test_a_record_of_many_groups_and_places_names_each_in_order(cast):
    record = factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=factories.make_officer(lio=cast.peak),
        groups=(cast.sunrise, cast.harbour), districts=("High Peak", "Bolsover"), communities=("Roma", "Indian"),
        barriers=("Cost", "Language or interpreting"), provider=factories.make_organisation(name="Northdale"),
    )  # fmt: skip
    for text in ("First,\nthey said", "then"):
        factories.make_quote(record=record, by=cast.officer, text=text, uses="report")
    bare = factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=cast.manager, happened_on=record.happened_on, districts=()
    )
    [row, without] = rows_of(cast.client("manager"))
    assert row["group"] == "Harbour; Sunrise" and row["districts"] == "Bolsover; High Peak"
    assert (
        row["communities"] == "; ".join(map(str, record.communities.all())) and "Roma" in row["communities"]
    )
    assert row["barriers"] == "; ".join(map(str, record.barriers.all())) and row["barriers"].count("; ") == 1
    assert (row["provider"], row["commissioner"]) == ("Northdale", "")
    assert (row["quote"], row["quote_consent"]) == ("First,\nthey said\nthen", "yes")
    assert (without["districts"], without["provider"], without["quote"]) == ("", "", "")
    assert without["summary"] == bare.summary


def test_as_many_queries_for_three_records_as_for_one(cast):
    client, counts = cast.client("officer"), []
    rows_of(client)
    for _ in range(2):
        reviewed(cast)
        with CaptureQueriesContext(connection) as queries:
            rows_of(client)
        counts.append(len(queries))
        reviewed(cast)
    assert counts[0] == counts[1] <= 20
