"""The county report, its files, the lists of groups behind its numbers, and a manager's views, saved and sent."""

from django.urls import path

from readiness.views import county, county_groups, report_files, saved_views, scheduled_reports

urlpatterns = [
    path("", county.county_page, name="county"),
    path("groups/", county_groups.county_groups, name="county_groups"),
    path("export/", county_groups.county_export, name="county_export"),
    path("report/", report_files.report_make, name="county_report_make"),
    path("views/", saved_views.saved_views, name="saved_views"),
    path("views/new/", saved_views.saved_view_new, name="saved_view_new"),
    path("views/<int:pk>/", saved_views.saved_view_rename, name="saved_view_rename"),
    path("views/<int:pk>/delete/", saved_views.saved_view_delete, name="saved_view_delete"),
    path("views/<int:pk>/send/", scheduled_reports.scheduled_report_new, name="scheduled_report_new"),
    path("sent/<int:pk>/pause/", scheduled_reports.scheduled_report_pause, name="scheduled_report_pause"),
    path("sent/<int:pk>/resume/", scheduled_reports.scheduled_report_resume, name="scheduled_report_resume"),
    path("sent/<int:pk>/stop/", scheduled_reports.scheduled_report_stop, name="scheduled_report_stop"),
]
