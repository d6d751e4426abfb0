"""What an XLSX sheet may have besides plain rows: cells with a look, charts, colour scales."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from toolkit_portal.core.cell_values import printable

GREEN = "#1F5C46"
INK = "#1D2A26"
LINE = "#D9D4C7"
_LOOKS_LIKE_CELL = re.compile(r"!(?=\$?[A-Z]+\$?\d)")


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. number is a number format as spreadsheet programs write it, such as "0.00"."""

    number: str = ""
    bold: bool = False
    wrap: bool = False
    right: bool = False
    size: int = 0
    """In points; 0 as usual."""

    @property
    def facts(self) -> dict[str, Any]:
        """The same as XlsxWriter takes it."""
        found: dict[str, Any] = {"valign": "top"} if self.wrap else {}
        if self.number:
            found["num_format"] = self.number
        if self.bold:
            found["bold"] = True
        if self.wrap:
            found["text_wrap"] = True
        if self.right:
            found["align"] = "right"
        if self.size:
            found |= {"font_size": self.size, "font_color": GREEN}
        return found


@dataclass(frozen=True, slots=True)
class Styled:
    """A value with a look of its own."""

    value: Any
    look: Look


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one column of the sheet. None is a cell without a number."""

    column: int
    name: str
    values: Sequence[float | None]
    colour: str = GREEN


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over the first rows below the header, one for each label of the first column.

    Several series are shares of the whole, side by side in one bar.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    at: tuple[int, int]
    """Row and column, counted from 0, of the cell under its upper left corner."""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A colour scale of one hue over some columns of the first rows below the header, from lowest to highest."""

    first_column: int
    last_column: int
    rows: int
    lowest: float
    highest: float


def add_chart(workbook: Any, worksheet: Any, chart: Chart) -> None:
    """Puts a chart of the spreadsheet program's own into the sheet."""
    last, name, several = len(chart.labels), worksheet.get_name(), len(chart.series) > 1
    made = workbook.add_chart({"type": "bar", **({"subtype": "percent_stacked"} if several else {})})
    for series in chart.series:
        made.add_series(
            {
                "name": _chart_words(series.name),
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, series.column, last, series.column],
                # Rows are gone from memory by now, so what programs show before they calculate is given here.
                "categories_data": [printable(label) for label in chart.labels],
                "values_data": list(series.values),
                "fill": {"color": series.colour},
                "gap": 45,
            }
        )
    made.set_title({"name": _chart_words(chart.title), "name_font": {"size": 12, "color": INK}})
    made.set_y_axis({"reverse": True, "line": {"color": LINE}, "num_font": {"color": INK}})
    positive = all(value is None or value >= 0 for series in chart.series for value in series.values)
    made.set_x_axis(
        {"major_gridlines": {"visible": False}, "num_format": "0%"}
        if several
        else {
            "major_gridlines": {"visible": True, "line": {"color": LINE}},
            "line": {"none": True},
            # Bars that begin elsewhere mislead about how much longer one is than another.
            **({"min": 0} if positive else {}),
        }
    )
    made.set_legend({"position": "bottom"} if several else {"none": True})
    made.set_size({"width": 720, "height": 130 + 26 * last + (40 if several else 0)})
    row, column = chart.at
    worksheet.insert_chart(
        row, column, made, {"description": printable(chart.alt or chart.title), "object_position": 2}
    )


def _chart_words(text: str) -> str:
    # XlsxWriter takes what looks so for the address of a cell.
    return _LOOKS_LIKE_CELL.sub("! ", printable(text)).lstrip("=")


def add_scale(worksheet: Any, scale: Scale) -> None:
    """Tones the cells by their numbers; text in them stays as it is."""
    worksheet.conditional_format(
        1,
        scale.first_column,
        scale.rows,
        scale.last_column,
        {
            "type": "2_color_scale",
            "min_type": "num",
            "max_type": "num",
            "min_value": scale.lowest,
            "max_value": scale.highest,
            "min_color": "#F7F5F0",
            "max_color": "#6FA98B",
        },
    )
