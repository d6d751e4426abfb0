"""Whatever is recorded: numbers of the analysis are true, and no small one follows from all that is published of it.

The reader of tests/core/test_disclosure.py here reads what a person can fetch: every table of the page and every
cross-table, unfiltered and within two filters. It knows which numbers are the same one in two tables, and that a
record may stand in several rows.
"""

from contextlib import contextmanager
from datetime import date, timedelta
from itertools import combinations

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evidence.analysis import DIMENSIONS, CrossTable, analyse, cross_table
from evidence.models import Barrier, Evidence
from groups.models import Community, District, ServiceArea
from tests import factories
from tests.core.test_disclosure import SMALL, Reader
from toolkit_portal.core.disclosure import TOTAL, is_small

# Thousands of pages or tables: noting the lines that they pass takes long, and no gate rests on them.
pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

SEVERAL = ("district", "community", "barrier")
FIRST_DAY = date(2026, 1, 5)
QUARTER = timedelta(days=92)
METHODS = ("survey", "enquiry")
PATIENCE = 200  # tries for each number
MOST = 100  # more people than any example has


@pytest.fixture
def county(db):
    """Lists cut down to a few values each, so that a reader can try every number."""
    lists = {}
    for name, model, kept in (
        ("service_area", ServiceArea, 2),
        ("district", District, 2),
        ("community", Community, 2),
        ("barrier", Barrier, 2),
    ):
        lists[name] = list(model.objects.all()[:kept])
        model.objects.exclude(pk__in=[row.pk for row in lists[name]]).delete()
    lists["provider"] = [factories.make_organisation(name=name) for name in ("Northdale", "Southdale")]
    lists["lio"] = [factories.make_lio(name="Peak")]
    return lists


def some(number):
    return st.frozensets(st.integers(0, number - 1), max_size=number)


records = st.fixed_dictionaries(
    {
        "service_area": st.integers(0, 1),
        "provider": st.sampled_from((None, 0, 1)),
        "district": some(2),
        "community": some(2),
        "barrier": some(2),
        "quarter": st.integers(0, 1),
        "method": st.integers(0, 1),
        "people": st.sampled_from((None, *range(1, 13))),
        "draft": st.sampled_from((False, False, False, True)),
    }
)

# What a person may choose on the page, and whether a record fits.
FILTERS = {
    "start": lambda record: record["quarter"] == 1,
    "survey": lambda record: record["method"] == 0,
    "service": lambda record: record["service_area"] == 0,
    "district": lambda record: 0 in record["district"],
    "community": lambda record: 0 in record["community"],
}


def fits(name, county):
    """The same choice as a query; none for no choice."""
    return {
        "": None,
        "start": Evidence.objects.within(FIRST_DAY + QUARTER),
        "survey": Evidence.objects.filter(method=METHODS[0]),
        "service": Evidence.objects.filter(service_area=county["service_area"][0]),
        "district": Evidence.objects.filter(districts=county["district"][0]),
        "community": Evidence.objects.filter(communities=county["community"][0]),
    }[name]


@contextmanager
def recorded(county, given_records):
    """The records in the database, for as long as the block runs."""
    with transaction.atomic():
        rows = [
            Evidence(
                lio=county["lio"][0],
                service_area=county["service_area"][given["service_area"]],
                provider=None if given["provider"] is None else county["provider"][given["provider"]],
                happened_on=FIRST_DAY + given["quarter"] * QUARTER,
                last_day=FIRST_DAY + given["quarter"] * QUARTER,
                method=METHODS[given["method"]],
                people_affected=given["people"],
                summary="The letter came in English only.",
                **(
                    {}
                    if given["draft"]
                    else {"state": "reviewed", "reviewed_at": timezone.now(), "imported": True}
                ),
            )
            for given in given_records
        ]
        Evidence.objects.bulk_create(rows)
        for name, field in (("district", "districts"), ("community", "communities"), ("barrier", "barriers")):
            links = getattr(Evidence, field).through
            links.objects.bulk_create(
                links(**{"evidence_id": row.pk, f"{name}_id": county[name][number].pk})
                for row, given in zip(rows, given_records, strict=True)
                for number in given[name]
            )
        yield
        transaction.set_rollback(True)


def published(chosen, measure) -> list[tuple[tuple[str, ...], CrossTable]]:
    """All that can be had of one filter, with what lies along the axes of each table."""
    scope = Evidence.objects.all()
    page = analyse(scope, chosen, measure)
    return [
        (("service_area", "district"), page.by_service),
        (("community",), page.by_community),
        (("barrier",), page.by_barrier),
        (("provider",), page.by_provider),
        (("quarter",), page.over_time),
        (("method",), page.by_method),
        (("strength",), page.by_strength),
        *(
            ((rows, columns), cross_table(scope, chosen, rows, columns, measure))
            for rows, columns in combinations(DIMENSIONS, 2)
        ),
    ]


class Published(Reader):
    """Reads tables of records. A number is known by its filter and what it counts, whichever table shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0
        self.possible: dict[tuple, set[int]] = {}

    def reads_table(self, choice: str, axes: tuple[str, ...], table: CrossTable) -> None:
        for key in table.protected.table.places():
            count, place = table.protected[key], at(choice, axes, key)
            low, high = self.bounds.get(place, (0, MOST))
            if count.value is not None:
                low, high = max(low, count.value), min(high, count.value)
            elif count.is_small:
                low, high = max(low, min(SMALL)), min(high, max(SMALL))
            assert low <= high, f"{place} is given in two ways"
            self.bounds[place] = low, high
        self.knows_totals(choice, axes, table)

    def knows_totals(self, choice: str, axes: tuple[str, ...], table: CrossTable) -> None:
        for key in table.protected.table.places():
            for number, name in enumerate(axes):
                if key[number] is not TOTAL:
                    continue
                total = at(choice, axes, key)
                parts = [
                    at(choice, axes, (*key[:number], label, *key[number + 1 :]))
                    for label in table.protected.table.axes[number]
                ]
                if name not in SEVERAL:
                    self.sums.append((total, parts))
                    continue
                # Who stands in several rows counts once in the total: it is no less than any of them, and no more
                # than all together.
                self.sums.append(
                    (self.unknown("all", total, name), [total, self.unknown("again", total, name)])
                )
                self.sums.append((("all", total, name), parts))
                for part in parts:
                    self.sums.append((total, [part, self.unknown("besides", total, part)]))

    def knows_the_rest(self, choice: str, axes: tuple[str, ...], table: CrossTable) -> None:
        """What is left out of a filter: with it, the filter makes up the whole."""
        for key in table.protected.table.places():
            self.bounds.setdefault(at(f"not {choice}", axes, key), (0, MOST))
            self.sums.append((at("", axes, key), [at(choice, axes, key), at(f"not {choice}", axes, key)]))
        self.knows_totals(f"not {choice}", axes, table)

    def unknown(self, *name):
        self.bounds.setdefault(name, (0, 4 * MOST))
        return name

    def is_sure_of(self, place, value: int) -> bool:
        """As every reader, from the numbers that have to do with this one, and remembering what was found possible."""
        if self.possible.get(place, set()) - {value}:
            return False
        nearby = self.near(place)
        sure = Reader.is_sure_of(nearby, place, value)
        for one, found in nearby.possible.items():
            self.possible.setdefault(one, set()).update(found)
        return sure

    def near(self, place) -> "Published":
        """A reader of the sums that this number could follow from."""
        near, waiting = {place}, [place]
        while waiting:
            number = waiting.pop()
            for total, parts in self.sums:
                if number in (total, *parts):
                    open_ones = {one for one in (total, *parts) if self.bounds[one][0] < self.bounds[one][1]}
                    waiting.extend(open_ones - near)
                    near |= open_ones
        nearby = Published()
        nearby.sums = [(total, parts) for total, parts in self.sums if near & {total, *parts}]
        named = {one for total, parts in nearby.sums for one in (total, *parts)} | {place}
        nearby.bounds = {one: self.bounds[one] for one in named}
        return nearby

    def _fits(self, bounds: dict) -> bool:
        """As every reader, but one who gives up after so many tries: some sums would take hours."""
        self.tries += 1
        if self.tries > PATIENCE:
            return True
        fits = super()._fits(bounds)
        if fits and all(low == high for low, high in bounds.values()):
            for place, (number, _) in bounds.items():
                self.possible.setdefault(place, set()).add(number)
        return fits

    def works_out(self) -> None:
        """Draws every number in as far as single sums allow, and forgets the sums that nothing more follows from."""
        assert self._narrow(self.bounds)
        self.sums = [
            (total, parts)
            for total, parts in dict.fromkeys((total, tuple(parts)) for total, parts in self.sums)
            if any(self.bounds[place][0] < self.bounds[place][1] for place in (total, *parts))
        ]


def at(choice: str, axes: tuple[str, ...], key: tuple) -> tuple:
    """The name of a number: two tables that count the same give it the same."""
    return choice, frozenset(
        (name, label) for name, label in zip(axes, key, strict=True) if label is not TOTAL
    )


def stands_in(record, county, name: str) -> set:
    """The rows that a record belongs in, by the keys that tables have."""
    if name == "quarter":
        return {date(2026, 1 + 3 * record["quarter"], 1)}
    if name == "method":
        return {METHODS[record["method"]]}
    if name == "strength":
        return {"one"}
    given = record[name]
    if name in SEVERAL:
        return {county[name][number].pk for number in given} or {None}
    return {None if given is None else county[name][given].pk}


def counted(given_records, county, measure: str, place, choice: str = "") -> int:
    """What a number is in truth, by going through the records one by one."""
    found = 0
    for record in given_records:
        if record["draft"]:
            continue
        if choice.startswith("not ") and FILTERS[choice.removeprefix("not ")](record):
            continue
        if choice in FILTERS and not FILTERS[choice](record):
            continue
        if all(label in stands_in(record, county, name) for name, label in place):
            found += 1 if measure == "records" else record["people"] or 0
    return found


def assert_nothing_follows(reader: Published, given_records, county, measure: str) -> None:
    """Every small number, published or only implied, could as well be another one."""
    reader.works_out()
    for choice, place in [name for name in reader.bounds if isinstance(name[1], frozenset)]:
        value = counted(given_records, county, measure, place, choice)
        if is_small(value):
            low, high = reader.bounds[choice, place]
            sure = low == high or reader.is_sure_of((choice, place), value)
            assert not sure, f"{measure}, {choice or 'all'}: {set(place)} is {value}"


many_records = st.lists(records, min_size=3, max_size=8)
two_filters = st.lists(st.sampled_from(sorted(FILTERS)), min_size=2, max_size=2, unique=True)
measures = st.sampled_from(("people", "people", "people", "records"))
# Not made smaller where one fails: that takes minutes, and they are small as they come.
usual = settings(
    max_examples=50,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(many_records, two_filters, measures)
@usual
def test_every_number_that_is_shown_is_true(county, given_records, filters, measure):
    with recorded(county, given_records):
        for choice in ("", *filters):
            for axes, table in published(fits(choice, county), measure):
                for key in table.protected.table.places():
                    shown = table.protected[key]
                    true = counted(given_records, county, measure, at(choice, axes, key)[1], choice)
                    assert shown.value in (true, None)
                    assert shown.value is None or not is_small(true)
                    assert is_small(true) or not shown.is_small
                longest = max((count.value or 0 for _, count, _ in table.bars), default=0)
                for _, count, length in table.bars:
                    assert length == (round(100 * count.value / longest) if count.value else 0)


@given(many_records, two_filters, measures)
@usual
def test_no_small_count_follows_from_two_filters_and_the_whole(county, given_records, filters, measure):
    choices = ("", *filters)
    with recorded(county, given_records):
        shown = {choice: published(fits(choice, county), measure) for choice in choices}
    for tables in list(zip(*shown.values(), strict=True))[1:]:  # the first comes again among the cross-tables
        reader = Published()
        for choice, (axes, table) in zip(choices, tables, strict=True):
            reader.reads_table(choice, axes, table)
        for choice, (axes, table) in zip(filters, tables[1:], strict=True):
            reader.knows_the_rest(choice, axes, table)
        assert_nothing_follows(reader, given_records, county, measure)


@given(many_records, measures)
@usual
def test_a_table_hides_the_same_whichever_way_round_it_is_asked_for(county, given_records, measure):
    with recorded(county, given_records):
        for choice in ("", "start"):
            for rows, columns in combinations(DIMENSIONS, 2):
                scope = Evidence.objects.all()
                one = cross_table(scope, fits(choice, county), rows, columns, measure)
                other = cross_table(scope, fits(choice, county), columns, rows, measure)
                for row, column in one.protected.table.places():
                    assert one.protected[row, column] == other.protected[column, row]
                assert one.note == other.note


def a_record(**changes):
    """A record that names one of each list and seven people, but for the changes."""
    usual = {"service_area": 0, "provider": 0, "quarter": 0, "method": 0, "people": 7, "draft": False}
    return usual | {name: frozenset({0}) for name in SEVERAL} | changes


def test_a_table_does_not_tell_what_another_with_the_same_totals_hides(county):
    # One service, seven people. By district 6 and 1: if the total of the service were hidden there and shown beside the
    # communities, the two tables together would say 1.
    none, first, second = frozenset(), frozenset({0}), frozenset({1})
    given_records = [
        a_record(district=first, community=first, people=1),
        a_record(district=second, community=second, people=1),
        a_record(district=first, community=none, people=5),
    ]
    with recorded(county, given_records):
        tables = published(None, "people")
    totals = {
        str(table.protected[county["service_area"][0].pk, TOTAL])
        for axes, table in tables
        if axes[0] == "service_area"
    }
    assert totals == {"7"}


def test_a_count_is_not_given_away_by_a_total_that_it_can_not_pass(county):
    # Left out of the filter are seven, who named both communities. So of the 11 of each at most seven are left out,
    # and the four within the filter, said to be fewer than five, would have to be four.
    both, neither = frozenset({0, 1}), frozenset()
    given_records = [
        a_record(community=both, people=7),
        a_record(community=both, people=4, quarter=1),
        a_record(community=neither, people=6, quarter=1),
    ]
    with recorded(county, given_records):
        shown = {choice: dict(published(fits(choice, county), "people")) for choice in ("", "start")}
    reader = Published()
    for choice, tables in shown.items():
        reader.reads_table(choice, ("community",), tables["community",])
    reader.knows_the_rest("start", ("community",), shown["start"]["community",])
    assert_nothing_follows(reader, given_records, county, "people")
