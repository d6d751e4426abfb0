"""A manager's saved views of the county report: the list, a new one, another name, deleting."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, managers_only
from readiness.models import SavedView, ScheduledReport
from readiness.reports.forms import CountyForm
from readiness.reports.saved_views import ViewRefused, delete_view, rename_view, save_view
from readiness.reports.schedules import last_runs

FORM = ["GET", "HEAD", "POST"]


class NameForm(forms.Form):
    """The name of a view."""

    name = forms.CharField(max_length=80, help_text="For example, Derby, each quarter")


class SaveForm(NameForm):
    """A view to be kept: its name, and whether it keeps its days."""

    days = forms.ChoiceField(
        label="Which days should it show?",
        choices=[
            ("today", "The day I open it, compared with a year before"),
            ("keep", "Always the same days"),
        ],
        initial="today",
        widget=forms.RadioSelect,
    )
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    client_id = forms.UUIDField(widget=forms.HiddenInput)


def _own(request: HttpRequest, pk: int) -> SavedView:
    """One's own view. Raises Http404 for anybody else's."""
    return get_object_or_404(SavedView, pk=pk, owner=request.user)


@require_safe
@managers_only
def saved_views(request: AuthenticatedRequest) -> HttpResponse:
    """One's own views, and those that come by mail."""
    schedules = list(ScheduledReport.objects.filter(owner=request.user).select_related("view"))
    runs = last_runs(schedules)
    return render(
        request,
        "county/views.html",
        {
            "views": list(SavedView.objects.filter(owner=request.user)),
            "schedules": [(schedule, runs.get(schedule.pk)) for schedule in schedules],
        },
    )


@require_http_methods(FORM)
@managers_only
def saved_view_new(request: AuthenticatedRequest) -> HttpResponse:
    """Names the filters of the address and keeps them."""
    if request.method == "POST":
        form = SaveForm(request.POST)
        query = request.POST.get("query", "")
        if form.is_valid():
            data = form.cleaned_data
            try:
                view = save_view(
                    name=data["name"],
                    query=data["query"],
                    keep_days=data["days"] == "keep",
                    client_id=data["client_id"],
                    by=request.user,
                )
            except ViewRefused as fault:
                form.add_error("name", str(fault))
            else:
                messages.success(request, f"Saved as “{view.name}”.")
                return redirect(_address(view))
    else:
        query = request.GET.urlencode()
        form = SaveForm(initial={"query": query, "client_id": uuid4()})
    filters = CountyForm(QueryDict(query), user=request.user)
    filters.is_valid()
    return render(
        request,
        "county/view_new.html",
        {"form": form, "choice": filters.choice, "back": f"{reverse('county')}?{filters.choice.query}"},
        status=422 if form.errors else 200,
    )


@require_http_methods(FORM)
@managers_only
def saved_view_rename(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Another name for one's own view."""
    view = _own(request, pk)
    form = NameForm(request.POST or None, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(view=view, name=form.cleaned_data["name"], by=request.user)
        except ViewRefused as fault:
            form.add_error("name", str(fault))
        else:
            messages.success(request, f"It is called “{view.name}” now.")
            return redirect("saved_views")
    return render(
        request,
        "county/view_rename.html",
        {"form": form, "view": _own(request, pk)},
        status=422 if form.errors else 200,
    )


@require_http_methods(FORM)
@managers_only
def saved_view_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Deletes one's own view, once the page has been answered."""
    view = _own(request, pk)
    if request.method == "POST":
        delete_view(view=view, by=request.user)
        messages.success(request, f"“{view.name}” is deleted.")
        return redirect("saved_views")
    return render(request, "county/view_delete.html", {"view": view})


def _address(view: SavedView) -> str:
    """Where a view is seen."""
    return f"{reverse('county')}?{view.query}" if view.query else reverse("county")
