"""manage.py load_edition FILE [--dry-run]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from readiness.loading import store_edition
from readiness.toolkit import EditionError, parse_edition


class Command(BaseCommand):
    help = (
        "Checks an edition of the toolkit and loads it beside the others; docs/edition-format.md describes the "
        "file. An edition that assessments use can't change: give the file a new code. "
        "Example: manage.py load_edition derbyshire-2.toml --dry-run"
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="the edition as a TOML file")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")

    def handle(self, *args, **options) -> None:
        try:
            data = parse_edition(options["file"])
            with transaction.atomic():
                edition, written = store_edition(data)
                is_current = edition.is_current
                transaction.set_rollback(options["dry_run"])
        except EditionError as faults:
            number = len(faults.problems)
            raise CommandError(
                f"Nothing was loaded: {number} fault{'' if number == 1 else 's'}.\n"
                + "\n".join(faults.problems)
            ) from faults
        if not written:
            self.stdout.write(f"{data.code} is loaded already, word for word. Nothing to do.")
            return
        begin = "Would load" if options["dry_run"] else "Loaded"
        use = "New assessments use it." if is_current else "New assessments go on with a later edition."
        if options["dry_run"]:
            use = use.replace("use it", "would use it").replace("go on", "would go on")
        self.stdout.write(
            f"{begin} {data.code}: {len(data.criteria)} sections in {len(data.themes)} themes. {use}"
        )
