"""Where the lines and marks of a chart go. Pure: plain values in, coordinates and words out for templates.

Each chart comes as two drawings of the same values, one for wide places and paper, one for telephones, so
that letters never shrink below a readable size. Coordinates are whole numbers, since a fraction would be
written with a comma in some languages. Nothing is told by colour alone: every series has its own shape and
dashes.
"""

from readiness.charts.gap import GapChart, GapDrawing, GapRow, gap_chart
from readiness.charts.trend import TrendChart, TrendDrawing, TrendPoint, trend_chart

__all__ = [
    "GapChart",
    "GapDrawing",
    "GapRow",
    "TrendChart",
    "TrendDrawing",
    "TrendPoint",
    "gap_chart",
    "trend_chart",
]
