"""Model papers: their files, what is filled in and what is left blank, and the Word files they become."""

import io
import re

import docx
import pytest

from groups.model_papers import (
    MARK,
    ModelPaperFault,
    Values,
    has_model,
    model_keys,
    model_paper,
    render_model_paper,
    values_of,
)
from groups.model_papers.loading import model_text, read_model
from groups.model_papers.values import FACTS, FIELDS, LONGEST
from groups.models import (
    AudienceServed,
    Community,
    CommunityGroup,
    Contact,
    CredentialKind,
    District,
    ServiceArea,
)
from tests import factories

EVERYTHING = Values(
    {
        "name": "Peak Sunrise",
        "other_names": "Sunrise Friends",
        "for_whom": "our neighbours from Poland",
        "what": "housing; health care",
        "area": "Derby and High Peak",
        "meeting_place": "St John’s Hall",
        "contact_role": "Treasurer",
    },
    frozenset({"staff", "volunteers", "derby", "county"}),
)
SMALL = """
title = "Small paper"
about = "What it is."
version = 1
dated = 2026-11-28
talk_about = ["Who are we?"]
[[sections]]
heading = "Name"
text = "We are {name}."
[[law]]
title = "An Act"
text = "It says so."
source = "legislation.gov.uk."
checked = 2026-11-28
"""


def lines_of(model) -> list[str]:
    """Every line of a model paper, headings and cells too."""
    found = []
    for section in model.sections:
        found.append(section.heading)
        for block in (*section.blocks, *model.adoption):
            found += ["".join(piece.text for piece in line) for line in block.lines]
            found += ["".join(piece.text for piece in cell) for row in block.rows for cell in row]
    return found


def words_of(model) -> str:
    return "\n".join(lines_of(model))


def opened(model):
    return docx.Document(io.BytesIO(render_model_paper(model)))


def words_in(file) -> str:
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in file.paragraphs] + cells)


# The files


@pytest.mark.django_db
def test_each_kind_with_a_model_has_a_file_and_each_file_a_kind():
    kinds = CredentialKind.objects.exclude(model_paper="").values_list("model_paper", flat=True)
    assert sorted(kinds) == list(model_keys())
    assert len(model_keys()) == 8


@pytest.mark.parametrize("key", model_keys())
def test_each_file_is_sound_and_names_what_it_rests_on(key):
    text = model_text(key)
    assert text.version >= 1 and len(text.sections) >= 7 and len(text.talk_about) >= 5
    for point in text.law:
        words = point.source_words
        assert words.startswith(("Source: ", "Still to be checked: "))
        assert point.source.endswith(".") and "None" not in words
    assert any(point.checked for point in text.law)


@pytest.mark.parametrize("key", model_keys())
def test_sentences_are_short_and_written_by_hand_with_typographic_marks(key):
    for values in (EVERYTHING, Values({}), Values({}, FACTS)):
        sentences = [
            sentence
            for line in lines_of(model_paper(key, values))
            for sentence in re.split(r"(?<=[.?!:;])\s", line)
        ]
        lengths = [len(sentence.split()) for sentence in sentences if len(sentence.split()) > 3]
        assert sum(lengths) / len(lengths) < 15 and max(lengths) <= 45
        assert not any("'" in sentence or '"' in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title =", "titel =", "title missing"),
        ("[[law]]", "colour = 1\n[[law]]", "unknown colour"),
        ("version = 1", 'version = "one"', "version must be a number"),
        ("2026-11-28\ntalk", '"soon"\ntalk', "dated must be a day"),
        ('["Who are we?"]', "[]", "talk_about must be a list"),
        ("{name}", "{nmae}", "section “Name”: unknown field “nmae”"),
        ("We are {name}.", "{if rich} We are.", "unknown condition “rich”"),
        ("We are {name}.", "We are [].", "a blank needs a hint"),
        ("We are {name}.", "We are [two.", "without its other half"),
        ("We are {name}.", "| a | b |", "a table begins with a line"),
        ('"We are {name}."', '"""|! 60 60 | Who\n| a | b |\n| c | d |"""', "add up to 100"),
        ('"We are {name}."', '"""|! 50 50 | Who\n| a | b |\n| c |"""', "2 cells in each"),
        (
            '"We are {name}."',
            '"""|! 50 50 | Who\n| a | b |\n| c | {if staff} d |"""',
            "in the first cell of a row",
        ),
        ('"It says so."', '""', "law “An Act”: text must be words"),
        ("checked = 2026-11-28", 'checked = "yes"', "law “An Act”: checked must be a day"),
        ("[[law]]", "[[law", "isn't TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place_and_what_is_wrong(old, new, words):
    assert old in SMALL and read_model("small", SMALL).title == "Small paper"
    with pytest.raises(ModelPaperFault) as fault:
        read_model("small", SMALL.replace(old, new, 1))
    assert words in str(fault.value) and str(fault.value).startswith("small.toml")


def test_an_unknown_key_has_no_model():
    assert not has_model("licence") and not has_model("") and not has_model("../reference")
    with pytest.raises(KeyError):
        model_paper("licence", Values({}))


# Filling in


def test_the_profile_fills_in_what_it_knows_and_hints_stand_in_the_other_places():
    full, empty = model_paper("constitution", EVERYTHING), model_paper("constitution", Values({}))
    words = words_of(full)
    for known in ("name", "other_names", "for_whom", "what", "area", "meeting_place"):
        assert EVERYTHING.words[known] in words
    assert "name of your group" not in full.blanks
    assert dict(full.filled)["Where it works"] == "Derby and High Peak"
    assert "[… name of your group]" in words_of(empty) and "name of your group" in empty.blanks
    # There is no blank for other names: most groups have none.
    assert "also known as" not in words_of(empty)
    assert empty.filled == () and len(empty.blanks) == len(set(empty.blanks)) > len(full.blanks)


def test_whom_a_group_is_for_stands_in_its_constitution_alone():
    for key in model_keys():
        assert ("Poland" in words_of(model_paper(key, EVERYTHING))) is (key == "constitution"), key


def test_no_staff_leaves_out_what_is_about_them():
    for key in set(model_keys()) - {"constitution"}:
        with_staff = words_of(model_paper(key, EVERYTHING))
        without = model_paper(key, Values(EVERYTHING.words, EVERYTHING.facts - {"staff"}))
        assert "work for us" in with_staff or "whom we pay" in with_staff, key
        assert len(words_of(without)) < len(with_staff) or key == "health-and-safety"
        assert any("paid staff is left out" in words for words in without.adapted)
        assert "grievance procedure" not in words_of(without)
        assert "Employers’ liability" not in words_of(without)


def test_five_members_of_staff_must_write_it_down():
    few = words_of(model_paper("health-and-safety", EVERYTHING))
    many = words_of(model_paper("health-and-safety", Values({}, frozenset({"staff", "five_staff"}))))
    assert "only from those who employ five or more" in few and "must be in writing" not in few
    assert "must be in writing" in many


@pytest.mark.parametrize("key", ["safeguarding-adults", "safeguarding-children"])
def test_the_council_to_call_is_that_of_the_places_where_the_group_works(key):
    city = words_of(model_paper(key, Values({}, frozenset({"derby"}))))
    county = words_of(model_paper(key, Values({}, frozenset({"county"}))))
    assert "Derby City Council" in city and "Derbyshire County Council" not in city
    assert "Derbyshire County Council" in county and "Derby City Council" not in county
    both = words_of(model_paper(key, Values({}, frozenset({"derby", "county"}))))
    for words in (
        "Derby City Council",
        "Derbyshire County Council",
        "999",
        "[… phone number]",
        "DBS",
        "Whistleblowing",
    ):
        assert words in both


def test_the_constitution_says_plainly_whom_it_does_not_suit_and_what_charities_need():
    company = Values({}, frozenset({"incorporated"}), "Company limited by guarantee")
    warning = model_paper("constitution", company).warning
    assert "is a company limited by guarantee" in warning and "does not suit it" in warning
    assert warning in words_in(opened(model_paper("constitution", company)))
    assert model_paper("equality", company).warning == ""
    assert model_paper("constitution", EVERYTHING).warning == ""
    charity = words_of(model_paper("constitution", Values({}, frozenset({"charity"}))))
    plain = words_of(model_paper("constitution", Values({})))
    assert "Charity Commission" in charity and "Charity Commission" not in plain
    assert "groups or charities with similar purposes" in plain
    for words in ("two of at least three", "Nothing is ever shared out", "At least two thirds"):
        assert words in charity and words in plain


def test_sections_are_numbered_without_gaps():
    for key in model_keys():
        for values in (EVERYTHING, Values({})):
            numbers = [int(section.heading.split(".")[0]) for section in model_paper(key, values).sections]
            assert numbers == list(range(1, len(numbers) + 1))


def test_data_protection_has_the_times_of_the_law():
    words = words_of(model_paper("data-protection", EVERYTHING))
    for part in ("within one month", "Within 72 hours", "within 30 days at the latest", "explicit consent"):
        assert part in words


# The profile


@pytest.mark.django_db
def test_values_come_from_the_profile_without_names_of_people_or_census_communities():
    group = factories.make_group(
        lio=factories.make_lio(),
        name="  Peak\x07 Sunrise\u202e ",
        own_words="Our neighbours\nfrom Łódź",
        meeting_place="The hall\nLong Street",
        legal_form=CommunityGroup.LegalForm.CIO,
        paid_staff=6,
        volunteers=0,
    )
    group.communities.set(Community.objects.filter(label="Any other White background"))
    group.districts.set(District.objects.filter(name__in=["Derby", "High Peak"]))
    group.services.set(ServiceArea.objects.filter(label__in=["Housing", "Advice and legal", "Other"]))
    group.serves.set(AudienceServed.objects.filter(label__in=["Families", "LGBTQ+ people"]))
    Contact.objects.create(group=group, name="Nadia Named", role="Chair", phone="01332 000000", is_lead=True)
    values = values_of(group)
    assert values.words == {
        "name": "Peak Sunrise",
        "other_names": "",
        "for_whom": "Our neighbours, from Łódź; families and LGBTQ+ people",
        "what": "advice and legal; housing",
        "area": "Derby and High Peak",
        "meeting_place": "The hall, Long Street",
        "contact_role": "Chair",
    }
    assert values.facts == {"staff", "five_staff", "incorporated", "derby", "county", "children"}
    assert set(values.words) == set(FIELDS) and values.facts <= FACTS
    for key in model_keys():
        words = words_in(opened(model_paper(key, values)))
        assert "Nadia" not in words and "01332" not in words and "White background" not in words


@pytest.mark.django_db
def test_an_empty_profile_keeps_all_that_may_be_needed():
    values = values_of(factories.make_group(lio=factories.make_lio(), name="Sunrise"))
    assert values.facts == {"staff", "volunteers", "derby", "county"}
    assert [name for name, words in values.words.items() if words] == ["name"]


@pytest.mark.django_db
def test_very_long_words_are_cut_and_still_make_a_file():
    group = factories.make_group(lio=factories.make_lio(), name="x" * 200, own_words="y" * 5_000)
    values = values_of(group)
    assert len(values.words["for_whom"]) == LONGEST and values.words["for_whom"].endswith("…")
    assert "x" * 200 in words_in(opened(model_paper("constitution", values)))


# The Word file


@pytest.mark.parametrize("key", model_keys())
@pytest.mark.parametrize("values", [EVERYTHING, Values({})], ids=["full", "empty"])
def test_the_word_file_says_on_every_page_what_it_is_and_holds_all_words(key, values):
    model = model_paper(key, values)
    file = opened(model)
    # One section with one header: it stands on every page.
    (section,) = file.sections
    assert MARK in section.header.paragraphs[0].text and not section.different_first_page_header_footer
    assert f"version {model.version}, 28 November 2026" in section.header.paragraphs[0].text
    assert any(
        paragraph.text == f"{MARK}." and paragraph.style.name == "Panel" for paragraph in file.paragraphs
    )
    words = words_in(file)
    for line in lines_of(model):
        assert line in words
    assert [p.text for p in file.paragraphs if p.style.name == "Heading 1"] == [model.title]
    for heading in ("Adopted", "Talk about these before you adopt it", "The law behind it"):
        assert heading in words
    assert "adopted at a meeting of" in words and "looked at again on" in words
    assert all(point.source_words in words for point in model.law)


def test_the_same_values_give_the_same_bytes():
    for key in model_keys():
        first = render_model_paper(model_paper(key, EVERYTHING))
        assert first == render_model_paper(model_paper(key, EVERYTHING))
        assert first != render_model_paper(model_paper(key, Values({})))


def test_blanks_stand_out_and_what_people_typed_is_only_text():
    name = "[… not a blank] <w:p/> {name} **b** شروق"
    model = model_paper("constitution", Values({"name": name}))
    assert "not a blank" not in model.blanks
    file = opened(model)
    assert f"The name of the group is {name}." in words_in(file)
    shaded = [
        run.text for paragraph in file.paragraphs for run in paragraph.runs if run._r.xpath("./w:rPr/w:shd")
    ]
    assert "[… whom your group is for]" in shaded and name not in shaded
