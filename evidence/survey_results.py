"""What the answers to a survey come to, as it may be shown: counts of 1 to 4 people are hidden, and what betrays them.

That a question was left empty says nothing of a person's need, so how many answered it is shown beside how many took
part. How many chose one of several answers is hidden too where only 1 to 4 did not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, log10
from statistics import median

from evidence.models import Survey, SurveyQuestion
from evidence.survey_cells import Kind
from toolkit_portal.core.disclosure import SMALLEST_SHOWN, TOTAL, Count, Table, is_small, protect
from toolkit_portal.core.spreadsheets import label_key

# Beyond these a chart says nothing; the rest is added up.
MOST_CHOICES = 20
OTHER = "Other answers"
MOST_GROUPS = 8
NOTE_SMALL = f"<{SMALLEST_SHOWN} stands for 1 to {SMALLEST_SHOWN - 1}, which could show who is meant."
NOTE_HIDDEN = "* hides a number from which a small one could be worked out."
NOTE_FEW = "No numbers are shown: so few people answered that any number could show who is meant."


@dataclass
class Tally:
    """The bare counts of one question. Not for showing: see results_of.

    choices  label -> how many gave this answer, the commonest first
    numbers, words  what was answered, for questions of these kinds
    """

    answered: int = 0
    choices: dict[str, int] = field(default_factory=dict)
    numbers: list[float] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A row of a question's table: the count as it may be shown, the share in percent, the bar from 0 to 100."""

    label: str
    count: Count
    share: int | None
    is_rest: bool = False


@dataclass(frozen=True)
class Result:
    """One question as it may be shown. Numbers have a median and a range besides, unless too few answered."""

    question: SurveyQuestion
    answered: Count
    lines: list[Line]
    note: str
    median: float | None = None
    lowest: float | None = None
    highest: float | None = None
    unread: Count | None = None


@dataclass(frozen=True)
class Results:
    """How many took part, and each question that isn't left out, in order."""

    responses: Count
    questions: list[Result]

    @property
    def any_hidden(self) -> bool:
        return any(result.note for result in self.questions) or self.responses.value is None


def shown(count: int) -> Count:
    """A count as it may be shown, if nothing else adds up to it."""
    return Count(None, is_small=True) if is_small(count) else Count(count)


def tallies(survey: Survey, questions: Iterable[SurveyQuestion]) -> tuple[int, dict[int, Tally]]:
    """How many responses there are, and each question's counts, by its id. Reads the answers once."""
    wanted = list(questions)
    found = {question.pk: Tally() for question in wanted}
    spelt: dict[int, dict[str, Counter[str]]] = {question.pk: {} for question in wanted}
    responses = 0
    for answers in survey.responses.values_list("answers", flat=True).iterator(chunk_size=2000):
        responses += 1
        for question in wanted:
            answer = answers.get(str(question.pk))
            if answer is None or answer == []:
                continue
            tally = found[question.pk]
            tally.answered += 1
            if question.kind == Kind.WORDS:
                tally.words.append(str(answer))
            elif question.kind == Kind.NUMBER and isinstance(answer, (int, float)):
                tally.numbers.append(answer)
            else:
                given = [str(one) for one in answer] if isinstance(answer, list) else [str(answer)]
                # Each person counts once, however often an answer was ticked or spelt.
                for key, words in {label_key(words) or words: words for words in given}.items():
                    spelt[question.pk].setdefault(key, Counter())[words] += 1
    for pk, tally in found.items():
        counted = [(counts.most_common(1)[0][0], counts.total()) for counts in spelt[pk].values()]
        tally.choices = dict(sorted(counted, key=lambda pair: (-pair[1], pair[0].casefold())))
    return responses, found


def results_of(survey: Survey) -> Results:
    """What the survey found, as it may be shown."""
    questions = list(survey.questions.exclude(kind=Kind.LEFT_OUT))
    responses, found = tallies(survey, questions)
    return Results(shown(responses), [result_of(question, found[question.pk]) for question in questions])


def result_of(question: SurveyQuestion, tally: Tally) -> Result:
    """One question's counts as they may be shown."""
    if question.kind == Kind.WORDS:
        answered = shown(tally.answered)
        return Result(question, answered, [], NOTE_SMALL if answered.value is None else "")
    if question.kind == Kind.NUMBER:
        return _of_numbers(question, tally)
    if question.kind == Kind.MANY:
        return _of_several(question, tally)
    labels = folded(tally.choices)
    protected = protect(
        Table(
            (tuple(labels),),
            {(label,): count for label, count in labels.items()} | {(TOTAL,): tally.answered},
        )
    )
    return _result(
        question, protected[(TOTAL,)], {label: protected[(label,)] for label in labels}, tally.answered
    )


def folded(choices: Mapping[str, int]) -> dict[str, int]:
    """The commonest choices, and the others together."""
    if len(choices) <= MOST_CHOICES:
        return dict(choices)
    kept = dict(list(choices.items())[: MOST_CHOICES - 1])
    rest = sum(choices.values()) - sum(kept.values())
    words = OTHER if OTHER not in kept else f"{OTHER} together"
    return kept | {words: rest}


def _of_several(question: SurveyQuestion, tally: Tally) -> Result:
    """Each choice is a table by itself, of those who chose it and those who didn't.

    Since everybody who answered chose something, the shown choices must not leave people over whom only small hidden
    ones can hold: then the smallest shown one is hidden too.
    """
    choices = dict(list(tally.choices.items())[:MOST_CHOICES])
    counts: dict[str, Count] = {}
    answered = shown(tally.answered)
    for label, count in choices.items():
        # Nobody was counted in more choices than there are people, so the two parts add up.
        parts = protect(
            Table(
                (("chosen", "not"),),
                {("chosen",): count, ("not",): tally.answered - count, (TOTAL,): tally.answered},
            )
        )
        counts[label] = parts[("chosen",)] if answered.value is not None else Count(None)
    small = [label for label, count in counts.items() if count.is_small]
    others = [label for label, count in counts.items() if count.value is None and not count.is_small]
    left_over = tally.answered - sum(count.value or 0 for count in counts.values())
    visible = [label for label, count in counts.items() if count.value]
    if small and not others and len(tally.choices) == len(choices) and left_over > 1 and visible:
        counts[min(visible, key=lambda label: choices[label])] = Count(None)
    return _result(question, answered, counts, tally.answered)


def _of_numbers(question: SurveyQuestion, tally: Tally) -> Result:
    numbers = sorted(tally.numbers)
    unread = shown(tally.answered - len(numbers)) if tally.answered > len(numbers) else None
    answered = shown(len(numbers))
    if len(numbers) < SMALLEST_SHOWN:
        return Result(question, answered, [], NOTE_FEW if numbers else "", unread=unread)
    groups = grouped(numbers)
    protected = protect(
        Table(
            (tuple(groups),), {(label,): count for label, count in groups.items()} | {(TOTAL,): len(numbers)}
        )
    )
    counts: dict[str, Count] = {label: protected[(label,)] for label in groups}
    made = _result(question, answered, counts, len(numbers), as_given=True)
    return Result(
        question, answered, made.lines, made.note,
        median=median(numbers), lowest=numbers[0], highest=numbers[-1], unread=unread,
    )  # fmt: skip


def grouped(numbers: list[float]) -> dict[str, int]:
    """Sorted numbers in groups of even width, label -> how many; groups of fewer than five are joined to the next.

    There are at least five numbers, so no group is left too small to be shown.
    """
    whole = all(float(number).is_integer() for number in numbers)
    step = _step(numbers[0], numbers[-1])
    if whole:
        step = max(step, 1)
    counted = Counter(floor(number / step) for number in numbers)
    groups: list[list[int]] = []  # first place, last place, how many
    for place in range(floor(numbers[0] / step), floor(numbers[-1] / step) + 1):
        if groups and groups[-1][2] < SMALLEST_SHOWN:
            groups[-1] = [groups[-1][0], place, groups[-1][2] + counted[place]]
        else:
            groups.append([place, place, counted[place]])
    if len(groups) > 1 and groups[-1][2] < SMALLEST_SHOWN:
        _, end_place, few = groups.pop()
        groups[-1] = [groups[-1][0], end_place, groups[-1][2] + few]
    found = {}
    for first, last, count in groups:
        start, end = first * step, (last + 1) * step
        if whole:
            # No further than the numbers reach, which are told anyway.
            start, end = max(start, numbers[0]), min(end, numbers[-1] + 1)
        found[_between(start, end, whole)] = count
    return found


def _step(lowest: float, highest: float) -> float:
    """A round width of which MOST_GROUPS reach from the lowest to the highest."""
    width = (highest - lowest) / MOST_GROUPS
    if width <= 0:
        return 1
    power = 10.0 ** floor(log10(width))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= width)
    return ceil(step) if step >= 1 else step


def _between(start: float, end: float, whole: bool) -> str:
    if whole:
        first, last = round(start), round(end) - 1
        return f"{first:,}" if first == last else f"{first:,} to {last:,}"
    return f"{start:,g} to under {end:,g}"


def _result(
    question: SurveyQuestion,
    answered: Count,
    counts: Mapping[str, Count],
    base: int,
    *,
    as_given: bool = False,
) -> Result:
    """The lines, commonest first. Hidden ones follow by the alphabet: their place among others would betray them."""
    order = list(counts)
    if not as_given:
        hidden = sorted((label for label in order if counts[label].value is None), key=str.casefold)
        order = [label for label in order if counts[label].value is not None] + hidden
    lines = [
        Line(label, counts[label], _share(counts[label], answered, base), label.startswith(OTHER))
        for label in order
    ]
    return Result(question, answered, lines, _note(answered, counts.values()))


def _share(count: Count, answered: Count, base: int) -> int | None:
    if count.value is None or answered.value is None or not base:
        return None
    return round(100 * count.value / base)


def _note(answered: Count, counts: Iterable[Count]) -> str:
    """What was hidden and why, "" where nothing was."""
    given = list(counts)
    if answered.value is None:
        return NOTE_FEW
    words = [NOTE_SMALL] if any(count.is_small for count in given) else []
    if any(count.value is None and not count.is_small for count in given):
        words.append(NOTE_HIDDEN)
    return " ".join(words)
