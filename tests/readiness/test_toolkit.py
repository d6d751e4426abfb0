"""The toolkit's file: what a valid edition gives, and what is said about one that isn't."""

import copy
import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readiness.toolkit import EditionError, bundled_editions, parse_edition

DERBYSHIRE = next(path for path in bundled_editions() if path.name == "derbyshire-1.toml")
TEXT = DERBYSHIRE.read_text(encoding="utf-8")
CODES = ["2.1", "2.11", "2.12", "2.13", "2.14", "2.15", "2.15a", "2.15b", "2.15c", "2.15d"]
CODES += ["2.2", "2.21", "2.22", "2.23"]


def as_toml(value: object) -> str:
    """A value as TOML on one line: enough to write an edition back after changing it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for the delete character and pairs of surrogates.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and not value.is_finite():
        return str(value).lower().replace("infinity", "inf")
    return value.isoformat() if isinstance(value, date) else str(value)


def edition_file(fields: dict) -> str:
    return "\n".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in fields.items())


def small_edition() -> dict:
    """A valid edition with one section."""
    action = {"what": "Do it", "first_step": "Begin", "support": "Help", "who": "both", "weeks": 4}
    return {
        "code": "small-1",
        "title": "Small",
        "published": date(2026, 11, 1),
        "language": "en-GB",
        "intro": "Intro",
        "law_notice": "Not legal advice",
        "level_names": ["a", "b", "c", "d", "e"],
        "bands": [{"least": 0, "name": "low"}, {"least": 50, "name": "high"}],
        "routes": [
            {"key": "first", "title": "First", "summary": "Begin"},
            {"key": "second", "title": "Second", "summary": "Go on", "after": "first", "levels": {"9.1a": 2}},
        ],
        "themes": [{"code": "9", "title": "Nine", "intro": "Intro", "weight": 1}],
        "criteria": [
            {
                "code": "9.1a",
                "theme": "9",
                "title": "Title",
                "statement": "Statement",
                "why": "Why",
                "weight": 1,
                "levels": ["none", "some", "more", "most", "all"],
                "evidence": ["A note"],
                "actions": [
                    {"level": level, "key": f"do-{level}-{turn}", **action}
                    for level in range(4)
                    for turn in range(2)
                ],
                "law": [
                    {"then": "Old", "now": "New", "source": "Act", "checked": date(2026, 11, 1)},
                ],
            }
        ],
    }


def problems_of(fields: dict | str) -> tuple[str, ...]:
    text = fields if isinstance(fields, str) else edition_file(fields)
    with pytest.raises(EditionError) as raised:
        parse_edition(text, name="small.toml")
    return raised.value.problems


# The edition that comes with the portal


def test_bundled_edition_has_the_fourteen_sections_in_order():
    edition = parse_edition(DERBYSHIRE)
    assert edition.code == DERBYSHIRE.stem
    assert [criterion.code for criterion in edition.criteria] == CODES
    assert [theme.code for theme in edition.themes] == ["2.1", "2.2"]
    for criterion in edition.criteria:
        assert criterion.theme == ("2.2" if criterion.code.startswith("2.2") else "2.1")
        assert criterion.weight == 1


def test_bundled_edition_names_levels_and_bands_as_the_portal_does():
    edition = parse_edition(DERBYSHIRE)
    assert edition.level_names == ("not started", "exploring", "under way", "in place", "established")
    assert [(band.least, band.name) for band in edition.bands] == [
        (0, "starting"),
        (25, "developing"),
        (50, "gaining ground"),
        (75, "well placed"),
    ]
    assert "not legal advice" in edition.law_notice
    assert "letters" in edition.letters_note


def test_bundled_edition_holds_the_ladder_of_routes():
    build, heard, sub_contract, tender = parse_edition(DERBYSHIRE).routes
    assert set(build) == {"key", "title", "summary"}, "everyone begins here, so nothing is asked"
    assert heard["theme_scores"] == {"2.1": 40}
    assert sub_contract["theme_scores"] == {"2.2": 50}
    assert sub_contract["levels"] == {"2.21": 2}
    assert (sub_contract["evidence_records"], sub_contract["evidence_months"]) == (1, 24)
    assert not any("insurance" in name for name in sub_contract["credentials"])
    assert tender["after"] == "sub-contract"
    assert tender["levels"] == {"2.23": 3}
    assert (tender["overall"], tender["track_records"], tender["track_record_years"]) == (75, 2, 3)


@pytest.mark.parametrize("code", CODES)
def test_every_section_offers_two_actions_a_level_and_someone_beside_the_group(code):
    (criterion,) = [item for item in parse_edition(DERBYSHIRE).criteria if item.code == code]
    for level in range(4):
        assert sum(action.level == level for action in criterion.actions) >= 2
    assert len(criterion.evidence) >= 3
    for action in criterion.actions:
        assert "officer" in action.support, f"{action.key} doesn't say what the officer does"


@pytest.mark.parametrize("code", ["2.1", "2.11", "2.12", "2.13", "2.15"])
def test_sections_touched_by_law_show_it_then_and_now_with_a_source(code):
    (criterion,) = [item for item in parse_edition(DERBYSHIRE).criteria if item.code == code]
    assert criterion.law
    for note in criterion.law:
        assert note.then
        assert note.now
        assert note.source
        assert note.checked == date(2026, 11, 1)


def test_what_is_not_confirmed_is_shown_only_as_something_to_check():
    notes = [note for criterion in parse_edition(DERBYSHIRE).criteria for note in criterion.law]
    reserved = [note for note in notes if "kept for local suppliers" in note.now]
    assert len(reserved) == 1
    assert reserved[0].now.startswith("To check")


def test_texts_spell_out_acronyms_and_say_group():
    edition = parse_edition(DERBYSHIRE)
    everyday = ("NHS", "VAT")
    spelled_out = {"LIO": "local infrastructure organisation", "BME": "Black and Minority Ethnic"}
    spelled_out["PPON"] = "public procurement organisation number"
    for criterion in edition.criteria:
        notes = [text for note in criterion.law for text in (note.then, note.now)]
        advice = [text for item in criterion.actions for text in (item.what, item.first_step, item.support)]
        section = " ".join([criterion.statement, criterion.why, *criterion.levels, *notes, *advice])
        for acronym in re.findall(r"\b[A-Z]{3,}s?\b", section):
            assert acronym in everyday or spelled_out[acronym] in section, (criterion.code, acronym)
        assert "client" not in section.casefold()


# What a file gives


def test_another_edition_may_have_other_codes():
    edition = parse_edition(edition_file(small_edition()))
    assert [criterion.code for criterion in edition.criteria] == ["9.1a"]
    assert edition.letters_note == ""
    assert edition.criteria[0].law[0].url == ""
    assert edition.routes[1]["levels"] == {"9.1a": 2}


def test_checksum_depends_on_content_and_not_on_how_it_is_written():
    fields = small_edition()
    before = parse_edition(edition_file(fields)).checksum
    assert re.fullmatch(r"[0-9a-f]{64}", before)
    turned = dict(reversed(fields.items()))
    assert parse_edition("# a comment\n\n" + edition_file(turned)).checksum == before
    fields["themes"][0]["weight"] = Decimal("1.000")
    assert parse_edition(edition_file(fields)).checksum == before
    fields["criteria"][0]["actions"][0]["weeks"] = 5
    assert parse_edition(edition_file(fields)).checksum != before


def test_order_of_sections_is_content():
    fields = small_edition()
    second = copy.deepcopy(fields["criteria"][0])
    second["code"] = "9.2"
    for action in second["actions"]:
        action["key"] += "-again"
    fields["criteria"].append(second)
    before = parse_edition(edition_file(fields)).checksum
    fields["criteria"].reverse()
    assert parse_edition(edition_file(fields)).checksum != before


def test_byte_order_mark_of_a_windows_editor_is_no_fault(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(edition_file(small_edition()), encoding="utf-8-sig")
    assert parse_edition(path).code == "small-1"


def test_weights_are_exact():
    fields = small_edition()
    fields["criteria"][0]["weight"] = Decimal("0.1")
    assert parse_edition(edition_file(fields)).criteria[0].weight == Decimal("0.1")


# What is said about a faulty one


def change(path: str, value: object):
    """A change to an edition: the field at a path such as `criteria.0.code` set to a value."""

    def apply(fields: dict) -> None:
        *way, last = path.split("/")
        here = fields
        for step in way:
            here = here[int(step)] if isinstance(here, list) else here[step]
        if isinstance(here, list):
            here[int(last)] = value
        elif value is None:
            del here[last]
        else:
            here[last] = value

    return apply


FAULTS = [
    ("criteria/0/levels", ["a", "b", "c", "d"], "small.toml: 9.1a: levels: 4 given, 5 needed"),
    ("criteria/0/levels", ["a", "b", "c", "d", "e", "f"], "small.toml: 9.1a: levels: 6 given, 5 needed"),
    ("criteria/0/levels", ["a", "b", "c", "d", "a"], "small.toml: 9.1a: levels: two of them say the same"),
    ("criteria/0/levels/2", " ", "small.toml: 9.1a: levels 2: is empty"),
    ("criteria/0/levels/2", 7, "small.toml: 9.1a: levels 2: should be text, not a number"),
    ("criteria/0/levels", "a", "small.toml: 9.1a: levels: should be a list of texts, not text"),
    ("criteria/0/why", None, "small.toml: 9.1a: why: missing"),
    ("criteria/0/why", False, "small.toml: 9.1a: why: should be text, not true or false"),
    ("criteria/0/why", "a\0b", "small.toml: 9.1a: why: holds a control character"),
    ("criteria/0/title", "x" * 201, "small.toml: 9.1a: title: is 201 characters long, 200 at most"),
    ("criteria/0/code", None, "small.toml: criterion 1: code: missing"),
    ("criteria/0/code", "9.1ab", "small.toml: 9.1ab: code: 9.1ab should be a number such as 2.15, or 2.15a"),
    ("criteria/0/code", "٢.١", "small.toml: ٢.١: code: ٢.١ should be a number such as 2.15, or 2.15a"),
    ("criteria/0/theme", "8", "small.toml: 9.1a: theme: 8 is not a theme of this edition"),
    ("criteria/0/theme", "8", "small.toml: 9: theme: no criterion belongs to it"),
    ("criteria/0/weight", 0, "small.toml: 9.1a: weight: should be above 0 and at most 99999.999"),
    ("criteria/0/weight", -1, "small.toml: 9.1a: weight: should be above 0 and at most 99999.999"),
    (
        "criteria/0/weight",
        Decimal("nan"),
        "small.toml: 9.1a: weight: should be above 0 and at most 99999.999",
    ),
    ("criteria/0/weight", Decimal("1.0001"), "small.toml: 9.1a: weight: should have three decimals at most"),
    ("criteria/0/weight", "1", "small.toml: 9.1a: weight: should be a number, not text"),
    ("criteria/0/weight", True, "small.toml: 9.1a: weight: should be a number, not true or false"),
    ("criteria/0/evidence", [], "small.toml: 9.1a: evidence: 0 given, at least 1 needed"),
    ("criteria/0/evidense", ["x"], "small.toml: 9.1a: evidense: unknown field, did you mean evidence?"),
    ("criteria/0/actions", None, "small.toml: 9.1a: actions: missing"),
    ("criteria/0/actions", {"a": 1}, "small.toml: 9.1a: actions: should be written as [[actions]] tables"),
    ("criteria/0/actions/0/level", 1, "small.toml: 9.1a: actions: level 0: 1 given, at least 2 needed"),
    ("criteria/0/actions/0/level", 4, "small.toml: 9.1a: actions: do-0-0: level: should be from 0 to 3"),
    ("criteria/0/actions/0/key", "do-3-1", "small.toml: 9.1a: actions: key do-3-1 is there twice"),
    (
        "criteria/0/actions/0/key",
        "Do it",
        "small.toml: 9.1a: actions: Do it: key: Do it should be lower-case letters",
    ),
    (
        "criteria/0/actions/0/who",
        "officer",
        "small.toml: 9.1a: actions: do-0-0: who: officer should be one of group, lio, both",
    ),
    ("criteria/0/actions/0/weeks", 0, "small.toml: 9.1a: actions: do-0-0: weeks: should be from 1 to 104"),
    ("criteria/0/actions/0/support", None, "small.toml: 9.1a: actions: do-0-0: support: missing"),
    ("criteria/0/law/0/now", None, "small.toml: 9.1a: law 1: now: missing"),
    (
        "criteria/0/law/0/checked",
        "2026-11-01",
        "small.toml: 9.1a: law 1: checked: should be a date such as 2026-11-01, without quotes, not text",
    ),
    (
        "criteria/0/law/0/url",
        "javascript:alert(1)",
        "small.toml: 9.1a: law 1: url: should be a web address that begins with https://",
    ),
    ("themes/0/weight", None, "small.toml: 9: weight: missing"),
    ("themes/0/colour", "red", "small.toml: 9: colour: unknown field"),
    ("themes", [], "small.toml: themes: 0 given, at least 1 needed"),
    ("criteria", None, "small.toml: criteria: missing"),
    ("bands/0/least", 1, "small.toml: bands: the first one should start at 0"),
    ("bands/1/least", 0, "small.toml: bands: each one should start above the one before"),
    ("bands/1/least", 101, "small.toml: band 2: least: should be from 0 to 100"),
    ("bands/1/name", "Low", "small.toml: bands: low is there twice"),
    ("level_names", ["a"], "small.toml: level_names: 1 given, 5 needed"),
    ("code", "Small 1", "small.toml: code: Small 1 should be lower-case letters"),
    ("language", "English!", "small.toml: language: English! should be a language code such as en-GB"),
    ("law_notice", None, "small.toml: law_notice: missing"),
    ("titel", "x", "small.toml: titel: unknown field, did you mean title?"),
    ("routes/1/after", "third", "small.toml: routes: second: after: third should be one of first"),
    ("routes/1/key", "first", "small.toml: routes: key first is there twice"),
    (
        "routes/1/levels",
        {"9.1b": 2},
        "small.toml: routes: second: levels: 9.1b is not a code of this edition",
    ),
    ("routes/1/levels", {"9.1a": 5}, "small.toml: routes: second: levels 9.1a: should be from 0 to 4"),
    ("routes/1/levels", 2, "small.toml: routes: second: levels: should be a table such as"),
    ("routes/1/theme_scores", {"9.1a": 5}, "small.toml: routes: second: theme_scores: 9.1a is not a code"),
    ("routes/1/overall", 101, "small.toml: routes: second: overall: should be from 0 to 100"),
    ("routes/1/track_records", 2, "small.toml: routes: second: track_records: goes together with"),
    (
        "routes/1/credential_stages",
        ["never"],
        "small.toml: routes: second: credential_stages: never should be one of always, at selection",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), FAULTS)
def test_a_fault_is_named_by_file_code_and_field(path, value, message):
    fields = small_edition()
    change(path, value)(fields)
    assert any(problem.startswith(message) for problem in problems_of(fields)), problems_of(fields)


def test_all_faults_are_told_at_once():
    fields = small_edition()
    for path, value in [
        ("title", None),
        ("criteria/0/weight", 0),
        ("bands/0/least", 3),
        ("themes/0/intro", 2),
    ]:
        change(path, value)(fields)
    assert len(problems_of(fields)) == 4


def test_repeated_codes_are_named():
    fields = small_edition()
    fields["criteria"].append(copy.deepcopy(fields["criteria"][0]))
    fields["themes"].append(copy.deepcopy(fields["themes"][0]))
    problems = problems_of(fields)
    assert "small.toml: 9.1a: code: two criteria have it" in problems
    assert "small.toml: 9: code: two themes have it" in problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('code = "a"\ntitle = "b\n', "small.toml: line 2: is not valid TOML"),
        ('code = "a"\ncode = "b"\n', "small.toml: line 2: is not valid TOML"),
        ('code = "a"\ntitle = """b\n', "small.toml: line 3: is not valid TOML"),
        ("x = " + "9" * 5000, "small.toml: holds a number or a nesting too large to read"),
        ("x = " + "[" * 100_000, "small.toml: holds a number or a nesting too large to read"),
    ],
)
def test_text_that_is_not_toml_is_refused_with_the_line(text, message):
    (problem,) = problems_of(text)
    assert problem.startswith(message)


def test_a_file_that_cannot_be_read_is_an_edition_error(tmp_path):
    latin = tmp_path / "latin.toml"
    latin.write_bytes('title = "Café"'.encode("latin-1"))
    for path, message in [
        (tmp_path / "none.toml", "none.toml: can't be read: No such file"),
        (tmp_path, f"{tmp_path.name}: can't be read: "),
        (latin, "latin.toml: is not UTF-8 text (byte 13)"),
    ]:
        with pytest.raises(EditionError) as raised:
            parse_edition(path)
        assert str(raised.value).startswith(message)


def test_an_error_is_a_value_error_that_keeps_each_problem():
    error = EditionError(["one", "two"])
    assert isinstance(error, ValueError)
    assert error.problems == ("one", "two")
    assert str(error) == "one\ntwo"


# Mangled editions: refused in words, or valid after all; never another kind of error

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 200)
    | st.just(10**400)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.sampled_from([Decimal("nan"), Decimal("inf"), Decimal("-inf")])
    | st.dates()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(["2.1", "2.15a", "both", "x" * 5000]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "code", "level"]), inner)
    ),
    max_leaves=4,
)
WHOLE = tomllib.loads(TEXT)


def places(value: object, way: tuple = ()) -> list[tuple]:
    """The way to every field and list item of an edition."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for step, inner in steps for found in [(*way, step), *places(inner, (*way, step))]]


def without_none(value: object) -> object:
    """TOML has no null: a field without value is left out."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_none(item) for item in value if item is not None]
    return value


@settings(max_examples=150, deadline=None)
@given(way=st.sampled_from(places(small_edition())), value=ANYTHING)
def test_an_edition_with_anything_anywhere_is_read_or_refused_in_words(way, value):
    fields = small_edition()
    here = fields
    for step in way[:-1]:
        here = here[step]
    here[way[-1]] = value
    try:
        edition = parse_edition(edition_file(without_none(fields)), name="small.toml")
    except EditionError as error:
        assert error.problems
        assert all(problem.startswith("small.toml: ") for problem in error.problems)
    else:
        assert len(edition.checksum) == 64
        json.dumps(edition.routes)  # kept as JSON


@settings(max_examples=100, deadline=None)
@given(way=st.sampled_from([way for way in places(WHOLE) if isinstance(way[-1], str)]))
def test_a_bundled_edition_without_a_field_is_refused_unless_the_field_is_optional(way):
    optional = {"letters_note", "law", "then", "url"}
    optional |= {
        "after",
        "credentials",
        "credential_stages",
        "theme_scores",
        "levels",
        "overall",
        "2.1",
        "2.2",
    }
    optional |= {"2.21", "2.23"}
    fields = copy.deepcopy(WHOLE)
    here = fields
    for step in way[:-1]:
        here = here[step]
    del here[way[-1]]
    text = edition_file(fields)
    if way[-1] in optional and not (way[0] == "criteria" and way[-1] == "levels"):
        parse_edition(text)
    else:
        assert any(str(way[-1]) in problem or "given" in problem for problem in problems_of(text))


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(TEXT)), cut=st.integers(0, 400), put=st.text(max_size=8))
@example(at=len(TEXT) // 2, cut=len(TEXT), put="")
@example(at=TEXT.index("weight = 1") + 9, cut=1, put="1e-9999999999999999999999")
@example(at=TEXT.index("weight = 1") + 9, cut=1, put="1e9999999999999999999999")
@example(at=TEXT.index("intro") + 9, cut=0, put="\ud800")
def test_a_file_cut_or_overwritten_anywhere_is_read_or_refused_in_words(at, cut, put):
    try:
        parse_edition(TEXT[:at] + put + TEXT[at + cut :])
    except EditionError as error:
        assert error.problems


def test_bundled_editions_are_paths_of_files():
    assert all(isinstance(path, Path) and path.is_file() for path in bundled_editions())


def test_a_syntax_error_without_a_line_is_still_an_edition_error(monkeypatch):
    def refuse(text, **options):
        raise tomllib.TOMLDecodeError("quite unreadable")

    monkeypatch.setattr("readiness.toolkit.tomllib.loads", refuse)
    with pytest.raises(EditionError) as refused:
        parse_edition("title = 1", name="odd.toml")
    assert refused.value.problems == ("odd.toml: is not valid TOML: quite unreadable",)
