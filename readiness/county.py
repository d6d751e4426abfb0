"""The county as at a day: one line a group, averages per criterion, and the export others script against.

Scores of a line are the stored exact fractions of the latest standing assessment on or before that day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone

from groups.models import CommunityGroup, Visit
from readiness import scoring
from readiness.models import Action, Answer, Assessment, Edition, IssuedPlan
from readiness.reports.standing import assessments_at

FIRST_COLUMNS = (
    "group",
    "lio",
    "districts",
    "kind",
    "status",
    "assessed_on",
    "score_2_1",
    "score_2_2",
    "overall",
    "band",
)
LONG_LIST = 500
"""Longer ones are handed to the database as a query, not as numbers."""


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


def lines(groups: QuerySet[CommunityGroup], *, as_at: date | None = None) -> Iterator[CountyLine]:
    """A line for each group, in the queryset's order: four queries, however many groups."""
    wanted = list(groups.values_list("pk", "name", "lio__name", "kind", "status"))
    # As a subquery where the list is long: databases limit the number of parameters.
    scope: Any = [row[0] for row in wanted] if len(wanted) <= LONG_LIST else groups.order_by().values("pk")
    districts: dict[int, list[str]] = {}
    links = CommunityGroup.districts.through.objects.filter(communitygroup__in=scope).order_by()
    for pk, name in links.values_list("communitygroup_id", "district__name"):
        districts.setdefault(pk, []).append(name)
    chosen = latest_assessments(as_at).filter(group__in=scope)
    assessments = {
        group: rest
        for group, *rest in chosen.order_by().values_list(
            "group_id", "pk", "assessed_on", "theme_scores", "overall_exact", "band"
        )
    }
    levels: dict[int, dict[str, int | str]] = {}
    for pk, code, level, not_applicable in (
        Answer.objects.filter(assessment__in=chosen.order_by().values("pk"))
        .order_by()
        .values_list("assessment_id", "criterion__code", "level", "not_applicable")
        .iterator(chunk_size=5000)
    ):
        levels.setdefault(pk, {})[code] = "N/A" if not_applicable or level is None else level
    kinds, states = dict(CommunityGroup.Kind.choices), dict(CommunityGroup.Status.choices)
    for pk, name, lio, kind, status in wanted:
        assessment, assessed_on, theme_scores, overall, band = assessments.get(pk, (None, None, {}, "", ""))
        yield CountyLine(
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


def export_header(codes: Sequence[str]) -> list[str]:
    """The export's columns: those of FIRST_COLUMNS, then level_<code> for each criterion."""
    return [*FIRST_COLUMNS, *(f"level_{code}" for code in codes)]


def export_rows(found: Iterable[CountyLine], codes: Sequence[str]) -> Iterator[list[object]]:
    """Rows for export_header: text, dates, whole levels, and scores as numbers with two decimals, half up."""
    for line in found:
        yield [
            line.group,
            line.lio,
            "; ".join(line.districts),
            line.kind,
            line.status,
            line.assessed_on,
            _two(line.theme_scores.get("2.1")),
            _two(line.theme_scores.get("2.2")),
            _two(line.overall),
            line.band,
            *(line.levels.get(code) for code in codes),
        ]


def _two(score: Fraction | None) -> Decimal | None:
    return None if score is None else scoring.two_decimals(score)


def averages(groups: QuerySet[CommunityGroup], edition: Edition) -> list[CriterionAverage]:
    """The mean level per criterion of an edition over these groups' latest assessments, two queries."""
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


def with_state(groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
    """The groups annotated with last_visit, actions, open_actions and issued (the newest version)."""
    return groups.annotate(
        last_visit=Subquery(
            Visit.objects.filter(group=OuterRef("pk"))
            .order_by()
            .values("group")
            .annotate(on=Max("happened_on"))
            .values("on")
        ),
        actions=_number_of(Action.objects.all()),
        open_actions=_number_of(Action.objects.open()),
        issued=Subquery(
            IssuedPlan.objects.filter(plan__group=OuterRef("pk"))
            .order_by()
            .values("plan__group")
            .annotate(newest=Max("number"))
            .values("newest")
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


def overall_of_group() -> Subquery:
    """The latest overall score of a group, for ordering."""
    return Subquery(Assessment.objects.filter(is_latest=True, group=OuterRef("pk")).values("overall")[:1])
