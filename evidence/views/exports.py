"""Reviewed records as a file, one a row, within the list's filter."""

from collections.abc import Iterator
from functools import partial
from tempfile import SpooledTemporaryFile, TemporaryFile

from django.http import FileResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from evidence.exports import HEADER, LOT, export_rows, sheet
from evidence.filters import EvidenceListForm
from evidence.models import Evidence
from evidence.models.needs import EvidenceQuerySet
from groups import trail
from groups.access import AuthenticatedRequest, case_readers_only
from groups.filters import query_of
from groups.sign_in import to_proof
from toolkit_portal.core.spreadsheets import write_query_csv, write_xlsx

FORMATS = {"xlsx": "Excel (XLSX)", "csv": "CSV"}
PIECE = 64 * 1024


@require_GET
@case_readers_only
def evidence_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """The reviewed records that fit, as CSV or XLSX. Asks for a fresh proof and leaves a trace."""
    kind = request.GET.get("format", "")
    if kind not in FORMATS:
        return HttpResponseBadRequest("Choose csv or xlsx as the format.")
    if (
        proof := to_proof(request, reverse("evidence_list", query=query_of(request, ready=kind)))
    ) is not None:
        return proof
    form = EvidenceListForm(request.GET, user=request.user)
    records = form.apply(Evidence.objects.visible_to(request.user))
    trail.record(
        "evidence exported",
        request.user,
        by=request.user,
        format=kind,
        records=records.reviewed().count(),
        filters=sorted(form.chosen),
    )
    name = f"evidence-{timezone.localdate():%Y-%m-%d}.{kind}"
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            _csv(records), content_type="text/csv; charset=utf-8"
        )
    else:
        file = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115  the response closes it
        write_xlsx(file, [sheet(export_rows(records).iterator(chunk_size=LOT))])
        file.seek(0)
        response = FileResponse(
            file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(records: EvidenceQuerySet) -> Iterator[bytes]:
    """The file piece by piece, made when the first is asked for."""
    with TemporaryFile() as file:
        write_query_csv(file, HEADER, export_rows(records))
        file.seek(0)
        yield from iter(partial(file.read, PIECE), b"")
