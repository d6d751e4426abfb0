"""manage.py route --group "NAME or id" [--as-at D] --format json|text"""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from groups.finding import GroupNotFound, find_group
from groups.models import CommunityGroup
from readiness.route_facts import current_ladder, facts_of


def day_given(text: str) -> date:
    """A day such as 2026-06-30. Raises CommandError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” isn't a day. Write it as 2026-06-30.") from None


class Command(BaseCommand):
    help = (
        "Says which contracting route a group stands at, the next one, and every rule with whether it is met. "
        'Example: manage.py route --group "Sunrise" --as-at 2026-06-30 --format json'
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--group", required=True, help="its name or id")
        parser.add_argument("--as-at", help="a day such as 2026-06-30; today if left out")
        parser.add_argument("--format", choices=["json", "text"], default="text")

    def handle(self, *args, **options) -> None:
        try:
            group = find_group(options["group"])
        except GroupNotFound as fault:
            raise CommandError(str(fault)) from fault
        day = day_given(options["as_at"]) if options["as_at"] else timezone.localdate()
        ladder = current_ladder()
        if ladder is None:
            raise CommandError("The edition in use has no routes.")
        found = ladder.standing(facts_of(CommunityGroup.objects.filter(pk=group.pk), ladder, day)[group.pk])
        rules = [
            {"route": rung.key, "rule": rule.key, "met": rule.met, "detail": f"{rule.words}. {rule.detail}"}
            for rung in found.ladder
            for rule in rung.rules
        ]
        if options["format"] == "json":
            answer = {
                "group": group.name,
                "as_at": day.isoformat(),
                "route": found.route.key,
                "next": found.next.key if found.next else None,
                "rules": rules,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{group.name} on {day.day} {day:%B %Y}: {found.route.title}")
        if found.next is None:
            self.stdout.write("This is the top of the ladder.")
            return
        self.stdout.write(f"Next: {found.next.title}")
        for rule in found.next.unmet:
            self.stdout.write(f"  not met: {rule.words}. {rule.detail}")
