"""The lead's papers: what each is for and how it stands, one of them, sending a file, taking one back."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, get_led_group, leads_only
from groups.credentials import MOST_FILES, State, add_file, content_of
from groups.forms.lead_papers import SendPaperForm
from groups.lead_papers import (
    LOOKED_AT,
    AlreadyJudged,
    LeadPaper,
    Verdict,
    has_room,
    lead_papers_of,
    sent_files,
    take_back,
)
from groups.model_papers import ModelDocument, model_paper, values_of
from groups.models import CommunityGroup, CredentialFile, CredentialKind
from toolkit_portal.core.attachment_files import TYPES, prepare
from toolkit_portal.core.form_ids import form_id, to_new_form
from toolkit_portal.core.kept_files import DamagedFile, harmless, id_of_file
from toolkit_portal.core.uploads import UploadError

NO_ROOM = "There are many files of this paper already. Ask your officer to take out old ones first."


@leads_only
@require_safe
def lead_papers(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Every usual paper, by when it may be asked for, and whatever else the group has. At most 20 queries."""
    group = get_led_group(request, pk)
    papers = [
        paper
        for paper in lead_papers_of(group, timezone.localdate())
        if paper.line.kind.is_usual or paper.line.credential
    ]
    # What a group needs only once it has won is nothing to catch up with, nor is what it doesn't need yet.
    wanted = [
        paper
        for paper in papers
        if paper.line.kind.is_usual
        and paper.line.kind.stage != CredentialKind.Stage.AWARD
        and paper.line.state != State.NOT_NEEDED
    ]
    return render(
        request,
        "lead/papers.html",
        {
            "group": group,
            "led": CommunityGroup.objects.led_by(request.user).only("pk", "name"),
            "stages": [
                (stage.value, CredentialKind.STAGE_WORDS[stage], of_stage)
                for stage in CredentialKind.Stage
                if (of_stage := [paper for paper in papers if paper.line.kind.stage == stage])
            ],
            "in_place": sum(paper.line.holds for paper in wanted),
            "wanted": len(wanted),
        },
    )


def _paper(group: CommunityGroup, key: str) -> LeadPaper:
    """One kind of paper of the group. Raises Http404 for an unknown one."""
    for paper in lead_papers_of(group, timezone.localdate()):
        if paper.line.kind.key == key:
            return paper
    raise Http404("No such paper.")


def _model(group: CommunityGroup, paper: LeadPaper) -> ModelDocument | None:
    return model_paper(paper.model_paper, values_of(group)) if paper.model_paper else None


@leads_only
@require_http_methods(["GET", "HEAD", "POST"])
def lead_paper(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """One paper: what it is for, how it stands, what was sent, and sending a file for an officer to check."""
    group = get_led_group(request, pk)
    paper = _paper(group, key)
    if (new := to_new_form(request)) is not None:
        return new
    form = SendPaperForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"client_id": form_id(request) or uuid4()},
        is_adopted=bool(paper.model_paper),
    )
    if form.is_valid():
        chosen = form.cleaned_data["chosen"]
        sent = form.cleaned_data["client_id"] or form_id(request) or uuid4()
        try:
            if not has_room(paper.line.credential, MOST_FILES):
                raise UploadError(NO_ROOM)
            file = add_file(
                group=group,
                kind=paper.line.kind,
                by=request.user,
                prepared=prepare(chosen, chosen.name),
                client_id=id_of_file(sent, f"{group.pk} {paper.line.kind.pk}", chosen),
                adopted_on=form.cleaned_data.get("adopted_on"),
            )
        except UploadError as fault:
            form.add_error("chosen", str(fault))
        else:
            messages.success(
                request,
                "Thank you! Your file is sent. Your officer looks at it, and you see here what they say."
                if file.verdict == Verdict.TO_CHECK
                else "Your file is saved.",
            )
            return redirect("lead_paper", pk=pk, key=key)
    return render(
        request,
        "lead/papers_one.html",
        {"group": group, "paper": paper, "form": form, "model": _model(group, paper)},
        status=422 if form.is_bound else 200,
    )


def _sent_file(request: AuthenticatedRequest, pk: int) -> tuple[CredentialFile, CommunityGroup]:
    """A file that a lead of one of this person's groups has sent. Raises Http404 for any other."""
    file = get_object_or_404(sent_files(CommunityGroup.objects.led_by(request.user)), pk=pk)
    return file, get_led_group(request, file.credential.group_id)


@leads_only
@require_safe
def lead_paper_file(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The file as it is stored, to be saved."""
    file, group = _sent_file(request, pk)
    try:
        content = content_of(file, by=request.user)
    except DamagedFile:
        return render(request, "lead/papers_damaged.html", {"group": group, "file": file}, status=500)
    response = StreamingHttpResponse(content, content_type=TYPES[file.kind])
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    return harmless(response)


@leads_only
@require_http_methods(["GET", "HEAD", "POST"])
def lead_paper_file_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then takes back a file of one's own that waits. What an officer has looked at stays."""
    file, group = _sent_file(request, pk)
    if file.uploaded_by_id != request.user.pk:
        raise Http404("Somebody else sent it.")
    if request.method == "POST":
        try:
            take_back(file=file, by=request.user)
        except AlreadyJudged as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, "You have taken the file back.")
    elif file.verdict != Verdict.TO_CHECK:
        messages.error(request, LOOKED_AT)
    else:
        return render(request, "lead/papers_take_back.html", {"group": group, "file": file})
    return redirect("lead_paper", pk=group.pk, key=file.credential.kind.key)
