"""The sentences of an evidence brief, made from plain values (toolkit, sections 2.15 and 2.15a to 2.15d).

Nothing here asks the database. Numbers come as ``Count`` of toolkit_portal.core.disclosure, already protected, so that
no sentence can say what a table hides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.formats import date_format

from evidence.brief_document import LawPoint
from evidence.brief_texts import cause_of, law, limits_of, service_text
from toolkit_portal.core.disclosure import SMALLEST_SHOWN, Count
from toolkit_portal.core.labels import label_key

MOST_NAMED = 4
_ANY_OTHER = re.compile(r"Any other (.+?)(?: background)?", re.IGNORECASE)


def listed(items: Iterable[str], *, joined: str = "and") -> str:
    """Return the items as words: "A", "A and B", "A, B and C"; "" for none."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joined} {words[-1]}"


def counted(count: Count, one: str, many: str) -> str:
    """Return a count with its noun: "no records", "1 record", "fewer than 5 people", "an unstated number of people"."""
    if count.value is None:
        return f"fewer than {SMALLEST_SHOWN} {many}" if count.is_small else f"an unstated number of {many}"
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
    causes = listed(cause for cause in map(cause_of, barriers) if cause) if len(barriers) <= 3 else ""
    causes = causes or listed([cause for cause in map(cause_of, barriers) if cause][:3])
    because = f", mainly because of {causes}" if causes else ""
    shown = records_words(records)
    if people.value != 0 and not (people.value is None and not people.is_small):
        about = "" if people.value is None else "about "
        shown = f"{shown}, {about}{people_words(people)},"
    verb = "shows" if records.value == 1 else "show"
    missing = service_text(service_area, "missing")
    return _capital(f"{who} in {place} are going without {missing}{because}: {shown} {verb} it.")


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
        none = "The record doesn't say" if records.value == 1 else "None of the records says"
        sentences.append("No record yet." if records.value == 0 else f"{none} how many people are affected.")
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
    texts = limits_of()
    words = texts.get(method, texts["other"])
    sentences = [words["one"] if records.value == 1 else words["many"], *words["always"]]
    if records.value != 1 and (records.is_small or (records.value or SMALLEST_SHOWN) < SMALLEST_SHOWN):
        sentences.insert(1, "There are only a few of them: signs, and no proof of how common this is.")
    return tuple(sentences)


def law_notice() -> str:
    """Return the sentence that stands with every word on the law: information, not legal advice."""
    return str(law()["notice"])


def law_points(service_area: str = "") -> tuple[LawPoint, ...]:
    """Return what holds for buying this kind of service, each with its source and the day it was checked."""
    key = label_key(service_area)
    return tuple(
        LawPoint(
            title=point["title"], text=point["text"], source=point["source"], checked_on=point["checked"]
        )
        for point in law()["points"]
        if "services" not in point or key in map(label_key, point["services"])
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
    dated = f"dated {period_words(start, end)}" if start or end else "of all dates so far"
    keeper = lio or "the local infrastructure organisation"
    ways = f" They came by {listed(_lower(name) for name in dict.fromkeys(methods))}." if methods else ""
    paragraphs = [
        f"This brief rests on {records_words(records)} of unmet need, {dated}, kept by {keeper}.{ways} Only reviewed"
        " records count: a second person read each of them, or they came into the portal as reviewed.",
        "The records were collected to show where services fail people. They are not a sample of everybody who lives"
        " here, so they show that a need is there and what it is like, not how many people have it.",
        "Counts of people are what those who told us said or reckoned. A record that names several districts or"
        " communities counts in each of them and once in the total.",
        "Quotes are printed only with the consent of those who said them, and without what could show who they are.",
    ]
    if is_hidden:
        paragraphs.append(
            f"Numbers from 1 to {SMALLEST_SHOWN - 1} are shown as “<{SMALLEST_SHOWN}”, and others are hidden as “*”"
            " where they would give one of these away, so that nobody can be recognised."
        )
    return tuple(paragraphs)


def _community(label: str) -> str:
    """A listed community before the word "community": "other Asian" for "Any other Asian background"."""
    other = _ANY_OTHER.fullmatch(label.strip())
    return f"other {other[1].removesuffix(' group')}" if other else label


def _are(count: Count) -> str:
    return "is" if count.value == 1 else "are"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _day(day: date) -> str:
    return date_format(day, "j F Y")
