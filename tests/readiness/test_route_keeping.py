"""Routes kept up to date: what moves them, what time does, and that many groups take no more queries than one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from unittest import mock
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evidence.models import Evidence
from evidence.quotes import add_quote
from evidence.recording import change_evidence, review
from groups.credentials import set_paper
from groups.models import CommunityGroup, Contact, CredentialChange, CredentialKind, TrackRecord, User
from groups.track_records import add_work, change_work, delete_work
from readiness.models import Edition, GroupRoute, RouteChange
from readiness.route_facts import ASKS, NAMED_CONTACT, current_ladder, facts_of
from readiness.route_keeping import due, holds_until, settle, settle_daily, settle_due
from readiness.routes import Facts, Paper
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)
HEARD = ("governing-document", "bank-account", "equality-policy")
SUB = ("accounts", "safeguarding-adults", "data-protection", "health-and-safety")
CODES = (
    "2.1", "2.11", "2.12", "2.13", "2.14", "2.15", "2.15a", "2.15b", "2.15c", "2.15d", "2.2", "2.21", "2.22", "2.23",
)  # fmt: skip


@contextmanager
def moment(text: str) -> Iterator[None]:
    """Within the block it is that moment, in UTC."""
    now = datetime.fromisoformat(text).replace(tzinfo=UTC)
    with mock.patch.object(timezone, "now", lambda: now):
        yield


@pytest.fixture
def cast() -> Iterator[Cast]:
    with moment("2026-06-30 12:00"):
        yield make_cast()


def kind(key: str) -> CredentialKind:
    return CredentialKind.objects.get(key=key)


def hold(cast: Cast, *keys: str, **facts) -> None:
    for key in keys:
        set_paper(
            group=cast.sunrise, kind=kind(key), by=cast.officer, version=0, **{"state": "in_place", **facts}
        )


def ready_to_be_heard(cast: Cast) -> None:
    Contact.objects.create(group=cast.sunrise, name="Ada", is_lead=True)
    factories.make_assessment(
        group=cast.sunrise, by=cast.officer, assessed_on=timezone.localdate(), levels=dict.fromkeys(CODES, 2)
    )
    hold(cast, *HEARD)


def ready_to_sub_contract(cast: Cast) -> Evidence:
    ready_to_be_heard(cast)
    hold(cast, *SUB)
    record = factories.make_evidence(
        lio=cast.peak, by=cast.officer, groups=(cast.sunrise,), happened_on=timezone.localdate()
    )
    return review(record=record, by=colleague(cast), version=record.version)


def colleague(cast: Cast) -> User:
    return factories.make_officer(lio=cast.peak)


def route(group: CommunityGroup) -> str:
    return GroupRoute.objects.get(group=group).route


def moves(group: CommunityGroup) -> list[tuple[str, str, bool, str]]:
    return list(
        RouteChange.objects.filter(group=group)
        .order_by("pk")
        .values_list("before", "route", "went_up", "cause")
    )


# What moves a route


def test_a_group_climbs_as_papers_levels_and_evidence_come_in_and_each_move_names_its_cause(cast):
    assert not GroupRoute.objects.filter(group=cast.sunrise).exists()
    ready_to_sub_contract(cast)
    assert route(cast.sunrise) == "sub-contract"
    assert moves(cast.sunrise) == [
        ("build-foundations", "be-heard", True, "Equality policy: in place"),
        ("be-heard", "sub-contract", True, "A record of need was reviewed"),
    ]
    assert not RouteChange.objects.exclude(group=cast.sunrise).exists()
    assert str(GroupRoute.objects.get(group=cast.sunrise)) == f"sub-contract of group {cast.sunrise.pk}"
    newest = RouteChange.objects.first()
    assert str(newest) == f"be-heard to sub-contract of group {cast.sunrise.pk}"


def test_a_reviewed_record_that_is_changed_counts_no_more_until_it_is_reviewed_again(cast):
    record = ready_to_sub_contract(cast)
    change_evidence(record=record, by=cast.officer, version=record.version, summary="Other words.")
    assert route(cast.sunrise) == "be-heard"
    assert moves(cast.sunrise)[-1][2:] == (False, "A record of need was changed and waits for review again")


def test_a_quote_added_to_a_reviewed_record_takes_the_route_back_too(cast):
    record = ready_to_sub_contract(cast)
    add_quote(record=record, by=cast.officer, text="We wait.")
    assert route(cast.sunrise) == "be-heard"


def test_a_record_that_no_longer_names_the_group_counts_no_more_for_it(cast):
    record = ready_to_sub_contract(cast)
    change_evidence(record=record, by=cast.officer, version=record.version, lists={"groups": [cast.harbour]})
    assert route(cast.sunrise) == "be-heard"


def test_a_new_assessment_moves_the_route_both_ways(cast):
    ready_to_be_heard(cast)
    low = factories.make_assessment(
        group=cast.sunrise, by=cast.officer, assessed_on=TODAY, levels=dict.fromkeys(CODES, 1)
    )
    assert low.is_latest and route(cast.sunrise) == "build-foundations"
    assert moves(cast.sunrise)[-1] == ("be-heard", "build-foundations", False, "A new assessment")


def test_pieces_of_work_count_for_tendering_while_they_are_there(cast):
    ready_to_sub_contract(cast)
    hold(cast, "quality-standard")
    factories.make_assessment(
        group=cast.sunrise, by=cast.officer, assessed_on=TODAY, levels=dict.fromkeys(CODES, 4)
    )
    first, second = (
        add_work(group=cast.sunrise, by=cast.officer, client_id=uuid4(), title=title, ends_on=TODAY)
        for title in ("Lunches", "Advice")
    )
    assert route(cast.sunrise) == "tender-as-lead"
    change_work(work=first, by=cast.officer, version=1, ends_on=date(2020, 1, 1))
    assert route(cast.sunrise) == "sub-contract"
    change_work(work=first, by=cast.officer, version=2, ends_on=TODAY)
    delete_work(work=second)
    assert route(cast.sunrise) == "sub-contract"


# Time


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # London is an hour ahead of UTC in summer.
        ("2026-07-09 22:59", "be-heard"),
        ("2026-07-09 23:00", "build-foundations"),
    ],
)
def test_a_paper_expires_at_midnight_in_london(cast, now, expected):
    ready_to_be_heard(cast)
    paper = cast.sunrise.credentials.get(kind__key="equality-policy")
    set_paper(
        group=cast.sunrise,
        kind=paper.kind,
        by=cast.officer,
        version=paper.version,
        state="in_place",
        expires_on=date(2026, 7, 10),
    )
    with moment(now):
        settle_due(CommunityGroup.objects.all())
        assert route(cast.sunrise) == expected
    if expected == "build-foundations":
        assert moves(cast.sunrise)[-1][2:] == (False, "Equality policy expired")


def test_workers_judge_once_a_day_what_time_has_moved_and_no_more(cast):
    ready_to_be_heard(cast)
    settle_daily(TODAY)
    paper = cast.sunrise.credentials.get(kind__key="equality-policy")
    set_paper(
        group=cast.sunrise,
        kind=paper.kind,
        by=cast.officer,
        version=paper.version,
        state="in_place",
        expires_on=date(2026, 7, 10),
    )
    judged = dict(GroupRoute.objects.values_list("group", "judged_at"))
    with moment("2026-07-10 08:00"):
        assert settle_daily(date(2026, 7, 10))
    assert route(cast.sunrise) == "build-foundations"
    now = dict(GroupRoute.objects.values_list("group", "judged_at"))
    assert len(now) == 3 and [pk for pk in now if now[pk] != judged[pk]] == [cast.sunrise.pk]


def test_evidence_lapses_after_twenty_four_months_and_the_history_says_so(cast):
    ready_to_sub_contract(cast)
    kept = GroupRoute.objects.get(group=cast.sunrise)
    assert (kept.holds_until, kept.lapses) == (date(2028, 7, 1), "A record of need grew too old")
    with moment("2028-06-30 12:00"):
        assert settle_due(CommunityGroup.objects.all()) == 0
        assert route(cast.sunrise) == "sub-contract"
    with moment("2028-07-01 12:00"):
        assert settle_due(CommunityGroup.objects.all()) == 1
    assert moves(cast.sunrise)[-1][2:] == (False, "A record of need grew too old")


@pytest.mark.parametrize(
    ("last", "months", "lapses"),
    [
        (date(2026, 8, 31), 6, date(2027, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2026, 6, 30), 24, date(2028, 7, 1)),
        (date(2026, 12, 31), 1, date(2027, 2, 1)),
    ],
)
def test_the_day_on_which_something_is_too_old(cast, last, months, lapses):
    ladder = current_ladder()
    ladder = type(ladder)(
        ladder.edition,
        [{"key": "a", "title": "A", "evidence_records": 1, "evidence_months": months}],
        ladder.scale,
        ladder.asks,
        ladder.names,
    )
    assert holds_until(ladder, Facts(last, evidence_days=[last])) == (lapses, "A record of need grew too old")


def test_what_holds_longest_is_left_out_of_the_day_to_look_again(cast):
    ladder = current_ladder()
    facts = Facts(
        TODAY,
        papers={
            "accounts": Paper("in_place", date(2026, 9, 1)),
            "bank-account": Paper("in_place", date(2026, 8, 1)),
            "equality-policy": Paper("in_place", TODAY),
            "health-and-safety": Paper("draft", date(2026, 7, 2)),
        },
    )
    assert holds_until(ladder, facts) == (date(2026, 8, 1), "Bank account expired")
    assert holds_until(ladder, Facts(TODAY)) == (None, "")


def test_only_those_that_are_due_are_judged_again(cast):
    settle(CommunityGroup.objects.all(), "")
    assert not due(CommunityGroup.objects.all(), TODAY).exists()
    with CaptureQueriesContext(connection) as queries:
        assert settle_due(CommunityGroup.objects.all()) == 0
    assert len(queries) == 1
    GroupRoute.objects.filter(group=cast.harbour).update(holds_until=TODAY)
    assert list(due(CommunityGroup.objects.all(), TODAY)) == [cast.harbour]


# Facts


def test_facts_are_those_of_the_day_asked_for(cast):
    with moment("2026-03-01 12:00"):
        hold(cast, "bank-account")
        factories.make_assessment(
            group=cast.sunrise, by=cast.officer, assessed_on=date(2026, 3, 1), levels=dict.fromkeys(CODES, 1)
        )
    with moment("2026-05-01 12:00"):
        paper = cast.sunrise.credentials.get()
        set_paper(group=cast.sunrise, kind=paper.kind, by=cast.officer, version=1, state="missing")
        ready_to_sub_contract_on(cast, date(2026, 5, 1))
    ladder, own = current_ladder(), CommunityGroup.objects.filter(pk=cast.sunrise.pk)

    def at(day: date) -> Facts:
        return facts_of(own, ladder, day)[cast.sunrise.pk]

    early, later, now = at(date(2026, 3, 1)), at(date(2026, 4, 30)), at(TODAY)
    assert at(date(2026, 2, 28)).papers == {}
    assert early.papers["bank-account"].state == later.papers["bank-account"].state == "in_place"
    assert now.papers["bank-account"].state == "missing"
    assert (early.answers["2.21"], now.answers["2.21"]) == (1, 3)
    assert (early.evidence_days, later.evidence_days, now.evidence_days) == ((), (), [date(2026, 4, 20)])
    assert early.overall == 25 and now.overall == 75
    ahead = at(date(2027, 1, 1))
    assert ahead.as_at == date(2027, 1, 1) and ahead.answers == now.answers


def ready_to_sub_contract_on(cast: Cast, day: date) -> None:
    factories.make_assessment(
        group=cast.sunrise, by=cast.officer, assessed_on=day, levels=dict.fromkeys(CODES, 3)
    )
    record = factories.make_evidence(
        lio=cast.peak, by=cast.officer, groups=(cast.sunrise,), happened_on=date(2026, 4, 20)
    )
    review(record=record, by=colleague(cast), version=record.version)


def test_a_change_late_in_the_evening_belongs_to_the_day_in_london(cast):
    hold(cast, "bank-account")
    CredentialChange.objects.update(
        recorded_at=datetime(2026, 5, 10, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    )
    ladder, own = current_ladder(), CommunityGroup.objects.filter(pk=cast.sunrise.pk)
    assert facts_of(own, ladder, date(2026, 5, 9))[cast.sunrise.pk].papers == {}
    assert "bank-account" in facts_of(own, ladder, date(2026, 5, 10))[cast.sunrise.pk].papers


def test_work_that_goes_on_ends_on_the_day_and_work_without_a_day_does_not_count(cast):
    for starts, ends in (
        (date(2026, 1, 1), None),
        (None, date(2025, 1, 1)),
        (date(2026, 1, 1), date(2027, 1, 1)),
        (None, None),
        (date(2026, 8, 1), None),
        (date(2024, 1, 1), date(2024, 2, 1)),
    ):
        TrackRecord.objects.create(group=cast.sunrise, title="Lunches", starts_on=starts, ends_on=ends)
    facts = facts_of(CommunityGroup.objects.filter(pk=cast.sunrise.pk), current_ladder(), TODAY)
    assert sorted(facts[cast.sunrise.pk].track_record_ends) == [
        date(2024, 2, 1),
        date(2025, 1, 1),
        TODAY,
        TODAY,
    ]


def test_another_groups_facts_never_count(cast):
    ready_to_sub_contract(cast)
    others = CommunityGroup.objects.exclude(pk=cast.sunrise.pk)
    for facts in facts_of(others, current_ladder(), TODAY).values():
        assert (facts.papers, facts.answers, facts.evidence_days) == ({}, {}, ())


def test_everything_the_edition_asks_for_has_a_kind_that_fulfils_it(cast):
    keys = {*CredentialKind.objects.values_list("key", flat=True), NAMED_CONTACT}
    asked = {
        name
        for route in Edition.objects.get(is_current=True).settings["routes"]
        for name in route.get("credentials", ())
    }
    assert asked == set(ASKS)
    assert {key for ways in ASKS.values() for way in ways for key in way} <= keys


def test_a_paper_that_an_administrator_added_can_be_asked_for_by_its_label_and_an_unknown_one_is_missing(
    cast,
):
    CredentialKind.objects.create(key="licence", label="Minibus licence", purpose="To drive", stage="award")
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = [
        {"key": "a", "title": "A"},
        {"key": "b", "title": "B", "credentials": ["minibus licence"]},
        {"key": "c", "title": "C", "credentials": ["a paper nobody knows"]},
    ]
    edition.save()
    hold(cast, "licence")
    ladder = current_ladder()
    facts = facts_of(CommunityGroup.objects.filter(pk=cast.sunrise.pk), ladder, TODAY)[cast.sunrise.pk]
    found = ladder.standing(facts)
    assert (found.route.key, found.next.key) == ("b", "c")
    assert ladder.titles == {"a": "A", "b": "B", "c": "C"}


def test_without_an_edition_or_without_routes_nothing_is_judged(cast):
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = []
    edition.save()
    assert current_ladder() is None and settle(CommunityGroup.objects.all(), "") == 0
    Edition.objects.update(is_current=False)
    assert current_ladder() is None and not GroupRoute.objects.exists()


def test_a_route_that_the_edition_has_no_more_gives_way_to_the_one_that_is_reached(cast):
    settle(CommunityGroup.objects.all(), "")
    GroupRoute.objects.filter(group=cast.sunrise).update(route="gone", lapses="")
    assert settle(CommunityGroup.objects.all(), "") == 1
    assert moves(cast.sunrise) == [("gone", "build-foundations", True, "Time passed")]


@pytest.mark.parametrize("number", [1, 3, 600])
def test_many_groups_take_as_many_queries_as_one(cast, number):
    CommunityGroup.objects.bulk_create(
        CommunityGroup(lio=cast.peak, name=f"Group {place}", name_key=f"group {place}")
        for place in range(number)
    )
    own = CommunityGroup.objects.filter(name__startswith="Group ")
    settle(own, "")
    GroupRoute.objects.filter(group__in=own).update(holds_until=TODAY)
    ladder = current_ladder()
    with CaptureQueriesContext(connection) as queries:
        assert len(facts_of(own, ladder, TODAY)) == number
    assert len(queries) == 7
    with CaptureQueriesContext(connection) as queries:
        settle(own, "")
    # PostgreSQL hands long answers over by a cursor that is declared first.
    reads = [query for query in queries.captured_queries if query["sql"].startswith(("SELECT", "DECLARE"))]
    assert len(reads) == 14
    assert GroupRoute.objects.filter(group__in=own).count() == number


def test_a_journey_of_ten_days_of_waiting_is_judged_day_by_day(cast):
    """Each day's route is what the facts of that day give, whether or not anybody looked."""
    ready_to_be_heard(cast)
    paper = cast.sunrise.credentials.get(kind__key="bank-account")
    set_paper(
        group=cast.sunrise,
        kind=paper.kind,
        by=cast.officer,
        version=paper.version,
        state="in_place",
        expires_on=TODAY + timedelta(days=5),
    )
    ladder, own = current_ladder(), CommunityGroup.objects.filter(pk=cast.sunrise.pk)
    found = [
        ladder.standing(facts_of(own, ladder, TODAY + timedelta(days=days))[cast.sunrise.pk]).route.key
        for days in range(8)
    ]
    assert found == ["be-heard"] * 5 + ["build-foundations"] * 3
