"""Fetch and authorise evidence in one step, by the rule of groups.access: 404 for what isn't theirs, 403 to readers."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from evidence.models import Evidence
from evidence.models.scope import OfLioQuerySet
from groups.access import roles_of

M = TypeVar("M", bound=models.Model)


def get_visible(request: HttpRequest, queryset: OfLioQuerySet, pk: int):
    """The record of an LIO that this person may read. Raises Http404 for an unknown one and for others' alike."""
    return get_object_or_404(queryset.visible_to(request.user), pk=pk)


def get_editable(request: HttpRequest, queryset: OfLioQuerySet, pk: int):
    """The record of an LIO that this person may write.

    Raises Http404 where they may not even read it, PermissionDenied where they may only read.
    """
    found = get_visible(request, queryset, pk)
    if not can_write(request, found):
        raise PermissionDenied("Only officers of this record's LIO can change it.")
    return found


def can_write(request: HttpRequest, record) -> bool:
    """Whether this person may write a record of an LIO. For showing buttons; views use get_editable."""
    return record.lio_id in roles_of(request).officer_lio_ids


def get_record(request: HttpRequest, pk: int) -> Evidence:
    """The record of unmet need that this person may read, with what its page shows of others."""
    record: Evidence = get_visible(
        request,
        Evidence.objects.select_related(
            "lio",
            "service_area",
            "provider",
            "commissioner",
            "visit",
            "survey",
            "created_by",
            "changed_by",
            "reviewed_by",
        ),
        pk,
    )
    return record


def get_editable_record(request: HttpRequest, pk: int) -> Evidence:
    """As get_record, for writing. Raises PermissionDenied for those who may only read."""
    record = get_record(request, pk)
    if not can_write(request, record):
        raise PermissionDenied("Only officers of this record's LIO can change it.")
    return record
