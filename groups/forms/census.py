"""The form with which an administrator hands in a census table."""

from typing import Any

from django import forms
from django.utils import timezone

from groups.census import LIMITS


class CensusForm(forms.Form):
    """The file, and the year where the file doesn't say it."""

    file = forms.FileField(
        label="Census table",
        help_text="CSV, Excel (.xlsx) or OpenDocument (.ods), up to 10 MB, as the ONS publishes it.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another one."},
    )
    year = forms.IntegerField(
        label="Year of the census",
        required=False,
        min_value=1801,
        help_text="Only if neither the file nor its name says it.",
        widget=forms.NumberInput(attrs={"data-short": ""}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMITS.file_bytes:
            raise forms.ValidationError("The file is larger than 10 MB. Choose the table by council area.")
        return file

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        if year is not None and year > timezone.localdate().year:
            raise forms.ValidationError("That year is still to come.")
        return year
