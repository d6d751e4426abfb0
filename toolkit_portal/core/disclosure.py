"""Small counts kept from showing who is meant: the one place that decides which numbers of a table are hidden.

A count of 1 to 4 people is shown as "fewer than 5" (common practice of Ofqual and NHS Digital), and as many others are
hidden as it takes that no subtraction of rows, columns and totals brings one back (secondary suppression), nor the
comparison of a filtered table with the whole. Pages, charts, PDF, XLSX and CSV show what protect() returns.

How: every hidden count must be able to be another number with all that is shown staying true. Going round in a circle
over cells of a table, from row to column and from column to row, and changing the cells by one, in turn up and down,
leaves every total as it is. So for each small count a circle is sought whose cells are hidden already, or cost least to
hide, and could all move: a "fewer than 5" within 1 to 4, and any other if possible without becoming a small count, so
that a reader who guesses that it isn't one learns no more.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from heapq import heappop, heappush
from itertools import combinations, product
from typing import Final

SMALLEST_SHOWN = 5
SMALL_SIGN = f"<{SMALLEST_SHOWN}"
HIDDEN_SIGN = "*"


class _Total:
    """The coordinate of a total along an axis."""

    def __repr__(self) -> str:
        return "TOTAL"


TOTAL: Final = _Total()
Key = tuple[Hashable, ...]


@dataclass(frozen=True)
class Count:
    """One number as it may be shown: value is None where it is hidden; is_small tells the two kinds of hiding apart."""

    value: int | None
    is_small: bool = False

    def __str__(self) -> str:
        """The number, "<5", or "*" for one that is hidden to protect another."""
        if self.value is not None:
            return str(self.value)
        return SMALL_SIGN if self.is_small else HIDDEN_SIGN

    @property
    def words(self) -> str:
        """The same for reading aloud."""
        if self.value is not None:
            return str(self.value)
        return f"fewer than {SMALLEST_SHOWN}" if self.is_small else "hidden"


@dataclass(frozen=True)
class Table:
    """Counts by one axis or several, with the totals along each.

    axes    the labels along each axis, in the order they are shown
    counts  a count for each combination of labels and TOTAL; what is missing is 0. Totals are given, not added up:
            a record that names two districts counts in both and once in the total.
    several the numbers of the axes on which that may be so. Readers know that none of their counts can be more than
            the total, and this must not give one away.
    """

    axes: tuple[tuple[Hashable, ...], ...]
    counts: Mapping[Key, int]
    several: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if len(self.axes) > 2:
            raise ValueError("A table has rows and columns, and no third axis.")
        if any(count < 0 for count in self.counts.values()):
            raise ValueError("A count can't be negative.")

    def places(self) -> Iterator[Key]:
        """Every combination of labels and TOTAL."""
        return product(*((*axis, TOTAL) for axis in self.axes))

    @property
    def turned(self) -> "Table":
        """The same with columns for rows."""
        return Table(
            self.axes[::-1],
            {key[::-1]: count for key, count in self.counts.items()},
            frozenset(len(self.axes) - 1 - number for number in self.several),
        )

    def __getitem__(self, key: Key) -> int:
        return self.counts.get(key, 0)


@dataclass(frozen=True)
class Protected:
    """A table as it may be shown."""

    table: Table
    hidden: frozenset[Key] = frozenset()
    unsaid: frozenset[Key] = frozenset()  # small ones among them that are not said to be small

    @property
    def too_few(self) -> bool:
        """Whether nothing but noughts can be shown."""
        return bool(self.hidden) and not any(
            self.table[key] for key in self.table.places() if key not in self.hidden
        )

    def __getitem__(self, key: Key) -> Count:
        value = self.table[key]
        if key in self.hidden:
            return Count(None, is_small=self._is_said_small(key))
        return Count(value)

    def _is_said_small(self, key: Key) -> bool:
        return is_small(self.table[key]) and key not in self.unsaid

    @property
    def turned(self) -> "Protected":
        """The same with columns for rows.

        protect() may hide other cells of a table that is turned before, and the two together would show too much.
        """
        return Protected(
            self.table.turned,
            frozenset(key[::-1] for key in self.hidden),
            frozenset(key[::-1] for key in self.unsaid),
        )

    def row(self, *labels: Hashable) -> list[Count]:
        """The counts along the last axis, its total last, at these labels of the axes before it."""
        return [self[(*labels, label)] for label in (*self.table.axes[-1], TOTAL)]

    @property
    def note(self) -> str:
        """What was hidden and why, in a sentence or two; "" where nothing was."""
        if self.too_few:
            return (
                "No numbers are shown: so few people fit this choice that any number could show who is meant. "
                "Choose a wider one."
            )
        small = sum(self._is_said_small(key) for key in self.hidden)
        others = len(self.hidden) - small
        if not small and not others:
            return ""
        words = ""
        if small:
            words = (
                f"{SMALL_SIGN} stands for 1 to {SMALLEST_SHOWN - 1}, which could show who is meant"
                f" ({small} {'number' if small == 1 else 'numbers'})."
            )
        if others:
            words += (
                f" {HIDDEN_SIGN} hides {'a number' if others == 1 else f'{others} numbers'} from which"
                " a small one could be worked out."
            )
        return words.strip()


def is_small(count: int) -> bool:
    """Whether a count is of 1 to 4 people, too few to be shown."""
    return 0 < count < SMALLEST_SHOWN


def protect(table: Table, whole: Table | None = None) -> Protected:
    """The table with all hidden that must be.

    whole: the same table without its filter, if it has one; then nothing is shown from which the two together would
    give away a small count, within the filter or outside it. The whole is shown alike with any filter or none.

    Totals are settled before what they add up, each by itself: as far as that can be, the total of a row is shown or
    hidden alike in every table that has this row, whatever its columns. Raises ValueError for a table and a whole that
    don't fit together.
    """
    if whole is None or all(table[key] == whole[key] for key in whole.places()):
        return _protected(table, _settled(table, {key: table[key] for key in table.places()}))
    if table.axes != whole.axes:
        raise ValueError("A filtered table and its whole must have the same rows and columns.")
    if any(table[key] > whole[key] for key in whole.places()):
        raise ValueError("A filtered table can't count more than its whole.")
    rest = replace(whole, counts={key: whole[key] - table[key] for key in whole.places()})
    # Asked for the other way round, the two parts must come out alike, so their order is their numbers'.
    pair = sorted((table, rest), key=lambda part: [part[key] for key in whole.places()])
    place = next(number for number, part in enumerate(pair) if part is table)
    return protect_parts(dict(enumerate(pair)), whole)[place]


def protect_parts(parts: Mapping[Hashable, Table], whole: Table) -> dict[Hashable, Protected]:
    """Tables that together make up a whole, such as one of each LIO, with all hidden that must be.

    The whole is shown as protect() shows it. Give the same parts in the same order each time, so that what is shown of
    one fits what was shown of another. Raises ValueError for parts with other rows or columns, or that don't add up.
    """
    if any(part.axes != whole.axes for part in parts.values()):
        raise ValueError("A filtered table and its whole must have the same rows and columns.")
    if any(sum(part[key] for part in parts.values()) != whole[key] for key in whole.places()):
        raise ValueError("Parts must add up to their whole.")
    numbers = tuple(range(len(parts)))
    values = {(*key, TOTAL): whole[key] for key in whole.places()}
    for number, part in enumerate(parts.values()):
        values |= {(*key, number): part[key] for key in whole.places()}
    overall = _settled(whole, {key: whole[key] for key in whole.places()})
    found = _settled(whole, values, parts=numbers, known={(*key, TOTAL): how for key, how in overall.items()})
    return {
        label: _protected(part, {key: found[(*key, number)] for key in part.places()})
        for number, (label, part) in enumerate(parts.items())
    }


def _protected(table: Table, found: "Mapping[Key, _How]") -> Protected:
    return Protected(
        table,
        frozenset(key for key, how in found.items() if how is not _How.SHOWN),
        frozenset(key for key, how in found.items() if how is _How.UNSAID),
    )


_CanMove = Callable[[Key, int], bool]


class _How(Enum):
    """How a count is given: as it is, hidden, or hidden without saying that it is small."""

    SHOWN = 1
    HIDDEN = 2
    UNSAID = 3


def _settled(
    table: Table,
    values: Mapping[Key, int],
    *,
    parts: tuple[int, ...] = (),
    known: "Mapping[Key, _How] | None" = None,
) -> "dict[Key, _How]":
    """How every count is given, from the grand total down to the cells; where cells fail, _last_resort decides.

    table: any with the axes. parts: labels of a further, last axis of the keys of values, along which the filtered part
    and the rest lie. known: what is settled before.
    """
    axes = table.axes
    fixed = dict(known or {})
    found = dict(fixed)
    for size in range(len(axes) + 1):
        for chosen in combinations(range(len(axes)), size):
            labels = [tuple(axes[number]) for number in chosen] + ([parts] if parts else [])
            places: dict[Key, Key] = {}
            for place in product(*((*axis, TOTAL) for axis in labels)):
                given = iter(place)
                whole = [next(given) if number in chosen else TOTAL for number in range(len(axes))]
                places[place] = (*whole, *given)
            counts = {place: values[key] for place, key in places.items()}
            several = [place for place, number in enumerate(chosen) if number in table.several]
            before = {place: found[key] for place, key in places.items() if key in found}
            of_the_whole = {place: how for place, how in before.items() if places[place] in fixed}
            # Other tables show the same totals, so hiding one here would keep nothing secret: it is the last resort.
            for settled in (before, of_the_whole):
                search = _Search(labels[: len(chosen)], several, parts, counts, settled, before)
                if search.run():
                    break
            else:
                return _last_resort(table, values, found if size == len(axes) == 2 else {}, bool(parts))
            found |= {key: search.how(place) for place, key in places.items() if key not in fixed}
    return found


def _last_resort(
    table: Table, values: Mapping[Key, int], found: "Mapping[Key, _How]", has_parts: bool
) -> "dict[Key, _How]":
    """Nothing is shown but the totals, as settled in found, of the one axis along which each record counts once.

    Such totals by themselves give no cell away. Within a row, any cell of the filtered part may be one less and another
    one more as long as the whole has room for both, and where it has none the part's row is the whole's row or empty.
    And if cells of the whole can move along a circle, one up and one down in each of its rows, one part of each such
    row can follow. Totals of both axes together could give a cell away: a column with a single cell is that cell.
    """
    how = dict.fromkeys(values, _How.UNSAID)
    once = [number for number in range(len(table.axes)) if number not in table.several]
    if not found or len(once) != 1:
        return how
    across = 1 - once[0]
    return how | {key: found[key] for key in values if key[across] is TOTAL and key in found}


class _Search:
    """Looks for cycles in one table with its totals, and keeps what must be hidden for them.

    axes: the labels along none, one or two axes. several: the places of those with overlapping labels. parts: as for
    _settled; the keys of values then have a last coordinate, a part or TOTAL. settled: how some counts are given,
    whatever is found here. before: how totals were given so far, which other tables show too; one that was shown is
    hidden only where nothing else helps.
    """

    def __init__(
        self,
        axes: Sequence[Sequence[Hashable]],
        several: Sequence[int],
        parts: tuple[int, ...],
        values: Mapping[Key, int],
        settled: Mapping[Key, _How],
        before: Mapping[Key, _How],
    ) -> None:
        self.axes, self.values, self.settled, self.before = axes, values, settled, before
        self.several = several
        places = [*axes, parts] if parts else axes
        order = {key: place for place, key in enumerate(product(*((*axis, TOTAL) for axis in places)))}
        self.small = sorted(
            (key for key, count in values.items() if is_small(count)),
            key=lambda key: (values[key], order[key]),
        )
        given = [*settled.items(), *before.items()]
        self.hidden = {*self.small, *(key for key, how in given if how is not _How.SHOWN)}
        self.unsaid = {key for key, how in given if how is _How.UNSAID}
        self.safe: set[Key] = set()
        # What moves together: a part with the whole, or one part against another, so that parts and whole add up.
        self.layers: list[list[tuple[Key, int]]] = []
        for one, other in combinations(parts, 2):
            self.layers.append([((one,), 1), ((other,), -1)])
        for one in parts:
            self.layers.append([((one,), 1), ((TOTAL,), 1)])
        if not parts:
            self.layers.append([((), 1)])

    def run(self) -> bool:
        """Protects every small count; False where one can't be."""
        return all(self._protects(key) for key in self.small)

    def how(self, key: Key) -> _How:
        """How a count is given."""
        if key not in self.hidden:
            return _How.SHOWN
        return _How.UNSAID if key in self.unsaid else _How.HIDDEN

    def _protects(self, key: Key) -> bool:
        """Hides what it takes for a small count to have another number possible; whether that was found."""
        if key in self.safe:
            return True
        for may_move in (self._keeps_its_kind, self._may_turn_small, self._may_be_unsaid):
            if moves := self._cheapest_moves(key, may_move):
                self.unsaid.update(at for at, step in moves.items() if not self._may_turn_small(at, step))
                self.hidden.update(moves)
                self.safe.update(moves)
                return True
        return False

    def _keeps_its_kind(self, at: Key, step: int) -> bool:
        count = self.values[at]
        return count > 0 and count + step > 0 and is_small(count) == is_small(count + step)

    def _may_turn_small(self, at: Key, step: int) -> bool:
        """Rarely no neighbour can move without turning small: then the reader is left to think so too."""
        after = self.values[at] + step
        return is_small(after) if is_small(self.values[at]) and at not in self.unsaid else after >= 0

    def _may_be_unsaid(self, at: Key, step: int) -> bool:
        """At last, some small ones aren't said to be small."""
        return self._may_turn_small(at, step) if at in self.settled else self.values[at] + step >= 0

    def _belongs(self, at: Key) -> Iterator[tuple[Key, Key]]:
        """Each pair of a count and a total that it can't pass, of which this place is one."""
        for number in self.several:
            total = (*at[:number], TOTAL, *at[number + 1 :])
            for label in self.axes[number] if at[number] is TOTAL else (at[number],):
                yield (*at[:number], label, *at[number + 1 :]), total

    def _adds_up(self, moves: Mapping[Key, int]) -> bool:
        """Whether no count passes a total that it is counted in at most once."""
        return all(
            self.values[part] + moves.get(part, 0) <= self.values[total] + moves.get(total, 0)
            for at in moves
            for part, total in self._belongs(at)
        )

    def _cost(self, at: Key) -> int:
        """What is lost by hiding a count: totals most, large numbers more than little ones."""
        if at in self.hidden:
            return 0
        return 10 + self.values[at] + (1_000_000 if at in self.before else 0)

    def _cheapest_moves(self, key: Key, may_move: Callable[[Key, int], bool]) -> dict[Key, int] | None:
        """Moves of a key and others that leave everything adding up and cost least to hide; None if there are none."""
        size = len(self.axes)
        place, part = key[:size], key[size:]
        best: dict[Key, int] | None = None
        least = 0
        for layer in self.layers:
            if part not in (end for end, _ in layer):
                continue

            def can_move(at: Key, step: int, layer: list[tuple[Key, int]] = layer) -> bool:
                return all(
                    (at + end in self.hidden or at + end not in self.settled)
                    and may_move(at + end, step * sign)
                    for end, sign in layer
                )

            def can_move_alone(
                at: Key, step: int, layer: list[tuple[Key, int]] = layer, can_move: _CanMove = can_move
            ) -> bool:
                return can_move(at, step) and all(
                    self._adds_up({at + end: step * sign}) for end, sign in layer
                )

            def cost(at: Key, layer: list[tuple[Key, int]] = layer) -> int:
                return sum(self._cost(at + end) for end, _ in layer)

            for step in (1, -1):
                # Where the cheapest moves would have a count pass its total, those that can't, whatever else moves.
                for allowed in (can_move, can_move_alone):
                    found = self._around(place, step, allowed, cost) if allowed(place, step) else None
                    if found is None:
                        break
                    moves = {at + end: move * sign for at, move in found[1].items() for end, sign in layer}
                    if self._adds_up(moves):
                        if best is None or found[0] < least:
                            least, best = found[0], moves
                        break
                if best is not None and least == 0:
                    return best
        return best

    def _around(
        self, place: Key, step: int, can_move: _CanMove, cost: Callable[[Key], int]
    ) -> tuple[int, dict[Key, int]] | None:
        """The cheapest moves of a table by itself, with what they cost to hide, that go with one move of one place."""
        if not place:
            return cost(place), {place: step}
        if len(place) == 1:
            # Along one axis any other may make up for it.
            others: list[tuple[int, dict[Key, int]]] = [
                (cost((label,)), {place: step, (label,): -step * _sign(place) * _sign((label,))})
                for label in (*self.axes[0], TOTAL)
                if label is not place[0] and can_move((label,), -step * _sign(place) * _sign((label,)))
            ]
            best = min(others, key=lambda found: found[0], default=None)
            return None if best is None else (best[0] + cost(place), best[1])
        return self._cycle(place, step, can_move, cost)

    def _cycle(
        self, place: Key, step: int, can_move: _CanMove, cost: Callable[[Key], int]
    ) -> tuple[int, dict[Key, int]] | None:
        """The cheapest cycle through a cell, in a graph of rows and columns whose edges are the cells.

        Going from row to column along a cell adds one to it, going from column to row takes one away, so that each
        row and column on the way stays as it is. In a total's row or column it is the other way round.
        """
        rows, columns = ((*axis, TOTAL) for axis in self.axes)
        forward = step * _sign(place) > 0
        row, column = place
        start, end = ((1, column), (0, row)) if forward else ((0, row), (1, column))
        distance: dict[tuple[int, Hashable], int] = {start: 0}
        way: dict[tuple[int, Hashable], tuple[tuple[int, Hashable], Key, int]] = {}
        queue: list[tuple[int, int, tuple[int, Hashable]]] = [(0, 0, start)]
        done: set[tuple[int, Hashable]] = set()
        number = 0
        while queue:
            so_far, _, node = heappop(queue)
            if node in done:
                continue
            if node == end:
                moves = {place: step}
                while node != start:
                    node, cell, move = way[node]
                    moves[cell] = move
                return so_far + cost(place), moves
            done.add(node)
            side, label = node
            for other in rows if side else columns:
                following = (1 - side, other)
                cell = (other, label) if side else (label, other)
                if following in done or cell == place:
                    continue
                move = _sign(cell) * (-1 if side else 1)
                if not can_move(cell, move):
                    continue
                total = so_far + cost(cell)
                if total < distance.get(following, total + 1):
                    distance[following] = total
                    way[following] = (node, cell, move)
                    number += 1
                    heappush(queue, (total, number, following))
        return None


def _sign(place: Key) -> int:
    """Whether a move counts for or against its row and column: each total turns it round."""
    return -1 if sum(label is TOTAL for label in place) % 2 else 1
