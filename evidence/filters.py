"""The filter of lists of evidence and of the analysis: kept in the URL, offering only what the person may see."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator

from evidence.models import Barrier, Evidence
from evidence.models.needs import EvidenceQuerySet
from groups.models import LIO, Community, CommunityGroup, District, Organisation, ServiceArea, User
from toolkit_portal.core.day_field import DayField

ANY = [("", "Any")]


class OfferedOnce(ModelChoiceIterator):
    """Choices out of the rows that the field has read already."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for row in self.queryset:
            yield self.choice(row)


class FilterField(forms.ModelChoiceField):
    """A choice among rows that are read once, for the offer and for the check of what was chosen."""

    iterator = OfferedOnce

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        for row in self.queryset or ():
            if str(row.pk) == str(value):
                return row
        raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")


class FilterMultipleField(forms.ModelMultipleChoiceField):
    """Several of a list's rows, which are read once."""

    iterator = OfferedOnce

    def _check_values(self, value: Any) -> Any:
        rows = {str(row.pk): row for row in self.queryset or ()}
        for each in value:
            if str(each) not in rows:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": each}
                )
        chosen = {str(each) for each in value}
        return [row for pk, row in rows.items() if pk in chosen]

    def clean(self, value: Any) -> Any:
        return list(super().clean(value))


def lists_of(form: forms.Form, **names: str) -> dict[str, Any]:
    """The rows that a form's choices have read, by the name that each is wanted under."""
    found = {}
    for wanted, name in names.items():
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        found[wanted] = field.queryset
    return found


class EvidenceFilterForm(forms.Form):
    """Filters over records. Unknown values are ignored, so that an old link still shows a list."""

    service_area = FilterField(ServiceArea.objects.all(), required=False, empty_label="Any")
    district = FilterField(District.objects.all(), required=False, empty_label="Any")
    community = FilterField(Community.objects.all(), required=False, empty_label="Any")
    barrier = FilterField(Barrier.objects.all(), required=False, empty_label="Any")
    method = forms.ChoiceField(choices=ANY + Evidence.Method.choices, required=False)
    strength = forms.ChoiceField(choices=ANY + Evidence.Strength.choices, required=False)
    provider = FilterField(Organisation.objects.none(), required=False, empty_label="Any")
    commissioner = FilterField(Organisation.objects.none(), required=False, empty_label="Any")
    start = DayField(label="From", required=False)
    end = DayField(label="To", required=False)
    lio = FilterField(LIO.objects.none(), label="LIO", required=False, empty_label="Any")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind in (("provider", "is_provider"), ("commissioner", "is_commissioner")):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Organisation.objects.listed().filter(**{kind: True}).only("name")
        field = self.fields["lio"]
        assert isinstance(field, forms.ModelChoiceField)
        if user.roles.is_manager:
            field.queryset = LIO.objects.all()
        elif len(user.roles.officer_lio_ids) > 1:
            field.queryset = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        else:
            del self.fields["lio"]

    @property
    def chosen(self) -> dict[str, Any]:
        """Filters that are set and make sense, by field name."""
        self.is_valid()
        return {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "", [], False)
        }

    def apply(self, records: EvidenceQuerySet) -> EvidenceQuerySet:
        """The records that fit. Takes and returns a queryset that is already scoped to the person."""
        chosen = self.chosen
        records = records.within(chosen.get("start"), chosen.get("end"))
        for name in ("service_area", "method", "strength", "provider", "commissioner", "lio"):
            if value := chosen.get(name):
                records = records.filter(**{name: value})
        # Through the link tables by pk, so that two filters on lists never multiply rows.
        for name, field in (("district", "districts"), ("community", "communities"), ("barrier", "barriers")):
            if value := chosen.get(name):
                links = getattr(Evidence, field).through
                records = records.filter(
                    pk__in=links.objects.filter(**{f"{name}_id": value.pk}).values("evidence_id")
                )
        return records


class EvidenceListForm(EvidenceFilterForm):
    """The filter of the list: words, state and group besides."""

    q = forms.CharField(label="Words", required=False, max_length=200)
    state = forms.ChoiceField(
        choices=[*ANY, ("draft", "Draft"), ("returned", "Sent back"), ("reviewed", "Reviewed")],
        required=False,
    )
    group = FilterField(CommunityGroup.objects.none(), required=False, empty_label="Any")
    mine = forms.BooleanField(label="Only what I wrote", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.user = user
        group = self.fields["group"]
        assert isinstance(group, forms.ModelChoiceField)
        group.queryset = CommunityGroup.objects.visible_to(user)
        if not user.roles.is_officer:
            del self.fields["mine"]

    def apply(self, records: EvidenceQuerySet) -> EvidenceQuerySet:
        records = super().apply(records)
        chosen = self.chosen
        for word in str(chosen.get("q", "")).split()[:10]:
            records = records.filter(summary__icontains=word) | records.filter(needed_instead__icontains=word)
        state = chosen.get("state")
        if state == "returned":
            records = records.filter(sent_back_at__isnull=False)
        elif state == "draft":
            records = records.filter(state="draft", sent_back_at__isnull=True)
        elif state:
            records = records.filter(state=state)
        if group := chosen.get("group"):
            links: QuerySet = Evidence.groups.through.objects.filter(communitygroup_id=group.pk)
            records = records.filter(pk__in=links.values("evidence_id"))
        if chosen.get("mine"):
            records = records.filter(created_by=self.user)
        return records
