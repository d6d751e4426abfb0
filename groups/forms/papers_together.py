"""The form for one state of one kind of paper, noted for several groups."""

from typing import Any

from django import forms

from groups.credentials import State, check_facts
from groups.models import CredentialKind
from groups.papers_together import Wish
from toolkit_portal.core.day_field import DayField


class PapersTogetherForm(forms.Form):
    """What is noted for all groups that were ticked. Sums and notes differ, so they aren't here."""

    state = forms.ChoiceField(
        label="How it stands in all of these groups",
        choices=State.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how it stands."},
    )
    why_not_needed = forms.CharField(
        label="Why it isn’t needed yet",
        max_length=250,
        required=False,
        help_text="Only for “Not needed yet”. For example: no staff. The leads of these groups read it.",
    )
    issued_on = DayField(
        label="Issued or adopted on", required=False, help_text="Left empty: as each group has it."
    )
    expires_on = DayField(
        label="Expires on",
        required=False,
        help_text="Left empty: as each group has it. From this day on it counts as missing.",
    )
    review_on = DayField(
        label="Look at it again on", required=False, help_text="Left empty: as each group has it."
    )
    seen = forms.BooleanField(
        label="I have seen all of them today and they are what they say",
        required=False,
        help_text="Your name and the day are noted.",
    )

    def __init__(self, *args: Any, kind: CredentialKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.review_months:
            months = f"{kind.review_months} months" if kind.review_months != 1 else "a month"
            self.fields["review_on"].help_text = (
                f"Left empty: as each group has it. Where you give a day of issue, {months} after it. "
                f"Where it is due and you have seen it, {months} from today."
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            check_facts(data | {"checked_by": "", "checked_on": None})
        except ValueError as fault:
            field = {
                "Say why it isn't needed yet.": "why_not_needed",
                "It can't expire before it was issued.": "expires_on",
            }.get(str(fault), "issued_on")
            self.add_error(field, str(fault))
        return data

    @property
    def wish(self) -> Wish:
        """What the form says. Only without errors."""
        data = self.cleaned_data
        return Wish(**(data | {"why_not_needed": data["why_not_needed"].strip()}))
