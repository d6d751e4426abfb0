"""From a group's record to its portfolio as values: profile, work done, reviewed evidence, consented quotes, papers.

Toolkit, sections 2.21 and 2.22. Everything is read anew each time, so that a consent that is withdrawn, a paper that
has run out or a referee who has changed their mind is gone from the next portfolio at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count as Number
from django.db.models import Exists, Max, Min, OuterRef, Sum

from evidence.briefs import lio_of_brief
from evidence.models import Evidence, Quote
from evidence.models.needs import EvidenceQuerySet
from evidence.portfolio_document import (
    MOST_QUOTES,
    MOST_WORKS,
    PortfolioDocument,
    PortfolioNeed,
    PortfolioQuote,
    PortfolioWork,
)
from evidence.portfolio_fit import fitted
from groups.credentials import papers_of
from groups.forms.work import SECTIONS
from groups.models import CommunityGroup, Contact, TrackRecord
from groups.track_records import done_until
from toolkit_portal.core.dates import months_after
from toolkit_portal.core.disclosure import Count, is_small

USUAL_WORKS = 3
MOST_OFFERED = 30
MOST_NAMED = 3
LONGEST_USUAL_QUOTE = 280
RECENT_MONTHS = 36
"""Work that ran within them counts as recent, as on the route to tendering."""
_NO_FORM = {"", CommunityGroup.LegalForm.NONE_YET, CommunityGroup.LegalForm.OTHER}


@dataclass(frozen=True)
class PortfolioChoice:
    """What goes in of what may go in. None: the usual ones. Numbers that aren't the group's count for nothing."""

    works: tuple[int, ...] | None = None
    quotes: tuple[int, ...] | None = None
    contact: bool = True


USUAL = PortfolioChoice()


@dataclass(frozen=True)
class Collected:
    """A portfolio and what there was to choose from."""

    document: PortfolioDocument
    works: tuple[TrackRecord, ...]
    """Pieces of work on offer, the best first."""
    quotes: tuple[Quote, ...]
    """Quotes on offer, the newest first."""
    chosen_works: tuple[int, ...]
    chosen_quotes: tuple[int, ...]
    shared_quotes: int
    """Quotes allowed in a portfolio, of records that several groups told of: nobody can say whose was meant."""
    may_show_contact: bool
    has_referee: bool


def portfolio_of(group: CommunityGroup, day: date, choice: PortfolioChoice = USUAL) -> PortfolioDocument:
    """The group's portfolio as on that day. Never holds a quote whose use in a portfolio isn't allowed now."""
    return collect(group, day, choice).document


def collect(group: CommunityGroup, day: date, choice: PortfolioChoice = USUAL) -> Collected:
    """The portfolio with what there was to choose from. At most fourteen queries, whatever the group has."""
    works = _works(group, day)
    quotes = _quotes(group, day)
    own_quotes = tuple(quote for quote in quotes if not quote.is_shared)  # type: ignore[attr-defined]
    chosen_works = _chosen_works(works, choice)
    chosen_quotes = _chosen_quotes(own_quotes, choice)
    agreed = set(group.directory_fields) if group.directory_consent_on else set()
    contact = _contact(group) if "contact" in agreed else ()
    labels = {
        name: tuple(str(label) for label in getattr(group, name).all())
        for name in ("districts", "serves", "services", "communities")
    }
    own_words = " ".join(group.own_words.split())
    document = PortfolioDocument(
        group_name=group.name,
        made_on=day,
        lio=lio_of_brief(group.lio),
        other_names=tuple(group.other_names_list),
        kind=group.kind,
        districts=labels["districts"],
        places=tuple(group.places_list),
        founded=group.founded,
        legal_form="" if group.legal_form in _NO_FORM else group.get_legal_form_display(),
        charity_number=group.charity_number,
        company_number=group.company_number,
        serves=labels["serves"],
        communities=(own_words,) if own_words else labels["communities"],
        languages=tuple(group.languages_list),
        services=labels["services"],
        volunteers=_people(group.volunteers),
        paid_staff=_people(group.paid_staff),
        members=_people(group.members),
        works=tuple(_work(work, day) for work in chosen_works),
        has_more_works=len(works) > len(chosen_works),
        need=_need(group, day),
        quotes=tuple(PortfolioQuote(text=quote.text, speaker=quote.speaker) for quote in chosen_quotes),
        quote_ids=tuple(quote.pk for quote in chosen_quotes),
        papers=tuple(line.kind.label for line in papers_of(group, day) if line.holds),
        contact=contact if choice.contact else (),
        website=group.website if "website" in agreed else "",
    )
    return Collected(
        document=fitted(document),
        works=works,
        quotes=own_quotes,
        chosen_works=tuple(work.pk for work in chosen_works),
        chosen_quotes=document.quote_ids,
        shared_quotes=len(quotes) - len(own_quotes),
        may_show_contact=bool(contact),
        has_referee=any(_agreed(work, day) for work in works),
    )


def _works(group: CommunityGroup, day: date) -> tuple[TrackRecord, ...]:
    """The newest pieces of work, in order: recent ones first, among them those that say what came of it."""
    since = months_after(day, -RECENT_MONTHS)

    def place(work: TrackRecord) -> tuple[bool, bool]:
        dated = work.starts_on is not None or work.ends_on is not None
        recent = dated and (work.ends_on is None or work.ends_on >= since)
        return not recent, not work.outcomes.strip()

    return tuple(sorted(done_until(group, day).prefetch_related(None)[:MOST_OFFERED], key=place))


def _chosen_works(works: tuple[TrackRecord, ...], choice: PortfolioChoice) -> tuple[TrackRecord, ...]:
    if choice.works is None:
        return works[:USUAL_WORKS]
    return tuple(work for work in works if work.pk in choice.works)[:MOST_WORKS]


def _work(work: TrackRecord, day: date) -> PortfolioWork:
    return PortfolioWork(
        title=work.title,
        for_whom=work.for_whom,
        starts_on=work.starts_on,
        ends_on=work.ends_on,
        pounds=work.pounds,
        people=_people(work.people_reached),
        outcomes=work.outcomes.strip(),
        proves=tuple(SECTIONS[code] for code in work.proves if code in SECTIONS),
        referee=work.referee if _agreed(work, day) else "",
    )


def _agreed(work: TrackRecord, day: date) -> bool:
    return work.referee_agreed_on is not None and work.referee_agreed_on <= day


def _quotes(group: CommunityGroup, day: date) -> tuple[Quote, ...]:
    """Quotes allowed in a portfolio, of reviewed records that the group told of, the newest first."""
    told = Evidence.groups.through.objects.filter(communitygroup_id=group.pk)
    others = Evidence.groups.through.objects.filter(evidence_id=OuterRef("record_id")).exclude(
        communitygroup_id=group.pk
    )
    return tuple(
        Quote.objects.allowed_in("portfolio")
        .filter(record__in=told.values("evidence_id"), record__lio=group.lio_id, record__happened_on__lte=day)
        .annotate(is_shared=Exists(others))
        .order_by("-record__happened_on", "-pk")[:MOST_OFFERED]
    )


def _chosen_quotes(quotes: tuple[Quote, ...], choice: PortfolioChoice) -> tuple[Quote, ...]:
    if choice.quotes is None:
        usual = [quote for quote in quotes if len(quote.text) <= LONGEST_USUAL_QUOTE]
        return tuple(usual[:MOST_QUOTES])
    return tuple(quote for quote in quotes if quote.pk in choice.quotes)[:MOST_QUOTES]


def told_by(group: CommunityGroup, day: date) -> EvidenceQuerySet:
    """Reviewed records of the group's LIO that the group told of, until that day."""
    links = Evidence.groups.through.objects.filter(communitygroup_id=group.pk)
    return (
        Evidence.objects.filter(pk__in=links.values("evidence_id"), lio=group.lio_id, happened_on__lte=day)
        .reviewed()
        .order_by()
    )


def _need(group: CommunityGroup, day: date) -> PortfolioNeed | None:
    """The records added up; None without any. Two queries."""
    told = told_by(group, day)
    methods: dict[str, int] = {}
    services: dict[str, int] = {}
    records = people = 0
    days: list[date] = []
    for method, service, number, affected, first, last in told.values_list(
        "method", "service_area__label"
    ).annotate(
        records=Number("pk"),
        people=Sum("people_affected", default=0),
        first=Min("happened_on"),
        last=Max("last_day"),
    ):
        methods[method] = methods.get(method, 0) + number
        services[service] = services.get(service, 0) + number
        records, people = records + number, people + affected
        days += [first, min(last, day)]
    if not records:
        return None
    named = sorted(
        told.filter(barriers__isnull=False)
        .values_list("barriers__position", "barriers__label")
        .annotate(number=Number("pk")),
        key=lambda barrier: (-barrier[2], barrier[0], barrier[1]),
    )[:MOST_NAMED]
    return PortfolioNeed(
        records=_shown(records),
        people=_shown(people),
        first_on=min(days),
        last_on=max(days),
        methods=tuple(str(method.label) for method in Evidence.Method if method in methods),
        services=tuple(sorted(services, key=lambda label: (-services[label], label))[:MOST_NAMED]),
        barriers=tuple(label for _, label, _ in sorted(named, key=lambda barrier: barrier[:2])),
    )


def _contact(group: CommunityGroup) -> tuple[str, ...]:
    """How to reach the main contact, who agreed to be listed."""
    lead = Contact.objects.filter(group=group, is_lead=True).first()
    return tuple(filter(None, (lead.name, lead.phone, lead.email))) if lead else ()


def _people(number: int | None) -> Count | None:
    return None if not number else _shown(number)


def _shown(number: int) -> Count:
    """A number as it may be shown: 1 to 4 never are."""
    return Count(None, is_small=True) if is_small(number) else Count(number)
