"""The county as at a day: one line a group, averages per criterion.

Scores of a line are the stored exact fractions of the latest standing assessment on or before that day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone

from groups.models import CommunityGroup, Visit
from readiness import scoring
from readiness.models import Action, Answer, Assessment, Edition, IssuedPlan
from readiness.reports.standing import assessments_at, with_status_at
from toolkit_portal.core.dates import end_of

LOT = 1000
"""So many groups are read at once: databases limit how many can be named in a query."""


@dataclass(frozen=True)
class CountyLine:
    """A group and where it stands. Scores are exact and None where there is none; levels by criterion code."""

    pk: int
    group: str
    lio: str
    districts: tuple[str, ...]
    kind: str
    status: str
    assessed_on: date | None
    theme_scores: dict[str, Fraction]
    overall: Fraction | None
    band: str
    levels: dict[str, int | str]  # 0 to 4, or "N/A"


@dataclass(frozen=True)
class CriterionAverage:
    """The mean level of the listed groups' latest assessments, two decimals; None where nobody has a level."""

    code: str
    title: str
    average: Decimal | None
    groups: int


def latest_assessments(as_at: date | None = None) -> QuerySet[Assessment]:
    """Each group's latest standing assessment: now, or as it was known at the end of a day."""
    return assessments_at(as_at or timezone.localdate())


def criterion_codes() -> list[str]:
    """Codes of every edition that assessments use, those of the current one first and in its order."""
    codes = dict.fromkeys(
        Edition.objects.filter(is_current=True)
        .order_by("criteria__position")
        .values_list("criteria__code", flat=True)
    )
    others = (
        Edition.objects.filter(is_current=False, assessments__isnull=False)
        .order_by("-published_on", "criteria__position")
        .values_list("criteria__code", flat=True)
        .distinct()
    )
    return [code for code in dict.fromkeys([*codes, *others]) if code]


def lines(
    groups: QuerySet[CommunityGroup], *, as_at: date | None = None, with_levels: bool = True
) -> Iterator[CountyLine]:
    """A line for each group, in the queryset's order: four queries for every thousand groups, three without levels."""
    for lot in lots(groups, as_at=as_at, with_levels=with_levels):
        yield from lot


def lots(
    groups: QuerySet[CommunityGroup], *, as_at: date | None = None, with_levels: bool = True
) -> Iterator[list[CountyLine]]:
    """The same, a thousand lines at a time."""
    day = as_at or timezone.localdate()
    stood: QuerySet[Any] = with_status_at(groups, day)
    wanted = stood.values_list("pk", "name", "lio__name", "kind", "status_at").iterator(chunk_size=LOT)
    while lot := list(islice(wanted, LOT)):
        yield _lines(lot, day, with_levels)


def _lines(wanted: list[tuple[Any, ...]], day: date, with_levels: bool) -> list[CountyLine]:
    """Lines of these rows (id, name, LIO, kind, status), three queries."""
    pks = [row[0] for row in wanted]
    districts: dict[int, list[str]] = {}
    links = CommunityGroup.districts.through.objects.filter(communitygroup__in=pks).order_by()
    for pk, name in links.values_list("communitygroup_id", "district__name"):
        districts.setdefault(pk, []).append(name)
    assessments = {
        group: rest
        for group, *rest in assessments_at(day, pks)
        .order_by()
        .values_list("group_id", "pk", "assessed_on", "theme_scores", "overall_exact", "band")
    }
    levels: dict[int, dict[str, int | str]] = {}
    answers = Answer.objects.all() if with_levels else Answer.objects.none()
    for pk, code, level, not_applicable in (
        answers.filter(assessment__in=[rest[0] for rest in assessments.values()])
        .order_by()
        .values_list("assessment_id", "criterion__code", "level", "not_applicable")
        .iterator(chunk_size=5000)
    ):
        levels.setdefault(pk, {})[code] = "N/A" if not_applicable or level is None else level
    kinds, states = dict(CommunityGroup.Kind.choices), dict(CommunityGroup.Status.choices)
    found = []
    for pk, name, lio, kind, status in wanted:
        assessment, assessed_on, theme_scores, overall, band = assessments.get(pk, (None, None, {}, "", ""))
        found.append(
            CountyLine(
                pk=pk,
                group=name,
                lio=lio,
                districts=tuple(sorted(districts.get(pk, ()))),
                kind=str(kinds[kind]),
                status=str(states[status]),
                assessed_on=assessed_on,
                theme_scores={code: scoring.from_text(text) for code, text in theme_scores.items()},
                overall=scoring.from_text(overall) if overall else None,
                band=band,
                levels=levels.get(assessment, {}) if assessment else {},
            )
        )
    return found


def averages(groups: QuerySet[CommunityGroup], edition: Edition) -> list[CriterionAverage]:
    """The mean level per criterion of an edition over these groups' latest assessments today, two queries."""
    # Level and criterion alone, which an index holds: no other column, no join to criteria.
    found = {
        criterion: (total, counted)
        for criterion, total, counted in Answer.objects.filter(
            level__isnull=False,
            assessment__is_latest=True,
            assessment__group__in=groups.order_by().values("pk"),
        )
        .order_by()
        .values("criterion_id")
        .annotate(total=Sum("level"), counted=Count("level"))
        .values_list("criterion_id", "total", "counted")
    }
    return [
        CriterionAverage(code, title, _mean(*found.get(pk, (0, 0))), found.get(pk, (0, 0))[1])
        for pk, code, title in edition.criteria.order_by("position").values_list("pk", "code", "title")
    ]


def _mean(total: int, counted: int) -> Decimal | None:
    """The mean, rounded half up from the exact fraction, never from a binary number."""
    return scoring.two_decimals(Fraction(total, counted)) if counted else None


def with_state(groups: QuerySet[CommunityGroup], *, as_at: date | None = None) -> QuerySet[CommunityGroup]:
    """The groups annotated with last_visit, actions, open_actions and issued (the newest version).

    As at an earlier day the visits and versions are those up to it, and no actions are told: which were open on that
    day isn't kept for those that were taken up again.
    """
    visits, issued = (
        Visit.objects.filter(group=OuterRef("pk")),
        IssuedPlan.objects.filter(plan__group=OuterRef("pk")),
    )
    actions, open_actions = Action.objects.all(), Action.objects.open()
    if as_at is not None and as_at < timezone.localdate():
        visits = visits.filter(happened_on__lte=as_at)
        issued = issued.filter(issued_at__lt=end_of(as_at))
        actions, open_actions = actions.none(), open_actions.none()
    return groups.annotate(
        last_visit=Subquery(visits.order_by().values("group").annotate(on=Max("happened_on")).values("on")),
        actions=_number_of(actions),
        open_actions=_number_of(open_actions),
        issued=Subquery(
            issued.order_by().values("plan__group").annotate(newest=Max("number")).values("newest")
        ),
    )


def _number_of(actions: QuerySet[Action]) -> Subquery:
    return Subquery(
        actions.filter(plan__group=OuterRef("pk"))
        .order_by()
        .values("plan__group")
        .annotate(number=Count("pk"))
        .values("number")
    )
