"""A theme of a focus group becomes a record of unmet need, in one step."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from evidence.access import get_editable
from evidence.focus_groups import InRecord, record_theme
from evidence.forms.focus_groups import ThemeRecordForm
from evidence.models import FocusGroup, FocusTheme
from evidence.recording import ForeignForm
from groups.access import AuthenticatedRequest
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form


@require_http_methods(["GET", "HEAD", "POST"])
def focus_theme_record(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A short form that knows what the focus group knows; quotes that are ticked go along."""
    theme = get_object_or_404(FocusTheme.objects.select_related("record"), pk=pk)
    focus_group: FocusGroup = get_editable(
        request, FocusGroup.objects.select_related("lio"), theme.focus_group_id
    )
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if theme.record_id is not None and request.method != "POST":
        messages.info(request, "A record was made of this theme already.")
        return redirect("evidence_detail", pk=theme.record_id)
    form = ThemeRecordForm(
        request.POST if request.method == "POST" else None,
        focus_group=focus_group,
        initial={
            "client_id": sent or uuid4(),
            "summary": theme.text,
            "people_affected": theme.raised_by,
            "service_area": theme.service_area_id,
            "needed_instead": theme.needed_instead,
            "districts": list(focus_group.districts.values_list("pk", flat=True)),
            "communities": list(focus_group.communities.values_list("pk", flat=True)),
        },
    )
    if form.is_valid():
        try:
            record = record_theme(
                theme=theme,
                by=request.user,
                quotes=form.cleaned_data["quotes"],
                client_id=form.cleaned_data["client_id"] or sent,
                **form.content(),
            )
        except InRecord as fault:
            messages.info(request, str(fault))
            return redirect("focus_group_detail", pk=focus_group.pk)
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another record. Nothing is lost: send it once more.")
        else:
            messages.success(request, "The record is a draft now. A colleague reviews it before it counts.")
            return redirect("evidence_detail", pk=record.pk)
    elif form.is_bound and theme.record_id is not None:
        # Sent again after it was made, with the quotes that went along no longer to be chosen.
        return redirect("evidence_detail", pk=theme.record_id)
    return render(
        request,
        "evidence/focus_theme_record.html",
        {"tab": "focus_groups", "theme": theme, "focus_group": focus_group, "form": form},
        status=422 if form.is_bound else 200,
    )
