"""A group's portfolio as a Word file: the words of the PDF in its order, for the group to go on writing."""

from __future__ import annotations

from typing import Any

from evidence.portfolio_document import PortfolioDocument
from evidence.portfolio_layout import portfolio_layout, portfolio_title
from toolkit_portal.core.docx import WordFile


def render_portfolio_docx(document: PortfolioDocument) -> bytes:
    """Return the portfolio as a DOCX; the same portfolio gives the same bytes."""
    words = portfolio_layout(document)
    file = WordFile(
        title=portfolio_title(document),
        author=document.group_name,
        language=document.language,
        day=document.made_on,
        running_left=words["running_left"],
        compact=True,
    )
    file.picture(document.lio.logo, alt=f"Logo of {document.lio.name}", height_mm=12)
    file.paragraph(words["eyebrow"], "Eyebrow")
    file.heading(words["name"], 1)
    if words["also"]:
        file.paragraph(words["also"], "Note")
    file.paragraph(words["who"], "Lead")
    if words["facts"]:
        file.table(
            words["facts_heads"],
            [list(line) for line in words["facts"]],
            description=words["facts_heading"],
            widths=(22, 78),
        )
    _works(file, words)
    if words["need"]:
        file.heading(words["need_heading"], 2)
        file.paragraph(words["need"], keep_with_next=True)
        for label, text in words["need_lines"]:
            file.paragraph(text, bold_start=label)
    if words["quotes"]:
        file.heading(words["quotes_heading"], 2)
        for quote in words["quotes"]:
            file.quote(quote["text"], quote["speaker"])
        file.paragraph(words["quotes_note"], "Note")
    file.heading(words["reach_heading"], 2)
    for label, text in words["reach"]:
        file.paragraph(text, bold_start=label)
    file.paragraph(words["lio_words"], "Note")
    return file.content()


def _works(file: WordFile, words: dict[str, Any]) -> None:
    if not words["works"]:
        return
    file.heading(words["works_heading"], 2)
    for work in words["works"]:
        file.heading(work["title"], 3)
        if work["about"]:
            file.paragraph(work["about"], "Note")
        for text in (work["outcomes"], work["proves"], work["referee"]):
            if text:
                file.paragraph(text)
    if words["works_more"]:
        file.paragraph(words["works_more"], "Note")
