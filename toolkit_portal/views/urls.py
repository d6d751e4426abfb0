"""Addresses of the pages that show more than one app: home, the case file, visits, and pages about the portal."""

from django.urls import path

from toolkit_portal.views import case, home, site, visits

urlpatterns = [
    path("", home.home, name="home"),
    path("health/", site.health, name="health"),
    path("privacy/", site.privacy, name="privacy"),
    path("accessibility/", site.accessibility, name="accessibility"),
    path("help-asked/<int:pk>/answered/", home.help_answered, name="help_answered"),
    path("groups/<int:pk>/", case.case, name="case"),
    path("groups/<int:pk>/visits/", case.case_visits, name="case_visits"),
    path("groups/<int:pk>/visits/log/", visits.visit_log, name="visit_log"),
    path("groups/<int:pk>/visits/autosave/", visits.visit_autosave, name="visit_autosave"),
    path("visits/log/", visits.visit_choose_group, name="visit_choose_group"),
    path("visits/<int:pk>/", visits.visit_detail, name="visit_detail"),
    path("visits/<int:pk>/edit/", visits.visit_edit, name="visit_edit"),
    path("visit-drafts/<int:pk>/discard/", visits.visit_draft_discard, name="visit_draft_discard"),
]
