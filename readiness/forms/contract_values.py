"""The form of a contract's value, day, service and buyer. It is sent in the address, and nothing is stored."""

from decimal import Decimal
from typing import Any

from django import forms

from readiness.procurement import BUYERS, SERVICES, Buyer, Service
from toolkit_portal.core.day_field import DayField
from toolkit_portal.core.pounds import PoundsAndPenceField

MOST_POUNDS = 1_000_000_000
MOST_YEARS = 50
TOTAL, A_YEAR = "total", "year"


def _years(label: str, help_text: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_value=MOST_YEARS,
        decimal_places=2,
        widget=forms.TextInput(attrs={"data-short": True, "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": "Write the number of years in figures, such as 3 or 1.5.",
            "min_value": "Years can’t be below 0.",
            "max_value": f"Check the years: {MOST_YEARS} at most.",
            "max_decimal_places": "Write the number of years with two decimals at most, such as 1.5.",
        },
    )


def _choice(label: str, choices: Any, missing: str, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[(str(value), words) for value, words in choices],
        widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": missing},
        **options,
    )


class ContractForm(forms.Form):
    """What is known of a contract. On a valid form `value` is its whole value as it was given, with or without VAT."""

    sum = PoundsAndPenceField(
        label="What the contract is worth",
        most=MOST_POUNDS,
        help_text="In pounds, such as £48,000 or 48k",
        error_messages={"required": "Give the sum, such as £48,000."},
    )
    counts = _choice(
        "What this sum is for",
        [
            (TOTAL, "The whole contract, with every year that it may be extended by"),
            (A_YEAR, "One year of it"),
        ],
        "Say whether the sum is for the whole contract or for one year.",
        initial=TOTAL,
    )
    years = _years("Years that the contract runs", "Only if the sum is for one year. For example, 3")
    extension = _years("Years that it may be extended by", "Leave it empty if none.")
    vat = _choice(
        "VAT is in the sum",
        [
            ("yes", "Yes, or there is no VAT on it"),
            ("no", "No, VAT comes on top"),
        ],
        "Say whether the sum includes VAT. If you don’t know, ask the buyer, and try both.",
    )
    day = DayField(
        label="Day on which it was or will be announced",
        help_text="Rules and sums go by the day. For example, 14/09/2026",
        error_messages={"required": "Give the day, such as 14/09/2026."},
    )
    service = _choice(
        "Kind of service",
        SERVICES.items(),
        "Choose the kind of service. If you aren’t sure, say so.",
        coerce=Service,
    )
    buyer = _choice("Who buys it", BUYERS.items(), "Choose who buys the service.", coerce=Buyer)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors or data["counts"] == TOTAL:
            return data
        if not data["years"]:
            self.add_error("years", "Give the number of years, such as 3.")
        elif self.value > MOST_POUNDS:
            self.add_error("sum", f"Check the sum and the years: together at most £{MOST_POUNDS:,}.")
        return data

    @property
    def value(self) -> Decimal:
        """Pounds for the whole contract."""
        data = self.cleaned_data
        given: Decimal = data["sum"]
        return given if data["counts"] == TOTAL else given * self.whole_years

    @property
    def whole_years(self) -> Decimal:
        """Years of the contract and its extension; for a sum that is for one year."""
        years: Decimal = self.cleaned_data["years"] + (self.cleaned_data["extension"] or 0)
        return years

    @property
    def sum_in_years(self) -> tuple[Decimal, Decimal] | None:
        """The sum for one year and the number of years, where it was given so."""
        data = self.cleaned_data
        return None if data["counts"] == TOTAL else (data["sum"], self.whole_years)
