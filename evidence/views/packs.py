"""The page of a group's tender pack: what goes in, what is missing, and having it made."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evidence.forms.packs import PackForm
from evidence.pack_jobs import KIND
from evidence.packs import lines_of
from groups.access import AuthenticatedRequest, can_edit, get_group
from groups.views.jobs import start_job


@require_http_methods(["GET", "HEAD", "POST"])
def tender_pack(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Papers to choose from and those that are missing, by name; sending it queues the job."""
    group = get_group(request, pk)
    lines = lines_of(group, timezone.localdate())
    kept = PackForm.kept(request.GET)
    form = PackForm(
        request.POST if request.method == "POST" else None,
        lines=lines,
        initial={"client_id": uuid4(), **kept},
    )
    if form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        return start_job(
            request,
            kind=KIND,
            params={
                "group": group.pk,
                "files": sorted(data["papers"]),
                "profile": data["profile"],
                "portfolio": data["portfolio"],
            },
            title=f"Tender pack of {group}",
            client_id=data["client_id"] or uuid4(),
            # Whoever has to give the password first finds the same things ticked.
            back=reverse("tender_pack", args=[pk], query=form.choice()),
        )
    return render(
        request,
        "packs/pack.html",
        {
            "group": group,
            "can_edit": can_edit(request, group),
            "tab": "papers",
            "form": form,
            "left_out": [line for line in lines if not line.can_go],
            "can_go": sum(line.can_go for line in lines),
            "is_kept": bool(kept),
        },
        status=422 if form.is_bound else 200,
    )
