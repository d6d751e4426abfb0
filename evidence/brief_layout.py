"""What both documents of a brief show, in words and in order: headings, running lines, table heads and sums."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format

from evidence.brief_document import BriefChart, BriefDocument, MethodSection, Told
from evidence.brief_words import law_notice, listed

NAME_IN_RUNNING_LINES = 44
TITLE_IN_LARGE_TYPE = 80
FIGURES_IN_A_ROW = 4
BAR_HEAD = "In proportion"
# The one long label of a community that no list of English hyphenation knows, with a place to break it.
BREAKABLE = {"Bangladeshi": "Bangla\u00addeshi"}
QUESTION_HEADS = ("Question for bidders", "What a good answer shows", "Marks")
CLAUSE_INTRO = (
    "A draft for you to copy and change. It asks for a service as good for everybody, with marks for it."
)
QUESTIONS_INTRO = "Suggested questions for bidders and the marks they could carry."
GROUPS_INTRO = (
    "These community groups work with the people this brief is about and agreed to be named to commissioners. Talk to"
    " them before the tender."
)
QUOTES_INTRO = "Each person agreed that these words may be used in a brief. Nobody is named."


def brief_title(document: BriefDocument) -> str:
    """Return the title for the file's properties, such as "Evidence brief 7: Housing in Derby …"."""
    return f"{_brief_name(document)}: {document.title}"


def brief_layout(document: BriefDocument) -> dict[str, Any]:
    """Return what the documents show beside the values themselves, with every date and number in words."""
    draft = document.number is None
    day = _day(document.issued_on)
    issue = [
        "Printed" if draft else "Issued",
        day,
        f"by {document.issued_by}" if document.issued_by else "",
    ]
    total = sum(question.marks for question in document.questions)
    return {
        "brief": document,
        "draft": draft,
        "long_title": len(document.title) > TITLE_IN_LARGE_TYPE,
        "eyebrow": f"{_brief_name(document)}{', not issued yet' if draft else ''}",
        "for_words": f"For {document.commissioner}" if document.commissioner else "",
        "issue_words": " ".join(filter(None, issue)) if day or document.issued_by else "",
        "lio_words": f"Made by {document.lio.name}, local infrastructure organisation (LIO)",
        "running_left": f"{_shortened(document.lio.name)}{f' · {day}' if day else ''}",
        "running_right": f"{_shortened(document.title)} · {_brief_name(document).lower()}",
        "running_state": "Draft: not issued yet" if draft else "",
        "chosen": _chosen(document),
        "figure_rows": _figure_rows(document),
        "charts": [_chart(chart) for chart in document.charts],
        "bar_head": BAR_HEAD,
        "tables": [
            {"table": table, "heads": [BREAKABLE.get(head, head) for head in table.columns]}
            for table in document.tables
        ],
        "methods": [_method(section) for section in document.methods],
        "quotes_intro": QUOTES_INTRO,
        "law_notice": law_notice(),
        "law": [
            {"title": point.title, "text": point.text, "source": _law_source(point.source, point.checked_on)}
            for point in document.law
        ],
        "clause_intro": CLAUSE_INTRO,
        "questions_intro": QUESTIONS_INTRO,
        "question_heads": QUESTION_HEADS,
        "total_marks": total,
        "groups_intro": GROUPS_INTRO,
        "contact_words": " · ".join(
            filter(None, (document.lio.contact, document.lio.phone, document.lio.email, document.lio.web))
        ),
    }


def _brief_name(document: BriefDocument) -> str:
    return "Draft evidence brief" if document.number is None else f"Evidence brief {document.number}"


def _chosen(document: BriefDocument) -> list[tuple[str, str]]:
    chosen = document.chosen
    lines = [
        ("Service area:", chosen.service_area or "All"),
        ("Districts:", listed(chosen.districts) or "All of Derbyshire"),
        ("Communities:", listed(chosen.communities) or "All"),
        ("Period:", chosen.period),
    ]
    return [(label, text) for label, text in lines if text]


def _figure_rows(document: BriefDocument) -> list[dict[str, Any]]:
    """The big numbers, four at most in a row of the page, each row with its labels, values and notes."""
    rows = []
    for start in range(0, len(document.figures), FIGURES_IN_A_ROW):
        row = document.figures[start : start + FIGURES_IN_A_ROW]
        rows.append({"figures": row, "has_notes": any(figure.note for figure in row)})
    return rows


def _chart(chart: BriefChart) -> dict[str, Any]:
    largest = max((bar.value or 0 for bar in chart.bars), default=0)
    bars = [
        {
            "label": bar.label,
            "text": bar.text or ("" if bar.value is None else f"{bar.value:,}"),
            # A bar that stands for something is never too short to be seen.
            "percent": max(1, round(100 * bar.value / largest)) if bar.value and bar.value > 0 else 0,
        }
        for bar in chart.bars
    ]
    return {
        "title": chart.title,
        "corner": chart.corner,
        "measure": chart.measure,
        "bars": bars,
        "note": chart.note,
    }


def _method(section: MethodSection) -> dict[str, Any]:
    return {
        "heading": f"{section.name} (section {section.code} of the toolkit)"
        if section.code
        else section.name,
        "counts": " · ".join(filter(None, (section.records, section.people))),
        "told": [{"summary": told.summary, "aside": _told_aside(told)} for told in section.told],
        "left_out": section.left_out,
        "limits": section.limits,
    }


def _told_aside(told: Told) -> str:
    words = ", ".join(filter(None, (told.where, told.when)))
    return f"({words})" if words else ""


def _law_source(source: str, checked_on: date) -> str:
    return f"Source: {source}. Checked {_day(checked_on)}."


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _shortened(words: str) -> str:
    # The lines at head and foot of a page have room for one row; the whole stands in the title.
    return words if len(words) <= NAME_IN_RUNNING_LINES else f"{words[: NAME_IN_RUNNING_LINES - 1]}…"
