"""What workers do for groups once a day without anybody's crontab: reminders, what was kept long enough, statistics."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from groups import nightly, paper_reminders
from groups.credentials import set_paper
from groups.jobs import daily
from groups.leaving import retention
from groups.models import VisitDraft
from tests import factories
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


def runs_out(cast: Cast) -> None:
    set_paper(
        group=cast.sunrise,
        kind=kind("public-liability"),
        by=cast.officer,
        version=0,
        state="in_place",
        expires_on=DAY + timedelta(days=14),
    )


def test_workers_know_what_to_do_each_day():
    assert set(daily._acts) == {"paper-reminders", "retention", "statistics", "routes", "scheduled-reports"}


def test_reminders_go_once_and_those_that_failed_are_left_for_later(monkeypatch):
    cast = make_cast()
    runs_out(cast)
    real = paper_reminders.send_mail

    def no_server(*args) -> None:
        raise OSError("no mail server")

    monkeypatch.setattr(paper_reminders, "send_mail", no_server)
    assert not nightly.remind_of_papers(DAY)
    monkeypatch.setattr(paper_reminders, "send_mail", real)
    assert nightly.remind_of_papers(DAY)
    assert nightly.remind_of_papers(DAY)
    assert [message.to for message in mail.outbox] == [["lead@sunrise.example"]]


def test_what_was_kept_long_enough_goes_and_nothing_else():
    cast = make_cast()
    old = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    young = factories.make_visit_draft(group=cast.meadow, officer=cast.other_officer)
    VisitDraft.objects.filter(pk=old.pk).update(saved_at=timezone.now() - timedelta(days=31))
    assert nightly.let_go(timezone.localdate())
    assert list(VisitDraft.objects.all()) == [young]


def test_files_that_could_not_be_removed_leave_the_act_undone(monkeypatch):
    monkeypatch.setattr(retention, "run", lambda day: retention.Run(files_left=["evidence/1/a.pdf"]))
    assert not nightly.let_go(DAY)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its statistics by itself")
def test_sqlite_learns_how_large_its_tables_are():
    make_cast()
    assert nightly.refresh_statistics(DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'groups_communitygroup'")
        assert {row[0].split()[0] for row in cursor.fetchall()} == {"3"}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has its own test above")
def test_postgresql_is_left_alone(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert nightly.refresh_statistics(DAY)
