"""What the forms of influence and partnership share: one record a form, and a save over a colleague's is refused."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from evidence.versioned import ForeignForm, StaleRecord
from groups.access import AuthenticatedRequest
from groups.models import CommunityGroup
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form
from toolkit_portal.core.value_words import value_words

MakeForm = Callable[..., Any]


def page_of(group: CommunityGroup, **more: Any) -> dict[str, Any]:
    """What every page of these needs."""
    return {"group": group, "can_edit": True, "tab": "influence", **more}


def to_influence(group: CommunityGroup, place: str = "") -> HttpResponse:
    """Back to the group's page, to a place on it."""
    response = redirect("case_influence", pk=group.pk)
    if place:
        response["Location"] += f"#{place}"
    return response


def add(
    request: AuthenticatedRequest,
    *,
    group: CommunityGroup,
    model: type[models.Model],
    make_form: MakeForm,
    save: Callable[..., models.Model],
    template: str,
    saved: str,
    initial: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    """A form for a new record. save: called with client_id= and the form's content."""
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if request.method != "POST" and sent and model._base_manager.filter(client_id=sent).exists():
        messages.info(request, "This was saved already.")
        return to_influence(group)
    form = make_form(
        request.POST if request.method == "POST" else None, initial=initial | {"client_id": sent or uuid4()}
    )
    if form.is_valid():
        try:
            save(client_id=form.cleaned_data["client_id"] or sent or uuid4(), **form.content())
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another group. Nothing is lost: send it once more.")
        else:
            messages.success(request, saved)
            return to_influence(group)
    return render(
        request, template, page_of(group, form=form, **context), status=422 if form.is_bound else 200
    )


def edit(
    request: AuthenticatedRequest,
    *,
    group: CommunityGroup,
    record: Any,
    make_form: MakeForm,
    save: Callable[..., Any],
    template: str,
    initial: dict[str, Any],
    place: str,
    context: dict[str, Any],
) -> HttpResponse:
    """A form about a stored record. save: called with version= and the form's content."""
    differences: list[tuple[str, str, str]] = []
    status = 200
    form = make_form(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                save(version=form.cleaned_data["version"] or 0, **form.content())
            except StaleRecord as stale:
                status = 409
                differences = _differences(form, form.content(), stale.current)
                # Sending it again is a decision made in sight of both.
                send_again(form, version=str(stale.current.version))
            except type(record).DoesNotExist:
                raise Http404("It was deleted in the meantime.") from None
            else:
                messages.success(request, "Saved.")
                return to_influence(group, place)
    return render(
        request,
        template,
        page_of(group, form=form, record=record, differences=differences, **context),
        status=status,
    )


def _differences(form: forms.Form, typed: dict[str, Any], stored: Any) -> list[tuple[str, str, str]]:
    """Field, what was typed and what is stored now, where the two differ."""
    found = []
    for name, value in typed.items():
        is_list = isinstance(value, list)
        held: Any = list(getattr(stored, name).all()) if is_list else getattr(stored, name)
        if (set(held) != set(value)) if is_list else held != value:
            field = form.fields[name]
            found.append((str(field.label), _words(field, value), _words(field, held)))
    return found


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if (
        isinstance(value, str)
        and isinstance(field, forms.ChoiceField)
        and not isinstance(field, forms.ModelChoiceField)
    ):
        choices: Any = field.choices
        return str(dict(choices).get(value, value))
    return value_words(value)
