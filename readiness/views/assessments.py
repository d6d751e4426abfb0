"""Doing an assessment: a theme a page, saved as one goes, then checked and completed, corrected or discarded."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.access import AuthenticatedRequest, get_editable_group
from readiness.answer_cards import (
    Card,
    answers_of,
    cards_of,
    last_time,
    progress_of,
    save_cards,
    with_suggestions,
)
from readiness.assessing import (
    AlreadyComplete,
    ChangedSince,
    Incomplete,
    StaleDate,
    change_day,
    complete,
    discard,
    open_draft,
    seen_state,
    start_correction,
)
from readiness.forms.assessments import CorrectionForm, DayAssessedForm, prefix_of
from readiness.models import Assessment, Theme


def get_editable_assessment(request: HttpRequest, pk: int) -> Assessment:
    """The assessment, where this person may write its group's case file.

    Raises Http404 where they may not even read it, PermissionDenied where they may only read.
    """
    assessment = get_object_or_404(
        Assessment.objects.visible_to(request.user).select_related("edition", "completed_by", "corrects"),
        pk=pk,
    )
    assessment.group = get_editable_group(request, assessment.group_id)
    return assessment


def _page(assessment: Assessment, **more: object) -> dict[str, object]:
    return {
        "group": assessment.group,
        "can_edit": True,
        "tab": "readiness",
        "assessment": assessment,
        "edition": assessment.edition,
        **more,
    }


@require_POST
def assessment_start(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Opens the group's draft, or the one that is open already, at its first unanswered section."""
    group = get_editable_group(request, pk)
    draft = open_draft(group=group, by=request.user, client_id=_uuid(request.POST.get("client_id", "")))
    if draft.is_complete:
        messages.info(request, "That assessment has been completed already.")
        return redirect("assessment_result", pk=draft.pk)
    return redirect(first_open(draft))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def first_open(draft: Assessment) -> str:
    """The address of the first section without an answer, or of the check page when all are answered."""
    answered = {answer.criterion_id for answer in draft.answers.all() if answer.is_answered}
    for criterion in draft.edition.criteria.select_related("theme"):
        if criterion.pk not in answered:
            page = reverse("assessment_theme", args=[draft.pk, criterion.theme.code])
            return f"{page}#{prefix_of(criterion)}" if answered else page
    return reverse("assessment_check", args=[draft.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_theme(request: AuthenticatedRequest, pk: int, theme: str) -> HttpResponse:
    """One theme, a card for each of its sections. What is in order is saved; the rest comes back with its why."""
    draft = get_editable_assessment(request, pk)
    themes = list(draft.edition.themes.all())
    here = get_object_or_404(Theme, edition=draft.edition_id, code=theme)
    last = last_time(draft)
    if request.method != "POST":
        if draft.is_complete:
            return redirect("assessment_result", pk=pk)
        return _show_theme(request, draft, themes, here, last, cards_of(draft, theme=theme, last=last))
    cards = cards_of(draft, theme=theme, last=last, posted=request.POST)
    try:
        save_cards(cards, draft=draft, by=request.user)
    except AlreadyComplete:
        draft = get_editable_assessment(request, pk)
        return _show_theme(request, draft, themes, here, last, cards, status=409)
    if any(card.conflict for card in cards):
        return _show_theme(request, draft, themes, here, last, cards, status=409)
    if any(card.form.is_bound and card.form.errors for card in cards):
        return _show_theme(request, draft, themes, here, last, cards, status=422)
    if request.POST.get("then") == "later":
        messages.success(request, "The assessment is kept as a draft.")
        return redirect("case_readiness", pk=draft.group_id)
    following = themes[themes.index(here) + 1 :]
    if following:
        return redirect("assessment_theme", pk=pk, theme=following[0].code)
    return redirect("assessment_check", pk=pk)


def _show_theme(
    request: HttpRequest,
    draft: Assessment,
    themes: list[Theme],
    here: Theme,
    last: Assessment | None,
    cards: list[Card],
    *,
    status: int = 200,
) -> HttpResponse:
    context = _page(
        draft,
        themes=themes,
        theme=here,
        is_last_theme=here == themes[-1],
        last=last,
        cards=with_suggestions(cards, draft),
        conflicts=[card for card in cards if card.conflict],
        wrong=[card for card in cards if card.form.is_bound and card.form.errors],
        progress=progress_of(draft),
    )
    return render(request, "readiness/theme.html", context, status=status)


@require_POST
def assessment_autosave(request: AuthenticatedRequest, pk: int) -> JsonResponse:
    """Saves changed cards; answers as static/js/autosave.js expects, with the new mark of every card."""
    draft = get_editable_assessment(request, pk)
    cards = cards_of(draft, posted=request.POST)
    try:
        save_cards(cards, draft=draft, by=request.user)
    except AlreadyComplete:
        return JsonResponse(
            {
                "conflict": True,
                "message": "Not saved: this assessment was completed in the meantime.",
                "url": reverse("assessment_result", args=[pk]),
            },
            status=409,
        )
    # Only what was saved: an untouched card keeps the mark of what its window shows.
    marks = {f"{card.key}-mark": card.mark for card in cards if card.was_saved}
    if conflicts := [card for card in cards if card.conflict]:
        codes = ", ".join(card.criterion.code for card in conflicts)
        return JsonResponse(
            {
                "conflict": True,
                "message": f"Not saved: {codes} was changed by somebody else in the meantime. "
                "Press “Save and continue” to see both.",
                "versions": marks,
            },
            status=409,
        )
    if wrong := [card.criterion.code for card in cards if card.form.is_bound and card.form.errors]:
        message = f"Saved apart from {', '.join(wrong)}: if it doesn’t apply, say why."
        return JsonResponse({"ok": False, "message": message, "versions": marks}, status=400)
    return JsonResponse({"ok": True, "saved_at": f"{timezone.localtime():%H:%M}", "versions": marks})


@require_safe
def assessment_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The line that says how far the draft is, for the page to fetch after a save."""
    draft = get_editable_assessment(request, pk)
    return render(
        request, "readiness/progress.html", {"progress": progress_of(draft), "edition": draft.edition}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_check(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """All answers on one page, what is still open, the day; from here the assessment is completed."""
    draft = get_editable_assessment(request, pk)
    if draft.is_complete:
        return redirect("assessment_result", pk=pk)
    form = DayAssessedForm(
        request.POST if request.method == "POST" else None,
        initial={"assessed_on": draft.assessed_on, "shown_on": draft.assessed_on},
    )
    if request.method != "POST":
        return _show_check(request, draft, form)
    if not form.is_valid():
        return _show_check(request, draft, form, status=422)
    try:
        change_day(draft=draft, on=form.cleaned_data["assessed_on"], shown=form.cleaned_data["shown_on"])
    except StaleDate as stale:
        form.data = {**request.POST.dict(), "shown_on": f"{stale.current:%d/%m/%Y}"}
        draft.assessed_on = stale.current
        return _show_check(request, draft, form, status=409, stored_day=stale.current)
    except AlreadyComplete:
        messages.info(request, "The assessment was completed in the meantime; its day stays as it is.")
        return redirect("assessment_result", pk=pk)
    messages.success(request, "Saved the day of the assessment.")
    return redirect("assessment_check", pk=pk)


def _show_check(
    request: HttpRequest, draft: Assessment, form: DayAssessedForm, *, status: int = 200, **more: object
) -> HttpResponse:
    answers = answers_of(draft)
    rows = [
        (criterion, answers.get(criterion.pk), prefix_of(criterion))
        for criterion in draft.edition.criteria.select_related("theme")
    ]
    context = _page(
        draft,
        form=form,
        by_theme=[(theme, list(theirs)) for theme, theirs in groupby(rows, key=lambda row: row[0].theme)],
        unanswered=[(item, key) for item, answer, key in rows if not (answer and answer.is_answered)],
        progress=progress_of(draft),
        themes=draft.edition.themes.all(),
        seen=seen_state(draft),
        **more,
    )
    return render(request, "readiness/check.html", context, status=status)


@require_POST
def assessment_complete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Completes the draft as the check page showed it. Sent twice, it completes once."""
    draft = get_editable_assessment(request, pk)
    try:
        complete(draft, by=request.user, seen=request.POST.get("seen", ""))
    except AlreadyComplete:
        messages.info(request, "This assessment has been completed already.")
        return redirect("assessment_result", pk=pk)
    except (Incomplete, ChangedSince) as why:
        draft = get_editable_assessment(request, pk)
        form = DayAssessedForm(initial={"assessed_on": draft.assessed_on, "shown_on": draft.assessed_on})
        changed = isinstance(why, ChangedSince)
        return _show_check(
            request, draft, form, status=409 if changed else 422, changed=changed, tried=not changed
        )
    messages.success(request, "The assessment is complete.")
    return redirect("assessment_result", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_correct(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks what was wrong, then begins a new assessment that names the one it corrects."""
    assessment = get_editable_assessment(request, pk)
    if not assessment.is_complete:
        return redirect("assessment_check", pk=pk)
    correction = Assessment.objects.filter(corrects=assessment).first()
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = start_correction(
                of=assessment,
                by=request.user,
                reason=form.cleaned_data["reason"],
                client_id=form.cleaned_data["client_id"],
            )
        except ValueError as why:
            form.add_error(None, str(why))
        else:
            return redirect(first_open(draft))
    other = Assessment.objects.drafts().filter(group=assessment.group_id).exclude(corrects=assessment).first()
    return render(
        request,
        "readiness/correct.html",
        _page(assessment, form=form, correction=correction, other_draft=other),
        status=422 if form.is_bound and form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a draft. A complete assessment is never deleted."""
    draft = get_editable_assessment(request, pk)
    if draft.is_complete:
        return redirect("assessment_result", pk=pk)
    if request.method == "POST":
        try:
            discard(draft)
        except AlreadyComplete:
            messages.info(request, "It was completed in the meantime, so it stays.")
            return redirect("assessment_result", pk=pk)
        messages.success(request, "The draft assessment is deleted.")
        return redirect("case_readiness", pk=draft.group_id)
    return render(request, "readiness/discard.html", _page(draft, answered=progress_of(draft).answered))
