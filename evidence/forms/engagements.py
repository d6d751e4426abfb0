"""The form of contact with a commissioner, a provider or the forum: one for each kind, short first."""

from typing import Any

from django import forms
from django.utils import timezone

from evidence.engagements import Kind, faults, fields_of
from evidence.forms.methods import offer_groups
from evidence.forms.needs import current_or_held, text
from evidence.models import Engagement
from groups.models import CommunityGroup, District, Organisation, ServiceArea, User, Visit
from toolkit_portal.core.day_field import DayField

HIDDEN = forms.HiddenInput(attrs={"autocomplete": "off"})
VISITS_OFFERED = 30
EXAMPLE = "For example, 14/09/2026"
# Label and hint of a field where a kind has its own words for it.
WORDS: dict[str, dict[str, tuple[str, str]]] = {
    Kind.DIALOGUE: {
        "organisation": ("Whom the group talked with", ""),
        "subject": ("What it was about", "For example: interpreters at the surgery"),
        "said": ("What was said", "Both sides, in a few sentences. No names of people who use the service."),
    },
    Kind.REQUEST: {
        "organisation": ("Whom the group asked", ""),
        "subject": (
            "What was asked for",
            "For example: the equality impact assessment of the day centre plan",
        ),
        "happened_on": ("Asked on", f"The day the request was sent. {EXAMPLE}"),
        "who": ("Who asked, and whom it went to", ""),
        "said": ("What the answer said", "And what it leaves open for the community."),
        "outcome": ("Outcome", ""),
    },
    Kind.CONSULTATION: {
        "organisation": ("Who asks", ""),
        "subject": ("What the consultation is about", ""),
        "who": ("Who took part", ""),
        "said": ("What the group said", ""),
    },
    Kind.FORUM: {
        "organisation": ("Which forum", ""),
        "subject": ("What the meeting was about", ""),
        "who": ("Who went", ""),
        "said": ("What the group raised, and what was said", ""),
    },
    Kind.SPECIFICATION: {
        "organisation": ("Whose specification it is", ""),
        "subject": ("Which service it is for", ""),
        "happened_on": ("When the group asked or looked at it", EXAMPLE),
        "who": ("Who took part", ""),
        "said": ("What was said, and the facts behind it", ""),
    },
}


class EngagementForm(forms.Form):
    """An engagement of one kind. `version` is what the writer read; 0 for a new one."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Organisation",
        empty_label="Choose one",
        error_messages={"required": "Choose the organisation."},
    )
    subject = forms.CharField(
        max_length=200, error_messages={"required": "Say in a few words what it was about."}
    )
    happened_on = DayField(
        label="When", help_text=EXAMPLE, error_messages={"required": "Say on which day it was."}
    )
    opens_on = DayField(label="Opens", required=False, help_text=EXAMPLE)
    closes_on = DayField(label="Closes", required=False, help_text="The last day for a response")
    responded_on = DayField(
        label="Response sent on", required=False, help_text="Leave it empty until it is sent."
    )
    who = forms.CharField(max_length=250, required=False, label="Who took part")
    attended = forms.IntegerField(
        label="How many people of the group went",
        required=False,
        min_value=0,
        max_value=500,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-short": True}),
    )
    raised = forms.BooleanField(label="The group raised a matter of its own", required=False)
    section_asked = forms.CharField(
        label="Section asked for",
        max_length=250,
        required=False,
        help_text="For example: language, food and faith in home care",
    )
    marks_asked = forms.IntegerField(
        label="Marks asked for",
        required=False,
        min_value=0,
        max_value=100,
        help_text="Of 100 in the scoring of bids",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-short": True}),
    )
    marks_obtained = forms.IntegerField(
        label="Marks obtained",
        required=False,
        min_value=0,
        max_value=100,
        help_text="Leave it empty until it is known.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-short": True}),
    )
    more_time = forms.BooleanField(
        label="They said they need more time to weigh the public interest",
        required=False,
        help_text="It gives them 20 more working days.",
    )
    answered_on = DayField(
        label="Answered on", required=False, help_text="Leave it empty until an answer has come."
    )
    said = text("What was said", rows=4)
    outcome = forms.ChoiceField(label="What came of it", required=False)
    next_step = forms.CharField(label="Next step", max_length=250, required=False)
    service_area = forms.ModelChoiceField(
        ServiceArea.objects.none(), label="Service area", required=False, empty_label="None in particular"
    )
    district = forms.ModelChoiceField(
        District.objects.none(), label="District", required=False, empty_label="None in particular"
    )
    visit = forms.ModelChoiceField(
        Visit.objects.none(),
        label="The visit at which you heard of it",
        required=False,
        empty_label="None",
    )
    groups = forms.ModelMultipleChoiceField(
        CommunityGroup.objects.none(),
        label="Groups that took part",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one group."},
    )
    client_id = forms.UUIDField(widget=HIDDEN, required=False)
    version = forms.IntegerField(widget=HIDDEN, required=False, min_value=0)

    # What opens up behind the short form.
    MORE = {
        "Service, district and visit": ["service_area", "district", "visit"],
        "Other groups that took part": ["groups"],
    }
    ROWS = (("opens_on", "closes_on", "responded_on"), ("marks_asked", "marks_obtained"))

    def __init__(
        self,
        *args: Any,
        kind: str,
        user: User,
        group: CommunityGroup,
        engagement: Engagement | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.group = group
        own = {*fields_of(kind), "groups", "client_id", "version"}
        for name in list(self.fields):
            if name not in own:
                del self.fields[name]
        for name, (label, hint) in WORDS[kind].items():
            self.fields[name].label = label
            self.fields[name].help_text = hint
        held = engagement or Engagement()
        self.fields["organisation"].queryset = _organisations(kind, held.organisation_id)
        self.fields["service_area"].queryset = current_or_held(ServiceArea, [held.service_area_id or 0])
        self.fields["district"].queryset = current_or_held(District, [held.district_id or 0])
        newest = Visit.objects.filter(group=group).values_list("pk", flat=True)[:VISITS_OFFERED]
        self.fields["visit"].queryset = Visit.objects.filter(
            pk__in=[*newest, held.visit_id or 0]
        ).select_related("group")
        self.fields["visit"].label_from_instance = _visit_words
        offer_groups(self, user, group.lio_id)
        labels = dict(Engagement.Outcome.choices)
        self.fields["outcome"].choices = [
            ("", "Not known yet"),
            *((value, labels[Engagement.Outcome(value)]) for value in Engagement.OUTCOMES[kind]),
        ]

    @property
    def short(self) -> list[list[forms.BoundField]]:
        """The fields of the first part, those that stand in one row together."""
        later = {name for names in self.MORE.values() for name in names}
        shown = [field for field in self.visible_fields() if field.name not in later]
        in_row = {name: row for row in self.ROWS for name in row}
        rows: list[list[forms.BoundField]] = []
        for field in shown:
            row = in_row.get(field.name)
            if row and rows and in_row.get(rows[-1][0].name) == row:
                rows[-1].append(field)
            else:
                rows.append([field])
        return rows

    @property
    def more(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """What opens up: heading, fields, and whether it is open, since it says something or has an error."""
        return [
            (
                title,
                [self[name] for name in names],
                any(self[name].errors or self._says(name) for name in names),
            )
            for title, names in self.MORE.items()
        ]

    def _says(self, name: str) -> bool:
        value = self[name].value()
        if name == "groups":
            return {str(pk) for pk in value or []} != {str(self.group.pk)}
        return value not in (None, "", [])

    def clean_subject(self) -> str:
        return " ".join(self.cleaned_data["subject"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, words in faults(self.kind, data, timezone.localdate()).items():
            if name not in self.errors:
                self.add_error(name, words)
        return data

    def content(self) -> dict[str, Any]:
        """The valid form's values as note_engagement and change_engagement take them."""
        return {name: self.cleaned_data[name] for name in fields_of(self.kind)} | {
            "groups": list(self.cleaned_data["groups"])
        }


def _organisations(kind: str, held: int | None) -> Any:
    offered = Organisation.objects.current()
    if kind == Kind.FORUM:
        offered = offered.filter(is_forum=True)
    elif kind != Kind.DIALOGUE:
        offered = offered.filter(is_commissioner=True) | offered.filter(is_provider=True)
    return offered | Organisation.objects.filter(pk=held or 0)


def _visit_words(visit: Visit) -> str:
    return f"{visit.happened_on:%-d %B %Y}, {visit.get_how_display().lower()}"


def initial_of(engagement: Engagement) -> dict[str, Any]:
    """What a form about a stored engagement starts from."""
    plain = {
        name: getattr(engagement, f"{name}_id" if name in _LINKS else name)
        for name in (*fields_of(engagement.kind), "version")
    }
    return plain | {"groups": list(engagement.groups.values_list("pk", flat=True))}


_LINKS = {"organisation", "service_area", "district", "visit"}
