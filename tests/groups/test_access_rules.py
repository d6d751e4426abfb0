"""The access rule itself: who sees which groups, and what the fetch-and-authorise helpers answer."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from groups import access
from groups.models import CommunityGroup, Membership
from groups.people import break_glass
from groups.roles import Roles
from tests.cast import make_cast


@pytest.fixture
def cast(db):
    return make_cast()


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def names(groups) -> set[str]:
    return set(groups.values_list("name", flat=True))


def test_each_role_sees_its_own_groups(cast):
    seen = CommunityGroup.objects.visible_to
    assert names(seen(cast.officer)) == {"Sunrise", "Harbour"}
    assert names(seen(cast.other_officer)) == {"Meadow"}
    assert names(seen(cast.manager)) == {"Sunrise", "Harbour", "Meadow"}
    assert names(seen(cast.lead)) == set()
    assert names(seen(cast.administrator)) == set()
    assert names(seen(AnonymousUser())) == set()


def test_only_officers_write_and_only_their_own(cast):
    writes = CommunityGroup.objects.editable_by
    assert names(writes(cast.officer)) == {"Sunrise", "Harbour"}
    for other in (cast.manager, cast.lead, cast.administrator, AnonymousUser()):
        assert names(writes(other)) == set()


def test_leads_lead_their_own_group_only(cast):
    led = CommunityGroup.objects.led_by
    assert names(led(cast.lead)) == {"Sunrise"}
    assert names(led(cast.officer)) == set()
    assert names(led(AnonymousUser())) == set()


def test_somebody_stopped_sees_nothing(cast):
    cast.manager.is_active = False
    assert not CommunityGroup.objects.visible_to(cast.manager).exists()
    assert access.roles_of(request_of(cast.manager)) == Roles()


def test_an_ended_role_gives_nothing(cast, django_user_model):
    Membership.objects.filter(user=cast.officer).update(ended_at="2026-01-01T00:00Z")
    again = django_user_model.objects.get(pk=cast.officer.pk)
    assert not CommunityGroup.objects.visible_to(again).exists()


def test_breaking_the_glass_opens_one_group_to_read_for_a_while(cast, django_user_model):
    opening = break_glass(user=cast.administrator, group=cast.sunrise, reason="The group has rung us.")
    again = django_user_model.objects.get(pk=cast.administrator.pk)
    assert names(CommunityGroup.objects.visible_to(again)) == {"Sunrise"}
    assert not access.can_edit(request_of(again), cast.sunrise)
    with pytest.raises(PermissionDenied):
        access.get_editable_group(request_of(again), cast.sunrise.pk)
    opening.expires_at = opening.opened_at
    opening.save()
    later = django_user_model.objects.get(pk=cast.administrator.pk)
    assert not CommunityGroup.objects.visible_to(later).exists()


def test_a_foreign_group_and_an_unknown_one_are_refused_alike(cast):
    for pk in (cast.meadow.pk, 10**9):
        with pytest.raises(Http404):
            access.get_group(request_of(cast.officer), pk)
        with pytest.raises(Http404):
            access.get_editable_group(request_of(cast.officer), pk)


def test_a_narrower_queryset_narrows_further(cast):
    narrow = CommunityGroup.objects.filter(name="Harbour")
    assert access.get_group(request_of(cast.officer), cast.harbour.pk, narrow) == cast.harbour
    with pytest.raises(Http404):
        access.get_group(request_of(cast.officer), cast.sunrise.pk, narrow)


def test_the_led_group_is_found_with_and_without_its_number(cast):
    assert access.get_led_group(request_of(cast.lead)) == cast.sunrise
    assert access.get_led_group(request_of(cast.lead), cast.sunrise.pk) == cast.sunrise
    with pytest.raises(Http404):
        access.get_led_group(request_of(cast.lead), cast.harbour.pk)
    with pytest.raises(Http404):
        access.get_led_group(request_of(cast.officer))


@pytest.mark.parametrize(
    ("guard", "allowed"),
    [
        (access.officers_only, {"officer"}),
        (access.managers_only, {"manager"}),
        (access.administrators_only, {"administrator"}),
        (access.case_readers_only, {"officer", "manager"}),
        (access.leads_only, {"lead"}),
    ],
)
def test_pages_of_a_role_refuse_the_others(cast, guard, allowed):
    page = guard(lambda request: "shown")
    for actor in ("officer", "manager", "administrator", "lead"):
        request = request_of(getattr(cast, actor))
        if actor in allowed:
            assert page(request) == "shown"
        else:
            with pytest.raises(PermissionDenied):
                page(request)
