"""What one complete assessment says, as one frozen value from a bounded number of queries.

Shown numbers come from the exact scores that were stored on completion; nothing is scored again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.formats import date_format

from groups.models import CommunityGroup
from readiness import scoring
from readiness.charts import GapChart, GapRow, TrendChart, TrendPoint, gap_chart, trend_chart
from readiness.medians import CountyMedians, county_medians
from readiness.models import Answer, Assessment, Criterion, Edition, SuggestedAction, Target, Theme
from readiness.support import by_account
from readiness.targets import targets_of

STEPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ThemeResult:
    """A theme's score as shown, the change in words (may be empty), and the county's median as shown."""

    code: str
    title: str
    score: int | None
    change: str
    median: int | None


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion: its level in number and words, last time, target, gap in levels, and the median level."""

    code: str
    title: str
    theme: str
    level: int | None
    word: str
    says: str
    """What the level looks like; empty where the criterion doesn't apply."""
    na_reason: str
    note: str
    before: str
    """Last time in words, such as "1 Exploring"; empty where there is nothing to compare."""
    change: str
    """Such as "up 1" or "the same"; empty where there is nothing to compare."""
    target: Target | None
    gap: int | None
    median: Fraction | None
    by_account: bool = False
    """Whether the level stood above what was on record when it was given."""

    @property
    def not_applicable(self) -> bool:
        return self.level is None

    @property
    def median_shown(self) -> str:
        """The median as people read it: "2" or "2.5"."""
        return "" if self.median is None else f"{float(self.median):g}"


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where most is to be gained: a criterion, its level, and what the toolkit suggests to a group there."""

    code: str
    title: str
    level: int
    actions: tuple[SuggestedAction, ...]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything the page of one result shows. Scores are whole numbers as people read them, 0 to 100."""

    assessment: Assessment
    edition: Edition
    overall: int | None
    band: str
    words: str
    change: str
    themes: tuple[ThemeResult, ...]
    criteria: tuple[CriterionResult, ...]
    strengths: tuple[CriterionResult, ...]
    next_steps: tuple[NextStep, ...]
    before: Assessment | None
    compares_levels: bool
    """Whether last time used the same edition, so that levels and themes can be compared."""
    groups_in_county: int
    median: int | None
    has_medians: bool
    trend: TrendChart
    gaps: GapChart
    corrects: Assessment | None
    correction: Assessment | None

    @property
    def with_targets(self) -> tuple[CriterionResult, ...]:
        return tuple(item for item in self.criteria if item.target is not None)

    @property
    def has_by_account(self) -> bool:
        return any(item.by_account for item in self.criteria)

    @property
    def without_level(self) -> tuple[CriterionResult, ...]:
        return tuple(item for item in self.criteria if item.not_applicable)


def standing_of(group: CommunityGroup | int) -> list[Assessment]:
    """A group's standing assessments, newest first, each with its edition."""
    return list(
        Assessment.objects.standing()
        .filter(group=group)
        .select_related("edition")
        .order_by("-assessed_on", "-completed_at", "-pk")
    )


def score(assessment: Assessment, theme: str | None = None) -> Fraction | None:
    """The stored exact score of a complete assessment, overall or of one theme; None where it has none."""
    text = assessment.overall_exact if theme is None else assessment.theme_scores.get(theme, "")
    return scoring.from_text(text) if text else None


def result_of(assessment: Assessment) -> ResultPage:
    """The result of a complete assessment, in fourteen queries at most. Raises ValueError for a draft."""
    if not assessment.is_complete:
        raise ValueError("A draft has no result yet.")
    edition = assessment.edition
    themes = list(edition.themes.all())
    criteria = list(
        edition.criteria.select_related("theme").prefetch_related("descriptors", "suggested_actions")
    )
    standing = standing_of(assessment.group_id)
    correction = Assessment.objects.filter(corrects=assessment, state=Assessment.State.COMPLETE).first()
    before = time_before(assessment, standing)
    comparable = before is not None and before.edition_id == edition.pk
    answers = _answers(assessment)
    earlier = _answers(before) if before is not None and comparable else {}
    medians = county_medians(edition)
    targets = targets_of(assessment.group)
    told = by_account(assessment, {code: answer.level for code, answer in answers.items()})
    results = tuple(
        replace(
            _criterion_result(
                item, answers.get(item.code), earlier.get(item.code), targets, medians, edition
            ),
            by_account=item.code in told,
        )
        for item in criteria
    )
    overall = score(assessment)
    return ResultPage(
        assessment=assessment,
        edition=edition,
        overall=_shown(overall),
        band=assessment.band,
        words=where_they_are(overall, assessment.band),
        change=change_in_words(overall, before, score(before) if before else None),
        themes=tuple(
            _theme_result(item, assessment, before if comparable else None, medians) for item in themes
        ),
        criteria=results,
        strengths=_strengths(results),
        next_steps=next_steps(criteria, themes, {code: answer.level for code, answer in answers.items()}),
        before=before,
        compares_levels=comparable,
        groups_in_county=medians.groups,
        median=_shown(medians.overall),
        has_medians=bool(medians.overall is not None or medians.levels),
        trend=trend_of(standing, themes, edition),
        gaps=gap_chart(
            [
                GapRow(
                    code=item.code,
                    title=item.title,
                    level=item.level,
                    target=item.target.level if item.target else None,
                    median=item.median,
                    note="Not applicable",
                )
                for item in results
            ]
        ),
        corrects=assessment.corrects,
        correction=correction,
    )


def time_before(assessment: Assessment, standing: Iterable[Assessment]) -> Assessment | None:
    """The standing assessment before this one: by day assessed, then by when it was completed."""
    here = (assessment.assessed_on, assessment.completed_at, assessment.pk)
    return next(
        (
            item
            for item in standing  # newest first
            if (item.assessed_on, item.completed_at, item.pk) < here and item.corrects_id != assessment.pk
        ),
        None,
    )


def trend_of(standing: Iterable[Assessment], themes: Iterable[Theme], edition: Edition) -> TrendChart:
    """The scores of all standing assessments over time."""
    titles = {theme.code: theme.title for theme in themes}
    return trend_chart(
        [
            TrendPoint(
                on=item.assessed_on,
                theme_scores={code: score(item, code) for code in titles},
                overall=score(item),
            )
            for item in standing
        ],
        titles,
        [(least, name) for least, name in edition.settings["bands"]],
    )


def next_steps(
    criteria: Sequence[Criterion], themes: Sequence[Theme], levels: Mapping[str, int | None]
) -> tuple[NextStep, ...]:
    """The three most useful next steps: lowest level first, at a tie 2.2 before 2.1, then as in the edition.

    Working with providers (2.2) comes first at a tie because it leads to contracts sooner. Criteria at the top
    level or without one have no next step.
    """
    last_first = {theme.pk: -place for place, theme in enumerate(themes)}
    below = [(level, item) for item in criteria if (level := levels.get(item.code)) is not None and level < 4]
    below.sort(key=lambda pair: (pair[0], last_first[pair[1].theme_id], pair[1].position))
    return tuple(
        NextStep(
            code=item.code,
            title=item.title,
            level=level,
            actions=tuple(action for action in item.suggested_actions.all() if action.level == level),
        )
        for level, item in below[:STEPS_SHOWN]
    )


def where_they_are(overall: Fraction | None, band: str) -> str:
    """One sentence on where a group is. A place on a way, never a verdict."""
    if overall is None:
        return "Nothing in the toolkit applies to this group yet, so there is no score."
    return f"This is where the group is now: {scoring.shown(overall)} of 100, {band}."


def change_in_words(now: Fraction | None, before: Assessment | None, then: Fraction | None) -> str:
    """Such as "up 13 since March 2026"; empty where there is nothing to compare."""
    if now is None or then is None or before is None:
        return ""
    month = date_format(before.assessed_on, "F Y")
    difference = scoring.change(now, then)
    if difference == 0:
        return f"the same as in {month}"
    return f"{'up' if difference > 0 else 'down'} {abs(difference)} since {month}"


def _answers(assessment: Assessment) -> dict[str, Answer]:
    return {
        answer.criterion.code: answer
        for answer in assessment.answers.select_related("criterion").order_by("criterion__position")
    }


def _theme_result(
    theme: Theme, assessment: Assessment, before: Assessment | None, medians: CountyMedians
) -> ThemeResult:
    now = score(assessment, theme.code)
    return ThemeResult(
        code=theme.code,
        title=theme.title,
        score=_shown(now),
        change=change_in_words(now, before, score(before, theme.code) if before else None),
        median=_shown(medians.themes.get(theme.code)),
    )


def _criterion_result(
    criterion: Criterion,
    answer: Answer | None,
    earlier: Answer | None,
    targets: Mapping[str, Target],
    medians: CountyMedians,
    edition: Edition,
) -> CriterionResult:
    level = answer.level if answer else None
    target = targets.get(criterion.code)
    return CriterionResult(
        code=criterion.code,
        title=criterion.title,
        theme=criterion.theme.code,
        level=level,
        word=_word(level, edition),
        says=next((item.text for item in criterion.descriptors.all() if item.level == level), ""),
        na_reason=answer.na_reason if answer else "",
        note=answer.note if answer else "",
        before=_in_words(earlier, edition),
        change=_level_change(answer, earlier),
        target=target,
        gap=scoring.gap(level, target.level if target else None),
        median=medians.levels.get(criterion.code),
    )


def _word(level: int | None, edition: Edition) -> str:
    return "Not applicable" if level is None else str(edition.settings["level_names"][level]).capitalize()


def _in_words(answer: Answer | None, edition: Edition) -> str:
    if answer is None:
        return ""
    return _word(None, edition) if answer.level is None else f"{answer.level} {_word(answer.level, edition)}"


def _level_change(answer: Answer | None, earlier: Answer | None) -> str:
    if answer is None or earlier is None or answer.level is None or earlier.level is None:
        return ""
    difference = answer.level - earlier.level
    if difference == 0:
        return "the same"
    return f"{'up' if difference > 0 else 'down'} {abs(difference)}"


def _strengths(results: Sequence[CriterionResult]) -> tuple[CriterionResult, ...]:
    by_code = {item.code: item for item in results}
    strong = scoring.strengths(
        [scoring.CriterionWeight(item.code, item.theme) for item in results],
        {item.code: item.level for item in results},
    )
    return tuple(by_code[code] for code in strong)


def _shown(value: Fraction | None) -> int | None:
    return None if value is None else scoring.shown(value)
