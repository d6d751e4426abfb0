"""manage.py import_evidence FILE [--dry-run] [--ignore-unknown]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence.import_writing import write
from evidence.imports import judge
from groups.models import LIO, CommunityGroup
from toolkit_portal.core.spreadsheets import TableError, read_table


class Command(BaseCommand):
    help = (
        "Imports records of unmet need from CSV, XLSX or ODS: all rows or none. Rows that say they were reviewed count "
        "at once. Example: manage.py import_evidence evidence.xlsx --dry-run"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--ignore-unknown", action="store_true", help="leave out columns that aren't known"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = read_table(options["file"])
            judged = judge(
                table,
                groups=CommunityGroup.objects.all(),
                lios=list(LIO.objects.all()),
                ignore_unknown=options["ignore_unknown"],
            )
        except TableError as fault:
            raise CommandError(str(fault)) from fault
        if judged.errors:
            count = len(judged.errors)
            raise CommandError(
                "\n".join(str(error) for error in judged.errors)
                + f"\n{count} fault{'s' if count != 1 else ''}; nothing was imported."
            )
        for note in table.notes:
            self.stdout.write(note)
        for fate in judged.fates:
            if options["verbosity"] > 1 or options["dry_run"]:
                self.stdout.write(f"Row {fate.row}: {fate.name}: {fate.fate}. {fate.note}".rstrip())
        if not options["dry_run"]:
            write(judged, by=None, may_review=True)
        counts = judged.counts
        self.stdout.write(
            f"{'Would add' if options['dry_run'] else 'Added'} {_counted(counts['add'], 'record')}, "
            f"left {_counted(counts['nothing'], 'row')} that repeat what is known."
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
