"""The form with which a group's lead sends a paper."""

from django import forms

from toolkit_portal.core.attachment_files import ACCEPT


class SendPaperForm(forms.Form):
    """One file, for an officer to look at."""

    chosen = forms.FileField(
        label="Your file",
        help_text="A PDF, a Word file or a clear photo is best. A document may have up to 15 MB, a photo up to 10 MB.",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose another."},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
