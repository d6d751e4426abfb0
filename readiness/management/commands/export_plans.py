"""manage.py export_plans [--lio NAME] [--district NAME] [--kind KIND] [--status STATUS] --zip FILE | --pdf FILE"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.models import LIO, CommunityGroup, District
from readiness.bulk_files import counts, write_printing_copy, write_zip
from toolkit_portal.core.spreadsheets import atomic_output, match_label, unknown_value_message


class Command(BaseCommand):
    help = (
        "Writes the plans of many groups into one file: of each the newest issued version, or else the living plan "
        "marked draft. Example: manage.py export_plans --district Chesterfield --status Active --zip plans.zip"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lio", default="", help="only groups of this LIO")
        parser.add_argument("--district", default="", help="only groups of this district")
        parser.add_argument("--kind", default="", help='only groups of this kind, such as "Informal network"')
        parser.add_argument("--status", default="", help="only groups of this status, such as Active")
        parser.add_argument("--large-print", action="store_true", help="in 18 point type")
        parser.add_argument(
            "--both-sides", action="store_true", help="with --pdf: each plan begins on the front of a sheet"
        )
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("--zip", type=Path, help="a ZIP to write, with a PDF for each group and an index")
        target.add_argument(
            "--pdf", type=Path, help="one PDF for printing to write; it has no tags for screen readers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        groups = CommunityGroup.objects.order_by("name_key", "pk")
        if options["lio"].strip():
            lios = dict(LIO.objects.values_list("name", "pk"))
            groups = groups.filter(lio=_one("LIO", options["lio"], lios))
        if options["district"].strip():
            districts = dict(District.objects.values_list("name", "pk"))
            groups = groups.filter(districts=_one("district", options["district"], districts))
        for name, choices in (("kind", CommunityGroup.Kind), ("status", CommunityGroup.Status)):
            if options[name].strip():
                known = {str(label): value for value, label in choices.choices}
                groups = groups.filter(**{name: _one(name, options[name], known)})
        ids = list(groups.values_list("pk", flat=True))
        target: Path = options["zip"] or options["pdf"]
        try:
            with atomic_output(target) as path, path.open("wb") as file:
                if options["zip"]:
                    states = write_zip(file, ids, large_print=options["large_print"])
                else:
                    states = write_printing_copy(
                        file, ids, large_print=options["large_print"], both_sides=options["both_sides"]
                    )
                if not any(state.is_in for state in states):
                    raise CommandError("None of these groups has a plan, so nothing was written.")
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        self.stdout.write(f"Wrote {target}.")
        for words, number in counts(states).items():
            self.stdout.write(f"{words}: {number}")
        for state in states:
            if not state.is_in:
                self.stdout.write(f"Not in it: {state.name} ({state.why_not})")


def _one(what: str, wanted: str, known: Mapping[str, Any]) -> Any:
    """What a label stands for. Raises CommandError that names the labels nearest to an unknown one."""
    label = match_label(wanted, list(known))
    if label is None:
        raise CommandError(unknown_value_message(what, wanted, list(known)))
    return known[label]
