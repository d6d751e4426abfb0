"""Where a group is: its results so far, and one result in full."""

from uuid import uuid4

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from groups.access import can_edit, get_group
from groups.models import CommunityGroup
from readiness import scoring
from readiness.models import Assessment, Criterion, Edition
from readiness.results import (
    change_in_words,
    result_of,
    score,
    standing_of,
    time_before,
    trend_of,
    where_they_are,
)
from readiness.route_keeping import WITH_ROUTE, route_of
from readiness.targets import targets_of

ANSWERED = Q(answers__not_applicable=True) | Q(answers__level__isnull=False)


@require_safe
def case_readiness(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest result in short, the way so far, targets, and every assessment with its corrections."""
    group = get_group(request, pk, CommunityGroup.objects.select_related(WITH_ROUTE))
    assessments = list(
        Assessment.objects.filter(group=group)
        .select_related("edition", "completed_by", "started_by", "corrects", "correction")
        .annotate(answered=Count("answers", filter=ANSWERED))
        .order_by("-assessed_on", "-completed_at", "-pk")
    )
    standing = standing_of(group)
    latest = standing[0] if standing else None
    edition = latest.edition if latest else Edition.objects.filter(is_current=True).first()
    themes = list(edition.themes.all()) if edition else []
    before = time_before(latest, standing) if latest else None
    targets = targets_of(group)
    levels = dict(latest.answers.values_list("criterion__code", "level")) if latest else {}
    titles = dict(Criterion.objects.filter(edition=edition).values_list("code", "title"))
    context = {
        "group": group,
        "can_edit": can_edit(request, group),
        "tab": "readiness",
        "route": route_of(group),
        "edition": edition,
        "latest": latest,
        "draft": next((item for item in assessments if not item.is_complete), None),
        "criteria_count": len(titles),
        "client_id": uuid4(),
        "assessments": [
            (item, _shown(item) if item.is_complete else None, _correction_of(item)) for item in assessments
        ],
        "targets": [
            {
                "target": target,
                "title": titles.get(code, ""),
                "level": levels.get(code),
                "gap": scoring.gap(levels.get(code), target.level),
            }
            for code, target in sorted(
                targets.items(), key=lambda pair: list(titles).index(pair[0]) if pair[0] in titles else 99
            )
        ],
    }
    if latest:
        overall = score(latest)
        context |= {
            "overall": _shown(latest),
            "words": where_they_are(overall, latest.band),
            "change": change_in_words(overall, before, score(before) if before else None),
            "themes": [
                (theme, None if (value := score(latest, theme.code)) is None else scoring.shown(value))
                for theme in themes
            ],
            "trend": trend_of(standing, themes, latest.edition),
        }
    return render(request, "readiness/case_readiness.html", context)


def _shown(assessment: Assessment) -> int | None:
    value = score(assessment)
    return None if value is None else scoring.shown(value)


def _correction_of(assessment: Assessment) -> Assessment | None:
    """The complete assessment that replaced this one."""
    correction = getattr(assessment, "correction", None)
    return correction if correction is not None and correction.is_complete else None


@require_safe
def assessment_result(request: HttpRequest, pk: int) -> HttpResponse:
    """One result in full: scores with words, change, strengths, next steps, targets, and what was said."""
    assessment = get_object_or_404(
        Assessment.objects.visible_to(request.user).select_related(
            "edition", "completed_by", "corrects", "group__lio", "group__caseworker"
        ),
        pk=pk,
    )
    group = assessment.group
    writes = can_edit(request, group)
    if not assessment.is_complete:
        if writes:
            return redirect("assessment_check", pk=pk)
        return redirect("case_readiness", pk=group.pk)
    page = result_of(assessment)
    return render(
        request,
        "readiness/result.html",
        {
            "group": group,
            "can_edit": writes,
            "tab": "readiness",
            "assessment": assessment,
            "edition": assessment.edition,
            "page": page,
        },
    )
