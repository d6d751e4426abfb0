"""Forms of the directory."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from groups.models import District, Organisation, OrganisationContact, Service, ServiceArea
from groups.models.community_groups import lines, name_key

ANY = [("", "Any")]
KINDS = {"commissioner": "Commissioners", "provider": "Providers", "forum": "Forums and networks"}
SORTS = {"name": "Name", "-name": "Name, Z to A", "-pk": "Newest first"}


class DirectoryFilterForm(forms.Form):
    """The filter of the directory, kept in the URL. Unknown values are ignored, so that an old link shows a list."""

    q = forms.CharField(label="Name, other name or service", required=False, max_length=200)
    kind = forms.ChoiceField(choices=[*ANY, *KINDS.items()], required=False)
    district = forms.ModelChoiceField(District.objects.all(), required=False, empty_label="Any")
    service_area = forms.ModelChoiceField(ServiceArea.objects.all(), required=False, empty_label="Any")
    sort = forms.ChoiceField(label="Order", choices=list(SORTS.items()), required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        """Filters that are set and make sense, by field name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def apply(self, entries: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """The entries that fit, in the chosen order."""
        chosen = self.chosen
        if words := name_key(str(chosen.get("q", ""))):
            run = Service.objects.filter(name__icontains=str(chosen["q"]).strip())
            entries = entries.filter(search_text__contains=words) | entries.filter(
                pk__in=run.values("organisation")
            )
        elif chosen.get("q"):
            entries = entries.none()  # nothing but punctuation was typed
        if kind := chosen.get("kind"):
            entries = entries.filter(**{f"is_{kind}": True})
        if district := chosen.get("district"):
            entries = entries.filter(pk__in=district.organisations.values("pk"))
        if area := chosen.get("service_area"):
            entries = entries.filter(pk__in=Service.objects.filter(service_area=area).values("organisation"))
        return entries.order_by(
            *{"name": ["name_key", "pk"], "-name": ["-name_key", "-pk"]}.get(
                str(chosen.get("sort") or "name"), ["-pk"]
            )
        )


class OrganisationForm(forms.ModelForm):
    """An entry. `version` is what the writer read; 0 for a new one."""

    kinds = forms.MultipleChoiceField(
        label="What it does",
        choices=[
            ("is_commissioner", "It commissions services"),
            ("is_provider", "It provides services"),
            ("is_forum", "It is a forum or network"),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )
    not_a_duplicate = forms.BooleanField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Organisation
        fields = [
            "name", "other_names", "districts", "address", "phone", "email", "website", "notes", "closed_on",
        ]  # fmt: skip
        widgets = {
            "other_names": forms.Textarea(attrs={"rows": 2}),
            "districts": forms.CheckboxSelectMultiple,
            "address": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 3}),
            "closed_on": forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric"}),
            "website": forms.URLInput(attrs={"placeholder": "https://"}),
        }
        error_messages = {"name": {"required": "Give its name."}}
        help_texts = {"closed_on": "Only if it exists no more. It stays on the records that name it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entry = self.instance
        self.fields["client_id"].initial = self.initial.get("client_id") or uuid4()
        self.fields["version"].initial = entry.version if entry.pk else 0
        if entry.pk:
            self.fields["kinds"].initial = [
                name for name in ("is_commissioner", "is_provider", "is_forum") if getattr(entry, name)
            ]
        held = District.objects.filter(organisations=entry.pk or 0)
        self.fields["districts"].queryset = (District.objects.current() | held).distinct()

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["other_names"] = "\n".join(dict.fromkeys(lines(data.get("other_names", ""))))
        for name in ("is_commissioner", "is_provider", "is_forum"):
            data[name] = name in data.get("kinds", [])
            # The model's own checks, which follow, look at the entry.
            setattr(self.instance, name, data[name])
        return data


class OrganisationContactForm(forms.ModelForm):
    """A person of an organisation."""

    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    class Meta:
        model = OrganisationContact
        fields = ["name", "role", "email", "phone", "note"]
        error_messages = {"name": {"required": "Give the person's name, or the name of the desk."}}


class ServiceForm(forms.ModelForm):
    """A service that an organisation runs."""

    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    class Meta:
        model = Service
        fields = ["name", "service_area", "districts", "note"]
        widgets = {"districts": forms.CheckboxSelectMultiple, "note": forms.Textarea(attrs={"rows": 2})}
        error_messages = {
            "name": {"required": "Give the service's name."},
            "service_area": {"required": "Choose the service area."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = self.instance
        held = District.objects.filter(services_run=service.pk or 0)
        self.fields["districts"].queryset = (District.objects.current() | held).distinct()
        area = self.fields["service_area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = ServiceArea.objects.current() | ServiceArea.objects.filter(
            pk=service.service_area_id or 0
        )
        area.empty_label = "Choose one"
