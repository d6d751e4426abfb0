"""What commands share that import a spreadsheet: all rows or none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groups.group_rows import Overtaken
from groups.models import CommunityGroup
from toolkit_portal.core.judged_rows import JudgedRows, RowFate
from toolkit_portal.core.spreadsheets import TableError, read_table


class ImportCommand(BaseCommand):
    """A command with a file, --dry-run and --ignore-unknown; `judge` and `write` are its import's.

    tells_notes: whether it says what the reading of the file noted, such as sheets that were left out.
    """

    judge: Callable[..., JudgedRows]
    write: Callable[..., None]
    tells_notes = True

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--ignore-unknown", action="store_true", help="leave out columns that aren't known"
        )

    def reach(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the import may write to, as its judge takes it."""
        return {"groups": CommunityGroup.objects.all()}

    def is_told(self, fate: RowFate) -> bool:
        """Whether a row is named even where nobody asked for every row."""
        return False

    def told(self, counts: dict[str, int], is_dry: bool) -> str:
        """The closing line."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        reach = self.reach(options)
        try:
            table = read_table(options["file"])
            judged = self.judge(table, ignore_unknown=options["ignore_unknown"], **reach)
        except TableError as fault:
            raise CommandError(str(fault)) from fault
        if judged.errors:
            count = len(judged.errors)
            raise CommandError(
                "\n".join(str(error) for error in judged.errors)
                + f"\n{count} fault{'s' if count != 1 else ''}; nothing was imported."
            )
        for note in table.notes if self.tells_notes else ():
            self.stdout.write(note)
        for fate in judged.fates:
            if options["verbosity"] > 1 or options["dry_run"] or self.is_told(fate):
                self.stdout.write(f"Row {fate.row}: {fate.name}: {fate.fate}. {fate.note}".rstrip())
        if not options["dry_run"]:
            try:
                self.write(judged, by=None)
            except Overtaken as fault:
                raise CommandError(str(fault)) from fault
        self.stdout.write(self.told(judged.counts, bool(options["dry_run"])))


class RowsCommand(ImportCommand):
    """Imports what groups have; a row may change what is recorded. The nouns are what a row becomes."""

    noun: str
    nouns: str

    def told(self, counts: dict[str, int], is_dry: bool) -> str:
        added, left = counts["add"], counts["nothing"]
        changed = "".join(
            f", {word} {counts[fate]}"
            for fate, word in (
                ("update", "change" if is_dry else "changed"),
                ("fill in", "fill in" if is_dry else "filled in"),
            )
            if fate in counts
        )
        return (
            f"{'Would add' if is_dry else 'Added'} {added} {self.noun if added == 1 else self.nouns}{changed}, "
            + (f"leave {left}" if is_dry else f"left {left}")
            + f" row{'' if left == 1 else 's'} that repeat{'s' if left == 1 else ''} what is known."
        )
