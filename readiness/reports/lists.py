"""The list of groups behind a number of the report."""

from __future__ import annotations

from django.db.models import QuerySet

from evidence.influence_counts import groups_in_contact, groups_in_partnership
from groups.models import CommunityGroup, User
from readiness.models import Edition
from readiness.reports import actions, levels, papers
from readiness.reports.behind import Behind
from readiness.reports.choice import ReportChoice
from readiness.reports.spine import Bands, recent_from, spine


def groups_behind(
    choice: ReportChoice, which: Behind, *, by: User, edition: Edition | None = None
) -> QuerySet[CommunityGroup]:
    """The groups that a number has counted, of those the person may see: by the same pass and sums as the number.

    In no order. Eleven queries at most, besides that of the list itself; one less where the current edition is given.
    """
    scope = choice.groups(by)
    edition = edition or Edition.objects.filter(is_current=True).first()
    found = [
        row.pk
        for row in spine(
            choice, scope, Bands(edition.band_names if edition else ()), recent_from(choice.as_at)
        )
        if which.fits(row, visited=row.last_visit is not None and row.last_visit >= choice.compare)
    ]
    groups: QuerySet[CommunityGroup] = CommunityGroup.objects.filter(pk__in=found)
    if which.section:
        groups = levels.groups_at_level(groups, choice.as_at, which.section, which.level)
    if which.paper:
        groups = papers.groups_with(groups, choice.as_at, which.paper, which.stands)
    if which.late:
        groups = actions.groups_with_late(groups, choice.as_at, which.late)
    if which.account:
        groups = levels.groups_by_account(groups, choice.as_at, which.account)
    if which.contact:
        groups = groups_in_contact(groups, choice.first_day, choice.as_at, which.contact)
    if which.partner:
        groups = groups_in_partnership(groups, choice.as_at, which.partner)
    return groups
