"""One PDF of many, for printing: each is read, written and forgotten, so that memory doesn't grow with their number.

The pages, their fonts and pictures are copied object by object, as they are. What is said about a whole document isn't:
tags for screen readers, bookmarks and named places of the single files are left out, and the new file says so. It has a
bookmark for each of them. For files that the portal has made itself.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from decimal import Decimal
from types import TracebackType
from typing import IO, Any, Self

import pikepdf

from toolkit_portal.core.printable_text import printable

UNTAGGED = (
    "A copy for printing, put together from single files. It has no tags for screen readers; "
    "each single file has them."
)
# A4, in points.
_BLANK = "[0 0 595.276 841.89]"
_CATALOG, _PAGES, _OUTLINES, _INFO, _METADATA = range(1, 6)
# Numbers into a structure that isn't copied, and ways back up the tree of pages.
_LEFT_OUT = frozenset({"/StructParents", "/StructParent", "/Parent", "/Tabs"})
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


class PdfMerger:
    """Writes one PDF while others are handed in; complete when the block ends well.

    with PdfMerger(file, title="Plans", author="Peak") as merged:
        merged.add(content, "Sunrise")
    """

    def __init__(self, file: IO[bytes], *, title: str, author: str, language: str = "en-GB") -> None:
        self._file = file
        self._title, self._author, self._language = title, author, language
        self._at = 0
        self._offsets = array("Q", [0] * 6)
        self._kids: list[tuple[int, int]] = []
        self._bookmarks: list[tuple[str, int]] = []
        self.pages = 0
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is None:
            self._finish()

    def add(
        self, content: bytes, bookmark: str, *, on_the_right: bool = False, in_front: bool = False
    ) -> int:
        """Adds the pages of a PDF under a bookmark, and says how many they are.

        on_the_right: a blank page comes before them where they would begin on the back of a sheet. in_front: before
        all that is there, on_the_right then being about what follows. Raises pikepdf.PdfError for what is no PDF.
        """
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if on_the_right and not in_front and self.pages % 2:
                self._add_blank()
            there = len(self._kids)
            numbers = self._copy(pdf)
        if in_front and on_the_right and len(numbers) % 2:
            self._add_blank()
        if in_front:
            self._kids = self._kids[there:] + self._kids[:there]
        self._bookmarks.insert(0 if in_front else len(self._bookmarks), (bookmark, numbers[0]))
        return len(numbers)

    def _add_blank(self) -> None:
        node, page = self._number(), self._number()
        self._write(page, f"<</Type/Page/Parent {node} 0 R/MediaBox{_BLANK}/Resources<<>>>>".encode())
        self._add_node(node, [page])

    def _copy(self, pdf: pikepdf.Pdf) -> list[int]:
        """Copies the pages with all they need. Returns the new numbers of the pages."""
        node = self._number()
        pages = [page.obj for page in pdf.pages]
        known: dict[tuple[int, int], int] = {page.objgen: self._number() for page in pages}
        waiting: list[Any] = []

        def number_of(thing: Any) -> int:
            if (number := known.get(thing.objgen)) is None:
                number = known[thing.objgen] = self._number()
                waiting.append(thing)
            return number

        def written(thing: Any) -> bytes:
            if isinstance(thing, pikepdf.Object) and thing.is_indirect:
                return b"%d 0 R" % number_of(thing)
            return _direct(thing, written)

        for page in pages:
            facts = {name: value for name, value in _own_and_inherited(page) if name not in _LEFT_OUT}
            body = b"".join(_name(name) + b" " + written(value) for name, value in facts.items())
            self._write(known[page.objgen], b"<<%b/Parent %d 0 R>>" % (body, node))
        while waiting:
            thing = waiting.pop()
            number = known[thing.objgen]
            if isinstance(thing, pikepdf.Stream):
                self._write_stream(number, thing, written)
            else:
                self._write(number, _direct(thing, written))
        numbers = [known[page.objgen] for page in pages]
        self._add_node(node, numbers)
        return numbers

    def _add_node(self, node: int, pages: list[int]) -> None:
        kids = b" ".join(b"%d 0 R" % page for page in pages)
        self._write(node, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (_PAGES, len(pages), kids))
        self._kids.append((node, len(pages)))
        self.pages += len(pages)

    def _write_stream(self, number: int, stream: Any, written: Any) -> None:
        raw = stream.read_raw_bytes()
        body = b"".join(
            _name(name) + b" " + written(value)
            for name, value in stream.items()
            if name not in {"/Length", *_LEFT_OUT}
        )
        self._write(number, b"<<%b/Length %d>>\nstream\n%b\nendstream" % (body, len(raw), raw))

    def _number(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _write(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._at
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._at += len(content)

    def _finish(self) -> None:
        title, about = _text(self._title), _text(UNTAGGED)
        kids = b" ".join(b"%d 0 R" % node for node, _ in self._kids)
        self._write(_PAGES, b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.pages, kids))
        self._write(_OUTLINES, self._outlines())
        self._write(_INFO, b"<</Title%b/Author%b/Subject%b>>" % (title, _text(self._author), about))
        meta = _xmp(self._title, self._author, self._language).encode()
        self._write(
            _METADATA, b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream" % (len(meta), meta)
        )
        self._write(
            _CATALOG,
            b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode/UseOutlines/Metadata %d 0 R/Lang%b"
            b"/ViewerPreferences<</DisplayDocTitle true>>>>"
            % (_PAGES, _OUTLINES, _METADATA, _text(self._language)),
        )
        start = self._at
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._offsets))
        for offset in self._offsets[1:]:
            self._put(b"%010d 00000 n \n" % offset)
        self._put(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % (len(self._offsets), _CATALOG, _INFO, start)
        )

    def _outlines(self) -> bytes:
        numbers = [self._number() for _ in self._bookmarks]
        for place, (number, (title, page)) in enumerate(zip(numbers, self._bookmarks, strict=True)):
            near = b""
            if place:
                near += b"/Prev %d 0 R" % numbers[place - 1]
            if place + 1 < len(numbers):
                near += b"/Next %d 0 R" % numbers[place + 1]
            self._write(
                number,
                b"<</Title%b/Parent %d 0 R%b/Dest[%d 0 R/Fit]>>" % (_text(title), _OUTLINES, near, page),
            )
        if not numbers:
            return b"<</Type/Outlines/Count 0>>"
        return b"<</Type/Outlines/Count %d/First %d 0 R/Last %d 0 R>>" % (
            len(numbers),
            numbers[0],
            numbers[-1],
        )


def _own_and_inherited(page: Any) -> Iterator[tuple[str, Any]]:
    """What a page says of itself, and what it has from the tree above it."""
    yield from page.items()
    above = page.get("/Parent")
    missing = {name for name in _INHERITED if name not in page}
    while above is not None and missing:
        for name in sorted(missing & set(above.keys())):
            yield name, above[name]
            missing.discard(name)
        above = above.get("/Parent")


def _direct(thing: Any, written: Any) -> bytes:
    """A value as PDF text, its parts by written()."""
    if isinstance(thing, pikepdf.Dictionary):
        return b"<<%b>>" % b"".join(
            _name(name) + b" " + written(value) for name, value in thing.items() if name not in _LEFT_OUT
        )
    if isinstance(thing, pikepdf.Array):
        return b"[%b]" % b" ".join(written(part) for part in thing)
    if thing is None:
        return b"null"
    if isinstance(thing, bool):
        return b"true" if thing else b"false"
    if isinstance(thing, int):
        return b"%d" % thing
    if isinstance(thing, Decimal | float):
        return f"{thing:f}".encode()
    return bytes(thing.unparse())


def _name(name: str) -> bytes:
    return bytes(pikepdf.Name(name).unparse())


def _text(words: str) -> bytes:
    """A text string, as UTF-16 in hexadecimal digits: nothing in it can be taken for anything else."""
    return b"<%b>" % (b"\xfe\xff" + printable(words).encode("utf-16-be")).hex().upper().encode()


def _xmp(title: str, author: str, language: str) -> str:
    def safe(words: str) -> str:
        return printable(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def in_words(name: str, words: str) -> str:
        return (
            f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{safe(words)}</rdf:li></rdf:Alt></dc:{name}>'
        )

    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{in_words('title', title)}{in_words('description', UNTAGGED)}"
        f"<dc:creator><rdf:Seq><rdf:li>{safe(author)}</rdf:li></rdf:Seq></dc:creator>"
        f"<dc:language><rdf:Bag><rdf:li>{safe(language)}</rdf:li></rdf:Bag></dc:language>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    )
