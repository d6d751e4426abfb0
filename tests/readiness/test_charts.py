"""Charts: where marks stand, what is said, and that the drawing holds up with gaps, ties and long names."""

import itertools
from datetime import date
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from readiness.charts import (
    GapChart,
    GapDrawing,
    GapRow,
    TrendChart,
    TrendDrawing,
    TrendPoint,
    gap_chart,
    trend_chart,
)

THEMES = {"2.1": "Inform and influence", "2.2": "Collaborate"}
BANDS = [(0, "Starting"), (25, "Developing"), (50, "Gaining ground"), (75, "Well placed")]


def a_point(
    on: date, *, overall: float | Fraction | None, first: float | None = 20, second: float | None = 60
) -> TrendPoint:
    return TrendPoint(on, {"2.1": first, "2.2": second}, overall)


def a_trend(*points: TrendPoint) -> TrendChart:
    return trend_chart(points, THEMES, BANDS)


def wide_trend(chart: TrendChart) -> TrendDrawing:
    return next(drawing for drawing in chart.drawings if drawing.kind == "wide")


def wide_gap(chart: GapChart) -> GapDrawing:
    return next(drawing for drawing in chart.drawings if drawing.kind == "wide")


def test_points_stand_in_order_of_their_dates_whatever_order_they_come_in() -> None:
    chart = a_trend(a_point(date(2026, 3, 3), overall=44), a_point(date(2025, 3, 3), overall=31))
    overall = wide_trend(chart).series[0]
    assert [mark.label for mark in overall.marks] == ["31", "44"]
    assert overall.marks[0].x < overall.marks[1].x
    assert chart.description == "Overall score: from 31 in Mar 2025 to 44 in Mar 2026."


def test_a_higher_score_stands_higher_and_the_scale_runs_from_0_to_100() -> None:
    drawing = wide_trend(
        a_trend(a_point(date(2025, 1, 1), overall=0), a_point(date(2025, 6, 1), overall=100))
    )
    lowest, highest = drawing.series[0].marks
    assert lowest.y == drawing.bottom
    assert highest.y == next(line.y for line in drawing.grid if line.label == "100")


def test_time_runs_true_to_scale() -> None:
    drawing = wide_trend(
        a_trend(
            a_point(date(2025, 1, 1), overall=1),
            a_point(date(2025, 1, 11), overall=1),
            a_point(date(2025, 1, 31), overall=1),
        )
    )
    first, second, third = (mark.x for mark in drawing.series[0].marks)
    assert third - first == pytest.approx(3 * (second - first), abs=3)


def test_a_missing_score_breaks_the_line() -> None:
    chart = a_trend(
        a_point(date(2025, 1, 1), overall=10),
        a_point(date(2025, 4, 1), overall=20, second=None),
        a_point(date(2025, 7, 1), overall=30),
        a_point(date(2025, 9, 1), overall=30),
    )
    collaborate = wide_trend(chart).series[2]
    assert len(collaborate.marks) == 3
    assert len(collaborate.pieces) == 1  # the lone first mark has no line
    assert chart.rows[1] == (date(2025, 4, 1), ("20", "20", "No score"))


def test_a_single_assessment_is_a_mark_in_the_middle_without_a_line() -> None:
    chart = a_trend(a_point(date(2025, 1, 1), overall=Fraction(129, 2)))
    drawing = wide_trend(chart)
    assert drawing.series[0].pieces == ()
    assert drawing.series[0].marks[0].x == (drawing.left + drawing.right) // 2
    assert chart.description == "Overall score: 65 in Jan 2025."


def test_numbers_at_the_ends_of_equal_scores_do_not_overlap() -> None:
    drawing = wide_trend(a_trend(a_point(date(2025, 1, 1), overall=0, first=0, second=0)))
    heights = sorted(line.end_y for line in drawing.series)
    assert all(lower - upper >= 16 for upper, lower in itertools.pairwise(heights))
    assert heights[-1] <= drawing.bottom


def test_words_below_the_axis_keep_apart_when_assessments_are_close() -> None:
    days = [date(2025, 1, day) for day in (1, 2, 3)] + [date(2026, 1, 1)]
    for drawing in a_trend(*(a_point(day, overall=1) for day in days)).drawings:
        places = [tick.x for tick in drawing.ticks]
        assert all(after - before >= 60 for before, after in itertools.pairwise(places))
        assert drawing.ticks[-1].label == "Jan 2026"


def test_bands_are_named_between_their_lines() -> None:
    drawing = wide_trend(a_trend(a_point(date(2025, 1, 1), overall=1)))
    assert [(line.label, line.word) for line in drawing.grid[:2]] == [("0", "Starting"), ("25", "Developing")]
    assert drawing.grid[1].y < drawing.grid[0].word_y < drawing.grid[0].y


def test_series_differ_by_more_than_colour() -> None:
    legend = a_trend().legend
    assert len({entry.path for entry in legend}) == len({entry.dashes for entry in legend}) == 3


def test_without_assessments_there_is_nothing_to_draw() -> None:
    chart = a_trend()
    assert (chart.rows, chart.drawings) == ((), ())
    assert render_to_string("components/chart_trend.html", {"chart": chart}).strip() == ""


def test_levels_targets_and_medians_share_one_scale() -> None:
    drawing = wide_gap(gap_chart([GapRow("2.11", "Dialogue", level=1, target=3, median=Fraction(3, 2))]))
    columns = [column.x for column in drawing.columns]
    (line,) = drawing.lines
    assert (line.level_x, line.to_target_x) == (columns[1], columns[3])
    assert line.median_x == pytest.approx((columns[1] + columns[2]) / 2, abs=1)


def test_a_target_that_is_reached_leaves_no_gap() -> None:
    chart = gap_chart(
        [GapRow("2.11", "Dialogue", level=3, target=3), GapRow("2.12", "Proofing", level=0, target=1)]
    )
    reached, open_gap = wide_gap(chart).lines
    assert reached.to_target_x is None
    assert reached.target_path
    assert open_gap.to_target_x is not None
    assert (
        chart.description
        == "Levels of 2 criteria on a line from 0 to 4. 2 have a target; 1 is still below it."
    )


def test_a_criterion_without_level_says_why() -> None:
    chart = gap_chart([GapRow("2.15d", "Mystery shopping", level=None, note="Not applicable")])
    (line,) = wide_gap(chart).lines
    assert line.level_x is None
    assert line.labels[-1].text == "Not applicable"


def test_long_names_take_two_lines_and_lines_never_touch() -> None:
    rows = [GapRow(f"2.{n}", "A very long criterion title " * 6, level=None) for n in range(3)]
    for drawing in gap_chart(rows).drawings:
        heights = [label.y for line in drawing.lines for label in line.labels]
        assert all(after - before >= 16 for before, after in itertools.pairwise(heights))
        assert heights[-1] < drawing.height
        assert drawing.lines[0].labels[1].text.endswith("…")


@pytest.mark.parametrize(
    "row", [GapRow("2.1", "Law", 5), GapRow("2.1", "Law", 1, -1), GapRow("2.1", "Law", 1, 1, 4.5)]
)
def test_a_level_off_the_scale_is_refused(row: GapRow) -> None:
    with pytest.raises(ValueError, match=r"2\.1: .* is not between 0 and 4"):
        gap_chart([row])


def drawings_in(html: str) -> list[ElementTree.Element]:
    pieces = html.split("<svg ")[1:]
    return [ElementTree.fromstring("<svg " + piece.split("</svg>")[0] + "</svg>") for piece in pieces]


@pytest.mark.parametrize("on_paper", [True, False])
def test_both_charts_are_sound_svg_with_a_name_and_no_inline_style(on_paper: bool) -> None:
    trend = a_trend(a_point(date(2025, 3, 3), overall=31), a_point(date(2026, 3, 3), overall=44))
    gaps = gap_chart([GapRow("2.11", "Talk & listen <b>", level=1, target=2, median=1)])
    for name, chart in (("trend", trend), ("gap", gaps)):
        html = render_to_string(f"components/chart_{name}.html", {"chart": chart, "on_paper": on_paper})
        named = [drawing for drawing in drawings_in(html) if drawing.get("role") == "img"]
        assert len(named) == (1 if on_paper else 2)
        assert all(drawing.find("desc").text == chart.description for drawing in named)  # type: ignore[union-attr]
        assert "style=" not in html
        assert ("<table" in html) is not on_paper
