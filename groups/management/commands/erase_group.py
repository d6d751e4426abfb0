"""manage.py erase_group "NAME or id" --reason REASON [--dry-run]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.finding import GroupNotFound, find_group
from groups.leaving.groups import Reason, erase_group, what_goes


class Command(BaseCommand):
    help = (
        "Erases a group with everything that hangs on it: visits, assessments, plans, evidence that it alone told, "
        "history and files. It can't be undone; look with --dry-run first. "
        'Example: manage.py erase_group "Chesterfield Women" --reason asked --dry-run'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("group", help="the group's name or its number (id)")
        parser.add_argument("--reason", required=True, choices=Reason.values, help="why, for the trail")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            group = find_group(options["group"])
        except GroupNotFound as fault:
            raise CommandError(str(fault)) from fault
        dry = options["dry_run"]
        number = group.pk
        found = what_goes(group) if dry else erase_group(group=group, by=None, reason=options["reason"])
        for title, count in found.counts.items():
            self.stdout.write(f"{title}: {count}")
        if found.leads_without_role:
            self.stdout.write(
                f"Accounts of leads without a role now, to be erased one by one: {found.leads_without_role}"
            )
        if found.files_left:
            raise CommandError(
                f"Group {number} is erased, but {len(found.files_left)} of its files couldn't be removed. "
                "manage.py sweep_files tries them again: " + ", ".join(found.files_left)
            )
        self.stdout.write(f"Group {number} {'would be' if dry else 'is'} erased.")
