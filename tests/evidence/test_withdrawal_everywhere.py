"""A withdrawn or unconsented quote appears nowhere outside its record's own pages, nor in a file made before.

Every page is looked at as everybody, every file and every column is read. Pages that come later are looked at too.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from evidence.brief_data import BriefChoice
from evidence.briefs import issue_brief
from evidence.models import Brief, Evidence, FocusGroup, Quote, SearchEntry
from evidence.search_index import forget_deleted
from groups.models import Visit
from groups.people import break_glass
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence import marker_walk
from tests.evidence.marker_walk import in_database, in_files, markers_in, on_pages

# Thousands of pages or tables: noting the lines that they pass takes long, and no gate rests on them.
pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

# Words and speaker of each quote.
TO_WITHDRAW, OF_FOCUS_GROUP = ("Zqmarkerax", "Zqmarkeray"), ("Zqmarkerbx", "Zqmarkerby")
NEVER_ASKED, FOR_PORTFOLIO, ALLOWED = (
    ("Zqmarkercx", "Zqmarkercy"),
    ("Zqmarkerdx", "Zqmarkerdy"),
    ("Zqmarkerex", "Zqmarkerey"),
)
EVERY_USE = "brief report portfolio"
# The record's own pages, those that ask about one of its quotes among them.
OWN_PAGES = {
    "evidence_detail",
    "evidence_review",
    "quote_edit",
    "quote_delete",
    "quote_consent",
    "quote_withdraw",
}
# What was said in a focus group stands on the focus group's page as well.
FOCUS_PAGES = {"focus_group_detail"}
# And what may be used in a portfolio, in that of the group that told of it.
PORTFOLIO_PAGES = {"portfolio", "portfolio_file", "lead_portfolio", "lead_portfolio_file"}
OWN_COLUMNS = {"evidence_quote.text", "evidence_quote.speaker"}


@dataclass
class County:
    """The cast with a record, its quotes and a brief that holds the two that will be withdrawn."""

    cast: Cast
    record: Evidence
    focus_group: FocusGroup
    visit: Visit
    quotes: dict[tuple[str, str], Quote]
    brief: Brief
    files_before: set[Path] = field(default_factory=set)

    @property
    def pks(self) -> set[int]:
        things = (self.record, self.focus_group, self.visit, self.brief, self.cast.sunrise)
        return {thing.pk for thing in (*things, *self.quotes.values())}

    @property
    def queries(self) -> list[str]:
        """What is asked of every list and every form that looks something up."""
        area = self.record.service_area_id
        return [
            f"?q=lighthouse&service_area={area}&format={kind}&kind={kind}&quarter=2026-3"
            for kind in ("csv", "xlsx")
        ] + [f"?q=lighthouse&service_area={area}", f"?service_area={area}&group={self.cast.sunrise.pk}"]

    def pages(self, *actors: str) -> dict[str, dict[str, set[str]]]:
        clients = marker_walk.clients_of(self.cast, *([actors] if actors else []))
        return on_pages(self.cast, clients, pks=self.pks, queries=self.queries)


@pytest.fixture
def county() -> County:
    """Everything is reviewed and told by Sunrise on a visit; an administrator has opened its case file."""
    before = marker_walk.stored_files()
    marker_walk.number_kinds_apart()
    cast = make_cast()
    break_glass(user=cast.administrator, group=cast.sunrise, reason="The group rang us about its record.")
    colleague = factories.make_officer(lio=cast.peak, name="Colin Colleague")
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    record = factories.make_evidence(
        lio=cast.peak, by=colleague, reviewed_by=cast.officer, groups=(cast.sunrise,), visit=visit,
        summary="They wait at the lighthouse.", districts=("Chesterfield",), people_affected=7,
    )  # fmt: skip
    focus_group = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    focus_group.groups.add(cast.sunrise)
    quotes = {}
    for marks, uses in (
        (TO_WITHDRAW, EVERY_USE),
        (OF_FOCUS_GROUP, EVERY_USE),
        (NEVER_ASKED, ""),
        (FOR_PORTFOLIO, "portfolio"),
        (ALLOWED, EVERY_USE),
    ):
        quote = factories.make_quote(
            record=record, by=cast.officer, text=f"The lighthouse is {marks[0]}.", uses=uses
        )
        quote.speaker = f"a {marks[1]} reader"
        quote.focus_group = focus_group if marks == OF_FOCUS_GROUP else None
        quote.save()
        quotes[marks] = quote
    brief = issue_brief(
        lio=cast.peak,
        choice=BriefChoice(service_area=record.service_area),
        by=cast.officer,
        client_id=uuid4(),
    )
    return County(cast, record, focus_group, visit, quotes, brief, before)


def withdrawn(county: County, capture) -> None:
    """Withdraws by the page, as an officer does, the two quotes; their files go when that is certain."""
    client = county.cast.client("officer")
    for marks in (TO_WITHDRAW, OF_FOCUS_GROUP):
        with capture(execute=True):
            client.post(reverse("quote_withdraw", args=[county.quotes[marks].pk]))


def where(found: dict[str, dict[str, set[str]]], *quotes: tuple[str, str]) -> set[str]:
    """URL names of pages on which anybody saw anything of these quotes."""
    looked_for = {mark for marks in quotes for mark in marks}
    return {name for name, by_actor in found.items() if any(looked_for & seen for seen in by_actor.values())}


def written_by_commands(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """What each command that writes evidence writes, and the markers in it."""
    for command, endings in (
        ("export_evidence", {"csv": ["--format", "csv"], "xlsx": ["--format", "xlsx"]}),
        ("evidence_brief", {"pdf": ["--service", "Housing"], "docx": ["--service", "Housing"]}),
        ("portfolio", {"pdf": ["--group", "Sunrise"], "docx": ["--group", "Sunrise"]}),
        (
            "evidence_table",
            {"csv": ["--rows", "service_area", "--columns", "district", "--measure", "people"]},
        ),
    ):
        for ending, options in endings.items():
            target = folder / f"{command}.{ending}"
            said = io.StringIO()
            call_command(command, *options, "-o", str(target), stdout=said)
            yield target.name, markers_in(target.read_bytes()) | markers_in(said.getvalue())


def test_before_anything_is_withdrawn_the_quote_stands_wherever_consent_lets_it(county, tmp_path):
    """Without this the test below would prove nothing: the same walk finds the words while they are allowed."""
    found = county.pages("officer")
    everywhere = {"search", "brief_new", "brief_file", "evidence_export"}
    for marks in (TO_WITHDRAW, OF_FOCUS_GROUP, ALLOWED):
        assert where(found, marks) >= everywhere | OWN_PAGES - {"evidence_review"}, marks
        assert found["brief_new"]["officer"] >= set(marks)
    assert where(found, OF_FOCUS_GROUP) >= FOCUS_PAGES | {"portfolio", "portfolio_file"}
    assert where(found, FOR_PORTFOLIO) >= OWN_PAGES - {"evidence_review"} | {"portfolio", "portfolio_file"}
    files = in_files(county.files_before)
    assert len(files) == 2 and all(
        marks >= {*TO_WITHDRAW, *OF_FOCUS_GROUP, *ALLOWED} for marks in files.values()
    )
    columns = in_database()
    for place in ("evidence_brief.snapshot", "evidence_searchentry.body", *OWN_COLUMNS):
        assert TO_WITHDRAW[0] in columns[place] or TO_WITHDRAW[1] in columns[place], place
    written = dict(written_by_commands(tmp_path))
    for name in ("evidence_brief.pdf", "evidence_brief.docx"):
        assert written[name] == {*TO_WITHDRAW, *OF_FOCUS_GROUP, *ALLOWED}
    # The three newest of those whose speakers agreed to it.
    for name in ("portfolio.pdf", "portfolio.docx"):
        assert written[name] == {*OF_FOCUS_GROUP, *FOR_PORTFOLIO, *ALLOWED}
    for name in ("export_evidence.csv", "export_evidence.xlsx"):
        assert written[name] == {TO_WITHDRAW[0], OF_FOCUS_GROUP[0], ALLOWED[0]}


def test_afterwards_it_stands_on_its_records_own_pages_and_nowhere_else(
    county, django_capture_on_commit_callbacks
):
    withdrawn(county, django_capture_on_commit_callbacks)
    found = county.pages()
    # The walk still sees what is allowed.
    assert where(found, ALLOWED) >= {"search", "brief_new", "evidence_export"} | PORTFOLIO_PAGES
    assert where(found, FOR_PORTFOLIO) <= OWN_PAGES | PORTFOLIO_PAGES
    assert where(found, FOR_PORTFOLIO) >= PORTFOLIO_PAGES
    assert where(found, TO_WITHDRAW, NEVER_ASKED) <= OWN_PAGES
    assert where(found, OF_FOCUS_GROUP) <= OWN_PAGES | FOCUS_PAGES
    assert where(found, TO_WITHDRAW) >= {"evidence_detail", "quote_edit", "quote_consent"}
    # And nobody but the people of its LIO's case files reads it there; the group's lead reads its portfolio.
    readers = {actor for name, by_actor in found.items() for actor in by_actor if "lead_" not in name}
    assert readers == {"officer", "manager", "administrator"}
    for name in ("lead_portfolio", "lead_portfolio_file"):
        assert found[name] == {"lead": {*FOR_PORTFOLIO, *ALLOWED}}
    assert not mail.outbox


def test_afterwards_no_file_holds_it_and_the_brief_with_it_is_gone(
    county, django_capture_on_commit_callbacks
):
    withdrawn(county, django_capture_on_commit_callbacks)
    assert in_files(county.files_before) == {}
    county.brief.refresh_from_db()
    assert county.brief.withdrawn_at is not None and not county.brief.pdf and not county.brief.docx
    for ending in ("pdf", "docx"):
        address = reverse("brief_file", args=[county.brief.pk, ending])
        assert county.cast.client("officer").get(address).status_code == 404


def test_afterwards_no_command_writes_it(county, django_capture_on_commit_callbacks, tmp_path):
    withdrawn(county, django_capture_on_commit_callbacks)
    call_command("rebuild_search", stdout=io.StringIO())
    written = dict(written_by_commands(tmp_path))
    assert written == {
        "export_evidence.csv": {ALLOWED[0]},
        "export_evidence.xlsx": {ALLOWED[0]},
        "evidence_brief.pdf": set(ALLOWED),
        "evidence_brief.docx": set(ALLOWED),
        "evidence_table.csv": set(),
        "portfolio.pdf": {*FOR_PORTFOLIO, *ALLOWED},
        "portfolio.docx": {*FOR_PORTFOLIO, *ALLOWED},
    }
    assert set(SearchEntry.objects.filter(kind="quote").values_list("object_id", flat=True)) == {
        county.quotes[ALLOWED].pk
    }


def test_afterwards_only_the_quotes_own_columns_hold_it(county, django_capture_on_commit_callbacks):
    withdrawn(county, django_capture_on_commit_callbacks)
    # SQLite's index keeps words that nothing finds any more until it is tidied up.
    forget_deleted()
    gone = {mark for marks in (TO_WITHDRAW, OF_FOCUS_GROUP, NEVER_ASKED, FOR_PORTFOLIO) for mark in marks}
    columns = in_database()
    assert {place for place, marks in columns.items() if marks & gone} == OWN_COLUMNS
    assert any(set(ALLOWED) & marks for place, marks in columns.items() if place not in OWN_COLUMNS)
