"""The analysis of unmet need."""

from django.urls import path

from evidence.views import analysis

urlpatterns = [
    path("evidence/analysis/", analysis.evidence_analysis, name="evidence_analysis"),
    path("evidence/analysis/table.csv", analysis.evidence_table_csv, name="evidence_table_csv"),
]
