"""A group's readiness: assessments, their results and corrections, and agreed targets."""

from django.urls import path

from readiness.views import assessments, results, routes, targets

urlpatterns = [
    path("groups/<int:pk>/readiness/", results.case_readiness, name="case_readiness"),
    path("groups/<int:pk>/readiness/start/", assessments.assessment_start, name="assessment_start"),
    path("groups/<int:pk>/readiness/targets/", targets.group_targets, name="group_targets"),
    path("groups/<int:pk>/route/", routes.case_route, name="case_route"),
    path("groups/<int:pk>/route/try/", routes.route_try, name="route_try"),
    path("groups/<int:pk>/route/steps/", routes.route_step_add, name="route_step_add"),
    path("assessments/<int:pk>/", results.assessment_result, name="assessment_result"),
    path("assessments/<int:pk>/theme/<str:theme>/", assessments.assessment_theme, name="assessment_theme"),
    path("assessments/<int:pk>/autosave/", assessments.assessment_autosave, name="assessment_autosave"),
    path("assessments/<int:pk>/progress/", assessments.assessment_progress, name="assessment_progress"),
    path("assessments/<int:pk>/check/", assessments.assessment_check, name="assessment_check"),
    path("assessments/<int:pk>/complete/", assessments.assessment_complete, name="assessment_complete"),
    path("assessments/<int:pk>/correct/", assessments.assessment_correct, name="assessment_correct"),
    path("assessments/<int:pk>/discard/", assessments.assessment_discard, name="assessment_discard"),
]
