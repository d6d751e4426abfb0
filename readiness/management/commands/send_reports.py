"""manage.py send_reports [--dry-run]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from readiness.reports.sending import look, send_due


class Command(BaseCommand):
    help = (
        "Queues the county reports that managers get every month or quarter, and mails them when one is ready. "
        "A worker does the same once a day. Run twice it sends nothing twice, and missed nights are made up for once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        day = timezone.localdate()
        if options["dry_run"]:
            found = look(day)
            self.stdout.write(
                f"Would queue {found.queued} reports, pause {found.paused} and send {found.told} mails."
            )
            return
        sent = send_due(day)
        self.stdout.write(
            f"Queued {sent.queued} reports, paused {sent.paused} and sent {sent.told} mails. "
            f"{sent.waiting} wait until their owner has fewer unfinished files."
        )
        if sent.untold:
            raise CommandError(f"{sent.untold} mails could not be sent; the next run tries them again.")
