"""The form of a tender pack: which files of papers go in, and whether the portfolio and the profile sheet do."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from evidence.packs import PackLine, newest_files


class PackForm(forms.Form):
    """Offers the files of papers that hold today; anything else is no choice."""

    profile = forms.BooleanField(label="Profile sheet", required=False, initial=True)
    portfolio = forms.BooleanField(label="Portfolio", required=False, initial=True)
    papers = forms.TypedMultipleChoiceField(
        label="Papers", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, lines: Sequence[PackLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers: Any = self.fields["papers"]
        papers.choices = [
            (file.pk, f"{line.line.kind.label}: {file.filename}")
            for line in lines
            if line.can_go
            for file in line.files
        ]
        papers.initial = sorted(newest_files(lines))

    @staticmethod
    def kept(query: QueryDict) -> dict[str, Any]:
        """What was chosen before, from an address made with choice(); empty where none was."""
        if "chosen" not in query:
            return {}
        papers = [int(number) for number in query.getlist("papers") if number.isdecimal()]
        return {"papers": papers, **{name: name in query for name in ("profile", "portfolio")}}

    def choice(self) -> dict[str, Any]:
        """What a valid form chooses, for an address."""
        chosen = {name: "on" for name in ("profile", "portfolio") if self.cleaned_data[name]}
        return {"chosen": "1", "papers": sorted(self.cleaned_data["papers"]), **chosen}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (data["papers"] or data["profile"] or data["portfolio"]):
            raise forms.ValidationError("Choose at least one thing to put into the pack.")
        return data
