"""A manager's reports by mail: a saved view sent every month or quarter, paused, resumed, stopped."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from groups.access import AuthenticatedRequest, managers_only
from readiness.models import SavedView, ScheduledReport
from readiness.reports.files import FORMATS
from readiness.reports.periods import ended_before, first_after
from readiness.reports.schedules import (
    ScheduleRefused,
    pause_schedule,
    resume_schedule,
    schedule_report,
    stop_schedule,
)

FORM = ["GET", "HEAD", "POST"]


class ScheduleForm(forms.Form):
    """How often, and as what."""

    every = forms.ChoiceField(
        label="How often?", choices=ScheduledReport.Every.choices, widget=forms.RadioSelect, initial="month"
    )
    format = forms.ChoiceField(
        label="As what?",
        choices=[(key, format.offer) for key, format in FORMATS.items()],
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)


def _own(request: HttpRequest, pk: int) -> ScheduledReport:
    """One's own. Raises Http404 for anybody else's."""
    return get_object_or_404(ScheduledReport.objects.select_related("view"), pk=pk, owner=request.user)


@require_http_methods(FORM)
@managers_only
def scheduled_report_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Has one's own view sent every month or quarter."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    form = ScheduleForm(request.POST if request.method == "POST" else None, initial={"client_id": uuid4()})
    if form.is_valid():
        try:
            schedule = schedule_report(view=view, by=request.user, **form.cleaned_data)
        except ScheduleRefused as fault:
            form.add_error("every", str(fault))
        else:
            messages.success(
                request, f"“{view.name}” comes {schedule.get_every_display().lower()}. {_first(schedule)}"
            )
            return redirect("saved_views")
    today = timezone.localdate()
    return render(
        request,
        "county/schedule_new.html",
        {
            "form": form,
            "view": view,
            "firsts": [
                (words, first_after(today, every), ended_before(first_after(today, every), every))
                for every, words in ScheduledReport.Every.choices
            ],
        },
        status=422 if form.errors else 200,
    )


def _first(schedule: ScheduledReport) -> str:
    return f"The next one is made on {schedule.next_on:%-d %B %Y}."


@require_POST
@managers_only
def scheduled_report_pause(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Sends none until it is resumed."""
    schedule = _own(request, pk)
    pause_schedule(schedule=schedule, by=request.user)
    messages.success(request, f"“{schedule.view.name}” is paused.")
    return redirect("saved_views")


@require_POST
@managers_only
def scheduled_report_resume(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Sends it again, from the next month or quarter on."""
    schedule = _own(request, pk)
    try:
        resume_schedule(schedule=schedule, by=request.user)
    except ScheduleRefused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, f"“{schedule.view.name}” comes again. {_first(_own(request, pk))}")
    return redirect("saved_views")


@require_http_methods(FORM)
@managers_only
def scheduled_report_stop(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then sends it no more."""
    schedule = _own(request, pk)
    if request.method == "POST":
        stop_schedule(schedule=schedule, by=request.user)
        messages.success(request, f"“{schedule.view.name}” is sent no more.")
        return redirect("saved_views")
    return render(request, "county/schedule_stop.html", {"schedule": schedule})
