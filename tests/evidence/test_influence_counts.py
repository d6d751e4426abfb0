"""Counts of contact and partnerships for the county's report, as at a day."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from evidence.influence_counts import counts_at
from evidence.models import Engagement, PartnershipStage
from groups.models import CommunityGroup
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
ALL = CommunityGroup.objects.all()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def known(day):
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def talks(since, day, groups=ALL) -> int:
    return counts_at(groups, since, day)["engagements"]["dialogue"]


def test_every_kind_and_stage_is_there_without_any(cast):
    counts = counts_at(ALL, days_ago(100), days_ago(0))
    assert counts == {
        "engagements": dict.fromkeys(["dialogue", "request", "consultation", "forum", "specification"], 0),
        "partnerships": dict.fromkeys(
            ["identified", "approached", "agreed", "bid_named", "sub_contract", "ended"], 0
        ),
    }


def test_both_days_count_and_those_around_do_not(cast):
    for back in (11, 10, 5, 4):
        factories.make_engagement(
            groups=[cast.sunrise],
            by=cast.officer,
            happened_on=days_ago(back),
            created_at=known(days_ago(back)),
        )
    assert talks(days_ago(10), days_ago(5)) == 2


def test_what_was_written_down_later_was_not_known(cast):
    factories.make_engagement(
        groups=[cast.sunrise], by=cast.officer, happened_on=days_ago(10), created_at=known(days_ago(5))
    )
    assert talks(days_ago(30), days_ago(6)) == 0 and talks(days_ago(30), days_ago(5)) == 1


def test_a_talk_of_several_groups_counts_once_and_only_for_the_groups_asked_for(cast):
    factories.make_engagement(groups=[cast.sunrise, cast.harbour], by=cast.officer)
    factories.make_engagement(groups=[cast.meadow], by=cast.officer)
    today = days_ago(0)
    assert talks(days_ago(30), today) == 2
    assert talks(days_ago(30), today, ALL.filter(lio=cast.peak)) == 1
    assert talks(days_ago(30), today, ALL.filter(pk=cast.harbour.pk)) == 1


def test_partnerships_stand_where_they_stood_on_the_day(cast):
    made = factories.make_partnership(group=cast.sunrise, by=cast.officer, stage_on=days_ago(50))
    made.history.create(stage="agreed", reached_on=days_ago(20))
    made.history.create(stage="ended", reached_on=days_ago(20))
    PartnershipStage.objects.update(recorded_at=known(days_ago(60)))
    late = made.history.create(stage="sub_contract", reached_on=days_ago(10))
    PartnershipStage.objects.filter(pk=late.pk).update(recorded_at=known(days_ago(3)))

    def stages(back: int) -> dict[str, int]:
        counts = counts_at(ALL, days_ago(90), days_ago(back))["partnerships"]
        return {stage: number for stage, number in counts.items() if number}

    assert stages(51) == {} and stages(50) == {"identified": 1}
    # Of two on one day the later written is right.
    assert stages(20) == {"ended": 1}
    assert stages(4) == {"ended": 1} and stages(3) == {"sub_contract": 1}


def test_one_query_however_many_groups(cast, django_assert_num_queries):
    for group in (cast.sunrise, cast.harbour, cast.meadow):
        for kind in Engagement.Kind.values:
            factories.make_engagement(groups=[group], by=cast.officer, kind=kind)
        factories.make_partnership(group=group, by=cast.officer)
    with django_assert_num_queries(1):
        counts = counts_at(ALL.order_by("name"), days_ago(30), days_ago(0) + timedelta(days=1))
    assert set(counts["engagements"].values()) == {3} and counts["partnerships"]["identified"] == 3
