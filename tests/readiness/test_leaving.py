"""What readiness gives up when a group or a person leaves: corrections, both PDFs, drafts, and names in actions."""

import os
import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from groups.leaving.groups import Reason, erase_group, what_goes
from groups.leaving.people import erase_person, find_person
from groups.models import CommunityGroup, Contact
from readiness import issuing
from readiness.assessing import complete, start_correction
from readiness.leaving import DRAFTS_KEPT, draft_has_passed, drafts_of
from readiness.models import Action, Assessment, IssuedPlan, Plan
from tests import factories
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: f"%PDF {uuid.uuid4()}".encode())
    return make_cast()


@pytest.mark.django_db
def test_a_chain_of_corrections_goes_whole(cast: Cast):
    newest = factories.make_assessment(group=cast.sunrise, by=cast.officer)
    for number in range(3):
        correction = start_correction(of=newest, by=cast.officer, reason=f"Wrong for the {number}. time")
        newest = complete(correction, by=cast.officer)
    kept = factories.make_assessment(group=cast.harbour, by=cast.officer)
    assert what_goes(cast.sunrise).counts["Assessments"] == 4
    erase_group(group=cast.sunrise, by=None, reason=Reason.ASKED)
    assert Assessment.objects.get() == kept


@pytest.mark.django_db(transaction=True)
def test_every_issued_version_goes_with_both_pdfs_and_the_drafts(cast: Cast):
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    issues = []
    for number in range(2):
        action.what = f"Step {number}"
        action.save()
        issues.append(issuing.issue_plan(plan=action.plan, by=cast.officer, client_id=uuid.uuid4()))
    issuing.draft_pdf(Plan.objects.get())
    files = [name for issue in issues for name in (issue.pdf.name, issue.large_print_pdf.name)]
    files += drafts_of(cast.sunrise)
    assert len(files) == 5
    assert all(default_storage.exists(name) for name in files)
    erased = erase_group(group=cast.sunrise, by=None, reason=Reason.ASKED)
    assert erased.files == 5
    assert not any(default_storage.exists(name) for name in files)
    assert not default_storage.exists(f"drafts/{erased.group_id}")
    assert not IssuedPlan.objects.exists()
    assert not Plan.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_contact_who_leaves_is_named_in_no_action_and_no_draft_of_their_group(cast: Cast):
    Contact.objects.create(group=cast.sunrise, name="Sam Shah", email="sam@example.org")
    factories.make_action(group=cast.sunrise, by=cast.officer, person="sam shah")
    others = factories.make_action(group=cast.harbour, by=cast.officer, person="Sam Shah")
    issuing.draft_pdf(Plan.objects.get(group=cast.sunrise))
    issuing.draft_pdf(others.plan)
    erase_person(person=find_person("sam@example.org"), by=None)
    assert Action.objects.get(plan__group=cast.sunrise).person == "somebody who has left"
    assert Action.objects.get(pk=others.pk).person == "Sam Shah", "another person of that name"
    assert drafts_of(cast.sunrise) == []
    assert len(drafts_of(cast.harbour)) == 1


@pytest.mark.django_db
def test_plans_and_assessments_keep_an_author_without_a_name(cast: Cast):
    assessment = factories.make_assessment(group=cast.sunrise, by=cast.officer)
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    issue = issuing.issue_plan(plan=action.plan, by=cast.officer, client_id=uuid.uuid4())
    erased = erase_person(person=find_person(cast.officer.email), by=None)
    assert erased.stays["Assessments they made"] == 1
    assert erased.stays["Plans they issued"] == 1
    for row, name in ((assessment, "completed_by"), (action, "created_by"), (issue, "issued_by")):
        row = type(row).objects.get(pk=row.pk)
        assert str(getattr(row, name)) == "Former colleague"
    assert issuing.stored_pdf(issue)


@pytest.mark.django_db
def test_a_draft_passes_after_thirty_days_or_with_its_group(cast: Cast):
    now = timezone.now()
    name = f"drafts/{cast.sunrise.pk}/usual-1.pdf"
    assert not draft_has_passed(name, now - DRAFTS_KEPT + timedelta(minutes=1))
    assert draft_has_passed(name, now - DRAFTS_KEPT - timedelta(minutes=1))
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).delete()
    assert draft_has_passed(name, now)
    assert draft_has_passed("drafts/not-a-number/usual-1.pdf", now)


@pytest.mark.django_db(transaction=True)
def test_a_plan_issued_while_its_group_is_erased_leaves_no_file(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """Rendering takes seconds; the group goes meanwhile."""
    plan = factories.make_action(group=cast.sunrise, by=cast.officer).plan
    before = {*stored()}

    def meanwhile(document, **_) -> bytes:
        if CommunityGroup.objects.filter(pk=cast.sunrise.pk).exists():
            erase_group(group=cast.sunrise, by=None, reason=Reason.ASKED)
        return b"%PDF"

    monkeypatch.setattr(issuing, "render_plan", meanwhile)
    with pytest.raises(Plan.DoesNotExist):
        issuing.issue_plan(plan=plan, by=cast.officer, client_id=uuid.uuid4())
    assert {*stored()} == before


def stored() -> list[str]:
    """The names of all private files there are."""
    top = default_storage.path("")
    return [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names]
