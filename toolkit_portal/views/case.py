"""A group's case file: the overview with what happened so far, and the visits."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from groups.access import can_edit, get_group
from groups.credentials import line_of
from groups.models import CommunityGroup, Contact, Credential, Visit
from readiness import scoring
from readiness.models import Assessment
from readiness.route_keeping import WITH_ROUTE, route_of
from toolkit_portal.views.timeline import KINDS, WITH_FACTS, timeline

PER_PAGE = 25
ANSWERED = Q(answers__not_applicable=True) | Q(answers__level__isnull=False)


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the group stands, what was agreed and what happened. At most 20 queries, however long its history."""
    groups = CommunityGroup.objects.select_related(WITH_ROUTE, "plan").prefetch_related(*WITH_FACTS)
    group = get_group(request, pk, groups)
    standing = list(
        Assessment.objects.standing()
        .filter(group=group)
        .select_related("edition")
        .order_by("-assessed_on", "-completed_at", "-pk")[:2]
    )
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    page = Paginator(timeline(group, kind), PER_PAGE).get_page(request.GET.get("page"))
    draft = (
        Assessment.objects.drafts()
        .filter(group=group)
        .select_related("edition")
        .annotate(
            criteria=Count("edition__criteria", distinct=True),
            answered=Count("answers", filter=ANSWERED, distinct=True),
        )
        .first()
    )
    context = {
        "group": group,
        "can_edit": can_edit(request, group),
        "tab": "overview",
        "contact": Contact.objects.filter(group=group, is_lead=True).first(),
        "next_visit": Visit.objects.with_standing_next_date().filter(group=group).first(),
        "page_obj": page,
        "kinds": KINDS,
        "kind": kind,
        "draft": draft,
        **(where_they_are(standing) if standing else {}),
        **(progress_of(draft.answered, draft.criteria) if draft else {}),
        **plan_state(group),
        **paper_state(group),
        "route": route_of(group),
    }
    return render(request, "case/overview.html", context)


def where_they_are(standing: list[Assessment]) -> dict[str, object]:
    """The latest score as shown, what it was before, and each theme's."""
    latest, before = standing[0], standing[1] if len(standing) > 1 else None
    overall = scoring.from_text(latest.overall_exact) if latest.overall_exact else None
    earlier = scoring.from_text(before.overall_exact) if before and before.overall_exact else None
    return {
        "latest": latest,
        "overall": None if overall is None else scoring.shown(overall),
        "before": before,
        "was": None if earlier is None else scoring.shown(earlier),
        "themes": [
            (theme, scoring.shown(scoring.from_text(latest.theme_scores[theme.code])))
            for theme in latest.edition.themes.all()
            if theme.code in latest.theme_scores
        ],
    }


def progress_of(answered: int, total: int) -> dict[str, object]:
    """How many criteria of a draft are answered, of how many."""
    return {"answered": answered, "criteria": total, "all_answered": answered == total}


def plan_state(group: CommunityGroup) -> dict[str, object]:
    """How many actions are open and late, and the last version issued."""
    if not hasattr(group, "plan"):
        return {"open_actions": 0, "late_actions": 0, "issued": None}
    actions, issues = group.plan.actions.all(), list(group.plan.issues.all())
    return {
        "open_actions": sum(action.state in {action.State.TO_DO, action.State.DOING} for action in actions),
        "late_actions": sum(action.is_late for action in actions),
        "issued": issues[0] if issues else None,
    }


def paper_state(group: CommunityGroup) -> dict[str, object]:
    """How many papers are in place, have expired, and expire within 60 days."""
    today = timezone.localdate()
    lines = [
        line_of(paper.kind, paper, today)
        for paper in Credential.objects.filter(group=group).select_related("kind")
    ]
    return {
        "papers_in_place": sum(line.holds for line in lines),
        "papers_expired": sum(line.expired_on is not None for line in lines),
        "papers_soon": sum(line.expires_soon for line in lines),
    }


@require_safe
def case_visits(request: HttpRequest, pk: int) -> HttpResponse:
    """The visits to one group, newest first."""
    group = get_group(request, pk)
    visits = Visit.objects.filter(group=group).select_related("officer")
    page = Paginator(visits, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "case/visits.html",
        {"group": group, "can_edit": can_edit(request, group), "tab": "visits", "page_obj": page},
    )
