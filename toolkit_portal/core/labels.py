"""Words as people write them in spreadsheets, matched with the words the portal knows."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz, process

_BETWEEN_VALUES = re.compile(r"[;\uff1b\u061b\r\n]")
_TO_BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s+to\s+(?=[£$€]?\s*\d)")
_NEAR_ENOUGH = 60
_FEW = 12


def split_values(cell: str) -> list[str]:
    """The values of a cell that holds several with semicolons (or line breaks) between them.

    Trimmed, empty ones dropped, a repeated value kept once as first written.
    """
    values: dict[str, str] = {}
    for part in _BETWEEN_VALUES.split(cell):
        if value := " ".join(part.split()):
            values.setdefault(label_key(value) or value, value)
    return list(values.values())


def label_key(text: str) -> str:
    """What two ways to write the same label share: letters, marks and digits, case folded, "&" as "and".

    >>> label_key("Any other White  background") == label_key("any-other white background")
    True
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    text = _TO_BETWEEN_NUMBERS.sub("-", text)
    return "".join(sign for sign in text if unicodedata.category(sign)[0] in "LMN")


def match_label(value: str, labels: Iterable[str]) -> str | None:
    """The label that ``value`` means, without regard to case, spacing, punctuation or kind of dash.

    None when there is none. A label written exactly as it stands wins over one that is merely alike.
    """
    known = list(labels)
    if value in known:
        return value
    key = label_key(value)
    if not key:
        return None
    return next((label for label in known if label_key(label) == key), None)


def nearest(value: str, known_labels: Iterable[str], n: int = 3) -> list[str]:
    """Up to ``n`` known labels that look most like ``value``, the likest first; none when nothing is near."""
    return [label for label, score in _ranked(value, known_labels)[:n] if score >= _NEAR_ENOUGH]


def _ranked(value: str, known_labels: Iterable[str]) -> list[tuple[str, float]]:
    """The likest labels and how like they are, 0 to 100: half as a whole, half as a part of one another."""
    labels = list(dict.fromkeys(known_labels))
    folded = [unicodedata.normalize("NFKC", label).casefold() for label in labels]
    wanted = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    if not wanted:
        return []
    found = process.extract(wanted, folded, scorer=fuzz.WRatio, limit=20)
    scored = [
        (labels[position], (part + fuzz.ratio(wanted, folded[position])) / 2) for _, part, position in found
    ]
    return sorted(scored, key=lambda pair: -pair[1])


def unknown_value_message(kind: str, value: str, known: Iterable[str]) -> str:
    """A sentence for a value that isn't in a list: it names the nearest known ones, or all if none is near
    and they are few.

    ``kind`` is the word for one of them, such as "district".
    """
    labels = list(known)
    shown = value if len(value) <= 80 else value[:79] + "…"
    start = f"“{shown}” isn't a known {kind}."
    if not labels:
        return f"{start} The portal has none yet; an administrator can add one."
    if near := nearest(value, labels):
        return f"{start} Did you mean {_either(near)}?"
    if len(labels) <= _FEW:
        return f"{start} Use {_either(labels)}."
    likest = [label for label, _ in _ranked(value, labels)[:3]]
    return f"{start} The nearest known ones are {_either(likest)}." if likest else start


def _either(labels: list[str]) -> str:
    quoted = [f"“{label}”" for label in labels]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
