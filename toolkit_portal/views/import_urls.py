"""Importing spreadsheets in the browser."""

from django.urls import path

from toolkit_portal.views import imports as views

urlpatterns = [
    path("", views.import_start, {"kind": "groups"}, name="group_import"),
    path("assessments/", views.import_start, {"kind": "assessments"}, name="assessment_import"),
    path("evidence/", views.import_start, {"kind": "evidence"}, name="evidence_import"),
    path("papers/", views.import_start, {"kind": "papers"}, name="paper_import"),
    path("work/", views.import_start, {"kind": "work"}, name="work_import"),
    path("template/papers.csv", views.import_template, {"kind": "papers"}, name="paper_import_template"),
    path("template/work.csv", views.import_template, {"kind": "work"}, name="work_import_template"),
    path(
        "template/evidence.csv", views.import_template, {"kind": "evidence"}, name="evidence_import_template"
    ),
    path("template/groups.csv", views.import_template, {"kind": "groups"}, name="group_import_template"),
    path(
        "template/assessments.csv",
        views.import_template,
        {"kind": "assessments"},
        name="assessment_import_template",
    ),
    path("<int:pk>/columns/", views.import_columns, name="import_columns"),
    path("<int:pk>/check/", views.import_check, name="import_check"),
    path("<int:pk>/discard/", views.import_discard, name="import_discard"),
]
