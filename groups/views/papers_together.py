"""One state noted for several groups: the form, what will happen, what has happened."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from groups.access import AuthenticatedRequest, officers_only
from groups.credentials import kinds_in_use
from groups.forms.papers_together import PapersTogetherForm
from groups.models import CommunityGroup, CredentialKind
from groups.papers_together import DONE, WILL, Outcome, looked_at, note_together
from toolkit_portal.core.form_ids import form_id, to_new_form

MOST_AT_ONCE = 100
# What has happened is shown once more when the same form comes back: by form, the newest few.
REMEMBERED, MOST_REMEMBERED = "papers_noted", 5
PAGES = {
    "form": "papers/together_form.html",
    "check": "papers/together_check.html",
    "done": "papers/together_done.html",
}


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def papers_note(request: AuthenticatedRequest) -> HttpResponse:
    """The kind and the groups stand in the address: ?paper=KEY&group=1&group=2. Others' groups are as if not there."""
    kind = get_object_or_404(kinds_in_use(), key=request.GET.get("paper", ""))
    groups = list(
        CommunityGroup.objects.editable_by(request.user)
        .exclude(status=CommunityGroup.Status.CLOSED)
        .filter(pk__in=_ids(request.GET))
        .order_by("name_key", "pk")
    )
    if not groups:
        messages.warning(request, "Tick the groups first.")
        return redirect(reverse("papers_matrix", query={"paper": kind.key}))
    if (new := to_new_form(request)) is not None:
        return new
    this_form = str(form_id(request) or "")
    if this_form in (remembered := request.session.get(REMEMBERED, {})):
        if request.method == "POST":
            return redirect(request.get_full_path())
        return _page(request, kind, groups, "done", outcomes=_recalled(groups, remembered[this_form]))
    step = request.POST.get("step", "")
    form = PapersTogetherForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method != "POST" or not form.is_valid():
        return _page(request, kind, groups, "form", status=422 if form.is_bound else 200, form=form)
    day = timezone.localdate()
    if step == "do":
        outcomes = note_together(
            groups, kind, form.wish, versions=_versions(request.POST, groups), by=request.user, day=day
        )
        kept = dict(list(remembered.items())[1 - MOST_REMEMBERED :])
        kept[this_form] = [[outcome.group.pk, outcome.fate, outcome.words] for outcome in outcomes]
        request.session[REMEMBERED] = kept
        return redirect(request.get_full_path())
    if step == "edit":
        return _page(request, kind, groups, "form", form=form)
    outcomes = looked_at(groups, kind, form.wish, by=request.user, day=day)
    return _page(request, kind, groups, "check", form=form, outcomes=outcomes)


def _page(
    request: AuthenticatedRequest,
    kind: CredentialKind,
    groups: Sequence[CommunityGroup],
    step: str,
    *,
    status: int = 200,
    outcomes: Sequence[Outcome] = (),
    **context: Any,
) -> HttpResponse:
    number = sum(outcome.fate in {WILL, DONE} for outcome in outcomes)
    context |= {"kind": kind, "groups": groups, "outcomes": outcomes, "number": number}
    context |= {"left": len(outcomes) - number, "back": reverse("papers_matrix", query={"paper": kind.key})}
    return render(request, PAGES[step], context, status=status)


def _ids(query: QueryDict) -> list[int]:
    """The ticked groups' ids, MOST_AT_ONCE of them at most; what isn't an id is left out."""
    typed = [value for value in query.getlist("group") if value.isascii() and value.isdecimal()]
    return [int(value) for value in typed if len(value) < 19][:MOST_AT_ONCE]


def _versions(data: QueryDict, groups: Sequence[CommunityGroup]) -> dict[int, int]:
    """The versions that were shown, by group."""
    typed = {group.pk: data.get(f"version-{group.pk}", "") for group in groups}
    return {
        pk: int(value)
        for pk, value in typed.items()
        if value.isascii() and value.isdecimal() and len(value) < 10
    }


def _recalled(groups: Sequence[CommunityGroup], kept: list[list[Any]]) -> list[Outcome]:
    """What has happened, of the groups that are still this person's."""
    here = {group.pk: group for group in groups}
    return [Outcome(here[pk], 0, fate, words) for pk, fate, words in kept if pk in here]
