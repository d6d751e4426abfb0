"""Files drawn or written for the demo county: photos, scans, notes, counts and a recording, from lines of words."""

from __future__ import annotations

import io
import math
import struct
import time
import wave
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from toolkit_portal.core.docx import WordFile
from toolkit_portal.core.xlsx_out import Sheet, write_xlsx

_DAY = time.gmtime(1_767_225_600)  # a scan carries the same day whenever it is drawn
INK, PAPER, WALL, WOOD = "#1d2a26", "#fdfcf8", "#cfc8b8", "#7a5c3e"


def made(kind: str, lines: list[str]) -> bytes:
    """The content of a file of a kind: "photo", "drawing", "scan", "notes", "counts", "text" or "recording"."""
    return _MADE[kind](lines)


def _sheet_of_paper(lines: list[str], size: tuple[int, int], margin: int) -> Image.Image:
    """A notice or letter: the first line large, the others under it."""
    image = Image.new("RGB", size, PAPER)
    pen, down = ImageDraw.Draw(image), margin
    for place, line in enumerate(lines):
        letters = size[0] // (16 if place == 0 else 28)
        pen.text((margin, down), line, fill=INK, font=ImageFont.load_default(letters))
        down += int(letters * (2 if place == 0 else 1.5))
    return image


def _photo(lines: list[str]) -> bytes:
    """A notice pinned to a board, a little askew, in evening light."""
    board = Image.new("RGB", (1200, 900), WOOD)
    pen = ImageDraw.Draw(board)
    pen.rectangle((40, 40, 1160, 860), fill=WALL)
    notice = _sheet_of_paper(lines, (760, 560), 60).rotate(2, expand=True, fillcolor=WALL)
    board.paste(notice, (210, 150))
    pen.ellipse((585, 140, 615, 170), fill="#9b2226")
    shade = Image.linear_gradient("L").resize(board.size).point(lambda light: light // 4)
    board.paste(Image.new("RGB", board.size, INK), mask=shade)
    return _saved(board, "JPEG", quality=85)


def _drawing(lines: list[str]) -> bytes:
    return _saved(_sheet_of_paper(lines, (900, 640), 70), "PNG")


def _scan(lines: list[str]) -> bytes:
    """A letter on A4, as a scanner makes it: a PDF of one picture."""
    return _saved(
        _sheet_of_paper(lines, (1240, 1754), 150), "PDF", resolution=150, creationDate=_DAY, modDate=_DAY
    )


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _notes(lines: list[str]) -> bytes:
    file = WordFile(title=lines[0])
    file.heading(lines[0], 1)
    for line in lines[1:]:
        file.paragraph(line)
    return file.content()


def _counts(lines: list[str]) -> bytes:
    """A workbook of one sheet; the cells of a line are parted by bars."""
    cells = [line.split("|") for line in lines]
    rows = [[int(cell) if cell.isdecimal() else cell for cell in row] for row in cells[1:]]
    out = io.BytesIO()
    numbers = [place for place, cell in enumerate(cells[1]) if cell.isdecimal()]
    write_xlsx(out, [Sheet(name="Counts", headers=cells[0], rows=rows, numbers=numbers)], title="Counts")
    return out.getvalue()


def _text(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def _recording(lines: list[str]) -> bytes:
    """Three seconds of a soft tone: a recording without anybody's voice."""
    rate = 8000
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(
            b"".join(
                struct.pack("<h", int(4000 * math.sin(2 * math.pi * 330 * step / rate)))
                for step in range(3 * rate)
            )
        )
    return out.getvalue()


_MADE: dict[str, Callable[[list[str]], bytes]] = {
    "photo": _photo,
    "drawing": _drawing,
    "scan": _scan,
    "notes": _notes,
    "counts": _counts,
    "text": _text,
    "recording": _recording,
}
