"""Access to surveys, their files of answers and what they found."""

import uuid
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from evidence.models import Survey, SurveyQuestion
from evidence.survey_answers import ColumnChoice, keep_file, settle_columns, table_of
from evidence.survey_files import columns_of
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
CASE_READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
WRITERS = {"officer": 200, "manager": 403}
SAVES = {"officer": 302, "manager": 403}
CSV = b"Timestamp,Did you get help?\n2026-09-01 10:00,Yes\n2026-09-01 10:05,No\n"


def survey(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_survey(lio=cast.peak, by=cast.officer).pk}


def answered(cast: Cast) -> Survey:
    return factories.make_survey(
        lio=cast.peak,
        by=cast.officer,
        answers={"Did you get help?": ["Yes"] * 6 + ["No"] * 7, "Why?": ["Far"]},
    )


def full_survey(cast: Cast) -> dict[str, object]:
    return {"pk": answered(cast).pk}


def choice(cast: Cast) -> dict[str, object]:
    return {"pk": SurveyQuestion.objects.get(survey=answered(cast), kind="one").pk}


def own_words(cast: Cast) -> dict[str, object]:
    return {"pk": SurveyQuestion.objects.get(survey=answered(cast), kind="words").pk}


def new_file(cast: Cast) -> dict[str, object]:
    made = factories.make_survey(lio=cast.peak, by=cast.officer)
    kept = keep_file(
        survey=made, by=cast.officer, client_id=uuid.uuid4(), file=csv_file(), filename="answers.csv"
    )
    return {"pk": kept.pk}


def settled_file(cast: Cast) -> dict[str, object]:
    made = new_file(cast)
    survey = Survey.objects.get(files=made["pk"])
    table = table_of(survey.files.get())
    settle_columns(survey=survey, choices=[ColumnChoice(column, column.kind) for column in columns_of(table)])
    return made


def csv_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("answers.csv", CSV, content_type="text/csv")


def content(cast: Cast) -> dict[str, object]:
    return {
        "title": "Getting to the doctor",
        "asked_from": "01/10/2026",
        "asked_by": "Volunteers",
        "sample": "Members of two groups",
        "version": 1,
        "client_id": str(uuid.uuid4()),
    }


ROWS = [
    Row("survey_list", get=CASE_READERS, otherwise=403),
    Row(
        "survey_new",
        query=FORM,
        get=dict.fromkeys(("officer", "other_officer"), 200),
        post=dict.fromkeys(("officer", "other_officer"), 302),
        data=content,
        otherwise=403,
    ),
    Row("survey_detail", kwargs=full_survey, get=READERS),
    Row("survey_edit", kwargs=survey, get=WRITERS, post=SAVES, data=content),
    Row("survey_delete", kwargs=survey, get=WRITERS, post=SAVES),
    Row(
        "survey_answers_add",
        query=FORM,
        kwargs=survey,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"file": csv_file(), "client_id": str(uuid.uuid4())},
    ),
    Row("survey_file", kwargs=settled_file, get=WRITERS, post=SAVES),
    Row(
        "survey_file_columns",
        kwargs=new_file,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"kind_0": "left_out", "kind_1": "one"},
    ),
    Row("survey_file_discard", kwargs=new_file, get=WRITERS, post=SAVES),
    Row("survey_words", kwargs=own_words, get=READERS),
    Row(
        "survey_finding_record",
        query=f"{FORM}&{urlencode({'answer': 'No'})}",
        kwargs=choice,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"summary": "No help", "service_area": factories.service_area().pk},
    ),
]
