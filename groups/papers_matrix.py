"""Papers of many groups at once: which groups fit, how each paper stands in a cell, how many of a kind are in place.

An expired paper counts as missing here as everywhere. Retired kinds are left out: a group that has one shows it on its
own page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from groups.credentials import WARNED_DAYS, PaperLine, State, line_of
from groups.models import CommunityGroup, Credential, CredentialFile, CredentialKind
from toolkit_portal.core.spreadsheets import Sheet

FIRST, LAST = WARNED_DAYS
STATES = {
    "missing": "Missing or expired",
    "expired": "Expired",
    "within_14": f"Expires within {LAST} days",
    "within_60": f"Expires within {FIRST} days",
    "look_again": "To look at again",
    "draft": "Draft",
    "not_needed": "Not needed yet",
    "in_place": "In place",
}
AT_ONCE = 500


def condition(state: str, day: date) -> Q:
    """Papers that have a row and stand so on that day: a key of STATES. Missing ones mostly have no row."""
    in_place = Q(state=State.IN_PLACE)
    holds = in_place & (Q(expires_on__isnull=True) | Q(expires_on__gt=day))
    return {
        "expired": in_place & Q(expires_on__lte=day),
        "missing": Q(state=State.MISSING) | in_place & Q(expires_on__lte=day),
        "within_14": in_place & Q(expires_on__gt=day, expires_on__lte=day + timedelta(days=LAST)),
        "within_60": in_place & Q(expires_on__gt=day, expires_on__lte=day + timedelta(days=FIRST)),
        "look_again": holds & Q(review_on__lte=day),
        "draft": Q(state=State.DRAFT),
        "not_needed": Q(state=State.NOT_NEEDED),
        "in_place": holds,
    }[state]


def stands_so(line: PaperLine, state: str, day: date) -> bool:
    """The same for one paper that has been read."""
    paper = line.credential
    return {
        "expired": line.expired_on is not None,
        "missing": line.state == State.MISSING,
        "within_14": line.days_left is not None and line.days_left <= LAST,
        "within_60": line.days_left is not None and line.days_left <= FIRST,
        "look_again": is_to_look_at(line, day),
        "draft": paper is not None and line.state == State.DRAFT,
        "not_needed": line.state == State.NOT_NEEDED,
        "in_place": line.holds,
    }[state]


def is_to_look_at(line: PaperLine, day: date) -> bool:
    """Whether it is in place and its day to look at it again has come."""
    paper = line.credential
    return line.holds and paper is not None and paper.review_on is not None and paper.review_on <= day


def in_state(
    groups: QuerySet[CommunityGroup], kinds: Sequence[CredentialKind], state: str, day: date
) -> QuerySet[CommunityGroup]:
    """Groups of which at least one of these kinds stands so on that day."""
    papers = Credential.objects.filter(kind__in=kinds)
    if state != "missing":
        return groups.filter(pk__in=papers.filter(condition(state, day)).values("group"))
    # Most missing papers have no row, so those that aren't missing are counted.
    there = papers.filter(group=OuterRef("pk")).exclude(condition("missing", day)).order_by()
    counted = there.values("group").annotate(number=Count("pk")).values("number")
    return groups.alias(there=Coalesce(Subquery(counted, output_field=IntegerField()), 0)).filter(
        there__lt=len(kinds)
    )


def soonest_first(
    groups: QuerySet[CommunityGroup], kinds: Sequence[CredentialKind]
) -> QuerySet[CommunityGroup]:
    """In the order of the day on which the first of these papers runs out or has; those with no such day last."""
    papers = Credential.objects.filter(group=OuterRef("pk"), kind__in=kinds).order_by()
    # The state isn't in the WHERE clause, or SQLite would walk the index over states once for every group.
    first = Min("expires_on", filter=Q(state=State.IN_PLACE))
    soonest = Subquery(papers.values("group").annotate(day=first).values("day"))
    return groups.annotate(soonest=Coalesce(soonest, date.max)).order_by("soonest", "name_key", "pk")


# Cells


@dataclass(frozen=True)
class Cell:
    """How one paper of one group stands, in few words, with a sign so that colour never says it alone."""

    line: PaperLine
    url: str
    sign: str
    words: str
    tone: str
    """A tone of components/tag.html."""
    waits: bool
    """Whether a file that a lead has sent waits for an officer."""


@dataclass(frozen=True)
class Row:
    """A group and its cells, one for each kind in the order of the kinds."""

    group: CommunityGroup
    cells: list[Cell]
    can_edit: bool


def in_short(line: PaperLine, day: date) -> tuple[str, str, str]:
    """Sign, words and tone of a cell."""
    if line.expired_on:
        return "✗", "Expired", "late"
    if line.days_left is not None and line.days_left <= FIRST:
        words = f"{line.days_left} day{'' if line.days_left == 1 else 's'} left"
        return ("‼", words, "late") if line.days_left <= LAST else ("!", words, "warn")
    if is_to_look_at(line, day):
        return "↻", "Look again", "accent"
    return {
        State.IN_PLACE: ("✓", "In place", "good"),
        State.DRAFT: ("◐", "Draft", "quiet"),
        State.NOT_NEEDED: ("–", "Not needed", "quiet"),
        State.MISSING: ("○", "Missing", "quiet"),
    }[State(line.state)]


def rows_of(
    groups: Sequence[CommunityGroup],
    kinds: Sequence[CredentialKind],
    day: date,
    editable_lios: Iterable[int] = (),
) -> list[Row]:
    """The rows of one page. Two queries. editable_lios: whose groups this person may write."""
    papers = _papers(groups, kinds)
    waiting = waiting_in(groups, kinds)
    lios = frozenset(editable_lios)
    rows = []
    for group in groups:
        cells = []
        for kind in kinds:
            line = line_of(kind, papers.get((group.pk, kind.pk)), day)
            sign, words, tone = in_short(line, day)
            url = reverse("paper", args=[group.pk, kind.key])
            cells.append(Cell(line, url, sign, words, tone, (group.pk, kind.pk) in waiting))
        rows.append(Row(group, cells, group.lio_id in lios))
    return rows


def waiting_in(
    groups: Iterable[CommunityGroup], kinds: Iterable[CredentialKind]
) -> frozenset[tuple[int, int]]:
    """Group and kind of the papers of which a lead's file waits for an officer. One query."""
    return frozenset(
        CredentialFile.objects.filter(
            verdict=CredentialFile.Verdict.TO_CHECK,
            credential__group__in=list(groups),
            credential__kind__in=list(kinds),
        ).values_list("credential__group_id", "credential__kind_id")
    )


def _papers(
    groups: Iterable[CommunityGroup], kinds: Iterable[CredentialKind]
) -> dict[tuple[int, int], Credential]:
    found = Credential.objects.filter(group__in=list(groups), kind__in=list(kinds))
    return {(paper.group_id, paper.kind_id): paper for paper in found}


# Counts


@dataclass(frozen=True)
class KindCounts:
    """How many groups have this paper how. missing holds those expired; in_place those that soon run out."""

    kind: CredentialKind
    numbers: dict[str, int]
    """By the keys of STATES."""

    @property
    def figures(self) -> list[tuple[str, str, int]]:
        """Key, words and number of each state, in the order of the filter."""
        return [(state, words, self.numbers[state]) for state, words in STATES.items()]


def counts_of(
    groups: QuerySet[CommunityGroup], total: int, kinds: Sequence[CredentialKind], day: date
) -> list[KindCounts]:
    """The counts of each kind among these groups, total in number. One query."""
    states = [state for state in STATES if state != "missing"]
    found: dict[int, Any] = {
        row["kind"]: row
        for row in Credential.objects.filter(
            group__in=groups.order_by().values("pk"), kind__in=[kind.pk for kind in kinds]
        )
        .order_by()
        .values("kind")
        .annotate(**{state: Count("pk", filter=condition(state, day)) for state in states})
    }
    counts = []
    for kind in kinds:
        row = found.get(kind.pk, {})
        numbers = {state: int(row.get(state, 0)) for state in states}
        numbers["missing"] = total - numbers["in_place"] - numbers["draft"] - numbers["not_needed"]
        counts.append(KindCounts(kind, numbers))
    return counts


# Files

HEADER = (
    "Group", "LIO", "Caseworker", "Paper", "When it may be asked for", "How it stands", "Why it isn't needed yet",
    "Issued or adopted on", "Expires on", "Days left", "Look at it again on", "Sum in pounds", "Checked by",
    "Checked on", "File to check",
)  # fmt: skip
NUMBERS = ("Days left", "Sum in pounds")
# Of a spreadsheet's columns, in characters: words need more than their headings do.
WIDTHS = {
    **dict.fromkeys(("Group", "LIO", "Paper"), 34),
    **dict.fromkeys(("Caseworker", "How it stands", "Checked by"), 24),
    "When it may be asked for": 28,
    "Why it isn't needed yet": 40,
    "Checked on": 19,
}


def sheet(rows: Iterable[tuple[object, ...]]) -> Sheet:
    """The sheet of a workbook for such rows, which are read once."""
    return Sheet(
        "Papers",
        HEADER,
        rows,
        widths=[WIDTHS.get(name, max(10, len(name) + 3)) for name in HEADER],
        numbers=[HEADER.index(name) for name in NUMBERS],
    )


def table_rows(
    groups: QuerySet[CommunityGroup], kinds: Sequence[CredentialKind], state: str, day: date
) -> Iterator[tuple[object, ...]]:
    """A row for each paper of each group in the groups' order; with a state only the papers that stand so."""
    order = list(groups.values_list("pk", flat=True))
    for start in range(0, len(order), AT_ONCE):
        batch = order[start : start + AT_ONCE]
        here = CommunityGroup.objects.select_related("lio", "caseworker").in_bulk(batch)
        for row in rows_of([here[pk] for pk in batch if pk in here], kinds, day):
            for cell in row.cells:
                if not state or stands_so(cell.line, state, day):
                    yield _table_row(row.group, cell)


def _table_row(group: CommunityGroup, cell: Cell) -> tuple[object, ...]:
    line, paper = cell.line, cell.line.credential
    facts = (
        (
            paper.why_not_needed,
            paper.issued_on,
            paper.expires_on,
            line.days_left,
            paper.review_on,
            paper.pounds,
            paper.checked_by,
            paper.checked_on,
        )
        if paper
        else ("", None, None, None, None, None, "", None)
    )
    return (
        group.name,
        group.lio.name,
        str(group.caseworker or ""),
        line.kind.label,
        line.kind.get_stage_display(),
        line.words,
        *facts,
        cell.waits,
    )
