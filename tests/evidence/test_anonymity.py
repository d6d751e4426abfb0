"""What in a quote could tell who said it is found, all of it is masked, and nothing else is touched."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence.anonymity import Finding, find_identifying, masked

MASKS = {
    "an e-mail address": "[e-mail address]",
    "a web address or account": "[web address]",
    "a postcode": "[postcode]",
    "an address": "[address]",
    "a date": "[date]",
    "a phone number": "[phone number]",
    "a number that belongs to somebody": "[number]",
    "a name": "[name]",
}
# What people are known by, as it comes in the midst of a sentence.
TELLING = [
    "07700 900123",
    "+44 1246 555 010",
    "(01246) 555010",
    "S40 1AB",
    "de451ab",
    "amal@example.org",
    "www.example.org/amal",
    "@amal_s40",
    "12 Saltergate Road",
    "flat 4",
    "Beetwell Street",
    "QQ 12 34 56 C",
    "943 476 5919",
    "REF1234567",
    "14/03/1961",
    "3rd March 1961",
    "Mrs Okafor",
    "Dr. Łukasz Nowak",
    "my name is Farida",
    "my husband Tariq",
    "her social worker Janet",
    "Amal Hussein",
]
PLAIN = [
    "they told me to wait",
    "nobody spoke Urdu",
    "at the job centre",
    "for six weeks",
    "in Chesterfield",
    "and the NHS never rang back",
    "my mother cried",
    "I paid £35.50",
    "about 30% of us",
    "on a Monday in May",
    "since 2019",
    "with 2 children under 5",
]


@pytest.mark.parametrize(
    ("text", "what", "words"),
    [
        ("Ring 07700 900123.", "a phone number", "07700 900123"),
        ("Ring +44 (0)1246 555 010 now", "a phone number", "+44 (0)1246 555 010"),
        ("I live at S40 1AB.", "a postcode", "S40 1AB"),
        ("I live at de451ab", "a postcode", "de451ab"),
        ("Write to amal.h@mail.example.org.", "an e-mail address", "amal.h@mail.example.org"),
        ("I am @amal_s40 there", "a web address or account", "@amal_s40"),
        ("See https://example.org/amal?x=1", "a web address or account", "https://example.org/amal?x=1"),
        ("We moved to 12 Saltergate Road then", "an address", "12 Saltergate Road"),
        ("I was put in flat 4 there", "an address", "flat 4"),
        ("The office in Beetwell Street shut", "an address", "Beetwell Street"),
        ("My number is QQ 12 34 56 C", "a number that belongs to somebody", "QQ 12 34 56 C"),
        ("born 14/03/1961 in Derby", "a date", "14/03/1961"),
        ("born 3rd March 1961 in Derby", "a date", "3rd March 1961"),
        ("I asked Mrs Okafor", "a name", "Mrs Okafor"),
        ("I asked Dr. Łukasz Nowak", "a name", "Dr. Łukasz Nowak"),
        ("my name is Farida", "a name", "Farida"),
        ("They called my husband Tariq a liar", "a name", "Tariq"),
        ("her social worker Janet left", "a name", "Janet"),
        ("and then Amal Hussein came", "a name", "Amal Hussein"),
        ("Amal Hussein was sent away", "a name", "Amal Hussein"),
        ("When Zoë McDonald-Öz came", "a name", "Zoë McDonald-Öz"),
        ("and then O'Neill-Smith? no, Mary O'Neill came", "a name", "Mary O'Neill"),
    ],
)
def test_what_tells_is_found_and_named(text, what, words):
    found = find_identifying(text)
    assert [(item.what, item.words) for item in found] == [(what, words)]
    assert found[0].mask == MASKS[what]
    assert text[found[0].start : found[0].end] == words


@pytest.mark.parametrize(
    "text",
    [
        *PLAIN,
        "They said I must speak English. Nobody helped.",
        "When Council men came. Then I'm The Last. Didn't Nobody know",
        "NOBODY TOLD US ANYTHING AT ALL",
        "The Home Office lost it, and Universal Credit stopped.",
        "We waited from 9.30 to 11.45",
        "It was called off.",
        "My father came from Derby.",
        "It cost £1,250,000 they say",
        "",
    ],
)
def test_what_tells_nobody_is_left_alone(text):
    assert find_identifying(text, known_places=["Chesterfield"]) == []


def test_people_of_the_portal_are_found_however_they_are_written_but_not_inside_other_words():
    found = find_identifying(
        "I told FARIDA and farida's aunt, not faridan.", known_names=["Farida", "", "Al"]
    )
    assert [item.words for item in found] == ["FARIDA", "farida"]


def test_a_name_with_signs_of_a_pattern_in_it_is_looked_for_as_it_stands():
    assert [item.words for item in find_identifying("we met a.b (c here", known_names=["a.b (c"])] == [
        "a.b (c"
    ]
    assert find_identifying("we met axb here", known_names=["a.b", ".*", "[", "((("]) == []


def test_places_and_groups_are_nobodys_name():
    text = "We meet at Derbyshire Dales and then in Sunrise House."
    assert [item.words for item in find_identifying(text, known_places=["Derbyshire Dales"])] == [
        "Sunrise House"
    ]
    assert find_identifying("and then Amber Valley paid") != []
    assert find_identifying("and then Amber Valley paid", known_places=["Amber Valley"]) == []


def test_what_overlaps_is_one_finding_that_covers_all_of_it():
    # "Mrs Anna Lee" and "Lee Jones" share a word; the shorter one's surname must not stay behind.
    text = "and Mrs Anna Lee Jones told me"
    found = find_identifying(text)
    assert [item.words for item in found] == ["Mrs Anna Lee Jones"]
    assert masked(text, found) == "and [name] told me"


def test_the_words_beside_what_is_masked_stay_as_they_were():
    text = "Ring me on 07700 900123, said Mrs Okafor.\nOr write to amal@example.org!"
    assert masked(text, find_identifying(text)) == (
        "Ring me on [phone number], said [name].\nOr write to [e-mail address]!"
    )
    assert masked(text, []) == text


def holds(text: str, names: list[str]) -> list[Finding]:
    """The findings, after checking that they stand where they say, in order and apart, and that masking is exact."""
    found = find_identifying(text, known_names=names)
    end = 0
    for item in found:
        assert end <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == item.words
        assert MASKS[item.what] == item.mask
        end = item.end
    rebuilt, last = "", 0
    for item in found:
        rebuilt += text[last : item.start] + item.mask
        last = item.end
    assert masked(text, found) == masked(text, reversed(found)) == rebuilt + text[last:]
    return found


ODD = st.text(
    alphabet=st.one_of(
        st.sampled_from("aAbzZ019 .,'’-+()@/:&£%\n\t[]"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
)


@given(text=ODD, names=st.lists(ODD.filter(lambda words: len(words) < 20), max_size=3))
@example(text="[name] (((", names=["((("])
def test_findings_of_any_text_stand_where_they_say(text, names):
    holds(text, names)


@given(
    parts=st.lists(st.sampled_from(TELLING + PLAIN), min_size=1, max_size=8),
    between=st.lists(st.sampled_from([", ", " and then ", ". ", "; ", "\n"]), min_size=8, max_size=8),
    names=st.lists(st.sampled_from(["Farida", "Tariq", "Amal", "Janet Cole"]), max_size=3),
)
def test_masked_text_holds_nothing_that_was_found_and_stays_as_it_is(parts, between, names):
    text = "We said: " + "".join(part + gap for part, gap in zip(parts, between, strict=False))
    found = holds(text, names)
    safe = masked(text, found)
    for telling in TELLING:
        if telling in parts and not telling.startswith(("my ", "her ")):
            assert telling not in safe, telling
    for name in names:
        assert name.casefold() not in safe.casefold()
    # Masking what is masked finds nothing new to mask.
    again = find_identifying(safe, known_names=names)
    assert again == [], (text, safe)


@pytest.mark.parametrize("text", ["1 " * 4_000, "a" * 8_000, "Aa " * 3_000, "a@" * 4_000, "()-. " * 2_000])
def test_long_monotonous_text_is_searched_in_no_time(text):
    holds(text, ["Aa"])
