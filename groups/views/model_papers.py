"""Model papers to start from, for officers, managers and leads; and that a group has adopted its paper."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from groups import trail
from groups.access import (
    AuthenticatedRequest,
    can_edit,
    get_editable_group,
    get_group,
    get_led_group,
    leads_only,
)
from groups.adoption import adopt_paper
from groups.credentials import StalePaper
from groups.forms.adoption import AdoptForm
from groups.forms.papers import PaperForm
from groups.model_papers import ModelDocument, has_model, model_paper, render_model_paper, values_of
from groups.models import CommunityGroup, Credential, CredentialKind
from groups.views.papers import differences_of, paper_context
from toolkit_portal.core.attachment_files import TYPES, prepare
from toolkit_portal.core.form_ids import form_id, send_again
from toolkit_portal.core.kept_files import harmless, id_of_file
from toolkit_portal.core.uploads import UploadError


def _kind(key: str) -> CredentialKind:
    """A kind of paper that has a model. Raises Http404 for any other."""
    kind = get_object_or_404(CredentialKind, key=key)
    if not has_model(kind.model_paper):
        raise Http404("There is no model of this paper.")
    return kind


def _document(group: CommunityGroup, kind: CredentialKind) -> ModelDocument:
    return model_paper(kind.model_paper, values_of(group))


@require_safe
def paper_model(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """The model paper, filled in for the group, to be read and printed. At most 20 queries."""
    group, kind = get_group(request, pk), _kind(key)
    return render(
        request,
        "model_papers/preview.html",
        {
            "group": group,
            "kind": kind,
            "tab": "papers",
            "can_edit": can_edit(request, group),
            "model": _document(group, kind),
        },
    )


@require_safe
def paper_model_file(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """The same as a Word file, to be changed."""
    return _word_file(request, get_group(request, pk), _kind(key))


@leads_only
@require_safe
def lead_paper_model(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """The model paper for the group's lead. At most 20 queries."""
    group, kind = get_led_group(request, pk), _kind(key)
    return render(
        request, "lead/papers_model.html", {"group": group, "kind": kind, "model": _document(group, kind)}
    )


@leads_only
@require_safe
def lead_paper_model_file(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """The same as a Word file, to be changed."""
    return _word_file(request, get_led_group(request, pk), _kind(key))


def _word_file(request: AuthenticatedRequest, group: CommunityGroup, kind: CredentialKind) -> HttpResponse:
    document = _document(group, kind)
    response = HttpResponse(render_model_paper(document), content_type=TYPES["docx"])
    name = "-".join(part for part in (slugify(document.title), slugify(group.name)[:60].strip("-")) if part)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.docx") or "attachment"
    trail.record(
        "model paper downloaded", group, by=request.user, paper=document.key, version=document.version
    )
    harmless(response)
    return response


@require_POST
def paper_adopt(request: AuthenticatedRequest, pk: int, key: str) -> HttpResponse:
    """Notes that the group has adopted its paper, with the signed file where there is one."""
    group, kind = get_editable_group(request, pk), _kind(key)
    stored = Credential.objects.filter(group=group, kind=kind).first()
    form = AdoptForm(request.POST, request.FILES, kind=kind, paper=stored)
    status, differences = 422, []
    if form.is_valid():
        data, chosen = form.cleaned_data, form.cleaned_data["chosen"]
        sent = form_id(request) or uuid4()
        try:
            adopt_paper(
                group=group,
                kind=kind,
                by=request.user,
                version=data["version"],
                adopted_on=data["adopted_on"],
                review_on=data["review_on"],
                prepared=prepare(chosen, chosen.name) if chosen else None,
                client_id=id_of_file(sent, f"{group.pk} {kind.pk}", chosen) if chosen else None,
            )
        except UploadError as fault:
            form.add_error("chosen", str(fault))
        except StalePaper as stale:
            status, stored = 409, stale.current
            differences = differences_of(form.facts, stale.current)
            send_again(form, **{form.add_prefix("version"): str(stale.current.version)})
        else:
            messages.success(request, f"{kind}: noted as adopted.")
            return redirect("paper", pk=pk, key=key)
    paper_form = PaperForm(kind=kind, paper=stored, by=request.user)
    context = paper_context(request, group, kind, stored, paper_form, differences, adopt_form=form)
    return render(request, "papers/paper.html", context, status=status)
