"""manage.py import_assessments FILE [--dry-run] [--ignore-unknown]"""

from groups.management.import_command import ImportCommand
from readiness import imports


class Command(ImportCommand):
    help = (
        "Imports past assessments from CSV, XLSX or ODS: all rows or none. "
        "Example: manage.py import_assessments assessments.xlsx --dry-run"
    )
    judge = staticmethod(imports.judge)
    write = staticmethod(imports.write)

    def told(self, counts: dict[str, int], is_dry: bool) -> str:
        return (
            f"{'Would add' if is_dry else 'Added'} {counts['add']} assessments, "
            f"left {counts['nothing']} rows that repeat what is known."
        )
