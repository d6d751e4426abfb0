"""Letters to many groups as files: one PDF or Word file with a page a letter, or a ZIP with a PDF a letter."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from django.utils import timezone
from django.utils.formats import date_format

from groups.models import CommunityGroup, User
from readiness.letter_facts import fill_for
from readiness.letter_texts import FilledLetter, LetterText
from toolkit_portal.core.csv_out import write_csv
from toolkit_portal.core.docx import WordFile
from toolkit_portal.core.file_names import file_words
from toolkit_portal.core.logos import logo_address
from toolkit_portal.core.pdf import render_pdf
from toolkit_portal.core.pdf_merge import PdfMerger

TEMPLATE = "pdf/letter.html"
FORMATS = {
    "pdf": "One PDF for printing",
    "docx": "One Word file (DOCX), to change before printing",
    "zip": "A ZIP with a PDF for each group",
}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}
AT_ONCE = 50

Progress = Callable[[int, int, str], None]


def write_letters(
    target: IO[bytes],
    kind: str,
    letter: LetterText,
    groups: Sequence[int],
    by: User,
    *,
    both_sides: bool = False,
    progress: Progress = lambda done, total, words: None,
) -> list[tuple[int, bool]]:
    """Writes the letters as one of FORMATS. Returns each group, and whether it got a letter.

    both_sides: in the PDF, each letter begins on the front of a sheet. Raises PdfTooLarge of toolkit_portal.core.pdf.
    """
    said: list[tuple[int, bool]] = []

    def written() -> Iterator[tuple[int, CommunityGroup, FilledLetter]]:
        place = 0
        for group, filled, why_not in _filled(letter, groups, by):
            progress(len(said), len(groups), "Letters")
            said.append((group.pk, not why_not))
            if not why_not:
                place += 1
                yield place, group, filled

    {"pdf": _write_pdf, "docx": _write_docx, "zip": _write_zip}[kind](
        target, letter, written(), by, both_sides
    )
    return said


def _filled(
    letter: LetterText, groups: Sequence[int], by: User
) -> Iterator[tuple[CommunityGroup, FilledLetter, str]]:
    for start in range(0, len(groups), AT_ONCE):
        part = groups[start : start + AT_ONCE]
        found = {
            group.pk: group
            for group in CommunityGroup.objects.filter(pk__in=part).select_related("lio", "caseworker")
        }
        yield from fill_for(letter, [found[pk] for pk in part if pk in found], by)


def letter_pdf(group: CommunityGroup, filled: FilledLetter, by: User) -> bytes:
    """One letter (PDF/UA-1, A4 portrait)."""
    lio = group.lio
    return render_pdf(
        TEMPLATE,
        {
            "group": group,
            "lio": lio,
            "logo": logo_address(lio.logo),
            "reach": _reach(group),
            "day": _today(),
            "filled": filled,
            "writer": str(by),
            "running_left": lio.name,
        },
        title=f"{filled.title}: letter to {group.name}",
        author=lio.name,
    )


Letters = Iterator[tuple[int, CommunityGroup, FilledLetter]]


def _write_pdf(target: IO[bytes], letter: LetterText, letters: Letters, by: User, both_sides: bool) -> None:
    with PdfMerger(target, title=letter.title, author=str(by)) as merged:
        for _, group, filled in letters:
            merged.add(letter_pdf(group, filled, by), group.name, on_the_right=both_sides)


def _write_zip(target: IO[bytes], letter: LetterText, letters: Letters, by: User, both_sides: bool) -> None:
    rows = []
    now = timezone.localtime().timetuple()[:6]
    with zipfile.ZipFile(target, "w") as archive:
        for place, group, filled in letters:
            name = f"{place:04d} {file_words(group.name)}.pdf"
            archive.writestr(zipfile.ZipInfo(name, now), letter_pdf(group, filled, by))
            rows.append((place, group.name, name))
        index = io.BytesIO()
        write_csv(index, ("number", "group", "file"), rows)
        archive.writestr(zipfile.ZipInfo("00 Index.csv", now), index.getvalue())


def _write_docx(target: IO[bytes], letter: LetterText, letters: Letters, by: User, both_sides: bool) -> None:
    file = WordFile(title=letter.title, author=str(by), day=timezone.localdate(), has_page_numbers=False)
    for place, group, filled in letters:
        file.paragraph(group.lio.name, "Lead", new_page=place > 1)
        if reach := _reach(group):
            file.paragraph(" · ".join(reach), "Note")
        file.paragraph(f"\n{_today()}\n")
        file.paragraph(f"{group.name}\n")
        file.paragraph(filled.greeting)
        # Not the largest: it stands in the middle of a letter.
        file.heading(filled.title, 2)
        for paragraph in filled.paragraphs:
            file.paragraph(paragraph)
        # With room for a name written by hand.
        file.paragraph(f"Yours sincerely,\n\n\n\n{by}\n{group.lio.name}")
    target.write(file.content())


def _reach(group: CommunityGroup) -> list[str]:
    lio = group.lio
    return [words for words in (lio.phone, lio.email, lio.website) if words]


def _today() -> str:
    return date_format(timezone.localdate(), "j F Y")
