"""One's own jobs: the list, one that can be watched, its file, and cancelling, trying again, deleting."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import trail
from groups.access import AuthenticatedRequest
from groups.jobs import presence
from groups.jobs.kinds import Params, kind_of
from groups.jobs.queue import JobRefused, cancel_job, delete_job, queue_job, retry_job
from groups.jobs.sweeping import sweep_of
from groups.models import Job
from groups.sign_in import to_proof
from toolkit_portal.core.kept_files import DamagedFile, harmless, parts_of

PER_PAGE = 20
WATCH = "watch"


def start_job(
    request: AuthenticatedRequest, *, kind: str, params: Params, title: str, client_id: UUID, back: str
) -> HttpResponse:
    """Queues a job for whoever asks and leads to its page: what the pages of other apps end with.

    back: the address to come back to, where the kind asks for a fresh proof first and where the job is refused.
    """
    known = kind_of(kind)
    if known is not None and known.needs_proof and (proof := to_proof(request, back)) is not None:
        return proof
    try:
        job = queue_job(kind=kind, by=request.user, params=params, title=title, client_id=client_id)
    except JobRefused as fault:
        messages.error(request, str(fault))
        return redirect(back)
    return redirect("job", pk=job.pk)


def _job(request: AuthenticatedRequest, pk: int) -> Job:
    """One's own job. Raises Http404 for anybody else's, administrators among them."""
    return get_object_or_404(Job.objects.of(request.user), pk=pk)


@require_safe
def jobs(request: AuthenticatedRequest) -> HttpResponse:
    """Files that are being made for this person and those that are kept, newest first."""
    sweep_of(request.user)
    own = Job.objects.of(request.user)
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    waits = any(job.state == Job.State.QUEUED for job in page.object_list)
    return render(
        request, "jobs/list.html", {"page_obj": page, "nobody_works": waits and not presence.is_there()}
    )


@require_safe
def job(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One job. While it isn't finished the page asks again by itself, with scripts for the changing part only."""
    sweep_of(request.user)
    found = _job(request, pk)
    # Set by django-htmx, which a test's or a program's request has no need of.
    part = bool(getattr(request, "htmx", False))
    return render(request, "jobs/state.html" if part else "jobs/job.html", _shown(request, found))


def _shown(request: AuthenticatedRequest, found: Job) -> dict[str, Any]:
    kind = kind_of(found.kind)
    waits = found.state == Job.State.QUEUED
    return {
        "job": found,
        "may": kind is not None and kind.may(request.user, found.params),
        "nobody_works": waits and not presence.is_there(),
        "watch_url": f"{reverse('job', args=[found.pk])}?{WATCH}=1",
        # A file is fetched or sent; a job that makes none, such as an import, has counts alone.
        "report": list(found.report.items()),
        "ways": list(kind.ways(found.params)) if kind is not None else [],
    }


@require_safe
def job_file(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The file, to be saved. Rights are judged anew; what asks for a proof leads back to the job's page after it."""
    found = _job(request, pk)
    kind = kind_of(found.kind)
    if kind is None or not found.has_file:
        raise Http404("There is no file.")
    if not kind.may(request.user, found.params):
        raise PermissionDenied("You may no longer have this file.")
    if kind.needs_proof and (proof := to_proof(request, reverse("job", args=[found.pk]))) is not None:
        return proof
    try:
        parts = parts_of(str(found.file), found.sha256)
    except DamagedFile:
        return render(request, "jobs/damaged.html", {"job": found}, status=500)
    trail.record("job downloaded", found, by=request.user, kind=found.kind)
    response = StreamingHttpResponse(parts, content_type=found.content_type)
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
    return harmless(response)


@require_POST
def job_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Cancels what waits or is being made."""
    found = _job(request, pk)
    if cancel_job(job=found, by=request.user):
        messages.success(request, "Cancelled.")
    else:
        messages.info(request, "It was finished already.")
    return redirect("job", pk=pk)


@require_POST
def job_retry(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Queues again what wasn't made."""
    found = _job(request, pk)
    kind = kind_of(found.kind)
    here = reverse("job", args=[found.pk])
    if kind is not None and kind.needs_proof and (proof := to_proof(request, here)) is not None:
        return proof
    try:
        retry_job(job=found, by=request.user)
    except JobRefused as fault:
        messages.error(request, str(fault))
    return redirect(here)


@require_http_methods(["GET", "HEAD", "POST"])
def job_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a finished job with its file."""
    found = _job(request, pk)
    if not found.is_finished:
        messages.error(request, "Cancel it first: it isn’t finished.")
        return redirect("job", pk=pk)
    if request.method == "POST":
        try:
            delete_job(job=found)
        except OSError:
            messages.error(request, "The file can’t be deleted now. Try again later.")
            return redirect("job", pk=pk)
        messages.success(request, "Deleted.")
        return redirect("jobs")
    return render(request, "jobs/delete.html", {"job": found})
