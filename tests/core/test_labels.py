"""Words in cells matched with words the portal knows, and columns with columns."""

import pytest

from toolkit_portal.core.spreadsheets import (
    ColumnMatch,
    RowError,
    TableError,
    match_columns,
    match_label,
    nearest,
    split_values,
    unknown_value_message,
)

DISTRICTS = [
    "Amber Valley", "Bolsover", "Chesterfield", "Derby", "Derbyshire Dales", "Erewash", "High Peak",
    "North East Derbyshire", "South Derbyshire",
]  # fmt: skip
BANDS = ["none", "under £1,000", "£1,000–£10,000", "£10,000–£25,000", "£100,000–£250,000", "over £250,000"]


def test_values_of_a_cell_are_trimmed_and_kept_once():
    assert split_values(" High Peak;Derby ;; high  peak ;\nDerby Dales") == [
        "High Peak",
        "Derby",
        "Derby Dales",
    ]
    assert split_values("عربي؛ اردو；中文") == ["عربي", "اردو", "中文"]
    assert split_values(" ; ") == []


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("high  PEAK", "High Peak"), ("High-Peak", "High Peak"), ("£1,000-£10,000", "£1,000–£10,000"),
        ("£10,000 to £25,000", "£10,000–£25,000"), ("1000 — 10000", "£1,000–£10,000"), ("Under £1000", "under £1,000"),
        ("BME–led group", "BME-led group"), ("Leisure & Culture", "Leisure and culture"),
        ("LGBTQ+ People", "LGBTQ+ people"), ("ﬁlm club", "film club"), ("Erewash.", "Erewash"),
    ],
)  # fmt: skip
def test_a_label_is_matched_however_it_is_written(written, label):
    known = [*DISTRICTS, *BANDS, "BME-led group", "Leisure and culture", "LGBTQ+ people", "film club"]
    assert match_label(written, known) == label


def test_labels_that_are_merely_alike_are_not_matched():
    assert match_label("Derbyshire", DISTRICTS) is None
    assert match_label("£100,000", BANDS) is None
    assert match_label("–", DISTRICTS) is None
    assert match_label("", [""]) == ""


def test_the_exact_label_wins_and_vowel_signs_count():
    assert match_label("A-B", ["ab", "A-B"]) == "A-B"
    assert match_label("कि", ["का", "कि"]) == "कि"


def test_the_nearest_labels_come_likest_first():
    assert nearest("Chesterfeild", DISTRICTS)[0] == "Chesterfield"
    assert nearest("Darby", DISTRICTS)[0] == "Derby"
    assert len(nearest("Derbyshire", DISTRICTS, n=2)) == 2
    assert nearest("BME lead", ["Generic group serving BME residents", "BME-led branch", "BME-led group"])[
        0
    ] == ("BME-led group")
    assert nearest("Zzyzx", DISTRICTS) == []
    assert nearest("", DISTRICTS) == nearest("x", []) == []


def test_an_unknown_value_is_answered_with_what_is_known():
    assert "Did you mean “Chesterfield”" in unknown_value_message("district", "Chesterfeild", DISTRICTS)
    assert "Use “a1” or “b2”." in unknown_value_message("kind", "zzz", ["a1", "b2"])
    assert "has none yet" in unknown_value_message("LIO", "x", [])
    many = [f"Town {number}" for number in range(40)]
    assert "The nearest known ones are “Town 7”" in unknown_value_message("place", "7", many)
    assert len(unknown_value_message("district", "x" * 3000, DISTRICTS)) < 400


def test_columns_are_matched_by_name_or_alias_in_the_order_of_the_known_ones():
    known = {"name": ("group",), "other_names": ("aka",), "kind": ()}
    assert match_columns(["KIND", "Group ", "shoe size"], known, ["name", "other_names"]) == ColumnMatch(
        matched={"name": "Group ", "kind": "KIND"},
        unmatched=("shoe size",),
        missing_required=("other_names",),
    )


def test_a_columns_own_name_wins_over_an_alias_of_another():
    assert match_columns(["kind"], {"type": ("kind",), "kind": ()}).matched == {"kind": "kind"}


def test_two_headers_for_one_column_are_an_error_that_names_both():
    with pytest.raises(TableError, match="“Name” and “Group” both mean “name”"):
        match_columns(["Name", "Group"], {"name": ("group",)})


def test_a_fault_says_where_it_is():
    assert str(RowError(5, "kind", "Unknown.")) == "Row 5, “kind”: Unknown."
    assert str(RowError(5, "", "Unknown.")) == "Row 5: Unknown."
    assert str(RowError(0, "kind", "Missing.")) == "“kind”: Missing."
    assert str(RowError(0, "", "Empty.")) == "Empty."
    assert sorted([RowError(10, "a", "x"), RowError(2, "b", "x")])[0].row == 2
