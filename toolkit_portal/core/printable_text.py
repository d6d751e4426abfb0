"""Text as it may go into a document: without what can't be printed or would mislead, and with its direction known."""

import re
import unicodedata

# Control characters that XML forbids, lone surrogates, non-characters, and the two bidirectional overrides
# (which can make a line read as something else than what it says).
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return the text without characters that no document may hold; line breaks and tabs stay."""
    return _NOT_PRINTABLE.sub("", text)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left, as in Arabic, Urdu or Hebrew."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind == "L":
            return False
        if kind in ("R", "AL"):
            return True
    return False
