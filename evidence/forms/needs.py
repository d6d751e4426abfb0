"""Forms of a record of unmet need: short first, and the rest where it is known."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from evidence.models import Barrier, Evidence
from evidence.recording import LISTS, groups_offered
from groups.models import LIO, Community, CommunityGroup, District, Organisation, ServiceArea, User, Visit
from toolkit_portal.core.day_field import DayField

MOST_LETTERS = 5_000
MOST_PEOPLE = 1_000_000


def text(label: str, *, rows: int = 3, required: bool = False, **options: Any) -> forms.CharField:
    """Own words over several lines."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": rows}),
        **options,
    )


def past_day(day: date | None) -> date | None:
    """The day, if it isn't ahead. Raises ValidationError."""
    if day and day > timezone.localdate():
        raise forms.ValidationError("That day is still to come.")
    if day and day.year < 1990:
        raise forms.ValidationError("Check the year.")
    return day


def current_or_held(model: Any, held: Iterable[int]) -> QuerySet:
    """Values offered today, and those held already though they are retired."""
    return model.objects.current() | model.objects.filter(pk__in=list(held))


class HeardForm(forms.Form):
    """The part that is always asked: what was heard, when, about which service."""

    happened_on = DayField(
        label="When",
        help_text="For example, 14/09/2026",
        error_messages={"required": "Say on which day it was."},
    )
    service_area = forms.ModelChoiceField(
        ServiceArea.objects.none(),
        label="Service area",
        empty_label="Choose one",
        error_messages={"required": "Choose the service area."},
    )
    summary = text(
        "What happened",
        rows=4,
        required=True,
        help_text="Facts, without names: what somebody needed, what they got, what came of it.",
        error_messages={"required": "Say what happened, in a sentence or two."},
    )
    people_affected = forms.IntegerField(
        label="How many people does it affect?",
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text="As far as you know. Leave it empty if you don't.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, held_service: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service_area"].queryset = current_or_held(ServiceArea, [held_service or 0])
        self.fields["happened_on"].required = True

    def clean_happened_on(self) -> date | None:
        return past_day(self.cleaned_data["happened_on"])


class EvidenceForm(HeardForm):
    """The whole record. `version` is what the writer read; 0 for a new one."""

    method = forms.ChoiceField(
        label="How it was heard", choices=Evidence.Method.choices, widget=forms.RadioSelect
    )
    barriers = forms.ModelMultipleChoiceField(
        Barrier.objects.none(),
        label="What stood in the way",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    until = DayField(
        label="Last day, if it was a period", required=False, help_text="Leave it empty for one day."
    )
    districts = forms.ModelMultipleChoiceField(
        District.objects.none(), label="Districts", required=False, widget=forms.CheckboxSelectMultiple
    )
    communities = forms.ModelMultipleChoiceField(
        Community.objects.none(),
        label="Communities",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The ethnic groups of the 2021 census. Choose all that apply.",
    )
    groups = forms.ModelMultipleChoiceField(
        CommunityGroup.objects.none(),
        label="Groups that told of it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    who_affected = forms.CharField(
        label="Who is affected",
        max_length=250,
        required=False,
        help_text="For example: older women who live alone",
    )
    provider = forms.ModelChoiceField(
        Organisation.objects.none(), label="Whose service it is", required=False, empty_label="Not known"
    )
    commissioner = forms.ModelChoiceField(
        Organisation.objects.none(), label="Who commissions it", required=False, empty_label="Not known"
    )
    needed_instead = text(
        "What is needed instead", help_text="What would have worked, in the words of a specification."
    )
    strength = forms.ChoiceField(
        label="How strong it is", choices=Evidence.Strength.choices, widget=forms.RadioSelect
    )
    criteria = forms.MultipleChoiceField(
        label="Toolkit sections it supports",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Left empty, the section of the method is taken.",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )

    # What opens up behind the short form.
    MORE = {
        "Where and when": ["until", "districts"],
        "Who": ["communities", "who_affected", "groups"],
        "Whose service": ["provider", "commissioner"],
        "What is needed, and how sure you are": ["needed_instead", "strength", "criteria"],
    }

    def __init__(self, *args: Any, user: User, record: Evidence | None = None, **kwargs: Any) -> None:
        super().__init__(*args, held_service=record.service_area_id if record else None, **kwargs)
        held = {name: ids_of(record, name) for name in LISTS}
        self.fields["districts"].queryset = current_or_held(District, held["districts"])
        self.fields["communities"].queryset = current_or_held(Community, held["communities"])
        self.fields["barriers"].queryset = current_or_held(Barrier, held["barriers"])
        groups = groups_offered(user)
        if record is not None:
            groups = groups.filter(lio=record.lio_id)
        self.fields["groups"].queryset = groups.order_by("name", "pk")
        for name, kind in (("provider", "is_provider"), ("commissioner", "is_commissioner")):
            chosen = getattr(record, f"{name}_id") if record else None
            self.fields[name].queryset = Organisation.objects.current().filter(
                **{kind: True}
            ) | Organisation.objects.filter(pk=chosen or 0)
        self.fields["criteria"].choices = section_choices()
        lios = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        if record is None and len(user.roles.officer_lio_ids) > 1:
            self.fields["lio"] = forms.ModelChoiceField(lios, label="LIO", empty_label="Choose one")
        self._only_lio = lios.first() if record is None and "lio" not in self.fields else None

    def clean_until(self) -> date | None:
        return past_day(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("happened_on"), data.get("until")
        if start and end and end < start:
            self.add_error("until", "The last day can't be before the first.")
        lio = self.of_lio
        if lio and any(group.lio_id != lio.pk for group in data.get("groups") or []):
            self.add_error("groups", f"Choose groups of {lio} only: a record belongs to one LIO.")
        return data

    @property
    def of_lio(self) -> LIO | None:
        """The LIO of a new record: the only one of the officer's, or the chosen one."""
        return self._only_lio or getattr(self, "cleaned_data", {}).get("lio")

    @property
    def more(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """What opens up: heading, fields, and whether it is open, since it holds something or has an error."""
        return [
            (
                title,
                [self[name] for name in names],
                any(self[name].errors or self[name].value() not in (None, "", [], "one") for name in names),
            )
            for title, names in self.MORE.items()
        ]

    def content(self) -> dict[str, Any]:
        """The valid form's values as record_evidence and change_evidence take them."""
        plain = {
            name: self.cleaned_data[name]
            for name in (
                "happened_on", "until", "method", "service_area", "provider", "commissioner", "who_affected",
                "people_affected", "summary", "needed_instead", "strength", "criteria",
            )
        }  # fmt: skip
        return plain | {"lists": {name: list(self.cleaned_data[name]) for name in LISTS}}


def ids_of(record: Evidence | None, name: str) -> list[int]:
    """The ids of what a record names in one of its lists."""
    return list(getattr(record, name).values_list("pk", flat=True)) if record else []


def section_choices() -> list[tuple[str, str]]:
    """The toolkit's sections that evidence can support. Their titles live a floor above, so the methods' stand here."""
    return [
        (code, f"{code} {Evidence.Method(method).label}") for method, code in Evidence.METHOD_CODES.items()
    ] + [
        ("2.1", "2.1 Inform and influence commissioners"),
        ("2.11", "2.11 Dialogue on culturally appropriate services"),
        ("2.12", "2.12 Race equality proofing"),
        ("2.13", "2.13 Policy consultations"),
        ("2.15", "2.15 Culture and language in specifications"),
        ("2.22", "2.22 Added value for providers"),
        ("2.23", "2.23 Monitoring and evaluation"),
    ]


def initial_of(record: Evidence) -> dict[str, Any]:
    """What a form about a stored record starts from."""
    return {
        name: getattr(record, name)
        for name in (
            "happened_on", "until", "method", "service_area", "provider", "commissioner", "who_affected",
            "people_affected", "summary", "needed_instead", "strength", "criteria", "version",
        )
    } | {name: ids_of(record, name) for name in LISTS}  # fmt: skip


def initial_of_visit(visit: Visit) -> dict[str, Any]:
    """What a need heard at a visit starts from: its day, its group, where the group is."""
    group = visit.group
    return {"happened_on": visit.happened_on, "groups": [group.pk], **initial_of_group(group)}


def initial_of_group(group: CommunityGroup) -> dict[str, Any]:
    """What a need that a group told of starts from."""
    return {
        "groups": [group.pk],
        "districts": list(group.districts.values_list("pk", flat=True)),
        "communities": list(group.communities.values_list("pk", flat=True)),
    }


class SendBackForm(forms.Form):
    """Why a record goes back to its writer."""

    why = text(
        "What is missing or unclear?",
        required=True,
        error_messages={"required": "Say what is missing, so that the writer can mend it."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
