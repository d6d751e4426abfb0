"""Rows to export: a plain table of eight columns, and ways to write it to a file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, models
from openpyxl import Workbook

from toolkit_portal.core.db_csv import write_query_csv
from toolkit_portal.core.xlsx_out import Sheet, write_xlsx

HEADERS = ("id", "Group", "LIO", "Heard on", "People", "How it was heard", "What happened", "Score")
COLUMNS = ("pk", "group", "lio", "heard_on", "people", "method", "summary", "score")
CHUNK = 2000
WORDS = (
    "People wait for months to see anyone, and nobody calls them back.",
    "The form is on paper only, and in English only.",
    'She was told "come back on Monday", three weeks in a row.',
    "- no step-free way in\n- no quiet room",
    "=a line that a spreadsheet program would take for a formula",
)


class ExportRow(models.Model):
    """A row to export. The table is made for the benchmark and belongs to no migration."""

    group = models.CharField(max_length=200)
    lio = models.CharField(max_length=200)
    heard_on = models.DateField()
    people = models.IntegerField(null=True)
    method = models.CharField(max_length=40)
    summary = models.TextField()
    score = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "benchmark_export_row"


def make_rows(number: int) -> None:
    """Makes the table with so many rows, the same ones each time."""
    chance = random.Random(1)
    with connection.schema_editor() as editor:
        editor.create_model(ExportRow)
    first = date(2024, 1, 1)
    for start in range(0, number, 20_000):
        ExportRow.objects.bulk_create(
            [
                ExportRow(
                    group=f"Peak Sisters {place}",
                    lio=chance.choice(("Amber and Dale Voluntary Action", "Erewash Voices")),
                    heard_on=first + timedelta(days=chance.randrange(900)),
                    people=chance.choice((None, chance.randrange(1, 400))),
                    method=chance.choice(("Research or survey", "Requests and enquiries")),
                    summary=chance.choice(WORDS),
                    score=chance.randrange(10_000) / 100,
                )
                for place in range(start, min(start + 20_000, number))
            ],
            batch_size=2000,
        )


def chosen() -> models.QuerySet[ExportRow, tuple[Any, ...]]:
    """All rows as the export asks for them."""
    return ExportRow.objects.order_by("pk").values_list(*COLUMNS)


def rows() -> Iterator[tuple[Any, ...]]:
    """All rows as tuples, a few thousand of them in memory at a time."""
    return iter(chosen().iterator(chunk_size=CHUNK))


def to_csv(path: Path) -> None:
    write_query_csv(path, HEADERS, chosen())


def to_xlsx(path: Path) -> None:
    write_xlsx(path, [Sheet("Rows", HEADERS, rows(), formats=("",) * 7 + ("0.00",))])


def to_xlsx_by_openpyxl(path: Path) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Rows")
    sheet.append(HEADERS)
    for row in rows():
        # Left to itself it takes text that begins with "=" for a formula; the reference is let off telling them apart.
        sheet.append(row)
    workbook.save(path)


WAYS = {"csv": to_csv, "xlsx": to_xlsx, "openpyxl": to_xlsx_by_openpyxl}
