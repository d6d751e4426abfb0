"""Papers × groups: who sees which, what the filters find, what the cells and counts say, what the files hold."""

import csv
import io
from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.credentials import FACTS, line_of, set_paper
from groups.models import CommunityGroup, Credential, CredentialKind, District
from groups.paper_words import WORDS
from groups.papers_matrix import STATES, counts_of, in_short, in_state, stands_so
from tests import factories
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind, sent
from toolkit_portal.core.spreadsheets import read_table

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)
URL = "/papers/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def noted(
    group: CommunityGroup, key: str = "equality-policy", state: str = "in_place", **facts
) -> Credential:
    if state == "not_needed":
        facts.setdefault("why_not_needed", "No staff")
    return set_paper(group=group, kind=kind(key), by=None, version=0, state=state, **facts)


def page(cast: Cast, query: str = "", actor: str = "officer") -> str:
    response = cast.client(actor).get(reverse("papers_matrix") + query)
    assert response.status_code == 200
    return response.content.decode()


def shown(text: str) -> set[str]:
    """The groups that have a row."""
    return {name for name in ("Sunrise", "Harbour", "Meadow") if f">{name}</a>" in text}


def test_an_officer_sees_the_own_lios_groups_and_a_manager_all_without_ticks(cast):
    assert shown(page(cast)) == {"Sunrise", "Harbour"}
    assert shown(page(cast, actor="other_officer")) == {"Meadow"}
    text = page(cast, "?paper=equality-policy", actor="manager")
    assert shown(text) == {"Sunrise", "Harbour", "Meadow"} and "checkbox" not in text
    assert page(cast, "?paper=equality-policy").count('type="checkbox" name="group"') == 2


def test_an_administrator_sees_only_what_was_opened_with_a_reason(cast):
    from groups.people import break_glass

    break_glass(user=cast.administrator, group=cast.meadow, reason="Asked by the group itself")
    assert shown(page(cast, actor="administrator")) == {"Meadow"}


def test_closed_groups_are_left_out(cast):
    CommunityGroup.objects.filter(pk=cast.harbour.pk).update(status="closed")
    assert shown(page(cast)) == {"Sunrise"}


def test_columns_are_the_usual_kinds_then_those_of_a_stage_or_all(cast):
    text = page(cast)
    assert "Equality policy</a><span" in text and "Quality standard</a><span" not in text
    assert "Quality standard</a><span" in page(cast, "?all=on")
    award = page(cast, "?stage=award")
    assert "Public liability insurance</a><span" in award and "Equality policy</a><span" not in award
    CredentialKind.objects.filter(key="equality-policy").update(retired_on=DAY)
    assert "Equality policy</a><span" not in page(cast, "?all=on")


@pytest.mark.parametrize(
    ("days", "cell", "states"),
    [
        (61, ("✓", "In place", "good"), {"in_place"}),
        (60, ("!", "60 days left", "warn"), {"in_place", "within_60"}),
        (15, ("!", "15 days left", "warn"), {"in_place", "within_60"}),
        (14, ("‼", "14 days left", "late"), {"in_place", "within_60", "within_14"}),
        (1, ("‼", "1 day left", "late"), {"in_place", "within_60", "within_14"}),
        (0, ("✗", "Expired", "late"), {"missing", "expired"}),
        (-1, ("✗", "Expired", "late"), {"missing", "expired"}),
    ],
)
def test_day_edges_of_cells_filters_and_counts_agree(cast, days, cell, states):
    paper = noted(cast.sunrise, expires_on=DAY + timedelta(days=days))
    assert_agrees(cast, paper, DAY, cell, states)


@pytest.mark.parametrize(
    ("facts", "cell", "states"),
    [
        ({"state": "missing"}, ("○", "Missing", "quiet"), {"missing"}),
        ({"state": "draft"}, ("◐", "Draft", "quiet"), {"draft"}),
        ({"state": "not_needed"}, ("–", "Not needed", "quiet"), {"not_needed"}),
        ({"review_on": DAY}, ("↻", "Look again", "accent"), {"in_place", "look_again"}),
        ({"review_on": DAY + timedelta(days=1)}, ("✓", "In place", "good"), {"in_place"}),
        ({"review_on": DAY, "expires_on": DAY}, ("✗", "Expired", "late"), {"missing", "expired"}),
        ({"state": "draft", "expires_on": DAY, "review_on": DAY}, ("◐", "Draft", "quiet"), {"draft"}),
    ],
)
def test_each_state_is_one_of_the_filters(cast, facts, cell, states):
    assert_agrees(cast, noted(cast.sunrise, **facts), DAY, cell, states)


def assert_agrees(cast: Cast, paper: Credential, day: date, cell, states: set[str]) -> None:
    line = line_of(paper.kind, paper, day)
    assert in_short(line, day) == cell
    assert {state for state in STATES if stands_so(line, state, day)} == states
    one = CommunityGroup.objects.filter(pk=cast.sunrise.pk)
    assert {state for state in STATES if in_state(one, [paper.kind], state, day).exists()} == states
    numbers = counts_of(one, 1, [paper.kind], day)[0].numbers
    assert {state for state, number in numbers.items() if number} == states


def test_a_group_without_a_row_is_missing_its_paper(cast):
    noted(cast.sunrise)
    assert shown(page(cast, "?paper=equality-policy&state=missing")) == {"Harbour"}
    assert shown(page(cast, "?paper=equality-policy&state=in_place")) == {"Sunrise"}
    # Of the usual ones all but one are missing, so both fit.
    assert shown(page(cast, "?state=missing")) == {"Sunrise", "Harbour"}
    for each in CredentialKind.objects.filter(stage="always").exclude(key="equality-policy"):
        noted(cast.sunrise, each.key, state="draft")
    assert shown(page(cast, "?stage=always&state=missing")) == {"Harbour"}


def test_filters_by_caseworker_district_lio_and_name(cast):
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(caseworker=cast.officer)
    cast.harbour.districts.add(derby := District.objects.get(name="Derby"))
    assert shown(page(cast, "?caseworker=mine")) == {"Sunrise"}
    assert shown(page(cast, "?caseworker=nobody")) == {"Harbour"}
    assert shown(page(cast, f"?caseworker={cast.officer.pk}", "manager")) == {"Sunrise"}
    assert shown(page(cast, f"?district={derby.pk}")) == {"Harbour"}
    assert shown(page(cast, f"?lio={cast.vale.pk}", "manager")) == {"Meadow"}
    assert shown(page(cast, "?q=SUN")) == {"Sunrise"}
    assert "Nothing fits" in page(cast, "?q=!!")
    # Somebody else's LIO or an unknown value shows nothing more than one may see.
    assert shown(page(cast, f"?lio={cast.vale.pk}&state=unheard&paper=x&caseworker=9x")) == {
        "Sunrise",
        "Harbour",
    }


def test_colleagues_of_other_lios_are_no_choice(cast):
    CommunityGroup.objects.filter(pk=cast.meadow.pk).update(caseworker=cast.other_officer)
    assert "Otto Other" not in page(cast) and "Otto Other" in page(cast, actor="manager")


def test_what_runs_out_first_comes_first(cast):
    today = timezone.localdate()
    noted(cast.harbour, expires_on=today + timedelta(days=90))
    noted(cast.sunrise, "accounts", expires_on=today + timedelta(days=30))
    text = page(cast, "?sort=expires")
    assert text.index(">Sunrise</a>") < text.index(">Harbour</a>")
    text = page(cast, "?sort=expires&paper=equality-policy")
    assert text.index(">Harbour</a>") < text.index(">Sunrise</a>")


def test_a_state_leaves_only_the_papers_that_stand_so_for_somebody(cast):
    today = timezone.localdate()
    noted(cast.sunrise, expires_on=today)
    noted(cast.sunrise, "accounts")
    noted(cast.harbour, "data-protection", expires_on=today)
    expired = page(cast, "?state=expired")
    assert 'data-label="Equality policy"' in expired and 'data-label="Data protection policy"' in expired
    assert 'data-label="Accounts"' not in expired
    assert "11 others are left out." in expired and "scroll the table sideways" not in expired
    assert "13 papers side by side: scroll the table sideways" in page(cast)
    # Without a state, and for one paper, nothing is left out.
    assert "others are left out" not in page(cast) + page(cast, "?state=expired&paper=equality-policy")
    assert "Nothing fits" in page(cast, "?state=draft")


def test_cells_lead_to_the_paper_and_say_whose_and_that_a_file_waits(cast):
    noted(cast.sunrise, state="draft")
    sent(cast)
    text = page(cast)
    assert f'href="{reverse("paper", args=[cast.sunrise.pk, "equality-policy"])}"' in text
    assert ": Equality policy, Sunrise</span>" in text and text.count("file to check") == 1


def test_the_sums_are_of_all_that_fits_and_not_of_the_page(cast):
    for number in range(30):
        noted(factories.make_group(lio=cast.peak, name=f"Group {number:02}"))
    text = page(cast)
    assert "All 32 groups that fit" in text and "30 in place, 2 missing" in text
    assert "1 to 25 of 32 groups" in text
    one = page(cast, "?paper=equality-policy&page=2")
    assert "<dd>30</dd>" in one and "<dd>2</dd>" in one


def test_one_paper_shows_its_sum_days_and_who_looked_at_it(cast):
    today = timezone.localdate()
    noted(
        cast.sunrise,
        "public-liability",
        pounds=5_000_000,
        expires_on=today + timedelta(days=12),
        review_on=today,
        checked_by="Olive Officer",
        checked_on=today,
    )
    text = page(cast, "?paper=public-liability")
    for words in ("£5,000,000", "12 days left", "Olive Officer,", "need to buy this until you win"):
        assert words in text, words


def test_queries_are_as_many_with_three_groups_as_with_one(cast):
    client = cast.client("officer")
    urls = [URL, f"{URL}?paper=equality-policy&state=missing&sort=expires", f"{URL}export/?format=csv"]

    def queries() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                response = client.get(url)
                if response.streaming:
                    b"".join(response.streaming_content)
            counts.append(len(seen))
        return counts

    noted(cast.sunrise, "accounts")
    queries()
    few = queries()
    for number in range(3):
        group = factories.make_group(lio=cast.peak, name=f"More {number}", caseworker=cast.officer)
        noted(group, "accounts")
        sent(cast, group=group, by=cast.lead)
    assert queries() == few and max(few) <= 20


def rows(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_files_hold_what_is_filtered_one_paper_a_row_and_leave_a_trace(cast):
    today = timezone.localdate()
    noted(cast.sunrise, "public-liability", pounds=5_000_000, expires_on=today + timedelta(days=9))
    noted(cast.meadow, "public-liability", expires_on=today + timedelta(days=9))
    client = cast.client("officer")
    query = {"stage": "award", "state": "within_14"}
    found = rows(client.get(reverse("papers_export", query={**query, "format": "csv"})))
    columns = ("Group", "Paper", "How it stands", "Days left", "Sum in pounds")
    assert [[row[column] for column in columns] for row in found] == [
        ["Sunrise", "Public liability insurance", "In place", "9", "5000000"]
    ]
    sheet = client.get(reverse("papers_export", query={**query, "format": "xlsx"}))
    content = io.BytesIO(b"".join(sheet.streaming_content))
    assert len(read_table(content, filename="x.xlsx").rows) == 1
    acts = [
        entry.additional_data for entry in LogEntry.objects.filter(additional_data__act="papers exported")
    ]
    assert [(act["format"], act["groups"], act["filters"]) for act in acts] == [
        ("xlsx", 1, ["stage", "state"]),
        ("csv", 1, ["stage", "state"]),
    ]
    assert client.get(reverse("papers_export", query={"format": "pdf"})).status_code == 400


def test_all_papers_of_a_group_are_in_the_file_also_missing_ones(cast):
    found = rows(
        cast.client("other_officer").get(reverse("papers_export", query={"format": "csv", "all": "on"}))
    )
    assert len(found) == CredentialKind.objects.count()
    assert {row["How it stands"] for row in found} == {"Missing"} and {row["Group"] for row in found} == {
        "Meadow"
    }


def test_a_file_asks_for_a_fresh_proof_and_then_leads_back_to_the_list(cast):
    client = cast.client("officer")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    asked = client.get(reverse("papers_export", query={"format": "csv", "state": "missing"}))
    assert asked.status_code == 302 and "reauthenticate" in asked["Location"]
    assert "ready%3Dcsv" in asked["Location"] and "state%3Dmissing" in asked["Location"]
    assert not LogEntry.objects.filter(additional_data__act="papers exported").exists()
    assert "download it as CSV" in page(cast, "?ready=csv&state=missing")


def test_without_groups_the_page_says_so(cast):
    officer = factories.make_officer(lio=factories.make_lio())
    cast.officer = officer
    assert "No groups yet" in page(cast)


def test_every_fact_has_its_words():
    assert set(WORDS) == set(FACTS)
