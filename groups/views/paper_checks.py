"""What leads have sent: the list of what waits, and one file accepted, with its adoption, or sent back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, get_editable_group, officers_only
from groups.adoption import accept_adopted
from groups.credentials import StalePaper, files_to_check, judge_file
from groups.forms.adoption import AdoptForm
from groups.forms.papers import RefuseForm
from groups.model_papers import has_model
from groups.models import CommunityGroup, CredentialFile
from groups.views.papers import PER_PAGE, differences_of, file_and_group
from toolkit_portal.core.form_ids import send_again


@require_http_methods(["GET", "HEAD", "POST"])
def paper_file_judge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """An officer accepts what a lead has sent, or says what is to be put right."""
    file, group = file_and_group(request, pk)
    get_editable_group(request, group.pk)
    kind = file.credential.kind
    accept = request.POST.get("verdict") == "accept"
    is_adopted = has_model(kind.model_paper) or file.adopted_on is not None
    form = RefuseForm(request.POST if request.method == "POST" and not accept else None)
    adopt_form = AdoptForm(
        (request.POST if is_adopted else {}) if accept else None,
        kind=kind,
        paper=file.credential,
        adopted_on=file.adopted_on,
        takes_file=False,
    )
    status, differences = 422 if request.method == "POST" else 200, []
    if (adopt_form if accept else form).is_valid():
        try:
            words = _judge(request, file, adopt_form if accept else None, form)
        except StalePaper as stale:
            status, differences = 409, differences_of(adopt_form.facts, stale.current)
            send_again(adopt_form, **{adopt_form.add_prefix("version"): str(stale.current.version)})
        except ValueError as fault:
            messages.error(request, str(fault))
            return redirect("paper", pk=group.pk, key=kind.key)
        else:
            messages.success(request, words)
            return redirect("paper", pk=group.pk, key=kind.key)
    return render(
        request,
        "papers/file_judge.html",
        {
            "group": group,
            "file": file,
            "kind": kind,
            "form": form,
            "adopt_form": adopt_form if is_adopted else None,
            "differences": differences,
            "tab": "papers",
        },
        status=status,
    )


def _judge(
    request: AuthenticatedRequest, file: CredentialFile, adopt_form: AdoptForm | None, form: RefuseForm
) -> str:
    """Accepts the file, with the adoption that the form names, or sends it back; what to say of it.

    Raises what judge_file and accept_adopted raise.
    """
    if adopt_form is None:
        judge_file(file=file, by=request.user, accept=False, why=form.cleaned_data["why"])
        return "Sent back with your words."
    data = adopt_form.cleaned_data
    if data["adopted_on"] is None:
        judge_file(file=file, by=request.user, accept=True)
        return "Accepted. Now say how the paper stands."
    accept_adopted(
        file=file,
        by=request.user,
        version=data["version"],
        adopted_on=data["adopted_on"],
        review_on=data["review_on"],
    )
    return f"Accepted, and noted as adopted on {data['adopted_on']:%-d %B %Y}."


@require_safe
@officers_only
def papers_to_check(request: AuthenticatedRequest) -> HttpResponse:
    """What leads of one's own LIO have sent and nobody has looked at, oldest first."""
    waiting = files_to_check(CommunityGroup.objects.editable_by(request.user))
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "papers/to_check.html", {"page_obj": page, "files": page.object_list})
