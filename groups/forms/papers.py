"""Forms of a group's papers, as officers fill them in."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from groups.credentials import State, check_facts
from groups.models import Credential, CredentialKind, User
from groups.models.credentials import MOST_POUNDS
from toolkit_portal.core.attachment_files import ACCEPT, LIMITS
from toolkit_portal.core.dates import months_after
from toolkit_portal.core.day_field import DayField
from toolkit_portal.core.pounds import PoundsField

HIDDEN = forms.HiddenInput(attrs={"autocomplete": "off"})


class PaperForm(forms.Form):
    """How one paper stands. `version` is what the writer read; 0 where there was none."""

    state = forms.ChoiceField(
        label="How it stands",
        choices=State.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how it stands."},
    )
    why_not_needed = forms.CharField(
        label="Why it isn’t needed yet",
        max_length=250,
        required=False,
        help_text="For example: no staff. The group’s lead reads it.",
    )
    issued_on = DayField(label="Issued or adopted on", required=False, help_text="For example, 14/09/2026")
    expires_on = DayField(
        label="Expires on", required=False, help_text="From this day on it counts as missing."
    )
    review_on = DayField(label="Look at it again on", required=False)
    pounds = PoundsField(
        most=MOST_POUNDS, label="Sum", required=False, help_text="For example, £5,000,000 or £5m"
    )
    seen = forms.BooleanField(
        label="I have seen it today and it is what it says",
        required=False,
        help_text="Your name and the day are noted.",
    )
    note = forms.CharField(
        label="Note", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(min_value=0, widget=HIDDEN)

    def __init__(
        self, *args: Any, kind: CredentialKind, paper: Credential | None, by: User, **kwargs: Any
    ) -> None:
        self.kind, self.paper, self.by = kind, paper, by
        names = (
            "state",
            "why_not_needed",
            "issued_on",
            "expires_on",
            "review_on",
            "pounds",
            "note",
            "version",
        )
        initial = (
            {name: getattr(paper, name) for name in names} if paper else {"state": "missing", "version": 0}
        )
        super().__init__(*args, **{**kwargs, "initial": initial})
        if kind.expires:
            self.fields[
                "expires_on"
            ].help_text = "This paper runs out: give the day. From that day on it counts as missing."
        if not kind.asks_sum:
            del self.fields["pounds"]
        if paper is not None and paper.checked_on is not None:
            # Help texts go into the page as they are, and a name may come from a spreadsheet.
            self.fields["seen"].help_text = format_html(
                "Your name and the day are noted. Last seen by {}, {}.",
                paper.checked_by,
                f"{paper.checked_on:%-d %B %Y}",
            )
        if kind.review_months:
            months = kind.review_months
            self.fields["review_on"].help_text = (
                f"Left empty: {months} months after the day it was issued."
                if months != 1
                else "Left empty: a month later."
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            check_facts(self.facts)
        except ValueError as fault:
            field = {
                "Say why it isn't needed yet.": "why_not_needed",
                "It can't expire before it was issued.": "expires_on",
                "The day it was issued is still to come.": "issued_on",
            }.get(str(fault))
            self.add_error(field, str(fault))
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says, as groups.credentials.set_paper takes it. Only without errors."""
        data = self.cleaned_data
        review_on = data["review_on"]
        if review_on is None and data["issued_on"] and self.kind.review_months:
            review_on = months_after(data["issued_on"], self.kind.review_months)
        facts = {
            "state": data["state"],
            "why_not_needed": data["why_not_needed"].strip() if data["state"] == State.NOT_NEEDED else "",
            "issued_on": data["issued_on"],
            "expires_on": data["expires_on"],
            "review_on": review_on,
            "note": data["note"].strip(),
        }
        if "pounds" in self.fields:
            facts["pounds"] = data["pounds"]
        if data["seen"]:
            facts |= {"checked_by": str(self.by)[:150], "checked_on": timezone.localdate()}
        return facts


class PaperFileForm(forms.Form):
    """A file of a paper, from an officer."""

    chosen = forms.FileField(
        label="File",
        help_text=LIMITS,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another."},
    )


class RefuseForm(forms.Form):
    """Why a lead's file isn't accepted."""

    why = forms.CharField(
        label="What is to be put right?",
        max_length=250,
        help_text="The group’s lead reads this.",
        error_messages={"required": "Say what is to be put right, so that the group can do it."},
    )
