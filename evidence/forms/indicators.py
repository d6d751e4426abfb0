"""Forms of what a group keeps track of, and of its figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from evidence.forms.engagements import HIDDEN
from evidence.indicators import FIELDS
from evidence.models import Indicator
from evidence.models.indicators import DIGITS, PLACES
from toolkit_portal.core.day_field import DayField

NUMBER = forms.NumberInput(attrs={"inputmode": "decimal", "data-short": True, "step": "any"})


def number(label: str, **options: Any) -> forms.DecimalField:
    """A figure that isn't negative."""
    return forms.DecimalField(
        label=label, min_value=0, max_digits=DIGITS, decimal_places=PLACES, widget=NUMBER, **options
    )


class IndicatorForm(forms.Form):
    """An indicator. `version` is what the writer read; 0 for a new one."""

    title = forms.CharField(
        label="What is counted",
        max_length=200,
        help_text="For example: people who came to the lunch club",
        error_messages={"required": "Say what is counted."},
    )
    kind = forms.ChoiceField(
        label="What kind of figure it is", choices=Indicator.Kind.choices, widget=forms.RadioSelect
    )
    unit = forms.CharField(
        label="Unit", max_length=60, required=False, help_text="Such as people, sessions or % of members"
    )
    target = number("Aim for each period", required=False)
    client_id = forms.UUIDField(widget=HIDDEN, required=False)
    version = forms.IntegerField(widget=HIDDEN, required=False, min_value=0)

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def content(self) -> dict[str, Any]:
        """The valid form's values as note_indicator and change_indicator take them."""
        return {name: self.cleaned_data[name] for name in FIELDS}


def initial_of(indicator: Indicator) -> dict[str, Any]:
    """What a form about a stored indicator starts from."""
    return {name: getattr(indicator, name) for name in (*FIELDS, "version")}


class FigureForm(forms.Form):
    """The figure of a period. `replace` is the stored figure that a correction has seen."""

    period_end = DayField(
        label="Last day of the period",
        help_text="For a month, a quarter or a year. For example, 31/03/2026",
        error_messages={"required": "Say on which day the period ends."},
    )
    value = number("Figure", error_messages={"required": "Give the figure."})
    replace = forms.DecimalField(widget=HIDDEN, required=False)

    def clean_period_end(self) -> date:
        day: date = self.cleaned_data["period_end"]
        if day > timezone.localdate():
            raise forms.ValidationError("That period isn’t over yet.")
        if day.year < 1990:
            raise forms.ValidationError("Check the year.")
        return day

    def content(self) -> dict[str, date | Decimal | None]:
        """The valid form's values as note_figure takes them."""
        return {name: self.cleaned_data[name] for name in ("period_end", "value", "replace")}
