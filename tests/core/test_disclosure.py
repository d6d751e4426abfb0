"""Small counts: what is hidden, and that a reader who solves all that is shown never gets one back.

The reader here tries every number that each hidden count could be and asks whether all fit what is shown. Where only
one fits, the count is given away.
"""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit_portal.core.disclosure import TOTAL, Count, Protected, Table, is_small, protect, protect_parts

SMALL = range(1, 5)
LARGEST = 1000


def table(*rows, columns="abcdefgh"):
    """A table of rows × columns with its totals added up."""
    names = tuple(range(len(rows)))
    columns = tuple(columns[: len(rows[0])])
    return added_up(
        (names, columns), {(n, c): v for n, row in enumerate(rows) for c, v in zip(columns, row, strict=True)}
    )


def added_up(axes, cells):
    counts = dict.fromkeys(product(*((*axis, TOTAL) for axis in axes)), 0)
    for key, value in cells.items():
        for choice in product((False, True), repeat=len(key)):
            counts[tuple(TOTAL if total else at for at, total in zip(key, choice, strict=True))] += value
    return Table(axes, counts)


def texts(protected: Protected) -> list[list[str]]:
    return [[str(count) for count in protected.row(label)] for label in (*protected.table.axes[0], TOTAL)]


class Reader:
    """Knows every number that is shown and how totals add up; tells what a hidden one could be.

    guesses: takes every "*" for a number that isn't small, which is nearly always so.
    """

    def __init__(self, *, guesses: bool = False) -> None:
        self.guesses = guesses
        self.bounds: dict[tuple, tuple[int, int]] = {}
        self.not_small: set[tuple] = set()
        self.sums: list[tuple[tuple, list[tuple]]] = []

    def reads(self, name, protected: Protected) -> None:
        axes = protected.table.axes
        for key in protected.table.places():
            count, place = protected[key], (name, *key)
            if count.value is not None:
                self.bounds[place] = (count.value, count.value)
            else:
                self.bounds[place] = (min(SMALL), max(SMALL)) if count.is_small else (0, LARGEST)
                if self.guesses and not count.is_small:
                    self.not_small.add(place)
            for number, axis in enumerate(axes):
                if key[number] is TOTAL:
                    parts = [(name, *key[:number], label, *key[number + 1 :]) for label in axis]
                    self.sums.append((place, parts))

    def adds_up(self, whole, *parts, axes) -> None:
        """Tables of which the first is the sum of the others."""
        for key in product(*((*axis, TOTAL) for axis in axes)):
            self.sums.append(((whole, *key), [(part, *key) for part in parts]))

    def is_sure_of(self, place, value: int) -> bool:
        """Whether nothing but the value fits."""
        low, high = self.bounds[place]
        ways = [(low, value - 1), (value + 1, high)]
        return not any(self._fits(self.bounds | {place: way}) for way in ways if way[0] <= way[1])

    def _fits(self, bounds: dict) -> bool:
        """Whether numbers can be found for all hidden counts: narrows bounds, then tries."""
        if not self._narrow(bounds):
            return False
        undecided = [place for place, (low, high) in bounds.items() if low < high]
        if not undecided:
            return True
        place = min(undecided, key=lambda place: bounds[place][1] - bounds[place][0])
        low, high = bounds[place]
        return self._fits(bounds | {place: (low, low)}) or self._fits(bounds | {place: (low + 1, high)})

    def _narrow(self, bounds: dict) -> bool:
        """Draws the bounds in as far as each sum alone allows; False where one can't be met."""
        changed = True
        while changed:
            changed = False
            for total, parts in self.sums:
                least, most = sum(bounds[part][0] for part in parts), sum(bounds[part][1] for part in parts)
                low, high = bounds[total]
                new = {total: (max(low, least), min(high, most))}
                for part in parts:
                    at_least, at_most = bounds[part]
                    new[part] = max(at_least, low - most + at_most), min(at_most, high - least + at_least)
                for place, (lowest, highest) in new.items():
                    if place in self.not_small:
                        lowest = 5 if 0 < lowest < 5 else lowest
                        highest = 0 if 0 < highest < 5 else highest
                    if lowest > highest:
                        return False
                    if bounds[place] != (lowest, highest):
                        bounds[place], changed = (lowest, highest), True
        return True


def assert_nothing_recovered(reader: Reader, shown: dict[object, Protected]) -> None:
    for name, protected in shown.items():
        for key in protected.table.places():
            value = protected.table[key]
            if is_small(value):
                assert protected[key].value is None
                assert not reader.is_sure_of((name, *key), value), f"{name} {key} is given away"


def test_nothing_is_hidden_where_nothing_is_small():
    protected = protect(table([5, 0], [12, 7]))
    assert texts(protected) == [["5", "0", "5"], ["12", "7", "19"], ["17", "7", "24"]]
    assert protected.note == ""


def test_a_small_count_takes_three_others_with_it_and_the_totals_stay():
    protected = protect(table([3, 20], [30, 40]))
    assert texts(protected) == [["<5", "*", "23"], ["*", "*", "70"], ["33", "60", "93"]]
    assert protected.note == (
        "<5 stands for 1 to 4, which could show who is meant (1 number)."
        " * hides 3 numbers from which a small one could be worked out."
    )


def test_two_ones_that_add_up_to_two_are_protected_although_both_are_hidden():
    # 1 + 1 = 2 has no other answer, so more than the two must go.
    protected = protect(table([1, 1, 30], [10, 10, 10]))
    reader = Reader()
    reader.reads("t", protected)
    assert_nothing_recovered(reader, {"t": protected})


def test_zero_is_shown_and_a_lone_small_total_hidden():
    assert texts(protect(table([0, 3]))) == [["0", "<5", "<5"], ["0", "<5", "<5"]]


def test_one_axis():
    protected = protect(added_up((("a", "b", "c"),), {("a",): 2, ("b",): 9, ("c",): 50}))
    assert [str(count) for count in protected.row()] == ["<5", "*", "50", "61"]


def test_the_rest_of_a_filter_is_protected_too():
    # Shown as it is, 12 of 14 within the filter would give away the 2 outside it.
    whole, inside = table([14, 30], [20, 30]), table([12, 20], [10, 15])
    assert all(count.value is not None for row in (0, 1) for count in protect(whole).row(row))
    assert all(count.value is not None for row in (0, 1) for count in protect(inside).row(row))
    assert protect(inside, whole)[(0, "a")] == Count(None)


def test_a_filter_that_leaves_nothing_safe_to_show_says_so():
    protected = protect(table([0, 12], [0, 0]), table([1, 12], [6, 3]))
    assert protected.too_few and str(protected[(TOTAL, TOTAL)]) == "*"
    assert "Choose a wider one" in protected.note


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        (table([9]), table([5]), "more than its whole"),
        (table([9]), table([5, 9]), "same rows and columns"),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(first, second, fault):
    with pytest.raises(ValueError, match=fault):
        protect(first, second)
    with pytest.raises(ValueError, match="negative"):
        Table((("a",),), {("a",): -1})


def test_a_table_as_large_as_a_page_holds_comes_out_with_most_of_its_totals():
    rows = [[(3 * row + 5 * column) % 17 for column in range(9)] for row in range(14)]
    inside = [[count * 2 // 3 for count in row] for row in rows]
    protected = protect(table(*inside, columns="abcdefghi"), table(*rows, columns="abcdefghi"))
    assert not protected.too_few
    assert sum(count.value is not None for count in protected.row(TOTAL)) >= 5


def test_words_for_reading_aloud():
    assert [Count(7).words, Count(None, is_small=True).words, Count(None).words] == [
        "7",
        "fewer than 5",
        "hidden",
    ]


counts = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 9), st.integers(5, 30))


@st.composite
def rows_of_counts(draw):
    columns = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(counts, min_size=columns, max_size=columns), min_size=1, max_size=4))


@given(rows_of_counts())
@settings(max_examples=200, deadline=None)
def test_no_small_count_comes_back_from_rows_columns_and_totals(rows):
    protected = protect(table(*rows))
    reader = Reader()
    reader.reads("t", protected)
    assert_nothing_recovered(reader, {"t": protected})


@given(rows_of_counts(), st.data())
@settings(max_examples=150, deadline=None)
def test_no_small_count_comes_back_across_two_filters_and_the_whole(rows, data):
    inside = [[data.draw(st.integers(0, count)) for count in row] for row in rows]
    outside = [
        [a - b for a, b in zip(whole, part, strict=True)] for whole, part in zip(rows, inside, strict=True)
    ]
    whole = table(*rows)
    shown = {
        "whole": protect(whole),
        "inside": protect(table(*inside), whole),
        "outside": protect(table(*outside), whole),
    }
    reader = Reader()
    for name, protected in shown.items():
        reader.reads(name, protected)
    reader.adds_up("whole", "inside", "outside", axes=whole.axes)
    assert_nothing_recovered(reader, shown)


@given(rows_of_counts(), st.data())
@settings(max_examples=100, deadline=None)
def test_no_small_count_comes_back_from_three_parts_and_the_whole(rows, data):
    parts: list[list[list[int]]] = [[], [], []]
    for row in rows:
        first = [data.draw(st.integers(0, count)) for count in row]
        second = [data.draw(st.integers(0, count - taken)) for count, taken in zip(row, first, strict=True)]
        third = [count - one - two for count, one, two in zip(row, first, second, strict=True)]
        for part, cells in zip(parts, (first, second, third), strict=True):
            part.append(cells)
    whole = table(*rows)
    shown = protect_parts({name: table(*part) for name, part in zip("abc", parts, strict=True)}, whole)
    everything = {"whole": protect(whole), **shown}
    reader = Reader()
    for name, protected in everything.items():
        reader.reads(name, protected)
    reader.adds_up("whole", *"abc", axes=whole.axes)
    assert_nothing_recovered(reader, everything)


def test_parts_that_do_not_make_up_the_whole_are_refused():
    with pytest.raises(ValueError, match="add up"):
        protect_parts({"a": table([9]), "b": table([5])}, table([15]))
    with pytest.raises(ValueError, match="third axis"):
        Table(((1,), (2,), (3,)), {})


# Where the cells can't be protected


def stuck(several: frozenset[int] = frozenset({1})) -> tuple[Table, Table]:
    """A filtered table and its whole, found at random, that no circles protect, not even with totals hidden."""
    axes = (("a", "b"), ("x", "y", "z"))
    inside, whole = (
        replace(added_up(axes, dict(zip(product(*axes), cells, strict=True))), several=several)
        for cells in ((1, 9, 0, 0, 1, 6), (3, 9, 9, 9, 1, 6))
    )
    return inside, whole


def turned(table: Table) -> Table:
    return Table(
        (table.axes[1], table.axes[0]),
        {(column, row): count for (row, column), count in table.counts.items()},
        frozenset({0}),
    )


def test_totals_of_the_axis_on_which_each_counts_once_stay_where_no_cell_can_be_shown():
    found = protect(*stuck())
    for row, total in (("a", "10"), ("b", "7"), (TOTAL, "17")):
        assert [str(found[row, column]) for column in ("x", "y", "z", TOTAL)] == ["*", "*", "*", total]
    assert not found.too_few and "*" in found.note


def test_the_same_totals_stay_whichever_way_round_the_table_is():
    inside, whole = stuck()
    found, other = protect(inside, whole), protect(turned(inside), turned(whole))
    assert {(row, column): str(found[row, column]) for row, column in inside.places()} == {
        (row, column): str(other[column, row]) for row, column in inside.places()
    }


@pytest.mark.parametrize("several", [frozenset(), frozenset({0, 1})])
def test_without_exactly_one_such_axis_nothing_is_shown_at_all(several):
    assert protect(*stuck(several)).too_few
