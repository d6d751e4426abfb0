"""Names of files that people save: readable, and taken by every system."""

import re
import unicodedata

from toolkit_portal.core.printable_text import printable

# What Windows refuses in a name, and what other programs read as a path.
_REFUSED = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
LONGEST = 80


def file_words(text: str) -> str:
    """The text as part of a file's name: without signs that a system refuses, 80 letters at most, never empty."""
    plain = unicodedata.normalize("NFC", printable(text))
    shown = "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cf", "Zl", "Zp"})
    words = " ".join(_REFUSED.sub(" ", shown).split()).strip(" .")
    return words[:LONGEST].strip(" .") or "file"
