"""The id of a form that makes a record, kept in the form's address.

The browser's Back button asks for the page again; with the id in the address it gets the same form, and the record
that it has made already, instead of a new form that would make a second one.
"""

from copy import copy
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponseRedirect


def form_id(request: HttpRequest) -> UUID | None:
    """The id in the address (?form=), None where it is missing or no id."""
    try:
        return UUID(request.GET.get("form", ""))
    except ValueError:
        return None


def to_new_form(request: HttpRequest) -> HttpResponseRedirect | None:
    """Where to send a reader whose address has no form id: the same address with a new one. None if it has."""
    if request.method not in {"GET", "HEAD"} or form_id(request) is not None:
        return None
    query = request.GET.copy()
    query["form"] = str(uuid4())
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def send_again(form: forms.BaseForm, **hidden: str) -> None:
    """Sets hidden values of a form that is shown once more, so that sending it again is a new try."""
    # A copy of the same kind: a plain dict would keep only the last of several ticked boxes.
    data: Any = copy(form.data)
    for name, value in hidden.items():
        data[name] = value
    form.data = data
