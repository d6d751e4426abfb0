"""The county report, the lists of groups behind its numbers, their files, and a manager's saved views."""

from django.urls import path

from readiness.views import county, county_groups, saved_views

urlpatterns = [
    path("", county.county_page, name="county"),
    path("groups/", county_groups.county_groups, name="county_groups"),
    path("export/", county_groups.county_export, name="county_export"),
    path("views/", saved_views.saved_views, name="saved_views"),
    path("views/new/", saved_views.saved_view_new, name="saved_view_new"),
    path("views/<int:pk>/", saved_views.saved_view_rename, name="saved_view_rename"),
    path("views/<int:pk>/delete/", saved_views.saved_view_delete, name="saved_view_delete"),
]
