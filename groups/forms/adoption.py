"""The form by which an officer notes that a group has adopted a paper."""

from datetime import date
from typing import Any

from django import forms

from groups.adoption import check_adoption, review_after
from groups.credentials import State
from groups.models import Credential, CredentialKind
from toolkit_portal.core.attachment_files import ACCEPT, LIMITS
from toolkit_portal.core.day_field import DayField


class AdoptForm(forms.Form):
    """The days, and on a paper's own page the signed file. `version` is what the writer read; 0 for no paper."""

    adopted_on = DayField(
        label="Adopted on",
        help_text="The day of the meeting, for example, 14/09/2026",
        error_messages={"required": "Say on which day the group adopted it."},
    )
    review_on = DayField(label="Look at it again on", required=False)
    chosen = forms.FileField(
        label="The signed paper",
        required=False,
        help_text=LIMITS,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"empty": "The file is empty. Choose another."},
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(
        self,
        *args: Any,
        kind: CredentialKind,
        paper: Credential | None,
        adopted_on: date | None = None,
        takes_file: bool = True,
        **kwargs: Any,
    ) -> None:
        """adopted_on is the day that the lead has named; the day to look at it again follows from it."""
        self.kind = kind
        initial = {
            "version": paper.version if paper else 0,
            "adopted_on": adopted_on,
            "review_on": review_after(kind, adopted_on) if adopted_on else None,
        }
        super().__init__(*args, **{"prefix": "adopted", **kwargs, "initial": initial})
        if not takes_file:
            # A lead's file is accepted with or without a day.
            del self.fields["chosen"]
            self.fields["adopted_on"].required = self.fields["version"].required = False
            self.fields[
                "adopted_on"
            ].help_text = "Left empty: it is accepted, and how it stands doesn’t change."
        if kind.review_months:
            months = kind.review_months
            self.fields["review_on"].help_text = (
                f"Left empty: {months} months after it was adopted."
                if months != 1
                else "Left empty: a month later."
            )

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says of how the paper stands. Only without errors."""
        day = self.cleaned_data["adopted_on"]
        review_on = self.cleaned_data["review_on"] or review_after(self.kind, day)
        return {"state": State.IN_PLACE, "issued_on": day, "review_on": review_on}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("adopted_on") and data.get("version") is None and "version" not in self.errors:
            self.add_error(None, "Load the page again before you send it.")
        if data.get("adopted_on") and "review_on" in data:
            try:
                check_adoption(data["adopted_on"], data["review_on"])
            except ValueError as fault:
                field = "review_on" if "look at it again" in str(fault) else "adopted_on"
                self.add_error(field, str(fault))
        return data
