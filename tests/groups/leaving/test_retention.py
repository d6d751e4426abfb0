"""What has been kept long enough goes, by the day in Derbyshire, and a dry run says beforehand what will."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from groups import people
from groups.leaving import registry
from groups.leaving.retention import due_today, limit, run
from groups.models import (
    BreakGlass,
    CensusTable,
    CommunityGroup,
    ImportUpload,
    Invitation,
    Job,
    User,
    VisitDraft,
)
from readiness.models import Action
from tests import factories
from tests.cast import Cast, make_cast
from tests.toolkit_portal.commands import manage

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 7, 15)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def due(name: str, today: date = TODAY) -> int:
    return next(line.number for line in due_today(today) if line.rule.name == name)


def at(day: date, hour: int, minute: int) -> datetime:
    """A moment by the clock in Derbyshire."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


@pytest.mark.django_db
def test_a_draft_of_one_day_goes_thirty_days_later_and_not_a_day_sooner(cast: Cast):
    draft = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    day = TODAY - timedelta(days=30)
    for moment in (at(day, 0, 0), at(day, 23, 59)):
        VisitDraft.objects.filter(pk=draft.pk).update(saved_at=moment)
        assert due("visit_drafts", TODAY - timedelta(days=1)) == 0
        assert due("visit_drafts", TODAY) == 1
    VisitDraft.objects.filter(pk=draft.pk).update(saved_at=at(day + timedelta(days=1), 0, 0))
    assert due("visit_drafts", TODAY) == 0


@pytest.mark.django_db
def test_the_day_is_the_one_in_derbyshire_in_summer(cast: Cast):
    """23:30 in UTC on 14 June is half past midnight on 15 June there."""
    draft = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    VisitDraft.objects.filter(pk=draft.pk).update(saved_at=datetime(2026, 6, 14, 23, 30, tzinfo=UTC))
    assert due("visit_drafts", date(2026, 7, 14)) == 0
    assert due("visit_drafts", date(2026, 7, 15)) == 1


def test_the_days_are_whole_ones_across_a_change_of_the_clocks():
    """The clocks went forward on 29 March 2026; a count of hours would be one short."""
    assert limit(30, date(2026, 4, 10)) == datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
    assert limit(5, date(2026, 4, 10)) == datetime(2026, 4, 5, 23, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_closed_group_goes_six_years_after_its_last_change(cast: Cast):
    closed = cast.sunrise
    last = TODAY - timedelta(days=2192)
    CommunityGroup.objects.filter(pk=closed.pk).update(status="closed", updated_at=at(last, 12, 0))
    closed.memberships.update(started_at=at(last, 12, 0))
    assert due("closed_groups", TODAY - timedelta(days=1)) == 0
    assert due("closed_groups", TODAY) == 1
    CommunityGroup.objects.filter(pk=closed.pk).update(status="dormant")
    assert due("closed_groups", TODAY) == 0


@pytest.mark.django_db
def test_a_closed_group_stays_while_one_of_its_records_is_young(cast: Cast):
    last = at(TODAY - timedelta(days=3000), 12, 0)
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(status="closed", updated_at=last)
    cast.sunrise.memberships.update(started_at=last)
    assert due("closed_groups") == 0
    Action.objects.filter(pk=action.pk).update(updated_at=last)
    assert due("closed_groups") == 1


def seed(cast: Cast) -> None:
    """One of each kind whose time is over and one whose time isn't."""
    long_ago = timezone.now() - timedelta(days=2300)
    for group, past in ((cast.sunrise, True), (cast.harbour, False)):
        moment = long_ago if past else timezone.now()
        draft = factories.make_visit_draft(group=group, officer=cast.officer)
        VisitDraft.objects.filter(pk=draft.pk).update(saved_at=moment)
        ImportUpload.objects.create(
            owner=cast.officer,
            kind="groups",
            lio=cast.peak,
            filename="a.csv",
            file=default_storage.save("imports/old.table", ContentFile(b"name\nA\n")),
            created_at=moment,
        )
        invitation = people.invite_lead(group=group, email="a@lead.example", name="Lee", by=cast.officer)
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=moment)
        BreakGlass.objects.create(
            user=cast.administrator, group=group, reason="They rang us", opened_at=moment, expires_at=moment
        )
        Job.objects.create(
            owner=cast.officer,
            kind="a-kind",
            title="A table",
            state="cancelled",
            ended_at=moment,
            expires_at=moment,
        )
        AdminEntry.objects.create(
            user=cast.administrator,
            action_time=moment,
            content_type=ContentType.objects.get_for_model(User),
            object_id="1",
            object_repr="x",
            action_flag=CHANGE,
        )
        Session.objects.create(
            session_key=("o" if past else "n") * 32,
            session_data="",
            expire_date=moment + timedelta(hours=1),
        )
        # Handed in and never loaded; the loaded one that the portal comes with stays.
        CensusTable.objects.create(
            topic="ethnic_group", year=2011, areas_in_file=1, sha256=str(past), loaded_at=moment
        )
    CommunityGroup.objects.filter(pk=cast.meadow.pk).update(status="closed", updated_at=long_ago)
    first = AdminEntry.objects.order_by("pk").first()
    AdminEntry.objects.filter(pk=first.pk).update(action_time=long_ago)
    # Old entries, the old invitation's own among them.
    LogEntry.objects.filter(object_repr__contains="for Sunrise").update(timestamp=long_ago)


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_says_the_numbers_of_the_real_run_and_a_second_run_finds_nothing(cast: Cast):
    seed(cast)
    foreseen = [(line.rule.name, line.number) for line in due_today()]
    assert dict(foreseen) == {
        "bulk_orders": 0,
        "census_drafts": 1,
        "survey_files": 0,
        "trail": 1,
        "admin_trail": 1,
        "visit_drafts": 1,
        "import_uploads": 1,
        "jobs": 1,
        "invitations": 1,
        "sessions": 1,
        "openings": 1,
        "closed_groups": 1,
    }
    files = [upload.file.name for upload in ImportUpload.objects.order_by("created_at")]
    assert [(line.rule.name, line.number) for line in due_today()] == foreseen, (
        "a dry run has changed something"
    )
    done = run()
    assert [(line.rule.name, line.number) for line in done.lines] == foreseen
    assert done.files_left == []
    assert not CommunityGroup.objects.filter(pk=cast.meadow.pk).exists()
    assert [default_storage.exists(name) for name in files] == [False, True]
    assert Invitation.objects.count() == VisitDraft.objects.count() == BreakGlass.objects.count() == 1
    note = LogEntry.objects.get(additional_data__act="retention applied")
    assert note.additional_data["counts"]["closed_groups"] == 1
    assert [line.number for line in run().lines] == [0] * len(foreseen)
    assert LogEntry.objects.filter(additional_data__act="retention applied").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_invitation_takes_the_trail_of_its_address_with_it(cast: Cast):
    invitation = people.invite_lead(group=cast.sunrise, email="gone@lead.example", name="", by=cast.officer)
    assert LogEntry.objects.filter(object_repr__contains="gone@lead.example").exists()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(days=90))
    run()
    assert not Invitation.objects.exists()
    assert not LogEntry.objects.filter(object_repr__contains="gone@lead.example").exists()


def test_every_rule_has_its_days(settings):
    assert {rule.setting for rule in registry.rules} == set(settings.RETENTION_DAYS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEEP_CLOSED_GROUPS_DAYS", "6 years"),
        ("KEEP_TRAIL_DAYS", "0"),
        ("KEEP_UPLOADS_DAYS", "-1"),
        ("KEEP_VISIT_DRAFTS_DAYS", "1.5"),
        ("KEEP_INVITATIONS_DAYS", "99999999"),
        ("KEEP_OPENINGS_DAYS", "1"),
    ],
)
def test_a_bad_number_of_days_stops_the_portal_and_is_named(name: str, value: str, tmp_path):
    ended = manage("check", **{"var_dir": tmp_path, name: value})
    assert ended.returncode == 1
    assert name in ended.stderr
