"""The report as JSON, in the shape that docs/data-dictionary.md describes.

Numbers are written with the decimals they are shown with everywhere (50.00), so that a reader who asks for exact
decimals gets what the page says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from readiness.reports.values import Cell, Column, CountyReport, Kind, ReportTable, Row
from readiness.reports.words import number_of
from toolkit_portal.core.cell_values import printable

VERSION = 1


def json_pieces(report: CountyReport) -> Iterator[str]:
    """The whole file in pieces, a row of a table a line."""
    yield f'{{\n"version": {VERSION},\n"asked": {_text(_asked(report))},\n'
    yield f'"sentences": {_text([sentence.text for sentence in report.sentences])},\n"tables": {{'
    for number, table in enumerate(report.tables):
        yield f"{',' if number else ''}\n{_text(table.key)}: {{\n"
        yield from _table(table)
        yield "}"
    definitions = [{"word": each.word, "meaning": each.meaning} for each in report.definitions]
    yield f'\n}},\n"definitions": {_text(definitions)}\n}}\n'


def _asked(report: CountyReport) -> dict[str, Any]:
    asked = report.asked
    return {
        "as_at": asked.as_at.isoformat(),
        "compared_with": asked.compare.isoformat(),
        "filters": [{"name": name, "value": value} for name, value in asked.filters],
        "by": asked.by,
        "made_at": timezone.localtime(asked.made_at).isoformat(timespec="seconds"),
        "hidden": report.hidden,
    }


def _table(table: ReportTable) -> Iterator[str]:
    head = {
        "title": table.title,
        "rows_are": table.corner,
        "about": table.about,
        "note": table.note,
        "hidden": table.hidden,
        "columns": [{"key": one.key, "title": one.title, "kind": str(one.kind)} for one in table.columns],
    }
    yield "".join(f"{_text(name)}: {_text(value)},\n" for name, value in head.items())
    yield '"rows": ['
    for number, row in enumerate(table.rows):
        yield f"{',' if number else ''}\n{_row(table.columns, row)}"
    yield "]"


def _row(columns: tuple[Column, ...], row: Row) -> str:
    cells = ", ".join(
        f"{_text(column.key)}: {_cell(cell, column.kind)}"
        for column, cell in zip(columns, row.cells, strict=True)
    )
    total = _text(row.is_total)
    return f'{{"key": {_text(row.key)}, "label": {_text(row.label)}, "total": {total}, "cells": {{{cells}}}}}'


def _cell(cell: Cell, kind: Kind) -> str:
    if cell.sign:
        return _text({"hidden": cell.sign})
    number = number_of(cell, kind)
    if isinstance(number, Decimal):
        return f"{number:f}"
    if number is not None:
        return str(number)
    return _text(cell.value.isoformat() if isinstance(cell.value, date) else cell.value)


def _text(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))
