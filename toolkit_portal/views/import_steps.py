"""The steps of an import in the browser: what each kind of import can do, and the file between the steps."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence import import_rows as evidence_rows
from evidence import import_writing as evidence_writing
from evidence import imports as evidence_imports
from groups import imports as group_imports
from groups import paper_imports, paper_rows, work_imports
from groups.group_rows import Overtaken
from groups.models import LIO, CommunityGroup, ImportUpload, User
from readiness import imports as assessment_imports
from readiness.models import Edition
from toolkit_portal.core.spreadsheets import ColumnMatch, RowError, Table, read_table
from toolkit_portal.core.uploads import private_name

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class ImportKind:
    """One kind of import: its words, its columns, how a table is judged, and how the judged rows are written.

    start: name of the page that takes the file; home: name of the page that shows what was imported; row: what names
    a row in the list of all.
    """

    noun: str
    nouns: str
    start: str
    home: str
    columns: Callable[[], dict[str, tuple[str, ...]]]
    match: Callable[[Table], ColumnMatch]
    judge: Callable[[Table, ImportUpload], Any]
    write: Callable[[Any, User], None]
    row: str = "Group"


def _judge_groups(table: Table, upload: ImportUpload) -> group_imports.GroupImport:
    own = LIO.objects.filter(pk__in=upload.owner.roles.officer_lio_ids, closed_on__isnull=True)
    return group_imports.judge(
        table,
        lios=list(own),
        # The LIO chosen at the upload stands for rows that name none; a row may name another of one's own.
        default_lio=upload.lio,
        columns=upload.columns,
        ignore_unknown=True,
    )


def _judge_assessments(table: Table, upload: ImportUpload) -> assessment_imports.AssessmentImport:
    return assessment_imports.judge(
        table,
        groups=CommunityGroup.objects.editable_by(upload.owner),
        columns=upload.columns,
        ignore_unknown=True,
    )


def _judge_evidence(table: Table, upload: ImportUpload) -> evidence_imports.EvidenceImport:
    own = LIO.objects.filter(pk__in=upload.owner.roles.officer_lio_ids, closed_on__isnull=True)
    return evidence_imports.judge(
        table,
        groups=CommunityGroup.objects.editable_by(upload.owner),
        lios=list(own),
        default_lio=upload.lio,
        columns=upload.columns,
        ignore_unknown=True,
    )


def _judge_papers(table: Table, upload: ImportUpload) -> paper_imports.PaperImport:
    return paper_imports.judge(
        table,
        groups=CommunityGroup.objects.editable_by(upload.owner),
        default_lio=upload.lio,
        columns=upload.columns,
        ignore_unknown=True,
    )


def _judge_work(table: Table, upload: ImportUpload) -> work_imports.WorkImport:
    return work_imports.judge(
        table,
        groups=CommunityGroup.objects.editable_by(upload.owner),
        default_lio=upload.lio,
        columns=upload.columns,
        ignore_unknown=True,
    )


def _current_edition() -> Edition:
    return Edition.objects.get(is_current=True)


KINDS: dict[str, ImportKind] = {
    ImportUpload.Kind.GROUPS: ImportKind(
        noun="group",
        nouns="groups",
        start="group_import",
        home="group_list",
        columns=lambda: group_imports.COLUMNS,
        match=lambda table: group_imports.match(table.headers),
        judge=_judge_groups,
        write=lambda judged, by: group_imports.write(judged, by=by),
    ),
    ImportUpload.Kind.ASSESSMENTS: ImportKind(
        noun="assessment",
        nouns="assessments",
        start="assessment_import",
        home="group_list",
        columns=lambda: assessment_imports.columns_of(_current_edition()),
        match=lambda table: assessment_imports.match(table, _current_edition()),
        judge=_judge_assessments,
        write=lambda judged, by: assessment_imports.write(judged, by=by),
    ),
    ImportUpload.Kind.EVIDENCE: ImportKind(
        noun="record",
        nouns="records",
        start="evidence_import",
        home="evidence_list",
        columns=lambda: evidence_rows.COLUMNS,
        match=evidence_imports.match,
        judge=_judge_evidence,
        write=lambda judged, by: evidence_writing.write(judged, by=by),
        row="What happened",
    ),
    ImportUpload.Kind.PAPERS: ImportKind(
        noun="paper",
        nouns="papers",
        start="paper_import",
        home="group_list",
        columns=lambda: paper_rows.COLUMNS,
        match=paper_imports.match,
        judge=_judge_papers,
        write=lambda judged, by: paper_imports.write(judged, by=by),
        row="Group and paper",
    ),
    ImportUpload.Kind.WORK: ImportKind(
        noun="piece of work",
        nouns="pieces of work",
        start="work_import",
        home="group_list",
        columns=lambda: work_imports.COLUMNS,
        match=work_imports.match,
        judge=_judge_work,
        write=lambda judged, by: work_imports.write(judged, by=by),
        row="Group and piece of work",
    ),
}


def keep_upload(
    *, kind: str, by: User, lio: LIO, content: bytes, filename: str, columns: dict[str, str], client_id: UUID
) -> ImportUpload:
    """Keeps an uploaded file under a private name. The same form again gives the same upload."""
    forget_old_uploads()
    if known := ImportUpload.objects.filter(client_id=client_id, owner=by).first():
        return known
    upload = ImportUpload(
        client_id=client_id, owner=by, kind=kind, lio=lio, filename=filename[:200], columns=columns
    )
    upload.file.save(private_name("", "table"), ContentFile(content), save=False)
    try:
        with transaction.atomic():
            upload.save()
    except IntegrityError:
        upload.file.delete(save=False)
        return ImportUpload.objects.get(client_id=client_id, owner=by)
    return upload


def table_of(upload: ImportUpload) -> Table:
    """The table in a kept file. Raises TableError where it can't be read any more."""
    with upload.file.open("rb") as file:
        return read_table(cast(BinaryIO, file), filename=upload.filename)


def confirm(upload: ImportUpload, *, by: User) -> tuple[ImportUpload, list[RowError]]:
    """Judges the file once more, as things stand now, and writes all of it, once.

    Returns the upload and the faults; with faults nothing is written. A second confirmation changes nothing.
    """
    kind = KINDS[upload.kind]
    with transaction.atomic():
        locked = ImportUpload.objects.select_for_update().select_related("owner", "lio").get(pk=upload.pk)
        if locked.done_at:
            return locked, []
        judged = kind.judge(table_of(locked), locked)
        if judged.errors:
            return locked, judged.errors
        try:
            kind.write(judged, by)
        except Overtaken as fault:
            return locked, [RowError(0, "", str(fault))]
        locked.done_at, locked.result = timezone.now(), judged.counts
        locked.save(update_fields=["done_at", "result"])
        transaction.on_commit(lambda: locked.file.delete(save=False))
    return locked, []


def discard(upload: ImportUpload) -> None:
    """Deletes an upload and its file."""
    file = upload.file
    with transaction.atomic():
        upload.delete()
        transaction.on_commit(lambda: file.delete(save=False))


def forget_old_uploads() -> None:
    """Deletes what nobody has gone on with for a day: the files hold people's data."""
    for upload in ImportUpload.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)[:50]:
        discard(upload)
