"""The directory of commissioners, providers and forums."""

from django.urls import path

from groups.views import directory

urlpatterns = [
    path("", directory.directory, name="directory"),
    path("add/", directory.organisation_add, name="organisation_add"),
    path("<int:pk>/", directory.organisation, name="organisation"),
    path("<int:pk>/edit/", directory.organisation_edit, name="organisation_edit"),
    path("<int:pk>/merge/", directory.organisation_merge, name="organisation_merge"),
    path("<int:pk>/people/add/", directory.organisation_contact, name="organisation_contact_add"),
    path("<int:pk>/people/<int:contact>/", directory.organisation_contact, name="organisation_contact_edit"),
    path(
        "<int:pk>/people/<int:contact>/delete/",
        directory.organisation_contact_delete,
        name="organisation_contact_delete",
    ),
    path("<int:pk>/services/add/", directory.organisation_service, name="organisation_service_add"),
    path(
        "<int:pk>/services/<int:service>/", directory.organisation_service, name="organisation_service_edit"
    ),
    path(
        "<int:pk>/services/<int:service>/end/",
        directory.organisation_service_end,
        name="organisation_service_end",
    ),
]
