"""A row of a spreadsheet of evidence: its columns, and what its text means."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from evidence.models import Barrier, Evidence
from groups.group_rows import shortened
from groups.models import LIO, Community, CommunityGroup, District, ServiceArea
from groups.models.community_groups import name_key
from toolkit_portal.core.dates import DateError, parse_day
from toolkit_portal.core.spreadsheets import match_label, split_values, unknown_value_message

COLUMNS: dict[str, tuple[str, ...]] = {
    "date": ("when", "day"),
    "method": ("how it was heard",),
    "group": ("groups", "group name", "community group"),
    "lio": ("local infrastructure organisation",),
    "districts": ("district", "area"),
    "communities": ("community", "ethnic group", "ethnicity"),
    "service_area": ("service", "service areas"),
    "provider": ("whose service",),
    "commissioner": (),
    "barriers": ("barrier", "what stood in the way"),
    "people_affected": ("people", "how many people"),
    "summary": ("what happened", "need", "unmet need"),
    "needed_instead": ("what is needed instead", "needed"),
    "quote": ("in their own words",),
    "quote_consent": ("consent",),
    "strength": (),
    "reviewed": (),
}
REQUIRED = ("date", "method", "service_area", "summary")
LISTS: dict[str, tuple[type, str, str]] = {
    "districts": (District, "name", "district"),
    "communities": (Community, "label", "community"),
    "barriers": (Barrier, "label", "barrier"),
}
ORGANISATIONS = {"provider": "is_provider", "commissioner": "is_commissioner"}
MOST_PEOPLE = 1_000_000
LONGEST = {"summary": 5000, "needed_instead": 5000, "quote": 1500, "provider": 200, "commissioner": 200}
YES, NO = {"yes", "y", "true", "1", "ja"}, {"no", "n", "false", "0", ""}
NEAREST_FOR = 50
"""Naming the nearest known groups takes a search through all names, so only the first faults get it."""


@dataclass
class Given:
    """What one row gives."""

    lio: LIO
    fields: dict[str, Any]
    lists: dict[str, list[Any]]
    organisations: dict[str, str]  # provider and commissioner by name
    quote: str = ""
    consent: bool = False
    reviewed: bool = False

    @property
    def key(self) -> tuple[int, date, str, int, str]:
        """What tells one record from another."""
        return record_key(
            self.lio.pk,
            self.fields["happened_on"],
            self.fields["method"],
            self.fields["service_area"].pk,
            self.fields["summary"],
        )


def record_key(
    lio: int, day: date, method: str, service_area: int, summary: str
) -> tuple[int, date, str, int, str]:
    """What makes two rows the same record: LIO, day, method, service area, and words without case and spacing."""
    return lio, day, method, service_area, " ".join(summary.casefold().split())


class Reader:
    """Turns the text of a row into values, with every fault by column."""

    def __init__(self, groups: QuerySet[CommunityGroup], lios: list[LIO], default_lio: LIO | None) -> None:
        self.lios = {lio.name: lio for lio in lios}
        self.default_lio = default_lio or (lios[0] if len(lios) == 1 else None)
        self.by_key: dict[str, list[CommunityGroup]] = {}
        self.group_names: list[str] = []
        for group in groups.select_related("lio").only("name", "name_key", "other_names", "lio__name"):
            self.group_names.append(group.name)
            for key in {group.name_key, *map(name_key, group.other_names_list)}:
                self.by_key.setdefault(key, []).append(group)
        self.lists = {
            column: {getattr(item, label): item for item in model._default_manager.all()}  # type: ignore[attr-defined]
            for column, (model, label, _) in LISTS.items()
        }
        self.services = {service.label: service for service in ServiceArea.objects.all()}
        self.methods = choices_of(Evidence.Method)
        self.strengths = choices_of(Evidence.Strength)
        self.suggested = 0

    def read(self, cells: dict[str, str]) -> tuple[Given | None, list[tuple[str, str]]]:
        """What the row gives, None where it has faults, and the faults as (column, message)."""
        faults: list[tuple[str, str]] = []

        def fault(column: str, words: str) -> None:
            faults.append((column, words))

        fields: dict[str, Any] = {"needed_instead": cells.get("needed_instead", "")}
        try:
            fields["happened_on"] = parse_day(cells.get("date", ""))
        except DateError as wrong:
            fault("date", str(wrong))
        for column, known, noun in (
            ("method", self.methods, "method"),
            ("service_area", self.services, "service area"),
            ("strength", self.strengths, "strength"),
        ):
            words = cells.get(column, "")
            if not words and column == "strength":
                fields[column] = Evidence.Strength.ONE.value
            elif not words:
                fault(column, f"is empty. Give the {noun}.")
            elif (label := match_label(words, known)) is None:
                fault(column, unknown_value_message(noun, words, known))
            else:
                fields[column] = known[label]
        fields["summary"] = cells.get("summary", "")
        if not fields["summary"]:
            fault("summary", "is empty. Say what happened.")
        for column, most in LONGEST.items():
            if len(cells.get(column, "")) > most:
                fault(column, f"is longer than {most} letters. Shorten it.")
        fields["people_affected"] = self._people(cells.get("people_affected", ""), fault)
        lists = self._lists(cells, fault)
        lio = self._groups(cells, lists, fault)
        answers = {}
        for column in ("quote_consent", "reviewed"):
            words = cells.get(column, "").casefold()
            if words not in YES | NO:
                fault(column, f"“{shortened(words)}” is neither yes nor no.")
            answers[column] = words in YES
        if faults or lio is None:
            return None, faults
        return (
            Given(
                lio=lio,
                fields=fields,
                lists=lists,
                organisations={name: " ".join(cells.get(name, "").split()) for name in ORGANISATIONS},
                quote=cells.get("quote", ""),
                consent=answers["quote_consent"],
                reviewed=answers["reviewed"],
            ),
            [],
        )

    def _people(self, words: str, fault: Any) -> int | None:
        plain = words.replace(",", "").replace(" ", "").removesuffix(".0")
        if not plain:
            return None
        if plain.startswith(("-", "−")) and plain[1:].isdecimal():
            fault("people_affected", f"{words} can't be: give a number of people, or leave it empty.")
            return None
        if not plain.isdecimal() or int(plain) > MOST_PEOPLE:
            fault(
                "people_affected", f"“{shortened(words)}” is no number of people. Write digits, such as 12."
            )
            return None
        return int(plain) or None

    def _lists(self, cells: dict[str, str], fault: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for column, (_, _, noun) in LISTS.items():
            found[column] = []
            for words in split_values(cells.get(column, "")):
                label = match_label(words, self.lists[column])
                if label is None:
                    fault(column, unknown_value_message(noun, words, self.lists[column]))
                else:
                    found[column].append(self.lists[column][label])
        return found

    def _groups(self, cells: dict[str, str], lists: dict[str, list[Any]], fault: Any) -> LIO | None:
        """Puts the row's groups into its lists and returns its LIO: the named one, the groups' or the usual one."""
        lio = None
        if words := cells.get("lio", ""):
            label = match_label(words, self.lios)
            if label is None:
                fault("lio", unknown_value_message("LIO", words, self.lios))
                return None
            lio = self.lios[label]
        lists["groups"] = []
        for words in split_values(cells.get("group", "")):
            named = self.by_key.get(name_key(words), [])
            same = [group for group in named if lio is None or group.lio_id == lio.pk]
            if named and not same:
                fault(
                    "group",
                    f"{named[0].name} belongs to {named[0].lio}, not to {lio}. A record is of one LIO.",
                )
                continue
            if not same:
                known = self.group_names if self.suggested < NEAREST_FOR else []
                self.suggested += 1
                fault(
                    "group",
                    unknown_value_message("group", words, known)
                    if known
                    else f"“{shortened(words)}” isn't a known group.",
                )
            elif len({group.pk for group in same}) > 1:
                fault("group", f"There are several groups called {words}. Say which LIO it belongs to.")
            else:
                lists["groups"].append(same[0])
                lio = same[0].lio
        lio = lio or self.default_lio
        if lio is None and not cells.get("group"):
            fault("lio", "is empty. Say which LIO the record belongs to, or which group told of it.")
        return lio


def choices_of(choices: Any) -> dict[str, str]:
    """Value by label and by its own name: "focus_group" and "Focus group or consultation" alike."""
    return {str(choice.value): choice.value for choice in choices} | {
        str(choice.label): choice.value for choice in choices
    }
