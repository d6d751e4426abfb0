"""Languages as groups, records and the census name them, and which of them mean the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from toolkit_portal.core.words import folded, words

# One language under several names; the first is what the census of 2021 or most groups write.
SAME = (
    ("Punjabi", "Panjabi"),
    ("Bengali", "Bangla"),
    ("Persian", "Farsi"),
    ("Filipino", "Tagalog"),
    ("Cantonese", "Cantonese Chinese", "Yue"),
    ("Mandarin", "Mandarin Chinese", "Putonghua"),
    ("Romani", "Romany", "Romanes"),
    ("Sylheti", "Siloti", "Chatgaya"),
    ("Pashto", "Pashtu", "Pushto"),
    ("British Sign Language", "BSL"),
)
# A word for several languages: who writes one of them may mean another.
WIDE = {"Chinese": ("Cantonese", "Mandarin"), "Kurdish": ("Sorani", "Kurmanji")}
# English is what every service speaks; Welsh is counted with it.
LEFT_OUT = {"english", "welsh", "cymraeg"}
MOST_WORDS, LONGEST = 3, 40
_BETWEEN = re.compile(r"[,;:/&+()\n\r]|\b(?:and|or|with)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bin\b.*", re.IGNORECASE)
# "Other …" is a rest of several languages; what people write beside a language's name is no language.
_REST = {"other", "all", "any", "not", "none", "several", "various", "mixed", "both"}
_BESIDE = {
    "a", "an", "the", "some", "mostly", "mainly", "partly", "spoken", "language", "languages", "interpreter",
    "interpreters", "interpreting", "interpreted", "volunteer", "professional",
}  # fmt: skip


def key(name: str) -> str:
    """What two ways to write the name of a language share."""
    plain = " ".join(part for word in words(name) for part in word.parts)
    return _KEYS.get(plain, plain)


def spoken(text: str) -> dict[str, str]:
    """The languages that a text names, by key, each as it is written there.

    "Bengali (with Sylheti and Chatgaya)" names three, "All other Chinese" and "English" none.
    """
    found: dict[str, str] = {}
    for part in _BETWEEN.split(text.rpartition(": ")[2]):
        named = [word for word in _WHERE.sub("", part).split() if folded(word) not in _BESIDE]
        name = " ".join(named)
        # Anything longer is a remark, and remarks stay where they were made.
        if not named or len(named) > MOST_WORDS or len(name) > LONGEST or folded(named[0]) in _REST:
            continue
        if (found_key := key(name)) and found_key not in LEFT_OUT:
            found.setdefault(found_key, name)
    return found


def widened(keys: Iterable[str]) -> set[str]:
    """The keys, and those that may be meant by them: of Chinese also Cantonese and Mandarin, and the other way."""
    found = set(keys)
    for wide, narrow in WIDE.items():
        several = {key(name) for name in narrow}
        if key(wide) in found:
            found |= several
        elif found & several:
            found.add(key(wide))
    return found


_KEYS: dict[str, str] = {}
_KEYS.update({key(other): key(first) for first, *others in SAME for other in others})
