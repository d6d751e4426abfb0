"""Forms of a visit: the meeting, the needs heard at it, and the actions agreed on it."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from groups.models import Visit
from groups.visits import MEETING_FIELDS
from readiness.models import Action

LEAST_ROWS, MOST_ROWS = 3, 50
LEAST_NEEDS, MOST_NEEDS = 1, 20
MOST_LETTERS = 20_000
EARLIEST = date(1990, 1, 1)
LATEST_YEARS = 5


class DayInput(forms.DateInput):
    """The browser's own date field; a plain one for words it couldn't show, so that they aren't lost."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown:
            try:
                date.fromisoformat(shown)
            except ValueError:
                context["widget"]["type"] = "text"
        return context


class ClockInput(forms.TimeInput):
    """The browser's own time field, in hours and minutes; a plain one for words it couldn't show."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if (shown := context["widget"]["value"]) and not _is_clock(shown):
            context["widget"]["type"] = "text"
        return context


def _is_clock(words: str) -> bool:
    hours, _, minutes = words.partition(":")
    return hours.isdigit() and minutes[:2].isdigit() and len(hours) == 2 and int(hours) < 24


def _day(label: str, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=DayInput(),
        error_messages={"invalid": "Write the date as day, month, year, such as 14/09/2026."},
    )


class VisitForm(forms.ModelForm):
    """The meeting itself: when, how, where, who, what was said, and when you meet next."""

    happened_on = _day("Date", required=True)
    next_on = _day("Date")
    happened_at = forms.TimeField(
        label="Time",
        required=False,
        widget=ClockInput(),
        error_messages={"invalid": "Write the time as 14:30."},
    )
    next_at = forms.TimeField(
        label="Time",
        required=False,
        widget=ClockInput(),
        error_messages={"invalid": "Write the time as 14:30."},
    )
    people_met = forms.IntegerField(
        label="How many people you met",
        required=False,
        min_value=0,
        max_value=5000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    class Meta:
        model = Visit
        fields = MEETING_FIELDS
        widgets = {
            "how": forms.RadioSelect(),
            "who_met": forms.Textarea(attrs={"rows": 2}),
            "summary": forms.Textarea(attrs={"rows": 5}),
            "private_notes": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "how": "How you met",
            "place": "Where",
            "who_met": "Their names or roles",
            "also_present": "Others from your organisation",
            "summary": "What was said",
            "next_note": "What for",
        }
        help_texts = {
            "summary": "The main points, in a few lines.",
            "private_notes": "Only officers of your organisation and county managers see these, never the group.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].error_messages["required"] = "Say on which day you met."
        for name in ("who_met", "summary", "private_notes"):
            self.fields[name].validators.append(MaxLengthValidator(MOST_LETTERS))

    def clean_happened_on(self) -> date:
        day = self.cleaned_data["happened_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                "This day is still to come. Log the visit once it has happened; put a planned one under “Next date”."
            )
        if day < EARLIEST:
            raise forms.ValidationError("Check the year: this is before 1990.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        happened, following = cleaned.get("happened_on"), cleaned.get("next_on")
        if following and happened and following < happened:
            self.add_error("next_on", "The next date must be on the day of this visit or later.")
        elif following and following.year > timezone.localdate().year + LATEST_YEARS:
            self.add_error("next_on", "Check the year: this is more than five years away.")
        if not following and "next_on" not in self.errors:
            if cleaned.get("next_at"):
                self.add_error("next_on", "Give the day for this time too.")
            elif cleaned.get("next_note"):
                self.add_error("next_on", "Give the day for this too, or leave “What for” empty.")
        return cleaned

    def meeting(self) -> dict[str, Any]:
        """The valid form's values by field name, as log_visit and change_visit take them."""
        return {name: self.cleaned_data[name] for name in MEETING_FIELDS}


class AgreedActionForm(forms.Form):
    """One agreed action. A row left as it came is no action."""

    what = forms.CharField(
        label="What will be done",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what will be done, or empty this row."},
    )
    who = forms.ChoiceField(label="Who does it", choices=Action.Who.choices, initial=Action.Who.GROUP)
    person = forms.CharField(label="Name of the person", max_length=150, required=False)
    due_on = _day("By when")
    criterion_code = forms.ChoiceField(label="Toolkit section", required=False)

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["criterion_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "None in particular"), *sections]

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        if day and not EARLIEST <= day <= timezone.localdate().replace(
            month=12, day=31, year=timezone.localdate().year + LATEST_YEARS
        ):
            raise forms.ValidationError("Check the year: actions are for the next five years.")
        return day


ActionFormSet = forms.formset_factory(
    AgreedActionForm,
    extra=LEAST_ROWS,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS,
    validate_max=True,
)


class NeedHeardForm(forms.Form):
    """One need that was heard. A row left as it came is none; the rest of the record is filled in on its own page."""

    summary = forms.CharField(
        label="What happened",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Facts, without names: what somebody needed and what came of it.",
        error_messages={"required": "Say what happened, or empty this row."},
    )
    service_area = forms.TypedChoiceField(
        label="Service area", coerce=int, error_messages={"required": "Choose the service area."}
    )
    people_affected = forms.IntegerField(
        label="How many people",
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    barrier = forms.TypedChoiceField(
        label="What stood in the way", required=False, coerce=int, empty_value=None
    )

    def __init__(
        self, *args: Any, services: list[tuple[int, str]], barriers: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, first, values in (
            ("service_area", "Choose one", services),
            ("barrier", "Not known", barriers),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", first), *values]


NeedFormSet = forms.formset_factory(
    NeedHeardForm, extra=LEAST_NEEDS, max_num=MOST_NEEDS, absolute_max=MOST_NEEDS, validate_max=True
)
