"""manage.py import_groups FILE [--lio NAME] [--dry-run] [--ignore-unknown]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from groups.imports import judge, write
from groups.models import LIO
from toolkit_portal.core.spreadsheets import TableError, match_label, read_table, unknown_value_message


class Command(BaseCommand):
    help = (
        "Imports community groups from CSV, XLSX or ODS: all rows or none. "
        'Example: manage.py import_groups groups.xlsx --lio "Peak Community Support" --dry-run'
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--lio", default="", help="the LIO of rows that name none")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--ignore-unknown", action="store_true", help="leave out columns that aren't known"
        )

    def handle(self, *args, **options) -> None:
        lios = list(LIO.objects.filter(closed_on__isnull=True))
        default = None
        if options["lio"].strip():
            names = {lio.name: lio for lio in lios}
            label = match_label(options["lio"], names)
            if label is None:
                raise CommandError(unknown_value_message("LIO", options["lio"], names))
            default = names[label]
        try:
            table = read_table(options["file"])
            judged = judge(table, lios=lios, default_lio=default, ignore_unknown=options["ignore_unknown"])
        except TableError as fault:
            raise CommandError(str(fault)) from fault
        if judged.errors:
            count = len(judged.errors)
            raise CommandError(
                "\n".join(str(error) for error in judged.errors)
                + f"\n{count} fault{'s' if count != 1 else ''}; nothing was imported."
            )
        for fate in judged.fates:
            if options["verbosity"] > 1 or options["dry_run"] or fate.note.startswith("Very like"):
                self.stdout.write(f"Row {fate.row}: {fate.name}: {fate.fate}. {fate.note}".rstrip())
        if not options["dry_run"]:
            write(judged, by=None)
        counts = judged.counts
        self.stdout.write(
            f"{'Would add' if options['dry_run'] else 'Added'} {counts['add']}, "
            f"filled in {counts['fill in']}, left {counts['nothing']} as they were."
        )
