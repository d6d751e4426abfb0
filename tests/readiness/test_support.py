"""What is on record as at a day, and levels that stand above it: on cards, results, the plan, and in counts."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Engagement, Evidence, IndicatorValue, PartnershipStage
from groups.models import CommunityGroup, TrackRecord
from readiness.assessing import complete
from readiness.record_facts import Contact, Facts, Figures, Heard, Partner, Work
from readiness.reports.choice import ReportChoice, year_before
from readiness.reports.collect import collect
from readiness.reports.levels import groups_by_account
from readiness.support import by_account, facts_behind, suggestions_of
from readiness.support_facts import facts_by_group, facts_of_group
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)
FIRST = date(2025, 9, 1)  # of the twelve months that end on DAY
ONE = timedelta(days=1)
ALL = CommunityGroup.objects.all()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def engaged(cast: Cast, kind: str = "dialogue", **fields) -> Engagement:
    given = {"groups": [cast.sunrise], "by": cast.officer, "created_at": evening(FIRST), **fields}
    if kind != "consultation":
        given.setdefault("happened_on", DAY)
    return factories.make_engagement(kind=kind, **given)


def facts(cast: Cast, day: date = DAY, **more) -> Facts:
    return facts_of_group(cast.sunrise.pk, day, **more)


def contacts(cast: Cast, day: date = DAY) -> list[Contact]:
    return list(facts(cast, day).contacts)


# Facts


@pytest.mark.parametrize(
    ("on", "counts"), [(FIRST - ONE, False), (FIRST, True), (DAY, True), (DAY + ONE, False)]
)
def test_twelve_months_count_with_both_ends(cast, on, counts):
    engaged(cast, happened_on=on)
    assert bool(contacts(cast)) is counts


def test_what_was_written_down_later_was_not_known(cast):
    engaged(cast, created_at=evening(DAY) + timedelta(minutes=1))
    assert contacts(cast) == []
    assert len(facts(cast, known_by=DAY + ONE).contacts) == 1


def test_a_talk_says_with_whom_and_whether_it_changed_a_service(cast):
    body = factories.make_organisation(is_commissioner=True, is_provider=True)
    engaged(cast, organisation=body, outcome="change_made")
    assert contacts(cast) == [
        Contact("dialogue", DAY, body.pk, True, True, is_done=False, is_settled=True, changed=True)
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "flags"),
    [
        ("dialogue", {"outcome": "more_talks"}, (False, True, False)),
        ("dialogue", {}, (False, False, False)),
        ("request", {"happened_on": FIRST}, (False, False, False)),
        ("request", {"happened_on": FIRST, "answered_on": DAY, "outcome": "not_held"}, (True, True, False)),
        ("request", {"happened_on": FIRST, "answered_on": DAY + ONE, "outcome": "not_held"}, (False, True, False)),
        ("forum", {}, (False, False, False)),
        ("forum", {"raised": True, "outcome": "taken_on"}, (True, True, True)),
        ("specification", {}, (False, False, False)),
        ("specification", {"section_asked": "Language"}, (True, False, False)),
        ("specification", {"marks_asked": 5, "outcome": "not_taken_up"}, (True, True, False)),
        ("specification", {"marks_obtained": 0}, (False, True, False)),
        ("specification", {"marks_obtained": 5}, (False, True, True)),
        ("specification", {"outcome": "with_marks"}, (False, True, True)),
        ("consultation", {"opens_on": FIRST}, (False, False, False)),
        ("consultation", {"responded_on": DAY, "outcome": "taken_up"}, (True, True, True)),
        ("consultation", {"closes_on": DAY, "responded_on": DAY}, (True, True, False)),
        ("consultation", {"closes_on": DAY - ONE, "responded_on": DAY}, (False, True, False)),
        ("consultation", {"opens_on": FIRST, "responded_on": DAY + ONE}, (False, False, False)),
    ],
)  # fmt: skip
def test_each_kind_says_what_came_of_it_as_at_the_day(cast, kind, fields, flags):
    engaged(cast, kind, **fields)
    (found,) = contacts(cast)
    assert (found.is_done, found.is_settled, found.changed) == flags


@pytest.mark.parametrize(
    ("days", "on"),
    [
        ({"opens_on": FIRST, "closes_on": DAY + ONE}, FIRST),
        ({"opens_on": FIRST, "closes_on": DAY + ONE, "responded_on": DAY}, DAY),
        ({"closes_on": DAY}, DAY),
        ({"closes_on": DAY + ONE}, None),
        ({"opens_on": DAY + ONE}, None),
        ({"responded_on": DAY + ONE}, None),
    ],
)
def test_a_consultation_counts_from_the_day_it_could_be_known(cast, days, on):
    engaged(cast, "consultation", **days)
    assert [found.on for found in contacts(cast)] == ([on] if on else [])


def need(cast: Cast, **fields) -> Evidence:
    made = factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        reviewed_by=cast.manager,
        **{"groups": (cast.sunrise,), "happened_on": DAY, "method": "survey", **fields},
    )
    Evidence.objects.filter(pk=made.pk).update(created_at=evening(FIRST), reviewed_at=evening(DAY))
    return made


def test_reviewed_records_count_by_method(cast):
    need(cast)
    need(cast, happened_on=FIRST)
    need(cast, method="enquiry")
    heard = sorted(facts(cast).heard, key=lambda one: one.method)
    assert heard == [Heard("enquiry", 1, DAY), Heard("survey", 2, FIRST)]


@pytest.mark.parametrize(
    "late",
    [
        {"last_day": FIRST - ONE},
        {"last_day": DAY + ONE},
        {"reviewed_at": evening(DAY) + timedelta(minutes=1)},
        {"created_at": evening(DAY) + timedelta(minutes=1)},
        {"state": "draft", "reviewed_at": None, "reviewed_by": None},
    ],
)
def test_records_outside_the_months_or_reviewed_later_do_not(cast, late):
    Evidence.objects.filter(pk=need(cast).pk).update(**late)
    assert facts(cast) == Facts()


def test_an_imported_record_has_no_day_of_review_and_counts(cast):
    late = evening(DAY) + timedelta(days=9)
    Evidence.objects.filter(pk=need(cast).pk).update(imported=True, reviewed_by=None, reviewed_at=late)
    assert facts(cast).heard == [Heard("survey", 1, DAY)]


def partnership(cast: Cast, *stages: tuple[str, date]):
    made = factories.make_partnership(
        group=cast.sunrise, by=cast.officer, stage=stages[0][0], stage_on=stages[0][1]
    )
    for stage, on in stages[1:]:
        made.history.create(stage=stage, reached_on=on)
    PartnershipStage.objects.update(recorded_at=evening(FIRST - ONE))
    return made


def test_a_partnership_stands_where_it_stood(cast):
    made = partnership(cast, ("identified", FIRST), ("sub_contract", DAY - ONE), ("ended", DAY))
    assert facts(cast, DAY - ONE - ONE).partners == [Partner("identified", FIRST, made.prime_id, False)]
    assert facts(cast, DAY - ONE).partners == [Partner("sub_contract", DAY - ONE, made.prime_id, True)]
    assert facts(cast).partners == [Partner("ended", DAY, made.prime_id, True)]
    assert facts(cast, FIRST - ONE) == Facts()


def test_an_old_idea_counts_no_more_and_a_stage_written_later_not_yet(cast):
    partnership(cast, ("identified", FIRST - ONE))
    assert facts(cast) == Facts()
    PartnershipStage.objects.update(reached_on=DAY, recorded_at=evening(DAY) + timedelta(minutes=1))
    assert facts(cast) == Facts()


def test_figures_count_by_indicator(cast):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer, kind="outcome", target=5)
    for on in (FIRST - ONE, FIRST, DAY, DAY + ONE):
        made.values.create(period_end=on, value=1)
    IndicatorValue.objects.update(recorded_at=evening(DAY))
    late = made.values.create(period_end=DAY - ONE, value=1)
    IndicatorValue.objects.filter(pk=late.pk).update(recorded_at=evening(DAY) + timedelta(minutes=1))
    factories.make_indicator(group=cast.sunrise, by=cast.officer)
    assert facts(cast).figures == [Figures("outcome", 2, FIRST, True)]


WORK_FIRST = date(2023, 9, 1)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"ends_on": WORK_FIRST}, True),
        ({"ends_on": WORK_FIRST - ONE}, False),
        ({"starts_on": date(2010, 1, 1)}, True),  # it goes on
        ({"starts_on": DAY + ONE}, False),
        ({}, False),  # without days nobody knows whether it is recent
        ({"ends_on": DAY, "outcomes": ""}, False),
        ({"ends_on": DAY, "proves": ["2.2", "12.22"]}, False),
        ({"ends_on": DAY, "created_at": evening(DAY) + timedelta(minutes=1)}, False),
    ],
)
def test_work_counts_that_is_recent_known_and_says_what_came_of_it(cast, fields, counts):
    given = {
        "title": "Lunches",
        "outcomes": "Eleven found work.",
        "proves": ["2.22"],
        "created_at": evening(DAY),
    }
    TrackRecord.objects.create(group=cast.sunrise, **given | fields)
    assert list(facts(cast).work) == ([Work("2.22", 1)] if counts else [])


def full(cast: Cast, group: CommunityGroup) -> None:
    for kind in Engagement.Kind.values:
        engaged(cast, kind, groups=[group])
    need(cast, groups=(group,))
    factories.make_partnership(group=group, by=cast.officer)
    factories.make_indicator(group=group, by=cast.officer, figures=[1, 2])
    TrackRecord.objects.create(group=group, title="x", outcomes="y", ends_on=DAY, proves=["2.22", "2.23"])


def test_facts_come_group_by_group_in_two_queries(cast, django_assert_num_queries):
    today = timezone.localdate()
    for group in (cast.harbour, cast.sunrise):
        full(cast, group)
    engaged(cast, groups=[cast.sunrise, cast.harbour])
    with django_assert_num_queries(2):
        found = dict(facts_by_group(ALL.order_by("-name"), today))
    assert list(found) == sorted([cast.sunrise.pk, cast.harbour.pk])
    for group in found.values():
        assert len(group.contacts) >= 5 and group.heard and group.partners and group.figures
        assert sorted(group.work, key=lambda one: one.code) == [Work("2.22", 1), Work("2.23", 1)]
    assert dict(facts_by_group(ALL.filter(pk=cast.meadow.pk), today)) == {}


# Cards, results and the plan


def card_of(page: str, code: str) -> str:
    return page.split(f'/{code}/"')[1].split('<div class="level-choices">')[0]


def test_a_card_shows_what_the_record_suggests_and_whether_the_level_stands_above(cast):
    today = timezone.localdate()
    for _ in range(2):
        engaged(cast, happened_on=today, created_at=timezone.now())
    levels = {"2.11": 3, "2.12": 0, "2.13": 1, "2.1": 1}
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, levels=levels, assessed_on=today)
    page = cast.client("officer").get(reverse("assessment_theme", args=[draft.pk, "2.1"])).content.decode()
    talks = card_of(page, "2.11")
    assert f"because of two talks with two commissioners since {today:%B %Y}" in talks
    assert "What the record suggests" in talks and "By account, not yet on record" in talks
    assert "Nothing is on record yet: no request" in card_of(page, "2.12")
    assert "By account" not in card_of(page, "2.12") and "By account" in card_of(page, "2.13")
    assert "By account" not in card_of(page, "2.1")
    second = cast.client("officer").get(reverse("assessment_theme", args=[draft.pk, "2.2"])).content.decode()
    assert "on-record" not in card_of(second, "2.2")
    assert reverse("case_influence", args=[cast.sunrise.pk]) in talks


def test_a_draft_of_yesterday_knows_what_is_written_today(cast):
    yesterday = timezone.localdate() - ONE
    engaged(cast, happened_on=yesterday, created_at=timezone.now())
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, assessed_on=yesterday)
    assert suggestions_of(draft)["2.11"].level == 1


def test_a_result_marks_levels_above_what_was_on_record_and_later_records_change_nothing(cast):
    today = timezone.localdate()
    engaged(cast, happened_on=today - ONE, created_at=timezone.now())
    made = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=1, assessed_on=today)
    url = reverse("assessment_result", args=[made.pk])
    page = cast.client("officer").get(url).content.decode()
    told = by_account(made, {"2.11": 1, "2.12": 1, "2.2": 4, "2.13": None})
    assert told == {"2.12"}
    # 14 criteria at level 1: 2.1 and 2.11 rest on the talk, 2.2 has no rule.
    assert page.count('tag-quiet">By account, not yet on record') == 11
    engaged(cast, "request", happened_on=today, created_at=timezone.now() + timedelta(days=2))
    assert by_account(made, {"2.12": 1}) == {"2.12"}
    assert "See what is on record" in page


def test_a_result_that_rests_on_the_record_says_nothing_of_it(cast):
    made = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    page = cast.client("manager").get(reverse("assessment_result", args=[made.pk])).content.decode()
    assert "By account" not in page and "See what is on record" not in page


def test_a_draft_has_no_day_of_completion_and_is_judged_by_its_own(cast):
    today = timezone.localdate()
    engaged(cast, happened_on=today, created_at=timezone.now())
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, assessed_on=today)
    assert len(facts_behind(draft).contacts) == 1


def test_suggested_actions_stand_under_levels_that_say_so_too(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.11": 2, "2.2": 2})
    page = cast.client("officer").get(reverse("plan_suggestions", args=[cast.sunrise.pk])).content.decode()

    def heading(code: str) -> str:
        return page.split(f'/{code}/"')[1].split("</div>")[0]

    assert "By account, not yet on record" in heading("2.11")
    assert "By account" not in heading("2.2")


@pytest.mark.parametrize("name", ["assessment_theme", "assessment_result", "plan_suggestions"])
def test_pages_take_no_more_queries_for_a_longer_record(cast, name):
    if name == "assessment_theme":
        draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
        url = reverse(name, args=[draft.pk, "2.1"])
    else:
        made = factories.make_assessment(group=cast.sunrise, by=cast.officer)
        url = reverse(name, args=[cast.sunrise.pk if name == "plan_suggestions" else made.pk])
    client, counts = cast.client("officer"), []
    for more in (1, 2):
        for _ in range(more):
            full(cast, cast.sunrise)
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 20


# Counts for the county


def counted(day: date, lio=None) -> dict[str, tuple[int, int]]:
    """By criterion as the report counts: levels above the record, of how many."""
    found = collect(ReportChoice(as_at=day, compare=year_before(day), lio=lio), by=None).table("unsupported")
    return {row.key: (row.cells[0].value, row.cells[1].value) for row in found.rows}


def test_unsupported_levels_are_counted_by_criterion(cast):
    today = timezone.localdate()
    engaged(cast, groups=[cast.harbour], happened_on=today, created_at=timezone.now())
    for group, level in ((cast.sunrise, 1), (cast.harbour, 1), (cast.meadow, 0)):
        factories.make_assessment(group=group, by=cast.officer, levels={"2.11": level, "2.2": 4, "2.12": 0})
    found = counted(today)
    assert found["2.11"] == (1, 3) and found["2.2"] == (0, 3) and found["2.12"] == (0, 3)
    assert found["2.23"] == (3, 3)
    of_vale = counted(today, lio=cast.vale)
    assert of_vale["2.11"] == (0, 1) and of_vale["2.23"] == (1, 1)


def test_groups_by_account_are_found_in_three_queries(cast, django_assert_num_queries):
    today = timezone.localdate()
    engaged(cast, groups=[cast.harbour], happened_on=today, created_at=timezone.now())
    for group in (cast.sunrise, cast.harbour):
        factories.make_assessment(group=group, by=cast.officer, levels={"2.11": 1})
    with django_assert_num_queries(3):
        found = groups_by_account(ALL, today, "2.11")
    assert list(found) == [cast.sunrise]
    assert not groups_by_account(ALL, today - timedelta(days=1), "2.11")  # nobody was assessed yet


def test_criteria_that_do_not_apply_have_no_level_to_count(cast):
    draft = factories.make_draft(
        group=cast.sunrise,
        by=cast.officer,
        levels=dict.fromkeys(factories.current_edition().criteria.values_list("code", flat=True), 1),
    )
    draft.answers.filter(criterion__code="2.15d").update(level=None, not_applicable=True, na_reason="Few")
    complete(draft, by=cast.officer)
    found = counted(timezone.localdate())
    assert found["2.15d"] == (0, 0) and found["2.15c"] == (1, 1)


def test_the_record_is_that_of_the_day(cast):
    today = timezone.localdate()
    engaged(cast, happened_on=today - timedelta(days=20), created_at=timezone.now() - timedelta(days=5))
    factories.make_assessment(
        group=cast.sunrise, by=cast.officer, levels={"2.11": 1}, assessed_on=today - timedelta(days=30)
    )
    early = groups_by_account(ALL, today - timedelta(days=6), "2.11")
    assert list(early) == [cast.sunrise] and not groups_by_account(ALL, today, "2.11")
    assert counted(today)["2.11"] == (0, 1)


def test_facts_of_groups_without_a_level_are_passed_over(cast):
    for group in (cast.sunrise, cast.harbour):
        engaged(cast, groups=[group], happened_on=timezone.localdate(), created_at=timezone.now())
    factories.make_assessment(group=cast.meadow, by=cast.other_officer, levels={"2.11": 1})
    factories.make_assessment(group=cast.harbour, by=cast.officer, levels={"2.11": 1})
    assert counted(timezone.localdate())["2.11"] == (1, 2)
