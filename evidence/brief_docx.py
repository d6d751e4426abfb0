"""An evidence brief as a Word file: the words and numbers of the PDF, in its order, for commissioners to copy from."""

from __future__ import annotations

from typing import Any

from evidence.brief_document import BriefDocument, BriefTable
from evidence.brief_layout import brief_layout, brief_title
from toolkit_portal.core.docx import Bar, WordFile

WIDEST_LABEL = 40
LEAST_LABEL = 17


def render_brief_docx(document: BriefDocument) -> bytes:
    """Return the brief as a DOCX; the same brief gives the same bytes."""
    words = brief_layout(document)
    file = WordFile(
        title=brief_title(document),
        author=document.lio.name,
        language=document.language,
        day=document.issued_on,
        running_state=words["running_state"],
        running_right=words["running_right"],
        running_left=words["running_left"],
    )
    _first_page(file, document, words)
    _numbers(file, document, words)
    _told(file, document, words)
    _proposals(file, document, words)
    _ending(file, document, words)
    return file.content()


def _first_page(file: WordFile, document: BriefDocument, words: dict[str, Any]) -> None:
    file.picture(document.lio.logo, alt=f"Logo of {document.lio.name}")
    file.paragraph(words["eyebrow"], "Eyebrow")
    file.heading(document.title, 1)
    for line in (words["for_words"], words["issue_words"], words["lio_words"]):
        if line:
            file.paragraph(line)
    file.heading("The gap", 2)
    file.paragraph(document.gap, "Lead")
    for row in words["figure_rows"]:
        figures = row["figures"]
        rows = [[figure.value for figure in figures]]
        if row["has_notes"]:
            rows.append([figure.note for figure in figures])
        file.table(
            [figure.label for figure in figures],
            rows,
            description="The main figures",
            widths=_even(len(figures)),
            has_row_heads=False,
            styles=("Figure",),
        )
    file.heading("What this brief covers", 3)
    for label, text in words["chosen"]:
        file.paragraph(text, bold_start=label)


def _numbers(file: WordFile, document: BriefDocument, words: dict[str, Any]) -> None:
    if not (document.charts or document.tables):
        return
    file.heading("The figures", 2)
    for chart in words["charts"]:
        file.heading(chart["title"], 3)
        file.table(
            [chart["corner"], words["bar_head"], chart["measure"]],
            [[bar["label"], Bar(bar["percent"]), bar["text"]] for bar in chart["bars"]],
            description=chart["title"],
            widths=(40, 44, 16),
            numbers=(2,),
        )
        if chart["note"]:
            file.paragraph(chart["note"], "Note")
    for table in document.tables:
        _table(file, table)


def _table(file: WordFile, table: BriefTable) -> None:
    file.heading(table.title, 3)
    if table.caption:
        file.paragraph(table.caption, "Caption")
    rest = len(table.columns)
    first = max(LEAST_LABEL, min(WIDEST_LABEL, 100 - 15 * rest))
    file.table(
        [table.corner, *table.columns],
        [[row.label, *row.cells] for row in table.rows],
        description=table.caption or table.title,
        widths=(first, *[(100 - first) / rest] * rest) if rest else (100,),
        numbers=range(1, rest + 1),
        has_total=bool(table.rows) and table.rows[-1].is_total,
    )
    if table.note:
        file.paragraph(table.note, "Note")


def _told(file: WordFile, document: BriefDocument, words: dict[str, Any]) -> None:
    if words["methods"]:
        file.heading("What people told us", 2)
    for section in words["methods"]:
        file.heading(section["heading"], 3)
        file.paragraph(section["counts"], "Note", keep_with_next=True)
        file.bullets(
            [told["summary"] for told in section["told"]], asides=[told["aside"] for told in section["told"]]
        )
        if section["left_out"]:
            file.paragraph(section["left_out"], "Note")
        if section["limits"]:
            file.paragraph("What this can’t show", "Limits")
            file.bullets(section["limits"])
    if document.quotes:
        file.heading("In their own words", 2)
        for quote in document.quotes:
            file.quote(f"“{quote.text}”", quote.speaker)
        file.paragraph(words["quotes_intro"], "Note")
    if document.affected:
        file.heading("Who is affected", 2)
        file.bullets(document.affected)
    if document.needed:
        file.heading("What people need instead", 2)
        file.bullets(document.needed)


def _proposals(file: WordFile, document: BriefDocument, words: dict[str, Any]) -> None:
    if words["law"]:
        file.heading("What the law asks", 2)
        file.paragraph(words["law_notice"], "Note", keep_with_next=True)
        for point in words["law"]:
            file.paragraph(point["text"], bold_start=f"{point['title']}.", keep_with_next=True)
            file.paragraph(point["source"], "Note")
    if document.clause:
        file.heading("Draft clause for the specification", 2)
        file.paragraph(words["clause_intro"], keep_with_next=True)
        for paragraph in document.clause:
            file.paragraph(paragraph, "Panel")
    if document.questions:
        file.heading("Questions and marks", 2)
        file.paragraph(words["questions_intro"], keep_with_next=True)
        file.table(
            words["question_heads"],
            [
                *([line.question, line.good_answer, str(line.marks)] for line in document.questions),
                ["Total", "", str(words["total_marks"])],
            ],
            description=words["questions_intro"],
            widths=(38, 50, 12),
            numbers=(2,),
            has_total=True,
        )


def _ending(file: WordFile, document: BriefDocument, words: dict[str, Any]) -> None:
    if document.groups:
        file.heading("Groups able to help", 2)
        file.paragraph(words["groups_intro"], keep_with_next=True)
        for group in document.groups:
            file.heading(group.name, 3)
            for field in group.fields:
                file.paragraph(field.text, bold_start=f"{field.label}:")
    if document.method_note:
        file.heading("Sources and method", 2)
        for paragraph in document.method_note:
            file.paragraph(paragraph)
    file.heading("Who to ask", 2)
    file.paragraph(words["contact_words"], bold_start=document.lio.name)


def _even(columns: int) -> list[float]:
    return [100 / columns] * columns
