"""Forms of quotes and of consent to use them."""

from typing import Any

from django import forms
from django.utils import timezone

from evidence.forms.needs import past_day
from toolkit_portal.core.day_field import DayField

MOST_LETTERS = 1_500


class QuoteForm(forms.Form):
    """Somebody's words. `version` is what the writer read; 0 for a new one."""

    text = forms.CharField(
        label="In their own words",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Without names, numbers or addresses. A translation is fine: say so in the line below.",
        error_messages={"required": "Write what was said."},
    )
    speaker = forms.CharField(
        label="Who said it, without a name",
        max_length=120,
        required=False,
        help_text="For example: a mother of two, translated from Urdu",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )


class ConsentForm(forms.Form):
    """What somebody answered when they were asked."""

    asked_on = DayField(label="When they were asked", help_text="For example, 14/09/2026")
    answer = forms.ChoiceField(
        label="What they said",
        choices=[("yes", "They agreed"), ("no", "They didn't agree")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether they agreed."},
    )
    uses = forms.MultipleChoiceField(
        label="What they agreed to",
        choices=[
            ("for_briefs", "Briefs for commissioners"),
            ("for_reports", "Reports and exports of the county"),
            ("for_portfolio", "The group's own portfolio"),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only what you asked about. Nothing else becomes allowed.",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_on"].initial = timezone.localdate
        self.fields["asked_on"].required = True

    def clean_asked_on(self) -> Any:
        return past_day(self.cleaned_data["asked_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "yes" and not data.get("uses"):
            self.add_error("uses", "Say what they agreed to. Consent without a use allows nothing.")
        return data
