"""The county report as a file: each button of its page begins a job that makes one."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from groups.access import AuthenticatedRequest, managers_only
from groups.views.jobs import start_job
from readiness.reports.files import FORMATS
from readiness.reports.forms import CountyForm
from readiness.reports.jobs import KIND, params_of, title_of

QUERY = 1000


class MakeForm(forms.Form):
    """What one button sends: the format, the filter and days of the page, and the form's id."""

    format = forms.ChoiceField(choices=[(key, format.offer) for key, format in FORMATS.items()])
    query = forms.CharField(required=False, max_length=QUERY)
    client_id = forms.UUIDField()


def offers() -> list[tuple[str, str, UUID]]:
    """Key, words and form id of each button."""
    return [(key, format.offer, uuid4()) for key, format in FORMATS.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def report_make(request: AuthenticatedRequest) -> HttpResponse:
    """Has the file made and leads to its job. Asked for by link, such as after the password, it has one button."""
    if request.method == "POST":
        sent = MakeForm(request.POST)
        if not sent.is_valid():
            messages.error(request, "Choose one of the files below.")
            return redirect("county")
        data = sent.cleaned_data
        key, query, client_id = data["format"], data["query"], data["client_id"]
    else:
        asked = request.GET.copy()
        key, query, client_id = asked.pop("format", [""])[-1], asked.urlencode(), uuid4()
    form = CountyForm(QueryDict(query), user=request.user)
    if not form.is_valid() or key not in FORMATS:
        messages.error(request, "These filters don’t fit any more. Choose them again, then the file.")
        return redirect("county")
    choice = form.choice
    if request.method == "POST":
        return start_job(
            request,
            kind=KIND,
            params=params_of(choice, key),
            title=title_of(choice, key),
            client_id=client_id,
            # A form isn't sent again after the password, so the way leads to one button.
            back=f"{reverse('county_report_make')}?{choice.query}&{urlencode({'format': key})}",
        )
    return render(
        request,
        "county/report_make.html",
        {"choice": choice, "key": key, "offer": FORMATS[key].offer, "client_id": client_id},
    )
