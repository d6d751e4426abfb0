"""Files of answers: what a column is taken for, how several answers in a cell are read, and what counts once."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.models import SurveyQuestion
from evidence.survey_answers import ColumnChoice, fit, judge, read_answers, settle_columns
from evidence.survey_cells import split, whole_choices
from evidence.survey_files import Column, columns_of, guess
from evidence.survey_results import grouped, results_of, tallies
from tests import factories
from tests.cast import make_cast
from toolkit_portal.core.spreadsheets import Table, TableError, read_table

SAMPLES = Path(__file__).parents[1] / "data" / "surveys"


def columns(name: str) -> dict[str, Column]:
    return {column.text: column for column in columns_of(read_table(SAMPLES / name))}


def table(*rows: list[str]) -> Table:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return read_table(io.BytesIO(out.getvalue().encode()))


def test_google_forms_are_understood():
    found = columns("google-forms.csv")
    assert {text: column.kind for text, column in found.items()} == {
        "Timestamp": "left_out",
        "Email Address": "left_out",
        "Did you see a doctor when you needed one?": "one",
        "Why did you not go?": "many",
        "How many weeks did you wait?": "number",
        "What would have helped?": "words",
    }
    several = found["Why did you not go?"]
    assert (several.separator, several.whole_choices) == (", ", ("No bus, or too far",))
    assert found["Email Address"].reason == "It looks like e-mail addresses."
    assert found["Timestamp"].reason


def test_microsoft_forms_are_understood():
    found = columns("microsoft-forms.xlsx")
    assert [text for text, column in found.items() if column.kind == "left_out"] == [
        "ID", "Start time", "Completion time", "Email", "Name", "Last modified time",
    ]  # fmt: skip
    several = found["Which of these did you miss because of transport?"]
    assert (several.kind, several.separator) == ("many", ";")
    assert found["How do you travel to the hospital?"].kind == "one"
    assert found["How safe do you feel on the way? (1 to 5)"].kind == "number"


def test_kobotoolbox_is_understood():
    found = columns("kobotoolbox.csv")
    assert [text for text, column in found.items() if column.kind != "left_out"] == [
        "Which services did you need?", "Did anybody offer an interpreter?", "How many children live with you?",
    ]  # fmt: skip
    several = found["Which services did you need?"]
    assert several.kind == "many"
    assert list(several.choices.values()) == ["GP surgery", "Housing office", "Advice/benefits"]
    assert several.samples[0] == "GP surgery"


def test_choices_in_columns_of_their_own_need_no_column_of_the_question():
    found = columns_of(
        table(["Sex", "Need/Food", "Need/Rent"], ["F", "TRUE", "FALSE"], ["M", "FALSE", "TRUE"])
    )
    assert [(column.text, column.kind) for column in found] == [("Sex", "one"), ("Need", "many")]


def test_a_stroke_in_a_heading_alone_makes_no_choice():
    found = columns_of(table(["Home/work", "Other"], ["1", "a"], ["0", "b"]))
    assert [column.text for column in found] == ["Home/work", "Other"]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Contact", ["a@mail.example", "b@mail.example"]),
        ("Where we reach you", ["07700 900123", "07700 900456"]),
        ("Where do you live?", ["DE1 2AB", "S40 1AA"]),
        ("Interviewer name", ["Ada", "Bea", "Cem"]),
        ("Your mobile", ["yes please", "later"]),
        ("Date of birth", ["", ""]),
        ("When were you born?", ["1970-01-02", "03/04/1980"]),
    ],
)
def test_what_could_tell_who_answered_is_left_out_and_says_why(heading, cells):
    column = guess(heading, cells)
    assert column.kind == "left_out"
    assert column.reason


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Do you have a mobile phone?", ["Yes", "No", "Yes", "Yes", "No", "Yes"]),
        ("Was the name said right?", ["Yes", "No", "Yes", "No", "Yes"]),
    ],
)
def test_a_question_about_phones_or_names_is_a_question(heading, cells):
    assert guess(heading, cells).kind == "one"


def test_sentences_with_commas_are_own_words():
    cells = [f"I went there, waited {number} hours, and then, well, I left again." for number in range(14)]
    assert guess("What happened?", cells).kind == "words"


@pytest.mark.parametrize(
    ("cell", "separator", "whole", "expected"),
    [
        ("Bus;Train;", ";", (), ["Bus", "Train"]),
        ("Bus, Train", ", ", (), ["Bus", "Train"]),
        ("Cost, or fear of it, Bus", ", ", ("Cost, or fear of it",), ["Cost, or fear of it", "Bus"]),
        ("Bus, Cost, or fear of it", ", ", ("Cost, or fear of it",), ["Bus", "Cost, or fear of it"]),
        ("Care (home, day), Bus", ", ", (), ["Care (home, day)", "Bus"]),
        ("Sad :(, Bus", ", ", (), ["Sad :(", "Bus"]),
        ("Bus;Bus;", ";", (), ["Bus"]),
        (";;", ";", (), []),
    ],
)
def test_several_answers_are_cut_apart(cell, separator, whole, expected):
    assert split(cell, separator, whole) == expected


def test_two_choices_that_are_always_ticked_together_stay_two():
    assert whole_choices(["Cost, Distance", "Cost, Distance"], ", ") == []
    assert whole_choices(["bus, train", "bus, train"], ", ") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"Question\nYes\nNo\n", "only one column"),
        (b"1,2026-01-02,3\n4,2026-01-03,6\n", "first row holds answers"),
        (b"A,B\n", "no answers below"),
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"\x89PNG\r\n\x1a\n0000", "a PNG image"),
        (b'A,B\n"never closed,1\n', "quotation mark"),
        (b"A,A\n1,2\n", "same heading"),
        (b"<html><body>A,B</body></html>", "a web page"),
        (b"PK\x03\x04rubbish", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "older Office"),
        (b"A,B\n" + b"1,2\n" * 20_001, "more than 20,000 rows"),
        (b"A,B\n" + b"x" * 11_000_000, "the most is 10 MB"),
    ],
)
def test_a_file_that_cant_be_answers_says_why(content, said):
    with pytest.raises(TableError) as fault:
        read_answers(io.BytesIO(content), filename="a.csv")
    assert said in str(fault.value)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["google-forms.csv", "microsoft-forms.xlsx", "kobotoolbox.csv"])
def test_a_sample_is_settled_once_and_known_from_then_on(name):
    cast = make_cast()
    survey = factories.make_survey(lio=cast.peak, by=cast.officer)
    read = read_table(SAMPLES / name)
    assert not fit(survey, read).is_settled
    settle_columns(survey=survey, choices=[ColumnChoice(c, c.kind, c.separator) for c in columns_of(read)])
    assert fit(survey, read).is_settled


words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)
cells = st.one_of(
    words, st.sampled_from(["", "Yes", "No", "Bus;Train;", "Bus, Train", "3", "1,200", "1", "0"])
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=25), kinds=st.lists(
    st.sampled_from(["one", "many", "number", "words"]), min_size=3, max_size=3))  # fmt: skip
def test_counts_add_up_to_responses_for_any_file_and_the_same_file_again_changes_nothing(rows, kinds):
    # Rolled back after each example, so that each begins with nothing.
    from django.db import transaction

    from evidence.models import SurveyResponse

    read = table(["Sex", "Q/one", "Q2"], *rows)
    with transaction.atomic():
        cast = make_cast()
        survey = factories.make_survey(lio=cast.peak, by=cast.officer)
        settle_columns(
            survey=survey,
            choices=[
                ColumnChoice(column, kind, ";") for column, kind in zip(columns_of(read), kinds, strict=True)
            ],
        )
        judged = judge(survey, read)
        assert len(judged.new) + judged.known + judged.empty == len(read.rows)
        assert judged.known == 0
        SurveyResponse.objects.bulk_create(
            SurveyResponse(survey=survey, key=key, answers=answers) for key, answers in judged.new.items()
        )
        questions = list(SurveyQuestion.objects.filter(survey=survey))
        responses, found = tallies(survey, questions)
        assert responses == len(judged.new)
        for question in questions:
            tally = found[question.pk]
            empty = sum(str(question.pk) not in given for given in judged.new.values())
            assert tally.answered + empty == responses
            if question.kind == "one":
                assert sum(tally.choices.values()) == tally.answered
            if question.kind == "many":
                assert all(count <= tally.answered for count in tally.choices.values())
                assert sum(tally.choices.values()) >= tally.answered
            if question.kind == "number":
                assert len(tally.numbers) + sum(tally.choices.values()) == tally.answered
        results_of(survey)
        again = judge(survey, read)
        assert (again.new, again.known, again.empty) == ({}, len(judged.new), judged.empty)
        transaction.set_rollback(True)


@given(numbers=st.lists(st.one_of(st.integers(-1000, 10**15), st.floats(-1e9, 1e9)), min_size=5, max_size=60))
def test_groups_of_numbers_hold_every_number_and_are_never_small(numbers):
    groups = grouped(sorted(numbers))
    assert sum(groups.values()) == len(numbers)
    assert min(groups.values()) >= 5
    assert len(groups) <= 10
