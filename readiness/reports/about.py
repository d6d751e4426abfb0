"""What every output says of itself: what was asked and by whom, the findings, what is hidden and why, definitions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from readiness.reports.sentences import in_words
from readiness.reports.values import CountyReport, ReportTable
from readiness.reports.words import moment

TITLE = "County readiness report"
EVERY_GROUP = "None: every group that may be seen"
WHY_HIDDEN = (
    "Counts of 1 to 4 people are written <5, so that nobody is known by them. A star (*) stands for a number that "
    "would give such a count away."
)
NOTHING_HIDDEN = "Nothing is hidden in this report."
INFORMATION = "This report is information. It is no legal advice, and no verdict on any group."


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines under a heading, each with what it is about; label may be empty."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def about(report: CountyReport) -> tuple[Part, ...]:
    """All of it, in order, as plain text."""
    return (
        Part("What was asked", asked_lines(report)),
        Part("The findings in words", tuple(("", sentence.text) for sentence in report.sentences)),
        Part("What is hidden and why", hidden_lines(report)),
        Part("Tables", tuple((table.title, table_words(table)) for table in report.tables)),
        Part(
            "What the words mean",
            tuple((definition.word, definition.meaning) for definition in report.definitions),
        ),
    )


def asked_lines(report: CountyReport) -> tuple[tuple[str, str], ...]:
    """The days, the filters, by whom and when."""
    asked = report.asked
    return (
        ("As at", in_words(asked.as_at)),
        ("Compared with", in_words(asked.compare)),
        *(asked.filters or (("Filters", EVERY_GROUP),)),
        ("Made by", asked.by),
        ("Made on", moment(timezone.localtime(asked.made_at))),
        ("What this is", INFORMATION),
    )


def hidden_lines(report: CountyReport) -> tuple[tuple[str, str], ...]:
    """How many numbers of which table are hidden, and why."""
    if not report.hidden:
        return (("", NOTHING_HIDDEN),)
    return (
        ("", WHY_HIDDEN),
        *((table.title, hidden_words(table)) for table in report.tables if table.hidden),
    )


def hidden_words(table: ReportTable) -> str:
    """ "1 number is hidden", "12 numbers are hidden"."""
    return "1 number is hidden" if table.hidden == 1 else f"{table.hidden:,} numbers are hidden"


def table_words(table: ReportTable) -> str:
    """All that is said about a table, in one text."""
    return " ".join(filter(None, (table.about, table.note)))
