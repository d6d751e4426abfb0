"""A group's papers, as its officers keep them: all of them, one with its files and history, what leads have sent."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.access import AuthenticatedRequest, can_edit, get_editable_group, get_group
from groups.credentials import (
    PaperLine,
    StalePaper,
    State,
    add_file,
    content_of,
    files_to_check,
    line_of,
    papers_of,
    remove_file,
    set_paper,
)
from groups.forms.adoption import AdoptForm
from groups.forms.papers import PaperFileForm, PaperForm
from groups.model_papers import has_model, model_paper, values_of
from groups.models import CommunityGroup, Credential, CredentialChange, CredentialFile, CredentialKind
from groups.paper_words import differences, facts_of, history
from groups.papers_matrix import STATES, stands_so
from toolkit_portal.core.attachment_files import TYPES, prepare
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.kept_files import DamagedFile, harmless, id_of_file
from toolkit_portal.core.uploads import UploadError

PER_PAGE = 25


@require_safe
def papers(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Every kind of paper by when it may be asked for, with how it stands, or those that stand so. At most 20 queries.

    ?show= is a key of papers_matrix.STATES, ?sort=expires puts what runs out first at the top of each table.
    """
    group = get_group(request, pk)
    today = timezone.localdate()
    lines = papers_of(group, today)
    show, by_day = request.GET.get("show", ""), request.GET.get("sort") == "expires"
    counted = {state: sum(stands_so(line, state, today) for line in lines) for state in STATES}
    wanted = [line for line in lines if stands_so(line, show, today)] if show in STATES else lines
    if by_day:
        wanted = sorted(wanted, key=_when)
    usual = [line for line in lines if line.kind.is_usual and line.state != State.NOT_NEEDED]
    return render(
        request,
        "papers/papers.html",
        {
            "group": group,
            "can_edit": can_edit(request, group),
            "tab": "papers",
            "stages": [
                (stage, CredentialKind.STAGE_WORDS[stage], of_stage)
                for stage in CredentialKind.Stage
                if (of_stage := [line for line in wanted if line.kind.stage == stage])
            ],
            "filters": [
                (state, words, counted[state])
                for state, words in STATES.items()
                if counted[state] or show == state
            ],
            "total": len(lines),
            "show": show if show in STATES else "",
            "by_day": by_day,
            "today": today,
            "in_place": sum(line.holds for line in usual),
            "usual": len(usual),
            "soon": sum(line.expires_soon for line in lines),
            "expired": sum(line.expired_on is not None for line in lines),
            "waiting": files_to_check(CommunityGroup.objects.filter(pk=group.pk)).count(),
        },
    )


def _when(line: PaperLine) -> date:
    paper = line.credential
    return paper.expires_on if paper is not None and paper.expires_on is not None else date.max


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """One paper: what it is for, how it stands, its files and how it stood before."""
    group = get_editable_group(request, pk) if request.method == "POST" else get_group(request, pk)
    kind = get_object_or_404(CredentialKind, key=key)
    if request.method != "POST" and can_edit(request, group) and (new := to_new_form(request)) is not None:
        return new
    stored = Credential.objects.filter(group=group, kind=kind).first()
    form = PaperForm(
        request.POST if request.method == "POST" else None, kind=kind, paper=stored, by=request.user
    )
    status, differing = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                set_paper(
                    group=group,
                    kind=kind,
                    by=request.user,
                    version=form.cleaned_data["version"],
                    **form.facts,
                )
            except StalePaper as stale:
                status, stored = 409, stale.current
                differing = differences_of(form.facts, stale.current)
                send_again(form, version=str(stale.current.version))
            else:
                messages.success(request, f"{kind}: saved.")
                return redirect("papers", pk=pk)
    return render(
        request,
        "papers/paper.html",
        paper_context(request, group, kind, stored, form, differing),
        status=status,
    )


def paper_context(
    request: HttpRequest,
    group: CommunityGroup,
    kind: CredentialKind,
    stored: Credential | None,
    form: PaperForm,
    differing: list[tuple[str, str, str]],
    file_form: PaperFileForm | None = None,
    adopt_form: AdoptForm | None = None,
) -> dict[str, Any]:
    """What a paper's own page shows; forms that were sent in vain are shown again."""
    files = list(stored.files.select_related("uploaded_by", "judged_by")) if stored else []
    model = model_paper(kind.model_paper, values_of(group)) if has_model(kind.model_paper) else None
    changes = (
        CredentialChange.objects.filter(credential=stored) if stored else CredentialChange.objects.none()
    )
    changes = changes.select_related("recorded_by")
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    here = list(changes[max(page.start_index() - 1, 0) : page.end_index() + 1])
    older = here[PER_PAGE] if len(here) > PER_PAGE else None
    return {
        "group": group,
        "can_edit": can_edit(request, group),
        "tab": "papers",
        "kind": kind,
        "line": line_of(kind, stored, timezone.localdate()),
        "form": form,
        "differences": differing,
        "file_form": file_form or PaperFileForm(),
        "form_id": form_id(request) or uuid4(),
        "files": files,
        "model": model,
        "adopt_form": adopt_form or AdoptForm(kind=kind, paper=stored, adopted_on=_named_day(files, stored)),
        "page_obj": page,
        "history": history(here[:PER_PAGE], older),
    }


def _named_day(files: list[CredentialFile], stored: Credential | None) -> date | None:
    """The day of adoption that came with the newest accepted file and isn't noted yet."""
    for file in files:
        if file.adopted_on and file.verdict == CredentialFile.Verdict.ACCEPTED:
            noted = stored.issued_on if stored else None
            return file.adopted_on if noted is None or noted < file.adopted_on else None
    return None


def differences_of(facts: dict[str, Any], stored: Credential) -> list[tuple[str, str, str]]:
    """What differs between what was typed and what is stored: fact, typed, stored, in words."""
    # Who has looked at it isn't asked for in the form, so it isn't compared either.
    typed = {name: value for name, value in facts.items() if not name.startswith("checked")}
    return [(each.fact, each.after, each.before) for each in differences(facts_of(stored), typed)]


@require_POST
def paper_file_add(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """Stores a file of a paper; an officer's own counts as accepted."""
    group = get_editable_group(request, pk)
    kind = get_object_or_404(CredentialKind, key=key)
    form = PaperFileForm(request.POST, request.FILES)
    if form.is_valid():
        chosen = form.cleaned_data["chosen"]
        sent = form_id(request) or uuid4()
        try:
            add_file(
                group=group,
                kind=kind,
                by=request.user,
                prepared=prepare(chosen, chosen.name),
                client_id=id_of_file(sent, f"{group.pk} {kind.pk}", chosen),
            )
        except UploadError as fault:
            form.add_error("chosen", str(fault))
        else:
            messages.success(request, "The file is kept.")
            return redirect("paper", pk=pk, key=key)
    stored = Credential.objects.filter(group=group, kind=kind).first()
    paper_form = PaperForm(kind=kind, paper=stored, by=request.user)
    context = paper_context(request, group, kind, stored, paper_form, [], form)
    return render(request, "papers/paper.html", context, status=422)


def file_and_group(request: HttpRequest, pk: int) -> tuple[CredentialFile, CommunityGroup]:
    """A file of a paper that this person may read. Raises Http404."""
    file = get_object_or_404(CredentialFile.objects.select_related("credential__kind"), pk=pk)
    return file, get_group(request, file.credential.group_id)


@require_safe
def paper_file(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The file as it is stored, to be saved."""
    file, group = file_and_group(request, pk)
    try:
        content = content_of(file, by=request.user)
    except DamagedFile:
        return render(
            request, "papers/file_damaged.html", {"group": group, "file": file, "tab": "papers"}, status=500
        )
    response = StreamingHttpResponse(content, content_type=TYPES[file.kind])
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    return harmless(response)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_file_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a file."""
    file, group = file_and_group(request, pk)
    get_editable_group(request, group.pk)
    kind = file.credential.kind
    if request.method == "POST":
        remove_file(file=file)
        messages.success(request, "The file is deleted.")
        return redirect("paper", pk=group.pk, key=kind.key)
    return render(
        request, "papers/file_delete.html", {"group": group, "file": file, "kind": kind, "tab": "papers"}
    )
