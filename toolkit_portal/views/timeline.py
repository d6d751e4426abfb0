"""What happened with a group, one line a fact, newest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Prefetch
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from evidence.models import Engagement, Evidence
from groups.models import CommunityGroup, CredentialChange, Invitation, Visit
from readiness import scoring
from readiness.models import Action, ActionNote, Assessment, IssuedPlan, RouteChange

EXCERPT = 160
# What of the facts also stands elsewhere on the page, for prefetch_related().
WITH_FACTS = (
    "plan__actions",
    Prefetch("plan__issues", IssuedPlan.objects.defer("snapshot").select_related("issued_by")),
)


@dataclass(frozen=True)
class Fact:
    """One line: the day, what happened, who did it, and where to read more."""

    on: date
    order: tuple[time, int]  # within a day
    kind: str
    what: str
    more: str = ""
    by: str = ""
    url: str = ""


def timeline(group: CommunityGroup, kind: str = "") -> list[Fact]:
    """The facts of a group, newest first: one query for each kind, or for the one that is asked for.

    None for what comes with the group, see WITH_FACTS.
    """
    chosen = [SOURCES[kind]] if kind else list(SOURCES.values())
    facts = [fact for source in chosen for fact in source(group)]
    return sorted(facts, key=lambda fact: (fact.on, fact.order), reverse=True)


def _excerpt(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(EXCERPT)


def _moment(at: datetime, pk: int) -> tuple[date, tuple[time, int]]:
    """The local day of a moment, and its place within that day."""
    local = timezone.localtime(at)
    return local.date(), (local.time(), pk)


def _visits(group: CommunityGroup) -> Iterable[Fact]:
    # The summary may run to pages; a line needs its beginning.
    for visit in (
        Visit.objects.filter(group=group)
        .defer("summary", "private_notes", "who_met", "topics")
        .annotate(beginning=Substr("summary", 1, EXCERPT + 40))
        .select_related("officer")
    ):
        yield Fact(
            visit.happened_on,
            (visit.happened_at or time.min, visit.pk),
            "visit",
            f"Visit {visit.get_how_display().lower()}" + (f", {visit.place}" if visit.place else ""),
            _excerpt(visit.beginning),
            str(visit.officer),
            reverse("visit_detail", args=[visit.pk]),
        )


def _assessments(group: CommunityGroup) -> Iterable[Fact]:
    for item in Assessment.objects.complete().filter(group=group).select_related("completed_by"):
        score = (
            f"{scoring.shown(scoring.from_text(item.overall_exact))}, {item.band.lower()}"
            if item.overall_exact
            else "no score, since nothing applies"
        )
        yield Fact(
            item.assessed_on,
            (time.min, item.pk),
            "assessment",
            f"{'Correction of an assessment' if item.corrects_id else 'Assessed'}: {score}",
            by=str(item.completed_by or ("imported" if item.imported else "")),
            url=reverse("assessment_result", args=[item.pk]),
        )


def _issues(group: CommunityGroup) -> Iterable[Fact]:
    for issue in group.plan.issues.all() if hasattr(group, "plan") else ():
        yield Fact(
            *_moment(issue.issued_at, issue.pk),
            "plan",
            f"Plan version {issue.number} issued",
            by=str(issue.issued_by),
            url=reverse("issued_plan_pdf", args=[issue.pk]),
        )


def _done(group: CommunityGroup) -> Iterable[Fact]:
    for action in group.plan.actions.all() if hasattr(group, "plan") else ():
        if action.state == Action.State.DONE and action.done_on:
            yield Fact(
                action.done_on,
                (time.min, action.pk),
                "action",
                "Action done",
                _excerpt(action.what),
                url=reverse("case_plan", args=[group.pk]),
            )


def _notes(group: CommunityGroup) -> Iterable[Fact]:
    for note in ActionNote.objects.filter(action__plan__group=group).select_related("author", "action"):
        asks = note.kind == ActionNote.Kind.HELP
        state = f" ({note.get_state_after_display().lower()})" if note.state_after else ""
        yield Fact(
            *_moment(note.written_at, note.pk),
            "note",
            f"{'Asked for help' if asks else 'Progress'}{state}: {_excerpt(note.action.what)}",
            _excerpt(note.text),
            f"{note.author}, for the group" if note.by_lead else str(note.author),
            reverse("case_plan", args=[group.pk]),
        )


def _invitations(group: CommunityGroup) -> Iterable[Fact]:
    for sent in Invitation.objects.filter(group=group).select_related("invited_by", "accepted_by"):
        whom = sent.name or sent.email
        yield Fact(
            *_moment(sent.created_at, sent.pk),
            "invitation",
            f"{whom} invited as group lead",
            by=str(sent.invited_by),
        )
        if sent.accepted_at:
            yield Fact(
                *_moment(sent.accepted_at, sent.pk),
                "invitation",
                f"{whom} accepted the invitation",
                by=str(sent.accepted_by),
            )


def _needs(group: CommunityGroup) -> Iterable[Fact]:
    links = Evidence.groups.through.objects.filter(communitygroup_id=group.pk)
    for record in (
        Evidence.objects.filter(pk__in=links.values("evidence_id"))
        .defer("summary", "needed_instead")
        .annotate(beginning=Substr("summary", 1, EXCERPT + 40))
        .select_related("service_area", "created_by")
    ):
        yield Fact(
            record.happened_on,
            (time.min, record.pk),
            "need",
            f"Need heard: {record.service_area}",
            _excerpt(record.beginning),
            str(record.created_by or ("imported" if record.imported else "")),
            reverse("evidence_detail", args=[record.pk]),
        )


def _contact(group: CommunityGroup) -> Iterable[Fact]:
    links = Engagement.groups.through.objects.filter(communitygroup_id=group.pk)
    # A consultation that is still open stands under the day to come on which it closes; it hasn't happened yet.
    for one in (
        Engagement.objects.filter(pk__in=links.values("engagement_id"), happened_on__lte=timezone.localdate())
        .defer("said")
        .select_related("organisation", "created_by")
    ):
        yield Fact(
            one.happened_on,
            (time.min, one.pk),
            "contact",
            f"{one.get_kind_display()}: {one.organisation}",
            _excerpt(one.subject),
            str(one.created_by or ""),
            f"{reverse('case_influence', args=[group.pk])}?kind={one.kind}#contact-{one.pk}",
        )


def _papers(group: CommunityGroup) -> Iterable[Fact]:
    changes = CredentialChange.objects.filter(credential__group=group).order_by("recorded_at", "pk")
    known: set[int] = set()
    for change in changes.select_related("credential__kind", "recorded_by"):
        is_first, kind = change.credential_id not in known, change.credential.kind
        known.add(change.credential_id)
        # A file of a paper that nobody had noted begins its history as missing, which is no news.
        if is_first and change.state == CredentialChange.State.MISSING:
            continue
        until = f"Expires on {date_format(change.expires_on, 'j F Y')}" if change.expires_on else ""
        yield Fact(
            *_moment(change.recorded_at, change.pk),
            "paper",
            f"{kind.label}: {change.get_state_display().lower()}",
            until if change.state == CredentialChange.State.IN_PLACE else _excerpt(change.why_not_needed),
            str(change.recorded_by or ""),
            reverse("paper", args=[group.pk, kind.key]),
        )


def _routes(group: CommunityGroup) -> Iterable[Fact]:
    for change in RouteChange.objects.filter(group=group).select_related("edition"):
        titles = {route["key"]: route["title"] for route in change.edition.settings.get("routes", ())}
        before, after = (titles.get(key, key) for key in (change.before, change.route))
        yield Fact(
            *_moment(change.changed_at, change.pk),
            "route",
            f"Ready to: {after.lower()} (before: {before.lower()})",
            change.cause,
            url=f"{reverse('case_route', args=[group.pk])}#history",
        )


SOURCES: dict[str, Callable[[CommunityGroup], Iterable[Fact]]] = {
    "visit": _visits,
    "need": _needs,
    "contact": _contact,
    "assessment": _assessments,
    "paper": _papers,
    "route": _routes,
    "plan": _issues,
    "action": _done,
    "note": _notes,
    "invitation": _invitations,
}
KINDS = {
    "visit": "Visits",
    "need": "Needs heard",
    "contact": "Contact with others",
    "assessment": "Assessments",
    "paper": "Papers",
    "route": "What they are ready for",
    "plan": "Plans issued",
    "action": "Actions done",
    "note": "Progress and help",
    "invitation": "Invitations",
}
