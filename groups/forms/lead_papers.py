"""The form with which a group's lead sends a paper."""

from typing import Any

from django import forms
from django.utils import timezone

from toolkit_portal.core.attachment_files import ACCEPT
from toolkit_portal.core.day_field import DayField


class SendPaperForm(forms.Form):
    """One file, for an officer to look at; for a paper that a group adopts, also the day."""

    chosen = forms.FileField(
        label="Your file",
        help_text="A PDF, a Word file or a clear photo is best. A document may have up to 15 MB, a photo up to 10 MB.",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose another."},
    )
    adopted_on = DayField(
        label="Adopted on",
        required=False,
        help_text="The day of the meeting, for example, 14/09/2026. Leave it empty for a draft.",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    def __init__(self, *args: Any, is_adopted: bool, **kwargs: Any) -> None:
        """is_adopted says whether papers of this kind are adopted at a meeting; an insurance isn't."""
        super().__init__(*args, **kwargs)
        if not is_adopted:
            del self.fields["adopted_on"]

    def clean_adopted_on(self) -> Any:
        day = self.cleaned_data["adopted_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError("That day is still to come. Send the paper once it is adopted.")
        return day
