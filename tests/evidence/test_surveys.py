"""Surveys: their facts, whose they are, a stale save, and when one may go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.models import Survey
from evidence.surveys import ForeignForm, InUse, StaleSurvey, change_survey, create_survey, delete_survey
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.survey_acts import kept_files, sample


@pytest.fixture(autouse=True)
def no_files_of_other_tests():
    for name in kept_files():
        default_storage.delete(f"surveys/{name}")


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def officer(cast: Cast) -> Client:
    return cast.client("officer")


@pytest.fixture
def survey(cast: Cast) -> Survey:
    return factories.make_survey(lio=cast.peak, by=cast.officer)


def facts(**changes: object) -> dict[str, object]:
    return {
        "title": "Getting to the doctor",
        "asked_from": f"{timezone.localdate():%d/%m/%Y}",
        "asked_by": "Volunteers",
        "sample": "Members",
        "client_id": str(uuid4()),
        **changes,
    }


def plain(**changes: object) -> dict:
    return {
        "title": "Needs",
        "asked_from": timezone.localdate() - timedelta(days=9),
        "asked_by": "Volunteers",
        "sample": "Members",
        **changes,
    }


def test_a_form_sent_twice_makes_one_survey(officer: Client):
    url, data = f"{reverse('survey_new')}?form={uuid4()}", facts()
    first = officer.post(url, data)
    assert (
        officer.post(url, data).url == first.url == reverse("survey_detail", args=[Survey.objects.get().pk])
    )


def test_going_back_to_the_form_leads_to_the_survey_it_made(officer: Client):
    form = str(uuid4())
    url = f"{reverse('survey_new')}?form={form}"
    made = officer.post(url, facts(client_id=form)).url
    assert officer.get(url).url == made


def test_a_form_of_another_lio_makes_nothing(cast: Cast):
    made = create_survey(lio=cast.peak, by=cast.officer, **plain())
    with pytest.raises(ForeignForm):
        create_survey(lio=cast.vale, by=cast.other_officer, client_id=made.client_id, **plain())
    response = cast.client("other_officer").post(
        f"{reverse('survey_new')}?form={uuid4()}", facts(client_id=str(made.client_id))
    )
    assert response.status_code == 422
    assert "used for another survey" in response.content.decode()
    assert Survey.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"asked_from": "01/01/2199"}, "still to come"),
        ({"asked_to": "01/01/2001"}, "can’t be before the first"),
        ({"title": ""}, "Give the survey a title"),
        ({"sample": ""}, "Say whom you asked"),
    ],
)
def test_contradictory_facts_are_refused_in_words(officer: Client, changes, said):
    response = officer.post(f"{reverse('survey_new')}?form={uuid4()}", facts(**changes))
    assert response.status_code == 422
    assert said in response.content.decode().replace("&#x27;", "’")
    assert not Survey.objects.exists()


@pytest.mark.parametrize(("field", "days"), [("asked_to", -99), ("asked_from", 2)])
def test_a_survey_with_impossible_days_is_never_written(cast: Cast, field: str, days: int):
    changes = {field: timezone.localdate() + timedelta(days=days)}
    with pytest.raises(ValueError, match=r"before the first|still to come"):
        create_survey(lio=cast.peak, by=cast.officer, **plain(**changes))


def test_a_survey_names_groups_of_its_own_lio_only(cast: Cast, officer: Client):
    response = officer.post(f"{reverse('survey_new')}?form={uuid4()}", facts(groups=[cast.meadow.pk]))
    assert response.status_code == 422
    with pytest.raises(ValueError, match="own LIO"):
        create_survey(lio=cast.peak, by=cast.officer, groups=[cast.meadow], **plain())
    assert "Meadow" not in officer.get(f"{reverse('survey_new')}?form={uuid4()}").content.decode()


def test_a_stale_save_changes_nothing_and_shows_both(cast: Cast, officer: Client, survey: Survey):
    change_survey(survey=survey, version=1, groups=[cast.harbour], title="Theirs")
    url = reverse("survey_edit", args=[survey.pk])
    response = officer.post(url, facts(title="Mine", version=1, groups=[cast.sunrise.pk]))
    assert response.status_code == 409
    text = response.content.decode()
    assert all(words in text for words in ("Mine", "Theirs", "Sunrise", "Harbour", "Nothing is saved yet"))
    survey.refresh_from_db()
    assert survey.title == "Theirs"
    # What the page now sends is a decision made in sight of both.
    version = response.context["form"]["version"].value()
    assert officer.post(url, facts(title="Mine", version=version)).status_code == 302
    survey.refresh_from_db()
    assert (survey.title, survey.version) == ("Mine", 3)


def test_saving_what_is_stored_changes_nothing(cast: Cast, survey: Survey):
    same = change_survey(survey=survey, version=99, groups=[], title=survey.title)
    assert same.version == 1
    with pytest.raises(StaleSurvey):
        change_survey(survey=survey, version=99, groups=[], title="Another")


def test_a_survey_goes_only_while_it_has_no_answers_and_no_records(
    cast: Cast, officer: Client, survey: Survey
):
    sample(officer, survey)
    with_answers = factories.make_survey(lio=cast.peak, by=cast.officer, answers={"Help?": ["Yes"]})
    with_record = factories.make_survey(lio=cast.peak, by=cast.officer)
    factories.make_evidence(lio=cast.peak, by=cast.officer, survey=with_record)
    for one in (with_answers, with_record):
        assert officer.post(reverse("survey_delete", args=[one.pk])).status_code == 403
        with pytest.raises(InUse):
            delete_survey(survey=one)
        assert (
            "Delete this survey" not in officer.get(reverse("survey_detail", args=[one.pk])).content.decode()
        )
    assert len(kept_files()) == 1
    assert officer.get(reverse("survey_delete", args=[survey.pk])).status_code == 200
    assert Survey.objects.filter(pk=survey.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_deleted_survey_takes_the_waiting_file_along():
    cast = make_cast()
    survey = factories.make_survey(lio=cast.peak, by=cast.officer)
    client = cast.client("officer")
    sample(client, survey)
    before = kept_files()
    assert client.post(reverse("survey_delete", args=[survey.pk])).status_code == 302
    assert len(before) == 1
    assert kept_files() == []
    delete_survey(survey=survey)
