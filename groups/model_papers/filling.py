"""A model paper filled in: the same words and values give the same document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from groups.model_papers.loading import Block, Condition, LawText, ModelText, Words, model_text
from groups.model_papers.values import FIELDS, Values

MARK = "A start to discuss and adopt, not legal advice"
HOW_TO_USE = (
    "Read it together. Change what doesn’t fit your group, and cross out what you don’t do.",
    "Fill in what stands in […]. The last pages have questions that help you.",
    "It is your group’s paper once a meeting has adopted it. Then take out this box, the line at the top of the pages, "
    "and the pages after the signatures.",
)
# What the page says where a fact has left words out or put words in.
ADAPTED = {
    ("staff", False): "What concerns paid staff is left out, since the profile says there are none.",
    ("five_staff", True): "It says what the law asks of groups with five or more paid staff.",
    ("volunteers", False): "What concerns volunteers is left out, since the profile says there are none.",
    ("charity", True): "It has the rules that charities need.",
    ("children", True): "It says that your group works with children and families.",
    ("derby", False): "It names the county council, since the profile names no place in Derby city.",
    ("county", False): "It names Derby City Council, since the profile names Derby alone.",
}


@dataclass(frozen=True)
class Piece:
    """Some words: "text" or "bold" of the model, "filled" from the profile, or a "blank" with its hint."""

    text: str
    kind: str = "text"


Line = tuple[Piece, ...]


@dataclass(frozen=True)
class FilledBlock:
    """A paragraph, note, list or table, as in loading.Block."""

    kind: str
    lines: tuple[Line, ...] = ()
    caption: str = ""
    widths: tuple[int, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()

    @property
    def labelled_rows(self) -> list[list[tuple[str, Line]]]:
        """Each cell of a table with the head of its column."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class FilledSection:
    heading: str
    blocks: tuple[FilledBlock, ...]


@dataclass(frozen=True)
class ModelDocument:
    """A model paper for one group, ready to be shown or written."""

    key: str
    title: str
    about: str
    name: Piece
    warning: str
    """That this model doesn't suit the group, "" where it does."""
    sections: tuple[FilledSection, ...]
    adoption: tuple[FilledBlock, ...]
    talk_about: tuple[Line, ...]
    law: tuple[LawText, ...]
    version: int
    dated: date
    filled: tuple[tuple[str, str], ...]
    """What came from the profile: its name and its words."""
    adapted: tuple[str, ...]
    """What was left out or put in because of the profile, in sentences."""

    @property
    def mark(self) -> str:
        """What is said of it on every page."""
        return MARK

    @property
    def blanks(self) -> list[str]:
        """The hints of what is left to fill in, each once, in the paper's order."""
        lines = (
            line
            for part in (*self.sections, FilledSection("", self.adoption))
            for block in part.blocks
            for line in (*block.lines, *(cell for row in block.rows for cell in row))
        )
        return list(
            dict.fromkeys(
                piece.text.strip("[]… ") for line in lines for piece in line if piece.kind == "blank"
            )
        )


def model_paper(key: str, values: Values) -> ModelDocument:
    """The model paper with what is known of the group filled in. Raises KeyError for an unknown key."""
    text = model_text(key)
    filler = _Filler(values)
    sections = tuple(
        FilledSection(section.heading, blocks)
        for section in text.sections
        if (blocks := filler.blocks(section.blocks))
    )
    numbered = tuple(
        FilledSection(f"{number}. {section.heading}", section.blocks)
        for number, section in enumerate(sections, start=1)
    )
    return ModelDocument(
        key=key,
        title=text.title,
        about=text.about,
        name=filler.field("name"),
        warning=_warning(text, values),
        sections=numbered,
        adoption=_adoption(filler),
        talk_about=filler.lines(text.talk_about),
        law=text.law,
        version=text.version,
        dated=text.dated,
        filled=tuple(
            (label, values.words[field]) for field, (label, _) in FIELDS.items() if field in filler.used
        ),
        adapted=tuple(words for (fact, held), words in ADAPTED.items() if filler.asked.get(fact) is held),
    )


class _Filler:
    """Fills words in and remembers what it took from the profile."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.used: set[str] = set()
        self.asked: dict[str, bool] = {}

    def holds(self, conditions: Iterable[Condition]) -> bool:
        return all(self._is(condition.fact) is condition.wanted for condition in conditions)

    def _is(self, fact: str) -> bool:
        if fact in FIELDS:
            return bool(self.values.words.get(fact))
        self.asked[fact] = fact in self.values.facts
        return self.asked[fact]

    def field(self, name: str) -> Piece:
        if words := self.values.words.get(name, ""):
            self.used.add(name)
            return Piece(words, "filled")
        return blank(FIELDS[name][1])

    def line(self, words: Words) -> Line:
        return tuple(
            self.field(value) if kind == "field" else blank(value) if kind == "blank" else Piece(value, kind)
            for kind, value in words.parts
        )

    def lines(self, lines: Iterable[Words]) -> tuple[Line, ...]:
        return tuple(self.line(words) for words in lines if self.holds(words.conditions))

    def blocks(self, blocks: Iterable[Block]) -> tuple[FilledBlock, ...]:
        return tuple(made for block in blocks if (made := self._block(block)) is not None)

    def _block(self, block: Block) -> FilledBlock | None:
        if block.kind == "table":
            # A row stands or falls with the condition of its first cell.
            rows = tuple(
                tuple(self.line(cell) for cell in row) for row in block.rows if self.holds(row[0].conditions)
            )
            made = FilledBlock(
                "table", caption=block.caption, widths=block.widths, head=block.head, rows=rows
            )
            return made if rows else None
        lines = self.lines(block.lines)
        return FilledBlock(block.kind, lines) if lines else None


def blank(hint: str) -> Piece:
    """A place to fill in, which says what belongs there."""
    return Piece(f"[… {hint}]", "blank")


def _warning(text: ModelText, values: Values) -> str:
    if not (text.unincorporated_only and "incorporated" in values.facts):
        return ""
    return (
        f"Your profile says that your group is a {_within(values.legal_form)}. This model does not suit it. It is for "
        "groups that aren’t companies or the like. Yours already has rules that the law asks for: use those, and ask "
        "your LIO (local infrastructure organisation, the people who support your group) before you change them."
    )


def _within(label: str) -> str:
    return label[:1].lower() + label[1:]


def _adoption(filler: _Filler) -> tuple[FilledBlock, ...]:
    signed = (blank("name"), blank("role"), blank("signature"), blank("date"))
    return (
        FilledBlock(
            "paragraph",
            (
                (
                    Piece("This paper was adopted at a meeting of "),
                    filler.field("name"),
                    Piece(" on "),
                    blank("date of the meeting"),
                    Piece(". "),
                    Piece("It is to be looked at again on "),
                    blank("date to look at it again"),
                    Piece(", or sooner if the law or what we do changes."),
                ),
            ),
        ),
        FilledBlock(
            "table",
            caption="Who signed it",
            widths=(32, 22, 28, 18),
            head=("Name", "Role", "Signature", "Date"),
            rows=tuple(tuple((piece,) for piece in signed) for _ in range(2)),
        ),
    )
