"""Forms of a group's profile, a section at a time."""

import uuid

from django import forms
from django.db import models
from django.utils import timezone

from groups.models import (
    LIO,
    AudienceServed,
    Community,
    CommunityGroup,
    Contact,
    District,
    Membership,
    ServiceArea,
    User,
)
from groups.models.community_groups import lines

SHORT = forms.Textarea(attrs={"rows": 3})


def _offered(model: type[models.Model], group: CommunityGroup, name: str):
    """Values offered today, and those the group holds already though they are retired."""
    held = getattr(group, name).values("pk") if group.pk else model._default_manager.none()
    return model._default_manager.current() | model._default_manager.filter(pk__in=held)


class SectionForm(forms.ModelForm):
    """A part of the profile. `version` is what the person read: a stale save is refused by the view."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = ""
    offered: dict[str, type[models.Model]] = {}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        for name, model in self.offered.items():
            self.fields[name].queryset = _offered(model, self.instance, name)
        for name in ("other_names", "places", "languages"):
            if name in self.fields:
                self.fields[name].help_text = "One a line"

    def clean(self) -> dict:
        data = super().clean() or {}
        for name in ("other_names", "places", "languages"):
            if name in data:
                data[name] = "\n".join(dict.fromkeys(lines(data[name])))
        return data


class NamesForm(SectionForm):
    title = "Name and kind"

    class Meta:
        model = CommunityGroup
        fields = ["name", "other_names", "kind", "status", "founded"]
        widgets = {"other_names": SHORT, "kind": forms.RadioSelect, "status": forms.RadioSelect}

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_founded(self) -> int | None:
        year = self.cleaned_data["founded"]
        if year and year > timezone.localdate().year:
            raise forms.ValidationError("That year is still to come. Give the year the group began.")
        return year


class PeopleForm(SectionForm):
    title = "Communities and people"
    offered = {"communities": Community, "serves": AudienceServed}

    class Meta:
        model = CommunityGroup
        fields = ["communities", "own_words", "languages", "serves", "members", "volunteers", "paid_staff"]
        widgets = {
            "communities": forms.CheckboxSelectMultiple,
            "serves": forms.CheckboxSelectMultiple,
            "own_words": forms.Textarea(attrs={"rows": 2}),
            "languages": SHORT,
        }
        labels = {"serves": "Whom it serves", "own_words": "The group's own words for its communities"}
        help_texts = {
            "communities": "The ethnic groups of the 2021 census. Choose all that apply.",
            "own_words": "For example: Polish, Filipino, Roma families, people seeking asylum",
        }


class PlacesForm(SectionForm):
    title = "Where and when"
    offered = {"districts": District}

    class Meta:
        model = CommunityGroup
        fields = ["districts", "places", "meeting_place", "meeting_times", "website"]
        widgets = {
            "districts": forms.CheckboxSelectMultiple,
            "places": SHORT,
            "meeting_place": forms.Textarea(attrs={"rows": 2}),
            "meeting_times": forms.Textarea(attrs={"rows": 2}),
            "website": forms.URLInput(attrs={"placeholder": "https://"}),
        }


class WorkForm(SectionForm):
    title = "What it does and its legal form"
    offered = {"services": ServiceArea}

    class Meta:
        model = CommunityGroup
        fields = ["services", "legal_form", "charity_number", "company_number", "ppon", "income_band"]
        widgets = {"services": forms.CheckboxSelectMultiple}
        labels = {"services": "What it does", "ppon": "Procurement identifier (PPON)"}
        help_texts = {
            "ppon": "Given when a supplier registers on the government's central digital platform. "
            "Most small groups have none yet."
        }


class CaseworkForm(SectionForm):
    title = "Casework"

    class Meta:
        model = CommunityGroup
        fields = ["caseworker", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 6})}
        help_texts = {"notes": "Only officers of your LIO and county managers see these."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["caseworker"].queryset = officers_of(self.instance.lio_id)
        self.fields["caseworker"].empty_label = "Nobody yet"


class DirectoryForm(SectionForm):
    """Consent to be listed, per field, with who gave it and when."""

    title = "Directory for commissioners"
    directory_fields = forms.MultipleChoiceField(
        label="What may be shown",
        choices=list(CommunityGroup.DIRECTORY_FIELDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Ask the group about each. Leave all empty to withdraw the consent.",
    )

    class Meta:
        model = CommunityGroup
        fields = ["directory_fields", "directory_consent_by", "directory_consent_on"]
        widgets = {"directory_consent_on": forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric"})}
        labels = {"directory_consent_on": "When they agreed"}

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("directory_fields"):
            if not data.get("directory_consent_by"):
                self.add_error("directory_consent_by", "Say who of the group agreed.")
            if not data.get("directory_consent_on") and "directory_consent_on" not in self.errors:
                self.add_error("directory_consent_on", "Say when they agreed.")
            elif (day := data.get("directory_consent_on")) and day > timezone.localdate():
                self.add_error("directory_consent_on", "That day is still to come.")
        else:
            data["directory_consent_by"], data["directory_consent_on"] = "", None
        return data


SECTIONS: dict[str, type[SectionForm]] = {
    "names": NamesForm,
    "people": PeopleForm,
    "places": PlacesForm,
    "work": WorkForm,
    "directory": DirectoryForm,
    "casework": CaseworkForm,
}


def officers_of(lio_id: int | None):
    """People who may be the caseworker of a group of that LIO."""
    return User.objects.filter(
        memberships__role=Membership.Role.OFFICER,
        memberships__lio_id=lio_id or 0,  # a new group has none yet, and so no officers
        memberships__ended_at__isnull=True,
        is_active=True,
    ).distinct()


class NewGroupForm(forms.ModelForm):
    """Enough to begin with; the rest of the profile follows a section at a time."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    not_a_duplicate = forms.BooleanField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = CommunityGroup
        fields = ["lio", "name", "other_names", "kind", "communities", "own_words", "districts", "places"]
        widgets = {
            "other_names": forms.Textarea(attrs={"rows": 2}),
            "kind": forms.RadioSelect,
            "communities": forms.CheckboxSelectMultiple,
            "own_words": forms.Textarea(attrs={"rows": 2}),
            "districts": forms.CheckboxSelectMultiple,
            "places": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {"communities": "The ethnic groups of the 2021 census. Choose all that apply."}

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        own = LIO.objects.filter(pk__in=user.roles.officer_lio_ids, closed_on__isnull=True)
        self.fields["lio"].queryset = own
        self.fields["communities"].queryset = Community.objects.current()
        self.fields["districts"].queryset = District.objects.current()
        if len(user.roles.officer_lio_ids) == 1:
            # One LIO: nothing to choose, and nothing a form could change.
            self.fields["lio"].disabled = True
            self.fields["lio"].initial = next(iter(user.roles.officer_lio_ids))
            self.fields["lio"].widget = forms.HiddenInput()

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict:
        data = super().clean() or {}
        for name in ("other_names", "places"):
            data[name] = "\n".join(dict.fromkeys(lines(data.get(name, ""))))
        return data


class ContactForm(forms.ModelForm):
    """A person of the group."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Contact
        fields = ["name", "role", "email", "phone", "is_lead", "note"]
        help_texts = {"is_lead": "The one you turn to first. A group has one main contact."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("name") and not data.get("email") and not data.get("phone") and not data.get("note"):
            self.add_error("phone", "Give a phone number, an e-mail address, or a note on how to reach them.")
        return data
