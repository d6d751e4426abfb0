"""Rows of a spreadsheet that are each about a group the portal knows: what the imports of such rows share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from groups.models import LIO, CommunityGroup
from groups.models.community_groups import lines, name_key
from toolkit_portal.core.dates import DateError, parse_day
from toolkit_portal.core.judged_rows import JudgedRows, Written
from toolkit_portal.core.pounds import PoundsError, parse_pounds
from toolkit_portal.core.spreadsheets import label_key, unknown_value_message

# Naming the nearest known groups takes a search through all names, so only the first faults get it.
NEAREST_FOR = 50
# No database keeps these.
_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")


class Overtaken(ValueError):
    """What is recorded has changed between the judging of a file and its writing; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Somebody changed what is recorded in the meantime. Look at the rows once more.")


@dataclass
class RowsImport(JudgedRows[Written]):
    """A judged file of rows about groups.

    seen: what was recorded of the file's groups when it was judged, as (id, version).
    """

    groups: set[int] = field(default_factory=set)
    seen: set[tuple[int, int]] = field(default_factory=set)


class Cells:
    """The cells of one row. What is wrong with those that were read gathers in `faults` as (column, message)."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells
        self.faults: list[tuple[str, str]] = []

    def fault(self, column: str, words: str) -> None:
        self.faults.append((column, words))

    def words(self, column: str, most: int) -> str:
        """The text of a cell as it stands, at most so many letters."""
        text = self.cells.get(column, "").strip()
        if len(text) > most:
            self.fault(column, f"is longer than {most:,} letters. Shorten it.")
        elif _NOT_KEPT.search(text):
            self.fault(column, "holds a sign that can't be kept. Type it anew.")
        else:
            return text
        return ""

    def line(self, column: str, most: int) -> str:
        """The text of a cell in one line."""
        return " ".join(self.words(column, most).split())

    def day(self, column: str, *, ahead: bool = False) -> date | None:
        """The day in a cell, None where it is empty; ahead: it may be still to come."""
        text = self.cells.get(column, "").strip()
        try:
            return parse_day(text, allow_future=ahead) if text else None
        except DateError as wrong:
            self.fault(column, str(wrong))
            return None

    def pounds(self, column: str, most: int) -> int | None:
        """The sum in a cell in whole pounds, None where it is empty."""
        text = self.cells.get(column, "").strip()
        try:
            pounds = parse_pounds(text) if text else None
        except PoundsError as wrong:
            self.fault(column, str(wrong))
            return None
        if pounds is not None and pounds > most:
            self.fault(column, f"Check the sum: the most the portal takes is £{most:,}.")
            return None
        return pounds

    def number(self, column: str, most: int) -> int | None:
        """The whole number in a cell, None where it is empty."""
        text = self.cells.get(column, "").strip()
        plain = re.sub("[, ]", "", text).removesuffix(".0")
        if not text:
            return None
        if not plain.isdecimal() or len(plain) > 12 or int(plain) > most:
            self.fault(
                column,
                f"“{shortened(text)}” isn't a whole number from 0 to {most:,}. Write digits, such as 12.",
            )
            return None
        return int(plain)


class GroupFinder:
    """Finds groups by what a spreadsheet calls them, among those that the importer may write to."""

    def __init__(self, groups: QuerySet[CommunityGroup], default_lio: LIO | None = None) -> None:
        self.by_name: dict[str, list[tuple[int, str]]] = {}
        self.by_other_name: dict[str, list[tuple[int, str]]] = {}
        self.names: list[str] = []
        self.lios: dict[str, str] = {}
        self.default_lio = default_lio.name if default_lio else None
        self.searches = 0
        rows = groups.order_by("pk").values_list("pk", "name", "name_key", "other_names", "lio__name")
        for pk, name, key, others, lio in rows:
            self.by_name.setdefault(key, []).append((pk, lio))
            self.names.append(name)
            self.lios[label_key(lio)] = lio
            for other in {name_key(other) for other in lines(others)}:
                self.by_other_name.setdefault(other, []).append((pk, lio))

    def find(self, name: str, lio: str, faults: list[tuple[str, str]]) -> int | None:
        """The id of the group of that name in that LIO (the usual one, where the row names none), or None with why."""
        key = name_key(name)
        if not key:
            faults.append(("group", "is empty. Give the group's name."))
            return None
        wanted = self.default_lio
        if lio:
            wanted = self.lios.get(label_key(lio))
            if wanted is None:
                faults.append(("lio", unknown_value_message("LIO", lio, self.lios.values())))
                return None
        for index in (self.by_name, self.by_other_name):
            found = [pk for pk, of in index.get(key, []) if wanted is None or of == wanted]
            if len(found) == 1:
                return found[0]
            if found:
                lios = sorted({of for _, of in index[key]})
                faults.append(
                    (
                        "group",
                        f"{len(found)} groups are called {name}. Say which in the column lio: {', '.join(lios)}.",
                    )
                    if len(lios) > 1 and wanted is None
                    else ("group", f"{len(found)} groups are called {name}. Give them different names first.")
                )
                return None
        if elsewhere := sorted(
            {of for index in (self.by_name, self.by_other_name) for _, of in index.get(key, [])}
        ):
            faults.append(
                (
                    "group",
                    f"{name} is a group of {', '.join(elsewhere)}, not of {wanted}. Say so in the column lio.",
                )
            )
            return None
        self.searches += 1
        faults.append(
            (
                "group",
                unknown_value_message("group", name, self.names)
                if self.searches <= NEAREST_FOR
                else f"“{shortened(name)}” isn't a known group.",
            )
        )
        return None


def shortened(words: str) -> str:
    """The words in one line, 60 letters at most."""
    flat = " ".join(words.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


def day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def today() -> date:
    return timezone.localdate()


def locked_groups(found: RowsImport) -> list[int]:
    """Locks the groups of a judged file, in the order of their ids, so that two imports don't wait for each other.

    Raises Overtaken where one is gone.
    """
    groups = CommunityGroup.objects.select_for_update().filter(pk__in=found.groups).order_by("pk")
    ids = list(groups.values_list("pk", flat=True))
    if len(ids) != len(found.groups):
        raise Overtaken
    return ids
