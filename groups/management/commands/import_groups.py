"""manage.py import_groups FILE [--lio NAME] [--dry-run] [--ignore-unknown]"""

from typing import Any

from django.core.management.base import CommandError

from groups import imports
from groups.management.import_command import ImportCommand
from groups.models import LIO
from toolkit_portal.core.judged_rows import RowFate
from toolkit_portal.core.spreadsheets import match_label, unknown_value_message


class Command(ImportCommand):
    help = (
        "Imports community groups from CSV, XLSX or ODS: all rows or none. "
        'Example: manage.py import_groups groups.xlsx --lio "Peak Community Support" --dry-run'
    )
    judge = staticmethod(imports.judge)
    write = staticmethod(imports.write)
    tells_notes = False

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--lio", default="", help="the LIO of rows that name none")
        super().add_arguments(parser)

    def reach(self, options: dict[str, Any]) -> dict[str, Any]:
        lios = list(LIO.objects.filter(closed_on__isnull=True))
        default = None
        if options["lio"].strip():
            names = {lio.name: lio for lio in lios}
            label = match_label(options["lio"], names)
            if label is None:
                raise CommandError(unknown_value_message("LIO", options["lio"], names))
            default = names[label]
        return {"lios": lios, "default_lio": default}

    def is_told(self, fate: RowFate) -> bool:
        return fate.note.startswith("Very like")

    def told(self, counts: dict[str, int], is_dry: bool) -> str:
        return (
            f"{'Would add' if is_dry else 'Added'} {counts['add']}, "
            f"filled in {counts['fill in']}, left {counts['nothing']} as they were."
        )
