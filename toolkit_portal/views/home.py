"""Where each person starts: an officer's "My work", or the page of the role they have."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from evidence.engagements import reminders
from evidence.models import Evidence
from evidence.recording import to_review
from groups.access import AuthenticatedRequest, officers_only, roles_of
from groups.credentials import WARNED_DAYS, expiring, files_to_check, to_look_at_again
from groups.models import CommunityGroup, Credential, Job, User, Visit, VisitDraft
from readiness import scoring
from readiness.models import Action, ActionNote, Assessment
from readiness.planning import answer_help, open_help
from toolkit_portal.views.manager_home import manager_home

DAYS_AHEAD = 7
UNSEEN_DAYS = 90
"""An active group without a visit for so many days needs one."""
SHOWN = 8
"""Lines of a list before "and 12 more"; ?show=all shows up to MOST."""
MOST = 200
GROUPS_SHOWN = 25
JOBS_SHOWN = 3


@dataclass(frozen=True)
class Listing:
    """The lines of one list that are shown, and how many more there are."""

    items: list[Any]
    more: int


def shorten(items: list[Any], most: int) -> Listing:
    """The first `most` items and the number left out."""
    return Listing(items[:most], max(0, len(items) - most))


@dataclass(frozen=True)
class LateThing:
    """Something whose day has passed: an open action, or a next date without a visit since."""

    group: CommunityGroup
    what: str
    was_due: date
    days: int
    action_id: int | None = None


@dataclass(frozen=True)
class RunningOut:
    """A paper that has run out (no days left) or will."""

    paper: Credential
    days: int

    @property
    def is_urgent(self) -> bool:
        """Whether it has run out, or will within the days of the second warning."""
        return self.days <= WARNED_DAYS[1]


@dataclass(frozen=True)
class Unseen:
    """An active group nobody has visited for long. Both None: never."""

    group: CommunityGroup
    last: date | None
    days: int | None


@dataclass(frozen=True)
class OwnGroup:
    """A line of the officer's table of groups."""

    group: CommunityGroup
    is_mine: bool
    score: int | None
    band: str
    last: date | None
    next_on: date | None


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Officers get their work, managers the county; others their role's page, or a word on what to do."""
    roles = roles_of(request)
    if roles.is_officer:
        return my_work(request)
    if roles.is_manager:
        return manager_home(request)
    for has_role, page in (
        (roles.is_lead, "lead_plan"),
        (roles.is_administrator, "administration"),
    ):
        if has_role:
            return redirect(page)
    return render(request, "home/no_role.html")


def my_work(request: AuthenticatedRequest) -> HttpResponse:
    """Whom to see next, what is late, what was left unfinished, who asks for help. At most 20 queries."""
    today = timezone.localdate()
    user = request.user
    groups = CommunityGroup.objects.editable_by(user)
    everyone = request.GET.get("whose") == "all"
    scope = groups if everyone else own_groups(groups, user)
    most = MOST if request.GET.get("show") == "all" else SHOWN
    planned = list(
        Visit.objects.with_standing_next_date()
        .filter(group__in=groups, group__status=CommunityGroup.Status.ACTIVE)
        .select_related("group")
        .order_by("next_on", F("next_at").asc(nulls_last=True), "pk")
    )
    dates = [
        visit
        for visit in planned
        if everyone or visit.group.caseworker_id in {None, user.pk} or visit.officer_id == user.pk
    ]
    context: dict[str, Any] = {
        "today": today,
        "everyone": everyone,
        "upcoming": shorten(upcoming(dates, today), most),
        "late": shorten(late_things(scope, dates, today), most),
        "unseen": shorten(not_seen(scope, today), most),
        "visit_drafts": list(
            VisitDraft.objects.filter(officer=user, group__in=groups).select_related("group")[:MOST]
        ),
        "assessment_drafts": list(
            Assessment.objects.drafts()
            .filter(Q(started_by=user) | Q(group__in=scope), group__in=groups)
            .select_related("group", "started_by")
            .order_by("-started_at")[:SHOWN]
        ),
        "to_review": to_review(user).count(),
        "sent_back": Evidence.objects.editable_by(user)
        .filter(created_by=user, sent_back_at__isnull=False)
        .count(),
        "papers_to_check": shorten(list(files_to_check(scope)[:MOST]), most),
        "running_out": shorten(running_out(scope, today), most),
        "look_again": shorten(list(to_look_at_again(scope, today)[:MOST]), most),
        "waiting": shorten(reminders(scope, today, MOST), most),
        "help_notes": list(open_help(user).filter(action__plan__group__in=scope)[:MOST]),
        "own": own_table(groups, user, planned),
        "group_count": groups.count(),
        "jobs": list(Job.objects.of(user)[:JOBS_SHOWN]),
    }
    return render(request, "home/my_work.html", context)


def upcoming(dates: list[Visit], today: date) -> list[Visit]:
    """Those of the standing next dates that fall on today or within DAYS_AHEAD days of it."""
    until = today + timedelta(days=DAYS_AHEAD)
    return [visit for visit in dates if visit.next_on and today <= visit.next_on <= until]


def own_groups(groups: QuerySet[CommunityGroup], user: User) -> QuerySet[CommunityGroup]:
    """The officer's own groups: those they are caseworker of, and those that nobody is."""
    return groups.filter(Q(caseworker=user) | Q(caseworker__isnull=True))


def late_things(groups: QuerySet[CommunityGroup], dates: list[Visit], today: date) -> list[LateThing]:
    """Open actions past their day, and standing next dates that have passed, longest overdue first."""
    actions = (
        Action.objects.late(today)
        .filter(plan__group__in=groups)
        .select_related("plan__group")
        .order_by("due_on", "pk")[:MOST]
    )
    late = [
        LateThing(action.plan.group, action.what, action.due_on, (today - action.due_on).days, action.pk)
        for action in actions
        if action.due_on
    ] + [
        LateThing(visit.group, "Planned visit not logged", visit.next_on, (today - visit.next_on).days)
        for visit in dates
        if visit.next_on and visit.next_on < today
    ]
    return sorted(late, key=lambda thing: (thing.was_due, thing.group.name))


def running_out(groups: QuerySet[CommunityGroup], today: date) -> list[RunningOut]:
    """Papers of active groups that have run out or will within the days of the first warning, soonest first."""
    return [
        RunningOut(paper, (paper.expires_on - today).days)
        for paper in expiring(groups, today)[:MOST]
        if paper.expires_on
    ]


def not_seen(groups: QuerySet[CommunityGroup], today: date) -> list[Unseen]:
    """Active groups without a visit for UNSEEN_DAYS or ever: never visited first, then longest ago."""
    return [
        Unseen(group, group.last_visit, (today - group.last_visit).days if group.last_visit else None)
        for group in groups.filter(status=CommunityGroup.Status.ACTIVE)
        .annotate(last_visit=last_visit())
        .filter(Q(last_visit__isnull=True) | Q(last_visit__lte=today - timedelta(days=UNSEEN_DAYS)))
        .order_by(F("last_visit").asc(nulls_first=True), "name", "pk")[:MOST]
    ]


def last_visit() -> Subquery:
    """The day of a group's last visit, for annotate()."""
    visits = Visit.objects.filter(group=OuterRef("pk")).order_by()
    return Subquery(visits.values("group").annotate(on=Max("happened_on")).values("on"))


def own_table(groups: QuerySet[CommunityGroup], user: User, dates: list[Visit]) -> list[OwnGroup]:
    """The first groups of the officer's LIO, their own caseload first, with score, band and dates."""
    latest = Assessment.objects.filter(is_latest=True, group=OuterRef("pk"))
    next_dates = {visit.group_id: visit.next_on for visit in dates}
    found = (
        groups.exclude(status=CommunityGroup.Status.CLOSED)
        .annotate(
            not_mine=Q(caseworker__isnull=True) | ~Q(caseworker=user),
            exact=Subquery(latest.values("overall_exact")[:1]),
            band=Subquery(latest.values("band")[:1]),
            last_visit=last_visit(),
        )
        .order_by("not_mine", "name", "pk")[:GROUPS_SHOWN]
    )
    return [
        OwnGroup(
            group=group,
            is_mine=not group.not_mine,
            score=scoring.shown(scoring.from_text(group.exact)) if group.exact else None,
            band=group.band or "",
            last=group.last_visit,
            next_on=next_dates.get(group.pk),
        )
        for group in found
    ]


@officers_only
@require_POST
def help_answered(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Marks a lead's call for help as answered, once; who and when are kept."""
    note = get_object_or_404(
        ActionNote.objects.filter(
            kind=ActionNote.Kind.HELP,
            action__plan__group__in=CommunityGroup.objects.editable_by(request.user),
        ).select_related("action__plan__group"),
        pk=pk,
    )
    answer_help(note=note, by=request.user)
    messages.success(request, f"Marked as answered: {note.action.plan.group}.")
    return redirect("home")
