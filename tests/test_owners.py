"""Owner, group, LIO and role are never taken from a form: each POST is sent with somebody else's added to it."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import BooleanField, ForeignKey, Model
from django.urls import reverse

from groups.forms.community_groups import SECTIONS
from groups.models import LIO, CommunityGroup, User
from tests.access.rows import Row
from tests.cast import Cast, make_cast
from tests.test_access import ROWS

OURS = ("groups", "evidence", "readiness")
# Each actor's own pages, as far as a POST there is theirs to make.
POSTS = [
    (row, actor)
    for row in ROWS
    for actor in ("officer", "lead")
    if row.post and row.post.get(actor, 404) < 400
]
# Facts about a person or record that no page of an officer or a lead may set.
NEVER_SET = {"is_staff", "is_superuser", "is_demo"}


def models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def foreign(cast: Cast) -> dict[type[Model], int]:
    """What belongs to others: the neighbours' LIO, their group, and a person who works there."""
    return {LIO: cast.vale.pk, CommunityGroup: cast.meadow.pk, User: cast.other_officer.pk}


def injected(cast: Cast) -> dict[str, object]:
    """Every field of every model that says whose a record is, under the names that a form would have."""
    added: dict[str, object] = dict.fromkeys(NEVER_SET, "on")
    for model in models():
        for field in model._meta.fields:
            if isinstance(field, ForeignKey) and field.related_model in foreign(cast):
                added[field.name] = added[field.attname] = foreign(cast)[field.related_model]
            elif isinstance(field, BooleanField):
                added.setdefault(field.name, "on")
    return added | {"role": "administrator", "user": cast.other_officer.pk, "by": cast.other_officer.pk}


def rows() -> dict[tuple[str, object], dict[str, object]]:
    return {
        (model._meta.label, values["pk"]): values
        for model in models()
        for values in model._base_manager.values(
            "pk", *(field.attname for field in model._meta.concrete_fields)
        )
    }


def changes(before: dict, after: dict) -> Iterator[tuple[str, str, object]]:
    """Model, field and new value of all that was added or changed."""
    for (label, pk), values in after.items():
        known = before.get((label, pk), {})
        for name, value in values.items():
            if name not in known or known[name] != value:
                yield label, name, value


def assert_nothing_taken(cast: Cast, actor: str, url: str, data: dict) -> None:
    """Posts the form with everything of somebody else's added; what it says itself stands."""
    before = rows()
    cast.client(actor).post(url, injected(cast) | data)
    owned = {
        (model._meta.label, field.attname): foreign(cast)[field.related_model]
        for model in models()
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.related_model in foreign(cast)
    }
    for label, name, value in changes(before, rows()):
        assert value != owned.get((label, name), object()), f"{label}.{name} was taken from the form"
        assert name not in NEVER_SET or value is False, f"{label}.{name} was taken from the form"
        assert (label, name, value) != ("groups.Membership", "role", "administrator")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "actor"), POSTS, ids=lambda part: part.name if isinstance(part, Row) else part
)
def test_a_form_cannot_say_whose_a_record_is(row: Row, actor: str):
    cast = make_cast()
    url = reverse(row.name, kwargs=dict(row.kwargs(cast))) + row.query
    assert_nothing_taken(cast, actor, url, dict(row.data(cast)))


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_no_section_of_a_profile_takes_a_stranger(section: str):
    cast = make_cast()
    url = reverse("group_edit", kwargs={"pk": cast.sunrise.pk, "section": section})
    typed = {"name": "Sunrise", "kind": "bme_led", "status": "active", "version": 1}
    assert_nothing_taken(cast, "officer", url, typed)
