"""What goes into a portfolio: the best work, evidence, quotes with consent, papers that hold, an agreed contact."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evidence.consent import withdraw_consent
from evidence.portfolio import PortfolioChoice, collect, portfolio_of
from evidence.portfolio_layout import portfolio_layout
from evidence.profile_sheet import profile_sheet_of
from groups.credentials import set_paper
from groups.models import Community, CommunityGroup, Contact, CredentialKind, TrackRecord
from groups.track_records import add_work
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def worked(cast: Cast, title: str, **fields) -> TrackRecord:
    return add_work(group=cast.sunrise, by=cast.officer, client_id=uuid4(), title=title, **fields)


def told(cast: Cast, *groups: CommunityGroup, **fields):
    fields = {"reviewed_by": cast.manager, **fields}
    return factories.make_evidence(
        lio=fields.pop("lio", cast.peak), by=cast.officer, groups=groups or (cast.sunrise,), **fields
    )


def paper(cast: Cast, key: str, **facts) -> None:
    kind = CredentialKind.objects.get(key=key)
    set_paper(group=cast.sunrise, kind=kind, by=cast.officer, version=0, **{"state": "in_place", **facts})


def agreed(group: CommunityGroup, *fields: str) -> None:
    group.directory_consent_by, group.directory_consent_on = "The chair", TODAY
    group.directory_fields = list(fields)
    group.save()


def titles(cast: Cast, **choice) -> list[str]:
    found = portfolio_of(cast.sunrise, TODAY, PortfolioChoice(**choice))
    return [work.title for work in found.works]


def test_three_pieces_of_work_go_in_the_recent_ones_with_outcomes_first(cast):
    old = TODAY - timedelta(days=5 * 365)
    worked(cast, "Long ago", starts_on=old, ends_on=old, outcomes="Much.")
    worked(cast, "Undated", outcomes="Much.")
    worked(cast, "Says nothing", starts_on=TODAY - timedelta(days=3))
    worked(cast, "Newest", starts_on=TODAY - timedelta(days=10), outcomes="Much.")
    worked(cast, "Newer", starts_on=TODAY - timedelta(days=20), outcomes="Much.")
    worked(cast, "Still to come", starts_on=TODAY + timedelta(days=1), outcomes="Much.")
    assert titles(cast) == ["Newest", "Newer", "Says nothing"]
    found = collect(cast.sunrise, TODAY)
    assert found.document.has_more_works
    assert [work.title for work in found.works] == ["Newest", "Newer", "Says nothing", "Undated", "Long ago"]


def test_the_officers_choice_is_taken_and_never_more_than_fits(cast):
    works = [worked(cast, f"Piece {number}") for number in range(6)]
    theirs = add_work(group=cast.meadow, by=None, client_id=uuid4(), title="Theirs")
    assert titles(cast, works=(works[0].pk, theirs.pk, 0)) == ["Piece 0"]
    assert titles(cast, works=()) == []
    assert len(titles(cast, works=tuple(work.pk for work in works))) == 4


def test_a_referee_is_named_only_where_they_agreed(cast):
    worked(cast, "Agreed", referee="Rita Referee", referee_contact="01632 960009", referee_agreed_on=TODAY)
    worked(cast, "Not asked", referee="Nobody Asked")
    words = str(portfolio_layout(portfolio_of(cast.sunrise, TODAY)))
    assert "Referee: Rita Referee" in words
    assert "Nobody Asked" not in words and "01632 960009" not in words
    before = portfolio_of(cast.sunrise, TODAY - timedelta(days=1))
    assert "Rita" not in str(before), "not yet on that day"


def test_only_reviewed_records_that_the_group_told_of_to_its_lio_count(cast):
    told(cast, people_affected=30, method="survey", barriers=("Cost", "Digital"))
    told(cast, people_affected=12, barriers=("Digital",), service="Transport")
    told(cast, cast.harbour, people_affected=100, barriers=("Information",))
    told(cast, reviewed_by=None, people_affected=100, barriers=("Information",))
    told(cast, lio=cast.vale, people_affected=100, barriers=("Information",))
    told(cast, happened_on=TODAY + timedelta(days=1), people_affected=100)
    need = portfolio_of(cast.sunrise, TODAY).need
    assert need.people.value == 42
    assert need.records.value is None and need.records.is_small, "two records"
    assert need.methods == ("Research or survey", "Requests and enquiries")
    assert need.services == ("Housing", "Transport")
    assert set(need.barriers) == {"Cost", "Digital"}
    for _ in range(3):
        told(cast)
    assert portfolio_of(cast.sunrise, TODAY).need.records.value == 5


def test_barriers_stand_in_the_order_of_the_list_whatever_their_numbers(cast):
    for barriers in (("Cost", "Digital"), ("Digital",), ("Language or interpreting",), ("Opening times",)):
        told(cast, barriers=barriers)
    barriers = portfolio_of(cast.sunrise, TODAY).need.barriers
    assert barriers == ("Language or interpreting", "Cost", "Digital")


def test_small_numbers_of_people_never_leave(cast):
    worked(cast, "Small", people_reached=3)
    worked(cast, "Five", people_reached=5)
    told(cast, people_affected=4)
    cast.sunrise.members = cast.sunrise.volunteers = 2
    cast.sunrise.save()
    layout = portfolio_layout(portfolio_of(cast.sunrise, TODAY))
    reached = {work["title"]: work["about"] for work in layout["works"]}
    assert reached == {"Small": "Fewer than 5 people reached", "Five": "5 people reached"}
    words = str(layout)
    assert "fewer than 5 people are affected" in words
    assert "fewer than 5 members, fewer than 5 volunteers" in words


def test_only_quotes_with_consent_for_a_portfolio_go_in_and_their_numbers_are_told(cast):
    record, draft = told(cast), told(cast, reviewed_by=None)
    allowed = factories.make_quote(record=record, by=cast.officer, text="Allowed", uses="portfolio")
    for text, of, uses in (
        ("For briefs", record, "brief report"),
        ("Never asked", record, ""),
        ("Of a draft", draft, "portfolio"),
        ("Told by another", told(cast, cast.harbour), "portfolio"),
        ("Of another LIO", told(cast, lio=cast.vale), "portfolio"),
    ):
        factories.make_quote(record=of, by=cast.officer, text=text, uses=uses)
    document = portfolio_of(cast.sunrise, TODAY)
    assert [quote.text for quote in document.quotes] == ["Allowed"]
    assert document.quote_ids == (allowed.pk,)
    withdraw_consent(quote=allowed, by=cast.officer)
    chosen = PortfolioChoice(quotes=(allowed.pk,))
    assert portfolio_of(cast.sunrise, TODAY, chosen).quotes == ()


def test_a_quote_of_a_record_of_several_groups_is_nobodys_to_use(cast):
    shared = told(cast, cast.sunrise, cast.harbour)
    quote = factories.make_quote(record=shared, by=cast.officer, text="Whose?", uses="portfolio")
    found = collect(cast.sunrise, TODAY, PortfolioChoice(quotes=(quote.pk,)))
    assert found.document.quotes == () and found.quotes == ()
    assert found.shared_quotes == 1


def test_the_newest_three_short_quotes_go_in_unless_others_are_chosen(cast):
    record = told(cast)
    quotes = [
        factories.make_quote(record=record, by=cast.officer, text=text, uses="portfolio")
        for text in ("First", "Second", "Third", "Fourth", "Much too long. " * 20)
    ]
    document = portfolio_of(cast.sunrise, TODAY)
    assert [quote.text for quote in document.quotes] == ["Fourth", "Third", "Second"]
    document = portfolio_of(cast.sunrise, TODAY, PortfolioChoice(quotes=(quotes[0].pk, quotes[4].pk)))
    assert document.quote_ids == (quotes[4].pk, quotes[0].pk)
    assert document.quotes[0].text == quotes[4].text, "word for word"


def test_papers_in_place_are_named_and_those_that_have_run_out_are_not(cast):
    paper(cast, "equality-policy")
    paper(cast, "governing-document", state="draft")
    paper(cast, "public-liability", expires_on=TODAY)
    assert portfolio_of(cast.sunrise, TODAY).papers == ("Equality policy",)
    before = portfolio_of(cast.sunrise, TODAY - timedelta(days=1))
    assert len(before.papers) == 2


def test_the_contact_and_the_website_need_their_own_consent(cast):
    Contact.objects.create(
        group=cast.sunrise, name="Mei Example", phone="01632 960001", email="mei@x.example", is_lead=True
    )
    Contact.objects.create(group=cast.sunrise, name="Somebody Else", phone="01632 960002")
    cast.sunrise.website = "https://sunrise.example"
    cast.sunrise.directory_fields = ["contact", "website"]
    cast.peak.phone = "01632 960077"
    cast.peak.save()
    cast.sunrise.save()
    cast.sunrise.refresh_from_db()

    def reach(**choice) -> str:
        document = portfolio_of(cast.sunrise, TODAY, PortfolioChoice(**choice))
        sheet = profile_sheet_of(cast.sunrise, TODAY).sections if not choice else ""
        words = f"{portfolio_layout(document)['reach']} {sheet}"
        assert "Somebody Else" not in words
        return words

    for words in (reach(), reach(contact=False)):
        assert "Mei" not in words and "sunrise.example" not in words and "01632 960077" in words
    agreed(cast.sunrise, "name", "website")
    assert "sunrise.example" in reach() and "Mei" not in reach()
    agreed(cast.sunrise, "contact")
    assert "Mei Example" in reach() and "01632 960001" in reach()
    assert "sunrise.example" not in reach() and "01632 960077" not in reach()
    assert "Mei" not in reach(contact=False) and "01632 960077" in reach(contact=False)


def test_communities_are_named_in_the_groups_own_words_where_it_has_some(cast):
    cast.sunrise.communities.set(Community.objects.filter(label__in=("Roma", "Irish")))
    assert set(portfolio_of(cast.sunrise, TODAY).communities) == {"Roma", "Irish"}
    cast.sunrise.own_words = "Families\nwho travel"
    assert portfolio_of(cast.sunrise, TODAY).communities == ("Families who travel",)
    assert "('Our communities', 'Families who travel')" in str(profile_sheet_of(cast.sunrise, TODAY))


def test_a_group_with_nothing_has_a_portfolio_still(cast):
    document = portfolio_of(cast.sunrise, TODAY)
    assert (document.works, document.need, document.quotes, document.papers) == ((), None, (), ())
    assert portfolio_layout(document)["is_empty"]
    assert document.lio.name == "Peak"


def test_the_profile_sheet_holds_the_plain_facts_and_papers_with_their_days(cast):
    group = cast.sunrise
    group.legal_form, group.charity_number, group.ppon = "cio", "1234567", "PABC-1234-WXYZ"
    group.paid_staff, group.volunteers, group.members = 2, 14, 3
    group.founded, group.income_band, group.languages = 1998, "10k_25k", "Urdu\nPunjabi"
    group.meeting_place = "A house that nobody need know"
    group.save()
    group.districts.set([factories.district()])
    paper(cast, "public-liability", expires_on=date(2199, 5, 1))
    sheet = profile_sheet_of(group, TODAY)
    facts = {term: text for _, rows in sheet.sections for term, text in rows}
    assert facts["Legal form"] == "Charitable incorporated organisation"
    assert (facts["Charity number"], facts["Procurement identifier (PPON)"]) == ("1234567", "PABC-1234-WXYZ")
    assert (facts["Paid staff"], facts["Volunteers"], facts["Members"]) == ("2", "14", "fewer than 5")
    assert (facts["Languages"], facts["Districts"]) == ("Urdu, Punjabi", "Chesterfield")
    assert "Company number" not in facts and "Meeting place" not in facts
    assert [until for _, until in sheet.papers] == ["until 1 May 2199"]
    agreed(group, "meeting")
    assert "A house" in str(profile_sheet_of(group, TODAY))


def fill(cast: Cast, number: int) -> None:
    worked(cast, f"Piece {number}", proves=["2.23"], outcomes="Much.")
    record = told(cast, barriers=("Cost",), people_affected=9)
    factories.make_quote(record=record, by=cast.officer, text=f"Said {number}", uses="portfolio")
    Contact.objects.create(group=cast.sunrise, name=f"Person {number}", is_lead=number == 0)
    paper(cast, ("equality-policy", "governing-document", "public-liability")[number])


@pytest.mark.parametrize(("make", "most"), [(portfolio_of, 14), (profile_sheet_of, 7)])
def test_queries_do_not_grow_with_what_a_group_has(cast, make, most):
    agreed(cast.sunrise, "contact")
    counts = []
    for number in range(3):
        fill(cast, number)
        if number != 1:
            group = CommunityGroup.objects.select_related("lio").get(pk=cast.sunrise.pk)
            with CaptureQueriesContext(connection) as queries:
                make(group, TODAY)
            counts.append(len(queries))
    assert counts[0] == counts[1] <= most
