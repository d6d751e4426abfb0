"""CSV that the database writes: cell for cell what csv_lines gives for the same rows, on both databases."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import DateTimeField, F, FloatField, IntegerField, Sum, TextField, Value
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from groups.models import District
from toolkit_portal.core.csv_out import csv_lines
from toolkit_portal.core.db_csv import write_query_csv

pytestmark = pytest.mark.django_db
COLUMNS = ("pk", "words", "number", "score", "day", "is_so")
# Nobody's rows, so no migration makes their table. SQLite takes these names of types as its own.
TABLE = """CREATE TEMPORARY TABLE csv_row (
    id integer PRIMARY KEY, words text NULL, number integer NULL, score numeric(8, 2) NULL, day date NULL,
    is_so boolean NULL
)"""


class CsvRow(models.Model):
    """A row with a column of each kind."""

    words = models.TextField(null=True)  # noqa: DJ001  what csv_lines makes of None is compared too
    number = models.IntegerField(null=True)
    score = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    day = models.DateField(null=True)
    is_so = models.BooleanField(null=True)

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "csv_row"


def put(rows: Sequence[Sequence[Any]]) -> None:
    """Makes the table anew with these rows: words, number, score, day, is_so."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS csv_row")
        cursor.execute(TABLE)
    CsvRow.objects.bulk_create(
        [
            CsvRow(pk=place, **dict(zip(COLUMNS[1:], row, strict=True)))
            for place, row in enumerate(rows, start=1)
        ]
    )


def written(rows: models.QuerySet[Any, Any], headers: Sequence[str], **options: Any) -> bytes:
    out = io.BytesIO()
    write_query_csv(out, headers, rows, **options)
    return out.getvalue()


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def by_python(rows: models.QuerySet[Any, Any], headers: Sequence[str]) -> list[list[str]]:
    return cells("".join(csv_lines(headers, rows, bom=False)))


texts = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    | st.text("='+-@＝\t\r\n \xa0\u2003\x01\x7f\ufeff\"',;aÄ0", max_size=6)
    | st.none()
)
lines = st.tuples(
    texts,
    st.integers(-(2**31), 2**31 - 1) | st.none(),
    st.decimals(-999_999, 999_999, places=2) | st.none(),
    st.dates() | st.none(),
    st.booleans() | st.none(),
)


@given(st.lists(lines, max_size=5))
@example(
    [("\x01=cmd", -1, Decimal("-0.10"), date(1, 1, 1), True), (None,) * 5, ("", 0, Decimal(0), None, False)]
)
@example(
    [(text, None, None, None, None) for text in ("\u2003=1", "'=1", "''+", "' x", "\t", "\xa0-", "Ä=", "1-2")]
)
# What is left out hides no sign, wherever it stands, and is left out of any text.
@example(
    [(text, None, None, None, None) for text in ("'\ufeff' \x01=1", "\x7f\t", "a\ufeffb\uffff", "a\x01")]
)
def test_each_cell_is_what_python_writes(rows):
    put(rows)
    chosen = CsvRow.objects.order_by("pk").values_list(*COLUMNS)
    assert cells(written(chosen, COLUMNS, bom=False).decode()) == by_python(chosen, COLUMNS)


@given(st.lists(texts, max_size=4))
def test_a_single_column_loses_no_empty_row(words):
    put([(text, None, None, None, None) for text in words])
    chosen = CsvRow.objects.order_by("pk").values_list("words")
    found = cells(written(chosen, ["words"], bom=False).decode())
    assert found == by_python(chosen, ["words"]) and len(found) == len(words) + 1


def test_what_is_worked_out_is_written_too():
    put([("a,b", 3, None, None, None), ("c", 4, None, None, None)])
    chosen = CsvRow.objects.order_by("-pk").values_list(
        Upper("words"), F("number") * 2, Value("50%, =1"), Value(None, output_field=TextField())
    )
    assert cells(written(chosen, "abcd", bom=False).decode()) == by_python(chosen, "abcd")
    assert by_python(chosen, "abcd")[2] == ["A,B", "6", "50%, =1", ""]


def test_many_rows_come_by_one_query_and_end_as_excel_ends_them():
    put([(f"Line\nof {number}", number, None, None, None) for number in range(1203)])
    chosen = CsvRow.objects.order_by("pk").values_list("words", "number")
    with CaptureQueriesContext(connection) as queries:
        text = written(chosen, ("words", "number")).decode()
    assert text.startswith("\ufeffwords,number\r\n") and text.endswith('"Line\nof 1202",1202\r\n')
    assert text.count("\r\n") == 1204 and len(queries) <= 1


def test_nothing_found_leaves_the_header():
    put([])
    assert written(CsvRow.objects.none().values_list("words"), ["words"]) == b"\xef\xbb\xbfwords\r\n"
    assert written(CsvRow.objects.values_list("words"), ["words"], bom=False) == b"words\r\n"


def test_a_path_gets_the_whole_file_or_keeps_what_it_had(tmp_path):
    target = tmp_path / "districts.csv"
    names = District.objects.order_by("pk").values_list("name")
    write_query_csv(target, ["name"], names, bom=False)
    assert target.read_text().splitlines()[0] == "name"
    before = target.read_bytes()
    with pytest.raises(ValueError, match="2 headers for 1 columns"):
        write_query_csv(target, ["name", "more"], names)
    assert target.read_bytes() == before and list(tmp_path.iterdir()) == [target]


def test_a_row_found_twice_is_written_once_where_the_query_says_so():
    put([("a", 2, None, None, None), ("a", 1, None, None, None), ("b", 3, None, None, None)])
    chosen = CsvRow.objects.order_by("number").values_list("words").distinct()
    assert cells(written(chosen, ["words"], bom=False).decode()) == by_python(chosen, ["words"])


class Full(io.BytesIO):
    """A disk that takes the header and nothing more."""

    def write(self, data: Any) -> int:
        if self.tell():
            raise OSError("No space left on device")
        return super().write(data)


def test_a_disk_that_fills_up_is_named_and_the_database_still_answers():
    put([("a", number, None, None, None) for number in range(1203)])
    with pytest.raises(OSError, match="No space left"):
        write_query_csv(Full(), ["words"], CsvRow.objects.values_list("words"))
    assert CsvRow.objects.count() == 1203


@pytest.mark.parametrize(
    "column",
    [
        Value(datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone()), output_field=DateTimeField()),
        Value(1.5, output_field=FloatField()),
        # Worked out, a decimal may have more places than its field.
        F("score") * 2,
        Sum("score"),
    ],
)
def test_what_the_database_would_write_otherwise_is_refused(column):
    put([("a", 1, Decimal(1), None, None)])
    with pytest.raises(TypeError, match="use write_csv"):
        written(CsvRow.objects.values_list(column), ["x"])
    assert written(CsvRow.objects.values_list(Value(1, output_field=IntegerField())), ["x"], bom=False)
