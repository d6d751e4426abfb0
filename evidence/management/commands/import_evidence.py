"""manage.py import_evidence FILE [--dry-run] [--ignore-unknown]"""

from functools import partial
from typing import Any

from evidence import import_writing, imports
from groups.management.import_command import ImportCommand
from groups.models import LIO


class Command(ImportCommand):
    help = (
        "Imports records of unmet need from CSV, XLSX or ODS: all rows or none. Rows that say they were reviewed count "
        "at once. Example: manage.py import_evidence evidence.xlsx --dry-run"
    )
    judge = staticmethod(imports.judge)
    write = staticmethod(partial(import_writing.write, may_review=True))

    def reach(self, options: dict[str, Any]) -> dict[str, Any]:
        return super().reach(options) | {"lios": list(LIO.objects.all())}

    def told(self, counts: dict[str, int], is_dry: bool) -> str:
        return (
            f"{'Would add' if is_dry else 'Added'} {_counted(counts['add'], 'record')}, "
            f"left {_counted(counts['nothing'], 'row')} that repeat what is known."
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
