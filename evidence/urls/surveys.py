"""Research and surveys."""

from django.urls import path

from evidence.views import survey_answers, survey_findings, surveys

urlpatterns = [
    path("evidence/surveys/", surveys.survey_list, name="survey_list"),
    path("evidence/surveys/new/", surveys.survey_new, name="survey_new"),
    path("evidence/surveys/<int:pk>/", surveys.survey_detail, name="survey_detail"),
    path("evidence/surveys/<int:pk>/edit/", surveys.survey_edit, name="survey_edit"),
    path("evidence/surveys/<int:pk>/delete/", surveys.survey_delete, name="survey_delete"),
    path("evidence/surveys/<int:pk>/answers/", survey_answers.survey_answers_add, name="survey_answers_add"),
    path("evidence/surveys/files/<int:pk>/", survey_answers.survey_file, name="survey_file"),
    path(
        "evidence/surveys/files/<int:pk>/columns/",
        survey_answers.survey_file_columns,
        name="survey_file_columns",
    ),
    path(
        "evidence/surveys/files/<int:pk>/discard/",
        survey_answers.survey_file_discard,
        name="survey_file_discard",
    ),
    path("evidence/surveys/questions/<int:pk>/words/", survey_findings.survey_words, name="survey_words"),
    path(
        "evidence/surveys/questions/<int:pk>/record/",
        survey_findings.survey_finding_record,
        name="survey_finding_record",
    ),
]
