"""Words as people look for them: folded alike in every script."""

import pytest

from toolkit_portal.core.words import folded, stem, stored_words


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Café", "CAFE"),
        ("Wałęsa", "walesa"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("Nguyễn", "nguyen"),
        ("أحمد", "احمد"),
        ("مُحَمَّد", "محمد"),
        ("كتاب", "کتاب"),
        ("women’s", "womens"),
        ("ﬁne", "fine"),
        ("Ａ１", "a1"),
    ],
)
def test_the_same_word_typed_another_way_is_the_same(typed: str, stored: str):
    assert stored_words(typed) == stored_words(stored)


@pytest.mark.parametrize("word", ["हिन्दी", "বাংলা", "ਪੰਜਾਬੀ", "தமிழ்"])
def test_a_word_with_vowel_signs_stays_whole(word: str):
    assert stored_words(f"x {word} y").split()[1] == folded(word)
    assert len(stored_words(word).split()) == 1


def test_words_that_differ_in_a_vowel_sign_differ():
    assert folded("कि") != folded("की")


def test_signs_of_a_script_without_spaces_are_parts_of_their_own():
    assert stored_words("我们 abc中") == "我 们 abc 中"


def test_what_is_no_letter_or_digit_never_gets_through():
    assert stored_words('"a" OR b* (c) NEAR/2 ^d -e:f\\ \' & | ! <-> %s') == "a or b c near 2 d e f s"


def test_a_very_long_run_of_letters_is_cut():
    assert len(stored_words("a" * 5000)) == 60


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("letters", "letter"),
        ("interpreting", "interpret"),
        ("refused", "refus"),
        ("jobs", "job"),
        ("this", "this"),
        ("class", "class"),
        ("bus", "bus"),
        ("ring", "ring"),
        ("hi", "hi"),
        ("", ""),
    ],
)
def test_an_ending_is_taken_off_where_enough_stays(word: str, left: str):
    assert stem(word) == left
