"""A row of a spreadsheet of papers: its columns, and what its text means."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from groups.credentials import State, kinds_by_name
from groups.group_rows import Cells, GroupFinder, shortened
from groups.models import LIO, CommunityGroup, CredentialKind
from groups.models.credentials import MOST_POUNDS
from toolkit_portal.core.spreadsheets import label_key, unknown_value_message

COLUMNS: dict[str, tuple[str, ...]] = {
    "group": ("name", "group name", "community group"),
    "lio": ("local infrastructure organisation",),
    "kind": ("paper", "kind of paper", "document", "credential"),
    "state": ("status", "how it stands"),
    "issued": ("issued on", "issue date", "date issued", "adopted", "adopted on", "issued or adopted"),
    "expires": ("expires on", "expiry", "expiry date", "valid until", "renewal date"),
    "sum": ("amount", "cover", "sum insured", "sum in pounds"),
    "checked_by": ("seen by",),
    "checked_on": ("date checked", "seen on"),
    "note": ("notes", "comments", "reason"),
}
REQUIRED = ("group", "kind", "state")
LAPSED = "expired"
# What else people write; anything that could be meant in two ways isn't among them.
STATES = {
    **{label_key(state.label): state.value for state in State},
    **{label_key(state.value): state.value for state in State},
    **dict.fromkeys(("yes", "y", "true", "have"), State.IN_PLACE.value),
    **dict.fromkeys(("no", "n", "false", "none"), State.MISSING.value),
    **dict.fromkeys(("na", "notapplicable", "notneeded", "notrequired"), State.NOT_NEEDED.value),
    **dict.fromkeys(("indraft", "drafted"), State.DRAFT.value),
    **dict.fromkeys((LAPSED, "lapsed", "outofdate"), LAPSED),
}
FOUR = "“Not needed yet”, “Missing”, “Draft” or “In place”"


@dataclass(frozen=True)
class Given:
    """What one row gives: facts that it names only. lapsed: it says that the paper has expired."""

    group: int
    kind: CredentialKind
    facts: dict[str, Any]
    lapsed: bool


class Reader(GroupFinder):
    """Turns the text of a row into what it gives, with every fault by column."""

    def __init__(self, groups: QuerySet[CommunityGroup], default_lio: LIO | None) -> None:
        super().__init__(groups, default_lio)
        named = kinds_by_name()
        self.kinds = {label_key(name): kind for name, kind in named.items()}
        # A kind's own name goes before another's other name.
        self.kinds |= {label_key(name): kind for kind in named.values() for name in (kind.key, kind.label)}
        self.labels = sorted({kind.label for kind in named.values() if kind.retired_on is None})

    def read(self, cells: Cells) -> Given | None:
        """What the row gives, or None where it has faults."""
        group = self.find(cells.cells["group"], cells.cells.get("lio", ""), cells.faults)
        words = cells.cells["kind"].strip()
        kind = self.kinds.get(label_key(words))
        if not words:
            cells.fault("kind", "is empty. Say which paper it is.")
        elif kind is None:
            cells.fault("kind", unknown_value_message("kind of paper", words, self.labels))
        state = STATES.get(label_key(cells.cells["state"]))
        if not cells.cells["state"].strip():
            cells.fault("state", f"is empty. Use {FOUR}.")
        elif state is None:
            cells.fault(
                "state", f"“{shortened(cells.cells['state'])}” could mean several things. Use {FOUR}."
            )
        facts = self._facts(cells, state)
        if kind is not None and "pounds" in facts and not kind.asks_sum:
            cells.fault("sum", f"“{kind}” isn't for a sum of money. Leave it empty.")
        if cells.faults or group is None or kind is None:
            return None
        return Given(group, kind, facts, state == LAPSED)

    def _facts(self, cells: Cells, state: str | None) -> dict[str, Any]:
        is_needed = state != State.NOT_NEEDED
        facts: dict[str, Any] = {
            "state": State.IN_PLACE.value if state == LAPSED else state,
            "issued_on": cells.day("issued"),
            "expires_on": cells.day("expires", ahead=True),
            "pounds": cells.pounds("sum", MOST_POUNDS),
            "checked_by": cells.line("checked_by", 150),
            "checked_on": cells.day("checked_on"),
            # The lead reads why a paper isn't needed yet; notes are the officers' own.
            "note" if is_needed else "why_not_needed": (
                cells.words("note", 2_000) if is_needed else cells.line("note", 250)
            ),
        }
        by, on = (cells.cells.get(column, "").strip() for column in ("checked_by", "checked_on"))
        if bool(by) != bool(on):
            cells.fault("checked_on" if by else "checked_by", "is empty. Say both who checked it and when.")
        if facts["issued_on"] and facts["expires_on"] and facts["expires_on"] < facts["issued_on"]:
            cells.fault("expires", "It can't expire before it was issued.")
        return {fact: value for fact, value in facts.items() if value not in (None, "")}
