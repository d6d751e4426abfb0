"""What a letter can say of each group: read for many groups in as many queries as for one."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from groups.credentials import WARNED_DAYS
from groups.models import CommunityGroup, Contact, Credential, User, Visit
from readiness.bulk_plans import newest_versions
from readiness.letter_texts import FilledLetter, LetterText, fill

# In words, for the check page.
MISSING = {
    "version": "no version of a plan is issued",
    "issued_on": "no version of a plan is issued",
    "next_visit": "no next visit is agreed",
    "papers": "no paper runs out within 60 days",
}


def facts_of(groups: Sequence[CommunityGroup], by: User) -> dict[int, dict[str, str]]:
    """What goes in the places of letter_texts, by group; an empty text where nothing is known.

    groups should come with lio and caseworker. Four queries.
    """
    ids = [group.pk for group in groups]
    today = timezone.localdate()
    contacts = dict(
        Contact.objects.filter(group__in=ids, is_lead=True).order_by().values_list("group_id", "name")
    )
    issues: dict[int, tuple[int, datetime]] = {
        pk: (number, issued_at)
        for pk, number, issued_at in newest_versions(ids).values_list("plan__group_id", "number", "issued_at")
    }
    visits: dict[int, tuple[date, time | None]] = {
        pk: (day, at)
        for pk, day, at in Visit.objects.with_standing_next_date()
        .filter(group__in=ids, next_on__gte=today)
        .order_by()
        .values_list("group_id", "next_on", "next_at")
        if day
    }
    papers: dict[int, list[str]] = {}
    for pk, label, expires_on in (
        Credential.objects.in_place(today)
        .filter(group__in=ids, expires_on__lte=today + timedelta(days=WARNED_DAYS[0]))
        .order_by("expires_on", "kind__label")
        .values_list("group_id", "kind__label", "expires_on")
    ):
        papers.setdefault(pk, []).append(f"{label} ({_day(expires_on or today)})")
    found = {}
    for group in groups:
        issue, visit = issues.get(group.pk), visits.get(group.pk)
        found[group.pk] = {
            "contact": contacts.get(group.pk, ""),
            "group": group.name,
            "lio": group.lio.name,
            "officer": str(by),
            "caseworker": str(group.caseworker or by),
            "version": str(issue[0]) if issue else "",
            "issued_on": _day(timezone.localdate(issue[1])) if issue else "",
            "next_visit": _moment(*visit) if visit else "",
            "papers": _listed(papers.get(group.pk, [])),
            "today": _day(today),
        }
    return found


def fill_for(
    letter: LetterText, groups: Sequence[CommunityGroup], by: User
) -> list[tuple[CommunityGroup, FilledLetter, str]]:
    """Each group's letter, and why it makes no sense for that group, empty where it does."""
    facts = facts_of(groups, by)
    return [(group, fill(letter, facts[group.pk]), _why_not(letter, facts[group.pk])) for group in groups]


def _why_not(letter: LetterText, facts: dict[str, str]) -> str:
    missing = [MISSING[name] for name in letter.needs if not facts[name]]
    return missing[0] if missing else ""


def said_of(filled: FilledLetter, has_contact: bool) -> list[str]:
    """What is missing in one letter and what is done about it, a sentence each."""
    said = [] if has_contact else ["No main contact: it begins “Dear friends”."]
    for words in dict.fromkeys(MISSING[name] for name in filled.left_out):
        said.append(f"A paragraph is left out: {words}.")
    return said


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _moment(day: date, at: time | None) -> str:
    return date_format(day, "l j F Y") + (f" at {at:%H:%M}" if at else "")


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
