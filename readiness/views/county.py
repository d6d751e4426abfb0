"""The county report as a page: words first, then figures, map, tables, each number leading to its groups."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from groups.access import AuthenticatedRequest, managers_only
from groups.models import CommunityGroup
from readiness.models import SavedView
from readiness.reports import page
from readiness.reports.choice import ReportChoice
from readiness.reports.collect import collect
from readiness.reports.forms import CountyForm
from readiness.reports.values import CountyReport
from readiness.route_keeping import settle_due
from readiness.views.report_files import offers

# What the list of groups takes and the report doesn't: addresses of the time when they were one page.
OF_THE_LIST = ("q", "band", "status", "sort", "page")


@require_safe
@managers_only
def county_page(request: AuthenticatedRequest) -> HttpResponse:
    """The report. Where something in the filter is wrong it says so, with 422, and shows what the rest asks for."""
    if any(name in request.GET for name in OF_THE_LIST):
        return redirect(reverse("county_groups", query=request.GET))
    visible = CommunityGroup.objects.visible_to(request.user)
    settle_due(visible)
    form = CountyForm(request.GET, user=request.user)
    wrong = not form.is_valid()
    choice = form.choice
    report = collect(choice, by=request.user, lists=form.lists)
    return render(
        request,
        "county/county.html",
        {
            "form": form,
            "choice": choice,
            "active": len(choice.words),
            "need_query": _need_query(choice),
            "views": list(SavedView.objects.filter(owner=request.user)),
            "today": timezone.localdate(),
            "offers": offers(),
            "on_paper": request.GET.get("paper") == "1",
            **shown(report, form, request.GET.get("map", "")),
        },
        status=422 if wrong else 200,
    )


def _need_query(choice: ReportChoice) -> str:
    """The choice as the filter of the pages on unmet need, as far as they have it."""
    records = {name: getattr(choice, name) for name in ("lio", "district", "community")}
    kept = {name: str(record.pk) for name, record in records.items() if record is not None}
    return urlencode({**kept, "end": f"{choice.as_at:%d/%m/%Y}"})


def shown(report: CountyReport, form: CountyForm, tone_by: str) -> dict[str, Any]:
    """The report in words, links and drawings, for the template."""
    base = reverse("county_groups")
    codes = {str(district.pk): district.gss_code for district in form.districts}
    districts = report.table("districts")
    summary = report.table(page.SUMMARY)
    tables = page.shown_tables(report, base, codes, tone_by)
    # Nobody at all, of whatever status.
    is_empty = not any(row.cells[0].value for row in summary.rows[:3])
    if is_empty:
        # Where no group works, who lives there and what they lack is worth all the more.
        tables = [table for table in tables if form.choice.words and table["key"] in page.NOT_OF_GROUPS]
    return {
        "report": report,
        "base": base,
        "figures": page.figures(summary, base),
        "summary": summary,
        "tables": tables,
        "tones": page.tones(districts),
        "tone": page.toned_by(districts, tone_by),
        "is_empty": is_empty,
    }
