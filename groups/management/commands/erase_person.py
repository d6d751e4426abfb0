"""manage.py erase_person EMAIL [--dry-run]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.leaving.people import CannotLeave, NothingHeld, erase_person, find_person, what_goes, why_not


class Command(BaseCommand):
    help = (
        "Erases a person: contact entries, invitations and sign-in go, the account stays as an author without a name. "
        "It can't be undone; look with --dry-run first. Example: manage.py erase_person sam@example.org --dry-run"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        try:
            person = find_person(options["email"])
            if dry and (why := why_not(person, None)):
                raise CannotLeave(why)
            found = what_goes(person) if dry else erase_person(person=person, by=None)
        except (NothingHeld, CannotLeave) as fault:
            raise CommandError(str(fault)) from fault
        for words, rows in (("goes", found.goes), ("emptied", found.emptied), ("stays", found.stays)):
            for title, number in rows.items():
                self.stdout.write(f"{title}: {number} ({words})")
        self.stdout.write(f"Stored files: {found.files} (goes)")
        if found.files_left:
            raise CommandError(
                f"The person is erased, but {len(found.files_left)} files couldn't be removed. "
                "manage.py sweep_files tries them again: " + ", ".join(found.files_left)
            )
        self.stdout.write("The person would be erased." if dry else "The person is erased.")
