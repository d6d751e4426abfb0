"""A visit from the form to the case file: log it, keep it as a draft, read it, change it.

Logging touches three apps, so it stands on the top floor: one transaction hands the meeting to groups, needs heard to
evidence, and levels and agreed actions to readiness.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evidence.models import Barrier, Evidence
from evidence.recording import record_evidence
from evidence.views.needs import shorten
from groups.access import AuthenticatedRequest, can_edit, get_editable_group, officers_only
from groups.models import CommunityGroup, User, Visit, VisitDraft
from groups.models.community_groups import name_key
from groups.visits import (
    AlreadyLogged,
    ForeignForm,
    StaleDraft,
    StaleVisit,
    change_visit,
    discard_draft,
    log_visit,
    save_draft,
    visit_of_form,
)
from readiness.assessing import StaleAnswer, record_levels
from readiness.models import Criterion
from readiness.planning import add_action, plan_of
from toolkit_portal.core.form_ids import form_id
from toolkit_portal.views.visit_forms import ActionFormSet, NeedFormSet, VisitForm
from toolkit_portal.views.visit_sheet import FIELD_WORDS, Sections, Sheet, need_choices, sections_for

CHOICES_SHOWN = 50


def log_sitting(
    *,
    group: CommunityGroup,
    by: User,
    client_id: UUID,
    meeting: Mapping[str, Any],
    topics: list[str],
    levels: Mapping[str, int],
    versions: Mapping[str, int],
    actions: Sequence[Mapping[str, Any]],
    needs: Sequence[Mapping[str, Any]] = (),
) -> Visit:
    """The visit with everything recorded on it, or nothing at all.

    Raises AlreadyLogged for a form sent before, StaleAnswer where a colleague has changed a level since the form
    was read, ForeignForm for somebody else's form, ValueError for what the verbs below refuse.
    """
    with transaction.atomic():
        visit = log_visit(group=group, by=by, client_id=client_id, topics=topics, **meeting)
        record_levels(group=group, by=by, on=visit.happened_on, levels=levels, versions=versions, visit=visit)
        if actions:
            plan = plan_of(group)
            for action in actions:
                add_action(plan=plan, by=by, visit=visit, **action)
        for need in needs:
            record_need(need, visit=visit, by=by)
        return visit


def record_need(need: Mapping[str, Any], *, visit: Visit, by: User) -> None:
    """A row of the form as a draft record: told by the group, on the day of the visit, where the group is."""
    group = visit.group
    barrier = need.get("barrier")
    record_evidence(
        lio=group.lio,
        by=by,
        visit=visit,
        happened_on=visit.happened_on,
        method=Evidence.Method.ENQUIRY,
        summary=need["summary"],
        service_area_id=need["service_area"],
        people_affected=need.get("people_affected"),
        lists={
            "groups": [group],
            "districts": group.districts.all(),
            "communities": group.communities.all(),
            "barriers": Barrier.objects.filter(pk=barrier) if barrier else [],
        },
    )


@officers_only
@require_safe
def visit_choose_group(request: AuthenticatedRequest) -> HttpResponse:
    """Which group was visited: the officer's own first, found by name."""
    wanted = request.GET.get("q", "").strip()
    groups = CommunityGroup.objects.editable_by(request.user).exclude(status=CommunityGroup.Status.CLOSED)
    for word in name_key(wanted).split():
        groups = groups.filter(search_text__contains=word)
    found = list(
        groups.annotate(not_mine=Q(caseworker__isnull=True) | ~Q(caseworker=request.user)).order_by(
            "not_mine", "name", "pk"
        )[: CHOICES_SHOWN + 1]
    )
    return render(
        request,
        "visits/choose_group.html",
        {"groups": found[:CHOICES_SHOWN], "more": len(found) > CHOICES_SHOWN, "wanted": wanted},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def visit_log(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One page for one sitting. An unfinished one is offered before a new one begins."""
    group = get_editable_group(request, pk)
    if request.method == "POST":
        return _take(request, group, Sheet.posted(request.POST))
    drafts = VisitDraft.objects.filter(group=group, officer=request.user)
    wanted = request.GET.get("draft", "")
    if wanted:
        draft = get_object_or_404(drafts, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0)
        return _show(request, group, Sheet.stored(draft), saved_at=timezone.localtime(draft.saved_at))
    sheet_id = form_id(request)
    if sheet_id is None and "new" not in request.GET and (unfinished := list(drafts)):
        return render(request, "visits/continue.html", _case(request, group) | {"drafts": unfinished})
    if sheet_id is None:
        return _new_form(group)
    # The id stands in the address, so that the Back button, which asks for the page again, brings the same form
    # and not a second visit.
    try:
        visit = visit_of_form(client_id=sheet_id, group=group, by=request.user)
    except ForeignForm:
        return _new_form(group)
    if visit is not None:
        return _logged_before(request, visit)
    if (kept := drafts.filter(client_id=sheet_id).first()) is not None:
        return _show(request, group, Sheet.stored(kept), saved_at=timezone.localtime(kept.saved_at))
    return _show(request, group, Sheet(sheet_id, 0, {}), fresh=True)


def _new_form(group: CommunityGroup) -> HttpResponse:
    return redirect(f"{reverse('visit_log', args=[group.pk])}?form={uuid4()}")


def _take(request: AuthenticatedRequest, group: CommunityGroup, sheet: Sheet) -> HttpResponse:
    """Acts on a sent form. What was typed is kept as a draft first, whatever happens next."""
    then = request.POST.get("then", "log")
    try:
        draft = save_draft(
            group=group,
            by=request.user,
            client_id=sheet.client_id,
            fields=sheet.fields,
            version=sheet.draft_version,
        )
    except AlreadyLogged as before:
        return _logged_before(request, before.visit)
    except ForeignForm:
        fresh = Sheet(uuid4(), 0, sheet.fields)
        return _show(request, group, fresh, status=409, foreign=True)
    except StaleDraft as stale:
        stored = Sheet.stored(stale.current)
        return _show(
            request,
            group,
            Sheet(sheet.client_id, stored.draft_version, sheet.fields),
            status=409,
            other=stale.current,
            differences=sheet.differences(stored),
        )
    sheet = Sheet(sheet.client_id, draft.version, sheet.fields)
    if then == "later":
        messages.success(
            request, f"Your visit to {group} is kept as a draft. You find it under “Unfinished”."
        )
        return redirect("home")
    if then in {"row", "need", "keep"}:
        return _show(
            request,
            group,
            sheet,
            more_rows=int(then == "row"),
            more_needs=int(then == "need"),
            saved_at=timezone.localtime(draft.saved_at),
        )
    sections = sections_for(group).fill(sheet)
    form = VisitForm(request.POST)
    rows = ActionFormSet(request.POST, prefix="actions", form_kwargs={"sections": sections.choices()})
    needs = NeedFormSet(
        # A form from before needs could be recorded has no count of them.
        {"needs-TOTAL_FORMS": "0", "needs-INITIAL_FORMS": "0", **request.POST.dict()},
        prefix="needs",
        form_kwargs=need_choices(),
    )
    if not all([form.is_valid(), rows.is_valid(), needs.is_valid(), sections.check()]):
        return _page(request, group, sheet, sections, form, rows, needs)
    actions = [row.cleaned_data for row in rows if row.has_changed()]
    heard = [row.cleaned_data for row in needs if row.has_changed()]
    try:
        visit = log_sitting(
            group=group,
            by=request.user,
            client_id=sheet.client_id,
            meeting=form.meeting(),
            topics=sections.topics,
            levels=sections.levels,
            versions=sections.versions,
            actions=actions,
            needs=heard,
        )
    except AlreadyLogged as before:
        return _logged_before(request, before.visit)
    except StaleAnswer:
        # Read again: the page shows both levels, and the next sending goes by what is stored now.
        sections = sections_for(group).fill(sheet, keep_versions=False)
        sections.mark_conflicts(sheet)
        return _page(request, group, sheet, sections, form, rows, needs, status=409, level_conflict=True)
    messages.success(request, _what_was_saved(visit, len(sections.levels), len(actions), len(heard)))
    return redirect("case", pk=group.pk)


def _what_was_saved(visit: Visit, levels: int, actions: int, needs: int) -> str:
    parts = [
        f"{count} {noun if count == 1 else noun + 's'}"
        for count, noun in ((levels, "level"), (needs, "need"), (actions, "action"))
        if count
    ]
    with_parts = f" with {get_text_list(parts, 'and')}" if parts else ""
    following = f" You meet next on {visit.next_on:%-d %B %Y}." if visit.next_on else ""
    return f"The visit of {visit.happened_on:%-d %B %Y} is logged{with_parts}.{following}"


def _logged_before(request: HttpRequest, visit: Visit) -> HttpResponse:
    messages.info(
        request,
        "This visit has been logged already, so nothing was saved a second time. To correct it, choose “Change”.",
    )
    return redirect("visit_detail", pk=visit.pk)


def _show(
    request: AuthenticatedRequest,
    group: CommunityGroup,
    sheet: Sheet,
    *,
    status: int = 200,
    fresh: bool = False,
    more_rows: int = 0,
    more_needs: int = 0,
    **more: Any,
) -> HttpResponse:
    """The form with a sheet's words as they were typed, without complaints."""
    sections = sections_for(group).fill(sheet)
    form = VisitForm(initial={"happened_on": timezone.localdate()}) if fresh else sheet.form()
    rows = sheet.rows(sections.choices(), more=more_rows)
    needs = sheet.needs(need_choices(), more=more_needs)
    return _page(request, group, sheet, sections, form, rows, needs, status=status, **more)


def _page(
    request: AuthenticatedRequest,
    group: CommunityGroup,
    sheet: Sheet,
    sections: Sections,
    form: VisitForm,
    rows: BaseFormSet,
    needs: BaseFormSet,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = _case(request, group) | {
        "form": form,
        "rows": rows,
        "sections": sections,
        "sheet": sheet,
        "most_rows": rows.max_num,
        "needs": needs,
        "most_needs": needs.max_num,
        "has_errors": bool(
            form.is_bound
            and (
                form.errors
                or rows.total_error_count()
                or needs.total_error_count()
                or any(item.error for item in sections.all)
            )
        ),
        **more,
    }
    return render(request, "visits/log.html", context, status=status)


def _case(request: HttpRequest, group: CommunityGroup) -> dict[str, Any]:
    return {"group": group, "can_edit": can_edit(request, group), "tab": "visits"}


@require_POST
def visit_autosave(request: AuthenticatedRequest, pk: int) -> JsonResponse:
    """Keeps the form as typed so far; answers as static/js/autosave.js expects."""
    group = get_editable_group(request, pk)
    sheet = Sheet.posted(request.POST)
    if str(sheet.client_id) != request.POST.get("client_id"):
        return JsonResponse({"ok": False, "message": "Not saved – open this page again."}, status=400)
    try:
        draft = save_draft(
            group=group,
            by=request.user,
            client_id=sheet.client_id,
            fields=sheet.fields,
            version=sheet.draft_version,
        )
    except StaleDraft as stale:
        return JsonResponse(
            {
                "conflict": True,
                "message": "Not saved – this draft was changed in another window. "
                "Press “Finish later” here to see both.",
                "url": f"{reverse('visit_log', args=[group.pk])}?draft={stale.current.pk}",
            },
            status=409,
        )
    except AlreadyLogged as before:
        return JsonResponse(
            {
                "conflict": True,
                "message": "This visit has been logged already.",
                "url": reverse("visit_detail", args=[before.visit.pk]),
            },
            status=409,
        )
    except ForeignForm:
        return JsonResponse({"ok": False, "message": "Not saved – open this page again."}, status=400)
    return JsonResponse(
        {"ok": True, "saved_at": f"{timezone.localtime(draft.saved_at):%H:%M}", "version": draft.version}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def visit_draft_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes an officer's own draft."""
    draft = get_object_or_404(VisitDraft.objects.select_related("group"), pk=pk, officer=request.user)
    group = get_editable_group(request, draft.group_id)
    if request.method == "POST":
        discard_draft(draft)
        messages.success(request, f"The draft of a visit to {group} is deleted.")
        return redirect("home")
    return render(request, "visits/discard.html", _case(request, group) | {"draft": draft})


def _get_visit(request: HttpRequest, pk: int) -> Visit:
    """The visit, where this person may read its group's case file. Raises Http404 otherwise."""
    return get_object_or_404(
        Visit.objects.visible_to(request.user).select_related("officer", "group__lio", "group__caseworker"),
        pk=pk,
    )


@require_safe
def visit_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One visit with the levels and actions recorded on it."""
    visit = _get_visit(request, pk)
    group = visit.group
    titles = {
        item.code: item for item in Criterion.objects.filter(edition__is_current=True, code__in=visit.topics)
    }
    context = _case(request, group) | {
        "visit": visit,
        "topics": [(code, titles.get(code)) for code in visit.topics],
        "answers": visit.answers.select_related("criterion").order_by("criterion__position"),
        "actions": visit.actions.all(),
        "needs": [
            (record, shorten(record.summary, 160))
            for record in Evidence.objects.visible_to(request.user)
            .filter(visit=visit)
            .select_related("service_area")
            .order_by("pk")
        ],
    }
    return render(request, "visits/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def visit_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Changes the meeting's own fields. Levels and actions are changed where they live."""
    visit = _get_visit(request, pk)
    group = get_editable_group(request, visit.group_id)
    context = _case(request, group) | {"visit": visit, "version": visit.version}
    if request.method != "POST":
        return render(request, "visits/edit.html", context | {"form": VisitForm(instance=visit)})
    form = VisitForm(request.POST, instance=Visit(group=group))
    read = request.POST.get("version", "")
    context |= {"form": form, "version": read}
    if not form.is_valid():
        return render(request, "visits/edit.html", context)
    try:
        change_visit(
            visit=visit, version=int(read) if read.isdecimal() and len(read) < 9 else 0, **form.meeting()
        )
    except StaleVisit as stale:
        theirs = stale.current
        context |= {
            "version": theirs.version,
            "differences": [
                (FIELD_WORDS[name], _shown(form.instance, name), _shown(theirs, name))
                for name, value in form.meeting().items()
                if value != getattr(theirs, name)
            ],
        }
        return render(request, "visits/edit.html", context, status=409)
    messages.success(request, f"The visit of {form.cleaned_data['happened_on']:%-d %B %Y} is changed.")
    return redirect("visit_detail", pk=visit.pk)


def _shown(visit: Visit, name: str) -> str:
    """A field of a visit in words, for the comparison of two versions."""
    if name == "how":
        return visit.get_how_display()
    value = getattr(visit, name)
    if value is None:
        return ""
    if name.endswith("_on"):
        return f"{value:%-d %B %Y}"
    return f"{value:%H:%M}" if name.endswith("_at") else str(value)
