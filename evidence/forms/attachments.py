"""The form that attaches files to a record."""

from typing import Any

from django import forms

from toolkit_portal.core.attachment_files import ACCEPT, LIMITS

AT_ONCE = 20


class FilesInput(forms.ClearableFileInput):
    """A choice of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files, each checked by itself later on. An empty one is among them, to be named in its error."""

    widget = FilesInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file is not None]
        if not files:
            raise forms.ValidationError("Choose a file.", code="required")
        if len(files) > AT_ONCE:
            raise forms.ValidationError(f"Choose at most {AT_ONCE} files at once.", code="many")
        return files


class AttachmentForm(forms.Form):
    """Files, and what they show."""

    chosen = FilesField(label="Files", help_text=f"You can choose several. {LIMITS} At most 100 MB at once.")
    description = forms.CharField(
        label="What they show",
        max_length=200,
        required=False,
        help_text="For example: the letter that came in English only. Without names of people.",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
