"""manage.py export_subject --email ADDRESS | --group "NAME or id" -o FILE.zip"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.finding import GroupNotFound, find_group
from groups.leaving.copies import Copy, Purpose, write_group, write_person
from groups.leaving.people import NothingHeld, find_person
from toolkit_portal.core.atomic_files import atomic_output


class Command(BaseCommand):
    help = (
        "Writes a copy of everything that is held of a person or a group as a ZIP, for a subject access request. "
        "Only you can read the file. Example: manage.py export_subject --email sam@example.org -o sam.zip"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--email", help="the person's e-mail address")
        whom.add_argument("--group", help="the group's name or its number (id)")
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")
        parser.add_argument(
            "--purpose",
            choices=Purpose.values,
            default=Purpose.ASKED.value,
            help="why, for the trail; asked if left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        try:
            person = find_person(options["email"]) if options["email"] is not None else None
            group = find_group(options["group"]) if person is None else None
        except (NothingHeld, GroupNotFound) as fault:
            raise CommandError(str(fault)) from fault
        made = Copy()
        try:
            with atomic_output(target) as path:
                path.chmod(0o600)
                with path.open("wb") as file:
                    if person is not None:
                        made = write_person(file, person=person, by=None, purpose=options["purpose"])
                    elif group is not None:
                        made = write_group(file, group=group, by=None, purpose=options["purpose"])
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        for name in made.missing:
            self.stderr.write(f"Missing, so not in the copy: {name}")
        for title, number in made.counts.items():
            self.stdout.write(f"{title}: {number}")
        self.stdout.write(f"Wrote {sum(made.counts.values())} records and {made.files} files to {target}.")
