"""A report made by hand in which every kind of value, hidden cells, and labels that mislead programs occur."""

from datetime import UTC, date, datetime
from decimal import Decimal

from readiness.reports.values import (
    Asked,
    Cell,
    Column,
    CountyReport,
    Definition,
    Draw,
    Kind,
    ReportTable,
    Row,
    Sentence,
    Value,
)

SMALL, STAR = Cell(None, "<5"), Cell(None, "*")


def row(key: str, label: str, *values: Value | Cell, total: bool = False) -> Row:
    return Row(
        key,
        label,
        tuple(value if isinstance(value, Cell) else Cell(value) for value in values),
        is_total=total,
    )


def sample() -> CountyReport:
    """A table of each picture, one of each kind of column, and one too wide for a page."""
    wide = tuple(
        Column(str(place), "Total" if place == 29 else f"Community {place}", Kind.PEOPLE)
        for place in range(30)
    )
    return CountyReport(
        asked=Asked(
            as_at=date(2026, 3, 31),
            compare=date(2025, 3, 31),
            filters=(("LIO", "Peak & Dale <CVS>"), ("Kind", "=Informal network")),
            query="as_at=2026-03-31&compare=2025-03-31",
            by="Person Nine",
            made_at=datetime(2026, 4, 1, 8, 5, tzinfo=UTC),
        ),
        sentences=(
            Sentence("On 31 March 2026 two of three active groups had been assessed."),
            Sentence("=Nothing else moved."),
        ),
        tables=(
            ReportTable(
                key="summary",
                title="Main figures",
                corner="Figure",
                columns=(Column("number", "Number"),),
                rows=(
                    row("groups", "Active groups", 1234),
                    row("none", "Closed", 0),
                    row("score", "Mean score", Decimal("58.30")),
                    row("lost", "Change of the mean", Decimal("-2.5")),
                    row("unknown", "Not known", None),
                    row("seen", "Last seen", date(2026, 3, 14)),
                    row("said", "In words", "several"),
                    row("million", "Letters", 1_234_567),
                ),
            ),
            ReportTable(
                key="kinds_of_column",
                title="Every kind",
                corner="Row",
                columns=tuple(Column(str(kind), f"A {kind}", kind) for kind in Kind),
                rows=(
                    row(
                        "plain",
                        "Plain",
                        "=1+1",
                        7,
                        1500,
                        Decimal("2.25"),
                        Decimal("38.90"),
                        Decimal("38.9"),
                        3,
                        date(2026, 3, 14),
                    ),
                    row("gone", "Gone", None, None, SMALL, None, None, None, None, None),
                    row(
                        "least",
                        "Least",
                        "-",
                        0,
                        0,
                        Decimal("0.00"),
                        Decimal(0),
                        Decimal("-0.0"),
                        0,
                        date(1899, 12, 31),
                    ),
                    row(
                        "below",
                        "Below",
                        "@SUM(A1)",
                        -4,
                        STAR,
                        Decimal(4),
                        Decimal("99.995"),
                        Decimal(100),
                        Decimal("-1234.5"),
                        date(2026, 12, 1),
                    ),
                    row("mixed", "Mixed", 5, Decimal("2.5"), 5, 3, 50, 40, Decimal("20.83"), "not yet"),
                ),
                note="A note of its own.",
            ),
            ReportTable(
                key="odd_labels",
                title="Labels that mislead",
                corner="=Corner",
                columns=(
                    Column("now", "Groups"),
                    Column("share", "Share", Kind.SHARE),
                    Column("=x", "+Change", Kind.CHANGE),
                ),
                rows=(
                    row("formula", "=1+1", 41, Decimal("61.2"), -2),
                    row("minus", "-5", 1, Decimal("1.5"), 1),
                    row("at", "@here", SMALL, STAR, None),
                    row("right", "گروه زنان", 25, Decimal("37.3"), 12),
                    row("tag", '<b>Bold</b> & "quoted"', 0, Decimal("0.0"), 0),
                    row("total", "Total", 67, Decimal("100.0"), 11, total=True),
                ),
                draw=Draw.BARS,
            ),
            ReportTable(
                key="parts",
                title="Papers by how they stand",
                corner="Paper",
                columns=(Column("there", "In place"), Column("soon", "Soon"), Column("missing", "Missing")),
                rows=(row("policy", "Equality policy", 3, 1, 996), row("accounts", "Accounts", 0, 0, 0)),
                draw=Draw.SHARES,
            ),
            ReportTable(
                key="places",
                title="Districts of the sample",
                corner="District",
                columns=(Column("groups", "Active groups"), Column("score", "Mean score", Kind.SCORE)),
                rows=(
                    row("1", "Derby", 12, Decimal("41.00")),
                    row("2", "High Peak", 0, None),
                    row("3", "A new council", 3, Decimal("7.25")),
                    row("0", "No district recorded", 2, Decimal("9.99")),
                    row("total", "County", 16, Decimal("30.07"), total=True),
                ),
                draw=Draw.MAP,
            ),
            ReportTable(
                key="heat",
                title="Levels of the sample",
                corner="Section",
                columns=(
                    Column("1", "Derby", Kind.LEVEL),
                    Column("2", "Erewash", Kind.LEVEL),
                    Column("n", "Groups"),
                ),
                rows=(
                    row("2.1", "2.1 Rights", Decimal("0.49"), Decimal("4.00"), 17),
                    row("2.2", "2.2 Partners", None, Decimal("2.50"), 16),
                ),
                draw=Draw.HEAT,
            ),
            ReportTable(
                key="wide",
                title="A table too wide for a page",
                corner="Service area",
                columns=wide,
                rows=tuple(
                    row(
                        f"area{line}",
                        f"Area {chr(65 + line)}",
                        *(SMALL if place % 7 == line else 100 * line + 3 * place for place in range(30)),
                    )
                    for line in range(20)
                ),
                note="Counts of 1 to 4 are hidden.",
            ),
            ReportTable(
                "empty", "A table without rows", "Nothing", (Column("n", "Number"),), (), draw=Draw.BARS
            ),
        ),
        definitions=(
            Definition("Level", "How far a group has come, 0 to 4."),
            Definition("=Word", "Text <5."),
        ),
    )
