"""The one door to Word files: blocks in the portal's own styles become a DOCX that is accessible and inert.

Headings, lists, quotes and tables are real ones, table heads are marked and repeated, pictures have their text, the
language is set. There are no macros, links, fields that fetch, or anything from outside. The template is kept as its
XML parts in docx_template; the same blocks give the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph
from PIL import Image

from toolkit_portal.core.printable_text import is_right_to_left, printable

TEMPLATE_FOLDER = Path(__file__).resolve().parent / "docx_template"
AUTHOR = "Derbyshire contract-readiness portal"
WIDTH = 9638
"""Width of the text on A4 between the template's margins, in twentieths of a point."""
MOST_USUAL_COLUMNS = 7
"""A table with more of them is set in smaller type, with less space beside it."""
SPACE_BELOW_TABLE = Pt(8)
LARGEST_IMAGE_BYTES = 2 * 1024 * 1024
LARGEST_IMAGE_PIXELS = 12_000_000
_IMAGES = {"data:image/png;base64": "PNG", "data:image/jpeg;base64": "JPEG"}
_DENSE_MARGINS = (
    '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>'
)
# Styles of a compact file: points of type, of space before and of space after.
_COMPACT = {
    "Normal": (9, 0, 1),
    "Heading 1": (19, 0, 1),
    "Heading 2": (12, 6, 2),
    "Heading 3": (9.5, 3, 0),
    "Lead": (10, 0, 4),
    "List Bullet": (9, 0, 1),
    "Note": (8, 0, 1),
    "Quote": (9.5, 2, 0),
    "Speaker": (8, 0, 2),
    "Table Text": (8.5, 0, 0),
}
# The earliest day that a ZIP file can name: what a file carries instead of the time it was made.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


class Bar:
    """A cell that holds a bar in place of text: its length from 0 to 100. The number belongs into a cell beside it."""

    def __init__(self, percent: int) -> None:
        self.percent = percent


class Marked(str):
    """Words that stand out, such as a place to fill in."""


class Strong(str):
    """Words in bold."""


# Words, or words in parts of which some are Marked or Strong.
Text = str | Sequence[str]


class WordFile:
    """A Word file being written from top to bottom. Styles are those of docx_template/word/styles.xml."""

    def __init__(
        self,
        *,
        title: str,
        author: str = AUTHOR,
        language: str = "en-GB",
        day: date | None = None,
        running_state: str = "",
        running_right: str = "",
        running_left: str = "",
        compact: bool = False,
        has_page_numbers: bool = True,
    ) -> None:
        """Begin a file.

        day            the day it says it was made and changed on; the time of making isn't kept
        running_state  stands at the top left of every page, running_right at the top right, running_left at the
                       foot beside the number of the page
        compact        whether type and space are smaller, for what belongs on one page
        has_page_numbers  whether each page has its number, which letters in one file don't want
        """
        self._document: Document = docx.Document(io.BytesIO(_template()))
        properties = self._document.core_properties
        # Word's own limit for these is 255 characters.
        properties.title = printable(title)[:255]
        properties.author = properties.last_modified_by = printable(author)[:255]
        properties.language = language
        properties.created = properties.modified = _moment(day)
        properties.revision = 1
        self._set_language(language)
        section = self._document.sections[0]
        if compact:
            self._make_compact()
            section.top_margin = section.bottom_margin = Mm(14)
            section.header_distance = section.footer_distance = Mm(7)
        head = section.header.paragraphs[0]
        self._add_text(head, running_state, bold=True)
        head.add_run("\t")
        self._add_text(head, running_right)
        foot = section.footer.paragraphs[0]
        self._add_text(foot, running_left)
        if has_page_numbers:
            foot.add_run("\tPage ")
            _add_field(foot, "PAGE")
            foot.add_run(" of ")
            _add_field(foot, "NUMPAGES")

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """Add a heading of level 1 (the title, once) to 3, on a new page if asked."""
        added = self._paragraph(text, f"Heading {level}")
        if new_page:
            added.paragraph_format.page_break_before = True

    def paragraph(
        self,
        text: Text,
        style: str = "Normal",
        *,
        bold_start: str = "",
        keep_with_next: bool = False,
        new_page: bool = False,
    ) -> None:
        """Add a paragraph, its first words bold if given; line breaks in the text stay.

        keep_with_next  whether it stays on the page of what follows
        new_page     whether it begins a page
        """
        added = self._paragraph(text, style, bold_start)
        if keep_with_next:
            added.paragraph_format.keep_with_next = True
        if new_page:
            added.paragraph_format.page_break_before = True

    def bullets(self, items: Iterable[Text], *, asides: Sequence[str] = ()) -> None:
        """Add a list; asides follow their items in grey."""
        for number, item in enumerate(items):
            added = self._paragraph(item, "List Bullet")
            if number < len(asides) and asides[number]:
                added.add_run(" ")
                self._add_text(added, asides[number], colour="55615D")

    def quote(self, text: str, speaker: str = "") -> None:
        """Add what somebody said, and who, without a name."""
        quoted = self._paragraph(text, "Quote")
        if speaker:
            quoted.paragraph_format.keep_with_next = True
            self._paragraph(speaker, "Speaker")

    def picture(self, data: str, *, alt: str, height_mm: int = 16) -> None:
        """Add an embedded PNG or JPEG (a ``data:`` address) with its text; anything else is left out."""
        content = _image(data)
        if content is None:
            return
        run = self._document.add_paragraph().add_run()
        shape = run.add_picture(io.BytesIO(content), height=Mm(height_mm))
        if shape.width > Mm(60):
            shape.height = Length(shape.height * Mm(60) / shape.width)
            shape.width = Mm(60)
        shape._inline.docPr.set("descr", printable(alt))

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[Text | Bar]],
        *,
        description: str,
        widths: Sequence[float],
        numbers: Iterable[int] = (),
        has_total: bool = False,
        has_row_heads: bool = True,
        styles: Sequence[str] = (),
    ) -> None:
        """Add a table whose head is repeated on each page.

        description    what the table is, for those who can't see it
        widths         of the columns, in hundredths of the text's width
        numbers        indexes of the columns that hold numbers: they end at the same edge
        has_total      whether the last row is a total
        has_row_heads  whether the first column names the rows
        styles         a paragraph style for each row of the body, where it isn't the usual one
        """
        right = set(numbers)
        self._end_table()
        dense = len(head) > MOST_USUAL_COLUMNS
        usual = "Table Dense" if dense else "Table Text"
        look = 0x0620 + 0x0040 * has_total + 0x0080 * has_row_heads
        table = parse_xml(
            f"<w:tbl {nsdecls('w')}><w:tblPr>"
            f'<w:tblStyle w:val="PortalTable"/><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            f"{_DENSE_MARGINS if dense else ''}"
            f'<w:tblLook w:val="{look:04X}" w:firstRow="1" w:lastRow="{int(has_total)}"'
            f' w:firstColumn="{int(has_row_heads)}" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            '<w:tblCaption w:val=""/></w:tblPr><w:tblGrid/></w:tbl>'
        )
        table.tblPr.find(qn("w:tblCaption")).set(qn("w:val"), printable(description))
        columns = [int(WIDTH * width / 100) for width in widths]
        for column in columns:
            grid = OxmlElement("w:gridCol")
            grid.set(qn("w:w"), str(column))
            table.tblGrid.append(grid)
        for number, cells in enumerate([head, *rows]):
            row = OxmlElement("w:tr")
            row_properties = row.get_or_add_trPr()
            row_properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                row_properties.append(OxmlElement("w:tblHeader"))
            style = styles[number - 1] if number and number <= len(styles) else usual
            for place, (cell, width) in enumerate(zip(cells, columns, strict=True)):
                row.append(self._cell(cell, width, style, is_number=place in right))
            table.append(row)
        body = self._document.element.body
        body.insert(len(body) - 1, table)

    def content(self) -> bytes:
        """Return the file's bytes."""
        self._end_table()
        made = io.BytesIO()
        self._document.save(made)
        # Packed again with a fixed day, so that the same document is the same file.
        packed = io.BytesIO()
        with zipfile.ZipFile(made) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in parts.namelist():
                archive.writestr(
                    zipfile.ZipInfo(name, _ZIP_DAY), parts.read(name), compress_type=zipfile.ZIP_DEFLATED
                )
        return packed.getvalue()

    def _end_table(self) -> None:
        # Word joins tables that touch, and wants a paragraph after the last one.
        blocks = self._document.element.body.findall("./*")
        if len(blocks) > 1 and blocks[-2].tag == qn("w:tbl"):
            self._document.add_paragraph(style="Note")

    def _cell(self, content: Text | Bar, width: int, style: str, *, is_number: bool) -> Any:
        cell = OxmlElement("w:tc")
        properties = cell.get_or_add_tcPr()
        size = OxmlElement("w:tcW")
        size.set(qn("w:w"), str(width))
        size.set(qn("w:type"), "dxa")
        properties.append(size)
        element = OxmlElement("w:p")
        cell.append(element)
        paragraph = Paragraph(element, self._document._body)
        if isinstance(content, Bar):
            if content.percent > 0:
                paragraph.style = self._document.styles["Bar"]
                inner = width - 200
                indent = OxmlElement("w:ind")
                indent.set(qn("w:right"), str(inner - inner * min(100, content.percent) // 100))
                element.get_or_add_pPr().append(indent)
            else:
                paragraph.style = self._document.styles["Table Text"]
        else:
            is_usual = style == "Table Text"
            paragraph.style = self._document.styles["Table Number" if is_number and is_usual else style]
            if is_number and not is_usual:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            self._add_text(paragraph, content)
        return cell

    def _paragraph(self, text: Text, style: str, bold_start: str = "") -> Paragraph:
        body = self._document.element.body
        is_below_table = len(body) > 1 and body[-2].tag == qn("w:tbl")
        paragraph = self._document.add_paragraph(style=style)
        if is_below_table and style == "Normal":
            paragraph.paragraph_format.space_before = SPACE_BELOW_TABLE
        if bold_start:
            self._add_text(paragraph, bold_start, bold=True)
            paragraph.add_run(" ")
        self._add_text(paragraph, text)
        return paragraph

    def _add_text(self, paragraph: Paragraph, text: Text, *, bold: bool = False, colour: str = "") -> None:
        """Add runs of text; a paragraph that begins with right-to-left letters runs that way as a whole."""
        for part in [text] if isinstance(text, str) else text:
            self._add_run(paragraph, part, bold=bold, colour=colour)

    def _add_run(self, paragraph: Paragraph, part: str, *, bold: bool, colour: str) -> None:
        text = printable(part)
        if not text:
            return
        is_first = not paragraph.runs
        run = paragraph.add_run(text)
        run.bold = bold or isinstance(part, Strong) or None
        properties = run._r.get_or_add_rPr()
        if colour:
            shade = OxmlElement("w:color")
            shade.set(qn("w:val"), colour)
            properties.append(shade)
        if isinstance(part, Marked):
            ground = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", "FBEFC9")):
                ground.set(qn(f"w:{name}"), value)
            properties.append(ground)
        if is_right_to_left(text):
            properties.append(OxmlElement("w:rtl"))
            if is_first:
                paragraph._p.get_or_add_pPr().insert_element_before(
                    OxmlElement("w:bidi"),
                    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing"),
                    *("w:mirrorIndents", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr"),
                )

    def _make_compact(self) -> None:
        for name, (size, before, after) in _COMPACT.items():
            style = self._document.styles[name]
            style.font.size = Pt(size)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.0

    def _set_language(self, language: str) -> None:
        for element in self._document.styles.element.iter(qn("w:lang")):
            element.set(qn("w:val"), language)


@cache
def _template() -> bytes:
    """The empty document that every file begins as."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(TEMPLATE_FOLDER.rglob("*")):
            if path.is_file():
                archive.writestr(
                    zipfile.ZipInfo(str(path.relative_to(TEMPLATE_FOLDER)), _ZIP_DAY), path.read_bytes()
                )
    return packed.getvalue()


def _moment(day: date | None) -> datetime:
    used = day or date(*_ZIP_DAY[:3])
    return datetime(used.year, used.month, used.day, tzinfo=UTC).replace(tzinfo=None)


def _add_field(paragraph: Paragraph, name: str) -> None:
    """Add a number that Word works out, such as that of the page."""
    for kind in ("begin", "instruction", "separate", "shown", "end"):
        run = paragraph.add_run()
        if kind == "instruction":
            text = OxmlElement("w:instrText")
            text.text = name
            run._r.append(text)
        elif kind == "shown":
            run.text = "1"
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _image(data: str) -> bytes | None:
    """The bytes of an embedded PNG or JPEG within the limits; None for anything else."""
    head, _, body = data.partition(",")
    kind = _IMAGES.get(head.lower())
    if kind is None or len(body) > LARGEST_IMAGE_BYTES * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode(body, validate=True)
        # Only the header is read here, so a huge picture costs nothing before it is refused.
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            width, height = image.size
    except (binascii.Error, OSError, ValueError, Image.DecompressionBombError):
        return None
    return content if width * height <= LARGEST_IMAGE_PIXELS else None
