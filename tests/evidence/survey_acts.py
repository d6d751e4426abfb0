"""What a browser sends of a form that nobody changed."""

from django import forms


def as_sent(form: forms.Form) -> dict[str, str]:
    """Field -> value as typed, of what the page shows."""
    return {field.html_name: "" if field.value() is None else str(field.value()) for field in form}
