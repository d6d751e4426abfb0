"""Forms for administrators, for invitations and for one's own account."""

import uuid
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from groups.models import LIO, District, Membership, User
from toolkit_portal.core.uploads import UploadError, clean_image


class LIOForm(forms.ModelForm):
    """An LIO's name, districts and how to reach it; the logo appears on plans."""

    logo_file = forms.FileField(
        label="Logo", required=False, help_text="PNG or JPEG, up to 2 MB. It appears on action plans."
    )
    remove_logo = forms.BooleanField(label="Remove the present logo", required=False)

    class Meta:
        model = LIO
        fields = ["name", "districts", "address", "phone", "email", "website", "closed_on"]
        widgets = {
            "districts": forms.CheckboxSelectMultiple,
            "address": forms.Textarea(attrs={"rows": 3}),
            "closed_on": forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric"}),
        }
        labels = {"closed_on": "Closed on"}
        help_texts = {"closed_on": "Leave empty while it works. A closed LIO keeps its records."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        held: Any = self.instance.districts.values("pk") if self.instance.pk else District.objects.none()
        self.fields["districts"].queryset = District.objects.current() | District.objects.filter(pk__in=held)
        if not (self.instance.pk and self.instance.logo):
            del self.fields["remove_logo"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if LIO.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is an LIO called {name} already.")
        return name

    def clean_logo_file(self):
        file = self.cleaned_data.get("logo_file")
        if not file:
            return None
        try:
            return clean_image(file, max_side=800)
        except UploadError as fault:
            raise forms.ValidationError(str(fault)) from fault


class PersonForm(forms.ModelForm):
    """A person's name and phone; the address they sign in with only when they are added."""

    class Meta:
        model = User
        fields = ["email", "name", "phone"]
        help_texts = {"email": "They sign in with it, so it must be their own, not a shared one."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        if self.instance.pk:
            del self.fields["email"]

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(
                "Somebody with this address is on the list already. Find them there and give them the role."
            )
        return email


class OwnDetailsForm(forms.ModelForm):
    """What people change about themselves: name and phone, nothing else."""

    class Meta:
        model = User
        fields = ["name", "phone"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class RoleForm(forms.Form):
    """A role to give. Leads are invited by their officer, so that role isn't offered here."""

    role = forms.ChoiceField(
        choices=[
            (role.value, role.label)
            for role in (Membership.Role.OFFICER, Membership.Role.MANAGER, Membership.Role.ADMINISTRATOR)
        ],
        widget=forms.RadioSelect,
    )
    lio = forms.ModelChoiceField(
        LIO.objects.filter(closed_on__isnull=True),
        label="LIO",
        required=False,
        empty_label="Choose one for an officer",
        help_text="Only officers belong to an LIO.",
    )

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("role") == Membership.Role.OFFICER and not data.get("lio"):
            self.add_error("lio", "Choose the LIO this officer works for.")
        if data.get("role") != Membership.Role.OFFICER:
            data["lio"] = None
        return data


class InvitationForm(forms.Form):
    """Whom to invite as lead."""

    name = forms.CharField(max_length=150, required=False)
    email = forms.EmailField(
        label="E-mail address",
        help_text="The invitation works for this address only, once, for 14 days.",
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)


class AcceptForm(forms.Form):
    """What a new lead gives to begin with. Their address comes from the invitation."""

    name = forms.CharField(label="Your name", max_length=150)
    password = forms.CharField(
        label="Choose a password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Three words you remember work well.",
    )

    def __init__(self, *args, email: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password


class ReasonForm(forms.Form):
    """Why an administrator opens a case file."""

    reason = forms.CharField(
        label="Why do you need to open it?",
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=10,
        max_length=1000,
        help_text="Kept on record with your name and the time.",
        error_messages={"min_length": "Say in a sentence why; it is kept on record."},
    )
