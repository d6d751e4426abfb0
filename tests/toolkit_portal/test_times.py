"""Stored in UTC, shown in Europe/London, and days that end at local midnight: also when the clocks change."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup, VisitDraft
from groups.visits import log_visit
from readiness.models import Action
from tests import factories
from tests.cast import make_cast
from toolkit_portal.views.home import not_seen

pytestmark = pytest.mark.django_db

# In 2026 the clocks go forward on 29 March and back on 25 October, both at 01:00 UTC.
MIDNIGHTS = [
    (datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC), date(2026, 3, 28)),
    (datetime(2026, 3, 29, 0, 0, tzinfo=UTC), date(2026, 3, 29)),
    (datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
    (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
    (datetime(2026, 10, 24, 22, 59, 59, tzinfo=UTC), date(2026, 10, 24)),
    (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
    (datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC), date(2026, 10, 25)),
    (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
]
at_each_midnight = pytest.mark.parametrize(
    ("moment", "today"), MIDNIGHTS, ids=[moment.isoformat() for moment, _ in MIDNIGHTS]
)
SetClock = Callable[[datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """From then on it is that moment for whoever asks Django."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def section(page: str, title: str) -> str:
    """The part of the page under that heading, up to the end of its section."""
    return page.split(f">{title}</h2>", 1)[1].split("</section>", 1)[0]


@at_each_midnight
def test_an_action_is_late_once_its_own_day_has_passed_here(
    moment: datetime, today: date, set_clock: SetClock
):
    cast = make_cast()
    due_today = factories.make_action(group=cast.sunrise, by=cast.officer, due_on=today)
    due_yesterday = factories.make_action(
        group=cast.sunrise, by=cast.officer, due_on=today - timedelta(days=1), what="Ask the bank"
    )
    set_clock(moment)
    assert list(Action.objects.late()) == [due_yesterday]
    assert (due_today.is_late, due_yesterday.is_late) == (False, True)
    late = section(cast.client("officer").get("/").content.decode(), "Late")
    assert "Ask the bank" in late and "1 day<" in late
    assert due_today.what not in late


@at_each_midnight
def test_a_next_date_is_today_for_the_whole_day_here(moment: datetime, today: date, set_clock: SetClock):
    cast = make_cast()
    for group, day in ((cast.sunrise, today), (cast.harbour, today - timedelta(days=1))):
        factories.make_visit(
            group=group, officer=cast.officer, happened_on=today - timedelta(days=20), next_on=day
        )
    set_clock(moment)
    page = cast.client("officer").get("/").content.decode()
    upcoming, late = section(page, "Next 7 days"), section(page, "Late")
    assert "Sunrise" in upcoming and "<strong>Today</strong>" in upcoming
    assert "Harbour" not in upcoming
    assert "Harbour" in late
    assert "Sunrise" not in late


@at_each_midnight
def test_ninety_days_without_a_visit_are_counted_in_days_here(
    moment: datetime, today: date, set_clock: SetClock
):
    cast = make_cast()
    for group, days in ((cast.sunrise, 90), (cast.harbour, 89)):
        factories.make_visit(group=group, officer=cast.officer, happened_on=today - timedelta(days=days))
    set_clock(moment)
    lines = not_seen(CommunityGroup.objects.filter(lio=cast.peak), timezone.localdate())
    assert [(line.group.name, line.days) for line in lines] == [("Sunrise", 90)]


@at_each_midnight
def test_a_visit_may_be_logged_on_its_day_here_and_not_before(
    moment: datetime, today: date, set_clock: SetClock
):
    cast = make_cast()
    set_clock(moment)
    given = {"group": cast.sunrise, "by": cast.officer, "topics": []}
    with pytest.raises(ValueError, match="once it has happened"):
        log_visit(client_id=uuid.uuid4(), happened_on=today + timedelta(days=1), **given)
    assert log_visit(client_id=uuid.uuid4(), happened_on=today, **given).happened_on == today


@pytest.mark.parametrize(
    ("saved_at", "shown"),
    [
        (datetime(2026, 1, 14, 12, 0, tzinfo=UTC), "14 January 2026 at 12:00"),
        (datetime(2026, 7, 14, 12, 0, tzinfo=UTC), "14 July 2026 at 13:00"),
        (datetime(2026, 7, 14, 23, 30, tzinfo=UTC), "15 July 2026 at 00:30"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29 March 2026 at 00:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29 March 2026 at 02:00"),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "25 October 2026 at 01:59"),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "25 October 2026 at 01:00"),
    ],
)
def test_times_are_shown_as_clocks_here_show_them(saved_at: datetime, shown: str):
    cast = make_cast()
    draft = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer, saved_at=saved_at)
    page = cast.client("officer").get(reverse("visit_draft_discard", args=[draft.pk])).content.decode()
    assert f"last saved on {shown}" in page


def test_the_hour_that_comes_twice_is_stored_as_two():
    cast, here = make_cast(), ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=here)
    second = first.replace(fold=1)
    for moment in (second, first):
        factories.make_visit_draft(group=cast.sunrise, officer=cast.officer, saved_at=moment)
    stored = list(VisitDraft.objects.order_by("saved_at").values_list("saved_at", flat=True))
    assert stored == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]
    assert {moment.utcoffset() for moment in stored} == {timedelta(0)}


def test_the_database_itself_holds_utc():
    cast = make_cast()
    summer = datetime(2026, 7, 14, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    factories.make_visit_draft(group=cast.sunrise, officer=cast.officer, saved_at=summer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT saved_at FROM groups_visitdraft")
        raw = cursor.fetchone()[0]
    assert str(raw).startswith("2026-07-13 23:30:00")
