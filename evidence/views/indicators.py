"""The forms of what a group keeps track of: an indicator, and its figures."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from evidence import versioned
from evidence.forms.indicators import FigureForm, IndicatorForm, initial_of
from evidence.indicators import FigureKnown, change_indicator, note_figure, note_indicator
from evidence.models import Indicator, IndicatorValue
from evidence.views.influence_forms import add, edit, page_of, to_influence
from groups.access import AuthenticatedRequest, get_editable_group
from toolkit_portal.core.form_ids import send_again


def _indicator(request: AuthenticatedRequest, pk: int) -> Indicator:
    """The indicator, to be changed. Raises Http404 and PermissionDenied as get_editable_group does."""
    indicator = get_object_or_404(Indicator, pk=pk)
    indicator.group = get_editable_group(request, indicator.group_id)
    return indicator


def _place(indicator: Indicator) -> str:
    return f"indicator-{indicator.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Something new to keep track of."""
    group = get_editable_group(request, pk)
    return add(
        request,
        group=group,
        model=Indicator,
        make_form=IndicatorForm,
        save=partial(note_indicator, group=group, by=request.user),
        template="influence/indicator_form.html",
        saved="Saved. Add its first figure when a period is over.",
        initial={},
        context={},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other words or another aim. A save over a colleague's change is refused and shows both."""
    indicator = _indicator(request, pk)
    return edit(
        request,
        group=indicator.group,
        record=indicator,
        make_form=IndicatorForm,
        save=partial(change_indicator, indicator=indicator, by=request.user),
        template="influence/indicator_form.html",
        initial=initial_of(indicator),
        place=_place(indicator),
        context={},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def figure_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The figure of a period. Where another is stored it is shown, and sending it again corrects it."""
    indicator = _indicator(request, pk)
    form = FigureForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    known = None
    if form.is_valid():
        try:
            note_figure(indicator=indicator, by=request.user, **form.content())  # type: ignore[arg-type]
        except FigureKnown as fault:
            status, known = 409, fault.current
            send_again(form, replace=str(known.value))
        else:
            messages.success(request, "The figure is saved.")
            return to_influence(indicator.group, _place(indicator))
    return render(
        request,
        "influence/figure_form.html",
        page_of(
            indicator.group,
            form=form,
            indicator=indicator,
            known=known,
            figures=indicator.values.order_by("-period_end")[:24],
        ),
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes an indicator with its figures."""
    indicator = _indicator(request, pk)
    if request.method == "POST":
        versioned.delete(indicator)
        messages.success(request, "The indicator is deleted.")
        return to_influence(indicator.group)
    return render(
        request,
        "influence/delete.html",
        page_of(
            indicator.group,
            title="Delete this indicator?",
            what=indicator.title,
            figures=indicator.values.count(),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def figure_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a figure."""
    figure = get_object_or_404(IndicatorValue.objects.select_related("indicator"), pk=pk)
    group = get_editable_group(request, figure.indicator.group_id)
    if request.method == "POST":
        versioned.delete(figure)
        messages.success(request, "The figure is deleted.")
        return to_influence(group, _place(figure.indicator))
    what = f"{figure.indicator.title}, {figure.period_end:%-d %B %Y}: {figure.value.normalize():f}"
    return render(request, "influence/delete.html", page_of(group, title="Delete this figure?", what=what))
