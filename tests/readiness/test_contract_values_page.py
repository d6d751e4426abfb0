"""The page of contract values: a form in the address, a verdict in plain words, and whose papers it links to."""

from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import CredentialKind, Membership
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
FILLED = {
    "sum": "£48,000",
    "counts": "total",
    "vat": "yes",
    "day": "14/09/2026",
    "service": "other",
    "buyer": "council",
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(cast: Cast, actor: str = "lead", *, status: int = 200, **query: str) -> str:
    answer = cast.client(actor).get(reverse("contract_values"), query)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def filled(cast: Cast, actor: str = "lead", *, status: int = 200, **other: str) -> str:
    return page(cast, actor, status=status, **{**FILLED, **other})


def test_an_empty_page_is_the_form_with_today_in_it(cast):
    text = page(cast)
    assert "About the contract" in text and f"{timezone.localdate():%d/%m/%Y}" in text
    assert "Why" not in text and "There is a problem" not in text
    assert "not legal advice" in text


def test_a_verdict_says_why_what_it_means_what_to_ask_and_what_to_have_ready(cast):
    text = filled(cast)
    assert "Below the threshold: the lighter rules" in text
    assert "£48,000 is below the threshold of £207,720" in text
    assert "has to publish a notice on the central platform first" in text
    assert "Checked on 1 November 2026." in text
    assert "Ask whether this may wait until you are chosen." in text
    assert text.index("Equality policy") < text.index("Accounts") < text.index("Public liability insurance")
    assert 'value="£48,000"' in text


def test_the_law_on_employers_insurance_stands_beside_what_is_asked_once_it_is_won(cast):
    text = filled(cast)
    assert "Employers' liability insurance</a>. If you employ anybody, the law asks for it already." in text
    assert text.count("the law asks for it already") == 1


def test_pence_decide_and_are_not_rounded_over_the_threshold(cast):
    assert "Below the threshold" in filled(cast, sum="207,719.99")
    assert "At or above the threshold" in filled(cast, sum="207,720")


def test_vat_that_comes_on_top_is_added(cast):
    text = filled(cast, sum="173100", vat="no")
    assert "At or above the threshold" in text
    assert "20% was added: £173,100 comes to £207,720." in text


@pytest.mark.parametrize(
    ("sum_", "years", "extension", "words"),
    [
        ("69240", "3", "", "£69,240 a year for 3 years, extensions counted: £207,720."),
        ("41544", "3", "2", "£41,544 a year for 5 years, extensions counted: £207,720."),
        ("138480", "1.5", "0", "£138,480 a year for 1.5 years, extensions counted: £207,720."),
        ("20772", "10", "", "£20,772 a year for 10 years, extensions counted: £207,720."),
    ],
)
def test_years_and_extensions_count(cast, sum_, years, extension, words):
    text = filled(cast, sum=sum_, counts="year", years=years, extension=extension)
    assert words in text and "At or above the threshold" in text


def test_years_are_left_aside_where_the_whole_sum_is_given(cast):
    text = filled(cast, years="3", extension="2")
    assert "extensions counted" not in text and "£48,000 is below" in text


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"sum": ""}, "Give the sum, such as £48,000."),
        ({"sum": "lots"}, "Write it as 12,500"),
        ({"sum": "207,719.999"}, "two figures"),
        ({"sum": "2000m"}, "the most the portal takes is £1,000,000,000"),
        ({"counts": "month"}, "Say whether the sum is for the whole contract"),
        ({"counts": "year"}, "Give the number of years, such as 3."),
        ({"counts": "year", "years": "0"}, "Give the number of years, such as 3."),
        ({"counts": "year", "years": "three"}, "Write the number of years in figures"),
        ({"counts": "year", "years": "-1"}, "Years can’t be below 0."),
        ({"counts": "year", "years": "51"}, "50 at most"),
        ({"counts": "year", "years": "1.234"}, "two decimals at most"),
        ({"counts": "year", "years": "50", "sum": "900m"}, "together at most £1,000,000,000"),
        ({"vat": ""}, "ask the buyer, and try both"),
        ({"day": ""}, "Give the day, such as 14/09/2026."),
        ({"day": "31/02/2026"}, "February 2026 has no day 31"),
        ({"service": "magic"}, "Choose the kind of service."),
        ({"buyer": ""}, "Choose who buys the service."),
    ],
)
def test_what_is_missing_or_wrong_is_said_with_a_link_to_the_field(cast, other, words):
    text = filled(cast, status=422, **other)
    assert words in text and "There is a problem" in text and "What it means" not in text


def test_it_warns_when_it_was_checked_more_than_a_year_ago(cast, monkeypatch):
    warning = "Checked more than a year ago"
    monkeypatch.setattr(timezone, "localdate", lambda: date(2027, 11, 1))
    assert warning not in filled(cast)
    monkeypatch.setattr(timezone, "localdate", lambda: date(2027, 11, 2))
    assert warning in filled(cast)


def test_it_warns_where_newer_figures_are_due(cast):
    assert "Newer figures are due" in filled(cast, day="01/01/2028")
    assert "Newer figures are due" not in filled(cast, day="31/12/2027")


def test_where_the_full_rules_hold_insurance_waits_until_the_contract_is_won(cast):
    text = filled(cast, sum="207720")
    assert "You don't need to buy this until you win." in text
    assert "Ask whether this may wait until you are chosen." not in text


def test_where_the_full_rules_do_not_hold_insurance_is_something_to_ask_about(cast):
    for buyer, service in (("council", "other"), ("prime", "other"), ("private", "other"), ("nhs", "health")):
        text = filled(cast, buyer=buyer, service=service)
        assert "Ask whether this may wait until you are chosen." in text
        assert "You don't need to buy this until you win." not in text


# Whose papers


def test_a_lead_gets_links_to_their_own_papers(cast):
    text = filled(cast)
    assert reverse("lead_paper", args=[cast.sunrise.pk, "equality-policy"]) in text
    assert "The links lead to the papers of Sunrise." in text


def test_a_lead_of_two_groups_chooses_by_the_address(cast):
    Membership.objects.create(user=cast.lead, role=Membership.Role.LEAD, group=cast.harbour)
    assert "The links lead to" not in filled(cast)
    for group in (cast.sunrise, cast.harbour):
        text = filled(cast, group=str(group.pk))
        assert reverse("lead_paper", args=[group.pk, "accounts"]) in text
        assert f"The links lead to the papers of {group.name}." in text


@pytest.mark.parametrize("actor", ["officer", "manager"])
def test_who_reads_a_case_file_gets_links_to_its_papers_and_none_without_a_group(cast, actor):
    text = filled(cast, actor, group=str(cast.sunrise.pk))
    assert reverse("paper", args=[cast.sunrise.pk, "equality-policy"]) in text
    assert f'name="group" value="{cast.sunrise.pk}"' in text
    text = filled(cast, actor)
    assert "The links lead to" not in text and "Equality policy" in text


@pytest.mark.parametrize("actor", ["other_officer", "other_lead", "administrator"])
def test_a_stranger_to_the_group_gets_404(cast, actor):
    for query in ({}, FILLED):
        text = page(cast, actor, status=404, group=str(cast.sunrise.pk), **query)
        assert "Sunrise" not in text


@pytest.mark.parametrize("group", ["0", "x", "²", "9" * 30, "-1"])
def test_a_group_that_cannot_be_is_404(cast, group):
    page(cast, "officer", status=404, group=group)


def test_an_administrator_sees_which_files_there_are_and_when_they_were_checked(cast):
    text = page(cast, "administrator")
    assert "england-2026.toml" in text and "In use today." in text
    assert "For 1 January 2026 to 31 December 2027, checked on 1 November 2026." in text
    assert "england-2026.toml" not in page(cast, "officer")


def test_pages_lead_there(cast):
    address = reverse("contract_values")
    assert address in cast.client("lead").get(reverse("toolkit")).content.decode()
    own = f"{address}?group={cast.sunrise.pk}"
    for actor, name in (("officer", "case_route"), ("lead", "lead_route"), ("lead", "lead_papers")):
        assert own in cast.client(actor).get(reverse(name, args=[cast.sunrise.pk])).content.decode(), name


def test_kinds_of_paper_that_were_retired_are_not_asked_for_and_queries_do_not_grow(cast):
    client, url = cast.client("lead"), reverse("contract_values")
    client.get(url, FILLED)
    with CaptureQueriesContext(connection) as few:
        client.get(url, FILLED)
    for number in range(3):
        CredentialKind.objects.create(key=f"extra-{number}", label=f"Extra {number}", stage="always")
    CredentialKind.objects.filter(key="extra-2").update(retired_on=date(2026, 1, 1))
    with CaptureQueriesContext(connection) as more:
        text = client.get(url, FILLED).content.decode()
    assert "Extra 1" in text and "Extra 2" not in text
    assert len(more) == len(few) <= 20
