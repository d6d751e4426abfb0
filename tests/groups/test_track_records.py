"""Pieces of work: noted once, changed without losing a colleague's words, deleted with their files."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils import timezone

from groups import track_records
from groups.credentials import readiness_changed
from groups.forms.work import SECTIONS
from groups.models import TrackRecord, TrackRecordFile
from groups.track_records import (
    MOST_FILES,
    ForeignForm,
    StaleWork,
    add_file,
    add_work,
    change_work,
    content_of,
    delete_work,
    done_until,
    remove_file,
)
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.attachment_files import Prepared, prepare
from toolkit_portal.core.kept_files import DamagedFile
from toolkit_portal.core.uploads import UploadError

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def told():
    """The groups and causes that were told of since."""
    heard = []

    def hear(sender, groups, cause, **kwargs):
        heard.append((list(groups), cause))

    readiness_changed.connect(hear)
    yield heard
    readiness_changed.disconnect(hear)


def made(cast: Cast, **fields) -> TrackRecord:
    return add_work(
        group=cast.sunrise, by=cast.officer, client_id=uuid4(), **{"title": "Lunch club", **fields}
    )


def letter(words: bytes = b"Thank you all.", name: str = "thanks.txt") -> Prepared:
    return prepare(ContentFile(words), name)


def add(work: TrackRecord, cast: Cast, **fields) -> TrackRecordFile:
    return add_file(work=work, by=cast.officer, **{"prepared": letter(), "client_id": uuid4(), **fields})


def stored() -> set[str]:
    """The names of the files of pieces of work that are kept."""
    return set(default_storage.listdir("work")[1]) if default_storage.exists("work") else set()


def test_a_piece_of_work_is_kept_with_who_wrote_it_and_routes_are_told(cast, told):
    work = made(cast, pounds=12_500, proves=["2.22"], services=[factories.service_area()], people_reached=40)
    work.refresh_from_db()
    assert (work.group, work.changed_by, work.version, work.pounds) == (cast.sunrise, cast.officer, 1, 12_500)
    assert [str(area) for area in work.services.all()] == ["Housing"]
    assert told == [([cast.sunrise.pk], "A piece of work was added")]


def test_the_same_form_makes_one_piece_of_work(cast, told):
    form = uuid4()
    first = add_work(group=cast.sunrise, by=cast.officer, client_id=form, title="Lunch club")
    again = add_work(group=cast.sunrise, by=cast.officer, client_id=form, title="Another title")
    assert again == first and TrackRecord.objects.get().title == "Lunch club" and len(told) == 1


def test_a_form_of_another_group_is_refused(cast):
    form = uuid4()
    add_work(group=cast.harbour, by=cast.officer, client_id=form, title="Theirs")
    with pytest.raises(ForeignForm):
        add_work(group=cast.sunrise, by=cast.officer, client_id=form, title="Ours")


def test_the_same_form_twice_at_once_makes_one(cast, monkeypatch):
    """The second looks before the first has written, and finds out when it writes."""
    form = uuid4()
    first = add_work(group=cast.sunrise, by=cast.officer, client_id=form, title="Lunch club")
    looks = iter([None, first])
    monkeypatch.setattr(track_records, "made_before", lambda client_id, group: next(looks))
    assert add_work(group=cast.sunrise, by=cast.officer, client_id=form, title="Lunch club") == first
    assert TrackRecord.objects.count() == 1


def test_a_row_that_the_database_refuses_is_no_resend(cast):
    with pytest.raises(IntegrityError):
        add_work(group=cast.sunrise, by=cast.officer, client_id=uuid4(), title="")
    assert not TrackRecord.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "before it began"),
        ({"referee_agreed_on": date(2026, 5, 2), "referee": ""}, "Name the referee"),
        ({"referee": "Ward councillor", "referee_agreed_on": date(2199, 1, 1)}, "still to come"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(cast, fields, words):
    with pytest.raises(ValueError, match=words):
        made(cast, **fields)
    work = made(cast)
    with pytest.raises(ValueError, match=words):
        change_work(work=work, by=cast.officer, version=1, **fields)
    assert TrackRecord.objects.get().version == 1


def test_one_day_and_a_referee_who_agreed_today_are_fine(cast):
    today = timezone.localdate()
    work = made(cast, starts_on=today, ends_on=today, referee="Ward councillor", referee_agreed_on=today)
    assert work.pk


def test_a_change_counts_up_and_tells_the_routes(cast, told):
    work = made(cast)
    changed = change_work(
        work=work, by=cast.officer, version=1, title="Supper club", services=[factories.service_area()]
    )
    changed.refresh_from_db()
    assert (changed.title, changed.version, changed.services.count()) == ("Supper club", 2, 1)
    assert told[-1] == ([cast.sunrise.pk], "A piece of work was changed")


def test_saving_what_is_stored_changes_nothing_even_with_an_old_version(cast, told):
    area = factories.service_area()
    work = made(cast, services=[area])
    change_work(work=work, by=cast.officer, version=1, title="Supper club")
    same = change_work(work=work, by=cast.officer, version=1, title="Supper club", services=[area])
    assert same.version == 2 and len(told) == 2


def test_a_stale_change_is_refused_and_shows_what_is_stored(cast):
    work = made(cast)
    change_work(work=work, by=cast.officer, version=1, title="A colleague's")
    with pytest.raises(StaleWork) as stale:
        change_work(work=work, by=cast.officer, version=1, title="Mine")
    assert stale.value.current.title == "A colleague's"
    assert TrackRecord.objects.get().title == "A colleague's"


def test_other_service_areas_alone_are_a_change_and_can_be_stale(cast):
    work = made(cast, services=[factories.service_area()])
    changed = change_work(work=work, by=cast.officer, version=1, services=[])
    assert changed.version == 2 and not changed.services.exists()
    with pytest.raises(StaleWork):
        change_work(work=work, by=cast.officer, version=1, services=[factories.service_area("Education")])


def test_deleting_takes_the_files_along_once_it_is_certain(cast, told, django_capture_on_commit_callbacks):
    work = made(cast)
    file = add(work, cast)
    name = file.file.name
    with django_capture_on_commit_callbacks() as later:
        delete_work(work=work)
    assert default_storage.exists(name), "a file goes after the commit, not before"
    for act in later:
        act()
    assert not default_storage.exists(name)
    assert not TrackRecord.objects.exists() and not TrackRecordFile.objects.exists()
    delete_work(work=work)
    assert [cause for _, cause in told].count("A piece of work was deleted") == 1


def test_work_done_until_a_day_had_begun_by_then(cast):
    day = date(2026, 6, 1)
    begun = made(cast, title="Begun", starts_on=day)
    made(cast, title="Later", starts_on=day + timedelta(days=1))
    undated = made(cast, title="Undated")
    add_work(group=cast.harbour, by=cast.officer, client_id=uuid4(), title="Theirs", starts_on=day)
    assert set(done_until(cast.sunrise, day)) == {begun, undated}


def test_newest_work_comes_first_and_what_goes_on_before_it(cast):
    made(cast, title="Old", ends_on=date(2024, 1, 1))
    made(cast, title="New", ends_on=date(2026, 1, 1))
    made(cast, title="Goes on", starts_on=date(2020, 1, 1))
    assert [work.title for work in cast.sunrise.track_records.all()] == ["Goes on", "New", "Old"]


def test_a_file_is_kept_whole_with_what_it_shows(cast):
    file = add(made(cast), cast, description="  " + "x" * 300)
    assert (file.filename, file.kind, file.uploaded_by) == ("thanks.txt", "text", cast.officer)
    assert file.description == "x" * 200 and file.file.name.startswith("work/")
    assert b"".join(content_of(file, by=cast.officer)) == b"Thank you all."


def test_a_download_enters_the_trail_without_the_files_name(cast):
    file = add(made(cast), cast)
    content_of(file, by=cast.officer)
    entry = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).get()
    assert entry.actor == cast.officer
    assert entry.additional_data == {"act": "file of a piece of work downloaded", "kind": "text"}
    assert not LogEntry.objects.filter(changes__icontains="thanks").exists()


def test_words_of_the_work_stay_out_of_the_trail(cast):
    made(cast, title="Marker title", outcomes="Marker outcome", referee="Marker referee", for_whom="Marker")
    entries = LogEntry.objects.filter(object_repr__startswith="Piece of work")
    assert entries.exists() and not entries.filter(changes__icontains="marker").exists()


def test_a_damaged_file_is_not_given_out(cast):
    file = add(made(cast), cast)
    TrackRecordFile.objects.filter(pk=file.pk).update(sha256="0" * 64)
    file.refresh_from_db()
    with pytest.raises(DamagedFile):
        content_of(file, by=cast.officer)


def test_the_same_file_form_stores_one_file(cast):
    work, form, before = made(cast), uuid4(), stored()
    assert add(work, cast, client_id=form) == add(work, cast, client_id=form)
    assert len(stored() - before) == 1


def test_a_file_form_of_another_piece_of_work_is_refused(cast):
    form = uuid4()
    add(made(cast), cast, client_id=form)
    with pytest.raises(ForeignForm):
        add(made(cast, title="Another"), cast, client_id=form)


def test_the_same_file_form_twice_at_once_leaves_no_second_file(cast, monkeypatch):
    work, form = made(cast), uuid4()
    first = add(work, cast, client_id=form)
    before, looks = stored(), iter([None, first])
    monkeypatch.setattr(track_records, "_file_made_before", lambda client_id, work: next(looks))
    assert add(work, cast, client_id=form) == first
    assert stored() == before and TrackRecordFile.objects.count() == 1


def test_a_file_row_that_the_database_refuses_leaves_no_file(cast, monkeypatch):
    work, form = made(cast), uuid4()
    add(work, cast, client_id=form)
    before = stored()
    monkeypatch.setattr(track_records, "_file_made_before", lambda client_id, work: None)
    with pytest.raises(IntegrityError):
        add(work, cast, client_id=form)
    assert stored() == before


def test_a_piece_of_work_holds_so_many_files_and_no_more(cast):
    work = made(cast)
    for number in range(MOST_FILES):
        add(work, cast, prepared=letter(b"Page %d" % number))
    before = stored()
    with pytest.raises(UploadError, match="at most"):
        add(work, cast)
    assert stored() == before and work.files.count() == MOST_FILES


def test_a_file_for_work_that_is_gone_is_refused_and_not_kept(cast):
    work = made(cast)
    TrackRecord.objects.filter(pk=work.pk).delete()
    before = stored()
    with pytest.raises(UploadError, match="deleted in the meantime"):
        add(work, cast)
    assert stored() == before


def test_a_file_is_deleted_with_its_content_and_twice_is_once(cast, django_capture_on_commit_callbacks):
    file = add(made(cast), cast)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=file)
        remove_file(file=file)
    assert not TrackRecordFile.objects.exists() and not default_storage.exists(file.file.name)


def test_the_sections_offered_are_those_of_the_edition_in_force():
    codes = set(factories.current_edition().criteria.values_list("code", flat=True))
    assert set(SECTIONS) == codes
