"""Partnerships with their history of stages, and indicators with their figures."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence import versioned
from evidence.indicators import (
    BARS_SHOWN,
    FigureKnown,
    change_indicator,
    chart_of,
    note_figure,
    note_indicator,
)
from evidence.models import Indicator, Partnership
from evidence.partnerships import (
    OnlyStage,
    change_partnership,
    note_partnership,
    reach_stage,
    take_back_stage,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import days_ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def note(cast: Cast, **fields) -> Partnership:
    given = {
        "group": cast.sunrise,
        "client_id": uuid4(),
        "prime": factories.make_organisation(),
        "opportunity": "Befriending",
        "stage": "identified",
        "stage_on": days_ago(100),
        **fields,
    }
    return note_partnership(by=cast.officer, **given)


def history(partnership: Partnership) -> list[str]:
    return list(partnership.history.values_list("stage", flat=True))


def test_a_partnership_begins_with_one_entry_and_the_same_form_makes_one(cast):
    form = uuid4()
    made = note(cast, client_id=form, services=[factories.service_area()], districts=[factories.district()])
    assert note(cast, client_id=form) == made
    assert history(made) == ["identified"] and made.services.count() == made.districts.count() == 1
    with pytest.raises(versioned.ForeignForm):
        note(cast, client_id=form, group=cast.harbour)


def test_the_newest_day_says_how_far_it_is_whenever_it_was_written(cast):
    made = note(cast)
    reach_stage(partnership=made, by=cast.officer, stage="agreed", on=days_ago(10))
    again = reach_stage(partnership=made, by=cast.officer, stage="approached", on=days_ago(50))
    assert (again.stage, again.stage_on) == ("agreed", days_ago(10))
    assert history(made) == ["agreed", "approached", "identified"]
    reach_stage(partnership=made, by=cast.officer, stage="agreed", on=days_ago(10))
    assert len(history(made)) == 3


def test_a_wrong_stage_is_taken_back_but_never_the_last(cast):
    made = note(cast)
    reach_stage(partnership=made, by=cast.officer, stage="ended", on=days_ago(1))
    wrong = made.history.get(stage="ended")
    assert take_back_stage(entry=wrong, by=cast.officer).stage == "identified"
    with pytest.raises(OnlyStage):
        take_back_stage(entry=made.history.get(), by=cast.officer)
    assert history(made) == ["identified"]


@pytest.mark.parametrize(
    ("fields", "words"), [({"stage": "wed"}, "listed"), ({"stage_on": date(2199, 1, 1)}, "still to come")]
)
def test_unknown_stages_and_days_ahead_are_refused(cast, fields, words):
    with pytest.raises(ValueError, match=words):
        note(cast, **fields)
    assert not Partnership.objects.exists()


def test_a_stale_change_of_a_partnership_is_refused(cast):
    made = note(cast)

    def change(version: int, opportunity: str) -> Partnership:
        return change_partnership(
            partnership=made, by=cast.officer, version=version, services=[], districts=[], opportunity=opportunity
        )  # fmt: skip

    assert change(1, "Theirs").version == 2
    with pytest.raises(versioned.StaleRecord):
        change(1, "Mine")
    assert change(2, "Mine").opportunity == "Mine"


# Indicators


def test_an_indicator_is_one_a_form_and_a_stale_change_is_refused(cast):
    form = uuid4()
    made, again = (
        note_indicator(group=cast.sunrise, by=cast.officer, client_id=form, title="People", kind="output")
        for _ in range(2)
    )
    assert made == again
    change_indicator(indicator=made, by=cast.officer, version=1, title="Theirs")
    with pytest.raises(versioned.StaleRecord):
        change_indicator(indicator=made, by=cast.officer, version=1, title="Mine")


def test_a_period_has_one_figure_and_a_correction_has_seen_it(cast):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer)
    day = days_ago(5)

    def write(value: int, replace: int | None = None):
        return note_figure(
            indicator=made, by=cast.officer, period_end=day, value=Decimal(value),
            replace=None if replace is None else Decimal(replace),
        )  # fmt: skip

    first = write(3)
    assert write(3) == first
    with pytest.raises(FigureKnown) as known:
        write(4)
    assert known.value.current.value == 3
    with pytest.raises(FigureKnown):
        write(4, replace=2)
    assert write(4, replace=3).value == 4 and made.values.count() == 1
    with pytest.raises(ValueError, match="still to come"):
        note_figure(
            indicator=made,
            by=cast.officer,
            period_end=timezone.localdate() + timedelta(days=1),
            value=Decimal(1),
        )


@pytest.mark.parametrize("fields", [{"value": -1}, {"period_end": None}])
def test_the_database_refuses_figures_that_cannot_be(cast, fields):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=[3])
    with pytest.raises(IntegrityError), transaction.atomic():
        made.values.update(**fields)


@pytest.mark.parametrize(
    ("figures", "target", "lengths", "reaches", "target_at"),
    [
        ([], None, [], [], None),
        ([0], None, [0], [None], None),
        ([5, 10], None, [50, 100], [None, None], None),
        ([5, 10], 8, [50, 100], [False, True], 80),
        ([5], 10, [50], [False], 99),
        ([0], 0, [0], [True], 0),
    ],
)
def test_bars_are_parts_of_the_longest_or_of_the_aim(cast, figures, target, lengths, reaches, target_at):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=figures, target=target)
    chart = chart_of(Indicator.objects.get(pk=made.pk))
    assert [bar.length for bar in chart.bars] == lengths
    assert [bar.reaches for bar in chart.bars] == reaches
    assert (chart.target_at, chart.left_out) == (target_at, 0)


def test_only_the_newest_figures_are_drawn(cast):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=list(range(BARS_SHOWN + 3)))
    chart = chart_of(made)
    assert (len(chart.bars), chart.left_out) == (BARS_SHOWN, 3) and chart.bars[
        -1
    ].figure.value == BARS_SHOWN + 2
