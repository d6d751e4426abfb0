"""What records say of themselves, and what the database refuses whatever the code does."""

import pytest
from django.db import IntegrityError, transaction

from readiness.models import (
    Action,
    ActionNote,
    Answer,
    Assessment,
    Criterion,
    LevelDescriptor,
    Plan,
    SuggestedAction,
    Target,
    Theme,
)
from tests import factories


@pytest.fixture
def group(db):
    return factories.make_group(lio=factories.make_lio(), name="Sunrise")


@pytest.fixture
def officer(group):
    return factories.make_officer(lio=group.lio)


def test_records_name_themselves(group):
    edition = factories.current_edition()
    assert str(Theme.objects.get(edition=edition, code="2.1")).startswith("2.1 ")
    descriptor = LevelDescriptor.objects.get(criterion__edition=edition, criterion__code="2.15a", level=3)
    assert str(descriptor) == "2.15a level 3"
    suggestion = SuggestedAction.objects.filter(criterion__edition=edition).first()
    assert str(suggestion) == suggestion.what
    assert str(Plan(group=group)) == "Plan of Sunrise"
    assert str(Criterion(code="2.15a", title="Surveys")) == "2.15a Surveys"
    assert str(ActionNote(text="x" * 90)) == "x" * 60


def refused(make) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_an_answer_is_a_level_from_0_to_4_or_na_with_a_reason(group, officer):
    draft = factories.make_draft(group=group, by=officer)
    criterion = draft.edition.criteria.first()

    def answer(**fields):
        return lambda: Answer.objects.create(assessment=draft, criterion=criterion, **fields)

    refused(answer(level=5))
    refused(answer(level=1, not_applicable=True, na_reason="why"))
    refused(answer(not_applicable=True))
    refused(answer(level=1, na_reason="why"))
    answer(level=4)()
    refused(answer(level=3))


def test_a_complete_assessment_has_who_and_when(group, officer):
    edition = factories.current_edition()
    refused(lambda: Assessment.objects.create(group=group, edition=edition, state="complete"))
    refused(lambda: Assessment.objects.create(group=group, edition=edition, is_latest=True))
    refused(lambda: Assessment.objects.create(group=group, edition=edition, correction_reason="no target"))


def test_a_group_has_one_draft_and_one_latest(group, officer):
    factories.make_draft(group=group, by=officer)
    refused(lambda: factories.make_draft(group=group, by=officer))


def test_actions_and_targets_keep_their_paired_facts(group, officer):
    refused(lambda: factories.make_action(group=group, by=officer, what=""))
    refused(lambda: factories.make_action(group=group, by=officer, state=Action.State.DROPPED))
    refused(lambda: factories.make_action(group=group, by=officer, state=Action.State.DONE))
    refused(
        lambda: Target.objects.create(
            group=group, criterion_code="2.1", level=5, by_date="2027-01-01", agreed_by=officer
        )
    )
