"""Unmet need added up: every table of a county small enough to be counted by hand."""

from datetime import date
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evidence.analysis import DIMENSIONS, MEASURES, PROVIDERS_SHOWN, CrossTable, analyse, cross_table
from evidence.models import Evidence
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.disclosure import TOTAL

pytestmark = pytest.mark.django_db

NONE = "Not recorded"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def reviewed(cast: Cast, **fields) -> Evidence:
    return factories.make_evidence(lio=cast.peak, by=cast.officer, reviewed_by=cast.other_officer, **fields)


@pytest.fixture
def county(cast) -> None:
    """Four records that count.

    | service     | districts               | communities     | barriers      | provider  | method  | day    | people |
    | Housing     | Chesterfield, High Peak | Pakistani       | Cost          | Northdale | survey  | 10 Jan | 20     |
    | Housing     | Chesterfield            | Pakistani, Roma | Cost, Digital | Northdale | enquiry | 10 Feb | 12     |
    | Health care | High Peak               | Indian          |               |           | enquiry | 1 Aug  | 30     |
    | Health care |                         |                 | Digital       | Southdale | survey  | 15 Aug |        |

    And a draft that would change every number.
    """
    north, south = (factories.make_organisation(name=name) for name in ("Northdale", "Southdale"))
    reviewed(
        cast, districts=("Chesterfield", "High Peak"), communities=("Pakistani",), barriers=("Cost",),
        provider=north, method="survey", strength="several", happened_on=date(2026, 1, 10), people_affected=20,
    )  # fmt: skip
    reviewed(
        cast, districts=("Chesterfield",), communities=("Pakistani", "Roma"), barriers=("Cost", "Digital"),
        provider=north, happened_on=date(2026, 2, 10), people_affected=12,
    )  # fmt: skip
    reviewed(
        cast, service="Health care", districts=("High Peak",), communities=("Indian",),
        happened_on=date(2026, 8, 1), people_affected=30,
    )  # fmt: skip
    reviewed(
        cast, service="Health care", barriers=("Digital",), provider=south, method="survey",
        strength="systematic", happened_on=date(2026, 8, 15),
    )  # fmt: skip
    factories.make_evidence(
        lio=cast.peak, by=cast.officer, districts=("Chesterfield",), communities=("Pakistani",),
        barriers=("Cost",), provider=north, happened_on=date(2026, 2, 10), people_affected=500,
    )  # fmt: skip


# People and records. A record with two districts counts in both, and once in a total; whoever wasn't counted is nobody.
ALL = (62, 4)
TOTALS = {
    "service_area": {"Housing": (32, 2), "Health care": (30, 2)},
    "district": {"Chesterfield": (32, 2), "High Peak": (50, 2), NONE: (0, 1)},
    "community": {"Pakistani": (32, 2), "Roma": (12, 1), "Indian": (30, 1), NONE: (0, 1)},
    "barrier": {"Cost": (32, 2), "Digital": (12, 2), NONE: (30, 1)},
}
CELLS = {
    ("service_area", "district"): {
        ("Housing", "Chesterfield"): (32, 2),
        ("Housing", "High Peak"): (20, 1),
        ("Health care", "High Peak"): (30, 1),
        ("Health care", NONE): (0, 1),
    },
    ("service_area", "community"): {
        ("Housing", "Pakistani"): (32, 2),
        ("Housing", "Roma"): (12, 1),
        ("Health care", "Indian"): (30, 1),
        ("Health care", NONE): (0, 1),
    },
    ("service_area", "barrier"): {
        ("Housing", "Cost"): (32, 2),
        ("Housing", "Digital"): (12, 1),
        ("Health care", NONE): (30, 1),
        ("Health care", "Digital"): (0, 1),
    },
    ("district", "community"): {
        ("Chesterfield", "Pakistani"): (32, 2),
        ("Chesterfield", "Roma"): (12, 1),
        ("High Peak", "Pakistani"): (20, 1),
        ("High Peak", "Indian"): (30, 1),
        (NONE, NONE): (0, 1),
    },
    ("district", "barrier"): {
        ("Chesterfield", "Cost"): (32, 2),
        ("Chesterfield", "Digital"): (12, 1),
        ("High Peak", "Cost"): (20, 1),
        ("High Peak", NONE): (30, 1),
        (NONE, "Digital"): (0, 1),
    },
    ("community", "barrier"): {
        ("Pakistani", "Cost"): (32, 2),
        ("Pakistani", "Digital"): (12, 1),
        ("Roma", "Cost"): (12, 1),
        ("Roma", "Digital"): (12, 1),
        ("Indian", NONE): (30, 1),
        (NONE, "Digital"): (0, 1),
    },
}


def counts(table: CrossTable) -> dict[tuple[str, ...], int]:
    """What a table counts before anything is hidden, by labels, without noughts."""
    names = {TOTAL: "Total"}
    return {
        tuple(names.get(at) or labels[at] for at, labels in zip(key, (table.rows, table.columns), strict=False)): count
        for key in table.protected.table.places()
        if (count := table.protected.table[key])
    }  # fmt: skip


def bars(table: CrossTable) -> dict[str, str]:
    """Label and count of each row as it is shown, without noughts."""
    return {label: str(count) for label, count, _ in table.bars if count.value != 0}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("rows", "columns"), list(permutations(DIMENSIONS, 2)))
def test_each_pair_is_counted_as_by_hand(county, rows, columns, measure):
    cells = CELLS.get((rows, columns)) or {
        (row, column): count for (column, row), count in CELLS[columns, rows].items()
    }
    expected = {
        **cells,
        **{(row, "Total"): count for row, count in TOTALS[rows].items()},
        **{("Total", column): count for column, count in TOTALS[columns].items()},
        ("Total", "Total"): ALL,
    }
    table = cross_table(Evidence.objects.all(), None, rows, columns, measure)
    place = list(MEASURES).index(measure)
    assert counts(table) == {key: count[place] for key, count in expected.items() if count[place]}
    assert table.title == f"{DIMENSIONS[rows].title} by {DIMENSIONS[columns].title.lower()}"
    assert table.counts_several and table.note.endswith("once in the total.")


def test_lines_have_every_value_on_offer_and_the_totals_last(county):
    table = cross_table(Evidence.objects.all(), None, "service_area", "district", "people")
    assert [label for label, _ in table.lines][-1] == "Total"
    assert next(iter(table.columns.values())) == "Amber Valley"
    assert list(table.columns.values())[-1] == NONE
    assert NONE not in table.rows.values()
    header = [*table.columns.values(), "Total"]
    lines = {label: dict(zip(header, map(str, found), strict=True)) for label, found in table.lines}
    assert len(lines) == 15 and len(lines["Housing"]) == 11
    assert lines["Housing"]["Chesterfield"] == "32" and lines["Housing"]["Total"] == "32"
    assert lines["Transport"]["Erewash"] == lines["Transport"]["Total"] == "0"
    assert (lines["Total"]["High Peak"], lines["Total"]["Total"]) == ("50", "62")
    assert str(table.total) == "62"


def test_a_value_that_is_no_longer_offered_stands_only_where_it_was_used(county):
    for label in ("Housing", "Transport"):
        area = factories.service_area(label)
        area.retired_on = date(2026, 9, 1)
        area.save()
    table = cross_table(Evidence.objects.all(), None, "service_area", "barrier", "people")
    assert "Housing" in table.rows.values() and "Transport" not in table.rows.values()


def test_rows_and_columns_must_differ():
    with pytest.raises(ValueError, match="two different things"):
        cross_table(Evidence.objects.all(), None, "district", "district", "people")


def test_the_page_counts_people_by_one_thing_at_a_time(county):
    found = analyse(Evidence.objects.all(), None, "people")
    assert str(found.total) == "62"
    assert bars(found.by_service.as_bars) == {"Housing": "32", "Health care": "30"}
    assert found.by_service.as_bars.title == "By service area"
    assert bars(found.by_community) == {"Pakistani": "32", "Roma": "12", "Indian": "30"}
    assert bars(found.by_barrier) == {"Cost": "32", "Digital": "12", NONE: "30"}
    assert bars(found.by_provider) == {"Northdale": "32", NONE: "30"}
    assert bars(found.by_method) == {"Requests and enquiries": "42", "Research or survey": "20"}
    assert bars(found.by_strength) == {"One account": "42", "Several": "20"}
    assert all(str(table.total) == "62" for table in found.tables)
    assert counts(found.by_service) == counts(
        cross_table(Evidence.objects.all(), None, "service_area", "district", "people")
    )


def test_the_page_counts_records_by_one_thing_at_a_time(county):
    found = analyse(Evidence.objects.all(), None, "records")
    assert counts(found.by_provider) == {("Northdale",): 2, ("Southdale",): 1, (NONE,): 1, ("Total",): 4}
    assert counts(found.by_method) == {
        ("Requests and enquiries",): 2,
        ("Research or survey",): 2,
        ("Total",): 4,
    }
    assert counts(found.by_strength)["Systematic",] == 1
    assert {str(count) for _, count, _ in found.by_method.bars} == {"<5", "0"}


def test_quarters_without_a_record_are_shown_between_those_with_one(county):
    over_time = analyse(Evidence.objects.all(), None, "people").over_time
    assert [(label, str(count), length) for label, count, length in over_time.bars] == [
        ("Jan to Mar 2026", "32", 100),
        ("Apr to Jun 2026", "0", 0),
        ("Jul to Sep 2026", "30", 94),
    ]


def test_quarters_go_on_over_the_turn_of_a_year(cast):
    for day in (date(2025, 12, 31), date(2026, 4, 1)):
        reviewed(cast, happened_on=day, people_affected=9)
    over_time = analyse(Evidence.objects.all(), None, "people").over_time
    assert [label for label, _, _ in over_time.bars] == [
        "Oct to Dec 2025",
        "Jan to Mar 2026",
        "Apr to Jun 2026",
    ]


def test_a_filter_counts_what_fits_and_keeps_all_rows(county):
    # Chesterfield: 20 and 12. The first names High Peak too, and counts there as well.
    chosen = Evidence.objects.filter(districts=factories.district("Chesterfield"))
    found = analyse(Evidence.objects.all(), chosen, "people")
    assert str(found.total) == "32"
    assert counts(found.by_service) == {
        ("Housing", "Chesterfield"): 32,
        ("Housing", "High Peak"): 20,
        ("Housing", "Total"): 32,
        ("Total", "Chesterfield"): 32,
        ("Total", "High Peak"): 20,
        ("Total", "Total"): 32,
    }
    assert len(found.over_time.rows) == 3 and NONE in found.by_provider.rows.values()
    assert (
        counts(cross_table(Evidence.objects.all(), chosen, "community", "barrier", "people"))[
            "Pakistani", "Digital"
        ]
        == 12
    )


def test_nobody_counts_outside_the_scope_whatever_the_filter_says(county, cast):
    assert str(analyse(Evidence.objects.visible_to(cast.other_officer), None, "people").total) == "0"
    chosen = Evidence.objects.all()
    assert str(analyse(Evidence.objects.visible_to(cast.other_officer), chosen, "people").total) == "0"


def providers(cast: Cast, *people: int) -> list[str]:
    """One record each for Provider 01, Provider 02 and so on."""
    names = [f"Provider {number:02}" for number in range(1, len(people) + 1)]
    for name, count in zip(names, people, strict=True):
        reviewed(cast, provider=factories.make_organisation(name=name), people_affected=count)
    return names


def test_twenty_providers_are_named_and_the_rest_counted_together(cast):
    names = providers(cast, *range(10, 10 + PROVIDERS_SHOWN + 3))
    table = analyse(Evidence.objects.all(), None, "people").by_provider
    # The three that were named least often: 10, 11 and 12 people.
    assert [label for label, _, _ in table.bars] == [*names[3:], "3 others"]
    assert bars(table)["3 others"] == "33"
    assert bars(table)["Provider 04"] == "13"


def test_one_provider_too_many_is_one_other(cast):
    providers(cast, *[10] * (PROVIDERS_SHOWN + 1))
    table = analyse(Evidence.objects.all(), None, "people").by_provider
    assert [label for label, _, _ in table.bars][-1] == "1 other"


def test_the_order_of_providers_tells_nothing_of_hidden_counts(cast):
    # 2 and 1 of 8: if the larger came first, everybody could tell which is which.
    providers(cast, 5, 1, 2)
    table = analyse(Evidence.objects.all(), None, "people").by_provider
    assert [label for label, _, _ in table.bars] == ["Provider 01", "Provider 02", "Provider 03"]


def test_no_small_count_takes_a_place_among_the_providers_named_most(cast):
    # Were the ones with 4 named, all left over would be known to have no more than 4 each.
    providers(cast, *[4] * (PROVIDERS_SHOWN + 2), 9, 0)
    table = analyse(Evidence.objects.all(), None, "people").by_provider
    assert bars(table) == {"Provider 23": "9", "23 others": "88"}


def test_a_hidden_count_has_no_length_and_does_not_scale_the_others(cast):
    providers(cast, 30, 3, 60)
    shown = analyse(Evidence.objects.all(), None, "people").by_provider.bars
    assert [(str(count), length) for _, count, length in shown] == [("*", 0), ("<5", 0), ("60", 100)]


def test_as_many_queries_for_thirty_records_as_for_one(cast):
    numbers = []
    for records in (1, 2, 27):
        for _ in range(records):
            reviewed(
                cast, districts=("Chesterfield",), communities=("Roma",), barriers=("Cost",),
                provider=factories.make_organisation(), people_affected=9,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as of_page:
            analyse(Evidence.objects.all(), Evidence.objects.filter(method="enquiry"), "people")
        with CaptureQueriesContext(connection) as of_table:
            cross_table(Evidence.objects.all(), None, "district", "community", "people")
        numbers.append((len(of_page), len(of_table)))
    assert numbers[0] == numbers[1] == numbers[2]
    assert numbers[0][0] <= 8 + len(DIMENSIONS) and numbers[0][1] <= 6
