"""What in a quote could tell who said it: names, numbers, addresses. Found for the writer, who may have it masked.

A help, not a guard: no program finds every name. The writer decides, and a second person reviews.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w{3,}")
_POSTCODE = re.compile(r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w£$€.,])(?:\+|00)?\(?\d[\d\s().-]{6,}\d(?![\w%])")
_DAY = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:19|20)\d{2}\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b(?:[A-Z]{2}\s?(?:\d{2}\s?){3}[A-D]|\d{3}[\s-]?\d{3}[\s-]?\d{4}|[A-Z]{0,3}\d{6,})\b")
_STREET_WORDS = (
    "street|road|avenue|lane|close|drive|crescent|court|gardens|place|terrace|grove|walk|mews|hill|rise|view|square|"
    "house|flats|gate|row|croft|bank|st|rd|ave"
)
_ADDRESS = re.compile(
    rf"\b(?:flat\s+\d+\w?,?\s+)?\d{{1,4}}[a-z]?,?\s+(?:[A-Z][\w'’-]+\s+){{1,3}}(?i:{_STREET_WORDS})\b"
    rf"|\b(?:[A-Z][\w'’-]+\s+){{1,3}}(?:{_STREET_WORDS.title()})\b"
    r"|\bflat\s+\d+\w?\b",
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sister|Nurse|Imam|Rev|Father|Councillor|Cllr|PC|Sergeant|Uncle|Auntie|"
    r"Aunty)\.?\s+(?:[^\W\d_][\w'’-]*)(?:\s+[A-Z][\w'’-]+)?"
)
_CALLED = re.compile(
    r"(?i:\b(?:my name is|my name's|i am called|i'm called|called|named|name of|this is|signed,?))\s+"
    r"(?P<name>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)?)"
)
_KIN = re.compile(
    r"(?i:\b(?:my|our|his|her|their)\s+(?:husband|wife|son|daughter|mother|father|mum|dad|brother|sister|friend|"
    r"neighbour|cousin|aunt|uncle|partner|carer|gp|doctor|social worker|caseworker))\s+(?P<name>[A-Z][\w'’-]+)"
)
# Whatever the alphabet: Zoë, Łukasz, O'Neill. Not whole words in capitals.
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Words written with a capital that name nobody.
_NOBODY = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december i nhs gp english urdu punjabi polish arabic bengali cantonese mandarin
    romanian somali gujarati hindi farsi kurdish ukrainian tigrinya british asian black white african caribbean
    indian pakistani bangladeshi chinese roma irish muslim christian hindu sikh jewish god allah eid ramadan diwali
    christmas easter universal credit home office job centre jobcentre plus citizens advice social services police
    council hospital school county borough royal general practice health derbyshire derby peak england uk britain
    europe housing benefit pip esa covid whatsapp facebook google zoom bme lio mrs the
    """.split()  # noqa: SIM905  a list of words reads better as words
)
# Words that begin a sentence, so that the capital of the one says nothing about the next.
_BEGINNINGS = frozenset(
    """
    a about after again all also although always an and another any anyone are as ask at because before being
    both but by can come could couldn dear did didn do does doesn don during each either even ever every
    everybody everyone everything first for from give go had has have he hello help her here hers hi his how
    however if in instead is it its just last later like many maybe more most my near neither never next no
    nobody none not nothing now of often on once one only or our over people perhaps please shall she should
    since so some somebody someone something sometimes sorry still such thank thanks that their then there these
    they this those though through to today tomorrow two under until was we well were what when where which
    while who whose why with without would yes yesterday you your
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, order=True)
class Finding:
    """Something that could tell who is meant: where it stands, what it is in words, and what masks it."""

    start: int
    end: int
    what: str
    mask: str
    words: str


def find_identifying(
    text: str, *, known_names: Iterable[str] = (), known_places: Iterable[str] = ()
) -> list[Finding]:
    """What a reader could know somebody by, in order, without overlaps.

    known_names: names of people in the portal, each looked for as a whole. known_places: names of districts, groups
    and organisations, which name no person and are passed over.
    """
    free = {word.casefold() for place in known_places for word in re.findall(r"\w+", place)} | _NOBODY
    found: list[Finding] = []
    for pattern, what, mask in (
        (_EMAIL, "an e-mail address", "[e-mail address]"),
        (_WEB, "a web address or account", "[web address]"),
        (_POSTCODE, "a postcode", "[postcode]"),
        (_ADDRESS, "an address", "[address]"),
        (_DAY, "a date", "[date]"),
        (_PHONE, "a phone number", "[phone number]"),
        (_NUMBER, "a number that belongs to somebody", "[number]"),
    ):
        found += [
            Finding(match.start(), match.end(), what, mask, match.group()) for match in pattern.finditer(text)
        ]
    for name in known_names:
        if len(name.strip()) > 2:
            pattern = re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", re.IGNORECASE)
            found += [
                Finding(match.start(), match.end(), "a name", "[name]", match.group())
                for match in pattern.finditer(text)
            ]
    for pattern in (_TITLED, _CALLED, _KIN):
        for match in pattern.finditer(text):
            group = "name" if "name" in pattern.groupindex else 0
            words = match.group(group)
            if all(word.casefold() in free for word in re.findall(r"\w+", words)):
                continue
            found.append(Finding(match.start(group), match.end(group), "a name", "[name]", words))
    found += [
        Finding(start, end, "a name", "[name]", text[start:end])
        for start, end in _runs_of_capitals(text, free | _BEGINNINGS)
    ]
    return _joined(text, found)


def _runs_of_capitals(text: str, free: frozenset[str] | set[str]) -> list[tuple[int, int]]:
    """Where two or more words with a capital stand together, such as a first name and a surname, none of them free."""
    runs: list[tuple[int, int]] = []
    start = end = count = 0
    for match in _WORD.finditer(text):
        word = match.group()
        like_a_name = (
            word[0].isupper()
            and (word[1:2].islower() or word[1:2] in {"'", "’"})
            and re.split("['’]", word)[0].casefold() not in free
        )
        if like_a_name and count and text[end : match.start()].strip(" ") == "":
            end, count = match.end(), count + 1
            continue
        if count > 1:
            runs.append((start, end))
        start, end, count = match.start(), match.end(), int(like_a_name)
    if count > 1:
        runs.append((start, end))
    return runs


def _joined(text: str, found: list[Finding]) -> list[Finding]:
    """One finding for those that overlap: all of what they cover, called after the longest of them."""
    joined: list[Finding] = []
    longest = 0
    for finding in sorted(found, key=lambda item: (item.start, -item.end)):
        length = finding.end - finding.start
        if not joined or finding.start >= joined[-1].end:
            joined.append(finding)
            longest = length
            continue
        last = joined.pop()
        named = finding if length > longest else last
        longest = max(longest, length)
        end = max(last.end, finding.end)
        joined.append(Finding(last.start, end, named.what, named.mask, text[last.start : end]))
    return joined


def masked(text: str, findings: Iterable[Finding]) -> str:
    """The text with each finding replaced by what masks it."""
    for finding in sorted(findings, reverse=True):
        text = text[: finding.start] + finding.mask + text[finding.end :]
    return text
