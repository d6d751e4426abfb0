"""What a version keeps, what its document says, and what changed from one version to the next."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readiness.models import Action, Target
from readiness.plan_changes import changes_between
from readiness.plan_snapshot import (
    document_of,
    own_fingerprint,
    strengths_in_words,
    where_you_are,
)
from readiness.planning import plan_of, plan_to_read
from readiness.snapshot_taking import take_snapshot
from tests import factories
from tests.cast import make_cast

DAY = date(2026, 11, 23)


def action(**fields: Any) -> dict[str, Any]:
    """An action of a snapshot."""
    return {
        "id": 1,
        "what": "Open a bank account.",
        "why": "",
        "first_step": "",
        "who": "group",
        "person": "",
        "due_on": None,
        "support": "",
        "code": "",
        "title": "",
        "state": "to_do",
        "done_on": None,
        "dropped_reason": "",
        **fields,
    }


def standing(*, level: int | None = 1, target: int | None = None, **fields: Any) -> dict[str, Any]:
    """Where a group is, with one section."""
    line = {"code": "2.11", "title": "Talk", "level": level, "na": False}
    return {
        "assessment": 1,
        "assessed_on": "2026-11-02",
        "previous_on": None,
        "overall": 44,
        "overall_previous": None,
        "overall_median": None,
        "band": "developing",
        "themes": [],
        "criteria": [{**line, "target": target, "target_by": "2027-05-01" if target else None}],
        "strengths": [],
        **fields,
    }


def snapshot(*actions: dict[str, Any], where: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "format": 1,
        "group": "Sunrise",
        "lio": {"name": "Peak", "phone": "", "email": "", "web": ""},
        "contacts": [],
        "edition": "",
        "standing": where,
        "actions": list(actions),
    }


CHANGES = [
    ("nothing", action(), action(), []),
    ("new", None, action(), ["New: Open a bank account"]),
    ("new and done", None, action(state="done"), ["Done: Open a bank account"]),
    ("came and went", None, action(state="dropped", dropped_reason="No"), []),
    ("done", action(), action(state="done"), ["Done: Open a bank account"]),
    ("done before", action(state="done"), action(state="done"), []),
    ("begun", action(), action(state="doing"), ["Begun: Open a bank account"]),
    (
        "dropped",
        action(),
        action(state="dropped", dropped_reason="The bank closed."),
        ["Dropped: Open a bank account: The bank closed"],
    ),
    ("done after all", action(state="dropped"), action(state="done"), ["Done: Open a bank account"]),
    ("taken up again", action(state="dropped"), action(), ["Open again: Open a bank account"]),
    ("not done after all", action(state="done"), action(state="doing"), ["Open again: Open a bank account"]),
    ("moved", action(), action(due_on="2027-03-01"), ["New date: Open a bank account: 1 March 2027"]),
    ("date gone", action(due_on="2027-03-01"), action(), ["New date: Open a bank account: no date yet"]),
    ("other person", action(), action(person="Amal"), ["Changed: Open a bank account"]),
    ("other words", action(what="Bank"), action(), ["Changed: Open a bank account"]),
    ("done words fixed", action(state="done", what="Bank"), action(state="done"), []),
    ("a title of the edition alone", action(), action(title="Another"), []),
]


@pytest.mark.parametrize(
    ("before", "after", "found"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_what_changed_in_an_action(before, after, found):
    assert changes_between(snapshot(*([before] if before else [])), snapshot(after)) == found


STANDINGS = [
    ("none", None, None, []),
    ("first", None, standing(), ["You looked at where you are for the first time, on 2 November 2026."]),
    ("same", standing(), standing(), []),
    (
        "risen",
        standing(),
        standing(assessment=2, overall=50, level=3),
        [
            "You looked again at where you are, on 2 November 2026.",
            "Your readiness is now 50 of 100; it was 44.",
            "2.11 Talk: from 1 exploring to 3 in place.",
        ],
    ),
    (
        "again without a move",
        standing(),
        standing(assessment=2),
        ["You looked again at where you are, on 2 November 2026."],
    ),
    (
        "no score any more",
        standing(),
        standing(assessment=2, overall=None, level=None),
        ["You looked again at where you are, on 2 November 2026."],
    ),
    ("aim", standing(), standing(target=3), ["2.11 Talk: you now aim for 3 in place by 1 May 2027."]),
    ("aim given up", standing(target=3), standing(), []),
    ("another edition's section", {**standing(), "criteria": []}, standing(target=2), []),
]


@pytest.mark.parametrize(
    ("before", "after", "found"), [row[1:] for row in STANDINGS], ids=[row[0] for row in STANDINGS]
)
def test_what_changed_in_where_the_group_is(before, after, found):
    assert changes_between(snapshot(where=before), snapshot(where=after)) == found


def test_many_changes_of_a_kind_are_counted_and_long_words_cut():
    after = snapshot(*(action(id=number, what=f"{number} " + "long " * 60) for number in range(30)))
    found = changes_between(snapshot(), after)
    assert len(found) == 9 and found[-1] == "New: 22 more"
    assert all(len(words) < 160 for words in found)


PARAGRAPHS = [
    (None, "have not gone through the toolkit’s sections together yet"),
    (standing(overall=None), "none of them applies to you for now"),
    (standing(), "On 2 November 2026 your readiness for public contracts was 44 of 100: developing."),
    (standing(), "This is a place to start"),
    (standing(overall_previous=31, previous_on="2026-03-01"), "That is 13 more than in March 2026."),
    (standing(overall_previous=44, previous_on="2026-03-01"), "It is where it was in March 2026."),
    (standing(overall_previous=50, previous_on="2026-03-01"), "In March 2026 it was 50; the steps below"),
    (standing(strengths=["2.11"]), "1 section is already in place or established."),
    (standing(strengths=["2.11", "2.12"]), "2 sections are already in place or established."),
]


@pytest.mark.parametrize(("where", "says"), PARAGRAPHS)
def test_the_paragraph_says_where_the_group_is_in_kind_words(where, says):
    assert says in where_you_are(where)


def test_strengths_are_the_titles_with_their_level():
    assert strengths_in_words(standing(level=4, strengths=["2.11"])) == ["Talk: established"]


def test_the_document_has_open_steps_by_day_the_done_ones_apart_and_the_dropped_nowhere():
    document = document_of(
        snapshot(
            action(id=1, what="Undated"),
            action(id=2, what="Late", due_on="2026-12-01", support="We print it."),
            action(id=3, what="Early", due_on="2026-11-30", who="lio", state="doing"),
            action(id=4, what="Finished", state="done", done_on="2026-11-01"),
            action(id=5, what="Given up", state="dropped", dropped_reason="No"),
            where=standing(level=3, strengths=["2.11"], target=4),
        ),
        version=2,
        issued_on=DAY,
        changes=["New: x"],
    )
    assert [step.what for step in document.steps] == ["Early", "Late", "Undated"]
    assert [step.what for step in document.done] == ["Finished"]
    assert (document.steps[0].who_words, document.steps[0].state_words) == ("Your LIO", "Doing")
    assert document.lio_help == ("We print it. (For: Late)",)
    assert document.criteria[0].target_by == date(2027, 5, 1)
    assert document.strengths == ("Talk: in place",) and document.changes == ("New: x",)
    assert "Given up" not in repr(document)


@pytest.mark.django_db
def test_a_snapshot_holds_scores_targets_titles_and_contacts_and_nothing_private():
    cast = make_cast()
    cast.sunrise.notes = cast.sunrise.own_words = "PRIVATE"
    cast.sunrise.caseworker = cast.officer
    cast.sunrise.save()
    factories.make_visit(group=cast.sunrise, officer=cast.officer, private_notes="PRIVATE")
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=1, assessed_on=date(2026, 3, 1))
    assessment = factories.make_assessment(
        group=cast.sunrise, by=cast.officer, levels={"2.13": 4}, assessed_on=date(2026, 9, 1)
    )
    assessment.answers.update(note="PRIVATE")
    Target.objects.create(
        group=cast.sunrise, criterion_code="2.11", level=3, by_date=date(2027, 1, 1), agreed_by=cast.officer
    )
    factories.make_action(
        group=cast.sunrise, by=cast.officer, criterion_code="2.11", due_on=date(2026, 12, 1)
    )
    taken = take_snapshot(plan_to_read(cast.sunrise))
    assert "PRIVATE" not in json.dumps(taken)
    assert json.loads(json.dumps(taken)) == taken
    where = taken["standing"]
    assert (where["overall"], where["overall_previous"], where["band"]) == (53, 25, "gaining ground")
    assert where["overall_median"] is None  # two groups' worth of people could be told apart
    assert where["strengths"] == ["2.13"]
    line = next(line for line in where["criteria"] if line["code"] == "2.11")
    assert (line["level"], line["target"], line["target_by"]) == (2, 3, "2027-01-01")
    assert taken["actions"][0]["title"] == line["title"]
    assert taken["contacts"][0]["name"] == "Olive Officer"
    assert document_of(taken, version=None, issued_on=DAY).overall_shown == 53


@pytest.mark.django_db
def test_a_theme_where_nothing_applies_has_neither_score_nor_word():
    cast = make_cast()
    draft = factories.make_draft(group=cast.sunrise, by=cast.officer, levels={})
    from readiness.assessing import complete, save_answer

    for criterion in draft.edition.criteria.all():
        save_answer(draft=draft, criterion=criterion, by=cast.officer, not_applicable=True, na_reason="New")
    complete(draft, by=cast.officer)
    where = take_snapshot(plan_to_read(cast.sunrise))["standing"]
    assert where["overall"] is None
    assert {(theme["score"], theme["band"]) for theme in where["themes"]} == {(None, "")}
    assert all(line["na"] for line in where["criteria"])


@pytest.mark.django_db
def test_the_countys_middle_moves_no_groups_own_fingerprint_but_its_level_does():
    taken = snapshot(where=standing(overall_median=40, themes=[{"code": "2.1", "median": 3}]))
    moved = snapshot(where=standing(overall_median=41, themes=[{"code": "2.1", "median": 4}]))
    assert own_fingerprint(taken, 1) == own_fingerprint(moved, 1)
    assert own_fingerprint(taken, 1) != own_fingerprint(taken, 2)
    assert own_fingerprint(taken, 1) != own_fingerprint(snapshot(where=standing(level=4)), 1)
    assert own_fingerprint(snapshot(), 1) != own_fingerprint(snapshot(action()), 1)


@pytest.mark.django_db
def test_the_county_median_stands_beside_from_five_groups_up():
    cast = make_cast()
    for _ in range(4):
        group = factories.make_group(lio=cast.vale)
        factories.make_assessment(group=group, by=cast.other_officer, levels=1)
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3)
    where = take_snapshot(plan_to_read(cast.sunrise))["standing"]
    assert where["overall_median"] == 25
    assert {theme["median"] for theme in where["themes"]} == {25}


@pytest.mark.django_db
def test_a_snapshot_takes_as_many_queries_for_three_actions_as_for_one():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    factories.make_action(group=cast.sunrise, by=cast.officer)

    def queries() -> int:
        plan = plan_to_read(cast.sunrise)
        with CaptureQueriesContext(connection) as captured:
            take_snapshot(plan)
        return len(captured)

    one = queries()
    for _ in range(2):
        factories.make_action(group=cast.sunrise, by=cast.officer)
    assert queries() == one <= 10


@pytest.mark.django_db
def test_a_group_without_plan_edition_or_assessment_has_an_empty_snapshot():
    from readiness.models import Edition

    cast = make_cast()
    Edition.objects.update(is_current=False)
    taken = take_snapshot(plan_to_read(cast.sunrise))
    assert (taken["standing"], taken["actions"], taken["edition"]) == (None, [], "")
    assert plan_of(cast.sunrise).actions.count() == Action.objects.count() == 0


def test_the_document_of_a_group_without_assessment_has_no_scores():
    document = document_of(snapshot(action()), version=None, issued_on=DAY)
    assert (document.themes, document.overall_shown, document.criteria) == ((), None, ())
    assert [step.what for step in document.steps] == ["Open a bank account."]
