"""A small county whose report is worked out by hand: five groups, two LIOs, two districts, fixed days ago.

Day 0 is today. The report is as at day 0, compared with day 365 before.

| group   | LIO  | districts           | kind    | status              | assessed (days ago: level) | score now / then |
|---------|------|---------------------|---------|---------------------|----------------------------|------------------|
| Ash     | Peak | Chesterfield        | bme_led | active              | 400: 1, 30: 2              | 50 / 25          |
| Birch   | Peak | Chesterfield, Derby | network | active              | 400: 2                     | 50 / 50          |
| Cedar   | Vale | Derby               | bme_led | active              | 20: 3                      | 75 / –           |
| Dogwood | Vale | none                | generic | active              | none                       | – / –            |
| Elder   | Vale | Derby               | bme_led | closed 100 days ago | 400: 4                     | not counted      |
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from groups.credentials import keep_change
from groups.models import LIO, CommunityGroup, Credential, CredentialKind, GroupState, User
from readiness.models import IssuedPlan
from tests import factories


def days_ago(number: int) -> date:
    return timezone.localdate() - timedelta(days=number)


def noon(number: int) -> datetime:
    return timezone.make_aware(datetime.combine(days_ago(number), time(12)))


@dataclass
class SmallCounty:
    """The LIOs, the groups by name, an officer of each LIO and the manager."""

    peak: LIO
    vale: LIO
    groups: dict[str, CommunityGroup]
    officer: User
    vale_officer: User
    manager: User


def make_county() -> SmallCounty:
    """Saves the county of the module's table, with papers, visits, actions and one issued plan."""
    peak, vale = factories.make_lio(name="Peak"), factories.make_lio(name="Vale")
    officer, vale_officer = factories.make_officer(lio=peak), factories.make_officer(lio=vale)
    county = SmallCounty(peak, vale, {}, officer, vale_officer, factories.make_manager())
    for name, lio, districts, kind in (
        ("Ash", peak, ("Chesterfield",), "bme_led"),
        ("Birch", peak, ("Chesterfield", "Derby"), "network"),
        ("Cedar", vale, ("Derby",), "bme_led"),
        ("Dogwood", vale, (), "generic"),
        ("Elder", vale, ("Derby",), "bme_led"),
    ):
        group = factories.make_group(lio=lio, name=name, kind=kind, created_at=noon(600))
        group.districts.set([factories.district(label) for label in districts])
        GroupState.objects.create(group=group, status="active", since=noon(600))
        county.groups[name] = group
    for name, number, level in (
        ("Ash", 400, 1), ("Ash", 30, 2), ("Birch", 400, 2), ("Cedar", 20, 3), ("Elder", 400, 4),
    ):  # fmt: skip
        group = county.groups[name]
        factories.make_assessment(group=group, by=officer, levels=level, assessed_on=days_ago(number))
    close(county.groups["Elder"], 100)
    paper(county.groups["Ash"], "equality-policy", 500)
    paper(county.groups["Birch"], "equality-policy", 500, expires_on=days_ago(50))
    paper(county.groups["Cedar"], "equality-policy", 10, expires_on=days_ago(-60))
    paper(county.groups["Cedar"], "accounts", 10, state="draft")
    for name, number in (("Ash", 30), ("Birch", 400), ("Cedar", 20)):
        factories.make_visit(group=county.groups[name], officer=officer, happened_on=days_ago(number))
    late = factories.make_action(group=county.groups["Ash"], by=officer, who="group", due_on=days_ago(5))
    done = factories.make_action(
        group=county.groups["Cedar"], by=officer, who="lio", due_on=days_ago(60),
        state="done", done_on=days_ago(10),
    )  # fmt: skip
    for action in (late, done):
        type(action).objects.filter(pk=action.pk).update(created_at=noon(300))
    IssuedPlan.objects.create(
        plan=factories.make_plan(group=county.groups["Ash"]), number=1, issued_by=officer, issued_at=noon(29)
    )
    return county


def close(group: CommunityGroup, number: int) -> None:
    CommunityGroup.objects.filter(pk=group.pk).update(status="closed")
    GroupState.objects.create(group=group, status="closed", since=noon(number))


def paper(
    group: CommunityGroup, key: str, number: int, *, state: str = "in_place", expires_on=None
) -> Credential:
    """A paper that was noted so many days ago and hasn't changed since."""
    made = Credential.objects.create(
        group=group, kind=CredentialKind.objects.get(key=key), state=state, expires_on=expires_on
    )
    keep_change(made, None, noon(number))
    return made
