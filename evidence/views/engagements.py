"""A group's page of influence and partners, and the forms of its contact with commissioners and others."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evidence import versioned
from evidence.engagements import change_engagement, clock_of, note_engagement
from evidence.forms.engagements import EngagementForm, initial_of
from evidence.indicators import chart_of
from evidence.models import Engagement, Indicator, Partnership
from evidence.models.partnerships import Stage
from evidence.request_clock import knows, rules
from evidence.views.influence_forms import add, edit, page_of, to_influence
from groups.access import AuthenticatedRequest, can_edit, get_editable_group, get_group
from groups.models import CommunityGroup

PER_PAGE = 10
# What is offered to add, in the words of somebody who has just done it.
ADD_WORDS = {
    Engagement.Kind.DIALOGUE: "a talk with a commissioner or provider",
    Engagement.Kind.REQUEST: "a request about race equality",
    Engagement.Kind.CONSULTATION: "a consultation",
    Engagement.Kind.FORUM: "a forum meeting",
    Engagement.Kind.SPECIFICATION: "a service specification",
}
CODES = {
    Engagement.Kind.DIALOGUE: "2.11",
    Engagement.Kind.REQUEST: "2.12",
    Engagement.Kind.CONSULTATION: "2.13",
    Engagement.Kind.FORUM: "2.14",
    Engagement.Kind.SPECIFICATION: "2.15",
}


@require_safe
def case_influence(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Contact newest first, partnerships by stage, and indicators with their figures. At most 20 queries."""
    group = get_group(request, pk)
    may_edit = can_edit(request, group)
    today = timezone.localdate()
    kind = request.GET.get("kind", "")
    kind = kind if kind in Engagement.Kind.values else ""
    contact = (
        Engagement.objects.visible_to(request.user)
        .filter(
            pk__in=Engagement.groups.through.objects.filter(communitygroup_id=group.pk).values(
                "engagement_id"
            )
        )
        .select_related("organisation", "service_area", "district", "visit", "created_by")
        .order_by("-happened_on", "-pk")
    )
    page = Paginator(contact.filter(kind=kind) if kind else contact, PER_PAGE).get_page(
        request.GET.get("page")
    )
    file = rules()
    context = {
        "group": group,
        "can_edit": may_edit,
        "tab": "influence",
        "kinds": Engagement.Kind.choices,
        "kind": kind,
        "add_words": ADD_WORDS.items(),
        "page_obj": page,
        "lines": [_line(engagement, today) for engagement in page.object_list],
        "steps": file["steps"] if any(one.due_on for one in page.object_list) else [],
        "rules": file,
        "unknown_holidays": any(one.due_on and not knows(one.due_on) for one in page.object_list),
        "partnerships": _by_stage(group),
        "charts": [
            chart_of(indicator)
            for indicator in Indicator.objects.filter(group=group).prefetch_related("values")
        ],
    }
    return render(request, "influence/influence.html", context)


def _line(engagement: Engagement, today: Any) -> dict[str, Any]:
    return {
        "engagement": engagement,
        "code": CODES[Engagement.Kind(engagement.kind)],
        "clock": clock_of(engagement, today),
        "is_open": engagement.kind == Engagement.Kind.CONSULTATION
        and engagement.responded_on is None
        and engagement.closes_on is not None
        and engagement.closes_on >= today,
    }


def _by_stage(group: CommunityGroup) -> list[Partnership]:
    """The group's partnerships, the furthest first and those that ended last."""
    order = [
        Stage.SUB_CONTRACT,
        Stage.BID_NAMED,
        Stage.AGREED,
        Stage.APPROACHED,
        Stage.IDENTIFIED,
        Stage.ENDED,
    ]
    found = (
        Partnership.objects.filter(group=group)
        .select_related("prime")
        .prefetch_related("services", "districts", "history")
    )
    return sorted(found, key=lambda one: order.index(Stage(one.stage)))


def _engagement(request: AuthenticatedRequest, pk: int, number: int) -> tuple[CommunityGroup, Engagement]:
    """The group and its engagement, to be changed. Raises Http404 and PermissionDenied as get_editable_group does."""
    group = get_editable_group(request, pk)
    found = Engagement.objects.editable_by(request.user).filter(groups=group)
    return group, get_object_or_404(found, pk=number)


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_add(request: AuthenticatedRequest, pk: int, kind: str) -> HttpResponse:
    """A new talk, request, consultation, forum meeting or specification."""
    group = get_editable_group(request, pk)
    if kind not in Engagement.Kind.values:
        raise Http404("There is no such kind.")
    return add(
        request,
        group=group,
        model=Engagement,
        make_form=partial(EngagementForm, kind=kind, user=request.user, group=group),
        save=partial(note_engagement, lio=group.lio, by=request.user, kind=kind),
        template="influence/engagement_form.html",
        saved="Saved.",
        initial={"groups": [group.pk]},
        context=_words_of(kind),
    )


def _words_of(kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "kind_words": ADD_WORDS[Engagement.Kind(kind)],
        "code": CODES[Engagement.Kind(kind)],
        "rules": rules() if kind == Engagement.Kind.REQUEST else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_edit(request: AuthenticatedRequest, pk: int, number: int) -> HttpResponse:
    """Other words or facts. A save over a colleague's change is refused and shows both."""
    group, engagement = _engagement(request, pk, number)
    return edit(
        request,
        group=group,
        record=engagement,
        make_form=partial(
            EngagementForm, kind=engagement.kind, user=request.user, group=group, engagement=engagement
        ),
        save=partial(change_engagement, engagement=engagement, by=request.user),
        template="influence/engagement_form.html",
        initial=initial_of(engagement),
        place=f"contact-{engagement.pk}",
        context=_words_of(engagement.kind) | {"clock": clock_of(engagement, timezone.localdate())},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_delete(request: AuthenticatedRequest, pk: int, number: int) -> HttpResponse:
    """Asks, then deletes an entry, for every group that it names."""
    group, engagement = _engagement(request, pk, number)
    if request.method == "POST":
        versioned.delete(engagement)
        messages.success(request, "The entry is deleted.")
        return to_influence(group)
    others = engagement.groups.exclude(pk=group.pk).count()
    return render(
        request,
        "influence/delete.html",
        page_of(group, title="Delete this entry?", what=engagement.subject, others=others),
    )
