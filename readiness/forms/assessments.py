"""Forms of an assessment: one answer, the day, the why of a correction."""

import hashlib
from typing import TypedDict
from uuid import uuid4

from django import forms
from django.utils import timezone

from readiness import scoring
from readiness.models import Answer, Criterion
from toolkit_portal.core.day_field import DayField

NOT_APPLICABLE = "na"
OPEN = "open"
MINE, THEIRS = "mine", "theirs"
MOST_LETTERS = 10_000


def prefix_of(criterion: Criterion) -> str:
    """What the names of a criterion's fields begin with: "c-2-15a" for 2.15a."""
    return "c-" + criterion.code.replace(".", "-")


def digest(answer: str, na_reason: str, note: str) -> str:
    """A short text for one answer as it was shown, so that an untouched card is told from a changed one."""
    words = "\0".join((answer, _one_kind_of_line_break(na_reason), _one_kind_of_line_break(note)))
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _one_kind_of_line_break(text: str) -> str:
    # Browsers send line breaks as two characters, whatever they were given.
    return text.replace("\r\n", "\n").strip()


def chosen(answer: Answer | None) -> str:
    """The choice of the form for a stored answer: a level, "na", or nothing."""
    if answer is None or not answer.is_answered:
        return ""
    return NOT_APPLICABLE if answer.not_applicable else str(answer.level)


def mark_of(answer: Answer | None) -> str:
    """What a card carries of the answer it shows: its version and its digest."""
    if answer is None:
        return f"0-{digest('', '', '')}"
    return f"{answer.version}-{digest(chosen(answer), answer.na_reason, answer.note)}"


class StoredValues(TypedDict):
    """An answer as save_answer takes it."""

    level: int | None
    not_applicable: bool
    na_reason: str
    note: str


class AnswerForm(forms.Form):
    """One criterion's level or why it doesn't apply, and a note. `mark` tells what the writer has read."""

    answer = forms.ChoiceField(
        required=False,
        choices=[
            ("", ""),
            *[(str(level), str(level)) for level in scoring.LEVELS],
            (NOT_APPLICABLE, "Doesn’t apply"),
            (OPEN, "Leave it open"),
        ],
        error_messages={"invalid_choice": "Choose one of the levels."},
    )
    na_reason = forms.CharField(
        label="Why it doesn’t apply to the group",
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label="Note", required=False, max_length=MOST_LETTERS, widget=forms.Textarea(attrs={"rows": 2})
    )
    mark = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    keep = forms.ChoiceField(required=False, choices=[(MINE, "mine"), (THEIRS, "theirs")])

    def clean_note(self) -> str:
        return _one_kind_of_line_break(self.cleaned_data["note"])

    def clean_na_reason(self) -> str:
        return _one_kind_of_line_break(self.cleaned_data["na_reason"])

    def clean_answer(self) -> str:
        answer = self.cleaned_data["answer"]
        return "" if answer == OPEN else answer

    def clean(self) -> dict:
        data = super().clean() or {}
        if (
            data.get("answer") == NOT_APPLICABLE
            and not data.get("na_reason")
            and "na_reason" not in self.errors
        ):
            self.add_error("na_reason", "Say why this doesn’t apply to the group.")
        return data

    @property
    def version(self) -> int:
        """The version of the answer that the writer has read; 0 for none."""
        number = self.cleaned_data.get("mark", "").partition("-")[0]
        return int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 0

    @property
    def is_untouched(self) -> bool:
        """Whether the card says what it said when it was shown."""
        data = self.cleaned_data
        reason = data["na_reason"] if data["answer"] == NOT_APPLICABLE else ""
        return data["mark"].partition("-")[2] == digest(data["answer"], reason, data["note"])

    def stored_values(self) -> StoredValues:
        """What save_answer takes."""
        data = self.cleaned_data
        is_level = data["answer"] not in {"", NOT_APPLICABLE}
        return {
            "level": int(data["answer"]) if is_level else None,
            "not_applicable": data["answer"] == NOT_APPLICABLE,
            "na_reason": data["na_reason"],
            "note": data["note"],
        }


class DayAssessedForm(forms.Form):
    """The day of the assessment, not in the future, with the day that the page showed."""

    assessed_on = DayField(label="Assessed on", help_text="For example, 14/09/2026")
    shown_on = DayField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def clean_assessed_on(self):
        day = self.cleaned_data["assessed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("The day of the assessment can’t be in the future.")
        return day


class CorrectionForm(forms.Form):
    """Why an assessment is corrected."""

    reason = forms.CharField(
        label="What was wrong?",
        help_text="Whoever reads the old result later sees this beside it.",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what was wrong, so that later readers understand the correction."},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
