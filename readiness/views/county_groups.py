"""The list of groups behind a number of the report, or of all groups, and the list as a file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from groups import trail
from groups.access import AuthenticatedRequest, managers_only
from groups.filters import query_of
from groups.models import CommunityGroup, CredentialKind
from groups.sign_in import to_proof
from readiness import county
from readiness.county_files import csv_stream, xlsx_file
from readiness.models import Assessment
from readiness.reports.forms import GroupsForm
from readiness.reports.group_lines import group_lines
from readiness.reports.said import Labels, list_in_words
from readiness.route_keeping import settle_due

PER_PAGE = 50
FORMATS = {"xlsx": "Excel (XLSX)", "csv": "CSV"}


@require_safe
@managers_only
def county_groups(request: AuthenticatedRequest) -> HttpResponse:
    """The groups that a number has counted, or all that fit the filter, with where each stood on both days.

    The list of today has figures above it and the averages per criterion below. Wrong days are said, with 422.
    """
    form = GroupsForm(request.GET, user=request.user)
    wrong = not form.is_valid()
    if form.is_plain:
        settle_due(CommunityGroup.objects.visible_to(request.user))
    groups = form.groups()
    choice, edition = form.choice, form.edition
    figures = _figures(groups, form) if form.is_plain else {}
    paginator = Paginator(form.ordered(groups), PER_PAGE)
    if form.is_plain:
        # Every group is at one of the routes or at none, so that they needn't be counted once more.
        paginator.count = figures["total"]
    found = paginator.get_page(request.GET.get("page"))
    themes = list(edition.themes.values_list("code", "title")) if edition else []
    ready = request.GET.get("ready", "")
    return render(
        request,
        "county/groups.html",
        {
            "form": form,
            "choice": choice,
            "words": list_in_words(
                choice, form.which, _labels(form), form.cleaned_data.get("q") or "", timezone.localdate()
            ),
            "active": len(form.narrowing),
            "kept": [(name, getattr(form.counted, name)) for name in form.kept],
            "page_obj": found,
            "lines": group_lines(found.object_list, choice, themes, form.routes),
            "themes": themes,
            "edition": edition,
            "total": paginator.count,
            "is_today": choice.as_at >= timezone.localdate(),
            "report_query": choice.query,
            "ready": FORMATS.get(ready),
            "ready_url": reverse("county_export", query=query_of(request, format=ready)),
            **figures,
        },
        status=422 if wrong else 200,
    )


def _figures(groups: QuerySet[CommunityGroup], form: GroupsForm) -> dict[str, Any]:
    """How many of these groups are in each band and at each route, and the averages. Four queries."""
    scope = CommunityGroup.objects.filter(pk__in=groups.order_by().values("pk")).order_by()
    routes = dict(
        scope.values("route__route").annotate(number=Count("pk")).values_list("route__route", "number")
    )
    bands = dict(
        Assessment.objects.filter(is_latest=True, group__in=groups.order_by().values("pk"))
        .order_by()
        .values("band")
        .annotate(number=Count("pk"))
        .values_list("band", "number")
    )
    total, assessed = sum(routes.values()), sum(bands.values())
    return {
        "total": total,
        "assessed": assessed,
        "not_assessed": total - assessed,
        "bands": [(name, bands.get(name, 0)) for name in form.bands],
        "routes": [(key, title, routes.get(key, 0)) for key, title in form.routes.items()],
        "averages": county.averages(groups, form.edition) if form.edition else [],
    }


def _labels(form: GroupsForm) -> Labels:
    """Names of what is asked; that of a paper takes a query where one is."""
    paper = form.counted.paper
    fields: Any = form.fields
    return Labels(
        lios={lio.pk: str(lio) for lio in fields["lio"].records},
        districts={district.pk: str(district) for district in form.districts},
        communities={community.pk: str(community) for community in fields["community"].records},
        routes=form.routes,
        papers=dict(CredentialKind.objects.filter(key=paper).values_list("key", "label")) if paper else {},
    )


@require_safe
@managers_only
def county_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """The list as CSV or XLSX, all pages of it. Leaves a trace of who, when and how many.

    Where the last proof of who is there is too old, the way leads by the password to the list with the file ready:
    straight to the file would leave the browser on the password's form.
    """
    kind = request.GET.get("format", "")
    if kind not in FORMATS:
        return HttpResponseBadRequest("Choose csv or xlsx as the format.")
    form = GroupsForm(request.GET, user=request.user)
    if not form.is_valid():
        return HttpResponseBadRequest(
            "Give the days as_at and compare as 2026-03-31, both past, compare first."
        )
    if (
        proof := to_proof(request, reverse("county_groups", query=query_of(request, ready=kind)))
    ) is not None:
        return proof
    groups, day = form.ordered(form.groups()), form.choice.as_at
    trail.record(
        "county exported",
        request.user,
        by=request.user,
        format=kind,
        groups=groups.count(),
        filters=sorted([*form.chosen, *form.kept]),
    )
    name = f"county-readiness-{day:%Y-%m-%d}.{kind}"
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            csv_stream(groups, as_at=day), content_type="text/csv; charset=utf-8"
        )
    else:
        response = FileResponse(
            xlsx_file(groups, as_at=day),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
