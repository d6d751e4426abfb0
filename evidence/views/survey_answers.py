"""Answers of a survey from a file: upload, what the columns are, a dry run, confirmation or discard."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from evidence.access import get_editable
from evidence.forms.surveys import AnswersForm, ColumnsForm
from evidence.models import Survey, SurveyFile
from evidence.survey_answers import (
    ColumnsFixed,
    discard_file,
    fit,
    import_answers,
    judge,
    keep_file,
    settle_columns,
    table_of,
)
from evidence.survey_cells import Kind
from groups.access import AuthenticatedRequest
from toolkit_portal.core.form_ids import form_id, to_new_form
from toolkit_portal.core.spreadsheets import TableError


@require_http_methods(["GET", "HEAD", "POST"])
def survey_answers_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Takes a file of answers and keeps it; nothing is read into the survey yet."""
    survey: Survey = get_editable(request, Survey.objects.select_related("lio"), pk)
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST" and (kept := survey.files.filter(client_id=sent).first()):
        messages.info(request, "This file is there already.")
        return redirect("survey_file", pk=kept.pk)
    form = AnswersForm(request.POST or None, request.FILES or None, initial={"client_id": sent})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = keep_file(
                survey=survey,
                by=request.user,
                client_id=form.cleaned_data["client_id"] or sent or uuid4(),
                file=file,
                filename=file.name,
            )
        except TableError as fault:
            form.add_error("file", str(fault))
        else:
            return redirect("survey_file", pk=kept.pk)
    return render(
        request,
        "evidence/survey_upload.html",
        {"tab": "surveys", "survey": survey, "form": form},
        status=422 if form.is_bound else 200,
    )


def _file(request: AuthenticatedRequest, pk: int) -> tuple[SurveyFile, Survey]:
    """A file and its survey, for those who write it."""
    file = get_object_or_404(SurveyFile, pk=pk)
    survey: Survey = get_editable(request, Survey.objects.select_related("lio"), file.survey_id)
    return file, survey


@require_http_methods(["GET", "HEAD", "POST"])
def survey_file(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The dry run: how many answers are new, there already or empty. The confirmation adds all or none."""
    file, survey = _file(request, pk)
    if file.done_at:
        return redirect("survey_detail", pk=survey.pk)
    try:
        if request.method == "POST":
            done = import_answers(file=file, by=request.user)
            messages.success(request, _done_words(done))
            return redirect("survey_detail", pk=survey.pk)
        table = table_of(file)
        found = fit(survey, table)
        asked = request.GET.get("asked") == "yes"
        if found.new or (found.missing and not asked):
            return redirect("survey_file_columns", pk=pk)
        judged = judge(survey, table)
    except TableError as fault:
        messages.error(request, str(fault))
        return redirect("survey_detail", pk=survey.pk)
    questions = list(survey.questions.all())
    return render(
        request,
        "evidence/survey_check.html",
        {
            "tab": "surveys",
            "survey": survey,
            "file": file,
            "judged": judged,
            "total": len(table.rows),
            "notes": table.notes,
            "kept": [question for question in questions if question.kind != Kind.LEFT_OUT],
            "left_out": [question for question in questions if question.kind == Kind.LEFT_OUT],
            "missing": found.missing,
            "may_correct": not survey.responses.exists(),
        },
    )


def _done_words(file: SurveyFile) -> str:
    if not file.added:
        return "Nothing was added: every answer of the file was there already."
    words = f"{file.added} answer{'' if file.added == 1 else 's'} added."
    return (
        f"{words} {file.known} {'was' if file.known == 1 else 'were'} there already." if file.known else words
    )


@require_http_methods(["GET", "HEAD", "POST"])
def survey_file_columns(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What each column is, guessed and put right; once there are answers, only what is new or missing."""
    file, survey = _file(request, pk)
    if file.done_at:
        return redirect("survey_detail", pk=survey.pk)
    try:
        table = table_of(file)
    except TableError as fault:
        messages.error(request, str(fault))
        return redirect("survey_detail", pk=survey.pk)
    found = fit(survey, table)
    has_answers = survey.responses.exists()
    columns = [(column, known) for column, known in found.columns if not has_answers or column in found.new]
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        columns=columns,
        missing=found.missing,
        has_answers=has_answers,
    )
    # Nothing new: the button only says that what is missing was seen.
    is_sent = request.method == "POST"
    if is_sent and (not columns or form.is_valid()):
        questions = {question.pk: question for question in survey.questions.all()}
        try:
            settle_columns(survey=survey, choices=form.choices(questions) if columns else [])
        except ColumnsFixed as fault:
            messages.error(request, str(fault))
            return redirect("survey_file_columns", pk=pk)
        response = redirect("survey_file", pk=pk)
        response["Location"] += "?asked=yes"
        return response
    return render(
        request,
        "evidence/survey_columns.html",
        {
            "tab": "surveys",
            "survey": survey,
            "file": file,
            "form": form,
            "notes": table.notes,
            "total": len(table.rows),
            "new": found.new,
            "missing": found.missing,
            "is_first": not survey.questions.exists(),
            "has_answers": has_answers,
            "known_count": len(found.columns) - len(found.new),
        },
        status=422 if is_sent else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def survey_file_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a file that wasn't imported."""
    file, survey = _file(request, pk)
    if file.done_at:
        return redirect("survey_detail", pk=survey.pk)
    if request.method == "POST":
        discard_file(file=file)
        messages.success(request, "The file is gone. Nothing was added from it.")
        return redirect("survey_detail", pk=survey.pk)
    return render(request, "evidence/survey_discard.html", {"tab": "surveys", "survey": survey, "file": file})
