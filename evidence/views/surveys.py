"""Surveys: the list, one with its results, a change, a deletion."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import can_write, get_editable, get_visible
from evidence.forms.surveys import SurveyForm, SurveyListForm, initial_of
from evidence.models import Evidence, Survey, SurveyResponse
from evidence.survey_results import results_of, shown
from evidence.surveys import (
    PLAIN_FIELDS,
    ForeignForm,
    InUse,
    StaleSurvey,
    change_survey,
    create_survey,
    delete_survey,
    is_used,
)
from groups.access import AuthenticatedRequest, case_readers_only, officers_only
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.value_words import value_words

PER_PAGE = 50
STAYS = "This survey has answers or records, so it stays."


def _number_of(model: Any) -> Coalesce:
    """How many rows of a model name the survey, counted apart from other lists."""
    counted = model.objects.filter(survey=OuterRef("pk")).order_by().values("survey").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


@require_safe
@case_readers_only
def survey_list(request: AuthenticatedRequest) -> HttpResponse:
    """Surveys this person may see, newest first; the filter stays in the URL."""
    visible = Survey.objects.visible_to(request.user)
    form = SurveyListForm(request.GET, user=request.user)
    found = (
        form.apply(visible)
        .select_related("lio")
        .annotate(answer_count=_number_of(SurveyResponse), record_count=_number_of(Evidence))
        .order_by("-asked_from", "-pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "evidence/survey_list.html",
        {
            "tab": "surveys",
            "form": form,
            "active": len([name for name in form.chosen if name != "q"]),
            "page_obj": page,
            "rows": [(survey, shown(survey.answer_count)) for survey in page],
            "any_surveys": bool(page.paginator.count) or visible.exists(),
            "show_lio": "lio" in form.fields,
        },
    )


@require_safe
def survey_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One survey: what was answered, as charts with their tables, what became a record, and whom was asked."""
    survey: Survey = get_visible(request, Survey.objects.select_related("lio", "created_by"), pk)
    files = list(survey.files.select_related("uploaded_by"))
    return render(
        request,
        "evidence/survey_detail.html",
        {
            "tab": "surveys",
            "survey": survey,
            "can_edit": can_write(request, survey),
            "is_used": is_used(survey),
            "results": results_of(survey),
            "left_out": survey.questions.filter(kind="left_out"),
            "records": list(survey.records.select_related("service_area")),
            "waiting": [file for file in files if not file.done_at],
            "done": [file for file in files if file.done_at],
            "rows": [
                {"term": "Who asked", "text": survey.asked_by},
                {"term": "Whom they asked", "text": survey.sample},
                {"term": "Languages", "text": survey.language},
                {"term": "Groups that took part", "text": ", ".join(map(str, survey.groups.all()))},
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def survey_new(request: AuthenticatedRequest) -> HttpResponse:
    """Who asked whom when; the answers come next. A form sent twice makes one survey."""
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if request.method != "POST":
        made = Survey.objects.editable_by(request.user).filter(client_id=sent).first() if sent else None
        if made is not None:
            messages.info(request, "This survey was saved already.")
            return redirect("survey_detail", pk=made.pk)
        form = SurveyForm(user=request.user, initial={"client_id": sent})
        return _page(request, form)
    form = SurveyForm(request.POST, user=request.user)
    if not form.is_valid() or (lio := form.of_lio) is None:
        return _page(request, form, status=422)
    try:
        made = create_survey(
            lio=lio, by=request.user, client_id=form.cleaned_data["client_id"] or sent, **form.content()
        )
    except ForeignForm:
        send_again(form, client_id=str(uuid4()))
        form.add_error(None, "This form was used for another survey. Nothing is lost: send it once more.")
        return _page(request, form, status=422)
    messages.success(request, "The survey is saved. Add the answers next.")
    return redirect("survey_detail", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def survey_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other facts. A save over a colleague's change is refused and shows both."""
    survey: Survey = get_editable(request, Survey.objects.select_related("lio"), pk)
    if request.method != "POST":
        return _page(
            request, SurveyForm(user=request.user, survey=survey, initial=initial_of(survey)), survey
        )
    form = SurveyForm(request.POST, user=request.user, survey=survey)
    if not form.is_valid():
        return _page(request, form, survey, status=422)
    try:
        change_survey(survey=survey, version=form.cleaned_data["version"] or 0, **form.content())
    except StaleSurvey as stale:
        # Sending it again is a decision made in sight of both.
        send_again(form, version=str(stale.current.version))
        return _page(request, form, survey, differences=_differences(form, stale.current), status=409)
    messages.success(request, "Saved.")
    return redirect("survey_detail", pk=pk)


def _page(
    request: AuthenticatedRequest,
    form: SurveyForm,
    survey: Survey | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"tab": "surveys", "form": form, "survey": survey, "today": timezone.localdate(), **more}
    return render(request, "evidence/survey_form.html", context, status=status)


def _differences(form: SurveyForm, stored: Survey) -> list[tuple[str, str, str]]:
    """Field, what was typed and what is stored now, in words, where the two differ."""
    typed = form.content()
    found = [(name, value_words(typed[name]), value_words(getattr(stored, name))) for name in PLAIN_FIELDS]
    held = sorted(map(str, stored.groups.all()))
    found.append(("groups", ", ".join(sorted(map(str, typed["groups"]))), ", ".join(held)))
    return [(str(form[name].label), yours, theirs) for name, yours, theirs in found if yours != theirs]


@require_http_methods(["GET", "HEAD", "POST"])
def survey_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a survey without answers and records."""
    survey: Survey = get_editable(request, Survey.objects.select_related("lio"), pk)
    if is_used(survey):
        raise PermissionDenied(STAYS)
    if request.method == "POST":
        try:
            delete_survey(survey=survey)
        except InUse as fault:
            raise PermissionDenied(STAYS) from fault
        messages.success(request, "The survey is deleted.")
        return redirect("survey_list")
    return render(request, "evidence/survey_delete.html", {"tab": "surveys", "survey": survey})
