"""Forms of a group's pieces of work: short first, and the rest where it is known."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from groups.models import ServiceArea, TrackRecord
from groups.models.credentials import MOST_POUNDS
from groups.track_records import FIELDS
from toolkit_portal.core.attachment_files import ACCEPT, LIMITS
from toolkit_portal.core.day_field import DayField
from toolkit_portal.core.pounds import PoundsField

MOST_LETTERS = 5_000
MOST_PEOPLE = 1_000_000
# What a piece of work can be proof of. The edition's own titles live a floor above, so short ones stand here.
SECTIONS = {
    "2.1": "Knowing your rights and speaking up",
    "2.11": "Talking with commissioners and providers",
    "2.12": "Asking how race equality was considered",
    "2.13": "Answering consultations",
    "2.14": "Taking part in the county's BME forum",
    "2.15": "Getting culture and language into specifications",
    "2.15a": "Surveys and interviews",
    "2.15b": "Group discussions about needs",
    "2.15c": "A record of requests for help",
    "2.15d": "Trying out services as a visitor",
    "2.2": "Working with larger organisations",
    "2.21": "Being a sub-contractor",
    "2.22": "Showing what the group adds",
    "2.23": "Keeping track of what is achieved",
}
HIDDEN = forms.HiddenInput(attrs={"autocomplete": "off"})


def text(label: str, most: int, **options: Any) -> forms.CharField:
    """A line of own words."""
    return forms.CharField(label=label, max_length=most, **{"required": False, **options})


class WorkForm(forms.Form):
    """A piece of work. `version` is what the writer read; 0 for a new one."""

    title = text(
        "What was done",
        200,
        required=True,
        help_text="For example: lunch club for older Chinese people",
        error_messages={"required": "Say in a few words what was done."},
    )
    for_whom = text(
        "For whom", 200, help_text="Who paid or asked for it: a council, a trust, the group itself"
    )
    starts_on = DayField(label="From", required=False, help_text="For example, 14/09/2026")
    ends_on = DayField(label="To", required=False, help_text="Leave it empty while it goes on.")
    outcomes = text(
        "What came of it",
        MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was different for people afterwards, with numbers where there are some. No names.",
    )
    pounds = PoundsField(
        label="What it was worth", required=False, most=MOST_POUNDS, help_text="In pounds, such as £12,500"
    )
    people_reached = forms.IntegerField(
        label="How many people it reached",
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    proves = forms.MultipleChoiceField(
        label="Toolkit sections it is proof of", required=False, widget=forms.CheckboxSelectMultiple
    )
    services = forms.ModelMultipleChoiceField(
        ServiceArea.objects.none(),
        label="Service areas",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    referee = text(
        "Referee's name and role",
        200,
        help_text="Somebody outside the group who saw the work and vouches for it",
    )
    referee_contact = text("How to reach them", 200, help_text="Phone or e-mail")
    referee_agreed_on = DayField(
        label="The day they agreed to be named",
        required=False,
        help_text="Ask them first. Until there is a day here nobody is named.",
    )
    client_id = forms.UUIDField(widget=HIDDEN, required=False)
    version = forms.IntegerField(widget=HIDDEN, required=False, min_value=0)

    # What opens up behind the short form.
    MORE = {
        "What it was worth, and how many it reached": ["pounds", "people_reached"],
        "What it proves": ["proves", "services"],
        "A referee": ["referee", "referee_contact", "referee_agreed_on"],
    }

    def __init__(self, *args: Any, work: TrackRecord | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = set(work.proves) if work else set()
        # A section of an edition that is no longer in force stays ticked.
        self.fields["proves"].choices = [(code, f"{code} {words}") for code, words in SECTIONS.items()] + [
            (code, code) for code in sorted(held - set(SECTIONS))
        ]
        offered = ServiceArea.objects.current()
        if work is not None:
            offered |= ServiceArea.objects.filter(pk__in=list(work.services.values_list("pk", flat=True)))
        self.fields["services"].queryset = offered

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_starts_on(self) -> date | None:
        return _not_ahead(self.cleaned_data["starts_on"], "Write it down once it has begun.")

    def clean_referee_agreed_on(self) -> date | None:
        return _not_ahead(self.cleaned_data["referee_agreed_on"], "That day is still to come.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "It can't end before it began.")
        if data.get("referee_agreed_on") and not data.get("referee"):
            self.add_error("referee", "Name the referee who agreed.")
        return data

    @property
    def more(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """What opens up: heading, fields, and whether it is open, since it holds something or has an error."""
        return [
            (
                title,
                [self[name] for name in names],
                any(self[name].errors or self[name].value() not in (None, "", []) for name in names),
            )
            for title, names in self.MORE.items()
        ]

    def content(self) -> dict[str, Any]:
        """The valid form's values as add_work and change_work take them."""
        return {name: self.cleaned_data[name] for name in FIELDS} | {
            "services": list(self.cleaned_data["services"])
        }


def _not_ahead(day: date | None, otherwise: str) -> date | None:
    """The day, if it isn't ahead. Raises ValidationError."""
    if day and day > timezone.localdate():
        raise forms.ValidationError(otherwise)
    return day


def initial_of(work: TrackRecord) -> dict[str, Any]:
    """What a form about a stored piece of work starts from."""
    return {name: getattr(work, name) for name in (*FIELDS, "version")} | {
        "services": list(work.services.values_list("pk", flat=True))
    }


class WorkFileForm(forms.Form):
    """A file of a piece of work, and what it shows."""

    chosen = forms.FileField(
        label="File",
        help_text=f"A letter of thanks, a report, a photo. {LIMITS}",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    description = text("What it shows", 200, help_text="For example: thanks from the ward councillor")
    client_id = forms.UUIDField(widget=HIDDEN, required=False)
