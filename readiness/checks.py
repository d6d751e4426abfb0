"""System checks of readiness: what would break a page is told at the start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from readiness.procurement import FiguresError, read_figures


@register()
def figures_of_contracts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An error for each fault in the files of rules and figures for contracts."""
    try:
        read_figures()
    except FiguresError as fault:
        return [
            Error(problem, hint="See the other files in readiness/procurement.", id="readiness.E001")
            for problem in fault.problems
        ]
    return []
