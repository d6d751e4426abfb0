"""The sentences of an evidence brief, made from plain values (toolkit, sections 2.15 and 2.15a to 2.15d).

Nothing here asks the database. Numbers come as ``Count`` of toolkit_portal.core.disclosure, already protected, so that
no sentence can say what a table hides. What depends on a service area or a barrier stands in brief_texts.toml, the law
in law.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format

from evidence.brief_document import LawPoint, ScoredQuestion
from toolkit_portal.core.disclosure import SMALLEST_SHOWN, Count
from toolkit_portal.core.labels import label_key

FOLDER = Path(__file__).resolve().parent
QUALITY_MARKS = 100
SECTION_MARKS = 20
"""What the culturally sensitive section should carry of the marks for quality: our suggestion (section 2.15)."""
MOST_BARRIER_QUESTIONS = 4
MOST_NAMED = 4
_REST = "{label}"
_ANY_OTHER = re.compile(r"Any other (.+?)(?: background)?", re.IGNORECASE)


def listed(items: Iterable[str], *, joined: str = "and") -> str:
    """Return the items as words: "A", "A and B", "A, B and C"; "" for none."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joined} {words[-1]}"


def counted(count: Count, one: str, many: str) -> str:
    """Return a count with its noun: "no records", "1 record", "fewer than 5 people", "a number of people not shown"."""
    if count.value is None:
        return f"fewer than {SMALLEST_SHOWN} {many}" if count.is_small else f"a number of {many} not shown"
    if count.value == 0:
        return f"no {many}"
    return f"{count.value:,} {one if count.value == 1 else many}"


def records_words(count: Count) -> str:
    """Return a count of records in words."""
    return counted(count, "record", "records")


def people_words(count: Count) -> str:
    """Return a count of people in words."""
    return counted(count, "person", "people")


def period_words(start: date | None, end: date | None) -> str:
    """Return a period in words, both days included: "1 April 2025 to 31 March 2026"."""
    if start and end:
        return _day(start) if start == end else f"{_day(start)} to {_day(end)}"
    if start:
        return f"since {_day(start)}"
    return f"until {_day(end)}" if end else "all dates so far"


def places_words(districts: Sequence[str]) -> str:
    """Return districts in words, "Derbyshire" for none and "6 districts" for more than four."""
    if not districts:
        return "Derbyshire"
    return listed(districts) if len(districts) <= MOST_NAMED else f"{len(districts)} districts"


def who_words(communities: Sequence[str]) -> str:
    """Return whom a brief is about: "people from Roma and Polish communities"."""
    if not communities:
        return "people from ethnic minority communities"
    if len(communities) > MOST_NAMED:
        return f"people from {len(communities)} communities"
    noun = "community" if len(communities) == 1 else "communities"
    article = "the " if len(communities) == 1 else ""
    return f"people from {article}{listed(map(_community, communities))} {noun}"


def title(*, service_area: str, districts: Sequence[str] = (), communities: Sequence[str] = ()) -> str:
    """Return a brief's title: "Mental health in Chesterfield: unmet need of people from the Roma community"."""
    area = service_area or "Services"
    return f"{area} in {places_words(districts)}: unmet need of {who_words(communities)}"


def gap(
    *,
    service_area: str,
    records: Count,
    people: Count,
    districts: Sequence[str] = (),
    communities: Sequence[str] = (),
    barriers: Sequence[str] = (),
) -> str:
    """Return the gap in one sentence.

    barriers  labels, the most often named first; the first three are said
    people    how many people the records say are affected; 0 where none says so, and then it isn't said
    """
    who = who_words(communities)
    place = places_words(districts)
    if records.value == 0:
        area = f"“{service_area}”" if service_area else "any service"
        return f"No reviewed record yet shows an unmet need of {who} in {place} for {area} in this period."
    causes = listed(cause for cause in map(_cause, barriers) if cause) if len(barriers) <= 3 else ""
    causes = causes or listed([cause for cause in map(_cause, barriers) if cause][:3])
    because = f", mainly because of {causes}" if causes else ""
    shown = records_words(records)
    if people.value != 0 and not (people.value is None and not people.is_small):
        shown = f"{shown}, about {people_words(people)},"
    verb = "shows" if records.value == 1 else "show"
    sentence = (
        f"{who} in {place} are going without {_service(service_area, 'missing')}{because}: {shown} {verb} it."
    )
    return f"{sentence[0].upper()}{sentence[1:]}"


def affected(
    *,
    people: Count,
    records: Count,
    communities: Sequence[tuple[str, Count]] = (),
    districts: Sequence[tuple[str, Count]] = (),
) -> tuple[str, ...]:
    """Return who is affected, a sentence each; communities and districts with how many people each."""
    sentences = []
    if people.value == 0:
        sentences.append(f"Of the {records_words(records)}, none says how many people are affected.")
    else:
        sentences.append(
            _capital(f"{people_words(people)} {_are(people)} affected, as far as the records say.")
        )
    for what, rows in (("community", communities), ("district", districts)):
        named = [f"{label} ({people_words(count)})" for label, count in rows if count.value != 0]
        if named:
            sentences.append(f"By {what}: {listed(named)}.")
    if len(communities) > 1 or len(districts) > 1:
        sentences.append(
            "A record that names several districts or communities counts in each of them and once in the total."
        )
    return tuple(sentences)


def limits(method: str, records: Count) -> tuple[str, ...]:
    """Return what one way of asking can't show, a sentence each; () for no records.

    method  a value of Evidence.Method; another is taken as "other"
    """
    if records.value == 0:
        return ()
    texts = _texts()["limits"]
    words = texts.get(method, texts["other"])
    sentences = [words["one"] if records.value == 1 else words["many"], *words["always"]]
    if records.value != 1 and (records.is_small or (records.value or SMALLEST_SHOWN) < SMALLEST_SHOWN):
        sentences.insert(
            1, "There are only a few of them, so take them as signs and not as proof of how common this is."
        )
    return tuple(sentences)


def law_notice() -> str:
    """Return the sentence that stands with every word on the law: information, not legal advice."""
    return str(_law()["notice"])


def law_points(service_area: str = "") -> tuple[LawPoint, ...]:
    """Return what holds for buying this kind of service, each with its source and the day it was checked."""
    key = label_key(service_area)
    return tuple(
        LawPoint(
            title=point["title"], text=point["text"], source=point["source"], checked_on=point["checked"]
        )
        for point in _law()["points"]
        if "services" not in point or key in map(label_key, point["services"])
    )


def clause(
    *,
    service_area: str,
    districts: Sequence[str] = (),
    communities: Sequence[str] = (),
    barriers: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return a draft section for the service specification, a numbered paragraph each (section 2.15)."""
    who = who_words(communities)
    numbered = [
        f"Culturally sensitive service. The provider of this {_service(service_area, 'service')} service must make sure"
        f" that {who} in {places_words(districts)} can use it as easily, and with results as good, as everybody else.",
        "The provider must plan, review and change the service together with people from these communities and with"
        " community groups that they trust, and pay such groups for the work it asks of them.",
    ]
    numbered += [f"The provider must {_barrier(label, 'duty')}." for label in _named(barriers)]
    numbered += [
        "The provider must count who uses the service, how long they wait and what comes of it by ethnic group and"
        " district, protect small numbers, and report every three months.",
        f"This section carries {SECTION_MARKS} of the {QUALITY_MARKS} marks for quality. A bidder that scores fewer"
        f" than half of them must agree with the commissioner how it will improve before the contract starts.",
    ]
    return tuple(f"{number}. {text}" for number, text in enumerate(numbered, start=1))


def questions(barriers: Sequence[str] = ()) -> tuple[ScoredQuestion, ...]:
    """Return questions for bidders whose marks add up to SECTION_MARKS: a first, one a barrier (four at most), a last.

    barriers  labels, the most often named first
    """
    texts = _texts()
    asked = [
        (texts["question_first"]["question"], texts["question_first"]["good_answer"]),
        *(
            (_barrier(label, "question"), _barrier(label, "good_answer"))
            for label in _named(barriers)[:MOST_BARRIER_QUESTIONS]
        ),
        (texts["question_last"]["question"], texts["question_last"]["good_answer"]),
    ]
    return tuple(
        ScoredQuestion(question=question, marks=marks, good_answer=answer)
        for (question, answer), marks in zip(asked, _shared(SECTION_MARKS, len(asked)), strict=True)
    )


def method_note(
    *,
    lio: str,
    records: Count,
    methods: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    is_hidden: bool = False,
) -> tuple[str, ...]:
    """Return where the facts come from and how they were made, a paragraph each.

    methods    names of the ways of asking, as people read them
    is_hidden  whether any number of the brief is hidden
    """
    period = period_words(start, end)
    ways = f" They came by {listed(sorted({_lower(name) for name in methods}))}." if methods else ""
    paragraphs = [
        f"This brief rests on {records_words(records)} of unmet need kept by {lio or 'the local infrastructure organisation'},"
        f" dated {period}.{ways} A second person read every record before it was counted.",
        "The records were collected to show where services fail people. They are not a sample of everybody who lives"
        " here, so they show that a need is there and what it is like, not how many people have it.",
        "Counts of people are what those who told us said or reckoned. A record that names several districts or"
        " communities counts in each of them and once in the total.",
        "Quotes are printed only with the consent of those who said them, and without what could show who they are.",
    ]
    if is_hidden:
        paragraphs.append(
            f"Numbers from 1 to {SMALLEST_SHOWN - 1} are shown as “<{SMALLEST_SHOWN}”, and others are hidden as “*” where"
            " they would give one of these away, so that nobody can be recognised."
        )
    return tuple(paragraphs)


def _named(barriers: Iterable[str]) -> list[str]:
    """Barriers that say something, each once."""
    return list(
        {label_key(label): label for label in barriers if label_key(label) not in ("", "other")}.values()
    )


def _cause(label: str) -> str:
    return _barrier(label, "cause") if _named([label]) else ""


def _barrier(label: str, part: str) -> str:
    texts = _by_key("barriers").get(label_key(label), _texts()["fallback"])
    return str(texts[part]).replace(_REST, label)


def _service(label: str, part: str) -> str:
    known = _by_key("services").get(label_key(label))
    if known:
        return str(known[part])
    if part == "service":
        return f"“{label}”" if label else "public"
    return f"what they need from services (“{label}”)" if label else str(_texts()["fallback"]["missing"])


def _community(label: str) -> str:
    """A listed community before the word "community": "other Asian" for "Any other Asian background"."""
    other = _ANY_OTHER.fullmatch(label.strip())
    return f"other {other[1].removesuffix(' group')}" if other else label


def _shared(total: int, parts: int) -> list[int]:
    """Whole numbers that differ by one at most and add up to the total, the larger first."""
    each, rest = divmod(total, parts)
    return [each + (number < rest) for number in range(parts)]


def _are(count: Count) -> str:
    return "is" if count.value == 1 else "are"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _by_key(part: str) -> dict[str, dict[str, str]]:
    return {label_key(label): texts for label, texts in _texts()[part].items()}


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "brief_texts.toml").read_text(encoding="utf-8"))


@cache
def _law() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "law.toml").read_text(encoding="utf-8"))
