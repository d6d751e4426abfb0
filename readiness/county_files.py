"""The county's groups as files: CSV in a stream, XLSX with one sheet. The same rows in both."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db.models import QuerySet
from django.utils import timezone

from groups.models import CommunityGroup
from readiness import county
from readiness.reports import group_rows
from toolkit_portal.core.spreadsheets import Sheet, csv_lines, write_xlsx


def csv_stream(
    groups: QuerySet[CommunityGroup], *, as_at: date | None = None, bom: bool = True
) -> Iterator[str]:
    """Lines of CSV: header, then a row a group. Excel needs the byte order mark; scripts are better without."""
    codes = county.criterion_codes()
    rows = group_rows.rows(groups, as_at or timezone.localdate(), codes)
    return csv_lines(group_rows.header(codes), rows, bom=bom)


def xlsx_file(groups: QuerySet[CommunityGroup], *, as_at: date | None = None) -> IO[bytes]:
    """An XLSX file, rewound, held in memory up to 5 MB and on disk beyond."""
    file = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115  the reader closes it
    write_sheet(file, groups, as_at=as_at)
    file.seek(0)
    return file


def write_sheet(
    target: IO[bytes] | Path, groups: QuerySet[CommunityGroup], *, as_at: date | None = None
) -> None:
    """Writes the XLSX to a path or binary file."""
    codes = county.criterion_codes()
    rows = group_rows.rows(groups, as_at or timezone.localdate(), codes)
    write_xlsx(target, [Sheet("Groups", group_rows.header(codes), rows, **group_rows.looks(codes))])
