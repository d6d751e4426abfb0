"""Every address of the portal. The access table in tests/access has a row for each."""

from django.contrib import admin
from django.urls import include, path

from toolkit_portal.views.groups import group_list

urlpatterns = [
    path("", include("toolkit_portal.views.urls")),
    path("account/", include("groups.urls.sign_in")),
    path("account/", include("groups.urls.account")),
    path("administration/", include("groups.urls.administration")),
    path("invitations/", include("groups.urls.invitations")),
    path("groups/import/", include("toolkit_portal.views.import_urls")),
    path("groups/", group_list, name="group_list"),
    path("groups/", include("groups.urls.community_groups")),
    path("directory/", include("groups.urls.directory")),
    path("jobs/", include("groups.urls.jobs")),
    path("", include("groups.urls.papers")),
    path("", include("groups.urls.work")),
    path("", include("groups.urls.lead_papers")),
    path("", include("evidence.urls")),
    path("", include("readiness.urls.assessments")),
    path("", include("readiness.urls.plans")),
    path("plans/bulk/", include("readiness.urls.bulk")),
    path("county/", include("readiness.urls.county")),
    path("toolkit/", include("readiness.urls.toolkit")),
    path("emergency-admin/", admin.site.urls),
]
