"""Forms of the enquiry tally: what stays from one enquiry to the next, the enquiry itself, and the batch."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from evidence.enquiries import Batch
from evidence.forms.methods import MadeRecordForm
from evidence.forms.needs import past_day
from evidence.models import Enquiry
from groups.models import LIO, Community, CommunityGroup, District, ServiceArea, User
from toolkit_portal.core.day_field import DayField


class StayingForm(forms.Form):
    """Chosen once at the desk and kept in the URL: where, whom, which day."""

    district = forms.ModelChoiceField(District.objects.current(), required=False, empty_label="Not noted")
    community = forms.ModelChoiceField(Community.objects.current(), required=False, empty_label="Not noted")
    group = forms.ModelChoiceField(CommunityGroup.objects.none(), required=False, empty_label="None")
    day = DayField(label="Day", required=False, help_text="Empty for today.")
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO", required=False, empty_label="Choose one")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        self.fields["group"].queryset = CommunityGroup.objects.editable_by(user).order_by("name", "pk")
        self._only = own.first() if len(user.roles.officer_lio_ids) == 1 else None
        if self._only:
            del self.fields["lio"]
        else:
            self.fields["lio"].queryset = own

    def clean_day(self) -> date | None:
        return past_day(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        group, lio = data.get("group"), data.get("lio")
        if group and lio and group.lio_id != lio.pk:
            self.add_error("group", f"{group} doesn’t belong to {lio}.")
        return data

    @property
    def of_lio(self) -> LIO | None:
        """Whose enquiry it is: the officer's only LIO, the group's, or the chosen one."""
        group = self.cleaned_data.get("group")
        return self._only or (group.lio if group else self.cleaned_data.get("lio"))

    @property
    def another_day(self) -> date | None:
        """The chosen day, if it isn't today."""
        day = self.cleaned_data.get("day")
        return day if day and day != timezone.localdate() else None

    @property
    def in_words(self) -> str:
        """What is chosen, on one line."""
        chosen = [self.cleaned_data.get(name) for name in ("lio", "district", "community", "group")]
        return ", ".join(str(value) for value in chosen if value)

    def content(self) -> dict[str, Any]:
        """The values that note_enquiry takes."""
        data = self.cleaned_data
        return {
            "asked_on": data["day"],
            "district": data["district"],
            "community": data["community"],
            "group": data["group"],
        }


class EnquiryForm(forms.Form):
    """The two taps: about what, and how it ended."""

    service_area = forms.ModelChoiceField(
        ServiceArea.objects.current(),
        label="What was it about?",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it was about, then tap how it ended."},
    )
    outcome = forms.ChoiceField(
        label="How did it end?",
        choices=Enquiry.Outcome.choices,
        error_messages={"required": "Tap how it ended."},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)


class BatchForm(forms.Form):
    """Which enquiries become a record."""

    service_area = forms.ModelChoiceField(ServiceArea.objects.all(), empty_label="Choose one")
    start = DayField(label="From")
    end = DayField(label="To")
    district = forms.ModelChoiceField(
        District.objects.all(), required=False, empty_label="All, and where none was noted"
    )
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO", empty_label="Choose one")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        self._only = own.first() if len(user.roles.officer_lio_ids) == 1 else None
        if self._only:
            del self.fields["lio"]
        else:
            self.fields["lio"].queryset = own
        for name in ("start", "end"):
            self.fields[name].required = True

    def clean_start(self) -> date | None:
        return past_day(self.cleaned_data["start"])

    def clean_end(self) -> date | None:
        return past_day(self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] < data["start"]:
            self.add_error("end", "The last day can’t be before the first.")
        return data

    @property
    def batch(self) -> Batch:
        """The valid form's choice."""
        data = self.cleaned_data
        return Batch(
            lio=self._only or data["lio"],
            service_area=data["service_area"],
            start=data["start"],
            end=data["end"],
            district=data["district"],
        )


class BatchRecordForm(MadeRecordForm):
    """The record made of a batch. `number` is how many enquiries its writer saw."""

    number = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), min_value=0)
