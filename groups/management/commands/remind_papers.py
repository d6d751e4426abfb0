"""manage.py remind_papers [--dry-run]"""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from groups.paper_reminders import due, send


class Command(BaseCommand):
    help = (
        "Sends the lead and the caseworker of a group one mail 60 days and one 14 days before a paper runs out. "
        "A worker does the same once a day. Run twice it sends nothing twice, and a missed night is made up for."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many mails would go, and send none"
        )

    def handle(self, *args, **options) -> None:
        day = timezone.localdate()
        mails = due(day)
        papers = len({mail.paper.pk for mail in mails})
        about = f"about {papers} paper{'' if papers == 1 else 's'}"
        if options["dry_run"]:
            self.stdout.write(f"Would send {len(mails)} mails {about}.")
            return
        run = send(mails, day)
        self.stdout.write(f"Sent {run.sent} mails {about}.")
        if run.failed:
            raise CommandError(f"{run.failed} mails could not be sent; the next run tries them again.")
