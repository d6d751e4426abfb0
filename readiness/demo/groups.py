"""The demo county's people and groups with their visits, made in bulk."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from groups.models import (
    LIO,
    AudienceServed,
    Community,
    CommunityGroup,
    Contact,
    District,
    GroupState,
    Membership,
    ServiceArea,
    User,
    Visit,
)
from readiness.demo import words
from readiness.models import Criterion, Edition, SuggestedAction

KINDS = [
    CommunityGroup.Kind.BME_LED,
    CommunityGroup.Kind.BME_LED,
    CommunityGroup.Kind.BME_LED,
    CommunityGroup.Kind.BME_BRANCH,
    CommunityGroup.Kind.NETWORK,
    CommunityGroup.Kind.EMERGING,
    CommunityGroup.Kind.GENERIC,
]


@dataclass
class County:
    """What is shared while building."""

    chance: random.Random
    today: date
    edition: Edition
    criteria: list[Criterion]
    suggestions: dict[tuple[int, int], list[SuggestedAction]]
    lios: list[LIO] = field(default_factory=list)
    officers: dict[int, list[User]] = field(default_factory=dict)
    districts: dict[str, District] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    serves: dict[str, AudienceServed] = field(default_factory=dict)
    services: dict[str, ServiceArea] = field(default_factory=dict)

    def uuid(self) -> UUID:
        """A UUID from the seed, so that two runs make the same records."""
        return UUID(int=self.chance.getrandbits(128), version=4)


def moment(day: date, hour: int) -> datetime:
    """That hour of that day in Derbyshire. Nothing in the demo takes the clock of the run."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def add_people(county: County) -> None:
    """The three LIOs with their officers, the manager and the administrator."""
    joined = moment(county.today - timedelta(days=600), 9)
    for name, districts in words.LIOS:
        lio = LIO.objects.create(
            name=name,
            phone="01629 000000",
            email="hello@demo.example",
            website="https://demo.example",
            address="1 Demo Street\nMatlock",
            is_demo=True,
        )
        lio.districts.set([county.districts[district] for district in districts])
        county.lios.append(lio)
    everyone = [
        ("officer@demo.example", "Priya Demo-Officer", county.lios[0]),
        ("officer2@demo.example", "Martin Demo-Officer", county.lios[1]),
        ("officer3@demo.example", "Grace Demo-Officer", county.lios[2]),
        ("officer4@demo.example", "Tariq Demo-Officer", county.lios[0]),
        # A second officer each, since nobody reviews their own records of evidence.
        ("officer5@demo.example", "Helen Demo-Officer", county.lios[1]),
        ("officer6@demo.example", "Yusuf Demo-Officer", county.lios[2]),
    ]
    for email, name, lio in everyone:
        user = make_user(email, name, joined)
        Membership.objects.create(user=user, role=Membership.Role.OFFICER, lio=lio, started_at=joined)
        county.officers.setdefault(lio.pk, []).append(user)
    for email, name, role in (
        ("manager@demo.example", "Morgan Demo-Manager", Membership.Role.MANAGER),
        ("admin@demo.example", "Alex Demo-Administrator", Membership.Role.ADMINISTRATOR),
    ):
        user = make_user(email, name, joined)
        Membership.objects.create(user=user, role=role, started_at=joined)


def make_user(email: str, name: str, joined: datetime) -> User:
    """A demo person, who signs in with DEMO_PASSWORD and only in demo mode."""
    return User.objects.create_user(
        email, settings.DEMO_PASSWORD, name=name, is_demo=True, date_joined=joined
    )


def add_groups(county: County, start: int, end: int) -> tuple[list[CommunityGroup], int]:
    """Makes groups start to end with contacts and visits. Returns them and the number of visits."""
    groups, links = [], []
    for number in range(start, end):
        group, link = _group(county, number)
        groups.append(group)
        links.append(link)
    CommunityGroup.objects.bulk_create(groups)
    GroupState.objects.bulk_create(_states(county, groups), batch_size=2000)
    for name, column in (
        ("communities", "community_id"),
        ("districts", "district_id"),
        ("serves", "audienceserved_id"),
        ("services", "servicearea_id"),
    ):
        through = getattr(CommunityGroup, name).through
        through.objects.bulk_create(
            through(communitygroup_id=group.pk, **{column: pk})
            for group, link in zip(groups, links, strict=True)
            for pk in link[name]
        )
    Contact.objects.bulk_create(
        _contact(county, group, number, nth)
        for number, group in enumerate(groups, start)
        for nth in range(1 + number % 2)
    )
    visits = [visit for number, group in enumerate(groups, start) for visit in _visits(county, group, number)]
    Visit.objects.bulk_create(visits, batch_size=2000)
    return groups, len(visits)


def _contact(county: County, group: CommunityGroup, number: int, nth: int) -> Contact:
    pick = county.chance
    name = f"{pick.choice(words.FIRST_NAMES)} {pick.choice(words.LAST_NAMES)}"
    email = f"contact{number + 1}{'ab'[nth]}@demo.example"
    if number == nth == 0:
        email, name = words.LEAD
    return Contact(
        client_id=county.uuid(),
        group=group,
        name=name,
        role=pick.choice(words.CONTACT_ROLES),
        email=email,
        phone="01332 000000" if number % 3 else "",
        note="Best reached after 4 pm" if number % 5 == 0 else "",
        is_lead=nth == 0,
    )


def _states(county: County, groups: list[CommunityGroup]) -> list[GroupState]:
    """All began as active; those that are dormant or closed by now became so within the last year."""
    active = CommunityGroup.Status.ACTIVE
    return [GroupState(group=group, status=active, since=group.created_at) for group in groups] + [
        GroupState(
            group=group,
            status=group.status,
            since=moment(county.today - timedelta(days=60 + 40 * (place % 7)), 9),
        )
        for place, group in enumerate(groups)
        if group.status != active
    ]


def _group(county: County, number: int) -> tuple[CommunityGroup, dict[str, list[int]]]:
    pick = county.chance
    place_in_lio = number // len(words.LIOS)
    lio = county.lios[number % len(words.LIOS)]
    own_districts = words.LIOS[number % len(words.LIOS)][1]
    district = own_districts[place_in_lio % len(own_districts)]
    place = words.PLACES[district][(place_in_lio // len(own_districts)) % len(words.PLACES[district])]
    people, communities, languages = words.PEOPLES[(number * 5 + number // 16) % len(words.PEOPLES)]
    sort, serves, services = words.SORTS[(number * 3 + number // 10) % len(words.SORTS)]
    kind = KINDS[number % len(KINDS)]
    # The lead of the demo leads the first group, so that is an ordinary, active one.
    if kind == CommunityGroup.Kind.GENERIC:
        name = words.GENERIC[number % len(words.GENERIC)].format(place=place)
    else:
        name = f"{place} {people} {sort}"
    if number >= 48:
        name = f"{name} {number + 1}"  # a large county for load: names must stay apart
    status = CommunityGroup.Status.ACTIVE
    if number and number % 16 == 15:
        status = CommunityGroup.Status.DORMANT
    elif number and number % 31 == 30:
        status = CommunityGroup.Status.CLOSED
    begun = kind in (CommunityGroup.Kind.NETWORK, CommunityGroup.Kind.EMERGING)
    group = CommunityGroup(
        client_id=county.uuid(),
        lio=lio,
        caseworker=pick.choice(county.officers[lio.pk]) if number else county.officers[lio.pk][0],
        name=name,
        other_names=f"{place} {people} friends" if number % 4 == 0 else "",
        kind=kind,
        status=status,
        own_words=people,
        places=place,
        languages="\n".join(languages),
        legal_form=CommunityGroup.LegalForm.NONE_YET
        if begun
        else pick.choice(
            [
                CommunityGroup.LegalForm.UNINCORPORATED,
                CommunityGroup.LegalForm.UNINCORPORATED,
                CommunityGroup.LegalForm.CIO,
                CommunityGroup.LegalForm.CIC,
            ]
        ),
        income_band=CommunityGroup.IncomeBand.NONE
        if begun
        else pick.choice(
            [
                CommunityGroup.IncomeBand.UNDER_1K,
                CommunityGroup.IncomeBand.TO_10K,
                CommunityGroup.IncomeBand.TO_25K,
                CommunityGroup.IncomeBand.TO_100K,
            ]
        ),
        paid_staff=0 if begun else pick.choice([0, 0, 0, 1, 2]),
        volunteers=pick.randint(3, 25),
        members=pick.randint(8, 180),
        founded=pick.randint(1978, county.today.year - 3),
        meeting_place=pick.choice(words.MEETING_PLACES),
        meeting_times=pick.choice(words.MEETING_TIMES),
        is_demo=True,
        created_at=moment(county.today - timedelta(days=600), 9),
    )
    if number % 3 != 2:
        # Two groups of three have agreed to be listed, some with all that may be, some with little.
        group.directory_fields = [
            field for place, field in enumerate(CommunityGroup.DIRECTORY_FIELDS) if place < 4 or number % 2
        ]
        group.directory_consent_by = "The committee (demo)"
        group.directory_consent_on = county.today - timedelta(days=30 + number % 300)
    group.refresh_derived()
    wider = [district]
    if len(own_districts) > 1 and number % 5 == 0:
        wider.append(own_districts[(own_districts.index(district) + 1) % len(own_districts)])
    return group, {
        "communities": [county.communities[label].pk for label in communities],
        "districts": [county.districts[name].pk for name in wider],
        "serves": [county.serves[label].pk for label in serves],
        "services": [county.services[label].pk for label in services],
    }


def _visits(county: County, group: CommunityGroup, number: int) -> list[Visit]:
    """Eighteen months of visits, oldest first; some groups are unseen for months, some are seen next week."""
    pick = county.chance
    officers = county.officers[group.lio_id]
    unseen = number % 7 == 6 or group.status != CommunityGroup.Status.ACTIVE
    last = county.today - timedelta(days=pick.randint(95, 200) if unseen else pick.randint(2, 60))
    days = [last]
    while (earlier := days[-1] - timedelta(days=pick.randint(35, 110))) > county.today - timedelta(days=545):
        days.append(earlier)
    made = []
    for nth, day in enumerate(reversed(days)):
        newest = nth == len(days) - 1
        next_on = None
        if newest and not unseen:
            next_on = county.today + timedelta(days=(number * 3) % 24 - 4)  # some late, some within a week
        made.append(
            Visit(
                client_id=county.uuid(),
                group=group,
                officer=officers[0] if number == 0 else pick.choice(officers),
                happened_on=day,
                happened_at=time(pick.randint(9, 18), pick.choice([0, 15, 30])),
                how=pick.choice([Visit.How.IN_PERSON, Visit.How.IN_PERSON, Visit.How.PHONE, Visit.How.VIDEO]),
                place=f"{group.meeting_place}, {group.places}",
                people_met=pick.randint(1, 9),
                who_met=pick.choice(words.PEOPLE_MET),
                topics=sorted(pick.sample([criterion.code for criterion in county.criteria], 3)),
                summary=pick.choice(words.SUMMARIES),
                private_notes=pick.choice(words.PRIVATE_NOTES),
                next_on=max(next_on, day) if next_on else None,
                next_at=time(pick.randint(9, 16)) if next_on else None,
                next_note=pick.choice(words.NEXT_NOTES) if next_on else "",
                logged_at=moment(day, 19),
            )
        )
    return made
