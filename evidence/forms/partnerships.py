"""Forms of a partnership with a prime provider: what it is about, and how far it is."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from evidence.forms.engagements import HIDDEN
from evidence.forms.needs import current_or_held, text
from evidence.models import Partnership
from evidence.models.partnerships import Stage
from evidence.partnerships import FIELDS, LISTS
from groups.models import District, Organisation, ServiceArea
from groups.models.credentials import MOST_POUNDS
from toolkit_portal.core.day_field import DayField
from toolkit_portal.core.pounds import PoundsField


class StageForm(forms.Form):
    """How far a partnership is, and since when."""

    stage = forms.ChoiceField(label="How far it is", choices=Stage.choices, widget=forms.RadioSelect)
    stage_on = DayField(
        label="Since",
        help_text="The day it came to this stage. For example, 14/09/2026",
        error_messages={"required": "Say since which day."},
    )

    def clean_stage_on(self) -> date:
        day: date = self.cleaned_data["stage_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return day


class PartnershipForm(StageForm):
    """A partnership. `version` is what the writer read; 0 for a new one. The stage is asked for new ones only."""

    prime = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="The larger organisation",
        empty_label="Choose one",
        help_text="The prime provider: it holds the contract, or will bid for it.",
        error_messages={"required": "Choose the larger organisation."},
    )
    opportunity = forms.CharField(
        label="What it is about",
        max_length=200,
        help_text="For example: befriending within the home care contract",
        error_messages={"required": "Say in a few words what it is about."},
    )
    pounds = PoundsField(
        label="What it is worth to the group",
        required=False,
        most=MOST_POUNDS,
        help_text="In pounds, such as £12,500. Leave it empty if you don’t know.",
    )
    services = forms.ModelMultipleChoiceField(
        ServiceArea.objects.none(),
        label="Service areas",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    districts = forms.ModelMultipleChoiceField(
        District.objects.none(), label="Districts", required=False, widget=forms.CheckboxSelectMultiple
    )
    note = text("Note")
    client_id = forms.UUIDField(widget=HIDDEN, required=False)
    version = forms.IntegerField(widget=HIDDEN, required=False, min_value=0)

    def __init__(self, *args: Any, partnership: Partnership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partnership is not None:
            del self.fields["stage"], self.fields["stage_on"]
        held = {name: _ids(partnership, name) for name in LISTS}
        offered = Organisation.objects.current().filter(is_provider=True)
        self.fields["prime"].queryset = offered | Organisation.objects.filter(
            pk=partnership.prime_id if partnership else 0
        )
        self.fields["services"].queryset = current_or_held(ServiceArea, held["services"])
        self.fields["districts"].queryset = current_or_held(District, held["districts"])
        self.order_fields(["prime", "opportunity", "stage", "stage_on", "pounds", "services", "districts"])

    def clean_opportunity(self) -> str:
        return " ".join(self.cleaned_data["opportunity"].split())

    def content(self) -> dict[str, Any]:
        """The valid form's values as note_partnership and change_partnership take them."""
        names = [*FIELDS, *(name for name in ("stage", "stage_on") if name in self.fields)]
        return {name: self.cleaned_data[name] for name in names} | {
            name: list(self.cleaned_data[name]) for name in LISTS
        }


def initial_of(partnership: Partnership) -> dict[str, Any]:
    """What a form about a stored partnership starts from."""
    plain = {name: getattr(partnership, name) for name in ("opportunity", "pounds", "note", "version")}
    return plain | {"prime": partnership.prime_id} | {name: _ids(partnership, name) for name in LISTS}


def _ids(partnership: Partnership | None, name: str) -> list[int]:
    return list(getattr(partnership, name).values_list("pk", flat=True)) if partnership else []
