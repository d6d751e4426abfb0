"""manage.py demo_county [--groups N] [--seed S] [--evidence M] [--if-empty]"""

from django.core.management.base import BaseCommand, CommandError

from groups.models import CommunityGroup
from readiness.demo.county import DemoRefused, build


class Command(BaseCommand):
    help = (
        "Fills an empty database with an invented county, marked as demo. Needs DEMO=1. "
        "Example: DEMO=1 manage.py demo_county --groups 10000 --seed 7"
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--groups", type=int, default=48, help="how many groups (48)")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes another county (1)")
        parser.add_argument(
            "--evidence",
            type=int,
            default=400,
            help="how many records of unmet need (400); 0 leaves evidence out",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, without an error, where groups exist"
        )

    def handle(self, *args, **options) -> None:
        if options["groups"] < 1:
            raise CommandError("--groups must be 1 or more.")
        if options["if_empty"] and CommunityGroup.objects.exists():
            self.stdout.write("The database holds groups already; the demo county is left as it is.")
            return
        if options["evidence"] < 0:
            raise CommandError("--evidence must be 0 or more.")
        try:
            made = build(
                groups=options["groups"],
                seed=options["seed"],
                evidence=options["evidence"],
                say=self.stdout.write,
            )
        except DemoRefused as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            f"Made the demo county: {made.groups} groups, {made.visits} visits, {made.assessments} assessments, "
            f"{made.actions} actions, {made.issued} issued plans, {made.papers} papers, {made.works} pieces of work, "
            f"{made.moves} changes of route, {made.evidence} records of unmet need, {made.briefs} briefs."
        )
