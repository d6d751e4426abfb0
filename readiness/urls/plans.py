"""The action plan, its issued versions, and the group lead's own page."""

from django.urls import path

from readiness.views import issued_plans, lead, plans

urlpatterns = [
    path("groups/<int:pk>/plan/", plans.case_plan, name="case_plan"),
    path("groups/<int:pk>/plan/suggestions/", plans.plan_suggestions, name="plan_suggestions"),
    path("groups/<int:pk>/plan/actions/add/", plans.action_add, name="action_add"),
    path("groups/<int:pk>/plan/issue/", issued_plans.plan_issue, name="plan_issue"),
    path("groups/<int:pk>/plan/draft.pdf", issued_plans.plan_pdf, name="plan_pdf"),
    path("actions/<int:pk>/", plans.action_edit, name="action_edit"),
    path("actions/<int:pk>/progress/", plans.action_note, name="action_note"),
    path("help-asked/<int:pk>/", plans.help_reply, name="help_reply"),
    path("issued-plans/<int:pk>/plan.pdf", issued_plans.issued_plan_pdf, name="issued_plan_pdf"),
    path("your-plan/", lead.lead_plan, name="lead_plan"),
    path("your-plan/<int:pk>/ready-for/", lead.lead_route, name="lead_route"),
    path("your-plan/actions/<int:pk>/", lead.lead_action, name="lead_action"),
]
