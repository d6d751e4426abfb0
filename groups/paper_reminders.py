"""Mails that a paper runs out: one 60 days ahead and one 14 days ahead, to the group's lead and its caseworker.

Each is noted before it is sent and marked when it is, so that running twice sends nothing twice. What is due goes by
the days that are left and not by the day of the run, so a night that was missed is made up for. Where the program is
killed between sending and marking, that one mail goes once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from groups.credentials import WARNED_DAYS, State
from groups.models import CommunityGroup, Credential, Membership, PaperReminder, User
from groups.people import portal_link

FIRST, LAST = WARNED_DAYS
# A mail that was begun and not marked is tried again after this long: no sending takes longer.
TRIED_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Due:
    """A mail that is to go."""

    paper: Credential
    person: User
    days: int
    """Which warning: one of WARNED_DAYS."""
    is_lead: bool


@dataclass(frozen=True)
class Run:
    """What a run has done."""

    sent: int
    failed: int


def warning_for(expires_on: date, day: date) -> int | None:
    """Which warning is due on that day; None more than 60 days ahead, and once a whole 14 days have gone by since."""
    left = (expires_on - day).days
    if left > FIRST or left <= -LAST:
        return None
    return FIRST if left > LAST else LAST


def due(day: date) -> list[Due]:
    """The mails that are to go and weren't sent, soonest papers first. Three queries."""
    papers = list(
        Credential.objects.filter(
            group__status=CommunityGroup.Status.ACTIVE,
            state=State.IN_PLACE,
            expires_on__gt=day - timedelta(days=LAST),
            expires_on__lte=day + timedelta(days=FIRST),
        )
        .select_related("group__caseworker", "kind")
        .order_by("expires_on", "pk")
    )
    told = _told(papers, timezone.now() - TRIED_AGAIN_AFTER)
    readers = _readers({paper.group_id for paper in papers})
    found = []
    for paper in papers:
        days = warning_for(paper.expires_on, day) if paper.expires_on else None
        if days is None:
            continue
        for person, is_lead in _people(paper.group, readers):
            if (paper.pk, person.pk, paper.expires_on, days) not in told:
                found.append(Due(paper, person, days, is_lead))
    return found


def _told(papers: list[Credential], before: datetime) -> set[tuple[int, int, date, int]]:
    """Mails that were sent, or that another run is about to send."""
    return {
        (row.credential_id, row.person_id, row.expires_on, row.days)
        for row in PaperReminder.objects.filter(credential__in=papers)
        if row.sent_at is not None or row.begun_at > before
    }


def _readers(groups: set[int]) -> dict[tuple[str, int], dict[int, User]]:
    """Who may sign in and read: leads by group, and officers by LIO."""
    people: dict[tuple[str, int], dict[int, User]] = {}
    for role in (
        Membership.objects.live()
        .filter(user__is_active=True, role__in=[Membership.Role.LEAD, Membership.Role.OFFICER])
        .select_related("user")
        .order_by("user__name", "user_id")
    ):
        if role.user.is_demo and not settings.DEMO:
            continue
        if role.group_id in groups or role.role == Membership.Role.OFFICER:
            where = role.group_id if role.role == Membership.Role.LEAD else role.lio_id
            people.setdefault((role.role, where or 0), {})[role.user_id] = role.user
    return people


def _people(
    group: CommunityGroup, readers: dict[tuple[str, int], dict[int, User]]
) -> Iterator[tuple[User, bool]]:
    leads = readers.get((Membership.Role.LEAD, group.pk), {})
    for lead in leads.values():
        yield lead, True
    caseworker = readers.get((Membership.Role.OFFICER, group.lio_id), {}).get(group.caseworker_id or 0)
    if caseworker is not None and caseworker.pk not in leads:
        yield caseworker, False


def send(mails: list[Due], day: date) -> Run:
    """Sends them. An address that fails keeps nobody else from hearing, and is tried again at the next run."""
    sent = failed = 0
    for mail in mails:
        if (reminder := _claim(mail)) is None:
            continue
        try:
            _mail(mail, day)
        except (OSError, ValueError):  # smtplib's faults, and addresses that can't be written in a mail
            reminder.delete()
            failed += 1
            continue
        PaperReminder.objects.filter(pk=reminder.pk).update(sent_at=timezone.now())
        sent += 1
    return Run(sent, failed)


def _claim(mail: Due) -> PaperReminder | None:
    """Notes that this mail is about to go; None where another run has it."""
    now = timezone.now()
    # A mail counts once: what an earlier run left unmarked goes on under the same row.
    key = {
        "credential": mail.paper,
        "person": mail.person,
        "expires_on": mail.paper.expires_on,
        "days": mail.days,
    }
    try:
        with transaction.atomic():
            return PaperReminder.objects.create(**key, begun_at=now)
    except IntegrityError:
        taken = PaperReminder.objects.filter(
            **key, sent_at__isnull=True, begun_at__lte=now - TRIED_AGAIN_AFTER
        ).update(begun_at=now)
        return PaperReminder.objects.get(**key) if taken else None


def _mail(mail: Due, day: date) -> None:
    """One mail. It names neither the group nor the paper, nor any community: others may read it."""
    expires_on = mail.paper.expires_on
    page = "lead_paper" if mail.is_lead else "paper"
    link = portal_link(reverse(page, args=[mail.paper.group_id, mail.paper.kind.key]))
    left = (expires_on - day).days if expires_on else 0
    context = {"mail": mail, "link": link, "left": left, "gone": left <= 0}
    words = "has run out" if left <= 0 else f"runs out in {left} day{'' if left == 1 else 's'}"
    send_mail(
        f"A paper of {'your' if mail.is_lead else 'a'} group {words}",
        render_to_string("papers/reminder.txt", context),
        None,
        [mail.person.email],
    )
