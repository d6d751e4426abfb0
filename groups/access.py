"""Fetch and authorise in one step: the helpers that views open with.

A stranger to a record gets 404, so that nothing shows it exists. A colleague who may read but not write gets
403. Nothing else in the portal decides who may see what; see CommunityGroupQuerySet.visible_to for the rule.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from groups.models import CommunityGroup, User
from groups.roles import Roles

P = ParamSpec("P")


class AuthenticatedRequest(HttpRequest):
    """A request behind the sign-in: request.user is one of our people."""

    user: User


# A view that takes any HttpRequest fits too: what is asked of a request is the least.
View = Callable[Concatenate[AuthenticatedRequest, P], HttpResponseBase]


def get_group(
    request: HttpRequest, pk: int, queryset: QuerySet[CommunityGroup] | None = None
) -> CommunityGroup:
    """The group whose case file this person may read.

    Raises Http404 for an unknown group and for one that isn't theirs, alike.
    """
    groups = CommunityGroup.objects.all() if queryset is None else queryset
    return get_object_or_404(
        groups.filter(pk__in=CommunityGroup.objects.visible_to(request.user).values("pk")).select_related(
            "lio", "caseworker"
        ),
        pk=pk,
    )


def get_editable_group(request: HttpRequest, pk: int) -> CommunityGroup:
    """The group whose case file this person may write.

    Raises Http404 where they may not even read it, PermissionDenied where they may only read.
    """
    group = get_group(request, pk)
    if not can_edit(request, group):
        raise PermissionDenied("Only officers of this group's LIO can change its case file.")
    return group


def can_edit(request: HttpRequest, group: CommunityGroup) -> bool:
    """Whether this person may write this case file. For showing buttons; views use get_editable_group."""
    return group.lio_id in roles_of(request).officer_lio_ids


def get_led_group(request: HttpRequest, pk: int | None = None) -> CommunityGroup:
    """The group this person leads; the only one when pk is None and they lead one, else the first by name.

    Raises Http404 where they lead no such group.
    """
    led = CommunityGroup.objects.led_by(request.user).select_related("lio", "caseworker")
    if pk is not None:
        return get_object_or_404(led, pk=pk)
    group = led.first()
    if group is None:
        raise Http404("You lead no group.")
    return group


def roles_of(request: HttpRequest) -> Roles:
    """The roles of whoever is signed in; none for anybody else."""
    user = request.user
    return user.roles if isinstance(user, User) and user.is_active else Roles()


def _only(test: Callable[[Roles], bool], who: str) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: AuthenticatedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not test(roles_of(request)):
                raise PermissionDenied(f"This page is for {who}.")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def officers_only(view: View[P]) -> View[P]:
    """403 for everybody but officers. Which groups an officer sees is a matter of visible_to."""
    return _only(lambda roles: roles.is_officer, "officers")(view)


def managers_only(view: View[P]) -> View[P]:
    """403 for everybody but county managers."""
    return _only(lambda roles: roles.is_manager, "county managers")(view)


def administrators_only(view: View[P]) -> View[P]:
    """403 for everybody but administrators."""
    return _only(lambda roles: roles.is_administrator, "administrators")(view)


def case_readers_only(view: View[P]) -> View[P]:
    """403 for those who have no case files to read, such as group leads."""
    return _only(lambda roles: roles.sees_groups, "officers and managers")(view)


def leads_only(view: View[P]) -> View[P]:
    """403 for everybody but group leads."""
    return _only(lambda roles: roles.is_lead, "group leads")(view)
