"""What a survey found, question by question: own words to read, and a record made of an answer."""

from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import get_editable, get_visible
from evidence.forms.surveys import FindingRecordForm
from evidence.models import Survey, SurveyQuestion
from evidence.recording import ForeignForm
from evidence.survey_cells import Kind
from evidence.survey_results import Result, result_of, tallies
from evidence.surveys import record_finding
from groups.access import AuthenticatedRequest
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form

PER_PAGE = 50


@require_safe
def survey_words(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What people wrote in their own words, in order of the alphabet, so that nothing tells who wrote what else."""
    question = get_object_or_404(SurveyQuestion, pk=pk, kind=Kind.WORDS)
    survey: Survey = get_visible(request, Survey.objects.select_related("lio"), question.survey_id)
    _, found = tallies(survey, [question])
    words = sorted(found[question.pk].words, key=str.casefold)
    return render(
        request,
        "evidence/survey_words.html",
        {
            "tab": "surveys",
            "survey": survey,
            "question": question,
            "page_obj": Paginator(words, PER_PAGE).get_page(request.GET.get("page")),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def survey_finding_record(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A short form that knows what the survey knows. ?answer= names the answer, one whose count is shown."""
    question = get_object_or_404(SurveyQuestion, pk=pk, kind__in=[Kind.ONE, Kind.MANY])
    survey: Survey = get_editable(request, Survey.objects.select_related("lio"), question.survey_id)
    question.survey = survey
    _, found = tallies(survey, [question])
    result = result_of(question, found[question.pk])
    answer = request.GET.get("answer", "")
    line = next((line for line in result.lines if line.label == answer and not line.is_rest), None)
    if line is None:
        raise Http404("Nobody gave this answer.")
    if line.count.value is None:
        messages.error(request, "So few gave this answer that a record of it could show who is meant.")
        return redirect("survey_detail", pk=survey.pk)
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST" and (made := survey.records.filter(client_id=sent).first()):
        messages.info(request, "This record was made already.")
        return redirect("evidence_detail", pk=made.pk)
    form = FindingRecordForm(
        request.POST if request.method == "POST" else None,
        initial={
            "client_id": sent,
            "summary": summary_of(survey, result, line.label, line.count.value),
            "people_affected": line.count.value or None,
        },
    )
    if form.is_valid():
        try:
            record = record_finding(
                question=question,
                answered=found[question.pk].answered,
                by=request.user,
                client_id=form.cleaned_data["client_id"] or sent,
                **form.content(),
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another record. Nothing is lost: send it once more.")
        else:
            messages.success(request, "The record is a draft now. A colleague reviews it before it counts.")
            return redirect("evidence_detail", pk=record.pk)
    return render(
        request,
        "evidence/survey_record.html",
        {
            "tab": "surveys",
            "survey": survey,
            "question": question,
            "line": line,
            "answered": result.answered,
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )


def summary_of(survey: Survey, result: Result, answer: str, count: int) -> str:
    """The finding in a sentence that names the survey."""
    return (
        f"{count} of {result.answered} people who answered “{result.question.text}” said “{answer}”"
        f" (survey “{survey.title}”)."
    )
