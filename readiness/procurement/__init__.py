"""Which rules hold for a public contract of a value, and what they mean for a small group. Pure, from dated files.

Information, never legal advice: every statement has its source, and the day on which somebody checked it.
"""

from readiness.procurement.files import Figures, FiguresError, figures_for, parse_figures, read_figures
from readiness.procurement.judging import (
    BUYERS,
    SERVICES,
    Buyer,
    Comparison,
    Service,
    Verdict,
    judge,
    pounds,
)

__all__ = [
    "BUYERS",
    "SERVICES",
    "Buyer",
    "Comparison",
    "Figures",
    "FiguresError",
    "Service",
    "Verdict",
    "figures_for",
    "judge",
    "parse_figures",
    "pounds",
    "read_figures",
]
