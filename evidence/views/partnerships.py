"""The forms of a group's partnerships with prime providers: note one, change it, say how far it is."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evidence import versioned
from evidence.forms.partnerships import PartnershipForm, StageForm, initial_of
from evidence.models import Partnership, PartnershipStage
from evidence.models.partnerships import Stage
from evidence.partnerships import (
    OnlyStage,
    change_partnership,
    note_partnership,
    reach_stage,
    take_back_stage,
)
from evidence.views.influence_forms import add, edit, page_of, to_influence
from groups.access import AuthenticatedRequest, get_editable_group

PLACE = "partnerships"


def _partnership(request: AuthenticatedRequest, pk: int) -> Partnership:
    """The partnership, to be changed. Raises Http404 and PermissionDenied as get_editable_group does."""
    partnership = get_object_or_404(Partnership.objects.select_related("prime"), pk=pk)
    partnership.group = get_editable_group(request, partnership.group_id)
    return partnership


@require_http_methods(["GET", "HEAD", "POST"])
def partnership_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A new partnership, at whatever stage it is."""
    group = get_editable_group(request, pk)
    return add(
        request,
        group=group,
        model=Partnership,
        make_form=PartnershipForm,
        save=partial(note_partnership, group=group, by=request.user),
        template="influence/partnership_form.html",
        saved="The partnership is saved.",
        initial={"stage": Stage.IDENTIFIED, "stage_on": timezone.localdate()},
        context={},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def partnership_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other words or facts. A save over a colleague's change is refused and shows both."""
    partnership = _partnership(request, pk)
    return edit(
        request,
        group=partnership.group,
        record=partnership,
        make_form=partial(PartnershipForm, partnership=partnership),
        save=partial(change_partnership, partnership=partnership, by=request.user),
        template="influence/partnership_form.html",
        initial=initial_of(partnership),
        place=PLACE,
        context={},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def partnership_stage(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """How far it is now, since when, and the history so far."""
    partnership = _partnership(request, pk)
    form = StageForm(
        request.POST if request.method == "POST" else None,
        initial={"stage": partnership.stage, "stage_on": timezone.localdate()},
    )
    if form.is_valid():
        data = form.cleaned_data
        reach_stage(partnership=partnership, by=request.user, stage=data["stage"], on=data["stage_on"])
        messages.success(request, "Saved.")
        return to_influence(partnership.group, PLACE)
    history = list(partnership.history.select_related("recorded_by"))
    return render(
        request,
        "influence/stage_form.html",
        page_of(partnership.group, form=form, partnership=partnership, history=history),
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def partnership_stage_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then takes back an entry of the history that was wrong."""
    entry = get_object_or_404(PartnershipStage, pk=pk)
    partnership = _partnership(request, entry.partnership_id)
    if request.method == "POST":
        try:
            take_back_stage(entry=entry, by=request.user)
        except OnlyStage as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, "The stage is taken back.")
        return to_influence(partnership.group, PLACE)
    what = f"{entry.get_stage_display()}, {entry.reached_on:%-d %B %Y}: {partnership.opportunity}"
    return render(
        request,
        "influence/delete.html",
        page_of(partnership.group, title="Take back this stage?", what=what),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def partnership_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a partnership with its history."""
    partnership = _partnership(request, pk)
    if request.method == "POST":
        versioned.delete(partnership)
        messages.success(request, "The partnership is deleted.")
        return to_influence(partnership.group)
    what = f"{partnership.prime}: {partnership.opportunity}"
    return render(
        request,
        "influence/delete.html",
        page_of(partnership.group, title="Delete this partnership?", what=what),
    )
