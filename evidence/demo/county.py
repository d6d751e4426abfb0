"""Evidence for the demo county, made in bulk: records by all methods, surveys, discussions, tallies, visits, briefs."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from evidence.brief_data import BriefChoice
from evidence.briefs import issue_brief
from evidence.consent import withdraw_consent
from evidence.demo import words
from evidence.demo.files import add_files
from evidence.demo.influence import add_influence
from evidence.demo.methods import add_enquiries, add_focus_groups, add_mystery_visits, add_surveys
from evidence.models import Barrier, Evidence, Quote, QuoteConsent
from groups.models import LIO, CommunityGroup, Organisation, Service, ServiceArea, User, Visit

BATCH = 5000
MONTHS_BACK = 18
TRIES = 20
ISSUED_BRIEFS = 2  # each takes a second or two to render


@dataclass
class DemoCounty:
    """What evidence is made of: chance from the seed, the people, and groups with their LIO."""

    chance: random.Random
    today: date
    uuid: Callable[[], UUID]
    lios: list[LIO]
    officers: dict[int, list[User]]
    groups: list[CommunityGroup]

    def past_day(self) -> date:
        """A day within the last eighteen months, later ones more likely."""
        back = int(MONTHS_BACK * 30 * (1 - self.chance.random() ** 0.7))
        return self.today - timedelta(days=1 + min(back, MONTHS_BACK * 30))

    def moment(self, day: date) -> datetime:
        """Noon of a day; nothing in the demo takes the clock of the run."""
        return timezone.make_aware(datetime.combine(day, time(12)))


@dataclass
class MadeEvidence:
    """How much was made."""

    records: int = 0
    briefs: int = 0


def add_evidence(
    county: DemoCounty,
    *,
    records: int = 400,
    briefs: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> MadeEvidence:
    """Adds the evidence and returns how much. The same county gives the same. briefs: how many are issued (two)."""
    organisations = _organisations()
    made = MadeEvidence()
    for start in range(0, records, BATCH):
        made.records += len(_records(county, organisations, min(BATCH, records - start)))
        if records > BATCH:
            say(f"{made.records} of {records} records of evidence")
    _quotes(county)
    if records:
        made.records += add_surveys(county) + add_focus_groups(county)
        add_enquiries(county)
        made.records += add_mystery_visits(county, organisations)
        add_files(county)
        made.briefs = _briefs(county, ISSUED_BRIEFS if briefs is None else briefs)
        _withdraw_one(county)
        # Last, so that the chances of what stands above stay as they were.
        add_influence(county, list(organisations.values()))
    return made


def _organisations() -> dict[str, Organisation]:
    services = {area.label: area for area in ServiceArea.objects.all()}
    found = {}
    for name, kinds, run in words.ORGANISATIONS:
        entry = Organisation.objects.create(
            name=name,
            is_commissioner="commissioner" in kinds,
            is_provider="provider" in kinds,
            is_forum="forum" in kinds,
            email="hello@demo.example",
            is_demo=True,
        )
        Service.objects.bulk_create(
            Service(organisation=entry, name=service, service_area=services[area]) for service, area in run
        )
        found[name] = entry
    return found


def _records(county: DemoCounty, organisations: dict[str, Organisation], number: int) -> list[Evidence]:
    """A batch of records with their links, in a few queries."""
    pick = county.chance
    services = {area.label: area for area in ServiceArea.objects.all()}
    barriers = {barrier.label: barrier.pk for barrier in Barrier.objects.all()}
    providers = _providers_by_service(organisations)
    commissioners = [entry for entry in organisations.values() if entry.is_commissioner]
    places = _links(county, "districts", "district_id")
    peoples = _links(county, "communities", "community_id")
    visits: dict[int, list[tuple[int, date]]] = {}
    for pk, visited, day in Visit.objects.values_list("pk", "group_id", "happened_on"):
        visits.setdefault(visited, []).append((pk, day))
    found, links = [], []
    heard: dict[int, dict[str, list[date]]] = {}
    for _ in range(number):
        group = pick.choice(county.groups)
        day, visit = county.past_day(), None
        if pick.random() < 0.4 and visits.get(group.pk):
            visit, day = pick.choice(visits[group.pk])
        area, happened, needed, in_the_way, who = _need(pick, heard.setdefault(group.lio_id, {}), day)
        writer, reviewer = _two_officers(county, group.lio_id)
        is_reviewed = pick.random() < 0.82
        sent_back = not is_reviewed and pick.random() < 0.15
        strength = pick.choices(["one", "several", "systematic"], [6, 3, 1])[0]
        record = Evidence(
            client_id=county.uuid(),
            lio_id=group.lio_id,
            happened_on=day,
            last_day=day,
            method=pick.choices(
                ["enquiry", "focus_group", "mystery_shopping", "other", "survey"], [10, 3, 2, 3, 2]
            )[0],
            service_area=services[area],
            provider=pick.choice(providers.get(area) or [None]),
            commissioner=pick.choice(commissioners) if pick.random() < 0.5 else None,
            visit_id=visit,
            who_affected=who if pick.random() < 0.7 else "",
            people_affected=_people(pick, strength),
            summary=happened,
            needed_instead=needed if pick.random() < 0.8 else "",
            strength=strength,
            state="reviewed" if is_reviewed else "draft",
            reviewed_by=reviewer if is_reviewed else None,
            reviewed_at=county.moment(day + timedelta(days=1)) if is_reviewed else None,
            sent_back_by=reviewer if sent_back else None,
            sent_back_at=county.moment(day) if sent_back else None,
            sent_back_why="How many people told of this? And was it one surgery or several?"
            if sent_back
            else "",
            created_by=writer,
            changed_by=writer,
            created_at=county.moment(day),
            is_demo=True,
        )
        record.criteria = [code] if (code := record.method_code) else []
        found.append(record)
        links.append(
            {
                "groups": [group.pk],
                "districts": places.get(group.pk, [])[: 1 + (pick.random() < 0.2)],
                "communities": peoples.get(group.pk, [])[: 1 + (pick.random() < 0.3)],
                "barriers": [barriers[label] for label in in_the_way],
            }
        )
    Evidence.objects.bulk_create(found, batch_size=1000)
    link_all(found, links)
    return found


def _need(
    pick: random.Random, heard: dict[str, list[date]], day: date
) -> tuple[str, str, str, list[str], str]:
    """A need that the LIO hasn't heard within a month of the day, or would be pointed out as a likely duplicate.

    A few are all the same: a county of many records has no other way.
    """
    for _ in range(TRIES):
        need = pick.choice(words.NEEDS)
        if all(abs((day - other).days) > 30 for other in heard.get(need[1], [])[-TRIES:]):
            break
    heard.setdefault(need[1], []).append(day)
    return need


def link_all(records: list[Evidence], links: list[dict[str, list[int]]]) -> None:
    """Adds what records name in their lists: ids by list, in the records' order."""
    for name, column in (
        ("groups", "communitygroup_id"),
        ("districts", "district_id"),
        ("communities", "community_id"),
        ("barriers", "barrier_id"),
    ):
        through = getattr(Evidence, name).through
        through.objects.bulk_create(
            (
                through(evidence_id=record.pk, **{column: pk})
                for record, link in zip(records, links, strict=True)
                for pk in dict.fromkeys(link.get(name, []))
            ),
            batch_size=2000,
        )


def _providers_by_service(organisations: dict[str, Organisation]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = {}
    for name, _, run in words.ORGANISATIONS:
        for _, area in run:
            found.setdefault(area, []).append(organisations[name])
    return found


def _links(county: DemoCounty, name: str, column: str) -> dict[int, list[int]]:
    """What the groups have in one of their lists, by group."""
    found: dict[int, list[int]] = {}
    through = getattr(CommunityGroup, name).through
    for group, pk in through.objects.order_by("pk").values_list("communitygroup_id", column):
        found.setdefault(group, []).append(pk)
    return found


def _two_officers(county: DemoCounty, lio: int) -> tuple[User, User]:
    """Who writes and who reviews: never the same."""
    first, second = county.chance.sample(county.officers[lio], 2)
    return first, second


def _people(pick: random.Random, strength: str) -> int | None:
    if pick.random() < 0.2:
        return None
    least, most = {"one": (1, 6), "several": (4, 30), "systematic": (20, 90)}[strength]
    return pick.randint(least, most)


def _quotes(county: DemoCounty) -> None:
    """Quotes on every ninth record of the newest: agreed for some uses, refused, withdrawn, not asked yet."""
    pick = county.chance
    records = list(Evidence.objects.order_by("-happened_on", "-pk")[:450:9])
    quotes, consents = [], []
    for place, record in enumerate(records):
        text, speaker = words.QUOTES[place % len(words.QUOTES)]
        agreed = place % 5 in (0, 1, 3)
        quote = Quote(
            client_id=county.uuid(),
            record=record,
            text=text,
            speaker=speaker,
            for_briefs=agreed,
            for_reports=agreed and place % 2 == 0,
            for_portfolio=agreed and place % 3 == 0,
            written_by=record.created_by,
            written_at=record.created_at,
        )
        quotes.append(quote)
        if place % 5 != 4:
            consents.append((quote, agreed))
    Quote.objects.bulk_create(quotes)
    QuoteConsent.objects.bulk_create(
        QuoteConsent(
            client_id=county.uuid(),
            quote=quote,
            asked_by=quote.written_by,
            asked_on=min(
                county.today, timezone.localdate(quote.written_at) + timedelta(days=pick.randint(0, 9))
            ),
            was_given=agreed,
            for_briefs=quote.for_briefs,
            for_reports=quote.for_reports,
            for_portfolio=quote.for_portfolio,
            recorded_at=quote.written_at,
        )
        for quote, agreed in consents
    )


def _briefs(county: DemoCounty, number: int) -> int:
    """Issued briefs of the first LIO, on what it has most records of."""
    lio = county.lios[0]
    commissioner = Organisation.objects.filter(is_commissioner=True).order_by("pk").first()
    areas = list(ServiceArea.objects.filter(label__in=["Health care", "Housing"]).order_by("label"))[:number]
    for area in areas:
        issue_brief(
            lio=lio,
            choice=BriefChoice(service_area=area, commissioner=commissioner),
            by=county.officers[lio.pk][0],
            client_id=county.uuid(),
        )
    return len(areas)


def _withdraw_one(county: DemoCounty) -> None:
    """One consent that was taken back, of a quote that stands in no brief, so that the briefs can be looked at."""
    quote = (
        Quote.objects.filter(for_briefs=True, briefs__isnull=True, record__isnull=False)
        .order_by("pk")
        .first()
    )
    if quote is not None and quote.written_by is not None:
        withdraw_consent(quote=quote, by=quote.written_by, on=county.today)
