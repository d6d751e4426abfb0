"""A model paper as a Word file, for the group to change: every page says that it is a start and no legal advice."""

from __future__ import annotations

from collections.abc import Iterable

from groups.model_papers.filling import HOW_TO_USE, MARK, FilledBlock, Line, ModelDocument, Piece
from toolkit_portal.core.docx import Marked, Strong, WordFile

LONGEST_RUNNING_NAME = 60


def render_model_paper(document: ModelDocument) -> bytes:
    """Return the paper as a DOCX; the same document gives the same bytes."""
    name = document.name.text
    running = name if len(name) <= LONGEST_RUNNING_NAME else name[: LONGEST_RUNNING_NAME - 1] + "…"
    file = WordFile(
        title=f"{document.title}: {name}",
        day=document.dated,
        running_state=MARK,
        running_right=f"Model paper, version {document.version}, {document.dated:%-d %B %Y}",
        running_left=f"{document.title}, {running}",
    )
    file.paragraph("Model paper", "Eyebrow")
    file.heading(document.title, 1)
    file.paragraph(_parts((document.name,)), "Lead")
    file.paragraph([Strong(MARK + ".")], "Panel", keep_with_next=True)
    for line in HOW_TO_USE:
        file.paragraph(line, "Panel")
    if document.warning:
        file.paragraph(document.warning, "Panel", bold_start="Stop here.")
    for section in document.sections:
        file.heading(section.heading, 2)
        _blocks(file, section.blocks)
    file.heading("Adopted", 2)
    _blocks(file, document.adoption)
    file.heading("Talk about these before you adopt it", 2, new_page=True)
    file.bullets(_parts(line) for line in document.talk_about)
    file.heading("The law behind it", 2)
    file.paragraph(
        "This is information, not legal advice. The law is that of England. It changes: look at it again when you look "
        "at your paper again."
    )
    file.bullets(
        [[Strong(f"{point.title}."), f" {point.text}"] for point in document.law],
        asides=[point.source_words for point in document.law],
    )
    return file.content()


def _blocks(file: WordFile, blocks: Iterable[FilledBlock]) -> None:
    for block in blocks:
        if block.kind == "table":
            file.table(
                block.head,
                [[_parts(cell) for cell in row] for row in block.rows],
                description=block.caption,
                widths=block.widths,
            )
        elif block.kind == "list":
            file.bullets(_parts(line) for line in block.lines)
        else:
            style = "Note" if block.kind == "note" else "Normal"
            for line in block.lines:
                file.paragraph(_parts(line), style)


def _parts(line: Line) -> list[str]:
    return [_part(piece) for piece in line]


def _part(piece: Piece) -> str:
    if piece.kind == "blank":
        return Marked(piece.text)
    return Strong(piece.text) if piece.kind == "bold" else piece.text
