"""Targets that group and officer agree on: all sections on one page, each with a level and a day or neither."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from groups.access import AuthenticatedRequest, get_editable_group
from groups.models import CommunityGroup
from readiness.forms.targets import TargetForm, as_text, target_prefix
from readiness.models import Answer, Assessment, Criterion, Edition
from readiness.targets import Aim, StaleTarget, agree_targets, aims_of


@dataclass(slots=True)
class TargetRow:
    """One criterion: the level now, the form, and what a colleague has stored since where the two differ."""

    criterion: Criterion
    answer: Answer | None
    form: TargetForm
    stale: bool = False
    stored: Aim | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def group_targets(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Sets, changes and removes targets. All that was typed is saved, or nothing and the page says why."""
    group = get_editable_group(request, pk)
    latest = Assessment.objects.filter(group=group, is_latest=True).select_related("edition").first()
    edition = latest.edition if latest else Edition.objects.get(is_current=True)
    posted = request.POST if request.method == "POST" else None
    rows = _rows(group, edition, latest, posted)
    status = 200
    if posted is not None:
        if all(row.form.is_valid() for row in rows):
            try:
                changed = agree_targets(
                    group=group,
                    by=request.user,
                    wanted={row.criterion.code: row.form.aim for row in rows},
                    shown={row.criterion.code: row.form.shown_aim for row in rows},
                )
            except StaleTarget as stale:
                status = 409
                _show_both(rows, stale.codes, aims_of(group), posted)
            else:
                _say(request, rows, changed)
                return redirect("case_readiness", pk=pk)
        else:
            status = 422
    return render(
        request,
        "readiness/targets.html",
        {
            "group": group,
            "can_edit": True,
            "tab": "readiness",
            "edition": edition,
            "latest": latest,
            "rows": rows,
            "wrong": [row for row in rows if row.form.errors],
            "stale": [row for row in rows if row.stale],
        },
        status=status,
    )


def _rows(
    group: CommunityGroup, edition: Edition, latest: Assessment | None, posted: QueryDict | None
) -> list[TargetRow]:
    aims = aims_of(group)
    answers = {answer.criterion_id: answer for answer in latest.answers.all()} if latest else {}
    rows = []
    for criterion in edition.criteria.select_related("theme"):
        aim = aims.get(criterion.code)
        prefix = target_prefix(criterion)
        if posted is not None and f"{prefix}-shown" not in posted:
            continue  # not on the page that was sent: stays as it is
        form = TargetForm(
            posted,
            initial={"level": aim.level if aim else "", "by": aim.by if aim else None, "shown": as_text(aim)},
            prefix=prefix,
            level_names=edition.settings["level_names"],
            today=timezone.localdate(),
        )
        rows.append(TargetRow(criterion, answers.get(criterion.pk), form))
    return rows


def _show_both(rows: list[TargetRow], codes: list[str], stored: dict[str, Aim], posted: QueryDict) -> None:
    """Marks the rows that met a colleague's change; sending again takes what the form holds."""
    for row in rows:
        if row.criterion.code in codes:
            row.stale, row.stored = True, stored.get(row.criterion.code)
            row.form.data = {**posted.dict(), row.form.add_prefix("shown"): as_text(row.stored)}


def _say(request: AuthenticatedRequest, rows: list[TargetRow], changed: int) -> None:
    if changed:
        messages.success(request, f"Saved {changed} target{'' if changed == 1 else 's'}.")
    else:
        messages.info(request, "Nothing was changed.")
    reached = [
        row.criterion.code
        for row in rows
        if row.form.aim is not None
        and row.answer is not None
        and row.answer.level is not None
        and row.form.aim.level <= row.answer.level
    ]
    if reached:
        messages.warning(
            request,
            f"{', '.join(reached)}: the target is not above where the group is now. Check that it was meant so.",
        )
