"""The analysis page and its CSV: who sees what, within which filter, and the same numbers everywhere."""

import csv
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from itertools import permutations
from urllib.parse import urlencode

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.analysis import DIMENSIONS
from evidence.models import Barrier
from groups.models import Community, Membership
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_analysis import reviewed

pytestmark = pytest.mark.django_db
PAGE, TABLE = "evidence_analysis", "evidence_table_csv"
CHARTS = [
    "By service area", "By community", "By barrier", "By provider", "Over time", "How it was heard",
    "How strong it is",
]  # fmt: skip


@dataclass
class Shown:
    """One table of the page: what is seen, what is read aloud instead, and the bars."""

    caption: str = ""
    lines: list[list[str]] = field(default_factory=list)
    aloud: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def column(self, name: str = "") -> dict[str, str]:
        """Number by label, of one column or the first."""
        place = self.lines[0].index(name) if name else 1
        return {line[0]: line[place] for line in self.lines[1:]}


class Page(HTMLParser):
    """Reads the tables of a page, and the fields that its forms keep."""

    def __init__(self, client: Client, **query) -> None:
        super().__init__()
        answer = client.get(f"{reverse(PAGE)}?{urlencode(query)}")
        assert answer.status_code == 200
        self.text = answer.content.decode()
        self.tables: list[Shown] = []
        self.kept: dict[str, str] = {}
        self.chosen: set[str] = set()
        self.within: list[tuple[str, bool]] = []
        self.feed(self.text)

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        if tag == "table":
            self.tables.append(Shown())
        elif tag == "tr" and self.tables:
            self.tables[-1].lines.append([])
        elif tag in ("th", "td"):
            self.tables[-1].lines[-1].append("")
        elif tag == "svg":
            self.tables[-1].lengths.append(0)
        elif tag == "rect" and given["fill"] != "#efebe2":
            self.tables[-1].lengths[-1] = int(given["width"])
        elif tag == "input" and given.get("type") == "hidden" and given["name"] != "csrfmiddlewaretoken":
            self.kept[given["name"]] = given["value"]
        elif tag == "option" and "selected" in given:
            self.chosen.add(given["value"])
        if tag not in ("input", "rect", "meta", "link", "br", "img", "path", "circle", "use"):
            self.within.append((tag, "visually-hidden" in given.get("class", "")))

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)  # nothing ends that was never begun

    def handle_endtag(self, tag) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data) -> None:
        tags = [tag for tag, _ in self.within]
        if "caption" in tags:
            self.tables[-1].caption += data
        elif "table" in tags and ("td" in tags or "th" in tags):
            if any(hidden for _, hidden in self.within):
                self.tables[-1].aloud.append(data)
            else:
                self.tables[-1].lines[-1][-1] += data

    def chart(self, title: str) -> Shown:
        (found,) = [table for table in self.tables if table.caption.split(":")[0] == title]
        return found

    @property
    def crossed(self) -> Shown:
        return self.chart("Service area by district")


def download(client: Client, rows="service_area", columns="district", measure="people", **query):
    """The CSV as lines of cells."""
    query |= {"rows": rows, "columns": columns, "measure": measure}
    answer = client.get(f"{reverse(TABLE)}?{urlencode(query)}")
    assert answer.status_code == 200
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))


def cells_of(page: Page) -> set[str]:
    """What stands in the cells of its tables; ids in its forms aren't among them."""
    return {cell for table in page.tables for line in table.lines for cell in line}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def county(cast) -> Cast:
    """People of Peak by service and district, worked out by hand; Vale has 40 in Housing and Chesterfield.

    |             | Bolsover | Chesterfield |
    | Housing     | 3        | 20           |
    | Health care | 30       | 60           |
    """
    provider = factories.make_organisation(name="Northdale")
    for service, district, people, day in (
        ("Housing", "Bolsover", 3, date(2026, 1, 10)),
        ("Housing", "Chesterfield", 20, date(2026, 2, 10)),
        ("Health care", "Bolsover", 30, date(2026, 8, 10)),
        ("Health care", "Chesterfield", 60, date(2026, 8, 11)),
    ):
        reviewed(
            cast, service=service, districts=(district,), barriers=("Cost",), communities=("Roma",),
            provider=provider, people_affected=people, happened_on=day,
        )  # fmt: skip
    factories.make_evidence(
        lio=cast.vale, by=cast.other_officer, reviewed_by=cast.officer, districts=("Chesterfield",),
        communities=("Indian",), provider=factories.make_organisation(name="Southdale"), people_affected=40,
        happened_on=date(2026, 2, 10),
    )  # fmt: skip
    return cast


def test_officers_see_their_own_lio_and_managers_the_county(county):
    mine, theirs, all_of_them = (
        Page(county.client(actor)) for actor in ("officer", "other_officer", "manager")
    )
    assert "<strong>113</strong> people affected" in mine.text
    assert "<strong>40</strong> people affected" in theirs.text
    assert "<strong>153</strong> people affected" in all_of_them.text
    assert mine.chart("By community").column()["Indian"] == "0"
    assert mine.chart("By provider").column() == {"Northdale": "113", "Total": "113"}
    assert all_of_them.chart("By provider").column() == {
        "Northdale": "113",
        "Southdale": "40",
        "Total": "153",
    }
    assert theirs.crossed.column("Chesterfield")["Housing"] == "40"
    assert mine.crossed.column("Total")["Housing"] == "23"


def test_nothing_of_another_lio_is_had_by_asking_for_it(county):
    theirs = {"community": Community.objects.get(label="Indian").pk}
    for query in ({"lio": county.vale.pk}, theirs, {"measure": "people", "q": "Vale"}):
        shown = cells_of(Page(county.client("officer"), **query))
        assert not shown & {"Southdale", "153", "40"}, query
    assert {"Southdale", "40"} <= cells_of(Page(county.client("manager"), **theirs))
    assert Page(county.client("officer"), lio=county.vale.pk).kept == {"measure": "people"}
    assert download(county.client("officer"), lio=county.vale.pk)[-1][-1] == "113"


def test_an_officer_of_two_lios_may_choose_between_them(county):
    Membership.objects.create(user=county.officer, role=Membership.Role.OFFICER, lio=county.vale)
    assert "<strong>153</strong>" in Page(county.client("officer")).text
    page = Page(county.client("officer"), lio=county.vale.pk)
    assert "<strong>40</strong>" in page.text and page.kept["lio"] == str(county.vale.pk)


def test_what_is_small_is_judged_by_what_the_person_sees(cast):
    def record(lio, people):
        factories.make_evidence(
            lio=lio, by=cast.officer, reviewed_by=cast.manager, districts=("Erewash",), people_affected=people
        )

    record(cast.peak, 3)
    record(cast.vale, 40)
    mine, manager = Page(cast.client("officer")), Page(cast.client("manager"))
    assert mine.crossed.column("Erewash")["Housing"] == "<5" and mine.crossed.column("Total")["Total"] == "<5"
    assert manager.crossed.column("Erewash")["Housing"] == "43"
    # Beside the 43 of all, the 40 of Vale would say how many Peak has.
    for lio in (cast.peak, cast.vale):
        within = Page(cast.client("manager"), lio=lio.pk)
        assert within.crossed.column("Erewash")["Housing"] in ("*", "<5")
        assert "people is hidden" in within.text or "people are shown" in within.text


def test_the_note_says_what_is_hidden_and_why(county):
    page = Page(county.client("officer"))
    assert page.crossed.column("Bolsover")["Housing"] == "<5"
    assert page.crossed.column("Chesterfield")["Housing"] == "*"
    beside_it = page.text.split('id="cross-title"')[1].split("</section>")[0]
    assert "&lt;5 stands for 1 to 4, which could show who is meant (1 number)." in beside_it
    assert "* hides 3 numbers from which a small one could be worked out." in beside_it
    assert "counts in each of their rows and once in the total." in beside_it
    assert sorted(page.crossed.aloud) == ["fewer than 5", "hidden", "hidden", "hidden"]


def test_where_nothing_can_be_shown_the_page_says_why(county):
    page = Page(county.client("officer"), start="01/01/2026", end="31/01/2026")
    assert "The number of people is hidden" in page.text
    assert page.crossed.column("Total")["Total"] in ("<5", "*")


def test_each_chart_has_its_table_with_a_bar_for_each_row(county):
    page = Page(county.client("officer"))
    assert [table.caption for table in page.tables] == [
        "Service area by district: people affected",
        *(f"{title}: people affected" for title in CHARTS),
    ]
    for title in CHARTS:
        chart = page.chart(title)
        assert len(chart.lengths) == len(chart.lines) - 2
        assert max(chart.lengths) == 100
        assert chart.lines[-1][0] == "Total"
    services = page.chart("By service area")
    lengths = dict(zip(services.column(), services.lengths, strict=False))
    assert (lengths["Health care"], lengths["Housing"], lengths["Transport"]) == (100, 26, 0)


def test_a_hidden_count_has_no_bar(county):
    reviewed(county, service="Transport", people_affected=4)
    chart = Page(county.client("officer")).chart("By service area")
    shown = list(zip(chart.column().items(), chart.lengths, strict=False))
    hidden = {label: length for (label, count), length in shown if count in ("<5", "*")}
    assert "Transport" in hidden and len(hidden) == 2 and set(hidden.values()) == {0}


def test_the_filter_is_kept_in_the_page_and_for_the_download(county):
    housing, chesterfield = factories.service_area().pk, factories.district().pk
    query = {
        "service_area": housing, "district": chesterfield, "start": "01/02/2026", "end": "28/02/2026",
        "method": "enquiry", "measure": "records",
    }  # fmt: skip
    page = Page(county.client("officer"), **query)
    assert page.kept == {name: str(value) for name, value in query.items()}
    assert {str(housing), str(chesterfield), "enquiry", "records"} <= page.chosen
    assert "5 on</span>" in page.text and 'value="01/02/2026"' in page.text
    cost = Barrier.objects.get(label="Cost").pk
    assert Page(county.client("manager"), lio=county.peak.pk, barrier=cost).kept == {
        "lio": str(county.peak.pk),
        "barrier": str(cost),
        "measure": "people",
    }


def test_the_filter_narrows_what_is_counted(county):
    # With fifty more where there were three, nothing is small.
    reviewed(county, districts=("Bolsover",), people_affected=50, happened_on=date(2026, 1, 10))
    page = Page(county.client("officer"), start="01/08/2026")
    # August: 30 and 60, of Health care; the 73 before are all of Housing.
    assert "<strong>90</strong> people affected, as far as they were counted within the filter" in page.text
    assert page.chart("By service area").column()["Housing"] == "0"
    assert page.chart("Over time").column() == {
        "Jan to Mar 2026": "0",
        "Apr to Jun 2026": "0",
        "Jul to Sep 2026": "90",
        "Total": "90",
    }


def test_filters_that_make_no_sense_are_ignored(county):
    plain = Page(county.client("officer"))
    for query in (
        {"service_area": "999999"}, {"district": "Chesterfield"}, {"method": "rumour"}, {"strength": "9"},
        {"start": "31/02/2026"}, {"provider": "x"}, {"community": ""}, {"measure": "votes"}, {"lio": "0"},
        {"nonsense": "1"},
    ):  # fmt: skip
        page = Page(county.client("officer"), **query)
        assert [table.lines for table in page.tables] == [table.lines for table in plain.tables], query
        assert page.kept == {"measure": "people"}
    start_alone, with_another = (
        Page(county.client("officer"), start="01/08/2026", **more) for more in ({}, {"method": "rumour"})
    )
    assert start_alone.kept == with_another.kept == {"start": "01/08/2026", "measure": "people"}
    assert [table.lines for table in start_alone.tables] == [table.lines for table in with_another.tables]


@pytest.mark.parametrize("query", [{}, {"start": "01/08/2026"}, {"end": "31/01/2026"}])
@pytest.mark.parametrize("measure", ["people", "records"])
def test_page_file_and_command_show_the_same(county, tmp_path, measure, query):
    client = county.client("manager")
    page = Page(client, measure=measure, **query)
    crossed = download(client, measure=measure, **query)
    assert crossed == page.crossed.lines
    options = {"start": "--from", "end": "--to"}
    target = tmp_path / "need.csv"
    for rows, columns in permutations(DIMENSIONS, 2):
        call_command(
            "evidence_table", "--rows", rows, "--columns", columns, "--measure", measure, "-o", str(target),
            *(part for name, value in query.items() for part in (options[name], value)),
        )  # fmt: skip
        lines = download(client, rows, columns, measure, **query)
        assert list(csv.reader(target.read_text().splitlines())) == lines
        turned = download(client, columns, rows, measure, **query)
        assert [line[1:] for line in lines[1:]] == [list(line) for line in zip(*turned[1:], strict=True)][1:]
    assert {line[0]: line[-1] for line in crossed[1:]} == page.chart("By service area").column()


def test_the_file_is_named_for_what_is_in_it_and_leaves_an_entry(county):
    housing = factories.service_area().pk
    answer = county.client("officer").get(
        f"{reverse(TABLE)}?rows=community&columns=barrier&measure=people&service_area={housing}"
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="unmet-need-community-by-barrier.csv"'
    entry = LogEntry.objects.get(additional_data__act="evidence table exported")
    assert (entry.additional_data["rows"], entry.additional_data["filters"]) == (
        "community",
        ["service_area"],
    )
    assert entry.actor == county.officer


@pytest.mark.parametrize(
    "query",
    [
        "rows=district&columns=district&measure=people",
        "rows=lio&columns=district&measure=people",
        "rows=community&columns=district&measure=votes",
        "columns=district&measure=people",
        "",
    ],
)
def test_a_table_that_can_not_be_is_refused_in_words(cast, query):
    answer = cast.client("officer").get(f"{reverse(TABLE)}?{query}")
    assert answer.status_code == 400 and b"two different things for rows and columns" in answer.content
    assert not LogEntry.objects.filter(additional_data__act="evidence table exported").exists()


@pytest.mark.parametrize("actor", ["lead", "other_lead", "administrator"])
def test_nobody_else_sees_figures(county, actor):
    for url in (reverse(PAGE), f"{reverse(TABLE)}?rows=district&columns=community&measure=people"):
        answer = county.client(actor).get(url)
        assert answer.status_code == 403 and b"113" not in answer.content
        assert county.client("officer").post(url).status_code == 405
        assert county.client("anonymous").get(url).status_code == 302


def test_an_empty_page_leads_on(cast):
    factories.make_evidence(lio=cast.peak, by=cast.officer, people_affected=50)
    page = Page(cast.client("officer"))
    assert "No reviewed record yet." in page.text and "Nothing to add up yet" in page.text
    assert page.tables == [] and reverse("evidence_list") in page.text
    page = Page(cast.client("officer"), method="survey")
    assert "No reviewed record fits the filter." in page.text and "Nothing fits the filter" in page.text
    assert page.text.count(f'href="{reverse(PAGE)}"') >= 2 and page.tables == []


def test_as_many_queries_for_three_records_as_for_one(cast):
    client, numbers = cast.client("manager"), []
    Page(client)
    for records in (1, 2):
        for _ in range(records):
            reviewed(
                cast, districts=("Erewash",), communities=("Roma",), barriers=("Cost",), people_affected=9,
                provider=factories.make_organisation(is_provider=True, is_commissioner=True),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as of_page:
            Page(client, method="enquiry")
        with CaptureQueriesContext(connection) as of_file:
            download(client, method="enquiry")
        numbers.append((len(of_page), len(of_file)))
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) <= 20
