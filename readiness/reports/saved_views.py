"""Keeps, renames and deletes a manager's saved views. Nobody handles another's."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict

from groups.models import User
from readiness.models import SavedView
from readiness.reports.forms import CountyForm

MOST = 50


class ViewRefused(ValueError):
    """The view can't be kept so. The message says why and what to do."""


def save_view(*, name: str, query: str, keep_days: bool, client_id: UUID, by: User) -> SavedView:
    """Keeps the filters under a name, or gives what this client id has kept already.

    query: the filters as in an address; what is wrong or unknown in it is refused. keep_days: always as at the days in
    it, else as at the day it is opened on. Raises ViewRefused.
    """
    if not by.roles.is_manager:
        raise PermissionDenied("Only county managers save views.")
    form = CountyForm(QueryDict(query), user=by)
    if not form.is_valid():
        raise ViewRefused("These filters don’t fit any more. Choose them again and save the view then.")
    with transaction.atomic():
        if (kept := SavedView.objects.filter(client_id=client_id).first()) is not None:
            if kept.owner_id != by.pk:
                raise ViewRefused("This form was used for something else already. Open the page again.")
            return kept
        if by.saved_views.count() >= MOST:
            raise ViewRefused(f"You have {MOST} saved views. Delete one that you no longer need.")
        view = SavedView(
            owner=by,
            name=_name(name),
            query=form.choice.query if keep_days else form.moving_query,
            client_id=client_id,
        )
        _store(view)
    return view


def rename_view(*, view: SavedView, name: str, by: User) -> None:
    """Gives one's own view another name. Raises ViewRefused."""
    _own(view, by)
    view.name = _name(name)
    with transaction.atomic():
        _store(view)


def delete_view(*, view: SavedView, by: User) -> None:
    """Deletes one's own view."""
    _own(view, by)
    view.delete()


def _own(view: SavedView, by: User) -> None:
    if view.owner_id != by.pk:
        raise PermissionDenied("This view is somebody else’s.")


def _name(name: str) -> str:
    found = " ".join(name.split())[:80]
    if not found:
        raise ViewRefused("Give the view a name.")
    return found


def _store(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as fault:
        raise ViewRefused("You have a view of that name already. Choose another name.") from fault
