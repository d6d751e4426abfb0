"""Sums of money as people write them."""

from decimal import Decimal

import pytest
from django import forms

from toolkit_portal.core.pounds import (
    LONGEST,
    PoundsAndPenceField,
    PoundsError,
    PoundsField,
    parse_pounds,
    parse_pounds_and_pence,
)


@pytest.mark.parametrize(
    ("written", "pounds"),
    [
        ("£12,500", 12_500),
        ("12500", 12_500),
        ("£ 12 500", 12_500),
        ("12.5k", 12_500),
        ("£5m", 5_000_000),
        ("5 million", 5_000_000),
        ("2 thousand pounds", 2_000),
        ("£１２,５００.４９", 12_500),
        ("12,500.50", 12_501),
        ("GBP 0", 0),
    ],
)
def test_sums_are_understood(written: str, pounds: int):
    assert parse_pounds(written) == pounds


@pytest.mark.parametrize("written", ["", "lots", "12,50", "-5", "1,2345", "£", "5 to 6", "12.500,00", "1e5"])
def test_what_could_mean_two_things_is_refused(written: str):
    with pytest.raises(PoundsError, match="12,500"):
        parse_pounds(written)


def test_a_field_shows_the_sum_as_people_write_it_and_bounds_it():
    field = PoundsField(most=1_000_000, required=False)
    assert field.prepare_value(12_500) == "12,500"
    assert field.prepare_value("£12k") == "£12k"
    assert field.clean("£1m") == 1_000_000
    assert field.clean("  ") is None and field.clean(None) is None
    with pytest.raises(forms.ValidationError, match="£1,000,000"):
        field.clean("£1,000,001")


def test_a_text_longer_than_any_sum_is_refused():
    assert parse_pounds("0" * (LONGEST - 1) + "1") == 1
    with pytest.raises(PoundsError):
        parse_pounds("0" * LONGEST + "1")


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("£207,719.99", "207719.99"),
        ("207.71999k", "207719.99"),
        ("12.5k", "12500"),
        ("5", "5"),
        ("0.10", "0.1"),
    ],
)
def test_pence_are_kept_where_a_sum_is_compared(written: str, exact: str):
    assert parse_pounds_and_pence(written) == Decimal(exact)


def test_parts_of_a_penny_are_refused_rather_than_rounded_over_a_threshold():
    with pytest.raises(PoundsError, match="two figures"):
        parse_pounds_and_pence("207,719.999")
    with pytest.raises(forms.ValidationError, match="two figures"):
        PoundsAndPenceField(most=1_000_000).clean("207,719.999")
    assert PoundsAndPenceField(most=1_000_000).clean("207,719.99") == Decimal("207719.99")
