"""Forms of the action plan: an action, a suggestion, progress, and the lead's own words."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from readiness.models import Action
from toolkit_portal.core.day_field import DayField

MOST_LETTERS = 2_000
# With the words that the acronym stands for: the form may be the first place on a page to say it.
WHO_CHOICES = [
    (Action.Who.GROUP.value, "The group"),
    (Action.Who.LIO.value, "The local infrastructure organisation (LIO)"),
    (Action.Who.BOTH.value, "Both together"),
]
EARLIEST = date(1990, 1, 1)
LATEST_YEARS = 5


def check_due_day(day: date | None) -> date | None:
    """The day an action is due. Raises ValidationError where the year can't be meant."""
    if day and not EARLIEST <= day <= date(timezone.localdate().year + LATEST_YEARS, 12, 31):
        raise forms.ValidationError("Check the year: actions are for the next five years.")
    return day


def _text(label: str, *, rows: int = 2, required: bool = False, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": rows}),
        **options,
    )


class ActionForm(forms.Form):
    """An action's words, section, who and when. `version` is what the writer read; 0 for a new one."""

    what = _text("What will be done", required=True, error_messages={"required": "Say what will be done."})
    why = _text("Why", help_text="What the group gains by it.")
    first_step = _text("First step", help_text="Small enough to be done this week.")
    who = forms.ChoiceField(
        label="Who does it", choices=WHO_CHOICES, initial=Action.Who.GROUP, widget=forms.RadioSelect
    )
    person = forms.CharField(label="Name of the person", max_length=150, required=False)
    due_on = DayField(label="By when", required=False, help_text="For example, 14/09/2026")
    support = _text("Help your organisation gives")
    criterion_code = forms.ChoiceField(label="Toolkit section", required=False)
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)
    version = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("criterion_code", "")
        if kept and kept not in dict(sections):
            sections = [*sections, (kept, f"{kept} (of an earlier edition)")]
        self.fields["criterion_code"].choices = [("", "None in particular"), *sections]

    def clean_due_on(self) -> date | None:
        return check_due_day(self.cleaned_data["due_on"])

    def content(self) -> dict[str, Any]:
        """The valid form's values by field name, as add_action and change_action take them."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in {"client_id", "version"}
        }


class SuggestionForm(forms.Form):
    """One suggested action: whether it is chosen, who does it and by when."""

    chosen = forms.BooleanField(required=False)
    who = forms.ChoiceField(label="Who does it", choices=WHO_CHOICES, required=False)
    due_on = DayField(label="By when", required=False)

    def clean_due_on(self) -> date | None:
        return check_due_day(self.cleaned_data["due_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("chosen"):
            # What stands beside a suggestion that isn't wanted needs no putting right.
            self.errors.clear()
        elif "who" not in self.errors and not data.get("who"):
            self.add_error("who", "Choose who does it.")
        return data


class ProgressForm(forms.Form):
    """How an action goes: its state, and a note that the lead sees too."""

    state = forms.ChoiceField(
        label="How does it stand?", choices=Action.State.choices, widget=forms.RadioSelect
    )
    done_on = DayField(
        label="Day it was done", required=False, help_text="For “Done”. Today, if you leave it empty."
    )
    reason = _text("Why it was dropped", help_text="For “Dropped”. Your group’s lead sees this.")
    text = _text("Note", rows=3, help_text="What happened, what comes next. Your group’s lead sees this.")
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), min_value=0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        state, done_on = data.get("state"), data.get("done_on")
        if (
            state == Action.State.DROPPED
            and not data.get("reason", "").strip()
            and "reason" not in self.errors
        ):
            self.add_error("reason", "Say why it was dropped, so that everybody understands later.")
        if state == Action.State.DONE and done_on and done_on > timezone.localdate():
            self.add_error("done_on", "This day is still to come. Mark it as done once it is.")
        return data


class AnswerHelpForm(forms.Form):
    """A reply to a lead's call for help; marking it as answered needs no words, after a telephone call."""

    text = _text(
        "Your reply", rows=3, help_text="Your group’s lead sees this. Leave it empty if you have called them."
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)


class IssueForm(forms.Form):
    """What the officer has checked, and the id that makes a resend the same version."""

    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class LeadForm(forms.Form):
    """What a lead says about an action: one of five acts, with words where they have some."""

    DONE, DOING, TO_DO, HELP, NOTE = "done", "doing", "to_do", "help", "note"

    act = forms.ChoiceField(
        choices=[
            (DONE, "We have done this"),
            (DOING, "We have begun"),
            (TO_DO, "Not done after all"),
            (HELP, "Ask for help"),
            (NOTE, "Save my note"),
        ],
        error_messages={
            "required": "Choose what you want to say: done, begun, or that you need help.",
            "invalid_choice": "Choose what you want to say: done, begun, or that you need help.",
        },
    )
    text = _text("Your note", rows=3)
    seen_state = forms.ChoiceField(choices=Action.State.choices, widget=forms.HiddenInput)
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        act, said = data.get("act"), data.get("text", "").strip()
        if not said and "text" not in self.errors:
            if act == self.HELP:
                self.add_error("text", "Say in a few words what you need help with.")
            elif act == self.NOTE:
                self.add_error("text", "Write your note first.")
        return data
