"""The form for a kind of paper, as an administrator keeps it."""

from typing import Any

from django import forms
from django.utils import timezone

from groups.models import CredentialKind
from groups.paper_kinds import names_of, taken_names

HELP = {
    "label": "What people call it, such as Food hygiene certificate.",
    "other_names": "What else it is called in spreadsheets, one name a line. An import knows the paper by all of them.",
    "purpose": "One or two short sentences that a group’s lead understands. They read this.",
    "stage": "Always: have it ready. At selection: when a group applies. At award: only once it has won.",
    "is_usual": "If not ticked, it is shown only where a group has it or all kinds are asked for.",
    "asks_sum": "Officers are then asked for pounds, as with an insurance.",
    "expires": "Officers are then asked for the day. From that day on it counts as missing.",
    "review_months": "After the day it was issued. Leave it empty where nobody needs to look again.",
    "position": "Lower numbers stand first.",
}


class PaperKindForm(forms.ModelForm):
    """Everything about a kind but its key. A new label leaves the old one among the other names."""

    retired = forms.BooleanField(
        label="No longer asked for",
        required=False,
        help_text="New papers of this kind aren’t offered. Groups that have one keep it, with its files and history.",
    )

    class Meta:
        model = CredentialKind
        fields = (
            "label",
            "other_names",
            "purpose",
            "stage",
            "is_usual",
            "asks_sum",
            "expires",
            "review_months",
            "position",
        )
        labels = {
            "label": "Name",
            "other_names": "Other names",
            "purpose": "What it is for",
            "stage": "When a commissioner may ask for it",
            "is_usual": "Most commissioners ask for it",
            "asks_sum": "It is for a sum of money",
            "expires": "It runs out on a day",
            "review_months": "Look at it again after so many months",
            "position": "Place in the list",
        }
        help_texts = HELP
        widgets = {
            "other_names": forms.Textarea(attrs={"rows": 3}),
            "purpose": forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
            "stage": forms.RadioSelect,
            "review_months": forms.NumberInput(attrs={"data-short": True, "min": 1, "max": 120}),
            "position": forms.NumberInput(attrs={"data-short": True}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old_label = self.instance.label if self.instance.pk else ""
        stage: Any = self.fields["stage"]
        stage.choices = CredentialKind.Stage.choices
        if self.instance.pk:
            self.initial["retired"] = not self.instance.is_current
        else:
            del self.fields["retired"]

    def clean_label(self) -> str:
        label = " ".join(self.cleaned_data["label"].split())
        if (other := taken_names(self.instance).get(label.casefold())) is not None:
            raise forms.ValidationError(
                f"{label} is on the list already."
                if other.label.casefold() == label.casefold()
                else f"{label} is another name of {other} already."
            )
        return label

    def clean_other_names(self) -> str:
        names = list(
            dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["other_names"].split("\n"))
        )
        taken = taken_names(self.instance)
        for name in filter(None, names):
            if len(name) > 120:
                raise forms.ValidationError("A name has 120 letters at most.")
            if (other := taken.get(name.casefold())) is not None:
                raise forms.ValidationError(
                    f"{name} is a name of {other} already. An import couldn’t tell which is meant."
                )
        return "\n".join(filter(None, names))

    def clean_purpose(self) -> str:
        purpose = " ".join(self.cleaned_data["purpose"].split())
        if len(purpose) > 500:
            raise forms.ValidationError("Say it in 500 letters at most: leads read it on a telephone.")
        return purpose

    def clean_review_months(self) -> int | None:
        months = self.cleaned_data["review_months"]
        if months == 0:
            raise forms.ValidationError("Give at least one month, or leave it empty.")
        return months

    def save(self, commit: bool = True) -> CredentialKind:
        kind = self.instance
        if self.old_label and self.old_label.casefold() not in names_of(kind):
            # Spreadsheets that say the old name still mean this paper.
            kind.other_names = "\n".join(filter(None, [*kind.other_names.split("\n"), self.old_label]))
        if "retired" in self.fields:
            retired = self.cleaned_data["retired"]
            kind.retired_on = (kind.retired_on or timezone.localdate()) if retired else None
        return super().save(commit)
