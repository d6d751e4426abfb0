"""Papers × groups on a page and as a file."""

from tempfile import SpooledTemporaryFile

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from groups import trail
from groups.access import AuthenticatedRequest, case_readers_only, roles_of
from groups.filters import query_of
from groups.forms.papers_matrix import PapersFilterForm
from groups.models import CommunityGroup
from groups.papers_matrix import HEADER, counts_of, rows_of, sheet, table_rows
from groups.sign_in import to_proof
from toolkit_portal.core.spreadsheets import csv_lines, write_xlsx

PER_PAGE = 25
FORMATS = {"xlsx": "Excel (XLSX)", "csv": "CSV"}


def _form(request: AuthenticatedRequest) -> PapersFilterForm:
    groups = CommunityGroup.objects.visible_to(request.user).exclude(status=CommunityGroup.Status.CLOSED)
    return PapersFilterForm(request.GET, user=request.user, groups=groups, day=timezone.localdate())


@require_safe
@case_readers_only
def papers_matrix(request: AuthenticatedRequest) -> HttpResponse:
    """Every group that isn't closed with how its papers stand, filtered and paged by the address."""
    form = _form(request)
    groups = form.apply()
    page = Paginator(groups.select_related("lio"), PER_PAGE).get_page(request.GET.get("page"))
    total = page.paginator.count
    counts = counts_of(groups, total, form.kinds, form.day)
    state = form.chosen.get("state", "")
    if state and form.one is None:
        # Who looks for what has run out would otherwise search for it, column by column.
        counts = [count for count in counts if count.numbers[state]]
    kinds = [count.kind for count in counts]
    rows = rows_of(list(page.object_list), kinds, form.day, editable_lios=roles_of(request).officer_lio_ids)
    return render(
        request,
        "papers/matrix.html",
        {
            "form": form,
            "active": len({name for name in form.chosen if name not in {"q", "paper", "state", "sort"}}),
            "page_obj": page,
            "rows": rows,
            "kinds": kinds,
            "kinds_left_out": len(form.kinds) - len(kinds),
            "one": form.one,
            "counts": counts,
            "can_note": any(row.can_edit for row in rows),
            "any_groups": bool(total) or form.groups.exists(),
            "show_lio": "lio" in form.fields,
            "ready": FORMATS.get(ready := request.GET.get("ready", "")),
            "ready_url": reverse("papers_export", query=query_of(request, format=ready)),
        },
    )


@require_safe
@case_readers_only
def papers_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """The filtered papers as CSV or XLSX, one a row. Asks for a fresh proof and leaves a trace."""
    kind = request.GET.get("format", "")
    if kind not in FORMATS:
        return HttpResponseBadRequest("Choose csv or xlsx as the format.")
    if (
        proof := to_proof(request, reverse("papers_matrix", query=query_of(request, ready=kind)))
    ) is not None:
        return proof
    form = _form(request)
    groups = form.apply()
    trail.record(
        "papers exported",
        request.user,
        by=request.user,
        format=kind,
        groups=groups.count(),
        filters=sorted(form.chosen),
    )
    rows = table_rows(groups, form.kinds, form.chosen.get("state", ""), form.day)
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            csv_lines(HEADER, rows), content_type="text/csv; charset=utf-8"
        )
    else:
        file = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115  the response closes it
        write_xlsx(file, [sheet(rows)])
        file.seek(0)
        response = FileResponse(
            file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response["Content-Disposition"] = f'attachment; filename="papers-{form.day:%Y-%m-%d}.{kind}"'
    return response
