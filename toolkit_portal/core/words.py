"""Words as people look for them: without case, accents or variants of a letter, in every script alike.

Databases fold letters in ways of their own, so it is done here, once, for what is stored and for what is typed.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

# Longer runs of letters are no word; databases refuse them beyond two thousand.
LONGEST = 60
# Letters that Unicode doesn't take apart, and letters that keyboards of neighbouring languages type differently.
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe", "ħ": "h",
        "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ہ", "ه": "ہ", "ھ": "ہ", "ـ": None,
    }
)  # fmt: skip
_WITHOUT_SPACES = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PART = re.compile(f"[{_WITHOUT_SPACES}]|[^{_WITHOUT_SPACES}]+")
_ENDINGS = ("ing", "ies", "ied", "es", "ed", "s", "e", "y")


@dataclass(frozen=True)
class Word:
    """A word of a text: where it stands, and its parts as they are compared.

    It has one part, except in scripts that set no space between words: there each sign is one.
    """

    start: int
    end: int
    parts: tuple[str, ...]


def words(text: str) -> Iterator[Word]:
    """The words of a text in order; an apostrophe inside belongs to its word."""
    for match in _word(text.isascii()).finditer(text):
        if parts := _parts(match.group()):
            yield Word(match.start(), match.end(), parts)


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(part[:LONGEST] for part in _PART.findall(folded(word)))


def folded(text: str) -> str:
    """The text in the form in which words are compared."""
    if text.isascii():
        return text.lower().replace("'", "")
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(letter for letter in plain if not _is_accent(letter) and letter not in "'’")
    return unicodedata.normalize("NFC", kept).translate(_LETTERS)


def stored_words(text: str) -> str:
    """The words of a text as a database indexes them: folded, a space between any two."""
    return " ".join(part for match in _word(text.isascii()).finditer(text) for part in _parts(match.group()))


def stem(word: str) -> str:
    """What stays of an English word when its ending changes: interpret of interpreting, letter of letters.

    The word itself where less than four letters would stay, or three before a plain s.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and not word.endswith(("ss", "us", "is")):
            least = 3 if ending == "s" else 4
            return word[: -len(ending)] if len(word) - len(ending) >= least else word
    return word


def _is_accent(letter: str) -> bool:
    # Vowel signs of Indian scripts and the like are marks too, but carry the word; their classes are others.
    place = unicodedata.combining(letter)
    return 10 <= place <= 35 or 200 <= place <= 240


@cache
def _word(plain: bool) -> re.Pattern[str]:
    """Letters and digits with the marks that belong to them. Python's own \\w knows no marks.

    plain text has none, and is read in a seventh of the time without looking for them.
    """
    if plain:
        return re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")
    marks = "".join(
        re.escape(sign)
        for sign in map(chr, range(0x300, min(sys.maxunicode, 0x1E944)))
        if unicodedata.category(sign) in {"Mn", "Mc"}
    )
    return re.compile(rf"(?:[^\W_][{marks}]*)+(?:['’](?:[^\W_][{marks}]*)+)*")
