"""manage.py import_assessments FILE [--dry-run] [--ignore-unknown]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from groups.models import CommunityGroup
from readiness.imports import judge, write
from toolkit_portal.core.spreadsheets import TableError, read_table


class Command(BaseCommand):
    help = (
        "Imports past assessments from CSV, XLSX or ODS: all rows or none. "
        "Example: manage.py import_assessments assessments.xlsx --dry-run"
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--ignore-unknown", action="store_true", help="leave out columns that aren't known"
        )

    def handle(self, *args, **options) -> None:
        try:
            table = read_table(options["file"])
            judged = judge(
                table, groups=CommunityGroup.objects.all(), ignore_unknown=options["ignore_unknown"]
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
            write(judged, by=None)
        counts = judged.counts
        self.stdout.write(
            f"{'Would add' if options['dry_run'] else 'Added'} {counts['add']} assessments, "
            f"left {counts['nothing']} rows that repeat what is known."
        )
