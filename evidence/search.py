"""Find needs, quotes, organisations and groups by their words.

What a person may find is decided here, in the query, by the records' own rules; the stored entries hold words only.
Words typed are never the database's search syntax: they are taken apart and folded first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import overload

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse

from evidence.models import Evidence, Quote, SearchEntry
from groups.models import CommunityGroup, Organisation, User
from toolkit_portal.core.words import stem, words

Kind = SearchEntry.Kind
MOST_WORDS = 10
EXCERPT_LETTERS = 240
# A word in a title weighs as much as this many in the text, and alike in both databases.
TITLE_WEIGHT = 10.0


@dataclass(frozen=True)
class Piece:
    """A part of a text, marked where it is what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Hit:
    """Something found. title and excerpt are plain text in pieces; url is "" where there is no page to go to."""

    kind: str
    object_id: int
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    url: str


@dataclass(frozen=True)
class Term:
    """A word looked for. It finds itself, and words that begin with beginning where that isn't empty."""

    parts: tuple[str, ...]
    beginning: str

    def finds(self, parts: tuple[str, ...]) -> bool:
        """Whether a word of a text is what this looks for."""
        if len(self.parts) > 1:
            width = len(self.parts)
            return any(parts[at : at + width] == self.parts for at in range(len(parts) - width + 1))
        return any(
            part == self.parts[0] or (bool(self.beginning) and part.startswith(self.beginning))
            for part in parts
        )


class Found(Sequence[Hit]):
    """What was found, best first. Read slice by slice; the number of each kind is counted once."""

    def __init__(self, user: User, terms: list[Term], kinds: Collection[str]) -> None:
        self._user, self._terms = user, terms
        self._kinds = frozenset(kinds) & set(Kind.values) or frozenset(Kind.values)
        self._counts: dict[str, int] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind, whichever kinds were asked for. One query."""
        if self._counts is None:
            counted: dict[str, int] = dict.fromkeys(Kind.values, 0)
            if self._terms:
                inner, values = self._visible()
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT entry.kind, count(*) FROM {_FROM[connection.vendor]}"  # noqa: S608
                        f" AND entry.id IN ({inner}) GROUP BY entry.kind",
                        [_query(self._terms), *values],
                    )
                    counted |= dict(cursor.fetchall())
            self._counts = counted
        return self._counts

    def __len__(self) -> int:
        return sum(number for kind, number in self.counts.items() if kind in self._kinds)

    @overload
    def __getitem__(self, at: int) -> Hit: ...

    @overload
    def __getitem__(self, at: slice) -> list[Hit]: ...

    def __getitem__(self, at: int | slice) -> Hit | list[Hit]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return self._read(start, stop)[::step]
        return self._read(*slice(at, at + 1).indices(len(self))[:2])[0]

    def _read(self, start: int, stop: int) -> list[Hit]:
        if not self._terms or stop <= start:
            return []
        inner, values = self._visible()
        kinds = sorted(self._kinds)
        holders = ", ".join(["%s"] * len(kinds))
        query = _query(self._terms)
        ranked = [query] if connection.vendor == "postgresql" else []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT entry.kind, entry.object_id, entry.title, entry.body"  # noqa: S608
                f" FROM {_FROM[connection.vendor]} AND entry.id IN ({inner}) AND entry.kind IN ({holders})"
                f" ORDER BY {_RANK[connection.vendor]}, entry.id DESC LIMIT %s OFFSET %s",
                [query, *values, *kinds, *ranked, stop - start, start],
            )
            rows = cursor.fetchall()
        records = _records_of_quotes([object_id for kind, object_id, *_ in rows if kind == Kind.QUOTE])
        return [
            Hit(
                kind=kind,
                object_id=object_id,
                title=pieces(title, self._terms),
                excerpt=excerpt(body, self._terms),
                url=_url(kind, object_id, records),
            )
            for kind, object_id, title, body in rows
        ]

    def _visible(self) -> tuple[str, tuple]:
        """The ids of entries that this person may find, as SQL and its values."""
        return visible_entries(self._user).values("pk").query.sql_with_params()


_FROM = {
    "sqlite": "evidence_search_index JOIN evidence_searchentry entry ON entry.id = evidence_search_index.rowid"
    " WHERE evidence_search_index MATCH %s",
    "postgresql": "evidence_searchentry entry WHERE entry.search_vector @@ to_tsquery('simple', %s)",
}
_RANK = {
    "sqlite": f"bm25(evidence_search_index, {TITLE_WEIGHT}, 1.0)",
    # Weights of D, C, B and A.
    "postgresql": f"ts_rank(ARRAY[{1 / TITLE_WEIGHT}, 0, 0, 1.0]::real[], entry.search_vector,"
    " to_tsquery('simple', %s), 1) DESC",
}


def find(user: User, typed: str, kinds: Collection[str] = ()) -> Found:
    """What this person may find by these words, best first: hits with every word, in the title before the text.

    kinds: of SearchEntry.Kind; all where none is named. A word finds longer ones that begin like it. Nothing is found
    by no words, or by somebody without case files. Takes two or three queries, however many hits there are.
    """
    reads = user.is_authenticated and user.is_active and user.roles.sees_groups
    return Found(user, terms(typed) if reads else [], kinds)


def terms(typed: str) -> list[Term]:
    """The words to look for, the first MOST_WORDS of them."""
    typed_words = list(words(typed))[:MOST_WORDS]
    found = []
    for word in typed_words:
        beginning = ""
        if len(word.parts) == 1:
            only = word.parts[0]
            # The last one may be half typed. Short ones begin too many others.
            beginning = stem(only) if len(only) > 3 else only if word is typed_words[-1] else ""
        found.append(Term(word.parts, beginning))
    return found


def visible_entries(user: User) -> QuerySet[SearchEntry]:
    """The entries of what this reader of case files may read.

    A quote is among them only while it may be shown in reports or briefs.
    """
    needs = Evidence.objects.visible_to(user)
    quotes = Quote.objects.filter(
        Q(for_briefs=True) | Q(for_reports=True),
        record__state=Evidence.State.REVIEWED,
        record__in=needs.values("pk"),
    )
    return SearchEntry.objects.order_by().filter(
        Q(kind=Kind.NEED, object_id__in=needs.order_by().values("pk"))
        | Q(kind=Kind.QUOTE, object_id__in=quotes.order_by().values("pk"))
        | Q(kind=Kind.GROUP, object_id__in=CommunityGroup.objects.visible_to(user).order_by().values("pk"))
        | Q(kind=Kind.ORGANISATION, object_id__in=Organisation.objects.listed().order_by().values("pk"))
    )


def _query(looked_for: list[Term]) -> str:
    """The terms in the database's own syntax. They hold letters and digits only, and stand in quotation marks."""
    if connection.vendor == "sqlite":
        return " AND ".join(
            "("
            + '"' + " ".join(term.parts) + '"'
            + (f' OR "{term.beginning}"*' if term.beginning else "")
            + ")"
            for term in looked_for
        )  # fmt: skip
    return " & ".join(
        "("
        + " <-> ".join(f"'{part}'" for part in term.parts)
        + (f" | '{term.beginning}':*" if term.beginning else "")
        + ")"
        for term in looked_for
    )


def pieces(text: str, looked_for: list[Term]) -> tuple[Piece, ...]:
    """The text in pieces, marked where it holds what was looked for."""
    found: list[Piece] = []
    done = 0
    for word in words(text):
        if any(term.finds(word.parts) for term in looked_for):
            if word.start > done:
                found.append(Piece(text[done : word.start]))
            found.append(Piece(text[word.start : word.end], marked=True))
            done = word.end
    return (*found, Piece(text[done:])) if text[done:] else tuple(found)


def excerpt(text: str, looked_for: list[Term]) -> tuple[Piece, ...]:
    """About EXCERPT_LETTERS of a text around the first thing looked for, from its beginning where nothing is there."""
    first = next(
        (word.start for word in words(text) if any(term.finds(word.parts) for term in looked_for)), 0
    )
    start = 0 if first < EXCERPT_LETTERS // 2 else first - EXCERPT_LETTERS // 4
    if start:
        # At the beginning of a word, or right there where words are longer than that.
        start = text.find(" ", start, first) + 1 or start
    end = start + EXCERPT_LETTERS
    if end < len(text):
        end = max(text.rfind(" ", first + 1, end), 0) or end
    cut = ("…" if start else "") + " ".join(text[start:end].split()) + ("…" if end < len(text) else "")
    return pieces(cut, looked_for)


def _records_of_quotes(quotes: list[int]) -> dict[int, int]:
    return dict(Quote.objects.filter(pk__in=quotes).values_list("pk", "record_id")) if quotes else {}


def _url(kind: str, object_id: int, records: dict[int, int]) -> str:
    if kind == Kind.QUOTE:
        return f"{reverse('evidence_detail', args=[records[object_id]])}#quote-{object_id}"
    return reverse(_PAGES[kind], args=[object_id])


_PAGES: dict[str, str] = {
    Kind.NEED: "evidence_detail",
    Kind.ORGANISATION: "organisation",
    Kind.GROUP: "case",
}
