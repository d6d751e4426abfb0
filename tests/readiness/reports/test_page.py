"""The county report as a page: its words, drawings and links, its filter, its queries."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import District
from readiness.charts import bars, tiles
from readiness.models import Edition, SavedView
from readiness.reports import page, pdf, shown, xlsx
from readiness.reports.parts import MOST_COLUMNS
from readiness.reports.values import Cell, Column, Draw, Kind, ReportTable, Row
from tests import factories
from tests.readiness.reports.county import SmallCounty, days_ago, make_county
from tests.readiness.reports.samples import sample

database = pytest.mark.django_db


@pytest.fixture
def county() -> SmallCounty:
    return make_county()


def client_of(county: SmallCounty) -> Client:
    client = Client()
    client.force_login(county.manager, backend="groups.sign_in.PortalBackend")
    return client


def opened(county: SmallCounty, query: str = "", status: int = 200):
    response = client_of(county).get(reverse("county") + query)
    assert response.status_code == status
    return response


def table(response, key: str) -> page.ShownTable:
    return next(table for table in response.context["tables"] if table["key"] == key)


def plain(text: str) -> str:
    """What is seen of a piece of HTML."""
    text = re.sub(r'<span class="visually-hidden">.*?</span>', "", text)
    return re.sub(r"<[^>]+>", "", text)


# Pure


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        (Cell(1204), Kind.COUNT, "1,204"),
        (Cell(0), Kind.COUNT, "0"),
        (Cell(Decimal("2.50")), Kind.LEVEL, "2.50"),
        (Cell(Decimal("-20.83")), Kind.COUNT, "−20.83"),
        (Cell(3), Kind.CHANGE, "+3"),
        (Cell(-3), Kind.CHANGE, "−3"),
        (Cell(0), Kind.CHANGE, "0"),
        (Cell(Decimal("12.5")), Kind.SHARE, "12.5%"),
        (Cell(date(2026, 3, 4)), Kind.DAY, "4 March 2026"),
        (Cell("Derby"), Kind.TEXT, "Derby"),
        (Cell(None), Kind.SCORE, "–"),
        (Cell(None, "<5"), Kind.PEOPLE, "<5"),
    ],
)
def test_values_in_words(cell, kind, words):
    assert shown.words(cell, kind) == words


def test_a_number_with_groups_is_a_link_that_says_of_what_and_a_hidden_one_is_said_aloud():
    column = Column("groups", "Groups")
    linked = page.inner(Cell(3, groups="move=up&lio=1"), column, "/list/", "Derby, Groups: ")
    assert linked == (
        '<a href="/list/?move=up&amp;lio=1"><span class="visually-hidden">Derby, Groups: </span>3</a>'
    )
    assert page.inner(Cell(0, groups="move=up"), column, "/list/", "") == "0"
    assert page.inner(Cell(7), column, "/list/", "") == "7"
    hidden = page.inner(Cell(None, "<5"), column, "/list/", "")
    assert '<span aria-hidden="true">&lt;5</span>' in hidden and "fewer than 5" in hidden
    assert ">hidden<" in page.inner(Cell(None, "*"), column, "/list/", "")


def test_names_are_text_whatever_they_hold():
    made = ReportTable("t", "T", "C", (Column("n", "N"),), (Row("a", "<b>A</b>", (Cell(1),), groups="x=1"),))
    assert page.shown_table(made, "/l/")["rows"][0]["label"] == '<a href="/l/?x=1">&lt;b&gt;A&lt;/b&gt;</a>'


def test_mean_levels_stand_in_the_tone_of_the_nearest_level_and_other_columns_in_none():
    columns = (Column("d", "D", Kind.LEVEL), Column("n", "N"), Column("t", "T", Kind.TEXT))
    rows = (
        Row("a", "A", (Cell(Decimal("2.50")), Cell(3), Cell("x"))),
        Row("b", "B", (Cell(None), Cell(0), Cell(None))),
    )
    made = page.shown_table(ReportTable("t", "T", "C", columns, rows, draw=Draw.HEAT), "/l/")
    assert [cell["css"] for cell in made["rows"][0]["cells"]] == ["numeric level-cell-3", "numeric", ""]
    assert [cell["css"] for cell in made["rows"][1]["cells"]] == ["numeric", "numeric", ""]
    assert [column["css"] for column in made["columns"]] == ["numeric", "numeric", ""]


def test_on_paper_a_wide_table_is_in_the_parts_of_the_pdf():
    made = page.shown_table(sample().table("wide"), "/l/")
    assert [part["words"] for part in made["parts"]] == ["Part 1 of 3", "Part 2 of 3", "Part 3 of 3"]
    assert [len(part["columns"]) for part in made["parts"]] == [10, 10, 10]
    for number, row in enumerate(made["rows"]):
        parts = [part["rows"][number] for part in made["parts"]]
        assert {part["label"] for part in parts} == {row["label"]}
        assert [cell for part in parts for cell in part["cells"]] == row["cells"]
    columns = tuple(Column(str(number), "Bangladeshi") for number in range(MOST_COLUMNS))
    [whole] = page.shown_table(ReportTable("t", "T", "C", columns, ()), "/l/")["parts"]
    assert whole["words"] == "" and whole["columns"][0]["title"] == "Bangla\u00addeshi"


def test_bars_of_two_days_share_one_scale():
    first = bars.day_bars(Decimal(5), Decimal(20), Decimal(20), two=True)
    assert [(bar.width, bar.fill) for bar in first.bars] == [("25", bars.GREEN), ("100", bars.PALE)]
    assert first.bars[1].y > first.bars[0].y + first.bars[0].height - 1
    assert not bars.day_bars(Decimal(0), None, Decimal(20), two=True).bars
    assert not bars.day_bars(Decimal(3), None, Decimal(0), two=False).bars
    assert len(bars.day_bars(Decimal(3), Decimal(9), Decimal(9), two=False).bars) == 1


def test_a_split_bar_is_always_whole():
    drawn = bars.split_bar([Decimal(1), None, Decimal(2), Decimal(0), Decimal(3)])
    assert [bar.x for bar in drawn.bars] == ["0", "16.67", "50"]
    assert sum(Decimal(bar.width) for bar in drawn.bars) == Decimal("100.00")
    assert not bars.split_bar([None, Decimal(0)]).bars


def test_every_district_of_today_has_a_place_of_its_own():
    assert len(set(tiles.PLACES.values())) == len(tiles.PLACES) == 9


def test_districts_without_a_place_stand_below_the_others():
    known = tiles.Place("E06000015", "Derby", Decimal(4), "4", "/derby/")
    new = [tiles.Place(f"E0600009{number}", f"New {number}", None, "–") for number in range(4)]
    drawn = tiles.tile_map([*new, known])
    assert [tile.name for tile in drawn.tiles] == ["Derby", "New 0", "New 1", "New 2", "New 3"]
    derby, first, *_, last = drawn.tiles
    assert first.y > derby.y and last.y > first.y and last.x == first.x
    assert last.y + drawn.size <= drawn.height and derby.x + drawn.size <= drawn.width
    assert (derby.dashes, bool(first.dashes)) == ("", True)
    assert len({(tile.x, tile.y) for tile in drawn.tiles}) == 5


def test_a_map_without_districts_is_empty():
    assert not tiles.tile_map([]).tiles


@pytest.mark.parametrize(
    ("value", "tone"),
    [(None, 0), (Decimal(0), 0), (Decimal(1), 1), (Decimal(25), 1), (Decimal("25.1"), 2), (Decimal(100), 4)],
)
def test_tones_go_by_quarters(value, tone):
    assert tiles.tone(value, Decimal(100)) == tone
    assert tiles.tone(value, Decimal(0)) == 0


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Derby", ["Derby"]),
        ("North East Derbyshire", ["North East", "Derbyshire"]),
        ("West of the Very Long Unitary Council", ["West of the", "Very Long", "Unitary…"]),
        ("Llanfairpwllgwyngyll", ["Llanfairpwll…"]),
    ],
)
def test_names_of_districts_fit_their_tiles(name, lines):
    assert tiles.name_lines(name) == lines


# The page


@database
def test_the_page_begins_with_words_that_lead_to_their_groups(county):
    response = opened(county)
    text = response.content.decode()
    assert text.index("2 of 4 active groups had been assessed") < text.index("The county in figures")
    for sentence in response.context["report"].sentences:
        assert sentence.text in text
        if sentence.groups:
            assert sentence.groups.replace("&", "&amp;") in text


@database
def test_every_table_of_the_report_is_there_and_in_the_contents(county):
    response = opened(county)
    text = response.content.decode()
    report = response.context["report"]
    keys = [table["key"] for table in response.context["tables"]]
    assert sorted(["summary", *keys]) == sorted(table.key for table in report.tables)
    assert keys[0] == "districts"
    for made in response.context["tables"]:
        assert f'<a href="#{made["key"]}">{made["title"]}</a>' in text
        assert text.count(f'id="{made["key"]}"') == 1
    for definition in report.definitions:
        assert definition.word in text


@database
def test_numbers_of_the_page_are_those_of_the_report(county):
    response = opened(county)
    report = response.context["report"]
    for made in response.context["tables"]:
        told = report.table(made["key"])
        for row, shown_row in zip(told.rows, made["rows"], strict=True):
            for column, cell, shown_cell in zip(told.columns, row.cells, shown_row["cells"], strict=True):
                words = shown.words(cell, column.kind).replace("<", "&lt;")
                assert plain(shown_cell["inner"]) == words, (made["key"], row.key, column.key)
    figures = {figure["words"]: plain(figure["number"]) for figure in response.context["figures"]}
    assert figures["Active groups"] == "4" and figures["Mean overall score"] == "58.33"
    assert figures["Change of the mean since the earlier day"] == "+20.83"
    # So it stands in the files too.
    [cards] = pdf.layout(report)["cards"]
    assert ("Change of the mean since the earlier day", "+20.83") in cards["rows"][1]
    sheet = xlsx.table_sheet(report.table("summary"))
    assert ["+#,##0.00" in line[1].look.number for line in sheet.rows if len(line) > 1].count(True) == 1


@database
def test_every_link_of_the_page_opens_a_list_of_as_many_groups(county):
    response = opened(county)
    text = response.content.decode()
    client = client_of(county)
    base = re.escape(reverse("county_groups"))
    # Counts alone: means and late actions aren't numbers of groups.
    found = re.findall(rf'<dd><a href="({base}\?[^"]+)"><span[^>]+>([^<]+): </span>(\d+)</a>', text)
    assert len(found) > 5
    for address, words, number in found:
        if words != "Late actions":
            listed = client.get(address.replace("&amp;", "&"))
            assert listed.context["total"] == int(number), words


@database
def test_the_map_tells_each_district_in_words_and_leads_to_its_groups(county):
    response = opened(county)
    text = response.content.decode()
    drawn = table(response, "districts")["map"]
    assert drawn is not None and len(drawn.tiles) == 10  # nine districts and "no district recorded"
    assert 'aria-label="Derby: 2"' in text and 'aria-label="No district recorded: 1"' in text
    derby = next(tile for tile in drawn.tiles if tile.name == "Derby")
    listed = client_of(county).get(derby.url)
    assert [line["group"] for line in listed.context["lines"]] == ["Birch", "Cedar"]


@database
def test_the_map_is_toned_by_the_column_that_is_asked(county):
    response = opened(county, "?map=score")
    tile = next(tile for tile in table(response, "districts")["map"].tiles if tile.name == "Derby")
    assert tile.words == "62.50" and tile.fill == tiles.TONES[3][0] and tile.url
    assert response.context["tone"].key == "score"
    assert opened(county, "?map=nonsense").context["tone"].key == "groups"


@database
def test_a_district_that_is_made_anew_gets_a_tile(county):
    district = District.objects.create(name="Greater Derby", gss_code="E06000099")
    county.groups["Dogwood"].districts.set([district])
    drawn = table(opened(county), "districts")["map"]
    assert max(drawn.tiles, key=lambda tile: tile.y).name == "Greater Derby"


@database
def test_the_filter_lives_in_the_address_and_is_said(county):
    response = opened(
        county, f"?lio={county.vale.pk}&kind=generic&as_at={days_ago(5)}&compare={days_ago(50)}"
    )
    assert response.context["report"].table("summary").rows[0].cells[0].value == 1
    text = response.content.decode()
    assert "LIO: Vale" in text and "2 on" in text
    assert f'value="{days_ago(5):%d/%m/%Y}"' in text
    assert f"lio={county.vale.pk}&amp;kind=generic" in text


@database
def test_a_wrong_day_is_said_and_the_rest_is_shown(county):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = opened(county, f"?as_at={tomorrow}&lio={county.vale.pk}", status=422)
    assert "That day is still to come." in response.content.decode()
    assert response.context["choice"].as_at == timezone.localdate()
    assert response.context["report"].table("summary").rows[0].cells[0].value == 2
    response = opened(county, f"?as_at={tomorrow}&compare={tomorrow}", status=422)
    assert response.context["choice"].compare < timezone.localdate()
    assert "There is a problem" in opened(county, "?as_at=soon&lio=999999", status=422).content.decode()


@database
def test_addresses_of_the_old_list_lead_to_the_list(county):
    response = client_of(county).get(reverse("county") + "?q=ash&sort=score")
    assert (
        response.status_code == 302 and response["Location"] == reverse("county_groups") + "?q=ash&sort=score"
    )


@database
def test_unmet_need_leads_to_its_own_pages_and_says_what_is_hidden(county):
    other = factories.make_officer(lio=county.peak)
    factories.make_evidence(
        lio=county.peak, by=county.officer, reviewed_by=other, districts=("Derby",), people_affected=3
    )
    derby = District.objects.get(name="Derby").pk
    text = opened(county, f"?district={derby}&as_at=2026-01-31").content.decode()
    assert f"{reverse('evidence_analysis')}?district={derby}&amp;end=31%2F01%2F2026" in text
    text = opened(county).content.decode()
    assert "fewer than 5" in text and "on this page are hidden" in text


@database
def test_own_saved_views_are_on_the_page_and_nobody_elses(county):
    SavedView.objects.create(owner=county.manager, name="Derby, quarterly", query="kind=network")
    SavedView.objects.create(owner=factories.make_manager(), name="Another’s")
    text = opened(county).content.decode()
    assert (
        f'<a href="{reverse("county")}?kind=network">Derby, quarterly</a>' in text and "Another’s" not in text
    )


@database
def test_a_filter_that_nothing_fits_says_what_to_do_next(county):
    assert "No group fits" in opened(county, "?kind=emerging").content.decode()
    assert "No group fits" not in opened(county).content.decode()


@database
def test_where_no_group_fits_what_people_need_there_is_shown_all_the_same(county):
    other = factories.make_officer(lio=county.peak)
    district = District.objects.get(name="Bolsover")
    assert not district.groups.exists()
    for _ in range(2):
        factories.make_evidence(
            lio=county.peak, by=county.officer, reviewed_by=other, districts=("Bolsover",), people_affected=40
        )
    response = opened(county, f"?district={district.pk}")
    text = response.content.decode()
    assert "No group fits" in text and "hang on groups" in text and "Take it with you" in text
    assert "In words" not in text
    keys = [table["key"] for table in response.context["tables"]]
    assert set(keys) == set(page.NOT_OF_GROUPS) and len(keys) == len(page.NOT_OF_GROUPS)
    [need] = [table for table in response.context["tables"] if table["key"] == "need_by_district"]
    assert "80" in need["rows"][-1]["cells"][-1]["inner"]


@database
def test_an_empty_county_says_what_to_do_next(client):
    client.force_login(factories.make_manager(), backend="groups.sign_in.PortalBackend")
    text = client.get(reverse("county")).content.decode()
    assert "No groups yet" in text and "The county in figures" not in text and "What the words mean" in text


@database
def test_a_day_before_there_were_groups_says_so_and_does_not_speak_of_an_empty_county(county):
    text = opened(county, "?as_at=2000-01-01").content.decode()
    assert "No groups on that day" in text and "Show the county today" in text and "No groups yet" not in text


@database
def test_the_page_stands_without_an_edition(county):
    Edition.objects.update(is_current=False)
    assert opened(county).context["tables"]


@database
def test_queries_are_bounded_and_do_not_grow_with_groups(county):
    client = client_of(county)
    where = reverse("county")

    def queries() -> int:
        client.get(where)
        with CaptureQueriesContext(connection) as seen:
            client.get(where)
        return len(seen)

    few = queries()
    # The report takes 23; who is there, the filter's lists, saved views and routes that are due come besides.
    assert few <= 28
    for _ in range(3):
        group = factories.make_group(lio=county.peak)
        group.districts.set(District.objects.all()[:2])
        factories.make_assessment(group=group, by=county.officer)
    assert queries() == few


@database
def test_a_wide_table_is_whole_on_screen_and_in_parts_on_paper(county):
    title = "Table: Unmet need: service area by community"
    screen, paper = (opened(county, query).content.decode() for query in ("", "?paper=1"))
    # Where the page itself is printed, its styles show the parts instead.
    assert f'aria-label="{title}"' in screen and f'aria-label="{title}, part 1 of 2"' in screen
    assert screen.count('class="whole-table"') == 1 and "whole-table" not in paper
    assert f'aria-label="{title}"' not in paper and f'aria-label="{title}, part 2 of 2"' in paper
    assert paper.count("<h3>Part ") == 2 and "Bangla\u00addeshi" in paper


@database
def test_a_table_without_rows_says_so(county):
    response = opened(county)
    empty = [table["key"] for table in response.context["tables"] if not table["rows"]]
    assert "languages" in empty
    assert response.content.decode().count("There is nothing to count here.") == len(empty)


@database
def test_a_long_table_has_a_window_of_its_own_on_screen_and_none_on_paper(county, monkeypatch):
    tables = opened(county).context["tables"]
    longest = max(tables, key=lambda table: len(table["rows"]))
    monkeypatch.setattr(page, "LONG", len(longest["rows"]) - 1)
    screen, paper = (opened(county, query).content.decode() for query in ("", "?paper=1"))
    assert 'table-box-long" tabindex="0" role="region"' in screen
    assert screen.count("table-box-long") == sum(len(table["rows"]) > page.LONG for table in tables)
    assert "table-box-long" not in paper
    monkeypatch.setattr(page, "LONG", len(longest["rows"]))
    assert "table-box-long" not in opened(county).content.decode()
