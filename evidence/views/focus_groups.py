"""Focus groups: the list, one with its themes and quotes, a change, a deletion."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evidence.access import can_write, get_editable, get_visible
from evidence.focus_groups import (
    LISTS,
    ForeignForm,
    InRecord,
    StaleFocusGroup,
    change_focus_group,
    create_focus_group,
    delete_focus_group,
    differences,
    is_used,
)
from evidence.forms.focus_groups import MOST_QUOTES, MOST_THEMES, PLAIN, Sheet
from evidence.forms.methods import MethodListForm
from evidence.models import FocusGroup
from evidence.views.focus_quotes import to_decide
from groups.access import AuthenticatedRequest, case_readers_only, officers_only
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.value_words import value_words

PER_PAGE = 50
STAYS = "A theme or quote of this focus group is in a record of evidence, so the focus group stays."


@require_safe
@case_readers_only
def focus_group_list(request: AuthenticatedRequest) -> HttpResponse:
    """Focus groups this person may see, newest first; the filter stays in the URL."""
    visible = FocusGroup.objects.visible_to(request.user)
    form = MethodListForm(request.GET, user=request.user)
    found = (
        form.apply(visible)
        .select_related("lio")
        .annotate(
            theme_count=Count("themes", distinct=True), record_count=Count("themes__record", distinct=True)
        )
        .order_by("-held_on", "-pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "evidence/focus_list.html",
        {
            "tab": "focus_groups",
            "form": form,
            "active": len([name for name in form.chosen if name != "q"]),
            "page_obj": page,
            "any_groups": bool(page.paginator.count) or visible.exists(),
            "show_lio": "lio" in form.fields,
        },
    )


@require_safe
def focus_group_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One focus group: who came, what came up, what was said, and what became a record."""
    focus_group = get_visible(request, FocusGroup.objects.select_related("lio", "created_by"), pk)
    themes = list(focus_group.themes.select_related("service_area", "record"))
    quotes = list(focus_group.quotes.select_related("record"))
    words = ("Where people came from", "Communities", "Groups that took part")
    return render(
        request,
        "evidence/focus_detail.html",
        {
            "tab": "focus_groups",
            "focus_group": focus_group,
            "can_edit": can_write(request, focus_group),
            "is_used": is_used(focus_group),
            "themes": themes,
            "quotes": quotes,
            "rows": [
                {"term": "How many came", "text": focus_group.people_came},
                {"term": "Where", "text": focus_group.place},
                {"term": "Language", "text": focus_group.language},
                {"term": "Interpreter", "text": focus_group.get_interpreting_display()},
                *(
                    {"term": term, "text": ", ".join(map(str, getattr(focus_group, name).all()))}
                    for name, term in zip(LISTS, words, strict=True)
                ),
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def focus_group_new(request: AuthenticatedRequest) -> HttpResponse:
    """One page for one meeting. Rows are added without scripts too, and a form sent twice makes one."""
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST":
        made = FocusGroup.objects.editable_by(request.user).filter(client_id=sent).first()
        if made is not None:
            messages.info(request, "This focus group was saved already.")
            return redirect("focus_group_detail", pk=made.pk)
    if request.method != "POST":
        sheet = Sheet(
            user=request.user,
            initial={
                "held_on": timezone.localdate(),
                "interpreting": FocusGroup.Interpreting.NOT_NEEDED,
                "client_id": sent or uuid4(),
            },
        )
        return _page(request, sheet.with_more(themes=2, quotes=1))
    if (more := _more_rows(request)) is not None:
        return more
    sheet = Sheet(user=request.user, data=request.POST)
    if not sheet.is_valid() or (lio := sheet.form.of_lio) is None:
        return _page(request, sheet, status=422)
    if found := to_decide(request, sheet, lio.pk):
        return _page(request, sheet, found=found, status=422)
    try:
        made = create_focus_group(
            lio=lio,
            by=request.user,
            client_id=sheet.form.cleaned_data["client_id"] or sent,
            **sheet.content(),
        )
    except ForeignForm:
        send_again(sheet.form, client_id=str(uuid4()))
        sheet.form.add_error(
            None, "This form was used for another focus group. Nothing is lost: send it once more."
        )
        return _page(request, sheet, status=422)
    messages.success(request, "The focus group is saved. Make records of its themes below.")
    return redirect("focus_group_detail", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def focus_group_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other facts, themes or quotes. A save over a colleague's change is refused and shows both."""
    focus_group: FocusGroup = get_editable(request, FocusGroup.objects.select_related("lio"), pk)
    if request.method != "POST":
        return _page(request, Sheet.stored(focus_group, user=request.user), focus_group=focus_group)
    if (more := _more_rows(request, focus_group)) is not None:
        return more
    sheet = Sheet(user=request.user, data=request.POST, focus_group=focus_group)
    if not sheet.is_valid():
        return _page(request, sheet, focus_group=focus_group, status=422)
    if found := to_decide(request, sheet, focus_group.lio_id, focus_group):
        return _page(request, sheet, focus_group=focus_group, found=found, status=422)
    content = sheet.content()
    try:
        change_focus_group(
            focus_group=focus_group,
            by=request.user,
            version=sheet.form.cleaned_data["version"] or 0,
            **content,
        )
    except StaleFocusGroup as stale:
        # Sending it again is a decision made in sight of both.
        send_again(sheet.form, version=str(stale.current.version))
        return _page(
            request,
            sheet,
            focus_group=focus_group,
            differences=_differences(sheet, content, stale.current),
            status=409,
        )
    except ValueError as fault:
        sheet.form.add_error(None, str(fault))
        return _page(request, sheet, focus_group=focus_group, status=422)
    messages.success(request, "Saved.")
    return redirect("focus_group_detail", pk=pk)


def _more_rows(request: AuthenticatedRequest, focus_group: FocusGroup | None = None) -> HttpResponse | None:
    """The page with what was typed and one row more, where that button was pressed. Nothing is saved by it."""
    then = request.POST.get("then")
    if then not in {"theme", "quote", "stay"}:
        return None
    sheet = Sheet.typed(request.POST, user=request.user, focus_group=focus_group)
    sheet.with_more(themes=int(then == "theme"), quotes=int(then == "quote"))
    return _page(request, sheet, focus_group=focus_group)


def _page(
    request: AuthenticatedRequest,
    sheet: Sheet,
    *,
    focus_group: FocusGroup | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "tab": "focus_groups",
        "form": sheet.form,
        "sheet": sheet,
        "themes": sheet.themes,
        "quotes": sheet.quotes,
        "most_themes": MOST_THEMES,
        "most_quotes": MOST_QUOTES,
        "focus_group": focus_group,
        **more,
    }
    if focus_group is not None:
        context["recorded"] = focus_group.themes.filter(record__isnull=False).select_related("record")
        context["recorded_quotes"] = focus_group.quotes.filter(record__isnull=False).count()
    return render(request, "evidence/focus_form.html", context, status=status)


def _differences(sheet: Sheet, content: dict[str, Any], stored: FocusGroup) -> list[tuple[str, str, str]]:
    """Field, what was typed and what is stored now, in words, where the two differ."""
    labels = {name: str(sheet.form[name].label) for name in (*PLAIN, *LISTS)}
    labels |= {"theme": "Theme", "quote": "Quote"}
    found = differences(
        stored,
        {name: content[name] for name in PLAIN},
        content["lists"],
        content["themes"],
        content["quotes"],
    )
    return [(labels[name], _words(name, typed), _words(name, now)) for name, typed, now in found]


def _words(name: str, value: Any) -> str:
    if name == "interpreting":
        return str(FocusGroup.Interpreting(value).label)
    return value_words(value)


@require_http_methods(["GET", "HEAD", "POST"])
def focus_group_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a focus group of which nothing is a record."""
    focus_group: FocusGroup = get_editable(request, FocusGroup.objects.select_related("lio"), pk)
    if is_used(focus_group):
        raise PermissionDenied(STAYS)
    if request.method == "POST":
        try:
            delete_focus_group(focus_group=focus_group, by=request.user)
        except InRecord as fault:
            raise PermissionDenied(STAYS) from fault
        messages.success(request, "The focus group is deleted.")
        return redirect(reverse("focus_group_list"))
    return render(request, "evidence/focus_delete.html", {"tab": "focus_groups", "focus_group": focus_group})
