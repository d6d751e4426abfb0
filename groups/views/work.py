"""A group's pieces of work: the list, a new one, a change, a deletion, and their files."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, can_edit, get_editable_group, get_group
from groups.forms.work import SECTIONS, WorkFileForm, WorkForm, initial_of
from groups.models import CommunityGroup, TrackRecord, TrackRecordFile
from groups.track_records import (
    MOST_FILES,
    ForeignForm,
    StaleWork,
    add_file,
    add_work,
    change_work,
    content_of,
    delete_work,
    remove_file,
)
from toolkit_portal.core.attachment_files import TYPES, prepare
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.kept_files import DamagedFile, harmless, id_of_file
from toolkit_portal.core.uploads import UploadError
from toolkit_portal.core.value_words import value_words

PER_PAGE = 25


def _page(request: HttpRequest, group: CommunityGroup, **more: Any) -> dict[str, Any]:
    return {"group": group, "can_edit": can_edit(request, group), "tab": "papers", **more}


@require_safe
def work_list(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What the group has done before, newest first."""
    group = get_group(request, pk)
    page = Paginator(group.track_records.prefetch_related("services", "files"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    works = [(work, _proofs(work)) for work in page.object_list]
    return render(request, "work/list.html", _page(request, group, page_obj=page, works=works))


def _proofs(work: TrackRecord) -> list[tuple[str, str]]:
    """Code and title of the sections it is proof of."""
    return [(code, SECTIONS.get(code, "")) for code in work.proves]


def _work(request: AuthenticatedRequest, pk: int) -> TrackRecord:
    """The piece of work, to be changed. Raises Http404 and PermissionDenied as get_editable_group does."""
    work = get_object_or_404(TrackRecord, pk=pk)
    work.group = get_editable_group(request, work.group_id)
    return work


@require_http_methods(["GET", "HEAD", "POST"])
def work_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A new piece of work: a short form that opens up."""
    group = get_editable_group(request, pk)
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if request.method != "POST" and sent and group.track_records.filter(client_id=sent).exists():
        messages.info(request, "This piece of work was saved already.")
        return redirect("work_list", pk=pk)
    form = WorkForm(
        request.POST if request.method == "POST" else None, initial={"client_id": sent or uuid4()}
    )
    if form.is_valid():
        try:
            add_work(
                group=group,
                by=request.user,
                client_id=form.cleaned_data["client_id"] or sent or uuid4(),
                **form.content(),
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another group. Nothing is lost: send it once more.")
        else:
            messages.success(
                request, "The piece of work is saved. A letter or photo shows it best: add a file."
            )
            return redirect("work_list", pk=pk)
    return render(
        request, "work/form.html", _page(request, group, form=form), status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def work_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other words or facts. A save over a colleague's change is refused and shows both."""
    work = _work(request, pk)
    differences: list[tuple[str, str, str]] = []
    status = 200
    if request.method == "POST":
        form = WorkForm(request.POST, work=work, initial=initial_of(work))
        status = 422
        if form.is_valid():
            content = form.content()
            try:
                change_work(work=work, by=request.user, version=form.cleaned_data["version"] or 0, **content)
            except StaleWork as stale:
                status = 409
                differences = _differences(form, content, stale.current)
                # Sending it again is a decision made in sight of both.
                send_again(form, version=str(stale.current.version))
            except TrackRecord.DoesNotExist:
                raise Http404("It was deleted in the meantime.") from None
            else:
                messages.success(request, "Saved.")
                return redirect(_place(work))
    else:
        form = WorkForm(work=work, initial=initial_of(work))
    return render(
        request,
        "work/form.html",
        _page(request, work.group, form=form, work=work, differences=differences),
        status=status,
    )


def _place(work: TrackRecord) -> str:
    """Where the piece of work stands in the list."""
    return f"{reverse('work_list', args=[work.group_id])}#work-{work.pk}"


def _differences(form: WorkForm, typed: dict[str, Any], stored: TrackRecord) -> list[tuple[str, str, str]]:
    """Field, what was typed and what is stored now, where the two differ."""
    found = []
    for name, value in typed.items():
        held: Any = list(stored.services.all()) if name == "services" else getattr(stored, name)
        if (set(held) != set(value)) if name == "services" else held != value:
            found.append((str(form.fields[name].label), value_words(value), value_words(held)))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def work_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a piece of work with its files."""
    work = _work(request, pk)
    if request.method == "POST":
        delete_work(work=work)
        messages.success(request, "The piece of work is deleted.")
        return redirect("work_list", pk=work.group_id)
    return render(
        request, "work/delete.html", _page(request, work.group, work=work, files=work.files.count())
    )


@require_http_methods(["GET", "HEAD", "POST"])
def work_file_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A file that shows the work. What can't be taken is refused, with how to put it right."""
    work = _work(request, pk)
    if (new := to_new_form(request)) is not None:
        return new
    form = WorkFileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"client_id": form_id(request) or uuid4()},
    )
    if form.is_valid():
        data = form.cleaned_data
        sent = data["client_id"] or form_id(request) or uuid4()
        try:
            add_file(
                work=work,
                by=request.user,
                prepared=prepare(data["chosen"], data["chosen"].name),
                client_id=id_of_file(sent, work.pk, data["chosen"]),
                description=data["description"],
            )
        except UploadError as fault:
            form.add_error("chosen", str(fault))
        else:
            messages.success(request, "The file is added.")
            return redirect(_place(work))
    return render(
        request,
        "work/file_form.html",
        _page(request, work.group, form=form, work=work, most_files=MOST_FILES),
        status=422 if form.is_bound else 200,
    )


@require_safe
def work_file(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The file as it was stored, to be saved."""
    file = get_object_or_404(TrackRecordFile.objects.select_related("track_record"), pk=pk)
    group = get_group(request, file.track_record.group_id)
    try:
        content = content_of(file, by=request.user)
    except DamagedFile:
        return render(request, "work/file_damaged.html", _page(request, group, file=file), status=500)
    response = StreamingHttpResponse(content, content_type=TYPES[file.kind])
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    return harmless(response)


@require_http_methods(["GET", "HEAD", "POST"])
def work_file_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a file."""
    file = get_object_or_404(TrackRecordFile.objects.select_related("track_record"), pk=pk)
    work = file.track_record
    group = get_editable_group(request, work.group_id)
    if request.method == "POST":
        remove_file(file=file)
        messages.success(request, "The file is deleted.")
        return redirect(_place(work))
    return render(request, "work/file_delete.html", _page(request, group, file=file, work=work))
