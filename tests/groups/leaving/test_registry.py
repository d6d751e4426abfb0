"""Nothing is forgotten: every model near a group or a person, every file and every address has its entry."""

from collections.abc import Iterator

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models

from groups.leaving import registry
from groups.leaving.registry import Fate
from groups.models import CommunityGroup, User

MODELS = [model for model in apps.get_models() if model._meta.managed]


def links(model: type[models.Model]) -> Iterator[models.Field]:
    """The foreign keys and lists that a model declares."""
    yield from (field for field in model._meta.concrete_fields if field.is_relation)
    yield from model._meta.many_to_many


def reaching(*roots: type[models.Model]) -> set[type[models.Model]]:
    """All models that lead to one of these by foreign keys and lists, whatever the number of steps."""
    found = set(roots)
    while more := {
        model
        for model in MODELS
        if model not in found and {link.related_model for link in links(model)} & found
    }:
        found |= more
    return found


def forgotten_of_groups() -> set[str]:
    known = {kind.model for kind in registry.group_kinds} | set(registry.not_held)
    return {model._meta.label for model in reaching(CommunityGroup) - known}


def forgotten_of_people() -> set[str]:
    """Fields that name a person in a model, or lead to a record that goes with one, and aren't registered."""
    going = {kind.model for kind in registry.person_kinds if kind.fate is not Fate.STAYS}
    goes = {kind.model for kind in registry.person_kinds if kind.fate is Fate.GOES}
    named = {(kind.model, field) for kind in registry.person_kinds for field in kind.fields}
    found = set()
    for model in set(MODELS) - set(registry.not_held):
        for link in links(model):
            if link.related_model in goes | {User} and not (model in going or (model, link.name) in named):
                found.add(f"{model._meta.label}.{link.name}")
    return found


def test_every_model_that_leads_to_a_group_is_registered():
    assert not forgotten_of_groups(), "Register it in the app's leaving module."


def test_every_field_that_names_a_person_is_registered():
    assert not forgotten_of_people(), "Register it in the app's leaving module."


def test_every_file_and_every_address_belongs_to_a_registered_model():
    known = {kind.model for kind in (*registry.group_kinds, *registry.person_kinds)} | set(registry.not_held)
    for model in MODELS:
        fields = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.FileField | models.EmailField)
        ]
        assert not fields or model in known, f"{model._meta.label} has {fields} and isn't registered."


def test_every_model_that_names_records_by_number_alone_is_registered():
    """Without a foreign key nothing leads from such a model to what it is about."""
    known = {kind.model for kind in registry.person_kinds} | set(registry.not_held)
    for model in MODELS:
        names = {field.name for field in model._meta.concrete_fields}
        assert not names & {"object_id", "object_pk"} or model in known, model._meta.label


@pytest.mark.parametrize("number", range(len(registry.group_kinds)))
def test_a_forgotten_kind_of_a_group_is_noticed(number: int, monkeypatch: pytest.MonkeyPatch):
    kind = registry.group_kinds[number]
    others = [other for other in registry.group_kinds if other.model is not kind.model]
    monkeypatch.setattr(registry, "group_kinds", others)
    near = kind.model in reaching(CommunityGroup)
    assert (kind.model._meta.label in forgotten_of_groups()) is near


def test_a_forgotten_author_is_noticed(monkeypatch: pytest.MonkeyPatch):
    written = [kind for kind in registry.person_kinds if kind.fields]
    for kind in written:
        monkeypatch.setattr(
            registry, "person_kinds", [other for other in registry.person_kinds if other is not kind]
        )
        if not any(
            other.model is kind.model and other.fate is not Fate.STAYS for other in registry.person_kinds
        ):
            assert forgotten_of_people(), kind.title
        monkeypatch.undo()


def test_what_is_not_held_says_why():
    assert all(len(why) > 20 for why in registry.not_held.values())


@pytest.mark.django_db
def test_the_trail_has_no_other_way_to_name_a_record():
    """What the erasure of entries goes by: content type and id."""
    assert {field.related_model for field in LogEntry._meta.concrete_fields if field.is_relation} == {
        ContentType,
        User,
    }


def test_kinds_are_in_an_order_in_which_they_can_go():
    """What hangs on a record by a foreign key that protects or goes with it stands before it."""
    order = [kind.model for kind in registry.group_kinds]
    for place, model in enumerate(order):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in order and field.related_model is not model:
                if field.remote_field.on_delete is models.SET_NULL:
                    continue
                assert order.index(field.related_model) > place, (model, field.name)
