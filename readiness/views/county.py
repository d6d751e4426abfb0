"""The manager's county page and its exports: the same groups and figures on page, CSV and XLSX."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypedDict

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from groups import trail
from groups.access import AuthenticatedRequest, managers_only
from groups.models import CommunityGroup
from groups.sign_in import to_proof
from readiness import county, scoring
from readiness.county_files import csv_stream, xlsx_file
from readiness.filters import StandingFilterForm
from readiness.models import Assessment, Edition
from readiness.route_keeping import settle_due

PER_PAGE = 50
FORMATS = {"xlsx": "Excel (XLSX)", "csv": "CSV"}
SORTS: dict[str, tuple[str, list[Any]]] = {
    "name": ("Name", ["name_key", "pk"]),
    "lio": ("LIO", ["lio__name", "name_key", "pk"]),
    "-score": ("Score, highest first", [F("overall").desc(nulls_last=True), "name_key", "pk"]),
    "score": ("Score, lowest first", [F("overall").asc(nulls_first=True), "name_key", "pk"]),
    "seen": ("Longest unseen first", [F("last_visit").asc(nulls_first=True), "name_key", "pk"]),
}


class CountyForm(StandingFilterForm):
    """The filter of the county page, kept in the URL."""

    sort = forms.ChoiceField(
        label="Order", choices=[(key, label) for key, (label, _) in SORTS.items()], required=False
    )

    def ordered(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """The groups that fit, with last visit, plan state and overall score, in the chosen order."""
        groups = county.with_state(self.apply(groups)).annotate(overall=county.overall_of_group())
        return groups.order_by(*SORTS[str(self.chosen.get("sort") or "name")][1])


class ShownLine(TypedDict):
    """A county line in words, with its state.

    Formatting in Python costs a third of filters in the template, which finds a dictionary's values soonest.
    """

    url: str
    group: str
    lio: str
    districts: str
    kind: str
    status: str
    themes: tuple[tuple[str, str], ...]
    is_quiet: bool
    overall: str
    band: str
    assessed_on: str
    last_visit: str
    plan: str
    route: str


def _form(request: HttpRequest) -> tuple[CountyForm, Edition | None]:
    edition = Edition.objects.filter(is_current=True).first()
    bands, routes = (edition.band_names, edition.route_titles) if edition else ([], {})
    return CountyForm(request.GET, user=request.user, bands=bands, routes=routes), edition


@require_GET
@managers_only
def county_page(request: AuthenticatedRequest) -> HttpResponse:
    """Every group with where it stands, and the averages per criterion of what is filtered."""
    form, edition = _form(request)
    settle_due(CommunityGroup.objects.visible_to(request.user))
    groups = form.ordered(CommunityGroup.objects.visible_to(request.user))
    routes = dict(
        CommunityGroup.objects.filter(pk__in=groups.order_by().values("pk"))
        .order_by()
        .values("route__route")
        .annotate(number=Count("pk"))
        .values_list("route__route", "number")
    )
    paginator = Paginator(groups, PER_PAGE)
    # Every group is at one of the routes or at none, so that they needn't be counted once more.
    paginator.count = sum(routes.values())
    page = paginator.get_page(request.GET.get("page"))
    here = list(
        page.object_list.values_list("pk", "last_visit", "actions", "open_actions", "issued", "route__route")
    )
    state = {pk: rest for pk, *rest in here}
    order = {pk: place for place, pk in enumerate(state)}
    found = sorted(
        county.lines(CommunityGroup.objects.filter(pk__in=list(state))), key=lambda line: order[line.pk]
    )
    themes = list(edition.themes.values_list("code", "title")) if edition else []
    bands = dict(
        Assessment.objects.filter(is_latest=True, group__in=groups.order_by().values("pk"))
        .order_by()
        .values("band")
        .annotate(number=Count("pk"))
        .values_list("band", "number")
    )
    total = page.paginator.count
    names, titles = (edition.band_names, edition.route_titles) if edition else ([], {})
    return render(
        request,
        "county/county.html",
        {
            "form": form,
            "active": len([name for name in form.chosen if name not in {"sort", "q"}]),
            "page_obj": page,
            "lines": [line_shown(line, state[line.pk], themes, titles) for line in found],
            "themes": themes,
            "averages": county.averages(groups, edition) if edition else [],
            "bands": [(name, bands.get(name, 0)) for name in names],
            "routes": [(key, title, routes.get(key, 0)) for key, title in titles.items()],
            "assessed": sum(bands.values()),
            "not_assessed": total - sum(bands.values()),
            "total": total,
            "today": timezone.localdate(),
            "edition": edition,
            "ready": FORMATS.get(ready := request.GET.get("ready", "")),
            "ready_url": reverse("county_export", query=_query(request, format=ready)),
        },
    )


def _query(request: HttpRequest, **also: str) -> QueryDict:
    """The filter of the address, without what belongs to one page or one download, and something more."""
    query = request.GET.copy()
    for name in ("page", "format", "ready"):
        query.pop(name, None)
    query.update(also)
    return query


def line_shown(
    line: county.CountyLine, state: list[Any], themes: list[tuple[str, str]], routes: Mapping[str, str]
) -> ShownLine:
    """A county line in words. state: last visit, number of actions, of open ones, newest issued version, route."""
    last_visit, actions, open_actions, issued, route = state
    plan = ", ".join(
        words
        for words in (
            f"version {issued}" if issued else "not issued" if actions else "none",
            f"{open_actions} open" if open_actions else "all done" if actions else "",
        )
        if words
    )
    return ShownLine(
        url=reverse("case", args=[line.pk]),
        group=line.group,
        lio=line.lio,
        districts=", ".join(line.districts),
        kind=line.kind,
        status=line.status,
        themes=tuple((code, _whole(line.theme_scores.get(code))) for code, _ in themes),
        is_quiet=line.status != CommunityGroup.Status.ACTIVE.label,
        overall=_whole(line.overall),
        band=line.band,
        assessed_on=f"{line.assessed_on:%-d %B %Y}" if line.assessed_on else "",
        last_visit=f"{last_visit:%-d %B %Y}" if last_visit else "",
        plan=plan,
        route=routes.get(route or "", ""),
    )


def _whole(score: Fraction | None) -> str:
    return "" if score is None else str(scoring.shown(score))


@require_GET
@managers_only
def county_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """The filtered groups as CSV or XLSX, all pages of them. Leaves a trace of who, when and how many.

    Where the last proof of who is there is too old, the way leads by the password to the county page with the file
    ready: straight to the file would leave the browser on the password's form.
    """
    kind = request.GET.get("format", "")
    if kind not in FORMATS:
        return HttpResponseBadRequest("Choose csv or xlsx as the format.")
    if (proof := to_proof(request, reverse("county", query=_query(request, ready=kind)))) is not None:
        return proof
    form, _ = _form(request)
    groups = form.ordered(CommunityGroup.objects.visible_to(request.user))
    trail.record(
        "county exported",
        request.user,
        by=request.user,
        format=kind,
        groups=groups.count(),
        filters=sorted(form.chosen),
    )
    name = f"county-readiness-{timezone.localdate():%Y-%m-%d}.{kind}"
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            csv_stream(groups), content_type="text/csv; charset=utf-8"
        )
    else:
        response = FileResponse(
            xlsx_file(groups),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
