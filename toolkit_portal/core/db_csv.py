"""CSV of a query with many rows, as fast as the database gives them: the same cells as csv_lines writes.

PostgreSQL writes the lines itself (COPY); Python only ends them as Excel does. SQLite gives each cell as text, and
Python looks at the texts alone. Neither makes a day or decimal that becomes text again at once.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.cell_values import UNPRINTABLE, printable_utf8
from toolkit_portal.core.csv_out import csv_lines, inert
from toolkit_portal.core.tables import BLANKS, FORMULA_SIGNS

_ROWS_AT_ONCE = 500
# SQLite keeps decimals as floats, and Python writes very small ones with an exponent: within this all write the same.
_MOST_DIGITS, _MOST_PLACES = 15, 6

_SQLITE_CELLS = {
    "text": "coalesce({name}, '')",
    "day": "coalesce({name}, '')",
    # Whatever the column holds, a number comes out of it.
    "number": "coalesce(CAST(CAST({name} AS INTEGER) AS TEXT), '')",
    "decimal": "CASE WHEN {name} IS NULL THEN '' ELSE printf('%%.{places}f', {name}) END",
    "boolean": "CASE {name} WHEN 1 THEN 'yes' WHEN 0 THEN 'no' ELSE '' END",
}
_POSTGRESQL_CELLS = {
    # Nearly every text begins with a letter or digit and so is no formula; few come as far as the pattern.
    "text": "CASE WHEN ascii({name}) = ANY ({harmless}) THEN {name} WHEN ascii({name}) = ANY ({signs})"
    """ OR {name} COLLATE "C" ~ {formula} THEN '''' || {name} ELSE nullif({name}, '') END""",
    "day": "{name}",
    "number": "{name}",
    "decimal": "{name}",
    "boolean": "CASE {name} WHEN true THEN 'yes' WHEN false THEN 'no' END",
}
_HARMLESS = [code for code in range(128) if chr(code).isalnum()]
_SIGNS = [ord(sign) for sign in FORMULA_SIGNS]
# FORMULA_START in a text whose unprintable characters have yet to go. PostgreSQL's texts have no U+0000.
_UNSEEN = UNPRINTABLE.replace("\0", "")
_FORMULA = f"^['{_UNSEEN}]*([{BLANKS}{_UNSEEN}]*[{FORMULA_SIGNS}]|[\t\r\n])"


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column of a query: its quoted name there, what it holds, and the places of a decimal."""

    name: str
    kind: str
    places: int


@dataclass(frozen=True, kw_only=True)
class _Query:
    """A query as the database takes it."""

    sql: str
    params: Sequence[Any]
    columns: Sequence[_Column]


def write_query_csv(
    target: IO[bytes] | str | os.PathLike[str],
    headers: Sequence[str],
    rows: models.QuerySet[Any, Any],
    *,
    bom: bool = True,
) -> None:
    """Writes what write_csv would of a values_list(): to a path, whole or not at all, or to an open binary file.

    Columns may hold text, whole numbers, decimals as the model keeps them, days, or yes and no. Raises TypeError for
    any other and ValueError unless there are as many headers; an open file then has nothing more in it.
    """
    if isinstance(target, (str, os.PathLike)):
        with atomic_output(target) as path, path.open("wb") as file:
            write_query_csv(file, headers, rows, bom=bom)
        return
    connection = connections[rows.db]
    query = _compiled(rows, connection)
    if len(query.columns) != len(headers):
        raise ValueError(f"{len(headers)} headers for {len(query.columns)} columns")
    target.write(next(csv_lines(headers, [], bom=bom)).encode())
    if connection.vendor == "postgresql":
        _copy(target, query, connection)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_sqlite_select(query), query.params)
            for piece in _sqlite_pieces(cursor, query.columns):
                target.write(piece)


def _compiled(rows: models.QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> _Query:
    # A query that can find nothing is sent all the same.
    compiler = rows.query.get_compiler(connection=connection, elide_empty=False)
    sql, params = compiler.as_sql(with_col_aliases=True)
    columns = [
        _column(connection.ops.quote_name(alias), expression) for expression, _, alias in compiler.select
    ]
    return _Query(sql=sql, params=params, columns=columns)


def _column(name: str, expression: Any) -> _Column:
    field = expression.output_field
    places = field.decimal_places if isinstance(field, models.DecimalField) else 0
    kind = None if hasattr(field, "from_db_value") else _kind(expression, field)
    if kind is None:
        raise TypeError(f"The database can't write column {name} ({type(field).__name__}): use write_csv.")
    return _Column(name=name, kind=kind, places=places)


def _kind(expression: Any, field: models.Field[Any, Any]) -> str | None:
    match field:
        case models.BooleanField():
            return "boolean"
        case models.CharField() | models.TextField():
            return "text"
        case models.IntegerField():
            return "number"
        case models.DecimalField(max_digits=digits, decimal_places=places):
            exact = isinstance(expression, Col) and digits <= _MOST_DIGITS and places <= _MOST_PLACES
            return "decimal" if exact else None
        case models.DateField() if not isinstance(field, models.DateTimeField):
            return "day"
    return None


def _sqlite_select(query: _Query) -> str:
    cells = ", ".join(
        _SQLITE_CELLS[column.kind].format(name=column.name, places=column.places) for column in query.columns
    )
    return f"SELECT {cells} FROM ({query.sql}) AS found"  # noqa: S608  Django's SQL, its values bound


def _sqlite_pieces(cursor: Any, columns: Sequence[_Column]) -> Iterator[bytes]:
    """Lines in UTF-8, some hundreds a piece. A lot of rows is turned into columns, since only text needs a look."""
    texts = [place for place, column in enumerate(columns) if column.kind == "text"]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        cells: list[Iterable[str]] = list(zip(*rows, strict=True))
        for place in texts:
            cells[place] = map(_text_cell, cells[place])
        lines: Iterable[str] = map(",".join, zip(*cells, strict=True))
        if len(columns) == 1:
            lines = (line or '""' for line in lines)
        yield printable_utf8(("\r\n".join(lines) + "\r\n").encode())


def _text_cell(text: str) -> str:
    if not "A" <= text < "{":
        text = inert(text)
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _copy(target: IO[bytes], query: _Query, connection: BaseDatabaseWrapper) -> None:
    lines = _CopiedLines(target)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(_copy_statement(query, connection), lines)
    lines.flush()


def _copy_statement(query: _Query, connection: Any) -> str:
    def literal(value: Any) -> str:
        return connection.ops.compose_sql("%s", [value])

    parts = {"harmless": literal(_HARMLESS), "signs": literal(_SIGNS), "formula": literal(_FORMULA)}
    cells = [_POSTGRESQL_CELLS[column.kind].format(name=column.name, **parts) for column in query.columns]
    options = "FORMAT csv"
    if len(cells) == 1:
        # An empty line would be no row at all.
        cells, options = [f"coalesce(({cells[0]})::text, '')"], f"{options}, FORCE_QUOTE *"
    sql = connection.ops.compose_sql(query.sql, query.params)
    chosen = f"SELECT {', '.join(cells)} FROM ({sql}) AS found"  # noqa: S608  Django's SQL, its values quoted
    return f"COPY ({chosen}) TO STDOUT WITH ({options})"


class _CopiedLines:
    """What psycopg2 writes COPY's lines to. Each comes alone, and a line feed within a cell isn't its end."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._kept: list[bytes] = []

    def write(self, line: bytes) -> None:
        self._kept.append(line[:-1])
        if len(self._kept) == _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        self._kept.append(b"")
        self._target.write(printable_utf8(b"\r\n".join(self._kept)))
        self._kept.clear()
