"""Forms of bulk work: the filter of the list of groups, how files are made, a letter in one's own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from groups.models import LIO, CommunityGroup, User
from readiness.filters import StandingFilterForm
from readiness.letter_files import FORMATS
from readiness.letter_texts import ALWAYS_KNOWN, PLACES, unknown_places
from readiness.models import Edition

MOST_LETTERS_OF_BODY = 6000
BOTH_SIDES = "Begin each one on the front of a sheet, for printing on both sides"


class BulkFilterForm(StandingFilterForm):
    """The filter that the list of groups has in its address: the same groups, whatever their order there."""

    mine = forms.BooleanField(label="Only groups I am the caseworker of", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        edition = Edition.objects.filter(is_current=True).first()
        super().__init__(
            *args,
            user=user,
            bands=edition.band_names if edition else [],
            routes=edition.route_titles if edition else {},
            **kwargs,
        )
        self.user = user
        if not user.roles.is_officer:
            del self.fields["mine"]

    def apply(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """The groups that fit, by name."""
        groups = super().apply(groups)
        if self.chosen.get("mine"):
            groups = groups.filter(caseworker=self.user)
        return groups.order_by("name_key", "pk")

    @property
    def words(self) -> list[str]:
        """What is filtered by, such as "District: Chesterfield"; empty for all groups."""
        said = []
        for name, value in self.chosen.items():
            field = self.fields[name]
            if isinstance(field, forms.BooleanField):
                said.append(str(field.label))
                continue
            choices: Any = field.choices if type(field) is forms.ChoiceField else ()
            said.append(f"{field.label or name.capitalize()}: {dict(choices).get(value, value)}")
        return said


class PlanFilesForm(forms.Form):
    """How plans are put into one file."""

    format = forms.ChoiceField(
        label="What do you want?",
        choices=[
            ("zip", "A ZIP with a PDF for each group"),
            ("pdf", "One PDF for printing, with all plans one after the other"),
        ],
        initial="zip",
        widget=forms.RadioSelect,
    )
    large = forms.BooleanField(label="In large print", required=False)
    both_sides = forms.BooleanField(
        label=BOTH_SIDES,
        required=False,
        help_text="For the PDF for printing: blank pages are added where needed.",
    )


class LettersForm(forms.Form):
    """How letters are put into one file."""

    format = forms.ChoiceField(
        label="What do you want?", choices=list(FORMATS.items()), initial="pdf", widget=forms.RadioSelect
    )
    both_sides = forms.BooleanField(label=BOTH_SIDES, required=False, help_text="For the PDF for printing.")


class LetterForm(forms.Form):
    """A letter in an officer's own words."""

    lio = forms.ModelChoiceField(LIO.objects.none(), label="Your organisation", empty_label=None)
    title = forms.CharField(
        label="What is it about?",
        max_length=120,
        help_text="Stands above the letter, and names it in your list.",
    )
    body = forms.CharField(
        label="The letter",
        max_length=MOST_LETTERS_OF_BODY,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Without greeting and name: both are added. Leave an empty line between paragraphs.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lios = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        self.fields["lio"].queryset = lios
        self.only_lio = lios.get() if len(user.roles.officer_lio_ids) == 1 else None
        if self.only_lio is not None:
            del self.fields["lio"]

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if wrong := unknown_places(title, ALWAYS_KNOWN):
            raise forms.ValidationError(
                f"{{{wrong[0]}}} can’t stand here: not every group has it. Use it in the letter itself."
            )
        return title

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if wrong := unknown_places(body):
            raise forms.ValidationError(
                f"The portal has nothing to put in {{{wrong[0]}}}. Use one of: {', '.join(PLACES)}."
            )
        return body

    @property
    def organisation(self) -> LIO:
        """The valid form's organisation: one of the officer's own."""
        lio: LIO = self.only_lio or self.cleaned_data["lio"]
        return lio
