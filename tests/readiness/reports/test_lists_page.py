"""The list of groups behind a number: what it says, shows, keeps, and gives out as a file."""

import csv
import io
import re
import time
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import Community, CommunityGroup
from readiness.models import GroupRoute
from readiness.reports.behind import Behind
from readiness.reports.choice import ReportChoice
from readiness.reports.forms import GroupsForm
from readiness.reports.group_lines import plan_in_words
from readiness.reports.said import Labels, list_in_words
from readiness.reports.spine import Move
from readiness.route_keeping import settle
from tests import factories
from tests.browser.acts import in_words
from tests.readiness.reports.county import SmallCounty, days_ago, make_county

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> SmallCounty:
    return make_county()


def client_of(county: SmallCounty) -> Client:
    client = Client()
    client.force_login(county.manager, backend="groups.sign_in.PortalBackend")
    session = client.session
    proof = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(county.manager.pk)
    session.save()
    return client


def days(number: int = 0, before: int = 365) -> str:
    return f"as_at={days_ago(number)}&compare={days_ago(before)}"


def listed(county: SmallCounty, query: str, status: int = 200):
    response = client_of(county).get(f"{reverse('county_groups')}?{query}")
    assert response.status_code == status
    return response


def names(response) -> list[str]:
    return [line["group"] for line in response.context["lines"]]


# What was asked, in words


ON, BEFORE = days_ago(0), days_ago(365)
LABELS = Labels({1: "Peak"}, {2: "Derby"}, {3: "Indian"}, {"be-heard": "Be heard"}, {"accounts": "Accounts"})


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (Behind(), "Active groups"),
        (Behind(status=""), "All groups"),
        (Behind(status="", late="yes"), "Groups with a late action"),
        (Behind(status="dormant"), "Dormant groups"),
        (Behind(status="closed"), "Closed groups"),
        (Behind(status="unheard"), "All groups"),
        (Behind(move="up"), "Active groups that moved up a band between BEFORE and ON"),
        (Behind(move="down"), "Active groups that moved down a band between BEFORE and ON"),
        (
            Behind(move="same"),
            "Active groups that were assessed again between BEFORE and ON and stayed in their band",
        ),
        (Behind(move="new"), "Active groups that were assessed for the first time between BEFORE and ON"),
        (Behind(move="waiting"), "Active groups that were not assessed again between BEFORE and ON"),
        (Behind(move="never"), "Active groups that had not been assessed by ON"),
        (Behind(assessed="yes"), "Active groups with an assessment"),
        (Behind(assessed="no"), "Active groups not assessed yet"),
        (Behind(assessed="recent"), "Active groups assessed in the 12 months up to ON"),
        (Behind(assessed="stale"), "Active groups last assessed more than 12 months before ON"),
        (Behind(band="developing"), "Active groups in the band “developing”"),
        (Behind(band_before="developing"), "Active groups that were in the band “developing” on BEFORE"),
        (Behind(at="be-heard"), "Active groups ready to “Be heard”"),
        (Behind(at_before="unheard"), "Active groups that were ready to “unheard” on BEFORE"),
        (Behind(plan="none"), "Active groups without an issued plan"),
        (Behind(visited="no"), "Active groups not visited between BEFORE and ON"),
        (Behind(visited="yes"), "Active groups visited between BEFORE and ON"),
        (Behind(section="2.11"), "Active groups with a level for section 2.11"),
        (Behind(section="2.11", level="3"), "Active groups at level 3 of section 2.11"),
        (Behind(section="2.11", level="na"), "Active groups to whom section 2.11 doesn’t apply"),
        (Behind(paper="accounts", stands="expired"), "Active groups whose paper “Accounts” is expired"),
        (
            Behind(paper="gone", stands="soon"),
            "Active groups whose paper “gone” is in place and expires soon",
        ),
        (Behind(late="yes"), "Active groups with a late action"),
        (Behind(late="group"), "Active groups with a late action (who does it: the group)"),
        (Behind(of_kind="network"), "Active groups of the kind “Informal network”"),
        (Behind(in_lio=1), "Active groups of Peak"),
        (Behind(in_lio=9), "Active groups of an LIO that is no more"),
        (Behind(in_district=2), "Active groups in Derby"),
        (Behind(in_district=0), "Active groups without a district"),
        (Behind(in_district=9), "Active groups in a district that is no more"),
        (Behind(in_community=3), "Active groups of the community “Indian”"),
        (Behind(in_community=9), "Active groups of the community “one that is no more”"),
        (
            Behind(move="up", in_district=2),
            "Active groups that moved up a band between BEFORE and ON, in Derby",
        ),
    ],
)
def test_what_is_asked_is_said(which, words):
    said = list_in_words(ReportChoice(as_at=ON, compare=BEFORE), which, LABELS, "", ON)
    assert said == words.replace("BEFORE", in_words(BEFORE)).replace("ON", in_words(ON))


def test_filters_searches_and_an_earlier_day_are_said_too():
    choice = ReportChoice(as_at=days_ago(9), compare=BEFORE, kind="network")
    said = list_in_words(choice, Behind(), LABELS, "ash", ON)
    assert said == f"Active groups, Informal network, found by “ash”, as at {in_words(days_ago(9))}"
    said = list_in_words(choice, Behind(move=Move.UP), LABELS, "", ON)
    assert said.count(in_words(days_ago(9))) == 1
    assert list_in_words(ReportChoice(as_at=days_ago(9), compare=BEFORE), Behind(), LABELS, "", ON).endswith(
        f"Active groups, as at {in_words(days_ago(9))}"
    )


def test_the_page_says_what_is_asked_and_how_many(county):
    district = factories.district("Chesterfield")
    response = listed(county, f"{days()}&move=up&in_district={district.pk}")
    assert names(response) == ["Ash"]
    text = re.sub(r"<[^>]+>", "", response.content.decode())
    assert (
        f"that moved up a band between {in_words(BEFORE)} and {in_words(ON)}, in Chesterfield: 1 group."
        in text
    )


def test_names_of_lios_communities_and_papers_are_looked_up(county):
    community = Community.objects.get(label="Indian")
    county.groups["Ash"].communities.add(community)
    query = f"in_lio={county.peak.pk}&in_community={community.pk}&paper=equality-policy&stands=in_place"
    response = listed(county, f"{days()}&{query}")
    assert names(response) == ["Ash"]
    for words in ("of Peak", "of the community “Indian”", "whose paper “Equality policy” is in place"):
        assert words in response.context["words"]


# What it shows


def test_lines_tell_where_a_group_stood_on_both_days(county):
    line = listed(county, f"{days()}&move=up").context["lines"][0]
    assert (line["overall"], line["before"], line["band"]) == ("50", "25", "gaining ground")
    assert line["plan"] == "version 1, 1 open" and line["last_visit"] == in_words(days_ago(30))
    assert line["assessed_on"] == in_words(days_ago(30))
    line = listed(county, f"{days()}&assessed=no").context["lines"][0]
    assert (line["overall"], line["before"], line["last_visit"], line["plan"]) == ("", "", "", "none")


def test_an_earlier_day_shows_what_was_so_then(county):
    response = listed(county, f"{days(200, 450)}&status=")
    lines = {line["group"]: line for line in response.context["lines"]}
    assert set(lines) == {"Ash", "Birch", "Cedar", "Dogwood", "Elder"}
    assert (lines["Ash"]["overall"], lines["Ash"]["before"], lines["Ash"]["plan"]) == ("25", "", "none")
    assert lines["Ash"]["last_visit"] == "" and lines["Birch"]["last_visit"] == in_words(days_ago(400))
    assert lines["Elder"]["status"] == "Active" and not lines["Elder"]["is_quiet"]
    assert "LIO, districts and kind are those of today." in response.content.decode()
    assert listed(county, f"{days(20, 365)}&move=up").context["lines"][0]["plan"] == "version 1"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ((None, None, None), "none"),
        ((None, 2, None), "not issued, all done"),
        ((2, 3, 1), "version 2, 1 open"),
        ((2, None, None), "version 2"),
    ],
)
def test_a_plan_in_words(state, words):
    assert plan_in_words(*state) == words


def test_routes_are_those_of_the_day(county):
    settle(CommunityGroup.objects.all(), "Set up")
    GroupRoute.objects.filter(group=county.groups["Ash"]).update(route="be-heard", rung=1)
    response = listed(county, f"{days()}&at=be-heard")
    assert names(response) == ["Ash"] and response.context["lines"][0]["route"] == "Be heard"


def test_without_a_day_it_is_the_list_of_all_groups_with_figures_and_averages(county):
    response = listed(county, "")
    assert names(response) == ["Ash", "Birch", "Cedar", "Dogwood", "Elder"]
    assert response.context["averages"] and response.context["bands"] and response.context["routes"]
    assert names(listed(county, "status=closed")) == ["Elder"]
    assert names(listed(county, "band=none")) == ["Dogwood"]
    assert names(listed(county, f"{days()}&band=none")) == ["Dogwood"]
    assert "averages" not in listed(county, days()).context


def test_a_link_without_a_day_still_lists_what_the_number_counted(county):
    assert names(listed(county, "move=new&status=active")) == ["Cedar"]


def test_search_and_order_work_within_what_a_number_counted(county):
    assert names(listed(county, f"{days()}&assessed=yes&q=ce")) == ["Cedar"]
    assert names(listed(county, f"{days()}&assessed=yes&sort=-score")) == ["Cedar", "Ash", "Birch"]
    assert names(listed(county, f"{days()}&sort=seen")) == ["Dogwood", "Birch", "Ash", "Cedar"]
    assert names(listed(county, f"{days()}&q=%21")) == []
    assert names(listed(county, f"{days(200, 450)}&status=&sort=-score"))[0] == "Elder"


def test_what_a_number_asks_is_kept_by_the_form_and_leads_back(county):
    text = listed(county, f"{days()}&move=up&kind=bme_led").content.decode()
    assert '<input type="hidden" name="move" value="up">' in text
    assert f'href="{reverse("county")}?{days().replace("&", "&amp;")}&amp;kind=bme_led"' in text
    assert "All groups of the report" in text and "1 on" in text
    assert "All groups of the report" not in listed(county, days()).content.decode()


def test_only_active_groups_unless_the_address_says_otherwise(county):
    assert "Elder" not in names(listed(county, days()))
    assert "Elder" in names(listed(county, f"{days()}&status="))
    form = GroupsForm(QueryDict(days()), user=county.manager)
    assert form.is_valid() and form.narrowing == [] and form["status"].value() == "active"
    form = GroupsForm(QueryDict(f"{days()}&status=closed&sort=lio"), user=county.manager)
    assert form.is_valid() and form.narrowing == ["status"]
    form = GroupsForm(QueryDict("status=active"), user=county.manager)
    assert form.is_valid() and form.narrowing == ["status"]


def test_wrong_days_are_said_and_unknown_values_passed_over(county):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = listed(county, f"as_at={tomorrow}", status=422)
    assert "That day is still to come." in response.content.decode()
    assert names(response) == ["Ash", "Birch", "Cedar", "Dogwood"]
    assert len(names(listed(county, f"{days()}&lio=999999&band=unheard&route=x&sort=y"))) == 4


def test_nothing_found_says_how_to_go_on(county):
    assert "No group fits" in listed(county, f"{days()}&move=down").content.decode()


def test_a_page_holds_fifty(county):
    for number in range(52):
        factories.make_group(lio=county.vale, name=f"Valley {number:02}")
    response = listed(county, f"{days()}&assessed=no")
    assert len(names(response)) == 50 and response.context["total"] == 53
    assert names(listed(county, f"{days()}&assessed=no&page=2"))[-1] == "Valley 51"


def test_queries_are_bounded_and_do_not_grow(county):
    client = client_of(county)
    district = factories.district("Derby").pk
    where = f"{reverse('county_groups')}?{days()}&district={district}&paper=accounts&stands=missing&late="

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    few, all_of_them = queries(where), queries(reverse("county_groups"))
    assert few <= 20 and all_of_them <= 20
    for _ in range(3):
        group = factories.make_group(lio=county.peak)
        group.districts.set([district])
        factories.make_assessment(group=group, by=county.officer)
    assert queries(where) == few and queries(reverse("county_groups")) == all_of_them


# As a file


def exported(county: SmallCounty, query: str) -> list[dict[str, str]]:
    response = client_of(county).get(f"{reverse('county_export')}?format=csv&{query}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_file_holds_what_the_list_shows_as_it_was_on_the_day(county):
    rows = exported(county, f"{days(200, 450)}&assessed=yes&sort=-score")
    assert [row["group"] for row in rows] == ["Elder", "Birch", "Ash"]
    assert rows[2]["overall"] == "25.00" and rows[2]["assessed_on"] == days_ago(400).isoformat()
    entry = LogEntry.objects.filter(additional_data__act="county exported").get()
    assert entry.additional_data["groups"] == 3
    assert entry.additional_data["filters"] == ["as_at", "assessed", "compare", "sort", "status"]


def test_the_file_is_named_by_its_day(county):
    response = client_of(county).get(f"{reverse('county_export')}?format=xlsx&{days(200)}")
    assert f"county-readiness-{days_ago(200)}.xlsx" in response["Content-Disposition"]
    assert b"".join(response.streaming_content).startswith(b"PK")


def test_a_file_as_at_a_wrong_day_is_refused(county):
    client = client_of(county)
    assert client.get(f"{reverse('county_export')}?format=csv&as_at=soon").status_code == 400
    assert not LogEntry.objects.filter(additional_data__act="county exported").exists()


def test_an_old_proof_leads_back_to_the_same_list(county):
    client = client_of(county)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 1800}]
    session.save()
    response = client.get(f"{reverse('county_export')}?format=csv&{days()}&move=up")
    assert response.status_code == 302 and "move%3Dup" in response["Location"]
    text = client.get(f"{reverse('county_groups')}?{days()}&move=up&ready=csv").content.decode()
    assert "the file is ready" in text and "move=up&amp;format=csv" in text
