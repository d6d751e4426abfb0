"""What the demo county's papers and pieces of work are made of."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from groups.models import CommunityGroup, User

DAYS_BACK = 540  # how far back anything was noted: eighteen months


@dataclass(frozen=True)
class DemoGroup:
    """A group and how much it has in hand: 0 nearly nothing, 1 the first papers, 2 what a prime asks for, 3 all."""

    group: CommunityGroup
    in_hand: int
    is_own: bool = False
    """Whether it is the one whose lead can sign in."""
    has_slipped: bool = False
    """Whether a policy that everybody asks for is being written again."""

    @property
    def is_forming(self) -> bool:
        return self.group.legal_form == CommunityGroup.LegalForm.NONE_YET


@dataclass
class DemoGroups:
    """Chance from the seed, the day, and the officers of each LIO, who write things down."""

    chance: random.Random
    today: date
    officers: dict[int, list[User]]
    uuid: Callable[[], UUID]

    def day(self, ago: int) -> date:
        """So many days ago; a negative number lies ahead."""
        return self.today - timedelta(days=ago)

    def moment(self, ago: int, hour: int) -> datetime:
        """That hour of the day so many days ago. Nothing in the demo takes the clock of the run."""
        return timezone.make_aware(datetime.combine(self.day(ago), time(hour)))

    def happens(self, percent: int) -> bool:
        """Whether something comes to pass that does so in so many of a hundred cases."""
        return self.chance.random() * 100 < percent
