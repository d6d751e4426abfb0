"""Forms of surveys: the facts, the file of answers, what its columns are, and the record made of a finding."""

from datetime import date
from typing import Any

from django import forms

from evidence.forms.methods import MadeRecordForm, MethodListForm, OfOneLio, offer_groups
from evidence.forms.needs import past_day, text
from evidence.models import Survey, SurveyQuestion
from evidence.survey_answers import MOST_BYTES, ColumnChoice
from evidence.survey_cells import SEPARATORS, Kind
from evidence.survey_files import Column
from evidence.surveys import PLAIN_FIELDS
from groups.models import CommunityGroup, User
from toolkit_portal.core.day_field import DayField

LISTS_AND_PLAIN = (*PLAIN_FIELDS, "groups")


class SurveyListForm(MethodListForm):
    """The filter of the list."""

    searched = ("title", "asked_by", "sample")
    day = "asked_from"


class SurveyForm(OfOneLio):
    """Who asked whom when. `version` is what the writer read; 0 for a new one."""

    title = forms.CharField(
        label="Title",
        max_length=200,
        help_text="For example: Getting to the doctor, spring survey",
        error_messages={"required": "Give the survey a title."},
    )
    asked_from = DayField(
        label="First day",
        help_text="For example, 14/09/2026",
        error_messages={"required": "Say on which day asking began."},
    )
    asked_to = DayField(
        label="Last day", required=False, help_text="Leave it empty for one day, or while it goes on."
    )
    asked_by = forms.CharField(
        label="Who asked",
        max_length=200,
        help_text="For example: volunteers of two groups. No names.",
        error_messages={"required": "Say who asked."},
    )
    sample = text(
        "Whom you asked, and how you found them",
        required=True,
        help_text="A commissioner will want to know how far the answers can be relied on.",
        error_messages={"required": "Say whom you asked."},
    )
    language = forms.CharField(
        label="Languages it was in", max_length=200, required=False, help_text="For example: English, Urdu"
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

    def __init__(self, *args: Any, user: User, survey: Survey | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settle_lio(user, known=survey.lio_id if survey else None)
        offer_groups(self, user, survey.lio_id if survey else None)

    def clean_asked_from(self) -> date | None:
        return past_day(self.cleaned_data["asked_from"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("asked_from"), data.get("asked_to")
        if start and end and end < start:
            self.add_error("asked_to", "The last day can't be before the first.")
        self.check_groups(data)
        return data

    def content(self) -> dict[str, Any]:
        """The valid form's values as create_survey and change_survey take them."""
        plain = {name: self.cleaned_data[name] for name in PLAIN_FIELDS}
        return plain | {"groups": list(self.cleaned_data["groups"])}


def initial_of(survey: Survey) -> dict[str, Any]:
    """What a form about a stored survey starts from."""
    return {name: getattr(survey, name) for name in (*PLAIN_FIELDS, "version")} | {
        "groups": list(survey.groups.values_list("pk", flat=True))
    }


class AnswersForm(forms.Form):
    """The file of answers as the form service exports it."""

    file = forms.FileField(
        label="File with the answers",
        help_text="CSV, Excel (.xlsx) or OpenDocument (.ods), up to 10 MB: one row for each person who answered, the "
        "questions as headings.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another one."},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Split it into smaller ones.")
        return file


class ColumnsForm(forms.Form):
    """What each column of a file is. Fields are numbered in the order of the columns.

    known: the question a column is remembered as; missing: those that may have come under a new heading. Once there
    are answers, what a known question is stays.
    """

    def __init__(
        self,
        *args: Any,
        columns: list[tuple[Column, SurveyQuestion | None]],
        missing: list[SurveyQuestion],
        has_answers: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns, self.has_answers = columns, has_answers
        for number, (column, known) in enumerate(columns):
            kinds = [
                (kind.value, kind.label)
                for kind in Kind
                if not column.choices or kind in (Kind.MANY, Kind.LEFT_OUT)
            ]
            if known and has_answers:
                kinds = [(known.kind, known.get_kind_display())]
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label="What it is", choices=kinds, initial=known.kind if known else column.kind
            )
            if known is None and missing:
                self.fields[f"same_{number}"] = forms.TypedChoiceField(
                    label="Is it a question you know, under a new heading?",
                    choices=[("", "No, it is new"), *((item.pk, f"Yes: {item.text}") for item in missing)],
                    coerce=int,
                    empty_value=None,
                    required=False,
                )
            if not column.choices:
                self.fields[f"separator_{number}"] = forms.ChoiceField(
                    label="What stands between several answers",
                    choices=list(SEPARATORS.items()),
                    required=False,
                    initial=(known.separator if known else column.separator) or ";",
                )
                self.fields[f"whole_{number}"] = forms.CharField(
                    label="Answers that hold a comma or semicolon of their own, one a line",
                    required=False,
                    max_length=5000,
                    widget=forms.Textarea(attrs={"rows": 2}),
                    # Leading and trailing blank space of the lines is taken off one by one.
                    strip=False,
                    initial="\n".join(known.whole_choices if known else column.whole_choices),
                )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each column with its fields, for the page."""
        return [
            {
                "number": number,
                "column": column,
                "reason": "" if known else column.reason,
                "known": known,
                **{
                    name: self[f"{name}_{number}"]
                    for name in ("kind", "same", "separator", "whole")
                    if f"{name}_{number}" in self.fields
                },
                "is_several": self[f"kind_{number}"].value() == Kind.MANY,
            }
            for number, (column, known) in enumerate(self.columns)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        seen: set[int] = set()
        for number in range(len(self.columns)):
            same = data.get(f"same_{number}")
            if same in seen:
                self.add_error(
                    f"same_{number}", "Two columns can't be the same question. Choose another one."
                )
            elif same:
                seen.add(same)
        kinds = [data.get(f"kind_{number}") for number in range(len(self.columns))]
        if not seen and not self.has_answers and all(kind == Kind.LEFT_OUT for kind in kinds):
            raise forms.ValidationError("Every column is left out. Keep at least one question.")
        return data

    def choices(self, questions: dict[int, SurveyQuestion]) -> list[ColumnChoice]:
        """The valid form as settle_columns takes it. questions: those of the survey, by id."""
        found = []
        for number, (column, _) in enumerate(self.columns):
            data = self.cleaned_data
            kind, same = data[f"kind_{number}"], data.get(f"same_{number}")
            is_several = kind == Kind.MANY and not column.choices
            whole = [line.strip() for line in data.get(f"whole_{number}", "").splitlines()]
            found.append(
                ColumnChoice(
                    column=column,
                    kind=kind,
                    separator=(data.get(f"separator_{number}") or ";") if is_several else "",
                    whole_choices=tuple(line for line in whole if line) if is_several else (),
                    same=questions.get(same) if same else None,
                )
            )
        return found


class FindingRecordForm(MadeRecordForm):
    """The record made of what a survey found."""
