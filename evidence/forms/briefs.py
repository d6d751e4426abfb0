"""What a brief is about, and why one is withdrawn."""

from typing import Any
from uuid import uuid4

from django import forms

from evidence.brief_data import BriefChoice
from evidence.filters import FilterField, FilterMultipleField
from groups.models import LIO, Community, District, Organisation, ServiceArea, User
from toolkit_portal.core.day_field import DayField


class BriefForm(forms.Form):
    """The choice, kept in the address: the page below it shows the brief as it would be issued."""

    service_area = FilterField(
        ServiceArea.objects.all(),
        label="Service area",
        empty_label="Choose one",
        error_messages={"required": "Choose the service area.", "invalid_choice": "Choose a service area."},
    )
    commissioner = FilterField(
        Organisation.objects.none(),
        label="For which commissioner",
        required=False,
        empty_label="Nobody in particular",
    )
    start = DayField(label="From", required=False, help_text="For example, 01/04/2025")
    end = DayField(label="To", required=False)
    districts = FilterMultipleField(
        District.objects.all(), label="Districts", required=False, widget=forms.CheckboxSelectMultiple
    )
    communities = FilterMultipleField(
        Community.objects.all(), label="Communities", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        commissioner = self.fields["commissioner"]
        assert isinstance(commissioner, forms.ModelChoiceField)
        commissioner.queryset = Organisation.objects.current().filter(is_commissioner=True)
        own = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        if len(user.roles.officer_lio_ids) > 1:
            self.fields["lio"] = forms.ModelChoiceField(own, label="LIO", empty_label="Choose one")
        self._only_lio = own.first() if "lio" not in self.fields else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (start := data.get("start")) and (end := data.get("end")) and end < start:
            self.add_error("end", "The last day can't be before the first.")
        return data

    @property
    def lio(self) -> LIO:
        """Whose brief it is. Only on a valid form."""
        return self._only_lio or self.cleaned_data["lio"]

    @property
    def choice(self) -> BriefChoice:
        """What was chosen. Only on a valid form."""
        data = self.cleaned_data
        return BriefChoice(
            service_area=data["service_area"],
            districts=tuple(data["districts"]),
            communities=tuple(data["communities"]),
            start=data["start"],
            end=data["end"],
            commissioner=data["commissioner"],
        )


class IssueBriefForm(BriefForm):
    """The same, sent to be issued."""

    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)


class WithdrawForm(forms.Form):
    """Why a brief is taken back."""

    why = forms.CharField(
        label="Why is it withdrawn?",
        max_length=250,
        help_text="Colleagues see this. Don't name anybody.",
        error_messages={"required": "Say why, so that colleagues know."},
    )
