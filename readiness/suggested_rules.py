"""The rules by which a record suggests a level (readiness.suggested_levels). Pure: plain values in, words out.

Each criterion has steps, the highest first that its facts reach; its highest step is as far as a record can speak. What
lies above is told by people. Criterion 2.2 has no rule: papers and the committee's will aren't such dated facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from readiness.record_facts import AGREED, APPROACHED, Contact, Facts

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# A step: its level, and what says why it is reached, or "" where it isn't.
Step = tuple[int, Callable[[Facts], str]]


def _word(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _number(number: int, noun: str) -> str:
    """Such as "two talks"."""
    return f"{_word(number)} {noun if number == 1 else noun + 's'}"


def _since(days: Iterable[date]) -> str:
    first = min(days)
    return f"since {MONTH_NAMES[first.month - 1]} {first.year}"


def _contacts(found: Sequence[Contact], noun: str, least: int = 1, then: str = "") -> str:
    """Such as "two requests since March 2026"; empty where there are fewer than the least."""
    if len(found) < least:
        return ""
    return f"{_number(len(found), noun)}{then} {_since(one.on for one in found)}"


def _organisations(found: Iterable[Contact]) -> set[int]:
    return {one.organisation for one in found}


# 2.11, and 2.1 beside it


def _talks(facts: Facts, organisations: int) -> str:
    talks = facts.of("dialogue")
    partners = _organisations(talks)
    if len(partners) < organisations:
        return ""
    if all(one.is_commissioner for one in talks):
        whom = _number(len(partners), "commissioner")
    else:
        whom = _number(len(partners), "organisation")
    return f"{_number(len(talks), 'talk')} with {whom} {_since(one.on for one in talks)}"


def _both_sides(facts: Facts) -> str:
    talks = facts.of("dialogue")
    paying = [one for one in talks if one.is_commissioner]
    running = [one for one in talks if one.is_provider]
    # One organisation that does both is one side only.
    both = len(paying) > 1 and len(running) > 1 and len(_organisations([*paying, *running])) > 1
    if not both:
        return ""
    days = _since(one.on for one in [*paying, *running])
    return (
        f"{_number(len(paying), 'talk')} with commissioners and {_word(len(running))} with providers {days}"
    )


def _both_sides_and_change(facts: Facts) -> str:
    both = _both_sides(facts)
    return (
        f"{both}, and a service was changed"
        if both and any(one.changed for one in facts.of("dialogue"))
        else ""
    )


def _facts_told(facts: Facts) -> str:
    told = [one for one in facts.of("dialogue") if one.is_commissioner]
    if not facts.heard or not told:
        return ""
    return f"{_contacts(told, 'talk', then=' with commissioners')}, and reviewed records of need to bring to them"


def _facts_in_time(facts: Facts) -> str:
    asked = [one for one in facts.of("specification") if one.is_done]
    if not facts.heard or not asked:
        return ""
    return f"reviewed records of need, and a section asked for in {_contacts(asked, 'specification')}"


def _facts_or_talk(facts: Facts) -> str:
    if facts.heard:
        number = sum(one.number for one in facts.heard)
        return f"{_number(number, 'reviewed record')} of need {_since(one.first_on for one in facts.heard)}"
    told = [one for one in facts.of("dialogue") if one.is_commissioner]
    return _contacts(told, "talk", then=" with commissioners")


# 2.12 to 2.15


def _requests(least_answered: int) -> Callable[[Facts], str]:
    def reached(facts: Facts) -> str:
        answered = [one for one in facts.of("request") if one.is_done]
        return _contacts(answered, "request", least_answered, then=" with an answer")

    return reached


def _responses(facts: Facts) -> str:
    in_time = [one for one in facts.of("consultation") if one.is_done]
    return _contacts(in_time, "response", 2, then=" to consultations sent in time")


def _response_taken_up(facts: Facts) -> str:
    responses = _responses(facts)
    taken_up = any(one.changed for one in facts.of("consultation"))
    return f"{responses}, and a point was taken up" if responses and taken_up else ""


def _meetings_and_matter(facts: Facts) -> str:
    met = _contacts(facts.of("forum"), "forum meeting", 3)
    return f"{met}, and a matter raised" if met and any(one.is_done for one in facts.of("forum")) else ""


def _meetings_and_result(facts: Facts) -> str:
    matter = _meetings_and_matter(facts)
    return (
        f"{matter} that the forum took on" if matter and any(one.changed for one in facts.of("forum")) else ""
    )


def _section_asked(facts: Facts, *, is_settled: bool = False) -> str:
    asked = [one for one in facts.of("specification") if one.is_done and one.is_settled >= is_settled]
    return _contacts(
        asked, "specification", then=" with a section asked for" + (" and a reply" if is_settled else "")
    )


def _section_with_marks(facts: Facts) -> str:
    return _contacts(
        [one for one in facts.of("specification") if one.changed],
        "specification",
        then=" with marks obtained",
    )


# 2.15a to 2.15d


def _heard(method: str, least: int, noun: str) -> Callable[[Facts], str]:
    def reached(facts: Facts) -> str:
        found = [one for one in facts.heard if one.method == method]
        number = sum(one.number for one in found)
        if number < least:
            return ""
        return f"{_number(number, 'reviewed record')} {noun} {_since(one.first_on for one in found)}"

    return reached


# 2.21 to 2.23


def _partners(stages: frozenset[str], words: str) -> Callable[[Facts], str]:
    def reached(facts: Facts) -> str:
        found = [one for one in facts.partners if one.stage in stages]
        if not found:
            return ""
        return f"{_number(len(found), 'partnership')} {words} {_since(one.on for one in found)}"

    return reached


def _sub_contract(facts: Facts) -> str:
    if standing := _partners(frozenset({"sub_contract"}), "with a sub-contract")(facts):
        return standing
    ended = [one for one in facts.partners if one.stage == "ended" and one.was_sub_contract]
    return (
        f"a sub-contract that ended in {MONTH_NAMES[ended[0].on.month - 1]} {ended[0].on.year}"
        if ended
        else ""
    )


def _proofs(facts: Facts, code: str, least: int) -> str:
    number = sum(one.number for one in facts.work if one.code == code)
    if number < least:
        return ""
    show = "shows" if number == 1 else "show"
    return f"{_number(number, 'piece')} of work of the last three years that {show} it"


def _shown_to_primes(facts: Facts) -> str:
    shown = _proofs(facts, "2.22", 2)
    primes = {one.organisation for one in facts.partners if one.stage in APPROACHED}
    return (
        f"{shown}, and {_number(len(primes), 'larger organisation')} approached"
        if shown and len(primes) > 1
        else ""
    )


def _any_figures(facts: Facts) -> str:
    if facts.figures:
        return f"figures {_since(one.first_on for one in facts.figures)}"
    return _proofs(facts, "2.23", 1)


def _kept_figures(facts: Facts) -> str:
    kept = [one for one in facts.figures if one.number > 1]
    if kept:
        return f"{_number(len(kept), 'indicator')} with two or more figures {_since(one.first_on for one in kept)}"
    return _proofs(facts, "2.23", 2)


def _outputs_and_outcomes(facts: Facts) -> str:
    kept = [one for one in facts.figures if one.number > 1]
    if {one.kind for one in kept} < {"output", "outcome"} or not any(one.has_aim for one in kept):
        return ""
    return f"outputs and outcomes with two or more figures and an aim {_since(one.first_on for one in kept)}"


RULES: Mapping[str, Sequence[Step]] = {
    "2.1": [(3, _facts_in_time), (2, _facts_told), (1, _facts_or_talk)],
    "2.11": [
        (4, _both_sides_and_change),
        (3, _both_sides),
        (2, lambda facts: _talks(facts, 2)),
        (1, lambda facts: _talks(facts, 1)),
    ],
    "2.12": [
        (4, _requests(3)),
        (3, _requests(1)),
        (2, lambda facts: _contacts(facts.of("request"), "request")),
    ],
    "2.13": [
        (4, _response_taken_up),
        (3, _responses),
        (
            2,
            lambda facts: _contacts(
                [one for one in facts.of("consultation") if one.is_settled], "response", then=" to consultations"
            ),
        ),
        (1, lambda facts: _contacts(facts.of("consultation"), "consultation", then=" noted")),
    ],
    "2.14": [
        (4, _meetings_and_result),
        (3, _meetings_and_matter),
        (2, lambda facts: _contacts(facts.of("forum"), "forum meeting", 2)),
        (1, lambda facts: _contacts(facts.of("forum"), "forum meeting")),
    ],
    "2.15": [
        (4, _section_with_marks),
        (3, lambda facts: _section_asked(facts, is_settled=True)),
        (2, _section_asked),
        (1, lambda facts: _contacts(facts.of("specification"), "specification", then=" looked at")),
    ],
    "2.15a": [(3, _heard("survey", 2, "from surveys")), (2, _heard("survey", 1, "from surveys"))],
    "2.15b": [
        (3, _heard("focus_group", 2, "from discussions")),
        (2, _heard("focus_group", 1, "from discussions")),
    ],
    "2.15c": [
        (3, _heard("enquiry", 6, "from requests for help")),
        (2, _heard("enquiry", 3, "from requests for help")),
        (1, _heard("enquiry", 1, "from requests for help")),
    ],
    "2.15d": [
        (3, _heard("mystery_shopping", 3, "from trying out services")),
        (2, _heard("mystery_shopping", 1, "from trying out services")),
    ],
    "2.21": [
        (4, _sub_contract),
        (3, _partners(AGREED, "agreed or named in a bid")),
        (2, _partners(APPROACHED, "approached")),
        (1, _partners(APPROACHED | {"identified"}, "noted")),
    ],
    "2.22": [
        (3, _shown_to_primes),
        (2, lambda facts: _proofs(facts, "2.22", 2)),
        (1, lambda facts: _proofs(facts, "2.22", 1)),
    ],
    "2.23": [(3, _outputs_and_outcomes), (2, _kept_figures), (1, _any_figures)],
}  # fmt: skip
# Why there is nothing, by criterion.
NOTHING = {
    "2.1": "no talk with a commissioner and no reviewed record of need in the last 12 months",
    "2.11": "no talk with a commissioner or provider in the last 12 months",
    "2.12": "no request in the last 12 months",
    "2.13": "no consultation in the last 12 months",
    "2.14": "no forum meeting in the last 12 months",
    "2.15": "no specification in the last 12 months",
    "2.15a": "no reviewed record from a survey in the last 12 months",
    "2.15b": "no reviewed record from a discussion in the last 12 months",
    "2.15c": "no reviewed record from requests for help in the last 12 months",
    "2.15d": "no reviewed record from trying out a service in the last 12 months",
    "2.21": "no partnership noted",
    "2.22": "no piece of work of the last three years that shows it",
    "2.23": "no figures of the last 12 months, and no piece of work that shows it",
}
