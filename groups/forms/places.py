"""Forms for the lists that administrators keep: districts, communities, service areas, audiences."""

from django import forms
from django.db import models

from groups.models import AudienceServed, Community, District, ServiceArea

DAY = {"inputmode": "numeric", "autocomplete": "off"}


class DistrictForm(forms.ModelForm):
    """A council area. Its name can't change once groups use it: add the new one and end the old one."""

    class Meta:
        model = District
        fields = ["name", "gss_code", "starts_on", "ends_on"]
        widgets = {
            "starts_on": forms.DateInput(format="%d/%m/%Y", attrs=DAY),
            "ends_on": forms.DateInput(format="%d/%m/%Y", attrs=DAY),
        }
        labels = {"starts_on": "Exists from", "ends_on": "Ended on"}
        help_texts = {"gss_code": "The Office for National Statistics code, such as E07000034"}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("name", "gss_code"):
                self.fields[name].disabled = True
            self.fields[
                "name"
            ].help_text = (
                "Names aren't changed, so that old records stay true. Add the new district and end this one."
            )

    def clean_gss_code(self) -> str:
        code = self.cleaned_data["gss_code"].strip().upper()
        if len(code) != 9 or code[0] not in "EWSN" or not code[1:].isdigit():
            raise forms.ValidationError("A GSS code is a letter and eight digits, such as E07000034.")
        return code

    def clean(self) -> dict:
        data = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", "A district ends after it starts. Check both dates.")
        return data


class _ListedValueForm(forms.ModelForm):
    """Labels are set once; later only their place and whether they are still offered."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["label"].disabled = True
            self.fields[
                "label"
            ].help_text = (
                "Labels aren't changed, so that old records stay true. Add the new one and retire this one."
            )
        else:
            self.fields.pop("retired_on")
        self.fields["position"].label = "Place in the list"
        self.fields["position"].help_text = "Lower numbers stand first."

    def clean_label(self) -> str:
        label = " ".join(self.cleaned_data["label"].split())
        if self._meta.model.objects.filter(label__iexact=label).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"{label} is on the list already.")
        return label


def listed_value_form(model: type[models.Model]) -> type[forms.ModelForm]:
    """The form for one of the lists."""
    fields = ["label", "position", "retired_on"]
    if model is Community:
        fields.insert(1, "heading")
    return forms.modelform_factory(
        model,
        form=_ListedValueForm,
        fields=fields,
        widgets={"retired_on": forms.DateInput(format="%d/%m/%Y", attrs=DAY)},
        labels={"retired_on": "No longer offered from"},
    )


LISTS: dict[str, tuple[type[models.Model], str]] = {
    "communities": (Community, "Communities"),
    "service-areas": (ServiceArea, "Service areas"),
    "serves": (AudienceServed, "People served"),
}
