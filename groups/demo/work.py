"""Pieces of work of the demo county, made in bulk: going on, ended lately and long ago, with and without a referee."""

from typing import Any

from groups.demo import words
from groups.demo.shared import DemoGroup, DemoGroups
from groups.models import CommunityGroup, ServiceArea, TrackRecord

# How many pieces of work, by how much a group has in hand.
HOW_MANY = ([0, 0, 1], [0, 1, 2], [1, 2, 3], [3, 4])
KINDS = ("going on", "ended lately", "ended long ago", "ended lately")
LATELY, LONG_AGO = (30, 1000), (1120, 2200)


def add_work(county: DemoGroups, groups: list[DemoGroup]) -> int:
    """Makes the pieces of work of some groups: a few queries in all. Returns how many."""
    areas = dict(ServiceArea.objects.values_list("label", "pk"))
    does: dict[int, set[int]] = {}
    for pk, area in (
        CommunityGroup.services.through.objects.filter(
            communitygroup__in=[entry.group.pk for entry in groups]
        )
        .order_by("pk")
        .values_list("communitygroup_id", "servicearea_id")
    ):
        does.setdefault(pk, set()).add(area)
    made: list[TrackRecord] = []
    served: list[list[int]] = []
    for entry in groups:
        number = 3 if entry.is_own else county.chance.choice(HOW_MANY[entry.in_hand])
        own = does.get(entry.group.pk, set())
        fitting = [item for item in words.WORKS if own & {areas[label] for label in item["services"]}]
        chosen = county.chance.sample(fitting if len(fitting) >= number else words.WORKS, number)
        # Who has much to show has the newest first; of others it may be the oldest only.
        first = 0 if entry.is_own or entry.in_hand == 3 else county.chance.randrange(len(KINDS))
        for nth, item in enumerate(chosen):
            made.append(_work(county, entry, item, KINDS[(first + nth) % len(KINDS)]))
            served.append([areas[label] for label in item["services"]])
    TrackRecord.objects.bulk_create(made, batch_size=2000)
    through = TrackRecord.services.through
    through.objects.bulk_create(
        (
            through(trackrecord_id=work.pk, servicearea_id=area)
            for work, found in zip(made, served, strict=True)
            for area in found
        ),
        batch_size=2000,
    )
    return len(made)


def _work(county: DemoGroups, entry: DemoGroup, item: dict[str, Any], kind: str) -> TrackRecord:
    pick, group = county.chance, entry.group
    named = {"people": group.own_words, "place": group.places}
    if kind == "going on":
        ended, begun = None, pick.randint(60, 700)
    else:
        ended = pick.randint(*(LATELY if kind == "ended lately" else LONG_AGO))
        begun = ended + pick.randint(60, 500)
    work = TrackRecord(
        client_id=county.uuid(),
        group=group,
        title=item["title"].format(**named),
        for_whom=item["for_whom"],
        pounds=round(pick.randint(*item["pounds"]), -2) if item["pounds"] and county.happens(80) else None,
        starts_on=county.day(begun),
        ends_on=None if ended is None else county.day(ended),
        people_reached=pick.randint(*item["reached"]) if county.happens(85) else None,
        outcomes=item["outcomes"].format(**named) if ended is not None or county.happens(60) else "",
        proves=item["proves"],
        changed_by=pick.choice(county.officers[group.lio_id]),
        # Noted on the day it began, or when the group came to the portal.
        created_at=county.moment(min(begun, 590), 10),
        is_demo=True,
    )
    if item["referee"] and county.happens(75):
        work.referee = item["referee"]
        work.referee_contact = "hello@demo.example"
        if county.happens(65):
            work.referee_agreed_on = county.day(pick.randint(1, min(begun, 400)))
    return work
