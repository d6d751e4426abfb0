"""Results: stored scores with words, change, strengths, next steps, targets, the county beside it, corrections."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from readiness import assessing
from readiness.models import Assessment, Edition, Target
from readiness.results import ResultPage, change_in_words, result_of, where_they_are
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
BEFORE, NOW = date(2026, 3, 1), date(2026, 9, 1)


def assessed(cast: Cast, levels: dict[str, int] | int = 2, on: date = NOW) -> Assessment:
    return factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=levels, assessed_on=on)


def result(assessment: Assessment) -> ResultPage:
    return result_of(Assessment.objects.select_related("edition", "corrects", "group").get(pk=assessment.pk))


def page_of(cast: Cast, assessment: Assessment, actor: str = "officer") -> str:
    return cast.client(actor).get(reverse("assessment_result", args=[assessment.pk])).content.decode()


def aim(cast: Cast, code: str, level: int) -> Target:
    return Target.objects.create(
        group=cast.sunrise, criterion_code=code, level=level, by_date=date(2027, 3, 1), agreed_by=cast.officer
    )


def test_scores_words_and_change_are_those_people_can_check_by_hand():
    cast = make_cast()
    assessed(cast, 1, BEFORE)
    page = result(assessed(cast, 2))
    assert (page.overall, page.band) == (50, "gaining ground")
    assert page.words == "This is where the group is now: 50 of 100, gaining ground."
    assert page.change == "up 25 since March 2026"
    assert [(theme.code, theme.score, theme.change) for theme in page.themes] == [
        ("2.1", 50, "up 25 since March 2026"),
        ("2.2", 50, "up 25 since March 2026"),
    ]


@pytest.mark.parametrize(
    ("then", "now", "words"), [(2, 2, "the same as in March 2026"), (3, 2, "down 25 since March 2026")]
)
def test_no_change_and_a_fall_are_said_plainly(then, now, words):
    cast = make_cast()
    assessed(cast, then, BEFORE)
    assert result(assessed(cast, now)).change == words


def test_each_section_says_its_change():
    cast = make_cast()
    assessed(cast, {"2.1": 1, "2.11": 3}, BEFORE)
    page = result(assessed(cast, {"2.1": 3, "2.11": 2}))
    changes = {item.code: (item.before, item.change) for item in page.criteria}
    assert changes["2.1"] == ("1 Exploring", "up 2")
    assert changes["2.11"] == ("3 In place", "down 1")
    assert changes["2.12"] == ("2 Under way", "the same")


def test_the_first_assessment_has_nothing_to_compare():
    cast = make_cast()
    page = result(assessed(cast))
    assert (page.change, page.before, page.compares_levels) == ("", None, False)
    assert {item.before for item in page.criteria} == {""}


def test_an_older_result_is_compared_with_what_came_before_it_not_after():
    cast = make_cast()
    old = assessed(cast, 1, BEFORE)
    assessed(cast, 4, NOW)
    assert result(old).before is None


def test_strengths_are_in_place_or_better_highest_first():
    cast = make_cast()
    page = result(assessed(cast, {"2.1": 3, "2.23": 4, "2.11": 2}))
    assert [item.code for item in page.strengths] == ["2.23", "2.1"]
    assert page.strengths[0].says


def test_next_steps_take_the_lowest_level_first_and_theme_2_2_before_2_1_at_a_tie():
    cast = make_cast()
    page = result(assessed(cast, {"2.1": 1, "2.15a": 0, "2.21": 1, "2.22": 1}))
    assert [(step.code, step.level) for step in page.next_steps] == [("2.15a", 0), ("2.21", 1), ("2.22", 1)]
    assert all(action.level == step.level for step in page.next_steps for action in step.actions)
    assert all(len(step.actions) >= 2 for step in page.next_steps)


def test_a_group_at_the_top_everywhere_has_no_next_step():
    cast = make_cast()
    done = assessed(cast, 4)
    assert result(done).next_steps == ()
    assert "Everything that applies is at the top level" in page_of(cast, done)


def test_targets_stand_with_their_gap():
    cast = make_cast()
    aim(cast, "2.21", 4)
    aim(cast, "2.22", 1)
    page = result(assessed(cast, 2))
    assert [(item.code, item.gap) for item in page.with_targets] == [("2.21", 2), ("2.22", 0)]
    assert page.gaps.has_targets
    shown = page_of(cast, page.assessment)
    assert "2 levels" in shown
    assert "reached" in shown
    assert "1 March 2027" in shown


def test_what_does_not_apply_keeps_its_reason_and_counts_in_nothing():
    cast = make_cast()
    codes = factories.current_edition().criteria.values_list("code", flat=True)
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, levels=dict.fromkeys(codes, 3))
    aim(cast, "2.15d", 3)
    item = draft.edition.criteria.get(code="2.15d")
    assessing.save_answer(
        draft=draft, criterion=item, by=cast.officer, not_applicable=True, na_reason="<b>No</b> services"
    )
    page = result(assessing.complete(draft, by=cast.officer))
    assert [item.code for item in page.without_level] == ["2.15d"]
    assert page.without_level[0].gap is None
    assert "2.15d" not in [item.code for item in page.strengths]
    shown = page_of(cast, page.assessment)
    assert "&lt;b&gt;No&lt;/b&gt; services" in shown


def test_nothing_applicable_has_words_instead_of_a_score():
    cast = make_cast()
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
    for item in draft.edition.criteria.all():
        assessing.save_answer(
            draft=draft, criterion=item, by=cast.officer, not_applicable=True, na_reason="New"
        )
    page = result(assessing.complete(draft, by=cast.officer))
    assert (page.overall, page.change) == (None, "")
    assert "no score" in page.words
    assert "No score yet" in page_of(cast, page.assessment)
    assert cast.client("officer").get(reverse("case_readiness", args=[cast.sunrise.pk])).status_code == 200


def test_the_county_stands_beside_from_five_groups_up_and_nobody_is_named():
    cast = make_cast()
    own = assessed(cast, 0)
    for level in (1, 2, 3):
        group = factories.make_group(lio=cast.vale, name=f"Secret group {level}")
        factories.make_assessment(group=group, by=cast.other_officer, levels=level)
    assert result(own).median is None
    assert "from five assessed groups up" in page_of(cast, own)
    group = factories.make_group(lio=cast.vale, name="Secret group 4")
    factories.make_assessment(group=group, by=cast.other_officer, levels=4)
    page = result(own)
    assert (page.median, page.groups_in_county) == (50, 5)
    assert {theme.median for theme in page.themes} == {50}
    assert page.criteria[0].median_shown == "2"
    shown = page_of(cast, own)
    assert "County median 50" in shown
    assert "Secret group" not in shown


def test_a_correction_takes_the_old_one_s_place_and_both_say_why():
    cast = make_cast()
    old = assessed(cast, 4, BEFORE)
    draft = assessing.start_correction(of=old, by=cast.officer, reason="Read from the wrong sheet")
    draft.answers.update(level=1)
    correction = assessing.complete(draft, by=cast.officer)
    latest = assessed(cast, 2)
    assert result(latest).before == correction
    assert result(latest).change == "up 25 since March 2026"
    assert [on for on, _ in result(latest).trend.rows] == [BEFORE, NOW]
    assert result(old).correction == correction
    assert result(correction).before is None
    for shown in (page_of(cast, old), page_of(cast, correction)):
        assert "Read from the wrong sheet" in shown
    assert "This result was corrected" in page_of(cast, old)
    assert reverse("assessment_correct", args=[old.pk]) not in page_of(cast, old)


def test_levels_of_another_edition_are_not_compared():
    cast = make_cast()
    before = assessed(cast, 1, BEFORE)
    other = Edition.objects.create(
        code="older",
        title="Older",
        published_on=date(2020, 1, 1),
        checksum="0",
        settings=before.edition.settings,
    )
    Assessment.objects.filter(pk=before.pk).update(edition=other)
    now = assessed(cast, 2)
    page = result(now)
    assert (page.compares_levels, page.before) == (False, before)
    assert "used another edition" in page_of(cast, now)


def test_a_draft_has_no_result():
    cast = make_cast()
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer)
    with pytest.raises(ValueError, match="draft"):
        result(draft)
    url = reverse("assessment_result", args=[draft.pk])
    assert cast.client("officer").get(url)["Location"] == reverse("assessment_check", args=[draft.pk])
    assert cast.client("manager").get(url)["Location"] == reverse("case_readiness", args=[cast.sunrise.pk])


def test_words_without_a_score_say_nothing_false():
    assert "no score" in where_they_are(None, "")
    assert change_in_words(None, None, None) == ""


def test_a_manager_reads_and_finds_nothing_to_change():
    cast = make_cast()
    done = assessed(cast)
    for shown in (
        page_of(cast, done, "manager"),
        cast.client("manager").get(reverse("case_readiness", args=[cast.sunrise.pk])).content.decode(),
    ):
        for name in ("assessment_correct", "group_targets", "assessment_start"):
            args = [done.pk] if name == "assessment_correct" else [cast.sunrise.pk]
            assert reverse(name, args=args) not in shown


# The readiness tab


def readiness(cast: Cast) -> str:
    return cast.client("officer").get(reverse("case_readiness", args=[cast.sunrise.pk])).content.decode()


def test_a_group_without_assessments_is_told_how_to_begin():
    shown = readiness(make_cast())
    assert "No assessment is complete yet" in shown
    assert "Start an assessment" in shown


def test_the_tab_shows_the_latest_the_way_there_targets_and_every_assessment():
    cast = make_cast()
    old = assessed(cast, 1, BEFORE)
    draft = assessing.start_correction(of=old, by=cast.officer, reason="Wrong")
    correction = assessing.complete(draft, by=cast.officer)
    latest = assessed(cast, 3)
    aim(cast, "2.21", 4)
    aim(cast, "9.99", 2)  # a section of an edition that is no longer used
    factories.make_draft(
        group=cast.sunrise, by=cast.officer, levels={"2.1": 0}, assessed_on=date(2026, 10, 1)
    )
    shown = readiness(cast)
    assert "Up 50 since March 2026" in shown
    assert "Scores over time" in shown
    assert "1 of 14 answered" in shown
    assert "Start an assessment" not in shown, "a group has one draft at a time"
    for assessment in (old, correction, latest):
        assert reverse("assessment_result", args=[assessment.pk]) in shown
    assert "see the correction" in shown
    assert "1 level<" in shown
    assert "9.99" in shown


@pytest.mark.parametrize("number", [1, 3])
def test_result_and_tab_cost_the_same_queries_with_one_and_three_assessments(
    number, django_assert_max_num_queries
):
    cast = make_cast()
    for place in range(number):
        latest = assessed(cast, place + 1, timezone.localdate() - timedelta(days=300 - 90 * place))
        aim(cast, ("2.1", "2.21", "2.22")[place], 4)
    client = cast.client("officer")
    with django_assert_max_num_queries(19):
        client.get(reverse("assessment_result", args=[latest.pk]))
    with django_assert_max_num_queries(15):
        client.get(reverse("case_readiness", args=[cast.sunrise.pk]))
