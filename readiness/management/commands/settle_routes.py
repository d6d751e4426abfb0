"""manage.py settle_routes [--all]"""

from django.core.management.base import BaseCommand
from django.utils import timezone

from groups.models import CommunityGroup
from readiness.route_keeping import due, settle


class Command(BaseCommand):
    help = (
        "Judges the contracting routes of groups again where time may have moved them: a paper has expired, a record "
        "of need has grown too old. A worker does the same once a day; pages see to what they show in any case."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="all groups, also those that nothing is due for"
        )

    def handle(self, *args, **options) -> None:
        groups = CommunityGroup.objects.all()
        wanted = groups if options["all"] else due(groups, timezone.localdate())
        ids = list(wanted.values_list("pk", flat=True))
        moved = settle(wanted, "") if ids else 0
        self.stdout.write(f"Judged {len(ids)} groups; {moved} moved to another route.")
