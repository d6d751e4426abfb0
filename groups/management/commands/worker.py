"""manage.py worker"""

import logging
import resource
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.jobs.working import work


class Command(BaseCommand):
    help = (
        "Makes the files that take long, one after the other, until it is stopped (SIGTERM or Ctrl-C). Run one beside "
        "the portal, or several, on as many machines as share its database and files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--most-memory",
            type=int,
            default=2048,
            metavar="MB",
            help="what one job may take, so that the portal beside it goes on (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["most_memory"] < 256:
            raise CommandError("--most-memory must be at least 256 (MB).")
        most = options["most_memory"] * 1024 * 1024
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(
            resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
        )
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        work()
