"""Files that nothing names any more are swept up; those that a record names never are."""

import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from groups.leaving.files import sweep
from groups.models import LIO
from readiness.issuing import DRAFT_FOLDER
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    sweep(now=timezone.now() + timedelta(days=400))  # what other tests have left
    return make_cast()


def keep(name: str, *, days: float) -> str:
    """A stored file that was last changed so many days ago."""
    kept = default_storage.save(name, ContentFile(b"words"))
    then = time.time() - days * 24 * 3600
    os.utime(default_storage.path(kept), (then, then))
    return kept


def test_a_file_without_a_row_goes_after_a_day(cast: Cast):
    old, young = keep("plans/old.pdf", days=1.1), keep("plans/young.pdf", days=0.9)
    assert sweep().gone == [old]
    assert not default_storage.exists(old)
    assert default_storage.exists(young)


def test_a_file_that_a_row_names_stays_however_old(cast: Cast):
    logo = keep("logos/logo.png", days=4000)
    LIO.objects.filter(pk=cast.peak.pk).update(logo=logo)
    assert sweep().gone == []
    assert default_storage.exists(logo)


def test_a_dry_run_names_the_same_and_removes_nothing(cast: Cast):
    old = keep("elsewhere/deep/file.bin", days=2)
    assert sweep(dry_run=True).gone == [old]
    assert default_storage.exists(old)
    assert sweep().gone == [old]


def test_drafts_of_plans_stay_thirty_days_and_those_of_an_erased_group_one(cast: Cast):
    young = keep(f"{DRAFT_FOLDER}{cast.sunrise.pk}/usual-1.pdf", days=29.9)
    old = keep(f"{DRAFT_FOLDER}{cast.sunrise.pk}/usual-2.pdf", days=30.1)
    orphan = keep(f"{DRAFT_FOLDER}99999/usual-1.pdf", days=1.1)
    assert sorted(sweep().gone) == sorted([old, orphan])
    assert default_storage.exists(young)
    assert not default_storage.exists(f"{DRAFT_FOLDER}99999")


def test_a_file_that_cannot_be_removed_is_named_and_tried_again(cast: Cast, monkeypatch):
    stuck, loose = keep("plans/a.pdf", days=2), keep("plans/b.pdf", days=2)
    remove = default_storage.delete

    def refuse(name: str) -> None:
        if name == stuck:
            raise PermissionError(13, "Permission denied")
        remove(name)

    monkeypatch.setattr(default_storage, "delete", refuse)
    swept = sweep()
    assert (swept.gone, swept.left) == ([loose], [(stuck, "Permission denied")])
    monkeypatch.undo()
    assert sweep().gone == [stuck]


def test_a_row_that_comes_while_files_are_listed_saves_its_file(cast: Cast, monkeypatch):
    name = keep("logos/late.png", days=2)
    age = default_storage.get_modified_time

    def meanwhile(asked: str):
        LIO.objects.filter(pk=cast.peak.pk).update(logo=name)
        return age(asked)

    monkeypatch.setattr(default_storage, "get_modified_time", meanwhile)
    assert sweep().gone == []


def test_no_files_at_all_is_nothing_to_do(cast: Cast, monkeypatch):
    def nothing(folder: str):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(default_storage, "listdir", nothing)
    assert sweep().gone == []
    assert factories.make_user().pk
