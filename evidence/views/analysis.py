"""The analysis page: unmet need added up within a filter that lives in the URL, and its tables as CSV."""

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evidence.analysis import DIMENSIONS, MEASURES, analyse, cross_table, csv_rows
from evidence.filters import EvidenceFilterForm, lists_of
from evidence.models import Evidence
from groups import trail
from groups.access import AuthenticatedRequest, case_readers_only
from toolkit_portal.core.spreadsheets import csv_lines


def _chosen(request: AuthenticatedRequest) -> tuple[EvidenceFilterForm, Any, Any]:
    """The filter, all records the person may see, and those that fit; None where nothing is filtered."""
    form = EvidenceFilterForm(request.GET, user=request.user)
    scope = Evidence.objects.visible_to(request.user)
    return form, scope, form.apply(scope) if form.chosen else None


@require_safe
@case_readers_only
def evidence_analysis(request: AuthenticatedRequest) -> HttpResponse:
    """Need by service and district, community, barrier, provider, over time. At most 20 queries."""
    form, scope, chosen = _chosen(request)
    measure = request.GET.get("measure", "")
    measure = measure if measure in MEASURES else "people"
    lists = lists_of(
        form, service_area="service_area", district="district", community="community", barrier="barrier"
    )
    found = analyse(scope, chosen, measure, lists)
    return render(
        request,
        "evidence/analysis.html",
        {
            "tab": "analysis",
            "form": form,
            "active": len(form.chosen),
            "analysis": found,
            "measure": measure,
            "measures": MEASURES,
            "measure_words": MEASURES[measure],
            # For the form that downloads a table within the same filter.
            "kept": [(name, request.GET[name]) for name in form.chosen],
            "dimensions": DIMENSIONS,
            "has_records": found.total.value != 0,
        },
    )


@require_safe
@case_readers_only
def evidence_table_csv(request: AuthenticatedRequest) -> HttpResponse:
    """Two things crossed, as a CSV. What is hidden on the page is hidden here."""
    rows, columns, measure = (request.GET.get(name, "") for name in ("rows", "columns", "measure"))
    if rows not in DIMENSIONS or columns not in DIMENSIONS or rows == columns or measure not in MEASURES:
        return HttpResponseBadRequest(
            "Choose two different things for rows and columns, and people or records."
        )
    form, scope, chosen = _chosen(request)
    header, lines = csv_rows(cross_table(scope, chosen, rows, columns, measure))
    trail.record(
        "evidence table exported",
        request.user,
        by=request.user,
        rows=rows,
        columns=columns,
        filters=sorted(form.chosen),
    )
    response = HttpResponse(
        "".join(csv_lines(header, lines, bom=True)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="unmet-need-{rows}-by-{columns}.csv"'
    return response
