"""The form of one criterion's target."""

from datetime import date

from django import forms

from readiness import scoring
from readiness.models import Criterion
from readiness.targets import Aim
from toolkit_portal.core.day_field import DayField


def target_prefix(criterion: Criterion) -> str:
    """What the names of a criterion's fields begin with: "t-2-15a" for 2.15a."""
    return "t-" + criterion.code.replace(".", "-")


def as_text(aim: Aim | None) -> str:
    """An aim as a hidden field carries it: "3|2027-03-01", empty for none."""
    return "" if aim is None else f"{aim.level}|{aim.by.isoformat()}"


def from_text(text: str) -> Aim | None:
    """The aim that as_text has written; None for anything else."""
    level, _, day = text.partition("|")
    try:
        return Aim(int(level), date.fromisoformat(day))
    except ValueError:
        return None


class TargetForm(forms.Form):
    """A level and a day, or neither. `shown` is what the page showed when it was opened."""

    level = forms.TypedChoiceField(
        label="Target", required=False, coerce=int, empty_value=None, choices=[("", "No target")]
    )
    by = DayField(label="By", required=False)
    shown = forms.CharField(
        required=False, max_length=30, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args, level_names: list[str], today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["level"].choices = [
            ("", "No target"),
            *[(level, f"{level} {level_names[level].capitalize()}") for level in scoring.LEVELS if level],
        ]

    @property
    def shown_aim(self) -> Aim | None:
        return from_text(self.cleaned_data.get("shown", ""))

    @property
    def aim(self) -> Aim | None:
        """What is wanted; None for no target."""
        level, by = self.cleaned_data.get("level"), self.cleaned_data.get("by")
        return None if level is None or by is None else Aim(level, by)

    def clean(self) -> dict:
        data = super().clean() or {}
        if self.errors:
            return data
        level, by = data.get("level"), data.get("by")
        if level is None and by is None:
            return data
        if level is None:
            self.add_error("level", "Choose a level for this date, or clear the date.")
        elif by is None:
            self.add_error("by", "Say by when.")
        elif by <= self.today and Aim(level, by) != from_text(data.get("shown", "")):
            self.add_error("by", "Choose a day in the future.")
        return data
