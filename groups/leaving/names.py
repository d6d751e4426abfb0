"""The names of somebody or something that leaves, found and replaced in text and in data."""

import json
import re
from collections.abc import Iterable

from django.db.models import Q

from groups.models.community_groups import name_key


class Names:
    """Some names, found as whole words whatever their case."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all = tuple(
            sorted({name.strip() for name in names if name and name.strip()}, key=len, reverse=True)
        )
        self._keys = {key for key in map(name_key, self.all) if key}
        self._pattern = (
            re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, self.all)) + r")(?!\w)", re.IGNORECASE)
            if self.all
            else None
        )

    def __bool__(self) -> bool:
        return self._pattern is not None

    def stand_in(self, value: object) -> bool:
        """Whether one of the names stands anywhere in a text, or in the texts of lists and dictionaries."""
        if isinstance(value, str):
            return self._pattern is not None and self._pattern.search(value) is not None
        if isinstance(value, dict):
            return any(self.stand_in(part) for pair in value.items() for part in pair)
        if isinstance(value, list | tuple):
            return any(self.stand_in(part) for part in value)
        return False

    def are_named(self, text: str) -> bool:
        """Whether one of the names stands in a text written in any way: without regard to case and punctuation."""
        written = f" {name_key(text)} "
        return any(f" {key} " in written for key in self._keys)

    def replaced(self, value, by: str):
        """The value with every name replaced, in texts, lists and dictionaries alike."""
        if isinstance(value, str):
            return self._pattern.sub(lambda _: by, value) if self._pattern else value
        if isinstance(value, dict):
            return {self.replaced(key, by): self.replaced(part, by) for key, part in value.items()}
        if isinstance(value, list):
            return [self.replaced(part, by) for part in value]
        return value

    def condition(self, *texts: str) -> Q:
        """A filter for rows in which a name may stand; JSON must have been cast to text under these names.

        SQLite stores JSON with letters beyond ASCII as escapes, so both ways of writing are looked for.
        """
        found = Q(pk__in=[])
        for name in self.all:
            for written in {name, json.dumps(name)[1:-1]}:
                for text in texts:
                    found |= Q(**{f"{text}__icontains": written})
        return found
