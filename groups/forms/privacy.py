"""Forms of the privacy pages: why a copy is made, and the proof that somebody means to erase."""

from django import forms

from groups.leaving.copies import Purpose
from groups.leaving.groups import Reason
from groups.models import CommunityGroup
from groups.models.community_groups import name_key


class CopyForm(forms.Form):
    """Why a copy is made."""

    purpose = forms.ChoiceField(
        label="Why you make this copy", choices=Purpose.choices, widget=forms.RadioSelect
    )


class EraseGroupForm(forms.Form):
    """The reason, and the group's name typed once more."""

    reason = forms.ChoiceField(label="Why it is erased", choices=Reason.choices, widget=forms.RadioSelect)
    typed = forms.CharField(
        label="Type the group’s name",
        help_text="So that no other group is erased by mistake.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, group: CommunityGroup, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.group = group

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"]
        if " ".join(typed.split()) != self.group.name and name_key(typed) != self.group.name_key:
            raise forms.ValidationError(f"That isn’t the name. Type: {self.group.name}")
        return typed


class ErasePersonForm(forms.Form):
    """The person's address typed once more."""

    email = forms.CharField(widget=forms.HiddenInput)
    typed = forms.CharField(
        label="Type the person’s e-mail address",
        help_text="So that nobody else is erased by mistake.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )

    def __init__(self, *args, address: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"]
        if typed.strip().casefold() != self.address.casefold():
            raise forms.ValidationError(f"That isn’t the address. Type: {self.address}")
        return typed
