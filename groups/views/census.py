"""Administrators' pages for census tables: which there are, a new one looked at before it counts, removal."""

from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from groups import census_tables
from groups.access import AuthenticatedRequest, administrators_only
from groups.forms.census import CensusForm
from groups.models import CensusTable
from toolkit_portal.core.spreadsheets import TableError


@require_safe
@administrators_only
def census(request: AuthenticatedRequest) -> HttpResponse:
    """All tables, and files that somebody has handed in and not loaded yet."""
    tables = list(CensusTable.objects.select_related("loaded_by"))
    return render(
        request,
        "administration/census.html",
        {
            "tables": [table for table in tables if table.is_confirmed],
            "waiting": [table for table in tables if not table.is_confirmed],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def census_add(request: AuthenticatedRequest) -> HttpResponse:
    """Reads a file; what it holds is looked at before it counts."""
    is_sent = request.method == "POST"
    form = CensusForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    faults: tuple[str, ...] = ()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found, digest = census_tables.read_file(file, filename=file.name, year=form.cleaned_data["year"])
            table = census_tables.keep(census=found, sha256=digest, by=request.user)
        except TableError as fault:
            faults = getattr(fault, "faults", ())
            form.add_error(
                "file", str(fault) if len(faults) < 2 else "The table has faults. They stand below."
            )
        else:
            if table.is_confirmed:
                messages.info(request, "This file is loaded already. Nothing has changed.")
            for note in found.notes:
                messages.info(request, note)
            return redirect("admin_census_table", pk=table.pk)
    return render(
        request,
        "administration/census_form.html",
        {"form": form, "faults": faults if len(faults) > 1 else ()},
        status=422 if form.is_bound and form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def census_table(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What was understood of a table; confirming makes it count."""
    table = get_object_or_404(CensusTable.objects.select_related("loaded_by"), pk=pk)
    if request.method == "POST":
        done = census_tables.confirm(table=table, by=request.user)
        messages.success(
            request,
            f"Loaded {done}. Reports use it from now on."
            if done.is_current
            else f"Loaded {done}. Reports as at today use a newer one.",
        )
        return redirect("admin_census")
    areas = (
        table.figures.order_by().values("gss_code", "area").annotate(people=Sum("people")).order_by("area")
    )
    categories: Any = (
        table.figures.order_by()
        .values("category", "community__label")
        .annotate(people=Sum("people"))
        .order_by("-people", "category")
    )
    near = dict(census_tables.unmatched(table))
    return render(
        request,
        "administration/census_table.html",
        {
            "table": table,
            "areas": areas,
            "missing": census_tables.missing(table),
            "categories": [{**line, "near": near.get(line["category"], "")} for line in categories],
            "unmatched": len(near),
            "is_of_groups": table.topic == CensusTable.Topic.ETHNIC_GROUP,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def census_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then removes a table and its figures."""
    table = get_object_or_404(CensusTable, pk=pk)
    if request.method == "POST":
        name = str(table)
        census_tables.remove(table=table, by=request.user)
        messages.success(request, f"{name} is gone.")
        return redirect("admin_census")
    older = (
        CensusTable.objects.filter(topic=table.topic, confirmed_at__isnull=False).exclude(pk=table.pk).first()
    )
    return render(request, "administration/census_remove.html", {"table": table, "other": older})
