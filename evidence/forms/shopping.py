"""Forms of mystery shopping: a visit with its checklist, and the filter of the list."""

from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from evidence.forms.methods import MethodListForm, OfOneLio, offer_groups, offer_places
from evidence.forms.needs import current_or_held, past_day, text
from evidence.models import MysteryVisit
from evidence.shopping import LISTS
from groups.models import Community, CommunityGroup, District, Organisation, Service, ServiceArea, User
from toolkit_portal.core.day_field import DayField

ANSWERS = [("yes", "Yes"), ("no", "No"), ("", "Didn’t come up")]
_MEANING = {"yes": True, "no": False, "": None}
PLAIN = (
    "provider", "service", "service_area", "scenario", "visited_on", "how", "language", "minutes_waited",
    "outcome", "note",
)  # fmt: skip


class MysteryVisitForm(OfOneLio):
    """One visit or call. `version` is what the writer read; 0 for a new one."""

    provider = forms.ModelChoiceField(
        Organisation.objects.none(), label="Whose service it is", empty_label="Choose one"
    )
    service = forms.ModelChoiceField(
        Service.objects.none(), label="Which service", required=False, empty_label="Not in the list"
    )
    service_area = forms.ModelChoiceField(
        ServiceArea.objects.none(), label="Service area", empty_label="Choose one"
    )
    scenario = text(
        "What the visitor asked for",
        rows=2,
        required=True,
        help_text="The made-up request, the same for each visit that you want to compare.",
        error_messages={"required": "Say what the visitor asked for."},
    )
    visited_on = DayField(label="Date", help_text="For example, 14/09/2026")
    how = forms.ChoiceField(label="How", choices=MysteryVisit.How.choices, widget=forms.RadioSelect)
    language = forms.CharField(
        label="Language the visitor used",
        max_length=120,
        help_text="For example: Urdu",
        error_messages={"required": "Say which language the visitor used."},
    )
    minutes_waited = forms.IntegerField(
        label="Minutes waited",
        required=False,
        min_value=0,
        max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    outcome = forms.ChoiceField(
        label="How it ended",
        choices=MysteryVisit.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how it ended."},
    )
    note = text("What happened", help_text="Facts, without the names of staff or visitors.")
    districts = forms.ModelMultipleChoiceField(
        District.objects.none(), label="Districts", required=False, widget=forms.CheckboxSelectMultiple
    )
    communities = forms.ModelMultipleChoiceField(
        Community.objects.none(),
        label="Communities the visitor belongs to",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    groups = forms.ModelMultipleChoiceField(
        CommunityGroup.objects.none(),
        label="Groups that took part",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )

    def __init__(self, *args: Any, user: User, visit: MysteryVisit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.initial
        self.settle_lio(user, known=visit.lio_id if visit else None)
        offer_places(self, held.get("districts", ()), held.get("communities", ()))
        offer_groups(self, user, visit.lio_id if visit else None)
        self.fields["service_area"].queryset = current_or_held(
            ServiceArea, [visit.service_area_id if visit else 0]
        )
        self.fields["provider"].queryset = Organisation.objects.current().filter(
            is_provider=True
        ) | Organisation.objects.filter(pk=visit.provider_id if visit else 0)
        services = Service.objects.filter(
            ended_on__isnull=True, organisation__in=Organisation.objects.current()
        ) | Service.objects.filter(pk=(visit.service_id if visit else None) or 0)
        services = services.select_related("organisation").order_by("organisation__name", "name", "pk")
        self.fields["service"].queryset = services
        self.fields["service"].choices = [
            ("", "Not in the list"),
            *(
                (str(provider), [(service.pk, service.name) for service in run])
                for provider, run in groupby(services, key=lambda service: service.organisation)
            ),
        ]
        for item, words in MysteryVisit.CHECKLIST.items():
            self.fields[item] = forms.TypedChoiceField(
                label=words,
                choices=ANSWERS,
                required=False,
                coerce=lambda answer: _MEANING[answer],
                empty_value=None,
                widget=forms.RadioSelect,
            )

    def clean_visited_on(self) -> date | None:
        return past_day(self.cleaned_data["visited_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        provider, service = data.get("provider"), data.get("service")
        if provider and service and service.organisation_id != provider.pk:
            self.add_error(
                "service", f"{service} is run by {service.organisation}. Choose one of {provider}."
            )
        if data.get("answered") is False:
            for item in ("greeted", "interpreter_offered", "told_of_rights", "respectful"):
                if data.get(item):
                    self.add_error(item, "Nobody answered, so this can’t be yes.")
        self.check_groups(data)
        return data

    @property
    def checklist(self) -> list[forms.BoundField]:
        """The fields of the checklist."""
        return [self[item] for item in MysteryVisit.CHECKLIST]

    def content(self) -> dict[str, Any]:
        """The valid form's values as note_visit and change_visit take them."""
        plain = {name: self.cleaned_data[name] for name in (*PLAIN, *MysteryVisit.CHECKLIST)}
        return plain | {"lists": {name: list(self.cleaned_data[name]) for name in LISTS}}


def initial_of(visit: MysteryVisit) -> dict[str, Any]:
    """What a form about a stored visit starts from."""
    words = {True: "yes", False: "no", None: ""}
    return (
        {name: getattr(visit, name) for name in (*PLAIN, "version")}
        | {item: words[getattr(visit, item)] for item in MysteryVisit.CHECKLIST}
        | {name: list(getattr(visit, name).values_list("pk", flat=True)) for name in LISTS}
    )


def initial_of_new() -> dict[str, Any]:
    """What a new visit starts from: today, in person, nothing on the checklist."""
    return {"visited_on": timezone.localdate(), "how": MysteryVisit.How.IN_PERSON} | dict.fromkeys(
        MysteryVisit.CHECKLIST, ""
    )


class MysteryListForm(MethodListForm):
    """The filter of the list: whose service and which area besides."""

    provider = forms.ModelChoiceField(Organisation.objects.none(), required=False, empty_label="Any")
    service_area = forms.ModelChoiceField(ServiceArea.objects.all(), required=False, empty_label="Any")

    searched = ("scenario", "note", "language")
    day = "visited_on"

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["provider"].queryset = Organisation.objects.listed().filter(is_provider=True)

    def apply(self, found):
        found = super().apply(found)
        for name in ("provider", "service_area"):
            if value := self.chosen.get(name):
                found = found.filter(**{name: value})
        return found
