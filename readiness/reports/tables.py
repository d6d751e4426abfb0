"""The report's tables of groups, made of what the pass over the groups and the sums of the database gave. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from groups.models import CommunityGroup, CredentialKind
from readiness.models import Action
from readiness.reports.behind import link
from readiness.reports.choice import ReportChoice
from readiness.reports.levels import LevelSums
from readiness.reports.papers import STANDS
from readiness.reports.spine import Move
from readiness.reports.tally import CountyTally, Tally
from readiness.reports.values import Cell, Column, Draw, Kind, ReportTable, Row

NO_DISTRICT = "No district recorded"
SEVERAL = "A group that works in several districts counts in each of their rows and once in the total."
MOVES = {
    Move.UP: "Moved up a band",
    Move.DOWN: "Moved down a band",
    Move.SAME: "Assessed again, same band",
    Move.NEW: "Assessed for the first time",
    Move.WAITING: "Not assessed again since",
    Move.NEVER: "Not assessed yet",
}


@dataclass(frozen=True)
class Names:
    """Labels that tables are made with, in their order."""

    bands: Sequence[str]
    routes: Mapping[str, str]
    criteria: Mapping[str, str]
    districts: Mapping[int, str]
    lios: Mapping[int, str]
    kinds: Mapping[int, CredentialKind]


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with one decimal, half up; None of nothing."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _mean(choice: ReportChoice, of: Tally, **which: int) -> Cell:
    """The mean score, with the groups that have an assessment behind it."""
    return Cell(of.score, groups="" if of.score is None else link(choice, assessed="yes", **which))


def summary(choice: ReportChoice, tally: CountyTally, late: int) -> ReportTable:
    """The main figures of both days, one a row."""
    of, status = tally.everything, tally.status
    score = None if of.score is None or of.score_before is None else of.score - of.score_before

    def row(key: str, label: str, value: int, groups: str = "") -> Row:
        return Row(key, label, (Cell(value, groups=groups),))

    dormant, closed = CommunityGroup.Status.DORMANT, CommunityGroup.Status.CLOSED
    return ReportTable(
        key="summary",
        title="The county in figures",
        corner="Figure",
        columns=(Column("number", "Number"),),
        rows=(
            row("groups", "Active groups", of.groups, link(choice)),
            row("dormant", "Dormant groups", status[dormant], link(choice, status=dormant)),
            row("closed", "Closed groups", status[closed], link(choice, status=closed)),
            row("assessed", "Active groups with an assessment", of.assessed, link(choice, assessed="yes")),
            row("recent", "Assessed in the last 12 months", of.recent, link(choice, assessed="recent")),
            row("stale", "Last assessed longer ago", of.stale, link(choice, assessed="stale")),
            Row("score", "Mean overall score", (_mean(choice, of),)),
            Row("score_change", "Change of the mean since the earlier day", (Cell(score),)),
            row("visited", "Visited since the earlier day", of.visited, link(choice, visited="yes")),
            row("unvisited", "Not visited since then", of.groups - of.visited, link(choice, visited="no")),
            row("unplanned", "Without an issued plan", of.unplanned, link(choice, plan="none")),
            row("late", "Late actions", late, link(choice, late="yes")),
        ),
        about="Groups are counted as active if they were so on the day. All other tables count active groups.",
    )


def _two_days(
    key: str,
    title: str,
    corner: str,
    labels: Iterable[tuple[str, str]],
    now: Counter[str],
    before: Counter[str],
    where: Callable[[str, bool], str],
    about: str,
) -> ReportTable:
    """A row a label, with the number on the day, on the earlier day, and the change."""
    return ReportTable(
        key=key,
        title=title,
        corner=corner,
        columns=(
            Column("now", "Groups"),
            Column("before", "On the earlier day"),
            Column("change", "Change", Kind.CHANGE),
        ),
        rows=tuple(
            Row(
                name,
                label,
                (
                    Cell(now[name], groups=where(name, False)),
                    Cell(before[name], groups=where(name, True)),
                    Cell(now[name] - before[name]),
                ),
            )
            for name, label in labels
        ),
        about=about,
        draw=Draw.BARS,
    )


def bands(choice: ReportChoice, tally: CountyTally, names: Names) -> ReportTable:
    """Groups by band of the latest assessment."""
    of = tally.everything
    found = dict.fromkeys([*names.bands, *of.bands, *of.bands_before])
    return _two_days(
        "bands",
        "Where groups are",
        "Band",
        [(name, name.capitalize()) for name in found],
        of.bands,
        of.bands_before,
        lambda name, earlier: link(choice, **{"band_before" if earlier else "band": name}),
        "The band of the latest assessment. Groups without one are in no band.",
    )


def routes(choice: ReportChoice, tally: CountyTally, names: Names) -> ReportTable:
    """Groups by what they are ready for."""
    of = tally.everything
    found = {
        **names.routes,
        **{key: key for key in [*of.routes, *of.routes_before] if key not in names.routes},
    }
    found.pop("", None)
    return _two_days(
        "routes",
        "What groups are ready for",
        "Ready to",
        found.items(),
        of.routes,
        of.routes_before,
        lambda key, earlier: link(choice, **{"at_before" if earlier else "at": key}),
        "The next realistic step towards a contract, from scores and papers together.",
    )


def movement(choice: ReportChoice, tally: CountyTally) -> ReportTable:
    """What became of bands between the two days; each active group is in one row."""
    of = tally.everything
    return ReportTable(
        key="movement",
        title="Movement since the earlier day",
        corner="What happened",
        columns=(Column("groups", "Groups"), Column("share", "Share", Kind.SHARE)),
        rows=(
            *(
                Row(
                    move,
                    words,
                    (
                        Cell(of.moves[move], groups=link(choice, move=move)),
                        Cell(share(of.moves[move], of.groups)),
                    ),
                )
                for move, words in MOVES.items()
            ),
            Row(
                "total",
                "All active groups",
                (Cell(of.groups), Cell(share(of.groups, of.groups))),
                is_total=True,
            ),
        ),
        about="Bands of the latest assessment on each day. Each active group stands in one row.",
        draw=Draw.BARS,
    )


# Late actions by who does them.
LATE = {
    Action.Who.GROUP.value: "Late actions of groups",
    Action.Who.LIO.value: "Late actions of the LIO",
    Action.Who.BOTH.value: "Late actions of both together",
}
# What a row of an LIO or a district shows besides its label.
COLUMNS = (
    Column("groups", "Active groups"),
    Column("assessed", "Assessed in the last 12 months"),
    Column("score", "Mean score", Kind.SCORE),
    Column("score_before", "Mean score on the earlier day", Kind.SCORE),
    Column("up", "Moved up a band"),
    Column("down", "Moved down a band"),
    Column("unvisited", "Not visited since the earlier day"),
    Column("unplanned", "Without an issued plan"),
)


def _cells(choice: ReportChoice, of: Tally, **which: int) -> tuple[Cell, ...]:
    return (
        Cell(of.groups, groups=link(choice, **which)),
        Cell(of.recent, groups=link(choice, assessed="recent", **which)),
        _mean(choice, of, **which),
        Cell(of.score_before),
        Cell(of.moved(Move.UP), groups=link(choice, move=Move.UP, **which)),
        Cell(of.moved(Move.DOWN), groups=link(choice, move=Move.DOWN, **which)),
        Cell(of.groups - of.visited, groups=link(choice, visited="no", **which)),
        Cell(of.unplanned, groups=link(choice, plan="none", **which)),
    )


def districts(choice: ReportChoice, tally: CountyTally, names: Names) -> ReportTable:
    """A row a district, those without a group too: they are what the table is for."""
    labels = dict(names.districts)
    if 0 in tally.districts:
        labels[0] = NO_DISTRICT
    return ReportTable(
        key="districts",
        title="Districts",
        corner="District",
        columns=COLUMNS,
        rows=(
            *(
                Row(str(pk), label, _cells(choice, tally.districts.get(pk, Tally()), in_district=pk))
                for pk, label in labels.items()
            ),
            Row("total", "County", _cells(choice, tally.everything), is_total=True),
        ),
        note=SEVERAL,
        draw=Draw.MAP,
    )


def lios(
    choice: ReportChoice, tally: CountyTally, names: Names, late: Counter[tuple[int, str]]
) -> ReportTable:
    """LIOs side by side, with late actions by who does them."""
    columns = (
        *COLUMNS,
        *(Column(f"late_{key}", words) for key, words in LATE.items()),
    )

    def late_cells(wanted: Callable[[int], bool], **which: int) -> tuple[Cell, ...]:
        return tuple(
            Cell(
                sum(number for (lio, doer), number in late.items() if doer == key and wanted(lio)),
                groups=link(choice, late=key, **which),
            )
            for key in LATE
        )

    shown = {
        pk: label
        for pk, label in names.lios.items()
        if pk in tally.lios or choice.lio is None or choice.lio.pk == pk
    }
    return ReportTable(
        key="lios",
        title="Local infrastructure organisations side by side",
        corner="LIO",
        columns=columns,
        rows=(
            *(
                Row(
                    str(pk),
                    label,
                    (
                        *_cells(choice, tally.lios.get(pk, Tally()), in_lio=pk),
                        *late_cells(lambda lio, pk=pk: lio == pk, in_lio=pk),  # type: ignore[misc]
                    ),
                )
                for pk, label in shown.items()
            ),
            Row(
                "total",
                "County",
                (*_cells(choice, tally.everything), *late_cells(lambda lio: True)),
                is_total=True,
            ),
        ),
        about="A late action was open on the day, and its day had passed.",
    )


def kinds(choice: ReportChoice, tally: CountyTally) -> ReportTable:
    """Groups by kind."""
    of = tally.everything
    return ReportTable(
        key="kinds",
        title="Kinds of group",
        corner="Kind",
        columns=(Column("groups", "Groups"), Column("share", "Share", Kind.SHARE)),
        rows=tuple(
            Row(
                key,
                str(label),
                (
                    Cell(of.kinds[key], groups=link(choice, of_kind=key)),
                    Cell(share(of.kinds[key], of.groups)),
                ),
            )
            for key, label in CommunityGroup.Kind.choices
        ),
        draw=Draw.BARS,
    )


def levels(choice: ReportChoice, sums: LevelSums, names: Names, present: Iterable[int]) -> ReportTable:
    """Criterion by district: the mean level of the groups' latest assessments."""
    shown = dict(names.districts)
    if 0 in set(present):
        shown[0] = NO_DISTRICT
    codes = dict(names.criteria)
    for code in sums.whole:
        codes.setdefault(code, code)
    return ReportTable(
        key="levels",
        title="Average level by section and district",
        corner="Section of the toolkit",
        columns=(
            *(Column(str(pk), label, Kind.LEVEL) for pk, label in shown.items()),
            Column("county", "County", Kind.LEVEL),
            Column("groups", "Groups with a level"),
            Column("not_applicable", "Doesn’t apply"),
        ),
        rows=tuple(
            Row(
                code,
                f"{code} {title}" if title != code else code,
                (
                    *(
                        Cell(
                            mean,
                            groups=link(choice, section=code, in_district=pk) if mean is not None else "",
                        )
                        for pk, mean in ((pk, sums.mean_in(code, pk)) for pk in shown)
                    ),
                    Cell(sums.mean(code)),
                    Cell(sums.whole.get(code, (0, 0))[1], groups=link(choice, section=code)),
                    Cell(sums.not_applicable.get(code, 0), groups=link(choice, section=code, level="na")),
                ),
            )
            for code, title in codes.items()
        ),
        about="The mean level, 0 to 4, of latest assessments. Groups to whom a section doesn’t apply are left out.",
        note=SEVERAL,
        draw=Draw.HEAT,
    )


def papers(
    choice: ReportChoice, counted: Mapping[int, Counter[str]], names: Names, groups: int
) -> ReportTable:
    """Each kind of paper by how it stood; what nobody has noted is missing."""

    def cells(pk: int, key: str) -> tuple[Cell, ...]:
        found = Counter(counted.get(pk, Counter()))
        found["missing"] += groups - found.total()
        return tuple(Cell(found[stands], groups=link(choice, paper=key, stands=stands)) for stands in STANDS)

    return ReportTable(
        key="papers",
        title="Papers",
        corner="Paper",
        columns=tuple(Column(key, title) for key, title in STANDS.items()),
        rows=tuple(Row(kind.key, kind.label, cells(pk, kind.key)) for pk, kind in names.kinds.items()),
        about="How each paper stood on the day. One that has expired counts as missing for routes.",
        draw=Draw.SHARES,
    )
