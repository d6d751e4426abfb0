"""Every number of the report is the same on pages, in CSV, XLSX, JSON and PDF, read back cell by cell."""

import dataclasses
import io
from decimal import Decimal
from typing import Any

import pytest

from evidence.models import Evidence
from readiness.reports import csv_files, json_file, pdf, xlsx
from readiness.reports.choice import ReportChoice
from readiness.reports.collect import collect
from readiness.reports.parts import parts_of
from readiness.reports.values import Cell, CountyReport
from readiness.reports.words import written
from tests import factories
from tests.readiness.reports import reading
from tests.readiness.reports.county import days_ago, make_county
from tests.readiness.reports.samples import sample

pytestmark = pytest.mark.django_db
NO_GROUPS: tuple[list[str], list[list[object]]] = (["group"], [])
OUTPUTS = ("words", "csv", "xlsx", "json")


def read_back(output: str, report: CountyReport) -> dict[reading.Place, Any]:
    if output == "words":
        return reading.of_written(report, written)
    if output == "json":
        return reading.of_json(report, "".join(json_file.json_pieces(report)))
    file = io.BytesIO()
    if output == "csv":
        csv_files.write_csv_zip(file, report, NO_GROUPS)
        return reading.of_csv(report, file.getvalue())
    xlsx.write_workbook(file, report, NO_GROUPS)
    names = {table.key: xlsx.sheet_name(table) for table in report.tables}
    return reading.of_xlsx(report, file.getvalue(), names)


def lost_in_pdf(report: CountyReport, of: CountyReport | None = None) -> list[reading.Place]:
    """The cells of the report that a PDF doesn't say: its own, or that of another report."""
    content = pdf.render_report_pdf(of or report)
    parts = {table.key: parts_of(table) for table in report.tables}
    return reading.missing_in_pdf(report, content, parts, pdf.CARDS_IN_A_ROW)


@pytest.fixture(params=["by hand", "from the database"])
def report(request) -> CountyReport:
    if request.param == "by hand":
        return sample()
    county = make_county()
    for number, (service, people) in enumerate((("Housing", 3), ("Housing", 40), ("Transport", 12))):
        record = factories.make_evidence(
            lio=county.peak,
            by=county.officer,
            reviewed_by=county.vale_officer,
            service=service,
            districts=("Derby",) if number else ("Chesterfield",),
            communities=("Pakistani",),
        )
        Evidence.objects.filter(pk=record.pk).update(people_affected=people)
    found = collect(ReportChoice(as_at=days_ago(0), compare=days_ago(365)), by=county.manager)
    assert found.hidden
    return found


@pytest.mark.parametrize("output", OUTPUTS)
def test_every_cell_reads_the_same(report, output):
    by_hand = reading.said(report)
    assert len(by_hand) > 100
    assert read_back(output, report) == by_hand


def test_every_cell_stands_in_the_pdf(report):
    assert lost_in_pdf(report) == []


def changed(report: CountyReport, key: str, line: int, place: int, cell: Cell) -> CountyReport:
    """The same report with one cell that is another."""
    tables = []
    for table in report.tables:
        if table.key == key:
            rows = list(table.rows)
            cells = list(rows[line].cells)
            cells[place] = cell
            rows[line] = dataclasses.replace(rows[line], cells=tuple(cells))
            table = dataclasses.replace(table, rows=tuple(rows))
        tables.append(table)
    return dataclasses.replace(report, tables=tuple(tables))


PLACES = [
    ("summary", 2, 0, Cell(Decimal("58.31"))),
    ("kinds_of_column", 2, 6, Cell(Decimal("0.1"))),
    ("odd_labels", 3, 1, Cell(Decimal("37.4"))),
    ("places", 4, 1, Cell(Decimal("30.7"))),
    ("wide", 19, 29, Cell(19870)),
    ("wide", 0, 0, Cell(4)),
    ("wide", 5, 12, Cell(None, "*")),
]


@pytest.mark.parametrize(("key", "line", "place", "cell"), PLACES)
def test_an_output_that_changed_one_number_would_be_found(key, line, place, cell):
    """The comparison itself: what is read of a changed report differs from the report in that cell alone."""
    report = sample()
    other = changed(report, key, line, place, cell)
    by_hand = reading.said(report)
    for output in OUTPUTS:
        read = read_back(output, other)
        assert {place for place in by_hand if read[place] != by_hand[place]} == {(key, line, place)}
    assert (key, line, place) in lost_in_pdf(report, of=other)
