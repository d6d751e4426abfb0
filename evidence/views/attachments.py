"""Files of a record: added, downloaded, deleted. A file is always saved, never opened, by the browser."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import get_editable_record, get_record
from evidence.attachments import (
    MOST_FILES,
    attach,
    content_of,
    detach,
    made_before,
    thumbnail_of,
)
from evidence.forms.attachments import AttachmentForm
from evidence.models import Attachment, Evidence
from groups.access import AuthenticatedRequest
from toolkit_portal.core.attachment_files import TYPES, prepare
from toolkit_portal.core.form_ids import form_id, to_new_form
from toolkit_portal.core.kept_files import DamagedFile, harmless, id_of_file
from toolkit_portal.core.uploads import UploadError


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Several files at once; those that can be taken are, the others are named with what is wrong."""
    record = get_editable_record(request, pk)
    if (new := to_new_form(request)) is not None:
        return new
    form = AttachmentForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"client_id": form_id(request) or uuid4()},
    )
    stored: list[Attachment] = []
    if form.is_valid():
        stored = _take(request, record, form)
        if not form.errors:
            was = (
                " The record is a draft again until a colleague has reviewed it."
                if record.is_reviewed
                else ""
            )
            messages.success(request, f"{_files(len(stored))} added.{was}")
            return redirect("evidence_detail", pk=pk)
    return render(
        request,
        "evidence/attachment_form.html",
        {"tab": "records", "record": record, "form": form, "stored": stored, "most_files": MOST_FILES},
        status=422 if form.is_bound else 200,
    )


def _take(request: AuthenticatedRequest, record: Evidence, form: AttachmentForm) -> list[Attachment]:
    """Stores what can be stored; the rest becomes errors of the form."""
    data = form.cleaned_data
    sent = data["client_id"] or form_id(request) or uuid4()
    stored: list[Attachment] = []
    for file in data["chosen"]:
        client_id = id_of_file(sent, record.pk, file)
        try:
            made = made_before(record, client_id) or attach(
                record=record,
                by=request.user,
                prepared=prepare(file, file.name),
                client_id=client_id,
                description=data["description"],
            )
        except UploadError as fault:
            form.add_error("chosen", f"{file.name}: {fault}")
        else:
            stored.append(made)
    return stored


def _files(number: int) -> str:
    return "The file is" if number == 1 else f"{number} files are"


def _attachment(request: HttpRequest, pk: int) -> Attachment:
    """The file of a record that this person may read. Raises Http404."""
    attachment = get_object_or_404(Attachment.objects.all(), pk=pk)
    attachment.record = get_record(request, attachment.record_id)
    return attachment


@require_safe
def attachment_file(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The file as it was stored, to be saved."""
    attachment = _attachment(request, pk)
    try:
        content = content_of(attachment, by=request.user)
    except DamagedFile:
        return render(
            request,
            "evidence/attachment_damaged.html",
            {"tab": "records", "record": attachment.record, "attachment": attachment},
            status=500,
        )
    response = StreamingHttpResponse(content, content_type=TYPES[attachment.kind])
    response["Content-Length"] = str(attachment.size)
    response["Content-Disposition"] = content_disposition_header(True, attachment.filename) or "attachment"
    return harmless(response)


@require_safe
def attachment_thumbnail(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The small picture, which the portal has drawn itself."""
    attachment = _attachment(request, pk)
    try:
        content = thumbnail_of(attachment)
    except DamagedFile:
        raise Http404("There is no picture.") from None
    kind = "jpeg" if content.startswith(b"\xff\xd8") else "png"
    return harmless(HttpResponse(content, content_type=f"image/{kind}"))


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a file."""
    attachment = _attachment(request, pk)
    record = get_editable_record(request, attachment.record_id)
    if request.method == "POST":
        detach(attachment=attachment, by=request.user)
        messages.success(request, "The file is deleted.")
        return redirect("evidence_detail", pk=record.pk)
    return render(
        request,
        "evidence/attachment_delete.html",
        {"tab": "records", "record": record, "attachment": attachment},
    )
