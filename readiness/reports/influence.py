"""The report's tables of contact with commissioners and partnerships, and of levels that the record doesn't support."""

from __future__ import annotations

from django.db.models import QuerySet

from evidence.influence_counts import counts_at
from evidence.models import Engagement
from evidence.models.partnerships import Stage
from groups.models import CommunityGroup
from readiness.reports.behind import link
from readiness.reports.choice import ReportChoice
from readiness.reports.levels import LevelSums
from readiness.reports.tables import Names, share
from readiness.reports.values import Cell, Column, Draw, Kind, ReportTable, Row


def contact(choice: ReportChoice, active: QuerySet[CommunityGroup]) -> list[ReportTable]:
    """Contact by kind since the earlier day, and partnerships by the stage they had reached. One query."""
    found = counts_at(active, choice.first_day, choice.as_at)
    return [
        ReportTable(
            key="engagements",
            title="Contact with commissioners and forums",
            corner="Kind",
            columns=(Column("number", "Since the earlier day"),),
            rows=tuple(
                Row(kind, str(label), (Cell(found["engagements"][kind], groups=link(choice, contact=kind)),))
                for kind, label in Engagement.Kind.choices
            ),
            about="Written down by the end of the day. One of several groups counts once.",
            draw=Draw.BARS,
        ),
        ReportTable(
            key="partnerships",
            title="Partnerships with larger organisations",
            corner="How far they have come",
            columns=(Column("number", "Partnerships"),),
            rows=tuple(
                Row(
                    stage,
                    str(label),
                    (Cell(found["partnerships"][stage], groups=link(choice, partner=stage)),),
                )
                for stage, label in Stage.choices
            ),
            about="The stage that each had reached by the day.",
            draw=Draw.BARS,
        ),
    ]


def unsupported(choice: ReportChoice, sums: LevelSums, names: Names) -> ReportTable:
    """By section, how many levels stand above what is on record."""
    return ReportTable(
        key="unsupported",
        title="Levels by account, not yet on record",
        corner="Section of the toolkit",
        columns=(
            Column("unsupported", "By account"),
            Column("levels", "Groups with a level"),
            Column("share", "Share", Kind.SHARE),
        ),
        rows=tuple(
            Row(
                code,
                f"{code} {names.criteria.get(code, '')}".strip(),
                _cells(choice, code, sums.by_account[code], sums.whole.get(code, (0, 0))[1]),
            )
            for code in dict.fromkeys([*names.criteria, *sorted(sums.whole)])
        ),
        about=(
            "Levels of latest assessments that stand above what the portal holds of the 12 months before the day. "
            "People may know more than was written down: it shows where notes are missing."
        ),
    )


def _cells(choice: ReportChoice, code: str, by_account: int, levels: int) -> tuple[Cell, ...]:
    return (
        Cell(by_account, groups=link(choice, account=code)),
        Cell(levels, groups=link(choice, section=code)),
        Cell(share(by_account, levels)),
    )
