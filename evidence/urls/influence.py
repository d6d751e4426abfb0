"""A group's contact with commissioners, its partnerships and its figures."""

from django.urls import path

from evidence.views import engagements, indicators, partnerships

urlpatterns = [
    path("groups/<int:pk>/influence/", engagements.case_influence, name="case_influence"),
    path("groups/<int:pk>/influence/add/<slug:kind>/", engagements.engagement_add, name="engagement_add"),
    path("groups/<int:pk>/influence/<int:number>/", engagements.engagement_edit, name="engagement_edit"),
    path(
        "groups/<int:pk>/influence/<int:number>/delete/",
        engagements.engagement_delete,
        name="engagement_delete",
    ),
    path("groups/<int:pk>/partnerships/add/", partnerships.partnership_add, name="partnership_add"),
    path("partnerships/<int:pk>/", partnerships.partnership_edit, name="partnership_edit"),
    path("partnerships/<int:pk>/stage/", partnerships.partnership_stage, name="partnership_stage"),
    path("partnerships/<int:pk>/delete/", partnerships.partnership_delete, name="partnership_delete"),
    path(
        "partnership-stages/<int:pk>/delete/",
        partnerships.partnership_stage_delete,
        name="partnership_stage_delete",
    ),
    path("groups/<int:pk>/indicators/add/", indicators.indicator_add, name="indicator_add"),
    path("indicators/<int:pk>/", indicators.indicator_edit, name="indicator_edit"),
    path("indicators/<int:pk>/figure/", indicators.figure_add, name="figure_add"),
    path("indicators/<int:pk>/delete/", indicators.indicator_delete, name="indicator_delete"),
    path("figures/<int:pk>/delete/", indicators.figure_delete, name="figure_delete"),
]
